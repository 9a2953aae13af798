/** An install as a file: its roles decide what an account may, its pods what the account needs. */
import { parseAllDocuments } from 'yaml';
import { agentInManifest } from '../../src/agent-config/agent-in-manifest.js';
import { CHECKS } from '../../src/checks/index.js';
import { judge } from '../../src/judge/judge.js';
import { list, record } from '../../src/kubernetes/json.js';
import { isAllowed, type RbacState, requesterOf } from '../../src/kubernetes/rbac.js';
import { concerned } from '../../src/live/apiserver/rights-select.js';
import type { RbacBinding, RbacRole, ResolvedNeed, ResolvedProfile } from '../../src/model/facts.js';
import { judgeProfile, missingNeeds, type Question, questionsOf, subjectOfAccess } from '../../src/profiles/access.js';
import { type Choices, resolveProfile } from '../../src/profiles/resolve.js';
import type { Profile } from '../../src/profiles/types.js';
import { fact } from '../checks/facts.js';
import { account as accountFact, answered } from '../checks/rights-facts.js';

export interface Install {
  yaml: string;
  /** `namespace/name`. */
  account: string;
  profile: Profile;
  /** Newest unless it is said. */
  kubernetes?: string;
  kubelet?: string;
  /** As from a workstation that may read no pod: the version is known by the image alone. */
  outside?: boolean;
  asked?: string[];
}

export interface Judged {
  resolved: ResolvedProfile;
  /** `get nodes/metrics`: a verb and what it is about, without its namespace. */
  missing: Set<string>;
  needed: Set<string>;
  /** 1 where a question about rights has a problem that counts. */
  exit: 0 | 1;
  problems: string[];
  titles: string[];
  /** Of what is said to be missing: what the roles of the file do not grant. */
  lacks: (pair: string) => boolean;
}

const strings = (value: unknown) => list(value).map(String);

const rule = (groups: string[], resources: string[], verbs: string[], names: string[] = []) => ({
  verbs,
  groups,
  resources,
  names,
  paths: [],
});
/** What every apiserver makes itself (plugin/pkg/auth/authorizer/rbac/bootstrappolicy), as far as agents are bound to it. */
const BOOTSTRAP: RbacRole[] = [
  {
    kind: 'ClusterRole',
    name: 'system:auth-delegator',
    rules: [
      rule(['authentication.k8s.io'], ['tokenreviews'], ['create']),
      rule(['authorization.k8s.io'], ['subjectaccessreviews'], ['create']),
    ],
  },
  {
    kind: 'Role',
    name: 'extension-apiserver-authentication-reader',
    namespace: 'kube-system',
    rules: [rule([''], ['configmaps'], ['get', 'list', 'watch'], ['extension-apiserver-authentication'])],
  },
];

const read = new Map<string, RbacState>();

/** Roles and bindings of a file, each read once. */
function rbacIn(yaml: string): RbacState {
  const state = read.get(yaml) ?? rbacOf(yaml);
  read.set(yaml, state);
  return state;
}

function rbacOf(yaml: string): RbacState {
  const objects = parseAllDocuments(yaml).map((document) => record(document.toJS()));
  const of = (pattern: RegExp) => objects.filter(({ kind }) => pattern.test(String(kind)));
  const meta = (object: Record<string, unknown>) => {
    const { name, namespace } = record(object.metadata);
    return { name: String(name), ...(typeof namespace === 'string' ? { namespace } : {}) };
  };
  return {
    roles: [
      ...BOOTSTRAP,
      ...of(/^(Cluster)?Role$/).map((role) => ({
        kind: role.kind as RbacRole['kind'],
        ...meta(role),
        rules: list(role.rules)
          .map(record)
          .map(({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }) => ({
            verbs: strings(verbs),
            groups: strings(apiGroups),
            resources: strings(resources),
            names: strings(resourceNames),
            paths: strings(nonResourceURLs),
          })),
      })),
    ],
    bindings: of(/^(Cluster)?RoleBinding$/).map((binding) => {
      const { kind, name } = record(binding.roleRef);
      const subjects = list(binding.subjects).map(record);
      return {
        kind: binding.kind as RbacBinding['kind'],
        ...meta(binding),
        role: { kind: String(kind), name: String(name) },
        subjects: subjects.map((subject) => ({
          kind: String(subject.kind),
          name: String(subject.name),
          ...(typeof subject.namespace === 'string' ? { namespace: subject.namespace } : {}),
        })),
      };
    }),
  };
}

