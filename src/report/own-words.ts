/**
 * Whose words a message of a report is. Our own checks say a message by its id and arguments, so theirs can be said again; everything else is the
 * word of whoever wrote the file, and a file says nothing of who that was.
 */

import type { Documented } from '../checks/connection/shared/pair.js';
import { CHECKS, type KnownCause, knownCauses, MERGE_CHECKS } from '../checks/index.js';
import { isLook } from '../checks/shared/looks.js';
import { type Judgement, judge, sayFor } from '../judge/judge.js';
import { messageOn, TELLS_PLATFORM } from '../judge/on-platform.js';
import { sinceMessage } from '../judge/since/dating.js';
import { withoutAim } from '../kubernetes/aim.js';
import { isPlatform } from '../kubernetes/kubelet/platforms.js';
import type { Check, Message } from '../model/check.js';
import type { AnyFact } from '../model/facts.js';
import { sayPlatform } from '../words/platform.js';
import { say } from '../words/report.js';
import { saySince } from '../words/since.js';

/** By question and by cause. */
const CHECK_OF = new Map<string, Documented>([...CHECKS, ...MERGE_CHECKS].map((check) => [check.question, check]));
const CAUSES = new Map(knownCauses().map((known) => [known.cause, known]));

export function checkOf(question: string): Documented | undefined {
  return CHECK_OF.get(question);
}

export function knownCause(cause: string): KnownCause | undefined {
  return CAUSES.get(cause);
}

/** What our checks say and print of facts: by cause or question, as it stands. */
export interface Own {
  has(of: string, text: string): boolean;
  /** Do these facts change what is said of it? */
  isByFacts(of: string): boolean;
}

/** Facts are a stranger's too, but what a check prints of them has passed its guards. A check is asked once something is to be its words. */
export function ownWords(facts: readonly AnyFact[]): Own {
  const said = new Map<Check, ReadonlySet<string>>();
  const given: ReadonlySet<string> = new Set(facts.map(({ target, kind }) => `${target}/${kind}`));
  let strangers: readonly Judgement[] | undefined;
  const wordsOn = (check: Check): ReadonlySet<string> => {
    strangers ??= judged(
      facts,
      OF_STRANGERS.filter((each) => readsAny(each, given)),
    );
    if (strangers.some(isOfStranger)) return wordsOf(judged(facts, [check, ...OF_STRANGERS.filter((each) => each !== check)])[0]);
    if (!readsAny(check, given)) return wordsWithout(check);
    return wordsOf(strangers.find((each) => each.check === check) ?? judged(facts, [check])[0]);
  };
  const saidBy = (check: Check): ReadonlySet<string> => {
    const words = said.get(check) ?? wordsOn(check);
    said.set(check, words);
    return words;
  };
  return {
    has: (of, text) => saidAs(of).some((check) => saidBy(check).has(`${of} ${withoutAim(text)}`)),
    isByFacts: (of) => saidAs(of).some((check) => saidBy(check) !== wordsWithout(check)),
  };
}

/** By the check itself, or by who says whose node it is. */
function readsAny({ needs }: Check, given: ReadonlySet<string>): boolean {
  return needs.some((need) => given.has(need)) || TELLS_PLATFORM.some((need) => given.has(need));
}

const withoutFacts = new Map<Check, ReadonlySet<string>>();

/** What a check says where it saw nothing: the same in every report. */
function wordsWithout(check: Check): ReadonlySet<string> {
  const words = withoutFacts.get(check) ?? wordsOf(judged([], [check])[0]);
  withoutFacts.set(check, words);
  return words;
}

/** Whose words stand under this question or cause. */
function saidAs(of: string): readonly Check[] {
  return SAID_AS.get(of) ?? [];
}

const SAID_AS = new Map<string, Check[]>();
for (const check of CHECKS)
  for (const of of new Set([check.question, ...Object.keys(check.causes)])) SAID_AS.set(of, [...(SAID_AS.get(of) ?? []), check]);

/** Those that tell whose server answers: where it is another's, what the others say is another too (judge/judge.ts). */
const OF_STRANGERS = CHECKS.filter(({ causes }) => Object.values(causes).some(({ stranger }) => stranger !== undefined));

function isOfStranger({ check, verdict }: Judgement): boolean {
  return verdict.kind === 'problem' && check.causes[verdict.cause]?.stranger !== undefined;
}

function wordsOf(judgement: Judgement | undefined): Set<string> {
  const said = new Set<string>();
  const add = (of: string, ...texts: (string | undefined)[]) => {
    for (const text of texts) if (text !== undefined) said.add(`${of} ${text}`);
  };
  if (!judgement || judgement.verdict.kind === 'crashed') return said;
  const {
    check: { question },
    verdict,
  } = judgement;
  if (verdict.kind === 'problem') {
    const { cause, title, fixes, evidence, wants = [] } = verdict;
    add(cause, title.en, ...wants.map(({ elsewhere }) => elsewhere));
    add(question, ...wants.map(({ elsewhere }) => elsewhere));
    for (const { action, steps, source, effect, verify } of fixes) add(cause, action.en, steps, source, effect && sayOf(effect), verify);
    for (const { saw, reproduce } of evidence) add(cause, saw.en, reproduce);
  } else {
    add(question, verdict.kind === 'pass' ? verdict.note?.en : verdict.why.en);
    if (verdict.kind === 'cannot-tell') add(question, ...verdict.wants.map(({ elsewhere }) => elsewhere));
  }
  return said;
}

