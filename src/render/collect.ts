/** For the questions that a report leaves open: what to run, and where. Lines that a shell takes as they stand. */
import { isUnanswered } from '../judge/exit.js';
import { flatten } from '../judge/rank.js';
import type { Report } from '../model/report.js';
import { oneLine } from '../report/plain-text.js';
import { asksOf, spoken, titleWords } from '../report/spoken.js';
import { sayCollect as say } from '../words/text.js';

/** `lists`: commands that write what a bundle lacks into `directory`. */
export function renderCollect(report: Report, lists: readonly string[], directory: string): string {
  const open = report.results
    .filter((result) => isUnanswered(result) && result.elsewhere.length > 0)
    .map(({ elsewhere, note, ...result }) => ({
      why: note ? say('why', { question: asksOf(result), why: spoken(note) }) : asksOf(result),
      commands: elsewhere,
    }));
  const suspected = flatten(report.findings)
    .filter(({ decide }) => decide.length > 0)
    .map((finding) => ({ why: say('decides', { title: titleWords(finding, report) }), commands: finding.decide }));
  const told = new Set<string>();
  const blocks = [...open, ...suspected].flatMap(({ why, commands }) => {
    const fresh = commands.filter((command) => !told.has(command));
    for (const command of fresh) told.add(command);
    return fresh.length > 0 ? [[comment(why), ...fresh].join('\n')] : [];
  });
  const ofCluster = [comment(say('lists')), `mkdir -p ${directory}`, ...lists, `kubelet-doctor judge ${directory}`].join('\n');
  const all = [...blocks, ...(lists.length > 0 ? [ofCluster] : [])];
  return all.length > 0 ? all.join('\n\n') : comment(say('nothing'));
}

const comment = (words: string): string => `# ${oneLine(words)}`;
