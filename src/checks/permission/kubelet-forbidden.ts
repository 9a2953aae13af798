/**
 * May the agent read what it reads of the kubelet? The kubelet's own refusals first; where it gave none (TLS not verified, unreachable,
 * 401) the apiserver answers the question that this kubelet would ask it. A refusal against a right the apiserver grants is an old one.
 */

import { isBindableUser, serviceAccountOf } from '../../kubernetes/names.js';
import { canI, nodeRightsYaml } from '../../manifests/rbac-yaml.js';
import { defineCheck, type Evidence, type Fix, type Message, type Want } from '../../model/check.js';
import type { HttpAnswer, KubeletVersions } from '../../model/facts.js';
import { compareVersions } from '../../profiles/resolve.js';
import { fixBy, shell } from '../shared/fix.js';
import { KUBELET_PATHS, type KubeletPath, settingOf } from '../shared/kubelet.js';
import {
  ANONYMOUS,
  commonName,
  credentialOf,
  FINE,
  isAllowed,
  isFineGrained,
  kubeletReviews,
  PATHS,
  REQUIRED_PATHS,
  type Refusal,
  refusalOf,
  subresourcesOf,
} from '../shared/kubelet-answers.js';
import { answers, isPending, seen } from '../shared/read.js';
import { ROLE_CAUSES } from './role-causes.js';