/** `get, update configmaps x in y` → `get configmaps x`, `update configmaps x`. */
export function pairsOf(text: string): string[] {
  const [, verbs = '', what = ''] = /^((?:[a-z]+, )*[a-z]+) (.*)$/.exec(text) ?? [];
  return verbs.split(', ').map((verb) => `${verb} ${what.replace(/ in \S+$/, '')}`);
}

const pairOf = (question: Question) => subjectOfAccess({ ...question, namespace: undefined });
const pairs = (needs: readonly ResolvedNeed[]) =>
  new Set(needs.flatMap((need) => need.verbs.map((verb) => pairOf(questionsOf({ ...need, verbs: [verb] })[0]!))));

export function judgeInstall({ yaml, account, profile, kubernetes, kubelet, outside = false, asked = [] }: Install): Judged {
  const [namespace = '', name = ''] = account.split('/');
  const found = agentInManifest(yaml, 'install.yaml', { namespace, name }, profile);
  if (found && 'error' in found) throw new Error(found.error);
  const choices: Choices = {
    source: 'built in',
    asked,
    environment: outside ? {} : (found?.settings ?? {}),
    ...(found?.version ? { agentVersion: { value: found.version, from: 'image' } } : {}),
    ...(kubernetes ? { kubernetesVersion: { value: `v${kubernetes}`, from: 'test' } } : {}),
    kubeletVersions: kubelet ? [kubelet] : [],
    namespace: { value: namespace, from: 'test' },
    inDepth: true,
    outOfSight: outside || !found?.settings,
    ...(outside || !found?.checks ? {} : { checks: found.checks }),
  };
  const resolved = resolveProfile(profile, choices);
  const state = rbacIn(yaml);
  const user = `system:serviceaccount:${namespace}:${name}`;
  const kubelets = ['configz', 'healthz', 'metrics', 'pods', 'proxy', 'stats'].map((subresource) => ({
    verb: 'get',
    group: '',
    resource: 'nodes',
    subresource,
  }));
  const questions = [...kubelets, ...[...resolved.needs, ...(resolved.otherLock ?? [])].flatMap(questionsOf)];
  const unique = [...new Map(questions.map((question) => [subjectOfAccess(question), question])).values()];
  const access = unique.map((question) => answered(question, isAllowed(state, requesterOf(user), question), user));
  const facts = [
    accountFact({ user, from: 'flag', by: 'review' }),
    fact('self/profile', resolved),
    fact('apiserver/rbac-objects', {
      ...concerned({ roles: [...state.roles], bindings: [...state.bindings] }, user, profile.hints),
      complete: true,
    }),
    ...(kubelet
      ? [fact('apiserver/kubelet-versions', { versions: [{ version: kubelet, nodes: 1, examples: ['n1'] }], complete: true })]
      : []),
    ...access,
  ];
  const verdicts = judge(
    facts,
    CHECKS.filter(({ layer }) => layer === 'authz'),
  ).flatMap(({ verdict }) => (verdict.kind === 'problem' ? [verdict] : []));
  const bad = verdicts.filter(({ severity }) => severity === 'blocks' || severity === 'degrades');
  return {
    resolved,
    missing: pairs(missingNeeds(judgeProfile(resolved, access as never))),
    needed: pairs(resolved.needs),
    exit: bad.length > 0 ? 1 : 0,
    problems: bad.map(({ severity, cause }) => `${severity} ${cause}`),
    titles: verdicts.map(({ title }) => title.en),
    lacks: (pair) => !unique.some((question) => pairOf(question) === pair && isAllowed(state, requesterOf(user), question)),
  };
}
