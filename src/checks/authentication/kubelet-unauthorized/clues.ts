/** What is known of how the kubelet takes a credential; nothing is decided here. */
import { heartbeatOf } from '../../../kubernetes/kubelet/heartbeat.js';
import { isDnsName } from '../../../kubernetes/names.js';
import type { View } from '../../../model/check.js';
import type { Fact, HttpAnswer, Identity, KubeletValues, TokenReview } from '../../../model/facts.js';
import { ownNode, serverNow } from '../../shared/apiserver.js';
import { agentsCandidate, agentsEndpoint, agentVerifies } from '../../shared/kubelet.js';
import {
  ANONYMOUS,
  answered,
  credentialOf,
  isAnonymous,
  isAnswer,
  isAuthenticated,
  isSameCredential,
  isTimeout,
  isUnauthorized,
  saysAuthorizationError,
  type Withheld,
  withheldAs,
} from '../../shared/kubelet-answers.js';
import { type KnownConfig, knownConfig, nodeHere } from '../../shared/on-node.js';
import type { Grounds } from '../../shared/problem.js';
import { answers, failure, isPending, seen, took } from '../../shared/read.js';
import { asksAsKubelet, type Replayed, reasonOf, replayed } from '../shared/replayed.js';

export const NEEDS = [
  'kubelet/candidates',
  'kubelet/http',
  'kubelet/tls',
  'kubelet/credential',
  'kubelet/second-sight',
  'apiserver/clock',
  'apiserver/credential',
  'apiserver/http',
  'apiserver/identity',
  'apiserver/lease',
  'apiserver/node',
  'apiserver/tcp',
  'apiserver/tls',
  'apiserver/token-review',
  'self/settings',
  'self/place',
  'self/kubelet-process',
  'self/kubelet-config',
] as const;

type Seen = View<(typeof NEEDS)[number]>;

/** A refusal this much later than the one without a credential was not decided on the node: it waited for the apiserver. */
const LATE_MS = 1500;

export interface Clues {
  /** How the kubelet is called: its node, else its address. */
  node: string;
  /** The node's name, where it may be put into a command. */
  nodeName: string | undefined;
  /** One way in is enough: the agent shows all it has on one connection. */
  entered: boolean;
  believesToken: boolean;
  tokenShown: boolean;
  waiting: boolean;
  heard: boolean;
  withheld: Withheld | undefined;
  /** It answers without a credential, and the connection is cut for each request with one. */
  cutFor: { cut: Fact<'http'>; answered: Fact<'http'> } | undefined;
  /** The agent sends its credential without looking at the certificate. */
  agentVerifies: boolean;
  /** It answers a request without a credential with its data. */
  givesToAnyone: boolean;
  identity: Identity | undefined;
  /** Its settings, on the node itself. */
  config: KnownConfig | undefined;
  configFact: Fact<'kubelet-config'>;
  replay: Replayed | undefined;
  refusal: Refusal | undefined;
  /** The certificate by which the kubelet itself asks has expired: whatever it was told, the apiserver may well answer. */
  ownExpired: boolean;
  /** What a pass rests on. */
  witness: Grounds;
}

/** What the kubelet did not believe, and all that explains it. */
export interface Refusal {
  as: 'token' | 'certificate';
  kind: 'unauthorized' | 'anonymous' | 'authorization error' | 'timeout';
  onHealthz: boolean;
  late: boolean;
  /** What the apiserver makes of the same credential; `unasked`: it answers, but was shown another one or none. */
  apiserver: 'accepts' | 'refuses' | 'unasked' | 'silent';
  heartbeat: ReturnType<typeof heartbeatOf>;
  cutOffElsewhere: boolean;
  asksCertificate: boolean | undefined;
  /** False after a credential was once believed, or after a 403 for nobody: with the webhook off a token would then be ignored, not refused. */
  canBeOff: boolean;
  settings: KubeletValues | undefined;
  /** Where the credential was read from. */
  source: string;
  quoted: Quoted;
}