export const kubeletForbidden = defineCheck({
  question: 'kubelet-forbidden',
  asks: 'May the agent read what it needs from the kubelet?',
  target: 'kubelet',
  layer: 'authz',
  required: true,
  needs: [
    'kubelet/http',
    'kubelet/credential',
    'apiserver/access',
    'apiserver/account',
    'apiserver/identity',
    'apiserver/kubelet-versions',
    'apiserver/node',
    'self/place',
    'self/profile',
    'self/settings',
  ],
  words: {
    refuses: 'The kubelet refuses GET {paths}: {user} may not get {rights}',
    refusesAll: 'The kubelet refuses every path: {user} may not get {rights}',
    wouldRefuse: 'By the word of the apiserver {user} may not get {rights}: the kubelet would refuse {paths}',
    wouldRefuseAll: 'By the word of the apiserver {user} may not get {rights}: the kubelet would refuse every path',
    tooNew: 'This kubelet ({version}) asks for nodes/proxy on {paths}: {user} has only the rights that newer kubelets know',
    askAgain: 'Nothing but time: ask again until the kubelet has forgotten',
    cached: '{user} has the right; the kubelet still remembers its refusal of {paths} (up to 30 s)',
    notNeeded: 'by its profile ({profile}) it does not read the paths of the node Agent',
    anyone: 'the kubelet gives its data to anyone: no right is needed',
    byApiserver: 'by the word of the apiserver, where the kubelet was not asked',
    foreign: 'rights not judged: these would be the ones of {user}, not of the agent',
    notOurs: 'the 403 does not come from a kubelet',
    waiting: 'the kubelet has not answered yet',
    notAsked: 'neither the kubelet nor the apiserver has said what the agent may read',
    notOursToAsk: 'rights not judged: we may not ask about {user}, neither by SubjectAccessReview nor in its name',
    sawRefusal: '{status} {body}',
    sawDenied: 'access review as {user}: get nodes/{subresource} denied',
    sawAllowed: 'access review as {user}: get nodes/{subresource} allowed',
    grant: 'Grant {user} get on {rights}: apply this, then run again with --wait',
    grantProxy:
      'Grant {user} get on {rights}: apply this, then run again with --wait (nodes/proxy allows exec, too: from 1.33 on kubelets know nodes/pods, nodes/healthz and nodes/configz instead)',
    grantGuessed:
      'Grant {user} get on {rights}: apply this, then run again with --wait (the version of the kubelet is not known: one before 1.33 would still ask for nodes/proxy, and say so)',
    grantUnnamed: 'Bind a ClusterRole with get on {rights} to the identity that the agent uses, then run again with --wait',
    askApiserver: 'Or let the agent take its pod list from the apiserver (Agent 7.65 or later; needs get and list on pods)',
    upgrade: 'Or upgrade this kubelet to 1.33 or later: it knows the rights that are granted already',
  },
  causes: {
    'kubelet-permission-missing': {
      title: 'right to read from the kubelet missing',
      means:
        'The kubelet knows who asks and the apiserver denies it the right. Each path of the kubelet is a subresource of nodes, and nodes/proxy covers neither metrics nor stats.',
      happens:
        'The ClusterRole or its binding is gone, was made for another ServiceAccount, is a RoleBinding (without effect on nodes), or lacks a subresource: manifests without nodes/stats, roles with nodes/spec or nodes/logs, which no kubelet asks for.',
      distributions: {
        'Helm chart':
          '`datadog.rbac.create`; `clusterAgent.rbac.create` for the Cluster Agent. `datadog.kubelet.fineGrainedAuthorization` only with kubelets of 1.33 and later.',
        operator: 'writes the roles itself; edits by hand are undone.',
        'plain manifests': 'look for roles without nodes/stats, the oldest gap.',
        GKE: 'Autopilot forbids nodes/proxy: `datadog.kubelet.useApiServer` (Agent 7.65) or the fine-grained role.',
      },
      confirm:
        'Not `nodes/metrics`: kubectl takes that for a node named metrics.\n\n    kubectl auth can-i get nodes --subresource=metrics \\\n      --as=system:serviceaccount:NAMESPACE:NAME',
      fix: 'A ClusterRole and ClusterRoleBinding with exactly the missing subresources, beside the one of the agent, or the same lines in its chart. Nothing restarts; the kubelet keeps a refusal for up to 30 s.',
      avoid:
        'Do not bind cluster-admin or system:kubelet-api-admin: both can run commands in every container. nodes/proxy is no short cut: it covers neither metrics nor stats.',
      explainedBy: ROLE_CAUSES,
    },
    'fine-grained-permission-too-new': {
      title: 'fine-grained rights on a kubelet that does not know them',
      means: 'nodes/pods, nodes/healthz or nodes/configz is granted, but this kubelet asks for nodes/proxy on those paths.',
      happens:
        'Fine-grained kubelet authorization is on from Kubernetes 1.33; in 1.32 it is behind a gate that is off. The chart value kubelet.fineGrainedAuthorization says 1.32+. The version of each node counts, not that of the apiserver.',
      confirm: '`kubectl get nodes` shows the VERSION of each kubelet; its 403 says `subresource=proxy` or `[proxy]`.',
      fix: 'nodes/proxy until the last kubelet is at 1.33, then take it away again: get on nodes/proxy is enough for exec into every container of the node.',
      avoid: 'Do not bind cluster-admin for the time between: nodes/proxy for the old kubelets is already more than enough.',
    },
    'kubelet-decision-cached': {
      title: 'right granted, kubelet still remembers its refusal',
      means: 'The apiserver grants the right, the kubelet answers from its memory: refusals are kept for 30 s, permissions for 5 minutes.',
      happens: 'The role was mended moments ago.',
      confirm:
        'It asks until it is well. If it stays for more than a minute, the address is perhaps the kubelet of another cluster.\n\n    kubelet-doctor --wait',
      fix: 'Nothing but time: half a minute, or `kubelet-doctor --wait`.',
      avoid: 'Do not add more rights while you wait, and do not restart the kubelet: the memory is short.',
    },
  },
  judge(view, say) {
    const identity = seen(view.one('apiserver/identity'));
    const http = view.all('kubelet/http');
    // Failed: another was named and neither way to ask about it is ours. Still it is not us who are judged.
    const { outcome } = view.one('apiserver/account');
    const account = outcome.status === 'observed' || outcome.status === 'failed' ? outcome.data : undefined;
    // Named by --service-account: what the kubelet lets us read says nothing of another.
    const profile = seen(view.one('self/profile'));
    if (profile && !profile.needs.some((need) => need.kind === 'kubelet'))
      return { kind: 'not-applicable', why: say('notNeeded', { profile: profile.profile }) };
    const another = account && account.from !== 'identity' && account.by !== 'self' ? account.user : undefined;
    const mine = another ? [] : answers(http);
    const refusals = mine.flatMap((answer) => ({ answer, refusal: refusalOf(answer) })).filter(isPersonal);
    const user = another ?? refusals[0]?.refusal.user ?? identity?.user;
    const open = openPaths(answers(http, 'nobody'));
    const needsNone = PATHS.every((path) => open.has(path));
    if (user && !another && !needsNone && isForeign(user, seen(view.one('self/place'))?.place === 'debug-pod')) {
      const elsewhere = canI('system:serviceaccount:NAMESPACE:NAME', ['metrics', 'proxy', 'stats']);
      const open = { kind: 'cannot-tell', why: say('foreign', { user }), wants: [{ need: 'apiserver/access', elsewhere }] } as const;
      return user.startsWith('system:node:')
        ? { ...open, wants: [...open.wants] }
        : { ...open, wants: [...open.wants], because: 'debug-pod-foreign-identity' };
    }

    const reviewed = kubeletReviews(view.all('apiserver/access'), user);
    // The reviews speak of the one the apiserver knows; of another whom the kubelet refused they say nothing.
    const reviews = new Map(another || user === identity?.user ? reviewed.map((r) => [r.subresource ?? '', r.allowed]) : []);
    const version = seen(view.one('apiserver/node'))?.kubeletVersion ?? oldest(seen(view.one('apiserver/kubelet-versions')));
    const telling = refusals.find(({ answer }) => FINE[answer.path as KubeletPath]);
    // Where only the apiserver's is known, and old or new enough to tell of its kubelets (kubeletRights).
    const assumed = version ?? (profile && profile.kubelet !== 'unknown' ? profile.kubernetesVersion.value : undefined);
    const fine = telling ? telling.refusal.subresources.includes(FINE[telling.answer.path as KubeletPath]!) : isFineGrained(assumed);
    const podsFromApiserver = settingOf(view.one('self/settings'), 'agent.useApiServer')?.value === 'true';
    // Where neither its own word nor its version tells, what the profile goes by, as `rbac` does.
    const classic = fine === undefined ? profile?.kubelet === 'classic' : !fine;
    const rows = PATHS.filter((path) => path !== '/pods' || !podsFromApiserver).map((path) =>
      rowOf(path, mine, { fine, classic, open: open.has(path) }, reviews),
    );
    const among = (...states: Row['state'][]) => rows.filter((row) => states.includes(row.state));

    const lost = among('missing').length > 0 ? among('missing', 'too new') : among('too new');
    const cached = among('cached');
    const atKubelet = lost.some((row) => row.refused);
    const evidenceOf = (some: Row[]): Evidence[] => {
      const bodies = new Map(some.flatMap(({ refused }) => (refused ? [[refused.body, refused] as const] : [])));
      const subresources = new Set(some.map((row) => row.grant).filter((subresource) => reviews.has(subresource)));
      return [
        ...[...bodies.values()].map((a): Evidence => {
          const subject = `${a.as} GET ${a.path}`;
          const saw = say('sawRefusal', { status: a.status, body: a.body });
          return { need: 'kubelet/http', subject, saw, reproduce: view.one('kubelet/http', subject).reproduce };
        }),
        ...[...subresources].map((subresource): Evidence => {
          const args = { user: user ?? '', subresource };
          const saw = reviews.get(subresource) ? say('sawAllowed', args) : say('sawDenied', args);
          const subject = `get nodes/${subresource}`;
          return { need: 'apiserver/access', subject, saw, reproduce: view.one('apiserver/access', subject).reproduce };
        }),
      ];
    };

    if (user && lost.length > 0) {
      const tooNew = among('missing').length === 0;
      const grants = [...new Set(lost.map((row) => row.grant))].sort();
      const [rights, paths] = [grants.map((s) => `nodes/${s}`).join(', '), pathsOf(lost)];
      const certificate = credentialOf(view.all('kubelet/credential'), 'certificate')?.certificate;
      const ours =
        another || (identity?.by === 'review' && identity.user === user) || (certificate && commonName(certificate.subject) === user);
      const yaml = ours ? nodeRightsYaml(user, grants) : undefined;
      const guessed = fine === undefined && !classic && lost.some((row) => FINE[row.path]);
      const action = say(grants.includes('proxy') ? 'grantProxy' : guessed ? 'grantGuessed' : 'grant', { user, rights });
      const fixes: Fix[] = yaml
        ? [{ owner: 'cluster', changes: 'config', action, steps: yaml, form: 'yaml', verify: canI(user, grants) }]
        : [{ owner: 'cluster', changes: 'config', action: say('grantUnnamed', { rights }), verify: 'kubelet-doctor --wait' }];
      if (tooNew) fixes.push({ owner: 'node', changes: 'restart', action: say('upgrade'), verify: 'kubectl get nodes' });
      if (grants.includes('proxy') && lost.some((row) => row.path === '/pods')) fixes.push(podsOverApiserver(say('askApiserver')));
      const refusesAll = rows.every((row) => (atKubelet ? row.refused : lost.includes(row)));
      // The kubelet remembers a refusal for 30 s (webhook authorizer); only a review, or a second look, tells that it still holds.
      const confirmed = grants.some((grant) => reviews.get(grant) === false);
      return {
        kind: 'problem',
        cause: tooNew ? 'fine-grained-permission-too-new' : 'kubelet-permission-missing',
        severity: lost.some((row) => REQUIRED_PATHS.has(row.path)) ? 'blocks' : 'degrades',
        ...(confirmed
          ? { certainty: 'proven' }
          : { certainty: 'suspected', alternatives: ['kubelet-decision-cached'], wants: stillSo(ours ? user : undefined, grants) }),
        ...(atKubelet ? {} : { observedAt: 'apiserver' as const }),
        title: tooNew
          ? say('tooNew', { version: version ?? '< 1.33', paths, user })
          : refusesAll
            ? say(atKubelet ? 'refusesAll' : 'wouldRefuseAll', { user, rights })
            : say(atKubelet ? 'refuses' : 'wouldRefuse', { paths, user, rights }),
        features: lost.map((row) => KUBELET_PATHS[row.path]),
        evidence: evidenceOf(lost),
        fixes,
      };
    }
    if (user && cached.length > 0)
      return {
        kind: 'problem',
        cause: 'kubelet-decision-cached',
        severity: 'note',
        certainty: 'proven',
        title: say('cached', { user, paths: pathsOf(cached) }),
        features: [],
        evidence: evidenceOf(cached),
        fixes: [fixBy('agent', 'nothing', say('askAgain'), shell('kubelet-doctor --wait'))],
      };
    if (!another && http.some(isPending)) return { kind: 'cannot-tell', why: say('waiting'), wants: [] };
    if (among('open').length > 0 && among('unknown').length === 0) return { kind: 'not-applicable', why: say('anyone') };
    if (among('unknown').length > 0)
      return {
        kind: 'cannot-tell',
        why: another && outcome.status === 'failed' ? say('notOursToAsk', { user: another }) : say('notAsked'),
        wants: wantsOf(another ?? (identity?.by === 'review' ? identity.user : undefined)),
      };
    if (mine.some((a) => a.status === 403 && a.voice !== 'kubelet')) return { kind: 'not-applicable', why: say('notOurs') };
    return among('held').length > 0 ? { kind: 'pass', note: say('byApiserver') } : { kind: 'pass' };
  },
});

