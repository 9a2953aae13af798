/** Whether the pods of one DaemonSet are let in, from the top down; and by the words of a refusal, which admission plugin it was. */
import { type AnswerOf, otherwise, type Row } from '../../shared/decide.js';
import type { Clues } from './clues.js';

/** Both levels forbid whatever of the host a pod asks for. */
const restricts = ({ policy, asks }: Clues): boolean => (policy?.enforce === 'baseline' || policy?.enforce === 'restricted') && asks !== '';
const violates = ({ event }: Clues): boolean => /violates PodSecurity/.test(event?.message ?? '');

export const DECISION = [
  // By a label it is certain, whatever came of the refusal.
  ['perhaps-refused', (c) => c.event !== undefined && !c.lacking && !restricts(c)],
  ['security-refuses', (c) => violates(c) || (restricts(c) && c.event !== undefined)],
  ['security-would-refuse', restricts],
  ['refused', (c) => c.event !== undefined],
  ['class-missing', (c) => c.priorityClass !== undefined && c.policy?.priorityClassExists === false],
  ['changed', (c) => c.taken.length > 0],
  ['let-in', otherwise],
] as const satisfies readonly Row<string, Clues>[];

export type Answer = AnswerOf<typeof DECISION>;

const says = (words: RegExp) => (message: string) => words.test(message);

/** In the words of resourcequota, priority, OpenShift's SCC, PodSecurityPolicy (up to 1.24), serviceaccount and webhooks. */
export const PLUGIN = [
  ['quota-scope', says(/insufficient quota to match these scopes/)],
  ['quota', says(/(exceeded|failed) quota/)],
  ['priority', says(/no PriorityClass/)],
  ['security-context', says(/security context constraint/)],
  ['host-port', (message) => refusedPortOf(message) !== undefined],
  ['service-account', says(/error looking up service account/)],
  ['webhook', (message) => webhookOf(message) !== undefined],
  ['other', otherwise],
] as const satisfies readonly Row<string, string>[];

export type Plugin = AnswerOf<typeof PLUGIN>;

export function webhookOf(message: string): string | undefined {
  return /admission webhook "([^"]{1,253})" denied/.exec(message)?.[1];
}

/** `spec.containers[0].hostPort: Invalid value: 4317: Host port 4317 is not allowed to be used. Allowed ports: [8125-8126]`. */
export function refusedPortOf(message: string): number | undefined {
  const [, port] = /\bHost port (\d{1,5}) is not allowed/.exec(message) ?? [];
  return port === undefined ? undefined : Number(port);
}
