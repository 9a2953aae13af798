/**
 * Rules that grant nothing anyone asks for: taken out of an install, or put into it, they change no answer about its rights. Small installs of our
 * own; with KD_SAMPLES, every healthy one of the chart and the operator.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { list, record } from '../../src/kubernetes/json.js';
import { findProfile } from '../../src/profiles/index.js';
import { judgeInstall } from './installs.js';

type Json = Record<string, unknown>;

/** No kubelet of today asks for them, or serves them (Kubernetes 1.36 pkg/kubelet/server/auth.go: nodes/log; /spec went with 1.20). */
const UNASKED = ['nodes/spec', 'nodes/logs'];
const GROUP = 'extensions';

const isRole = ({ kind }: Json) => /^(Cluster)?Role$/.test(String(kind));
const isBinding = ({ kind }: Json) => /^(Cluster)?RoleBinding$/.test(String(kind));

/** `create` has no name to be limited by (kubernetes.io/docs/reference/access-authn-authz/rbac, "Referring to resources"). */
function isLimitedCreate({ verbs, resourceNames }: Json): boolean {
  return list(resourceNames).length > 0 && list(verbs).every((verb) => verb === 'create');
}

/** A rule without what is inert in it; none where nothing is left. */
function withoutInert(rule: Json): Json[] {
  if (isLimitedCreate(rule)) return [];
  if (rule.nonResourceURLs !== undefined) return [rule];
  const resources = list(rule.resources).filter((resource) => !UNASKED.includes(String(resource)));
  const apiGroups = list(rule.apiGroups).filter((group) => group !== GROUP);
  return resources.length > 0 && apiGroups.length > 0 ? [{ ...rule, resources, apiGroups }] : [];
}

/** As charts have them, more of each kind. */
const MORE: Json[] = [
  { apiGroups: [''], resources: UNASKED, verbs: ['get'] },
  { apiGroups: [GROUP], resources: ['daemonsets', 'deployments', 'replicasets', 'ingresses'], verbs: ['list', 'watch', 'get'] },
  { apiGroups: [''], resources: ['configmaps'], resourceNames: ['some-lock'], verbs: ['create'] },
  { nonResourceURLs: ['/spec', '/pods'], verbs: ['get'] },
];

const written = (objects: readonly Json[]) => objects.map((object) => JSON.stringify(object)).join('\n---\n');

const CHANGES: Record<string, (objects: Json[]) => Json[]> = {
  'taken out': (objects) =>
    objects.map((each) => (isRole(each) ? { ...each, rules: list(each.rules).map(record).flatMap(withoutInert) } : each)),
  'put in': (objects) =>
    objects.map((each) => {
      // Paths that are no resources belong to a ClusterRole.
      const more = each.kind === 'Role' ? MORE.filter(({ nonResourceURLs }) => !nonResourceURLs) : MORE;
      return isRole(each) ? { ...each, rules: [...list(each.rules), ...more] } : each;
    }),
  'a binding to a role that is not there': (objects) => {
    const subjects = objects.filter(isBinding).flatMap(({ subjects }) => list(subjects));
    const metadata = { name: 'left-behind', namespace: 'datadog' };
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'is-not-there' };
    return [...objects, { kind: 'RoleBinding', metadata, roleRef, subjects }];
  },
};

interface Asked {
  account: string;
  profile: string;
  kubernetes?: string;
}

/** In the pod, and from outside. */
function answersOf(objects: readonly Json[], { account, profile: name, kubernetes }: Asked) {
  const profile = findProfile(name) ?? assert.fail(name);
  return [false, true].map((outside) => {
    const install = { yaml: written(objects), account, profile, kubelet: 'v1.34.0', outside };
    const { exit, missing, problems } = judgeInstall({ ...install, ...(kubernetes && { kubernetes }) });
    return { exit, missing: [...missing].sort(), problems };
  });
}

const objectsIn = (yaml: string) => parseAllDocuments(yaml).map((document) => record(document.toJS()));

function assertUnchanged(yaml: string, asked: Asked): void {
  const objects = objectsIn(yaml);
  const before = answersOf(objects, asked);
  for (const [what, change] of Object.entries(CHANGES)) assert.deepEqual(answersOf(change(objects), asked), before, what);
}

const ACCOUNT = { kind: 'ServiceAccount', metadata: { name: 'dd', namespace: 'datadog' } };
const installOf = (resources: string[]) =>
  written([
    ACCOUNT,
    {
      kind: 'ClusterRole',
      metadata: { name: 'dd' },
      rules: [{ apiGroups: ['', 'extensions'], resources: [...resources, 'nodes/spec'], verbs: ['get'] }],
    },
    {
      kind: 'ClusterRoleBinding',
      metadata: { name: 'dd' },
      roleRef: { kind: 'ClusterRole', name: 'dd' },
      subjects: [{ kind: 'ServiceAccount', name: 'dd', namespace: 'datadog' }],
    },
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'dd', namespace: 'datadog' },
      spec: { template: { spec: { serviceAccountName: 'dd', containers: [{ name: 'agent', image: 'r/datadog/agent:7.81.1', env: [] }] } } },
    },
  ]);

const ASKED: Asked = { account: 'datadog/dd', profile: 'datadog-agent' };

describe('what grants nothing changes no answer', () => {
  const all = ['nodes/metrics', 'nodes/stats', 'nodes/proxy', 'nodes/pods', 'nodes/healthz', 'nodes/configz'];
  for (const [what, resources] of Object.entries({
    'of an install that lacks nothing': all,
    'of one that lacks a right': ['nodes/stats', 'nodes/proxy'],
  }))
    it(what, () => assertUnchanged(installOf(resources), ASKED));

  it('what grants something does', () => {
    const lacking = all.filter((resource) => resource !== 'nodes/metrics');
    assert.notDeepEqual(answersOf(objectsIn(installOf(lacking)), ASKED), answersOf(objectsIn(installOf(all)), ASKED));
  });
});

interface Sample {
  file: string;
  agent: string;
  expect: string;
  kubernetes: string;
  accounts?: { role: string; profile?: string; account: string }[];
}

const ROOT = `${process.env.KD_SAMPLES ?? ''}/manifests`;
const SAMPLES = existsSync(`${ROOT}/index.json`) ? (JSON.parse(readFileSync(`${ROOT}/index.json`, 'utf8')) as Sample[]) : [];

describe('the samples', { skip: SAMPLES.length === 0 && 'KD_SAMPLES names no folder' }, () => {
  for (const { file, kubernetes, accounts = [] } of SAMPLES.filter(
    ({ agent, expect }) => expect === 'healthy' && agent.startsWith('datadog'),
  ))
    for (const { role, profile, account } of accounts)
      if (profile) it(`${file}: ${role}`, () => assertUnchanged(readFileSync(`${ROOT}/${file}`, 'utf8'), { account, profile, kubernetes }));
});