/** One path of the kubelet: what became of it, and which right to grant where it is lost. */
interface Row {
  path: KubeletPath;
  /** `read`, `open` (to anyone) and refusals are the kubelet's own; `held`, and `missing` without a refusal, are the apiserver's word. */
  state: 'read' | 'held' | 'open' | 'missing' | 'too new' | 'cached' | 'unknown';
  grant: string;
  refused?: HttpAnswer;
}

/**
 * `fine`: does this kubelet know fine-grained rights? Undefined when nobody can say; what is granted then is nodes/proxy only for `classic`.
 * `open`: anyone may read it.
 */
function rowOf(
  path: KubeletPath,
  mine: HttpAnswer[],
  { fine, classic, open }: { fine: boolean | undefined; classic: boolean; open: boolean },
  reviews: ReadonlyMap<string, boolean>,
): Row {
  const here = mine.filter((answer) => answer.path === path);
  const refused = here.find((answer) => isPersonal({ answer, refusal: refusalOf(answer) }));
  const asked = subresourcesOf(path, fine ?? false);
  const grant = subresourcesOf(path, !classic)[0]!;
  const row = (state: Row['state']): Row => ({ path, state, grant, ...(refused ? { refused } : {}) });
  if (here.some(isAllowed)) return { ...row('read'), refused: undefined };
  if (asked.some((subresource) => reviews.get(subresource))) return row(refused ? 'cached' : 'held');
  if (open && !refused) return row('open');
  const own = FINE[path];
  if (own && fine === false && reviews.get(own)) return row('too new');
  if (refused) return row('missing');
  // Of unknown version, the kubelet may be one that asks for the smaller right.
  const perhaps = own && fine === undefined ? [own, ...asked] : asked;
  return row(perhaps.every((subresource) => reviews.get(subresource) === false) ? 'missing' : 'unknown');
}

