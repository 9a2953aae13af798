/** What the kubelet's answers are like; nothing is decided here. */
import type { View } from '../../../model/check.js';
import type { Fact, Place, SecondSight } from '../../../model/facts.js';
import { nodeName } from '../../shared/address.js';
import { agentsCandidate, agentsEndpoint, type KubeletPath } from '../../shared/kubelet.js';
import { answered, isAuthenticated, isOk, isServerFault, isTimeout } from '../../shared/kubelet-answers.js';
import { isThisNode } from '../../shared/on-node.js';
import type { Grounds } from '../../shared/problem.js';
import { answers, failure, isPending, seen } from '../../shared/read.js';

export const NEEDS = [
  'kubelet/candidates',
  'kubelet/http',
  'kubelet/proxied',
  'kubelet/tcp',
  'kubelet/second-sight',
  'self/place',
  'self/settings',
  'self/kubelet-process',
  'apiserver/node',
] as const;

type Seen = View<(typeof NEEDS)[number]>;

/** An attempt to read a path of the kubelet, at its port or through the apiserver. */
export type Attempt = Fact<'http' | 'proxied'>;

export interface Clues {
  endpoint: string;
  /** The node's name, where it may be put into a command. */
  node: string | undefined;
  /** From a workstation its port is not reached, and the node proxy is asked. */
  afar: boolean;
  portFails: boolean;
  heard: Attempt[];
  kubeletSpeaks: boolean;
  /** It let us in, and then failed or said nothing more. */
  failing: Attempt[];
  /** Only its short answers arrive: each long one was waited for in vain, and there were several. */
  onlyShort: boolean;
  /** A short one that arrived. */
  short: Attempt | undefined;
  /** The one of them in which it names the parts that failed. */
  unhealthy: Attempt | undefined;
  /** What shows that its debug endpoints are turned off. */
  disabled: Attempt | undefined;
  reads: boolean;
  /** Nothing was sent that could bring an answer, and what is given to anyone is one. */
  byAnyone: boolean;
  waiting: boolean;
  refused: boolean;
  withheld: boolean;
  /** A kubelet on this very node, of which nothing was asked but without a credential. */
  refusesNobodyHere: boolean;
  healthPort: SecondSight | undefined;
  /** What a pass rests on. */
  witness: Grounds;
}

export function read(view: Seen): Clues {
  const place = seen(view.one('self/place'));
  const { attempts, afar } = attemptsOf(view, place);
  const heard = attempts.filter((attempt) => seen(attempt));
  const credited = attempts.filter(({ subject }) => !subject.startsWith('nobody '));
  const isOpen = heard.some((attempt) => answered(attempt, (a) => a.as === 'nobody' && isOk(a)));
  const byAnyone = isOpen && !credited.some((attempt) => seen(attempt) || isPending(attempt));
  const mine = byAnyone ? attempts : credited;
  const entered = answers(mine).some(isAuthenticated);
  const failing = mine.filter((attempt) => answered(attempt, isServerFault) || (entered && isTimeout(attempt)));
  const refusesNobody = heard.some((attempt) =>
    answered(attempt, ({ as, status }) => as === 'nobody' && (status === 401 || status === 403)),
  );
  return {
    endpoint: agentsEndpoint(view.one('kubelet/candidates')) ?? '',
    node: nodeName(view.one('self/settings'), view.one('apiserver/node')),
    afar,
    portFails: view.all('kubelet/tcp').some((fact) => failure(fact) !== undefined),
    heard,
    kubeletSpeaks: heard.some((attempt) => answered(attempt, () => true)),
    failing,
    onlyShort: isOnlyShort(mine, failing),
    short: mine.find((attempt) => answered(attempt, isOk) && !isLong(attempt)),
    unhealthy: failing.find((attempt) => pathOf(attempt) === '/healthz' && failedParts(attempt).length > 0),
    disabled: disabledIn(mine),
    reads: mine.some((attempt) => answered(attempt, isOk)),
    byAnyone,
    waiting: mine.some(isPending),
    refused: mine.some((attempt) => seen(attempt)),
    withheld: mine.some(({ outcome }) => outcome.status === 'absent' && outcome.why === 'withheld'),
    refusesNobodyHere: mine.length === 0 && refusesNobody && isOfThisNode(view, place),
    healthPort: seen(view.one('kubelet/second-sight', 'local-healthz')),
    witness: [...attempts, view.one('kubelet/second-sight', 'local-healthz')],
  };
}

function attemptsOf(view: Seen, place: Place | undefined): { attempts: Attempt[]; afar: boolean } {
  const direct = view.all('kubelet/http');
  const afar = place?.place === 'workstation' && !direct.some((fact) => seen(fact));
  return { attempts: afar ? view.all('kubelet/proxied') : direct, afar };
}

/** What is long on every node. */
const LONG: readonly string[] = ['/pods', '/metrics', '/metrics/cadvisor', '/stats/summary'];

function isLong(attempt: Attempt): boolean {
  return LONG.includes(pathOf(attempt));
}

function isOnlyShort(mine: readonly Attempt[], failing: readonly Attempt[]): boolean {
  return (
    failing.length > 1 &&
    failing.every((attempt) => isTimeout(attempt) && isLong(attempt)) &&
    mine.some((attempt) => answered(attempt, isOk) && !isLong(attempt)) &&
    !mine.some((attempt) => answered(attempt, isOk) && isLong(attempt))
  );
}

/** It says so; or it serves the pod list, and knows no /configz. */
function disabledIn(mine: Attempt[]): Attempt | undefined {
  const says = mine.find((attempt) => answered(attempt, ({ status, body }) => status === 405 && /endpoints? (are|is) disabled/.test(body)));
  const servesPods = mine.some((attempt) => pathOf(attempt) === '/pods' && answered(attempt, isOk));
  const unknown = mine.find((attempt) => pathOf(attempt) === '/configz' && answered(attempt, ({ status }) => status === 404));
  return says ?? (servesPods ? unknown : undefined);
}

function isOfThisNode(view: Seen, place: Place | undefined): boolean {
  return isThisNode(seen(view.one('self/kubelet-process')), place, agentsCandidate(view.one('kubelet/candidates')));
}

export function pathOf({ subject }: Attempt): KubeletPath {
  return subject.slice(subject.indexOf('/')) as KubeletPath;
}

/** `[-]syncloop failed: reason withheld` → `syncloop`. */
export function failedParts(attempt: Attempt): string[] {
  return [...(seen(attempt)?.body ?? '').matchAll(/\[-\]([\w-]+) failed/g)].map(([, name]) => name!);
}
