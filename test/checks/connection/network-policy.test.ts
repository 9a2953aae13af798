import { networkPolicy } from '../../../src/checks/connection/network-policy.js';
import type { AnyFact, ApiserverEndpoints, EgressPolicies, EgressRule, Need } from '../../../src/model/facts.js';
import { atWorkstation, base, ENDPOINT, fact, failed, nodeObject } from '../facts.js';
import { judgeTable } from '../table.js';

const inNamespace = base().map((f) =>
  f.kind === 'place' && f.outcome.status === 'observed' ? fact('self/place', { ...f.outcome.data, namespace: 'datadog' }) : f,
);
const silent = [...inNamespace, failed('kubelet/tcp', ENDPOINT, 'ETIMEDOUT')];
const byName = [
  ...inNamespace.filter((f) => f.kind !== 'candidates'),
  fact('kubelet/candidates', [{ host: 'n1', port: 10250, origin: 'setting', source: 'DD_KUBERNETES_KUBELET_HOST' }]),
  fact('kubelet/dns', { addresses: [{ address: '10.0.0.7', family: 4 }], from: 'dns', asked: [], nameservers: [] }, 'n1'),
  failed('kubelet/tcp', 'n1:10250', 'ETIMEDOUT'),
];
const LABELS = { app: 'datadog', 'app.kubernetes.io/component': 'agent' };
const policies = (rules: EgressRule[], complete = true, labels: Record<string, string> | undefined = LABELS): AnyFact =>
  fact('apiserver/egress-policies', { policies: [{ policy: 'default-deny', rules }], complete, ...(labels && { labels }) });

const afar = [...base().filter(({ kind }) => kind !== 'place'), atWorkstation(), nodeObject()];
const inBundle = (facts: readonly AnyFact[]) =>
  facts.map((f) =>
    f.kind === 'place' && f.outcome.status === 'observed'
      ? fact('self/place', { ...f.outcome.data, bundle: { format: 'folder of Kubernetes objects', nodes: 1 } })
      : f,
  );
const ofAgent = (rules: EgressRule[] | undefined, more: Partial<EgressPolicies> = {}): AnyFact =>
  fact('apiserver/egress-policies', {
    policies: rules ? [{ policy: 'default-deny', rules }] : [],
    complete: true,
    labels: LABELS,
    pod: 'datadog/agent-x7k2p',
    ...more,
  });
const endpoints = (from: ApiserverEndpoints['from'] = 'endpoint-slice') =>
  fact('apiserver/endpoints', { from, endpoints: [{ address: '10.0.0.2', port: 6443 }] });
const KUBELET_ONLY: EgressRule[] = [{ ports: [{ from: 10250, to: 10250 }] }];