/**
 * The paths this kubelet gives to whoever asks, without a credential. Where only its pod list was asked for, that speaks for all: to nobody it is
 * open by AlwaysAllow, or by a binding that somebody made on purpose.
 */
function openPaths(toNobody: HttpAnswer[]): ReadonlySet<string> {
  const allowed = toNobody.filter((answer) => isAllowed(answer)).map(({ path }) => path);
  return new Set(allowed.includes('/pods') && toNobody.length === 1 ? PATHS : allowed);
}

/** A refusal of somebody: as system:anonymous nobody was recognised, which is authentication's matter. */
function isPersonal(each: { answer: HttpAnswer; refusal: Refusal | undefined }): each is { answer: HttpAnswer; refusal: Refusal } {
  return each.refusal !== undefined && each.refusal.user !== ANONYMOUS;
}

/** A kubelet's own identity, or the ServiceAccount that `kubectl debug` happens to get: their rights are not the agent's. */
function isForeign(user: string, inDebugPod: boolean): boolean {
  return user.startsWith('system:node:') || (inDebugPod && serviceAccountOf(user)?.name === 'default');
}

/** Where no node was named: the oldest kubelet asks for the most. With where it is, for the title. */
function oldest(versions: KubeletVersions | undefined): string | undefined {
  const [first] = [...(versions?.versions ?? [])].sort((a, b) => compareVersions(a.version, b.version));
  if (!first || !versions) return undefined;
  return versions.versions.length === 1 ? first.version : `${first.version} on ${first.examples.join(', ')}`;
}

function pathsOf(rows: Row[]): string {
  return rows.map((row) => row.path).join(', ');
}

/** A way around for the pod list alone; the other paths stay forbidden. So no `form`: it is not the cure. */
function podsOverApiserver(action: Message): Fix {
  return { owner: 'agent', changes: 'config', action, steps: 'DD_KUBELET_USE_API_SERVER=true', verify: 'kubelet-doctor' };
}

/** What tells a rule that is missing from one that was missing half a minute ago. */
function stillSo(user: string | undefined, grants: string[]): Want[] {
  const review: Want[] = user && isBindableUser(user) ? [{ need: 'apiserver/access', elsewhere: canI(user, grants) }] : [];
  return [...review, { need: 'kubelet/http', elsewhere: 'kubelet-doctor --wait' }];
}

function wantsOf(user: string | undefined): Want[] {
  const who = user && isBindableUser(user) ? user : 'system:serviceaccount:NAMESPACE:NAME';
  return [
    { need: 'apiserver/access', elsewhere: canI(who, ['metrics', 'proxy', 'stats']) },
    { need: 'apiserver/node', elsewhere: 'kubectl get nodes' },
  ];
}
