/** Why a list is not there, or ends before its end: the one place where that is worded, by what became of the request and nothing else. */
import type { Message, Say, Verdict } from '../../../model/check.js';
import type { ListCut } from '../../../model/facts/placement.js';
import type { AbsentWhy, Fact } from '../../../model/facts.js';
import { cannotTell } from '../../shared/problem.js';
import { placementWants } from './wants.js';

/** Said by every check that reads a list. */
export const UNREAD = '{list} could not be listed: {why}';
/** Said by those that must have read all of it. */
export const CUT = 'of the {list}, {count} were read: {why}';

const NAMES = { workloads: 'DaemonSets', nodes: 'nodes', 'agent-pods': 'pods' } as const;

export type ListKind = keyof typeof NAMES;
export type ListFact = Fact<ListKind>;

export const listName = ({ kind }: Pick<ListFact, 'kind'>): string => NAMES[kind];

const ABSENT: Record<AbsentWhy, string> = {
  'no-permission': 'permission denied (403)',
  budget: 'time ran out (a longer --timeout allows more)',
  busy: 'this machine was too busy to hear answers in time',
  withheld: 'no credential was sent to this server',
  blocked: 'the apiserver was not reached',
  'probe-crashed': 'an error in kubelet-doctor',
  'not-attempted': 'not asked from here',
  'not-ours': 'not asked from here',
  'not-in-bundle': 'the bundle does not contain them',
};

const FAILED = {
  EMORE: 'kubelet-doctor reads no more pages',
  ETIMEDOUT: 'the apiserver did not answer in time',
  ECANCELLED: ABSENT.budget,
  ELATE: ABSENT.busy,
  ETOOBIG: 'a page of the list is larger than kubelet-doctor reads',
  ENOTLIST: 'the answer is not a list',
  ECONNRESET: 'the connection was closed before the end',
  HTTP401: 'the apiserver did not accept the credential (401)',
  HTTP403: ABSENT['no-permission'],
  HTTP410: 'the list expired while it was read (410)',
  HTTP429: 'the apiserver is overloaded (429)',
  ENOTINBUNDLE: 'the bundle may not contain all of them',
  UNKNOWN: 'the list goes on',
} as const satisfies Record<string, string>;

const NOT_LISTED = '{list} could not be listed';
type Reason = AbsentWhy | keyof typeof FAILED;

/** A word for each reason, so that none is an argument of a message. */
export const UNREAD_BY = {
  ...(Object.fromEntries(
    Object.entries({ ...ABSENT, ...FAILED }).map(([reason, why]) => [`unread.${reason}`, `${NOT_LISTED}: ${why}`]),
  ) as Record<`unread.${Reason}`, `{list} could not be listed: ${string}`>),
  'unread.status': '{list} could not be listed: the apiserver answered {status}',
  'unread.code': '{list} could not be listed: the request failed ({code})',
} as const;

/** In the middle of a sentence. */
export function whyCut({ code, remaining }: Pick<ListCut, 'code' | 'remaining'>): string {
  const status = /^HTTP(\d{3})$/.exec(code)?.[1];
  const why =
    (FAILED as Partial<Record<string, string>>)[code] ?? (status ? `the apiserver answered ${status}` : `the request failed (${code})`);
  return remaining ? `${why}; about ${remaining} more` : why;
}

/** Why this fact is not there. */
export function whyUnread({ outcome }: ListFact): string {
  if (outcome.status === 'failed') return whyCut(outcome);
  if (outcome.status === 'observed') return 'cut' in outcome.data && outcome.data.cut ? whyCut(outcome.data.cut) : FAILED.UNKNOWN;
  return outcome.status === 'absent' ? ABSENT[outcome.why] : ABSENT['not-attempted'];
}

/** The answer of a check that has no list to read. */
export function cannotList(fact: ListFact, say: (key: 'unread', words: { list: string; why: string }) => Message): Verdict<never> {
  return cannotTell(say('unread', { list: listName(fact), why: whyUnread(fact) }), placementWants());
}

/** The same, in words that have the reason in them. */
export function cannotListBy(fact: ListFact, say: Say<typeof UNREAD_BY>): Verdict<never> {
  return cannotTell(unreadBy(fact, say), placementWants());
}

function unreadBy(fact: ListFact, say: Say<typeof UNREAD_BY>): Message {
  const list = listName(fact);
  const { outcome } = fact;
  if (outcome.status === 'absent') return say(`unread.${outcome.why}`, { list });
  const cut = outcome.status === 'observed' && 'cut' in outcome.data ? outcome.data.cut?.code : undefined;
  const code = outcome.status === 'failed' ? outcome.code : (cut ?? 'UNKNOWN');
  if (isKnown(code)) return say(`unread.${code}`, { list });
  const status = /^HTTP(\d{3})$/.exec(code)?.[1];
  return status ? say('unread.status', { list, status }) : say('unread.code', { list, code });
}

function isKnown(code: string): code is keyof typeof FAILED {
  return Object.hasOwn(FAILED, code);
}

/** The answer of a check that found nothing in the part of a list that was read. */
export function cannotTellAll(
  { kind, cut }: { kind: ListKind; cut: ListCut },
  say: (key: 'cut', words: { count: number; list: string; why: string }) => Message,
): Verdict<never> {
  return cannotTell(say('cut', cutWords(kind, cut)));
}

/** What `CUT` says. */
export function cutWords(kind: ListKind, cut: ListCut): { count: number; list: string; why: string } {
  return { count: cut.read, list: NAMES[kind], why: whyCut(cut) };
}
