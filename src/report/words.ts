/** What the report itself says: the one-line fix, who must act, what a change touches, where we ran. */
import { isMeant } from '../judge/judge.js';
import { isGrave } from '../judge/rank.js';
import { aimedAs } from '../kubernetes/aim.js';
import type { Fix } from '../model/check.js';
import type { Finding, Result, Where } from '../model/report.js';
import { say } from '../words/report.js';
import { NOT_IN_BUNDLE, POD_LIST_DISPUTED, POD_LIST_GIVEN, TOO_BUSY } from './own-words.js';
import { oneLine } from './plain-text.js';
import { asksOf, spoken } from './spoken.js';
import { askAgain } from './where/by-script.js';

/** Who must act, in "Fix on the node". */
export function ownerLong({ owner }: Pick<Fix, 'owner'>): string {
  return say(`owner.${owner}.long`);
}

/** What a fix touches. A security change is said loudly. */
export function changeWords({ changes }: Pick<Fix, 'changes'>): string {
  return say(`changes.${changes}`);
}

/** How bad, for someone who has not read the help. */
export function severityWords({ severity }: Pick<Finding, 'severity'>): string {
  return say(`severity.${severity}`);
}

/** How sure. */
export function certaintyWords({ certainty }: Pick<Finding, 'certainty'>): string {
  return say(`certainty.${certainty}`);
}

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
  if (finding.certainty === 'suspected' && decide) return { kind: 'decide', lead: toDecide(), ...decision(finding, decide) };
  const [fix] = finding.fixes;
  if (!fix) return { kind: 'fix', lead: say('fix'), act: say('noneKnown'), command: explain(finding) };
  // Where the report's steps are not ours, our own are not far.
  if (fix.quoted?.length && !fix.steps)
    return { kind: 'fix', lead: firstLead(fix), act: say('how', { act: actOf(fix), command: explain(finding) }) };
  const command = commandOf(fix);
  return { kind: 'fix', lead: firstLead(fix), act: actOf(fix), ...(command && { command }) };
}

/** The page of a finding's cause. */
export function explain({ cause }: Pick<Finding, 'cause'>): string {
  return `kubelet-doctor explain ${cause}`;
}

/** The act of a fix, without a stop. */
export function actOf({ action }: Pick<Fix, 'action'>): string {
  return withoutStop(spoken(action));
}

function decision(finding: Finding, decide: string): Pick<FirstStep, 'act' | 'command'> {
  const command = oneCommand(decide);
  return { act: command ? '' : say('runBelowOr', { command: explain(finding) }), ...(command && { command }) };
}

/** The act and its command on one line, as a template of another tool prints it. */
export function stepLine({ act, command }: Pick<FirstStep, 'act' | 'command'>): string {
  if (!command || act.includes(command)) return act;
  return act ? say('actAndCommand', { act, command }) : command;
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
  return `${applying(source, 'diff')}   # ${say('diffComment')}\n${applying(source, 'apply')}`;
}

function commandOf({ source, steps }: Fix): string | undefined {
  return source ? applying(source, 'apply') : steps && oneCommand(steps);
}

/** What a command of ours prints goes to the cluster it was printed for. */
function applying(source: string, verb: 'apply' | 'diff'): string {
  return `${source} | ${aimedAs(`kubectl ${verb} -f -`, source)}`;
}

function oneCommand(steps: string): string | undefined {
  return steps.trim() && !steps.trim().includes('\n') ? oneLine(steps) : undefined;
}

/** Before words of a report that none of our checks gives. */
export function quotedHead(): string {
  return say('quoted');
}

/** Marked line by line, so that no line of it stands alone. */
export function quotedLines(quoted: readonly string[] | undefined): string[] {
  return (quoted ?? []).flatMap((words) => words.trimEnd().split('\n')).map((line) => `| ${line}`);
}

/** Before the command that decides between the candidates of a suspicion. */
export function toDecide(): string {
  return say('toDecide');
}

/** What a fix touches, and what it does beside nothing else. Behind an act the first is left out: where it is grave, the lead says it. */
export function touches({ changes, effect }: Fix, behind: 'heading' | 'act'): string {
  // An effect says more than that configuration changes.
  const isSaid = behind === 'act' || changes === 'nothing' || (changes === 'config' && effect);
  const change = isSaid ? '' : changeWords({ changes });
  return [change, effect ? spoken(effect) : ''].filter(Boolean).join('; ');
}

/** The same at length: right by right. */
export function effectLine({ effect }: Fix): string {
  const list = effect?.args.list;
  if (!effect) return '';
  return list ? say('effectList', { effect: spoken(effect), list }) : say('effect', { effect: spoken(effect) });
}

