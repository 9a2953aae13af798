/** Since when: every cause is dated by something or says why it is not, and what dates it is told in its words. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lastChange } from '../../src/agent-config/last-change.js';
import { knownCauses } from '../../src/checks/index.js';
import { DATED_BY } from '../../src/judge/since/dated-by.js';
import { withSince } from '../../src/judge/since/since.js';
import type { AnyFact, FactData } from '../../src/model/facts.js';
import type { Finding } from '../../src/model/report.js';
import { certificate, fact, handshake } from '../checks/facts.js';

const NOW = '2026-06-01T14:20:00.000Z';
const AT = '2026-06-01T14:02:11Z';
const BEFORE = '2026-05-30T08:00:00Z';
const LATER = '2026-06-02T00:00:00Z';
const HELM = { at: AT, client: 'helm' };
const USER = 'system:serviceaccount:datadog:agent';

/** Why a cause has no date: nothing that is read anyway holds one. */
const UNDATED: Readonly<Record<string, string>> = {
  'what was deleted or never made leaves no trace': `
    role-missing binding-missing dangling-binding daemonset-not-found node-not-found service-account-not-found kubelet-ca-file-missing
    apiserver-ca-file-missing token-missing service-environment-missing ephemeral-container-without-token host-install-without-credentials
    credential-not-sent`,
  'a connection shows what is, not since when': `
    apiserver-connect-timeout apiserver-connection-refused apiserver-connection-reset apiserver-no-route kubelet-connect-timeout
    kubelet-connection-refused kubelet-connection-reset kubelet-no-route kubelet-rejected-by-firewall kubelet-silent-everywhere
    kubelet-large-answers-stall pod-network-path-blocked tls-handshake-stalls service-address-broken kubelet-speaks-plain-http
    kubelet-tls-version apiserver-cuts-credential kubelet-cuts-credential not-a-kubelet not-an-apiserver kubelet-impostor
    plain-http-to-tls-port kubelet-port-taken kubelet-certificate-changes apiserver-certificate-changes kubelet-certificate-not-accepted apiserver-certificate-not-accepted`,
  'an answer says what is, not since when': `
    agent-pod-changed-at-admission apiserver-forbidden-at-kubelet apiserver-unknown-at-kubelet control-plane-tunnel-down
    cluster-agent-unreachable operator-does-not-reconcile
    apiserver-answer-foreign apiserver-keys-differ apiserver-not-ready apiserver-throttles kubelet-answer-foreign kubelet-answers-for-another-node
    kubelet-endpoint-fails kubelet-ignores-token kubelet-rejects-credential identity-unexpected impersonation-forbidden review-forbidden
    kubelet-decision-cached token-foreign token-rejected token-wrong-audience client-certificate-foreign cluster-dns-fails
    apiserver-name-does-not-resolve node-name-does-not-resolve`,
  'a setting of this process, or a file of this machine': `
    agent-plain-port-closed token-held-by-process agent-runtime-socket-wrong
    agent-two-leaders cluster-agent-address-unset cluster-agent-token-short fargate-setting-missing
    agent-installed-twice agent-ports-both-disabled agent-settings-renamed apiserver-address-unset asked-from-another-network
    credential-plugin-fails debug-pod-foreign-identity host-mounts-missing host-network-without-cluster-dns integration-config-hidden
    kubelet-host-not-a-node kubelet-host-unset kubelet-kubeconfig-broken kubelet-kubeconfig-exposed no-proxy-range-not-understood
    partition-not-mounted proxy-captures-apiserver proxy-captures-kubelet proxy-variables-disagree tls-verification-disabled
    token-malformed token-stale-copy token-unreadable client-certificate-key-mismatch client-certificate-unreadable
    client-certificate-without-client-usage`,
  'it is about a time itself, or still to come': `
    clock-skew server-clock-skew time-not-synchronised apiserver-certificate-not-yet-valid client-certificate-not-yet-valid
    kubelet-certificate-not-yet-valid token-not-yet-valid kubelet-certificate-expires-soon`,
  'it has been so for as long as the version or the install': `
    component-status-deprecated endpoints-deprecated kubelet-version-skew kubernetes-too-old node-without-kubelet token-never-expires several-agents-on-node`,
};

const bound = (kind: 'ClusterRoleBinding' | 'RoleBinding', role: string, changed?: FactData['rbac-objects']['bindings'][0]['changed']) => ({
  kind,
  name: `${role}-binding`,
  ...(kind === 'RoleBinding' && { namespace: 'datadog' }),
  role: { kind: 'ClusterRole', name: role },
  subjects: [{ kind: 'ServiceAccount', namespace: 'datadog', name: 'agent' }],
  ...(changed && { changed }),
});
const role = (name: string, changed?: { at: string; client?: string }) => ({
  kind: 'ClusterRole' as const,
  name,
  rules: [],
  ...(changed && { changed }),
});
const rights = (part: Partial<FactData['rbac-objects']>): AnyFact[] => [
  fact('apiserver/identity', { user: USER, groups: [], by: 'review' }),
  fact('apiserver/rbac-objects', { bindings: [], roles: [], gone: [], complete: true, ...part }),
];
const node = (part: Partial<FactData['node']>): AnyFact =>
  fact('apiserver/node', { node: 'n1', kubeletVersion: 'v1.36.2', addresses: [], ready: 'Unknown', ...part }, 'n1');
