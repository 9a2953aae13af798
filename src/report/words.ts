/** Words the report itself says: the one-line fix, who must act, what a change touches, where we ran. */
import { isMeant } from '../judge/judge.js';
import type { Fix, Message, Severity } from '../model/check.js';
import type { Finding, Result } from '../model/report.js';
import { oneLine } from './plain-text.js';

export { counted, listed } from './formats.js';

/** Who must act, after "Fix". */
export const OWNERS: Record<Fix['owner'], { short: string; long: string }> = {
  agent: { short: 'agent', long: "in the agent's manifest or settings" },
  node: { short: 'node', long: 'on the node' },
  cluster: { short: 'cluster', long: 'in the cluster, as cluster admin' },
  network: { short: 'network', long: 'in the network' },
  workstation: { short: 'you', long: 'at this workstation' },
};

/** What a fix touches. A security change is said loudly. */
export const CHANGES: Record<Fix['changes'], string> = {
  nothing: 'changes nothing',
  config: 'changes configuration',
  restart: 'needs a restart',
  security: 'SECURITY CHANGE',
};

/** How bad, for someone who has not read the help. */
export const SEVERITY_WORDS: Record<Severity, string> = {
  blocks: 'Blocks the agent',
  degrades: 'Degrades the agent',
  risk: 'Risk: works, but not safely',
  note: 'Note',
};

/** What to do first: `lead` is "Fix (node)", or "To decide"; `act` in words; `command` where it is one line to paste. */
export interface FirstStep {
  kind: 'fix' | 'decide';
  lead: string;
  act: string;
  command?: string;
}

/** The first step for a finding. While candidates remain and a command can decide between them, deciding comes before fixing. */
export function firstStep(finding: Finding): FirstStep {
  const [decide] = finding.decide;
  if (finding.certainty === 'suspected' && decide) return { kind: 'decide', lead: TO_DECIDE, ...decision(finding, decide) };
  const [fix] = finding.fixes;
  if (!fix) return { kind: 'fix', lead: 'Fix', act: 'none known', command: `kubelet-doctor explain ${finding.cause}` };
  // Where the report's steps are not ours, our own are not far.
  if (fix.quoted?.length && !fix.steps)
    return { kind: 'fix', lead: firstLead(fix), act: `${withoutStop(fix.action.en)}; how: kubelet-doctor explain ${finding.cause}` };
  const command = commandOf(fix);
  return { kind: 'fix', lead: firstLead(fix), act: withoutStop(fix.action.en), ...(command && { command }) };
}

function decision({ cause }: Finding, decide: string): Pick<FirstStep, 'act' | 'command'> {
  const command = oneCommand(decide);
  return { act: command ? '' : `run what is printed below, or kubelet-doctor explain ${cause}`, ...(command && { command }) };
}

/** The act and its command on one line, as a template of another tool prints it. */
export function stepLine({ act, command }: Pick<FirstStep, 'act' | 'command'>): string {
  if (!command || act.includes(command)) return act;
  return act ? `${act}: ${command}` : command;
}

/** Columns of lines one and two: a longer command has a line of its own. */
export const LINE = 80;

/** Line two: the act, with its command where both are short. */
export function actLine({ lead, act, command }: FirstStep): { lead: string; line: string } {
  const line = stepLine({ act, ...(command && { command }) });
  return { lead, line: act && [...`${lead}: ${line}`].length > LINE ? act : line };
}

/** A longer command is no line that anyone reads. */
const LAST_LINE = 160;

/** The last line of a terminal, and of --quiet: the command where there is a short one, else the act. */
export function lastLine({ lead, act, command }: FirstStep): string {
  return `${lead}: ${command && (command.length <= LAST_LINE || !act) ? command : act}`;
}

/** What can be pasted for a fix: its steps, or instead of long YAML the command that prints it, first to look and then to apply. */
export function stepsOf({ source, steps }: Fix): string {
  if (!source) return steps?.trim() ? steps : '';
  return `${source} | kubectl diff -f -   # what would change\n${source} | kubectl apply -f -`;
}

function commandOf({ source, steps }: Fix): string | undefined {
  return source ? `${source} | kubectl apply -f -` : steps && oneCommand(steps);
}

function oneCommand(steps: string): string | undefined {
  return steps.trim() && !steps.trim().includes('\n') ? oneLine(steps) : undefined;
}

/** Before words of a report that none of our checks gives. */
export const QUOTED = 'Words from the report, not checked by kubelet-doctor';

/** Marked line by line, so that no line of it stands alone. */
export function quotedLines(quoted: readonly string[] | undefined): string[] {
  return (quoted ?? []).flatMap((words) => words.trimEnd().split('\n')).map((line) => `| ${line}`);
}

/** Before the command that decides between the candidates of a suspicion. */
export const TO_DECIDE = 'To decide, as cluster admin';

/** "Fix (node)", "Fix (agent, SECURITY CHANGE)". */
export function firstLead(fix: Fix): string {
  return `Fix (${OWNERS[fix.owner].short}${fix.changes === 'security' ? `, ${CHANGES.security}` : ''})`;
}

/** The act on one line, with its command where that is one line. */
export function fixLine(fix: Fix): string {
  const command = commandOf(fix);
  return stepLine({ act: withoutStop(fix.action.en), ...(command && { command }) });
}

/** Why a question is open that nobody but this machine is to blame for. */
export const TOO_BUSY: Message = { id: 'busy', args: {}, en: 'this machine was too busy to hear answers in time' };

/** For required questions without an answer: the first of them, and how it can be had. */
export function openQuestion(open: readonly Result[]): { title: string; fix: string } {
  const busy = open.find(({ note }) => note?.id === TOO_BUSY.id);
  const first = busy ?? open[0];
  if (!first) return { title: '', fix: '' };
  const more = open.length > 1 ? ` (and ${open.length - 1} more)` : '';
  const why = first.note ? withoutStop(first.note.en) : '';
  // Why it is open says more than the question does, where it fits.
  const [short, long] = [`Not answered: ${oneLine(first.asks)}${more}`, `Not answered: ${why}${more}`];
  const title = why && [...long].length <= LINE ? long : short;
  if (busy) return { title, fix: 'Run it again when this machine is less busy, or with a longer --timeout' };
  const [elsewhere] = first.elsewhere;
  if (elsewhere) return { title, fix: `To find out: ${firstCommand(elsewhere)}` };
  if (first.outcome === 'crashed') return { title, fix: 'A check failed, a bug in kubelet-doctor: run it with --debug and report it' };
  // Line two, like an act: what a shell would read stays in the note, further below.
  const plain = Object.values(first.note?.args ?? {}).reduce<string>(
    (words, value) => (isMeant(value) ? words.replaceAll(oneLine(String(value)), '…') : words),
    why,
  );
  return { title, fix: `Because: ${plain || 'this could not be seen from here'}` };
}

/** Of several lines the first: an act, where the others ask the same of other things. A here-document is nothing without its end. */
function firstCommand(commands: string): string {
  const [first = '', ...others] = commands.trim().split('\n');
  if (others.length === 0) return oneLine(first);
  return /<<|\\$/.test(first) ? 'run what is printed below' : `${oneLine(first)} (${others.length} more below)`;
}

/** One line, without a full stop at its end. */
export function withoutStop(text: string): string {
  return oneLine(text).replace(/\.$/, '');
}