/** What is quoted of a refusal. */
export interface Quoted {
  failing: Fact<'http'>;
  nobody: Fact<'http'>;
  review: TokenReview | undefined;
  /** The apiserver's own reason for refusing the token. */
  reason: string | undefined;
  identity: Fact<'identity'>;
  lease: Fact<'lease'>;
  node: Fact<'node'>;
  sight: Fact<'second-sight'>;
  config: Fact<'kubelet-config'>;
  tls: Fact<'tls'>;
  /** Where the apiserver says what it makes of the same credential. */
  word: Fact<'token-review'> | Fact<'identity'> | Fact<'http'>;
  endpoint: string;
}

export function read(view: Seen): Clues {
  const endpoint = agentsEndpoint(view.one('kubelet/candidates')) ?? '';
  const settings = view.one('self/settings');
  const identity = seen(view.one('apiserver/identity'));
  const said = ownNode(settings) ?? identity?.node ?? credentialOf(view.all('kubelet/credential'), 'token')?.token?.node;
  const named = said ?? nodeHere(seen(view.one('self/place')), seen(view.one('self/kubelet-process')));
  const nodeName = named && isDnsName(named) ? named : undefined;
  const http = view.all('kubelet/http');
  const [tokens, certificates] = shown(http);
  const mine = [...tokens, ...certificates];
  const config = knownConfig(
    view.one('self/kubelet-config'),
    view.one('self/kubelet-process'),
    seen(view.one('self/place')),
    agentsCandidate(view.one('kubelet/candidates')),
  );
  const failing = firstRefusal(http, view.one('kubelet/http', NOBODY));
  return {
    node: (nodeName ?? endpoint) || 'this node',
    nodeName,
    entered: [tokens, certificates].some((facts) => answers(facts).some(isAuthenticated) && !facts.some(isUnauthorized)),
    believesToken: answers(http, 'token').some(isAuthenticated),
    tokenShown: tokens.length > 0,
    waiting: mine.some(isPending),
    heard: answers(http).length > 0,
    withheld: withheldAs(mine),
    cutFor: cutIn(mine, view.one('kubelet/http', NOBODY)),
    agentVerifies: agentVerifies(settings),
    givesToAnyone: answered(view.one('kubelet/http', NOBODY), (answer) => isAnswer('/pods', answer)),
    identity,
    config,
    configFact: view.one('self/kubelet-config'),
    replay: replayed(settings, identity, [...view.all('apiserver/tcp'), ...view.all('apiserver/tls')]),
    ownExpired: !identity && asksAsKubelet(settings) && isExpired(view),
    refusal: failing && refusalOf(view, failing, config?.values, endpoint),
    witness: [...http, view.one('self/kubelet-config'), view.one('self/kubelet-process'), view.one('apiserver/identity')],
  };
}

/** By the apiserver's clock, where that is known. */
function isExpired(view: Seen): boolean {
  const place = seen(view.one('self/place'));
  const now = serverNow(place, seen(view.one('apiserver/clock'))) ?? place?.nowMs;
  const until = seen(view.one('apiserver/credential', 'certificate'))?.certificate?.notAfter;
  return now !== undefined && until !== undefined && now >= Date.parse(until);
}

const NOBODY = 'nobody GET /pods';

function cutIn(mine: Fact<'http'>[], nobodys: Fact<'http'>): Clues['cutFor'] {
  const isCut = (fact: Fact<'http'>) => failure(fact) === 'ECONNRESET';
  if (!seen(nobodys) || !mine.every((fact) => isCut(fact) || fact.outcome.status === 'absent')) return undefined;
  const cut = mine.find(isCut);
  return cut && { cut, answered: nobodys };
}

/** What came of our tokens, and of our certificates. */
function shown(http: Fact<'http'>[]): [tokens: Fact<'http'>[], certificates: Fact<'http'>[]] {
  const by = (as: Refusal['as']) => http.filter(({ subject }) => subject.startsWith(`${as} `));
  return [by('token'), by('certificate')];
}

