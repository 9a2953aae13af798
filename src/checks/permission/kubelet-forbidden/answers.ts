/** What `kubelet-forbidden` says of each answer. */
import { isBindableUser, serviceAccountOf } from '../../../kubernetes/names.js';
import { canI, grantNodeRights } from '../../../manifests/rbac-yaml.js';
import type { Evidence, Fix, Say, Verdict, Want } from '../../../model/check.js';
import type { Fact } from '../../../model/facts.js';
import { accountName, firstOf } from '../../shared/brief.js';
import { cite, citeBy } from '../../shared/cite.js';
import { given } from '../../shared/decide.js';
import { byHand, fixBy, shell } from '../../shared/fix.js';
import { KUBELET_PATHS } from '../../shared/kubelet.js';
import { FINE, REQUIRED_PATHS } from '../../shared/kubelet-answers.js';
import { type Basis, cannotTell, notApplicable, pass, problem, type Said, suspected } from '../../shared/problem.js';
import { allInTheirWords, inTheirWords } from '../../shared/proof.js';
import { printedBy } from '../shared/printed-by.js';
import { grantOrAsk } from '../shared/rights.js';
import type { Cause } from './causes.js';
import { type Answer, among, type Judged } from './decision.js';
import type { PathClues } from './paths.js';
import type { WORDS } from './words.js';

type Words = Say<typeof WORDS>;

/** Of some rights, of all. */
const BY_ROLES = ['lacksByRoles', 'lacksAllByRoles'] as const;
const BY_APISERVER = ['wouldRefuse', 'wouldRefuseAll'] as const;

export const ANSWERS: Record<Answer, (clues: Judged, say: Words) => Verdict<Cause>> = {
  'not-needed': ({ profileWithout, witness }, say) => notApplicable(say('notNeeded', { profile: given(profileWithout) }), witness),
  'no-account': (_, say) => cannotTell(say('noAccount'), [], 'service-account-not-found'),
  'as-a-kubelet': ({ user }, say) => cannotTell(say('foreign', { user: given(user) }), aboutTheAgent()),
  'as-debug-pod': ({ user }, say) => cannotTell(say('foreign', { user: given(user) }), aboutTheAgent(), 'debug-pod-foreign-identity'),
  missing: (clues, say) => {
    const lost = among(clues, 'missing', 'too new');
    const rights = firstOf(rightsOf(lost));
    const [some, all] = isRefused(lost) ? (['refuses', 'refusesAll'] as const) : clues.byRoles ? BY_ROLES : BY_APISERVER;
    return problem('kubelet-permission-missing', {
      ...withoutRight(clues, lost, say),
      title: isEvery(clues, lost) ? say(all) : say(some, { rights }),
      fixes: grantOrAskApiserver(clues, 'kubelet-permission-missing', lost, say),
    });
  },
  'too-new': (clues, say) => {
    const lost = among(clues, 'too new');
    const { version = 'before 1.33', versionBy } = clues.kubelet;
    const part = withoutRight(clues, lost, say);
    const [first, ...others] = grantOrAskApiserver(clues, 'fine-grained-permission-too-new', lost, say);
    const old = clues.kubelet.version ? [citeBy(versionBy, '', say('sawVersion', { version }))] : [];
    return problem('fine-grained-permission-too-new', {
      ...part,
      title: say('tooNew', { version: version.replace(/ on .*/s, '') }),
      evidence: [...part.evidence, ...old],
      fixes: [first, fixBy('node', 'restart', say('upgrade'), { verify: 'kubectl get nodes' }), ...others].filter(
        (fix) => fix !== undefined,
      ),
    });
  },
  cached: (clues, say) => {
    const cached = among(clues, 'cached');
    return problem('kubelet-decision-cached', {
      // The kubelet refuses what the apiserver, asked now, allows.
      proof: inTheirWords(given(cached[0]?.refused).fact, ...allowedBy(clues)),
      // It refuses the agent right now, whatever it will do in a minute.
      severity: cached.some(({ path }) => REQUIRED_PATHS.has(path)) ? 'blocks' : 'degrades',
      title: say('cached'),
      features: cached.map(({ path }) => KUBELET_PATHS[path]),
      evidence: quoted(clues, cached, say),
      fixes: [fixBy('agent', 'nothing', say('askAgain'), shell('kubelet-doctor --wait'))],
    });
  },
  waiting: (_, say) => cannotTell(say('waiting')),
  anyone: ({ witness }, say) => notApplicable(say('anyone'), witness),
  'may-not-ask': (clues, say) => cannotTell(say('notOursToAsk', { user: given(clues.user) }), reviewsAndVersion(clues)),
  'not-asked': (clues, say) => cannotTell(say('notAsked'), reviewsAndVersion(clues)),
  'refused-in-between': (_, say) => notApplicable(say('notOurs')),
  held: ({ witness, byRoles }, say) => pass(witness, say(byRoles ? 'byRoles' : 'byApiserver')),
  read: ({ witness }) => pass(witness),
};