/** An effect with its list. */
export function sayOf({ en, args }: Message): string {
  return `${en} ${JSON.stringify(args)}`;
}

/** Facts of a file may have any shape. */
function judged(facts: readonly AnyFact[], checks: readonly Check[]): Judgement[] {
  try {
    return judge(facts, checks);
  } catch {
    return [];
  }
}

/** A command that may stand as ours: our own checks print it of these facts, or it only looks. */
export function mayStand(own: Own, of: string, command: string): boolean {
  return isLook(withoutAim(command)) || own.has(of, command);
}

/** Why a question is open that nobody but this machine is to blame for. */
export const TOO_BUSY: Message = { id: 'busy', args: {}, en: say.table.tooBusy };

/** Why a question is open that no one was asked. */
export const NOT_IN_BUNDLE: Message = { id: 'not-in-bundle', args: {}, en: say.table.notInBundle };

/** And why, where what a collector kept is one answer of those that an agent needs. */
export const POD_LIST_GIVEN: Message = { id: 'pod-list-given', args: {}, en: say.table.podListGiven };

/** The same, where what the agent logged goes on failing: checks take a log for older than an answer, and none of them says so. */
export const POD_LIST_DISPUTED: Message = { id: 'pod-list-disputed', args: {}, en: say.table.podListDisputed };

/** It stands for all that no bundle tells, and not for the question that it is put to. */
export const isOfBundle = (note: Message | undefined): boolean =>
  [NOT_IN_BUNDLE, POD_LIST_GIVEN, POD_LIST_DISPUTED].some(({ id }) => id === note?.id);

/** What no check says. */
const SAID_OF_OPEN: readonly Message[] = [TOO_BUSY, NOT_IN_BUNDLE, POD_LIST_GIVEN, POD_LIST_DISPUTED];

/** The message as the check that has its id says it; undefined where none does. `spare` leaves out what is no name, address or list of them. */
export function saidAgain({ id, args }: Message, question: string, spare?: 'spare'): Message | undefined {
  const ofPlatform = id.startsWith('platform.') ? id.slice('platform.'.length) : '';
  if (isPlatform(args.platform) && Object.hasOwn(sayPlatform.table, ofPlatform))
    return messageOn(ofPlatform as keyof typeof sayPlatform.table, args.platform);
  const ofSince = id.startsWith('since.') ? id.slice('since.'.length) : '';
  if (Object.hasOwn(saySince.table, ofSince)) return sinceMessage(ofSince as keyof typeof saySince.table, args);
  const ofOpen = SAID_OF_OPEN.find((each) => each.id === id);
  if (ofOpen) return ofOpen;
  const check = checkOf(question);
  const key = id.startsWith(`${question}.`) ? id.slice(question.length + 1) : '';
  if (!check || !Object.hasOwn(check.words, key)) return undefined;
  const given = spare ? Object.fromEntries(Object.entries(args).map(([name, value]) => [name, isNames(value) ? value : LEFT_OUT])) : args;
  try {
    return (sayFor(check) as (key: string, args: Message['args']) => Message)(key, given);
  } catch {
    return undefined;
  }
}

/** The same words of the same arguments. */
export function isSaid(message: Message, said: Message | undefined): boolean {
  const names = Object.keys(message.args);
  return (
    message.en === said?.en &&
    message.id === said.id &&
    names.length === Object.keys(said.args).length &&
    names.every((name) => message.args[name] === said.args[name])
  );
}

export const LEFT_OUT = '…';

/** Names, addresses, paths, numbers; with the word that says of what kind, as `DaemonSet a/b`, `get nodes/metrics`, `token (/path)`. */
const TOKEN = '[\\w.:/@=,+%*()[\\]-]{1,253}';
const KIND = '(?:[A-Z][A-Za-z]{2,30}|kubelet|apiserver|token|certificate|node|pod|get|list|watch|create|update|patch|delete)';
/** `the pod network`, `3 days`, `Node n1 status.addresses InternalIP`. */
const OURS = `(?:(?:the|this) [a-z]{3,14}(?: [a-z]{3,14})?|\\d{1,9} (?:second|minute|hour|day)s?|Node ${TOKEN} status\\.addresses \\w{1,20})`;
const ITEM = `(?:(?:${KIND} )?${TOKEN}|${OURS})`;
const NAMES = new RegExp(`^(?:${ITEM}(?:(?:, | and |; )${ITEM}){0,40})?$`);

function isNames(value: string | number): boolean {
  return typeof value === 'number' || (value.length <= 1000 && (value === LEFT_OUT || NAMES.test(value.trim())));
}

/** A node, or an address, as it may stand beside an act. */
export function isPlainName(name: string): boolean {
  return /^(?:[\w.:[\]-]{1,253}|\(no node named in [\w./:@+?-]{1,400}\))$/.test(name);
}