/** A kubelet that cannot ask its apiserver says so to anyone; else the first credential that it did not believe. */
function firstRefusal(http: Fact<'http'>[], nobody: Fact<'http'>): Fact<'http'> | undefined {
  const heardByOthers = answered(nobody, () => true);
  return (
    http.find((fact) => answered(fact, saysAuthorizationError)) ??
    shown(http)
      .flat()
      .find((fact) => isUnauthorized(fact) || isAnonymous(fact) || (isTimeout(fact) && heardByOthers))
  );
}

function refusalOf(view: Seen, failing: Fact<'http'>, settings: KubeletValues | undefined, endpoint: string): Refusal {
  const as = failing.subject.startsWith('certificate') ? 'certificate' : 'token';
  const nobody = view.one('kubelet/http', NOBODY);
  const [lease, node] = [view.one('apiserver/lease'), view.one('apiserver/node')];
  const sight = view.one('kubelet/second-sight', 'node-proxy');
  const elsewhere = seen(sight);
  const review = as === 'token' ? seen(view.one('apiserver/token-review')) : undefined;
  const believed = answers(shown(view.all('kubelet/http')).flat(), as).some(isAuthenticated);
  return {
    as,
    kind: kindOf(failing),
    onHealthz: failing.subject.endsWith(' /healthz'),
    late: (took(failing.outcome) ?? 0) - (took(nobody.outcome) ?? 0) > LATE_MS,
    apiserver: wordOfApiserver(view, as, review),
    heartbeat: heartbeatOf(seen(lease), seen(node)),
    cutOffElsewhere: elsewhere !== undefined && saysAuthorizationError({ status: elsewhere.status, body: elsewhere.said }),
    asksCertificate: seen(view.one('kubelet/tls', endpoint))?.asksClientCertificate,
    canBeOff: (seen(nobody)?.status ?? 401) === 401 && !believed,
    settings,
    source: credentialOf(view.all('kubelet/credential'), as)?.source ?? '?',
    quoted: {
      failing,
      nobody,
      review,
      reason: reasonOf(review),
      identity: view.one('apiserver/identity'),
      lease,
      node,
      sight,
      config: view.one('self/kubelet-config'),
      tls: view.one('kubelet/tls', endpoint),
      word: whereItSaysSo(view, as, review),
      endpoint,
    },
  };
}

function kindOf(failing: Fact<'http'>): Refusal['kind'] {
  if (answered(failing, saysAuthorizationError)) return 'authorization error';
  if (isUnauthorized(failing)) return 'unauthorized';
  return isAnonymous(failing) ? 'anonymous' : 'timeout';
}

/** In the order in which it counts. */
function whereItSaysSo(view: Seen, as: Refusal['as'], review: TokenReview | undefined): Quoted['word'] {
  if (review) return view.one('apiserver/token-review');
  const refusal = view.all('apiserver/http').find((fact) => answers([fact], as).some(isTheirRefusal));
  return refusal ?? view.one('apiserver/identity');
}

function isTheirRefusal({ status, voice }: HttpAnswer): boolean {
  return status === 401 && voice === 'apiserver';
}

/** Its review of the token goes before how it answered us, which counts only for the same credential. */
function wordOfApiserver(view: Seen, as: Refusal['as'], review: TokenReview | undefined): Refusal['apiserver'] {
  const http = view.all('apiserver/http');
  const identity = seen(view.one('apiserver/identity'));
  const same = isSameCredential(view.all('kubelet/credential'), view.all('apiserver/credential'), as);
  const refuses = answers(http, as).some(isTheirRefusal) || identity?.user === ANONYMOUS;
  if (reasonOf(review) !== undefined || (same && refuses)) return 'refuses';
  if (review?.authenticated || (same && identity)) return 'accepts';
  return http.some((fact) => seen(fact)) ? 'unasked' : 'silent';
}
