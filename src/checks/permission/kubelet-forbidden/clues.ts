/** What is known of the agent's rights at the kubelet: whose they are, which kubelet it is, and of each path what both servers say. */

import { type PlatformName, platformOfNode } from '../../../kubernetes/kubelet/platforms.js';
import { isAllowed, type RbacState, requesterOf } from '../../../kubernetes/rbac.js';
import type { View } from '../../../model/check.js';
import type { Fact, HttpAnswer, Identity, KubeletVersions, ResolvedProfile } from '../../../model/facts.js';
import { compareVersions } from '../../../profiles/resolve.js';
import { type KubeletPath, plainWay, settingOf } from '../../shared/kubelet.js';
import { commonName, credentialOf, FINE, isFineGrained, kubeletReviews, PATHS } from '../../shared/kubelet-answers.js';
import type { Grounds } from '../../shared/problem.js';
import { answers, isPending, seen } from '../../shared/read.js';
import { isNoAccount } from '../shared/rights.js';
import { type Asked, type Kubelet, openPaths, type PathClues, personalRefusal, type Reviews, readPath } from './paths.js';

export const NEEDS = [
  'kubelet/http',
  'kubelet/credential',
  'kubelet/second-sight',
  'apiserver/access',
  'apiserver/account',
  'apiserver/identity',
  'apiserver/kubelet-versions',
  'apiserver/node',
  'apiserver/rbac-objects',
  'self/place',
  'self/profile',
  'self/settings',
] as const;

type Seen = View<(typeof NEEDS)[number]>;

export interface Clues {
  /** The profile that is judged, where it reads nothing of a kubelet. */
  profileWithout: string | undefined;
  /** Whose rights are judged. */
  user: string | undefined;
  /** They are another's, by --service-account or of the agent's pod here: what the kubelet lets us read says nothing of them. */
  ofAnother: boolean;
  /** Nobody was asked: it is what the roles of a bundle allow. */
  byRoles: boolean;
  /** Neither way to ask about that one is ours. */
  mayNotAsk: boolean;
  /** There is no such account: whatever is held or missing, nobody has or lacks it. */
  noAccount: boolean;
  /** By its own word, or by our certificate; a name that stands in a refusal alone is the server's word. */
  sureOfUser: boolean;
  /** Of the account that was named nobody saw that it exists. */
  unseen?: true;
  /** Whom somebody else may be told to ask about. */
  toAskAbout: string | undefined;
  inDebugPod: boolean;
  openToAll: boolean;
  kubelet: Kubelet;
  paths: PathClues[];
  /** By its settings the agent asks the read-only port alone, which is open and asks for no right. */
  plain: { endpoint: string; fact: Fact<'second-sight'> } | undefined;
  /** What the apiserver says of each subresource of nodes. */
  reviews: Reviews;
  /** Who built the node; and whether a reviewer of GKE said no, where no role helps. */
  platform: PlatformName | undefined;
  refusedByWarden: boolean;
  waiting: boolean;
  /** Roles and bindings, where an effect may be computed against them. */
  before: RbacState | undefined;
  /** Of that user; empty where what was asked is about somebody else. */
  access: Fact<'access'>[];
  profile: ResolvedProfile | undefined;
  /** Somebody in between says 403. */
  refusedInBetween: boolean;
  /** What a pass rests on. */
  witness: Grounds;
}

export function read(view: Seen): Clues {
  const identity = seen(view.one('apiserver/identity'));
  const profile = seen(view.one('self/profile'));
  const http = view.all('kubelet/http');
  const another = anotherIn(view.one('apiserver/account'));
  const told = answers(http);
  // What was refused to another is not ours; a bundle keeps what was refused to this very account.
  const mine = !another || told.some((answer) => personalRefusal(answer)?.user === another) ? told : [];
  const refusals = mine.flatMap((answer) => personalRefusal(answer) ?? []);
  const user = another ?? refusals[0]?.user ?? identity?.user;
  const open = openPaths(answers(http, 'nobody'), PATHS);
  const kubelet = kubeletOf(view, profile, mine);
  const aboutUser = another !== undefined || user === identity?.user;
  const reviews = reviewsOf(view, user, aboutUser);
  const factOf = ({ as, path }: HttpAnswer) => view.one('kubelet/http', `${as} GET ${path}`);
  const asked: Asked = { mine, open, reviews, kubelet, factOf };
  const podsFromApiserver = settingOf(view.one('self/settings'), 'agent.useApiServer')?.value === 'true';
  return {
    profileWithout: profile?.needs.every(({ kind }) => kind !== 'kubelet') ? profile.profile : undefined,
    user,
    ofAnother: another !== undefined,
    byRoles: seen(view.one('apiserver/account'))?.by === 'roles',
    mayNotAsk: view.one('apiserver/account').outcome.status === 'failed',
    noAccount: isNoAccount(view),
    sureOfUser: another !== undefined || isSure(view, user, identity),
    ...(seen(view.one('apiserver/account'))?.unseen && { unseen: true }),
    toAskAbout: another ?? (identity?.by === 'review' ? identity.user : claimed(view)),
    inDebugPod: seen(view.one('self/place'))?.place === 'debug-pod',
    openToAll: PATHS.every((path) => open.has(path)),
    kubelet,
    paths: PATHS.filter((path) => path !== '/pods' || !podsFromApiserver).map((path) => readPath(path, asked)),
    plain: another ? undefined : plainOf(view),
    reviews,
    before: user === undefined ? undefined : beforeOf(view, user, reviews),
    access: aboutUser ? view.all('apiserver/access') : [],
    profile,
    platform: platformOfNode(seen(view.one('apiserver/node'))),
    refusedByWarden: aboutUser && view.all('apiserver/access').some((each) => /\bGKE Warden\b/.test(seen(each)?.reason ?? '')),
    waiting: !another && http.some(isPending),
    refusedInBetween: mine.some(({ status, voice }) => status === 403 && voice !== 'kubelet'),
    witness: [view.one('self/profile'), ...http, ...view.all('apiserver/access')],
  };
}

