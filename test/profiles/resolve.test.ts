/** Profiles: what a feature, a version or a lock changes, and the manifests made of it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { canINeeds, needsYaml } from '../../src/manifests/needs-yaml.js';
import { bindingTo, objectsFor, type Subject } from '../../src/manifests/rbac-objects.js';
import type { ResolvedProfile } from '../../src/model/facts.js';
import { describeNeed, judgeNeeds, questionsOf, subjectOfAccess } from '../../src/profiles/access.js';
import { datadogClusterAgent } from '../../src/profiles/datadog-cluster-agent.js';
import { findProfile, PROFILES } from '../../src/profiles/index.js';
import { compareVersions, kubeletRights, unknownFeatures } from '../../src/profiles/resolve.js';
import { fact } from '../checks/facts.js';
import { profile } from '../checks/rights-facts.js';

const rights = (resolved: ResolvedProfile) => resolved.needs.map(describeNeed);
const version = (value: string) => ({ value, from: 'test' });
const ACCOUNT = { namespace: 'datadog', name: 'agent' };

describe('the node agent', () => {
  it('needs kubelets alone, unless a feature is on', () => {
    assert.deepEqual(rights(profile()), [
      'get nodes/metrics',
      'get nodes/stats',
      'get nodes/pods',
      'get nodes/healthz',
      'get nodes/configz',
    ]);
    assert.deepEqual(profile().features, [{ feature: 'kubelet', why: 'always' }]);
  });
  it('needs nodes/proxy as soon as one kubelet is older than 1.33', () => {
    assert.deepEqual(rights(profile({ kubeletVersions: ['v1.36.0', 'v1.32.9'] })), [
      'get nodes/metrics',
      'get nodes/stats',
      'get nodes/proxy',
    ]);
    assert.deepEqual(
      ['', '1.32.0', 'v1.33.0-eks-1'].map((v) => kubeletRights([v])),
      ['unknown', 'classic', 'fine-grained'],
    );
  });
  it('is what its environment turns on; event collection takes leader election with it', () => {
    const on = profile({ environment: { DD_COLLECT_KUBERNETES_EVENTS: 'true', DD_LEADER_LEASE_NAME: 'release-lock' } });
    assert.deepEqual(
      on.features.map((f) => f.feature),
      ['kubelet', 'events', 'leader-election'],
    );
    assert.ok(rights(on).includes('get, update configmaps release-lock in datadog'));
  });
  it('has the official list in full', () => {
    const all = rights(profile({ asked: ['official'], agentVersion: version('5.32') }));
    for (const right of [
      'get, update configmaps datadogtoken in datadog',
      'list, watch events',
      'get, update endpoints datadog-leader-election in datadog',
      'create endpoints in datadog',
      'list componentstatuses',
    ])
      assert.ok(all.includes(right), `${right}: ${all.join('; ')}`);
  });
  const KIND = 'DD_LEADER_ELECTION_DEFAULT_RESOURCE';
  const locking = (v?: string, value?: string, kubernetes = '1.34') =>
    profile({
      asked: ['leader-election'],
      ...(v ? { agentVersion: version(v) } : {}),
      environment: value === undefined ? {} : { [KIND]: value },
      kubernetesVersion: version(kubernetes),
    });
  it('locks on a ConfigMap in every version since 6, unless it is told otherwise', () => {
    assert.deepEqual(
      ['5.32', '6.50.1', '7.46.0', '7.47.0', '7.82.0', undefined].map((v) => locking(v).lock),
      ['endpoints', 'configmap', 'configmap', 'configmap', 'configmap', 'configmap'],
    );
    // datadog-agent pkg/util/kubernetes/apiserver/leaderelection: CanUseLeases.
    for (const [v, value, kubernetes, lock] of [
      ['7.47.0', 'lease', '1.34', 'lease'],
      ['7.82.0', 'leases', '1.34', 'lease'],
      [undefined, 'leases', '1.34', 'lease'],
      ['7.82.0', 'configmap', '1.34', 'configmap'],
      ['7.82.0', 'configmaps', '1.34', 'configmap'],
      ['7.82.0', '', '1.34', 'configmap'],
      ['7.82.0', 'endpoints', '1.34', 'lease'],
      ['7.82.0', 'endpoints', '1.13', 'configmap'],
      ['7.46.0', 'leases', '1.34', 'configmap'],
    ] as const)
      assert.equal(locking(v, value, kubernetes).lock, lock, `${v} ${value} ${kubernetes}`);
  });
  it('needs the ConfigMap beside the Lease as long as the agent made both', () => {
    const locks = (v: string) => rights(locking(v, 'leases')).filter((right) => right.includes(' in datadog'));
    const lease = [
      'get, update leases.coordination.k8s.io datadog-leader-election in datadog',
      'create leases.coordination.k8s.io in datadog',
    ];
    assert.deepEqual(locks('7.82.0'), lease);
    assert.deepEqual(locks('7.60.0'), [...lease, 'get configmaps datadog-leader-election in datadog', 'create configmaps in datadog']);
  });
  it('knows what the other lock would need only where its setting is out of sight', () => {
    const seen = (outOfSight: boolean, environment = {}) =>
      profile({ asked: ['leader-election'], environment, outOfSight }).otherLock?.map(describeNeed);
    assert.deepEqual(seen(true), [
      'get, update leases.coordination.k8s.io datadog-leader-election in datadog',
      'create leases.coordination.k8s.io in datadog',
    ]);
    assert.equal(seen(false), undefined);
    assert.equal(seen(true, { [KIND]: 'configmap' }), undefined);
    assert.equal(profile({ outOfSight: true }).otherLock, undefined, 'no election, no lock');
    assert.equal(profile({ asked: ['leader-election'], agentVersion: version('7.40'), outOfSight: true }).otherLock, undefined);
  });
  it('on Fargate asks the node proxy alone, and with the pod list of the apiserver not for nodes/pods', () => {
    assert.deepEqual(rights(profile({ environment: { DD_EKS_FARGATE: 'true' } })), ['get nodes/proxy']);
    const listed = rights(profile({ environment: { DD_KUBELET_USE_API_SERVER: '1' } }));
    assert.ok(
      !listed.includes('get nodes/pods') && listed.includes('get, list pods') && listed.includes('get nodes/healthz'),
      listed.join(),
    );
  });
  it('goes by the apiserver where no kubelet tells its version, and takes nodes/proxy only where no newer kubelet can be', () => {
    assert.deepEqual(
      ['v1.31.0', 'v1.32.9', 'v1.33.0', 'v1.36.2', undefined].map((v) => kubeletRights([], v)),
      ['classic', 'classic', 'unknown', 'fine-grained', 'unknown'],
    );
    assert.equal(kubeletRights(['v1.31.0'], 'v1.34.0'), 'classic');
    assert.equal(kubeletRights(['v1.33.0'], 'v1.34.0'), 'fine-grained');
  });
  it('says what is deprecated', () => {
    assert.deepEqual(profile({ asked: ['component-status'] }).deprecated, ['componentstatuses']);
    assert.deepEqual(profile({ asked: ['component-status'], kubernetesVersion: version('v1.18.0') }).deprecated, []);
  });
});

it('every profile resolves with every feature, and its needs are printable', () => {
  for (const each of PROFILES) {
    const resolved = profile({ asked: ['all'] }, each);
    assert.equal(findProfile(each.profile), each);
    assert.deepEqual(new Set(each.needs.map((n) => n.feature)), new Set(each.features.filter((f) => !f.includes).map((f) => f.feature)));
    assert.ok(needsYaml(ACCOUNT, resolved.needs), each.profile);
    assert.ok(canINeeds(ACCOUNT, resolved.needs), each.profile);
  }
  assert.ok(profile({ asked: ['all'] }, datadogClusterAgent).needs.length > 60);
  assert.deepEqual(unknownFeatures(PROFILES[0]!, ['events', 'evnts', 'all']), ['evnts']);
});

it('compares versions by number, and takes a tag that is none for the newest', () => {
  assert.deepEqual([compareVersions('7.9', '7.10'), compareVersions('v1.33.0', '1.33'), compareVersions('latest', '9.9')], [-1, 0, 1]);
});

describe('a need', () => {
  const need = profile().needs[2]!;
  const answers = (...pairs: [string, boolean][]) =>
    pairs.map(([subresource, allowed]) => {
      const question = { verb: 'get', group: '', resource: 'nodes', subresource };
      return fact('apiserver/access', { ...question, allowed }, subjectOfAccess(question)) as never;
    });
  it('is held by what serves as well, denied only by every no, and open without an answer', () => {
    assert.deepEqual(questionsOf(need).map(subjectOfAccess), ['get nodes/pods', 'get nodes/proxy']);
    assert.equal(judgeNeeds([need], answers(['pods', false], ['proxy', true]))[0]?.state, 'allowed');
    assert.equal(judgeNeeds([need], answers(['pods', false], ['proxy', false]))[0]?.state, 'denied');
    assert.equal(judgeNeeds([need], answers(['pods', false]))[0]?.state, 'unanswered');
  });
});

describe('the manifest', () => {
  it('never limits create to a name, and keeps namespaced rights in their namespace', () => {
    const yaml = needsYaml(ACCOUNT, profile({ asked: ['leader-election', 'events'] }).needs) ?? '';
    const documents = parseAllDocuments(yaml).map(
      (d) => d.toJS() as { kind: string; rules?: { verbs: string[]; resourceNames?: string[] }[] },
    );
    assert.deepEqual(
      documents.map((d) => d.kind),
      ['ClusterRole', 'ClusterRole', 'Role', 'Role'].flatMap((kind) => [kind, `${kind}Binding`]),
      'a role for each question about rights: kubelet, features, bookmark, lock',
    );
    for (const rule of documents.flatMap((d) => d.rules ?? [])) assert.ok(!(rule.verbs.includes('create') && rule.resourceNames));
  });
  it('has names that tell sets of rules apart, and is the same for the same set', () => {
    const name = (subresource: string) =>
      /name: "(kubelet-doctor-[^"]*)"/.exec(
        needsYaml(
          ACCOUNT,
          profile().needs.filter((n) => n.subresource === subresource),
        ) ?? '',
      )?.[1];
    assert.notEqual(name('stats'), name('metrics'));
    assert.equal(name('stats'), name('stats'));
  });
  it('has names that tell subjects apart, however they are spelled', () => {
    const long = 'a'.repeat(240);
    const subjects: Subject[] = [
      ...['a-b/c', 'a/b-c', 'a/b.c', 'a-b.c/d', 'a/b', 'a/-b'].map((each) => {
        const [namespace = '', name = ''] = each.split('/');
        return { namespace, name };
      }),
      ...[`${long}1`, `${long}2`].map((name) => ({ namespace: 'a', name })),
      ...['a.b', 'A.b', 'a b', 'a-b', 'a:b', 'a.b-c'].map((user) => ({ user })),
    ];
    const { needs } = profile();
    const names = subjects.flatMap((subject) => objectsFor(subject, needs).roles.map(({ name }) => name));
    assert.equal(new Set(names).size, names.length);
    const bound = subjects.flatMap((subject) => ('user' in subject ? [] : [bindingTo(subject, 'r').name]));
    assert.equal(new Set(bound).size, bound.length);
    // The fingerprint has 32 bits and may be the same: of accounts of usual length the name alone tells.
    const [one = '', other = ''] = names.filter((name) => /-a-b\.c-|-a\.b-c-/.test(name)).map((name) => name.replace(/-[0-9a-f]{8}$/, ''));
    assert.notEqual(one, other);
  });
  it('prints nothing for names it does not trust', () => {
    const [need] = profile().needs;
    assert.equal(needsYaml({ namespace: 'A', name: 'b' }, [need!]), undefined);
    for (const wrong of [{ name: 'a"b' }, { namespace: 'x\ny' }, { subresource: 'pods"' }, { group: 'a b' }, { verbs: ['get\n'] }])
      assert.equal(needsYaml(ACCOUNT, [{ ...need!, ...wrong }]), undefined, JSON.stringify(wrong));
  });
});
