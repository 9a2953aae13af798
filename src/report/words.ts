/** Words the report itself says: the one-line fix, who must act, what a change touches, where we ran. */
import { isMeant } from '../judge/judge.js';
import type { Fix, Severity } from '../model/check.js';
import type { Finding, Result } from '../model/report.js';
import { oneLine } from './plain-text.js';

/** Who must act, after "Fix". */
export const OWNERS: Record<Fix['owner'], { short: string; long: string }> = {
  agent: { short: 'agent', long: "in the agent's manifest or settings (whoever deploys the agent)" },
  node: { short: 'node', long: 'on the node (whoever runs the nodes)' },
  cluster: { short: 'cluster', long: 'in the cluster (a cluster administrator)' },
  network: { short: 'network', long: 'in the network (whoever runs it)' },
  workstation: { short: 'you', long: 'at this workstation (you)' },
};

/** What a fix touches. A security change is said loudly. */
export const CHANGES: Record<Fix['changes'], string> = {
  nothing: 'changes nothing',
  config: 'changes configuration',
  restart: 'needs a restart',
  security: 'SECURITY CHANGE',
};

/** How bad, for someone who has not read our words for it. */
export const SEVERITY_WORDS: Record<Severity, string> = {
  blocks: 'Blocks the agent',
  degrades: 'Degrades the agent',
  risk: 'A risk: works, but not safely',
  note: 'A note',
};

/** What to do first, as line two says it: `lead` is "Fix (node)", or who can decide; `line` the act or the command. */
export interface FirstStep {
  kind: 'fix' | 'decide';
  lead: string;
  line: string;
}

/** The first step for a finding. While candidates remain and someone can decide between them, deciding comes before fixing. */
export function firstStep(finding: Finding): FirstStep {
  const [decide] = finding.decide;
  if (finding.certainty === 'suspected' && decide) return { kind: 'decide', lead: TO_DECIDE, line: shortBlock(decide) };
  const [fix] = finding.fixes;
  if (!fix) return { kind: 'fix', lead: 'Fix', line: `none known to this program; kubelet-doctor explain ${finding.cause} says more` };
  // Where the report's steps are not ours, our own are not far.
  const how = fix.quoted?.length && !fix.steps ? `; how: kubelet-doctor explain ${finding.cause}` : '';
  return { kind: 'fix', lead: firstLead(fix), line: `${fixLine(fix)}${how}` };
}

/** Before words of a report that none of our checks gives. */
export const QUOTED = 'The report has words of its own here, which kubelet-doctor did not check';

/** Marked line by line, so that no line of it stands alone. */
export function quotedLines(quoted: readonly string[] | undefined): string[] {
  return (quoted ?? []).flatMap((words) => words.trimEnd().split('\n')).map((line) => `| ${line}`);
}

/** Before the command that decides between the candidates of a suspicion. */
export const TO_DECIDE = 'To decide, someone with the right to ask runs';

/** "Fix (node)", "Fix (agent, SECURITY CHANGE)". */
export function firstLead(fix: Fix): string {
  return `Fix (${OWNERS[fix.owner].short}${fix.changes === 'security' ? `, ${CHANGES.security}` : ''})`;
}

/** The act on one line: with its command when that is one line, else with how many lines follow below. */
export function fixLine(fix: Fix): string {
  const act = withoutStop(fix.action.en);
  if (!fix.steps?.trim()) return act;
  const steps = shortBlock(fix.steps);
  return act.includes(steps) ? act : `${act}${steps.startsWith('(') ? ' ' : ': '}${steps}`;
}

/** A command of one line as it is, a longer one as its number of lines. */
function shortBlock(steps: string): string {
  const lines = steps.trim().split('\n').length;
  return lines === 1 ? oneLine(steps) : `(${lines} lines, below)`;
}

/** For a required question nobody answered: what it was, and how it can be. */
export function openQuestion(open: readonly Result[]): { title: string; fix: string } {
  const [first] = open;
  if (!first) return { title: '', fix: '' };
  const more = open.length > 1 ? ` (and ${counted(open.length - 1, 'more question')})` : '';
  const title = `Found nothing wrong, but could not judge: ${oneLine(first.asks)}`;
  const [elsewhere] = first.elsewhere;
  const why = first.note ? withoutStop(first.note.en) : '';
  if (elsewhere) return { title: `${title}${why && ` ${why}`}${more}`, fix: `To find out: ${shortBlock(elsewhere)}` };
  if (first.outcome === 'crashed')
    return { title: title + more, fix: 'A check broke, a bug in kubelet-doctor: run it with --debug and report it' };
  // Line two, like an act: what a shell would read stays in the note, further below.
  const plain = Object.values(first.note?.args ?? {}).reduce<string>(
    (words, value) => (isMeant(value) ? words.replaceAll(oneLine(String(value)), '…') : words),
    why,
  );
  return { title: title + more, fix: `Because: ${plain || 'the facts it needs could not be had from here'}` };
}

/** `2 findings`, `1 finding`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** `a, b and c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** One line, without a full stop at its end. */
export function withoutStop(text: string): string {
  return oneLine(text).replace(/\.$/, '');
}