function beforeOf(view: Seen, user: string, reviews: Reviews): RbacState | undefined {
  const objects = seen(view.one('apiserver/rbac-objects'));
  const denied = [...reviews].flatMap(([subresource, { allowed }]) => (allowed ? [] : [subresource]));
  const question = (subresource: string) => ({ verb: 'get', group: '', resource: 'nodes', subresource });
  if (!objects?.complete || denied.some((each) => isAllowed(objects, requesterOf(user), question(each)))) return undefined;
  return objects;
}

/** Failed: another was named and neither way to ask about it is ours. Still it is not us who are judged. */
function anotherIn({ outcome }: Fact<'account'>): string | undefined {
  const account = outcome.status === 'observed' || outcome.status === 'failed' ? outcome.data : undefined;
  return account && account.from !== 'identity' && account.by !== 'self' ? account.user : undefined;
}

function isSure(view: Seen, user: string | undefined, identity: Identity | undefined): boolean {
  if (identity?.by === 'review' && identity.user === user) return true;
  const certificate = credentialOf(view.all('kubelet/credential'), 'certificate')?.certificate;
  return certificate !== undefined && commonName(certificate.subject) === user;
}

/** Whoever the token says it is for: enough for a question that someone else asks, where no server has confirmed it. */
function claimed(view: Seen): string | undefined {
  return credentialOf(view.all('kubelet/credential'), 'token')?.token?.subject;
}

/** The reviews speak of the one the apiserver knows; of another whom the kubelet refused they say nothing. */
function reviewsOf(view: Seen, user: string | undefined, speakOfUser: boolean): Reviews {
  const reviews = speakOfUser ? kubeletReviews(view.all('apiserver/access'), user) : [];
  return new Map(
    reviews.map(({ subresource = '', allowed }) => [
      subresource,
      { allowed, fact: view.one('apiserver/access', `get nodes/${subresource}`) },
    ]),
  );
}

/** Its own word goes before its version, and where neither tells, what the profile goes by, as `rbac` does. */
function kubeletOf(view: Seen, profile: ResolvedProfile | undefined, mine: readonly HttpAnswer[]): Kubelet {
  const node = seen(view.one('apiserver/node'));
  const version = node?.kubeletVersion ?? oldest(seen(view.one('apiserver/kubelet-versions')));
  // Where only the apiserver's is known, and old or new enough to tell of its kubelets (kubeletRights).
  const assumed = version ?? (profile && profile.kubelet !== 'unknown' ? profile.kubernetesVersion.value : undefined);
  const fine = asksFineGrained(mine) ?? isFineGrained(assumed);
  return {
    version,
    versionBy: node ? 'apiserver/node' : 'apiserver/kubelet-versions',
    fine,
    classic: fine === undefined ? profile?.kubelet === 'classic' : !fine,
  };
}

/** What a refusal of a path with a right of its own shows. */
function asksFineGrained(mine: readonly HttpAnswer[]): boolean | undefined {
  for (const answer of mine) {
    const [refusal, own] = [personalRefusal(answer), FINE[answer.path as KubeletPath]];
    if (refusal && own) return refusal.subresources.includes(own);
  }
  return undefined;
}

/** Where no node was named: the oldest kubelet asks for the most. With where it is. */
function oldest(versions: KubeletVersions | undefined): string | undefined {
  const [first] = [...(versions?.versions ?? [])].sort((a, b) => compareVersions(a.version, b.version));
  if (!first || !versions) return undefined;
  return versions.versions.length === 1 ? first.version : `${first.version} on ${first.examples.join(', ')}`;
}

function plainOf(view: Seen): Clues['plain'] {
  const way = plainWay(view.one('self/settings'));
  const fact = view.one('kubelet/second-sight', 'read-only-port');
  return way && seen(fact)?.kubelet === 'answers' ? { endpoint: way.endpoint, fact } : undefined;
}