const placed = (part: Partial<FactData['nodes']['nodes'][0]>): AnyFact =>
  fact('apiserver/nodes', {
    nodes: [{ node: 'n1', labels: {}, taints: [], unschedulable: false, ready: 'True', pressure: [], kubeletVersion: '', ...part }],
    complete: true,
  });
const daemonSet = (changed: { at: string; client?: string }): AnyFact =>
  fact('apiserver/workloads', {
    by: 'search',
    workloads: [
      {
        namespace: 'datadog',
        name: 'agent',
        manager: 'helm',
        datadog: true,
        template: { nodeSelector: {}, hostNetwork: false, asks: [], images: [] },
        changed,
      },
    ],
    others: [],
    brings: [],
  });

/** The words that date a finding of this cause; '' for none. `about`: what its evidence says. */
function since(cause: string, facts: AnyFact[], about = ''): string {
  const evidence = facts.map(({ target, kind, subject }) => ({
    need: `${target}/${kind}` as const,
    subject,
    saw: { id: 'x.saw', args: {}, en: about },
  }));
  const finding = { cause, title: { id: 'x.title', args: {}, en: '' }, evidence, witnesses: [] } as unknown as Finding;
  return withSince(finding, facts, NOW).evidence.find(({ saw }) => saw.id.startsWith('since.'))?.saw.en ?? '';
}

