/** What the kubelet's answers are like; nothing is decided here. */
import type { View } from '../../../model/check.js';
import type { Candidate, Fact, HttpAnswer, NodeObject, Place, SecondSight } from '../../../model/facts.js';
import { isOf, kubeletPort, nodeName } from '../../shared/address.js';
import { agentsCandidate, agentsEndpoint, agentVerifies, type KubeletPath, settingOf } from '../../shared/kubelet.js';
import {
  answered,
  isAnswer,
  isAuthenticated,
  isOk,
  isServerFault,
  isTimeout,
  REQUIRED_PATHS,
  type Withheld,
  withheldAs,
} from '../../shared/kubelet-answers.js';
import { isThisNode } from '../../shared/on-node.js';
import { isSameNode } from '../../shared/own-node.js';
import type { Grounds } from '../../shared/problem.js';
import { answers, failure, isPending, seen, subjectOf } from '../../shared/read.js';

export const NEEDS = [
  'kubelet/candidates',
  'kubelet/proxy',
  'kubelet/http',
  'kubelet/proxied',
  'kubelet/tcp',
  'kubelet/second-sight',
  'self/place',
  'self/settings',
  'self/kubelet-process',
  'apiserver/node',
  'apiserver/identity',
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
  /** By its Node object the address and the port are the kubelet's own, and another Kubernetes server answers there. */
  taken: { node: NodeObject; fact: Fact<'node'>; candidate: Candidate } | undefined;
  /** Of the paths that are needed: answered by another server, or with something that is not what was asked for. */
  foreign: Attempt[];
  /** In the name of another node than the one that is meant, or that the others name. */
  strayed: { attempt: Attempt; node: string; not: string } | undefined;
  /** It let us in, and then failed, broke off or said nothing more. */
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
  /** A path that is needed, and has no answer to be judged by. */
  unread: string | undefined;
  /** Nothing was sent that could bring an answer, and what is given to anyone is one. */
  byAnyone: boolean;
  waiting: boolean;
  refused: boolean;
  withheld: Withheld | undefined;
  /** The agent sends its credential without looking at the certificate. */
  agentVerifies: boolean;
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
  const needed = mine.filter((attempt) => REQUIRED_PATHS.has(pathOf(attempt)));
  const failing = mine.filter(
    (attempt) =>
      answered(attempt, isServerFault) ||
      (entered && (afar ? isTimeout(attempt) : failure(attempt) !== undefined)) ||
      (REQUIRED_PATHS.has(pathOf(attempt)) && answered(attempt, isUnserved)),
  );
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
    taken: afar ? undefined : takenBy(view, heard),
    foreign: needed.filter(isForeign),
    strayed: strayedIn(view, mine),
    failing,
    onlyShort: isOnlyShort(mine, failing),
    short: mine.find((attempt) => answered(attempt, isOk) && !isLong(attempt)),
    unhealthy: failing.find((attempt) => pathOf(attempt) === '/healthz' && failedParts(attempt).length > 0),
    disabled: disabledIn(mine),
    reads: mine.some((attempt) => answered(attempt, isOk)),
    unread: [...REQUIRED_PATHS].find((path) => !needed.some((attempt) => pathOf(attempt) === path && isJudgeable(attempt))),
    byAnyone,
    waiting: mine.some(isPending),
    refused: mine.some((attempt) => seen(attempt)),
    withheld: withheldAs(mine),
    agentVerifies: agentVerifies(view.one('self/settings')),
    refusesNobodyHere: mine.length === 0 && refusesNobody && isOfThisNode(view, place),
    healthPort: seen(view.one('kubelet/second-sight', 'local-healthz')),
    witness: [...attempts, view.one('kubelet/second-sight', 'local-healthz')],
  };
}

/** Only a Kubernetes server's own words: a proxy or a page may stand anywhere in between. */
function takenBy(view: Seen, heard: readonly Attempt[]): Clues['taken'] {
  const candidate = agentsCandidate(view.one('kubelet/candidates'));
  const fact = view.one('apiserver/node');
  const node = seen(fact);
  if (!candidate || !node || seen(view.one('kubelet/proxy', subjectOf(candidate)))?.via === 'proxy') return undefined;
  const isServer = heard.every((attempt) => /^(apiserver|kubernetes-api-other)$/.test(seen(attempt)?.voice ?? ''));
  const isIts = isOf(node, [candidate.host]) && kubeletPort(node) === candidate.port;
  return isServer && isIts ? { node, fact, candidate } : undefined;
}

/** Neither its data nor a refusal or a fault of its own. */
function isForeign(attempt: Attempt): boolean {
  const answer = seen(attempt);
  if (!answer || isAnswer(pathOf(attempt), answer)) return false;
  return answer.voice !== 'kubelet' || answer.status < 400;
}

/** The path is not there, or not for GET: no refusal, and no fault of what is behind it. */
function isUnserved({ status }: HttpAnswer): boolean {
  return status >= 400 && status < 500 && status !== 401 && status !== 403;
}

/** Its data, or a refusal: that is for authentication and permission to judge. */
function isJudgeable(attempt: Attempt): boolean {
  const answer = seen(attempt);
  return answer !== undefined && (isAnswer(pathOf(attempt), answer) || answer.status === 401 || answer.status === 403);
}

/** All of one other node are judged by the address that was dialled (kubelet-address); here, one that differs from the rest or was handed on. */
function strayedIn(view: Seen, mine: Attempt[]): Clues['strayed'] {
  const named = mine.flatMap((attempt) => {
    const node = seen(attempt)?.payload?.node;
    return node === undefined ? [] : [{ attempt, node }];
  });
  const nodes = new Set(named.map(({ node }) => node));
  const meant =
    settingOf(view.one('self/settings'), 'node')?.value ??
    seen(view.one('apiserver/node'))?.node ??
    seen(view.one('apiserver/identity'))?.node;
  const right = meant ?? named[0]?.node;
  const strayed = named.find(({ node }) => right !== undefined && !isSameNode(node, right));
  const alone = nodes.size === 1 && strayed?.attempt.kind === 'http';
  return strayed && right !== undefined && !alone ? { ...strayed, not: right } : undefined;
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