/** What is said of every right that is not there. */
function withoutRight(clues: Judged, lost: PathClues[], say: Words): Omit<Said, 'title' | 'fixes'> & Basis {
  const denied = grantsOf(lost).flatMap((each) => deniedBy(clues, each));
  return {
    severity: clues.plain ? 'risk' : lost.some(({ path }) => REQUIRED_PATHS.has(path)) ? 'blocks' : 'degrades',
    // The kubelet remembers a refusal for 30 s (webhook authorizer); only a review, or a second look, tells that it still holds.
    ...(denied.length > 0
      ? { proof: allInTheirWords([...denied, ...lost.flatMap(({ refused }) => refused?.fact ?? [])]) }
      : suspected(['kubelet-decision-cached'], stillSo(clues, lost))),
    ...(isRefused(lost) ? {} : { observedAt: 'apiserver' }),
    features: clues.plain ? [] : lost.map(({ path }) => KUBELET_PATHS[path]),
    evidence: [
      ...quoted(clues, lost, say),
      ...(clues.plain ? [cite(clues.plain.fact, say('sawPlain', { endpoint: clues.plain.endpoint }))] : []),
    ],
  };
}

function deniedBy({ reviews }: Judged, subresource: string): Fact<'access'>[] {
  const review = reviews.get(subresource);
  return review?.allowed === false ? [review.fact] : [];
}

function allowedBy({ reviews }: Judged): Fact<'access'>[] {
  return [...reviews.values()].filter(({ allowed }) => allowed).map(({ fact }) => fact);
}

/** By the kubelet itself, and not according to the apiserver alone. */
function isRefused(lost: PathClues[]): boolean {
  return lost.some(({ refused }) => refused);
}

function isEvery({ paths }: Judged, lost: PathClues[]): boolean {
  return isRefused(lost) ? paths.every(({ refused }) => refused) : paths.length === lost.length;
}

function pathsOf(paths: PathClues[]): string {
  return paths.map(({ path }) => path).join(', ');
}

function grantsOf(paths: PathClues[]): string[] {
  return [...new Set(paths.map((each) => each.grant))].sort();
}

function rightsOf(paths: PathClues[]): string[] {
  return grantsOf(paths).map((subresource) => `nodes/${subresource}`);
}

/** Each refusal once, then the reviews. */
function quoted({ user = '', reviews, byRoles }: Judged, paths: PathClues[], say: Words): Evidence[] {
  const refusals = new Map(paths.flatMap(({ refused }) => (refused ? [[refused.body, refused] as const] : [])));
  const refusedWith = (body: string) => pathsOf(paths.filter(({ refused }) => refused?.body === body));
  const reviewed = [...new Set(paths.map(({ grant: needs }) => needs))].flatMap((subresource) => {
    const review = reviews.get(subresource);
    if (!review) return [];
    const needed = pathsOf(paths.filter(({ grant: needs }) => needs === subresource));
    const denied = byRoles ? 'sawDeniedByRoles' : 'sawDenied';
    const saw = review.allowed ? say('sawAllowed', { user, subresource }) : say(denied, { user, subresource, paths: needed });
    return [cite(review.fact, saw)];
  });
  return [
    ...[...refusals.values()].map(({ fact, status, body }) => cite(fact, say('sawRefusal', { paths: refusedWith(body), status, body }))),
    ...reviewed,
  ];
}