/** "Fix (node)", "Fix (agent, SECURITY CHANGE)". */
export function firstLead(fix: Fix): string {
  const who = say(`owner.${fix.owner}.short`);
  return isGrave(fix) ? say('fixOfLoudly', { who, change: changeWords(fix) }) : say('fixOf', { who });
}

/** Of a fix after the first: "Or (node): restart the kubelet". */
export function otherWay(fix: Fix): string {
  const [who, act] = [say(`owner.${fix.owner}.short`), actOf(fix)];
  return isGrave(fix) ? say('orFixOfLoudly', { who, change: changeWords(fix), act }) : say('orFixOf', { who, act });
}

/** The act on one line, with its command where that is one line. */
export function fixLine(fix: Fix): string {
  const command = commandOf(fix);
  return stepLine({ act: actOf(fix), ...(command && { command }) });
}

/** Prints what is to be run where the cluster can be reached. */
const COLLECT = 'kubelet-doctor judge FILE --collect';

/** For required questions without an answer: the first of them, and how it can be had. */
export function openQuestion(
  open: readonly Result[],
  { script, bundle }: Pick<Where, 'script' | 'bundle'>,
): { title: string; fix: string } {
  const busy = open.find(({ note }) => note?.id === TOO_BUSY.id);
  const first = busy ?? open[0];
  if (!first) return { title: say('nothingAsked'), fix: say('toFindOut', { command: 'kubelet-doctor check' }) };
  const why = first.note ? withoutStop(spoken(first.note)) : '';
  const count = open.length - 1;
  const notAnswered = (what: string) => (count > 0 ? say('notAnsweredAndMore', { what, count }) : say('notAnswered', { what }));
  // Why it is open says more than the question does, where it fits.
  const [short, long] = [notAnswered(oneLine(asksOf(first))), notAnswered(why)];
  const inBundle = bundle && titleInBundle(first, notAnswered);
  const title = inBundle ?? (why && [...long].length <= LINE ? long : short);
  if (busy) return { title, fix: say('whenLessBusy') };
  // What comes after the cut would have been there.
  if (script?.cut) return { title, fix: say('toFindOut', { command: askAgain(script) }) };
  const [elsewhere] = first.elsewhere;
  // Who reads it has no cluster at hand: what to run is for someone else, as a whole.
  if (bundle && isUnsaid(first)) return { title, fix: say('toFindOut', { command: say('debugAgain') }) };
  if (bundle && elsewhere) return { title, fix: say('toFindOut', { command: COLLECT }) };
  if (elsewhere) return { title, fix: say('toFindOut', { command: firstCommand(elsewhere) }) };
  if (first.outcome === 'crashed') return { title, fix: say('checkFailed') };
  // Line two, like an act: what a shell would read stays in the note, further below.
  const plain = Object.values(first.note?.args ?? {}).reduce<string>(
    (words, value) => (isMeant(value) ? words.replaceAll(oneLine(String(value)), '…') : words),
    why,
  );
  return { title, fix: say('because', { why: plain || say('cannotBeSeen') }) };
}

/** One question stands for all that a bundle does not tell: its own words say less than what was there instead. */
function titleInBundle(first: Result, notAnswered: (what: string) => string): string | undefined {
  if (first.note?.id === POD_LIST_GIVEN.id) return say('podListAlone');
  if (first.note?.id === POD_LIST_DISPUTED.id) return notAnswered(say('podListButLog'));
  if (first.note?.id === NOT_IN_BUNDLE.id) return notAnswered(say('reachesKubelet'));
  return isUnsaid(first) ? notAnswered(say('failsUnsaid')) : undefined;
}

/** A log tells that its kubelet is not reached, and not why (checks/said.ts). */
function isUnsaid({ target, note }: Result): boolean {
  return target === 'kubelet' && (note?.id.endsWith('.said.wrapped') ?? false);
}

/** Of several lines the first: an act, where the others ask the same of other things. A here-document is nothing without its end. */
function firstCommand(commands: string): string {
  const [first = '', ...others] = commands.trim().split('\n');
  if (others.length === 0) return oneLine(first);
  return /<<|\\$/.test(first) ? say('runBelow') : say('moreBelow', { command: oneLine(first), count: others.length });
}

const RANKS = (Object.keys(say.table) as (keyof typeof say.table)[]).filter((key) => key.startsWith('rank.'));

/** Why a finding stands where it stands; ids stay ids. */
export function rankWords(key: string): string {
  return say.again(key, ...RANKS);
}

/** One line, without a full stop at its end. */
export function withoutStop(text: string): string {
  return oneLine(text).replace(/\.$/, '');
}