describe('since when', () => {
  const table: [what: string, cause: string, facts: AnyFact[], said: string, about?: string][] = [
    [
      'a role that was changed after its binding',
      'kubelet-permission-missing',
      rights({ roles: [role('datadog', HELM)], bindings: [bound('ClusterRoleBinding', 'datadog', { at: BEFORE, client: 'helm' })] }),
      'since 14:02 UTC: ClusterRole datadog changed by helm',
    ],
    [
      'a client without a name',
      'permission-missing',
      rights({ roles: [role('datadog', { at: AT })], bindings: [bound('ClusterRoleBinding', 'datadog', { at: BEFORE })] }),
      'since 14:02 UTC: ClusterRole datadog changed',
    ],
    [
      'another day, and the role of two that were written together',
      'role-grants-nothing',
      rights({
        roles: [role('datadog', { at: BEFORE, client: 'helm' })],
        bindings: [bound('ClusterRoleBinding', 'datadog', { at: BEFORE, client: 'x' })],
      }),
      'since 2026-05-30 08:00 UTC: ClusterRole datadog changed by helm',
    ],
    [
      'one of them has no date, and may have been changed later',
      'permission-missing',
      rights({ roles: [role('datadog', HELM)], bindings: [bound('ClusterRoleBinding', 'datadog')] }),
      '',
    ],
    [
      'the rest was not read',
      'permission-missing',
      rights({ complete: false, roles: [role('datadog', HELM)], bindings: [bound('ClusterRoleBinding', 'datadog', HELM)] }),
      '',
    ],
    [
      'rights in the whole cluster do not follow from a binding in a namespace',
      'kubelet-permission-missing',
      rights({ roles: [role('datadog', HELM)], bindings: [bound('RoleBinding', 'datadog', HELM)] }),
      '',
    ],
    [
      'a lock in a namespace does',
      'leader-lock-forbidden',
      rights({ roles: [role('datadog', { at: BEFORE })], bindings: [bound('RoleBinding', 'datadog', HELM)] }),
      'since 14:02 UTC: RoleBinding datadog/datadog-binding changed by helm',
    ],
    [
      'the binding that is named',
      'binding-subject-differs',
      rights({
        bindings: [bound('ClusterRoleBinding', 'datadog', HELM), bound('ClusterRoleBinding', 'other', { at: NOW.replace('.000', '') })],
      }),
      'since 14:02 UTC: ClusterRoleBinding datadog-binding changed by helm',
      'ClusterRoleBinding datadog-binding binds ClusterRole datadog',
    ],
    [
      'a certificate that ended',
      'kubelet-certificate-expired',
      [fact('kubelet/tls', handshake({ chain: [certificate({ notAfter: AT })] }), '10.0.0.7:10250')],
      'since 14:02 UTC: the certificate of the kubelet expired',
    ],
    [
      'a certificate that has not ended, by our clock',
      'apiserver-certificate-expired',
      [fact('apiserver/tls', handshake({ chain: [certificate({ notAfter: LATER })] }), '10.96.0.1:443')],
      '',
    ],
    [
      'a certificate of another authority',
      'kubelet-certificate-unknown-authority',
      [fact('kubelet/tls', handshake({ chain: [certificate({ notBefore: AT })] }), '10.0.0.7:10250')],
      'since 14:02 UTC at the earliest: the certificate of the kubelet is valid from then',
    ],
    [
      'a token',
      'token-expired',
      [
        fact('apiserver/credential', {
          as: 'token',
          source: 'f',
          token: { audiences: [], legacy: false, expiresAt: Date.parse(AT) / 1000 },
        }),
      ],
      'since 14:02 UTC: the token expired',
    ],
    [
      'a client certificate',
      'client-certificate-expired',
      [
        fact('kubelet/credential', {
          as: 'certificate',
          source: 'f',
          certificate: { ...certificate({ notAfter: AT }), clientUsage: true },
        }),
      ],
      'since 14:02 UTC: the client certificate expired',
    ],
    [
      'a request that waits',
      'kubelet-certificate-pending',
      [fact('kubelet/serving-requests', [{ csr: 'csr-1', state: 'pending', requestor: 'r', matchesNode: true, created: AT }])],
      'since 14:02 UTC: CSR csr-1 waits for approval',
    ],
    ['a Node that turned', 'kubelet-down', [node({ readySince: AT })], 'since 14:02 UTC: Node n1 is not ready'],
    ['a Node that is ready', 'kubelet-down', [node({ ready: 'True', readySince: AT })], ''],
    [
      'a Lease that is not renewed, where the Node is ready still',
      'kubelet-hangs',
      [node({ ready: 'True' }), fact('apiserver/lease', { node: 'n1', renewedAt: AT, ageSeconds: 100 }, 'n1')],
      'since 14:02 UTC: Node n1 does not renew its Lease',
    ],
    [
      'a Lease in time',
      'kubelet-hangs',
      [fact('apiserver/lease', { node: 'n1', renewedAt: AT, ageSeconds: 9, durationSeconds: 40 }, 'n1')],
      '',
    ],
    [
      'the start of the kubelet',
      'kubelet-always-allow',
      [fact('self/kubelet-process', { state: 'running', local: [], named: false, startedAt: AT })],
      'since 14:02 UTC at the latest: the kubelet was started then',
    ],
    [
      'nodes, by name',
      'node-not-ready',
      [placed({ ready: 'False', readySince: AT })],
      'since 14:02 UTC: Node n1 is not ready',
      'n1: Ready=False',
    ],
    ['another node', 'node-not-ready', [placed({ ready: 'False', readySince: AT })], '', 'n11: Ready=False'],
    [
      'a taint with its time',
      'node-taint-not-tolerated',
      [placed({ taints: [{ key: 'gpu', value: '', effect: 'NoExecute', added: AT }] }), daemonSet({ at: BEFORE })],
      'since 14:02 UTC: Node n1 has the taint gpu',
      'n1: gpu:NoExecute, not tolerated by datadog/agent',
    ],
    [
      'a taint without one',
      'control-plane-taint-not-tolerated',
      [placed({ taints: [{ key: 'gpu', value: '', effect: 'NoSchedule' }], changed: { at: AT, client: 'kubectl-taint' } })],
      'since 14:02 UTC: the taints of Node n1 changed by kubectl-taint',
      'n1: gpu:NoSchedule',
    ],
    [
      'a DaemonSet that was changed after that',
      'node-taint-not-tolerated',
      [placed({ taints: [{ key: 'gpu', value: '', effect: 'NoSchedule' }], changed: { at: BEFORE } }), daemonSet(HELM)],
      'since 14:02 UTC: DaemonSet datadog/agent changed by helm',
      'n1: gpu:NoSchedule, not tolerated by datadog/agent',
    ],
    [
      'a selector',
      'node-not-selected',
      [daemonSet(HELM)],
      'since 14:02 UTC: DaemonSet datadog/agent changed by helm',
      'datadog/agent: disk=ssd',
    ],
    [
      'the settings of a DaemonSet',
      'agent-setting-invalid',
      [
        fact('self/agent-configuration', { of: 'workload', install: 'container', name: 'DaemonSet datadog/agent', containers: [] }),
        daemonSet(HELM),
      ],
      'since 14:02 UTC: DaemonSet datadog/agent changed by helm',
    ],
    [
      'an apiserver',
      'apiserver-certificate-expired',
      [fact('apiserver/tls', handshake({ chain: [certificate({ notAfter: AT })] }), '10.96.0.1:443')],
      'since 14:02 UTC: the certificate of the apiserver expired',
    ],
    [
      "an apiserver's certificate of another authority",
      'apiserver-certificate-name-mismatch',
      [fact('apiserver/tls', handshake({ chain: [certificate({ notBefore: AT })] }), '10.96.0.1:443')],
      'since 14:02 UTC at the earliest: the certificate of the apiserver is valid from then',
    ],
    [
      'a cordon',
      'node-cordoned',
      [placed({ unschedulable: true, changed: HELM })],
      'since 14:02 UTC: the taints of Node n1 changed by helm',
      'n1',
    ],
    [
      'a pod',
      'agent-not-ready-on-node',
      [
        fact('apiserver/agent-pods', {
          pods: [
            {
              namespace: 'd',
              pod: 'p-1',
              node: 'n1',
              owner: '',
              sidecar: false,
              phase: 'Running',
              ready: false,
              leaving: false,
              restarts: 0,
              readySince: AT,
            },
          ],
          everywhere: true,
          complete: true,
        }),
      ],
      'since 14:02 UTC: pod p-1 is not ready',
      'n1: pod p-1 is Running',
    ],
    [
      'events',
      'admission-refuses',
      [fact('apiserver/refused-creates', [{ namespace: 'd', daemonset: 'a', message: 'm', count: 9, first: AT, last: NOW }], 'd')],
      'since 14:02 UTC: pods of DaemonSet d/a are refused',
    ],
    [
      'a policy',
      'network-policy-blocks-egress',
      [fact('apiserver/egress-policies', { policies: [{ policy: 'deny', rules: [], changed: HELM }], complete: true })],
      'since 14:02 UTC: NetworkPolicy deny changed by helm',
      'NetworkPolicy deny selects the pod',
    ],
    ['what is still to come', 'kubelet-down', [node({ readySince: LATER })], ''],
    ['a time that is none', 'kubelet-down', [node({ readySince: 'soon' })], ''],
    ['a fact of another shape', 'node-not-ready', [fact('apiserver/nodes', {} as FactData['nodes'])], ''],
    ['a cause that nothing dates', 'clock-skew', [node({ readySince: AT })], ''],
  ];
  for (const [what, cause, facts, said, about] of table) it(what, () => assert.equal(since(cause, facts, about), said));

  it('each way to date a cause is in the table', () => {
    const tried = new Set(table.filter(([, , , said]) => said).flatMap(([, cause]) => DATED_BY[cause] ?? []));
    const all = Object.entries(DATED_BY).flatMap(([cause, daters]) => daters.map((dater) => [cause, dater] as const));
    assert.deepEqual([...new Set(all.filter(([, dater]) => !tried.has(dater)).map(([cause]) => cause))], []);
  });

  it('every cause is dated, or it is said why not', () => {
    const stand = [...Object.keys(DATED_BY), ...Object.values(UNDATED).flatMap((causes) => causes.trim().split(/\s+/))];
    const causes = knownCauses().map(({ cause }) => cause);
    assert.deepEqual(
      causes.filter((cause) => !stand.includes(cause)),
      [],
      'a row in dated-by.ts, or the reason why nothing dates it',
    );
    assert.deepEqual(
      stand.filter((cause, at) => !causes.includes(cause) || stand.indexOf(cause) !== at),
      [],
      'gone, or twice',
    );
  });
});