judgeTable(networkPolicy, [
  { row: 'nothing was dropped', facts: [...inNamespace, failed('kubelet/tcp', ENDPOINT, 'ECONNREFUSED')], expect: 'not-applicable' },
  {
    row: 'in the network of the host',
    facts: silent.map((f) =>
      f.kind === 'place' && f.outcome.status === 'observed' ? fact('self/place', { ...f.outcome.data, vantage: 'host-network' }) : f,
    ),
    expect: 'not-applicable',
  },
  {
    row: 'dropped',
    facts: silent,
    expect: 'cannot-tell',
    wants: ['apiserver/egress-policies'],
    says: /kubectl -n datadog get networkpolicies/,
  },
  {
    row: 'none selects this pod, in the part that was read',
    facts: [...silent, fact('apiserver/egress-policies', { policies: [], complete: false })],
    expect: 'cannot-tell',
  },
  {
    row: 'no policy selects this pod',
    facts: [...silent, fact('apiserver/egress-policies', { policies: [], complete: true })],
    expect: 'pass',
  },
  {
    row: 'everything is denied',
    facts: [...silent, policies([])],
    expect: { cause: 'network-policy-blocks-egress', severity: 'blocks', certainty: 'proven' },
    witnesses: ['apiserver/egress-policies', 'kubelet/tcp'],
    says: /default-deny.*matchLabels:\\n {6}\\"app\\": \\"datadog\\"\\n {6}\\"app\.kubernetes\.io\/component\\": \\"agent\\"\\n.*port: 10250.*"form":"yaml".*opens TCP 10250 to any address for pods with app/,
    neverSays: /podSelector: \{\}|cidr/,
  },
  ...([1, 3] as const).map((selected) => ({
    row: `${selected} of the pods were listed: the effect counts them`,
    facts: [
      ...silent,
      fact('apiserver/egress-policies', { policies: [{ policy: 'default-deny', rules: [] }], complete: true, labels: LABELS, selected }),
    ],
    expect: { cause: 'network-policy-blocks-egress' },
    witnesses: ['apiserver/egress-policies', 'kubelet/tcp'] as Need[],
    says: selected === 1 ? /any address for 1 pod with app/ : /any address for 3 pods with app/,
  })),
  {
    row: 'labels that are not known, none, or none to print: a placeholder that selects nothing, and how to find them',
    facts: [...silent, policies([], true, {})],
    expect: { cause: 'network-policy-blocks-egress' },
    witnesses: ['apiserver/egress-policies', 'kubelet/tcp'],
    says: /matchLabels:\\n {6}# kubectl -n datadog get pods --show-labels\\n {6}LABEL: \\"VALUE\\"/,
    neverSays: /podSelector: \{\}|"form":"yaml"/,
  },
  {
    row: 'a label no server should have given',
    facts: [...silent, policies([], true, { ...LABELS, 'a"b': 'c' })],
    expect: { cause: 'network-policy-blocks-egress' },
    witnesses: ['apiserver/egress-policies', 'kubelet/tcp'],
    says: /LABEL/,
    neverSays: /"form":"yaml"|a..?"b/,
  },
  { row: 'and there are more than we read', facts: [...silent, policies([], false)], expect: 'cannot-tell' },
  {
    row: 'pods only',
    facts: [...silent, policies([{ blocks: [] }])],
    expect: { cause: 'network-policy-blocks-egress' },
    witnesses: ['apiserver/egress-policies', 'kubelet/tcp'],
  },
  {
    row: "the node's range on another port",
    facts: [...silent, policies([{ ports: [{ from: 443, to: 443 }] }])],
    expect: { cause: 'network-policy-blocks-egress' },
    witnesses: ['apiserver/egress-policies', 'kubelet/tcp'],
  },
  {
    row: 'excepted from the range',
    facts: [...silent, policies([{ blocks: [{ cidr: '10.0.0.0/8', except: ['10.0.0.0/24'] }] }])],
    expect: { cause: 'network-policy-blocks-egress' },
    witnesses: ['apiserver/egress-policies', 'kubelet/tcp'],
  },
  {
    row: 'an IPv6 range',
    facts: [...silent, policies([{ blocks: [{ cidr: 'fd00::/8', except: [] }] }])],
    expect: { cause: 'network-policy-blocks-egress' },
    witnesses: ['apiserver/egress-policies', 'kubelet/tcp'],
  },
  {
    row: 'allowed: so it is something else',
    inPart: ['apiserver/egress-policies'],
    facts: [...silent, policies([{ blocks: [{ cidr: '10.0.0.0/8', except: [] }], ports: [{ from: 10_000, to: 10_300 }] }])],
    expect: 'pass',
  },
  { row: 'everything is allowed', inPart: ['apiserver/egress-policies'], facts: [...silent, policies([{}])], expect: 'pass' },
  {
    row: 'by name',
    facts: [...byName, policies([])],
    expect: { cause: 'network-policy-blocks-egress' },
    witnesses: ['apiserver/egress-policies', 'kubelet/tcp'],
  },
  { row: 'at a workstation', facts: afar, expect: 'cannot-tell', wants: ['apiserver/egress-policies', 'apiserver/endpoints'] },
  {
    row: 'at a workstation: no agent there',
    facts: [...afar, { target: 'apiserver', kind: 'egress-policies', subject: '', outcome: { status: 'absent', why: 'not-ours' } }],
    expect: 'not-applicable',
  },
  {
    row: 'at a workstation: host network',
    facts: [...afar, ofAgent([], { hostNetwork: true })],
    expect: 'not-applicable',
    inPart: ['apiserver/egress-policies'],
  },
  { row: 'at a workstation: no policy', facts: [...afar, endpoints(), ofAgent(undefined)], expect: 'pass' },
  {
    row: 'at a workstation: all is open',
    facts: [...afar, endpoints(), ofAgent([{}])],
    expect: 'pass',
    inPart: ['apiserver/egress-policies'],
  },
  { row: 'at a workstation: and there are more', facts: [...afar, ofAgent([], { complete: false })], expect: 'cannot-tell' },
  {
    row: 'at a workstation: the kubelet is closed off, which nobody has seen happen',
    facts: [...afar, endpoints(), ofAgent([{ ports: [{ from: 6443, to: 6443 }] }])],
    expect: { cause: 'network-policy-blocks-egress', certainty: 'suspected', severity: 'degrades' },
    wants: ['kubelet/tcp'],
    says: /kubectl -n datadog logs agent-x7k2p.*block the agent from its kubelet.*no rule allows 10\.0\.0\.7:10250.*agent-to-kubelet/,
    neverSays: /6443/,
  },
  {
    row: 'at a workstation: the apiserver is closed off',
    facts: [...afar, endpoints(), ofAgent(KUBELET_ONLY)],
    expect: { cause: 'network-policy-blocks-egress', certainty: 'suspected' },
    wants: ['kubelet/tcp'],
    says: /from the apiserver.*opens TCP 6443/,
    neverSays: /agent-to-kubelet/,
  },
  {
    row: 'at a workstation: where a kubelet finds its apiserver says nothing of pods',
    facts: [...afar, endpoints('kubelet-metrics'), ofAgent(KUBELET_ONLY)],
    expect: 'pass',
    inPart: ['apiserver/egress-policies'],
  },
  {
    row: 'at a workstation: both are closed off, each is opened by a policy of its own',
    facts: [...afar, endpoints(), ofAgent([])],
    expect: { cause: 'network-policy-blocks-egress', certainty: 'suspected' },
    wants: ['kubelet/tcp'],
    says: /from both servers.*agent-to-kubelet.*agent-to-apiserver/,
  },
  {
    row: 'in a bundle that may not have all: those that it has are suspected, and the list of all is wanted too',
    facts: [...inBundle(afar), ofAgent([], { complete: false })],
    expect: { cause: 'network-policy-blocks-egress', certainty: 'suspected', severity: 'degrades' },
    wants: ['kubelet/tcp', 'apiserver/egress-policies'],
    says: /kubectl -n datadog get networkpolicies -o yaml.*block the agent from its kubelet/,
  },
  {
    row: 'in a bundle that may not have all: none of them selects this pod',
    facts: [...inBundle(afar), ofAgent(undefined, { complete: false })],
    expect: 'cannot-tell',
    wants: ['apiserver/egress-policies'],
  },
  ...(
    [
      ['no rule opens the port to any machine', [{ blocks: [] }], { cause: 'network-policy-blocks-egress', certainty: 'suspected' }],
      ['some addresses are allowed', [{ blocks: [{ cidr: '10.0.0.0/8', except: [] }] }], 'cannot-tell'],
      ['some addresses are allowed, on another port', [{ ports: [{ from: 443, to: 443 }] }], { cause: 'network-policy-blocks-egress' }],
      ['all are allowed', [{ ports: [{ from: 10250, to: 10250 }] }], 'pass'],
    ] as const
  ).map(([row, rules, expect]) => ({
    row: `in a bundle without a pod or a node: ${row}`,
    facts: [
      ...inBundle(afar.filter(({ kind }) => kind !== 'node')),
      ofAgent(rules as unknown as EgressRule[], { pod: undefined as unknown as string, daemonset: 'datadog/agent' }),
    ],
    expect,
    inPart: ['apiserver/egress-policies'] as Need[],
    ...(expect === 'cannot-tell'
      ? { wants: ['apiserver/node'] as Need[] }
      : expect === 'pass'
        ? {}
        : {
            wants: ['kubelet/tcp'] as Need[],
            says: /kubectl -n datadog logs ds\/agent --all-containers.*pods of DaemonSet datadog\/agent: default-deny; no rule allows TCP 10250/,
          }),
  })),
]);
