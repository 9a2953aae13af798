/**
 * For the questions that a report leaves open: what to run, and where. Lines that a shell takes as they stand; who reads a bundle has no cluster at hand,
 * so what runs there stands apart from what runs here.
 */
import { isUnanswered } from '../judge/exit.js';
import { flatten } from '../judge/rank.js';
import { shellQuote } from '../kubernetes/names.js';
import type { Report } from '../model/report.js';
import { isOfBundle } from '../report/own-words.js';
import { oneLine } from '../report/plain-text.js';
import { asksOf, spoken, titleWords } from '../report/spoken.js';
import { sayCollect as say } from '../words/text.js';

/** `lists`: commands that write what a bundle lacks into `directory`; `bundle`: its own file, which is judged with them. */
export function renderCollect(report: Report, lists: readonly string[], directory: string, bundle?: string): string {
  const open = report.results
    .filter((result) => isUnanswered(result) && result.elsewhere.length > 0)
    .map(({ elsewhere, note, ...result }) => ({
      why: [isOfBundle(note) ? '' : asksOf(result), note ? spoken(note) : ''].filter(Boolean).join(' '),
      commands: elsewhere,
    }));
  const suspected = flatten(report.findings)
    .filter(({ decide }) => decide.length > 0)
    .map((finding) => ({ why: say('decides', { title: titleWords(finding, report) }), commands: finding.decide }));
  const told = new Set<string>();
  const blocks = [...open, ...suspected].flatMap(({ why, commands }) => {
    const fresh = commands.filter((command) => !told.has(command));
    for (const command of fresh) told.add(command);
    return fresh.length > 0 ? [[comment(why), ...apart(fresh.flatMap(inSteps))].join('\n')] : [];
  });
  const together = bundle === undefined ? [] : [`cp -R -- ${shellQuote(bundle)} ${directory}/`];
  const ofCluster = [
    comment(say('lists')),
    ...apart([`mkdir -p ${directory}`, ...lists, ...together, `kubelet-doctor judge ${directory}`]),
  ].join('\n');
  const all = [...blocks, ...(lists.length > 0 ? [ofCluster] : [])];
  return all.length > 0 ? all.join('\n\n') : comment(say('nothing'));
}

/** One line that needs this program and the cluster at once, as steps of which each needs one of them. */
function inSteps(command: string): string[] {
  const asked = /^kubelet-doctor script \| (kubectl .* -- sh) \| kubelet-doctor read -$/.exec(command)?.[1];
  if (asked === undefined) return [command];
  return ['kubelet-doctor script > ask.sh', `${asked} < ask.sh > answers.txt`, 'kubelet-doctor read answers.txt'];
}

/** Needs no cluster. */
const HERE = /^(?:kubelet-doctor (?:script|read|judge|explain)|cp)\b/;

/** With a comment wherever the place changes. */
function apart(commands: readonly string[]): string[] {
  return commands.flatMap((command, at) => {
    const isHere = HERE.test(command);
    const before = commands[at - 1];
    return before !== undefined && HERE.test(before) === isHere ? [command] : [comment(say(isHere ? 'here' : 'there')), command];
  });
}

const comment = (words: string): string => `# ${oneLine(words)}`;