describe('the last change', () => {
  const entry = (manager: string, time: string, fieldsV1: object, more: object = {}) => ({
    manager,
    operation: 'Update',
    time,
    fieldsV1,
    ...more,
  });
  const rules = { 'f:rules': {} };
  const of = (...managedFields: unknown[]) => lastChange({ metadata: { managedFields } }, 'f:rules', 'f:spec.f:taints').changed;

  it('is that of the fields that are judged', () => {
    assert.deepEqual(of(entry('helm', BEFORE, rules), entry('labeller', AT, { 'f:metadata': { 'f:labels': {} } })), {
      at: BEFORE,
      client: 'helm',
    });
    assert.deepEqual(of(entry('helm', BEFORE, rules), entry('kubectl-edit', AT, { 'f:spec': { 'f:taints': {} } })), {
      at: AT,
      client: 'kubectl-edit',
    });
  });
  it('is none of a status', () => assert.equal(of(entry('kubelet', AT, rules, { subresource: 'status' })), undefined));
  it('is none without a time, a list, or an object', () => {
    for (const odd of [entry('helm', 'yesterday', rules), null, 'x', { fieldsV1: null }]) assert.equal(of(odd), undefined);
    assert.deepEqual(lastChange({ metadata: { managedFields: 'x' } }, 'f:rules'), {});
    assert.deepEqual(lastChange(undefined, 'f:rules'), {});
  });
  it('names no client whose name is a sentence', () => {
    for (const said of ['Mozilla/5.0 (X11)', 'run this: curl', 'x'.repeat(100), ''])
      assert.deepEqual(of(entry(said, AT, rules)), { at: AT });
  });
});