/** Bound by a manifest only to a name that may be printed. */
function grant(clues: Judged, cause: Cause, lost: PathClues[], say: Words): Fix {
  const { user = '', sureOfUser, kubelet, profile, access } = clues;
  const { fine, classic } = kubelet;
  const rights = grantsOf(lost);
  const granted = sureOfUser ? grantNodeRights(user, rights, clues.before) : undefined;
  if (!granted) {
    const unnamed = say('grantUnnamed', { rights: rightsOf(lost).join(', ') });
    return fixBy('cluster', 'config', unnamed, { ...byHand(GRANT_ALL), verify: 'kubelet-doctor --wait' });
  }
  const guessed = fine === undefined && !classic && lost.some(({ path }) => FINE[path]);
  const action = rights.includes('proxy')
    ? say('grantProxy')
    : guessed
      ? say('grantGuessed')
      : say('grant', { account: accountName(user) });
  const name = serviceAccountOf(user);
  const asksFor = classic ? 'classic' : 'fine-grained';
  const refused = lost.flatMap((path) => (path.refused ? [path.grant] : []));
  const source = name && profile && printedBy(granted.yaml, { cause, name, profile, access, kubelet: asksFor, refused });
  return fixBy('cluster', 'config', action, { ...grantOrAsk(clues, granted, source), verify: canI(user, rights) });
}

/**
 * GKE Autopilot grants no one nodes/proxy (its Warden refuses, DataDog/datadog-agent#32120); whether a cluster of GKE is one, its nodes do not always
 * say. There the pod list comes from the apiserver first.
 */
function grantOrAskApiserver(clues: Judged, cause: Cause, lost: PathClues[], say: Words): Fix[] {
  const { platform, refusedByWarden } = clues;
  const onGke = refusedByWarden || platform === 'GKE' || platform === 'GKE Autopilot';
  if (!onGke || podsOverApiserver(lost, say).length === 0) return [grant(clues, cause, lost, say), ...podsOverApiserver(lost, say)];
  const never = refusedByWarden || platform === 'GKE Autopilot';
  const grantable = never ? lost.filter((each) => each.grant !== 'proxy') : lost;
  return [
    fixBy('agent', 'config', say('askApiserverFirst'), byHand(`${USE_APISERVER}\n# chart: datadog.kubelet.useApiServer: true`)),
    ...(grantable.length > 0 ? [grant(clues, cause, grantable, say)] : []),
  ];
}

/** Asks no server: all that the agent needs. */
const GRANT_ALL = 'kubelet-doctor rbac --yaml --service-account NAMESPACE/NAME | kubectl apply -f -';

const USE_APISERVER = 'DD_KUBELET_USE_API_SERVER=true';

/** A way around for the pod list alone; the other paths stay forbidden. So no `form`: it is not the cure. */
function podsOverApiserver(lost: PathClues[], say: Words): Fix[] {
  const forPods = grantsOf(lost).includes('proxy') && lost.some(({ path }) => path === '/pods');
  return forPods ? [fixBy('agent', 'config', say('askApiserver'), byHand(USE_APISERVER))] : [];
}

/** What tells a rule that is missing from one that was missing half a minute ago. */
function stillSo({ user, sureOfUser }: Judged, lost: PathClues[]): Want[] {
  const askable = sureOfUser && user && isBindableUser(user);
  return [
    ...(askable ? [{ need: 'apiserver/access', elsewhere: canI(user, grantsOf(lost)) } as const] : []),
    { need: 'kubelet/http', elsewhere: 'kubelet-doctor --wait' },
  ];
}

const AGENT = 'system:serviceaccount:NAMESPACE:NAME';

function aboutTheAgent(user = AGENT): Want[] {
  return [{ need: 'apiserver/access', elsewhere: canI(user, ['metrics', 'proxy', 'stats']) }];
}

function reviewsAndVersion({ toAskAbout: user }: Judged): Want[] {
  return [...aboutTheAgent(user && isBindableUser(user) ? user : AGENT), { need: 'apiserver/node', elsewhere: 'kubectl get nodes' }];
}
