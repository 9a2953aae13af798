/** What is known of the token: its file, its claims, and what the servers make of it. Nothing is decided here. */
import { MOUNTED_TOKEN } from '../../../kubernetes/service-account.js';
import type { Feature, Fix, View } from '../../../model/check.js';
import type { Credential, Fact, HttpAnswer, Place, TokenClaims, TokenReview } from '../../../model/facts.js';
import { apiserverFeatures, inPod, judgesAnAgent, ownerHere, ownPod, serverNow } from '../../shared/apiserver.js';
import { ALL_KUBELET_FEATURES, settingOf } from '../../shared/kubelet.js';
import { ANONYMOUS } from '../../shared/kubelet-answers.js';
import type { Grounds } from '../../shared/problem.js';
import { answers, failure, seen } from '../../shared/read.js';
import { causeOfReason, reasonOf } from '../shared/replayed.js';

export const NEEDS = [
  'apiserver/credential',
  'apiserver/http',
  'apiserver/identity',
  'apiserver/clock',
  'apiserver/tls',
  'apiserver/token-review',
  'kubelet/http',
  'kubelet/clock',
  'self/place',
  'self/settings',
] as const;

type Seen = View<(typeof NEEDS)[number]>;

export interface Clues {
  held: Credential | undefined;
  facts: TokenFacts;
  /** Where it was looked for, and why none came of it. */
  path: string;
  code: string | undefined;
  detail: string;
  usesCertificate: boolean;
  /** No credential of any kind is configured. */
  none: boolean;
  /** It is an agent's own access that is judged here. */
  ofAgent: boolean;
  inPod: boolean;
  pod: ReturnType<typeof ownPod>;
  /** Who can change what this process is given. */
  owner: Fix['owner'];
  features: Feature[];
  claims: TokenClaims | undefined;
  /** Whom the apiserver takes us for. */
  user: string | undefined;
  /** What the apiserver itself answered to the token. */
  heard: HttpAnswer[];
  refusal: HttpAnswer | undefined;
  /** The apiserver knew us by this very token, and refused it in another answer while its claims were in time. */
  isTakenAndRefused: boolean;
  kubeletRefuses: boolean;
  /** It was not sent: the apiserver's certificate does not verify. */
  withheld: boolean;
  review: TokenReview | undefined;
  /** The apiserver's own reason for refusing it, and the cause that it names. */
  reason: string | undefined;
  told: ReturnType<typeof causeOfReason> | undefined;
  times: Times;
  /** What the apiserver's certificate calls it. */
  apiserverNames: string[];
  /** What a pass rests on. */
  witness: Grounds;
}

/** What each of them was read from: for proofs. */
export interface TokenFacts {
  file: Fact<'credential'>;
  none: Fact<'credential'>;
  identity: Fact<'identity'>;
  /** The apiserver's answer that shows us to be nobody, and the one that refuses. */
  toNobody: Fact<'http'> | undefined;
  refusal: Fact<'http'> | undefined;
  review: Fact<'token-review'>;
  clock: Fact<'clock'>;
}

/** All in milliseconds. */
export interface Times {
  /** Its claims: valid from, and until. */
  from: number;
  until: number;
  /** By our clock, and by the apiserver's where that was seen. */
  ours: number;
  theirs: number | undefined;
  /** By the best clock there is, if need be the kubelet's. */
  best: number;
}

export function read(view: Seen): Clues {
  const place = seen(view.one('self/place'));
  const settings = view.one('self/settings');
  const file = view.one('apiserver/credential', 'token');
  const held = seen(file);
  const http = view.all('apiserver/http');
  const heard = ownAnswers(http);
  const refusal = heard.find(({ status }) => status === 401);
  const review = seen(view.one('apiserver/token-review'));
  const reason = reasonOf(review);
  const times = timesOf(view, held?.token, refusal, place);
  const user = seen(view.one('apiserver/identity'))?.user;
  const handshakes = view.all('apiserver/tls').flatMap((fact) => seen(fact) ?? []);
  return {
    held,
    facts: {
      file,
      none: view.one('apiserver/credential', 'none'),
      identity: view.one('apiserver/identity'),
      toNobody: http.find((fact) => heard.some((answer) => answer === seen(fact) && isToAnonymous(answer))),
      refusal: http.find((fact) => refusal !== undefined && seen(fact) === refusal),
      review: view.one('apiserver/token-review'),
      clock: view.one('apiserver/clock'),
    },
    path: settingOf(settings, 'apiserver.token')?.value ?? MOUNTED_TOKEN,
    code: failure(file),
    detail: file.outcome.status === 'failed' ? file.outcome.detail : '',
    usesCertificate: seen(view.one('apiserver/credential', 'certificate')) !== undefined,
    none: seen(view.one('apiserver/credential', 'none')) !== undefined,
    ofAgent: judgesAnAgent(place, settings),
    inPod: inPod(place),
    pod: ownPod(place),
    owner: ownerHere(place),
    features: [...(inPod(place) ? ALL_KUBELET_FEATURES : []), ...apiserverFeatures(settings)],
    claims: held?.token,
    user,
    heard,
    refusal,
    isTakenAndRefused: user !== undefined && user !== ANONYMOUS && refusal !== undefined && times.best < times.until,
    kubeletRefuses: answers(view.all('kubelet/http'), 'token').some(({ status }) => status === 401),
    withheld: handshakes.some(({ verification }) => !verification.ok),
    review,
    reason,
    told: reason === undefined ? undefined : causeOfReason(reason),
    times,
    apiserverNames: handshakes.flatMap(({ chain }) => chain[0]?.names ?? []),
    witness: [file, view.one('apiserver/credential'), ...view.all('apiserver/http')],
  };
}

export function isToAnonymous({ status, body }: HttpAnswer): boolean {
  return status === 403 && body.includes(ANONYMOUS);
}

/** Through the node proxy a kubelet answers, and a proxy's word is not the apiserver's. */
function ownAnswers(http: Fact<'http'>[]): HttpAnswer[] {
  return answers(http, 'token').filter(
    ({ voice, path }) => (voice === 'apiserver' || voice === 'kubernetes-api-other') && !path.includes('/proxy/'),
  );
}

function timesOf(view: Seen, claims: TokenClaims | undefined, refusal: HttpAnswer | undefined, place: Place | undefined): Times {
  const ours = place?.nowMs ?? 0;
  const theirs = refusal?.serverTimeMs ?? serverNow(place, seen(view.one('apiserver/clock')));
  return {
    from: Math.max(claims?.notBefore ?? 0, claims?.issuedAt ?? 0) * 1000,
    until: claims?.expiresAt === undefined ? Number.POSITIVE_INFINITY : claims.expiresAt * 1000,
    ours,
    theirs,
    best: theirs ?? serverNow(place, seen(view.one('kubelet/clock'))) ?? ours,
  };
}
