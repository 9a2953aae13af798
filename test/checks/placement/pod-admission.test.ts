import { podAdmission } from '../../../src/checks/placement/pod-admission/check.js';
import type { AnyFact } from '../../../src/model/facts.js';
import { fact, pending } from '../facts.js';
import { type Placed, placed, pod, workload } from '../placement.js';
import { judgeTable, type Row } from '../table.js';

const ASKS = { asks: ['hostPID', 'hostPath volumes'], serviceAccount: 'datadog-agent', priorityClass: 'high' };
const security = { cause: 'pod-security-refuses', certainty: 'proven' } as const;
const refused = { cause: 'admission-refuses', certainty: 'proven', severity: 'blocks' } as const;
const policy = (change: object = {}): AnyFact =>
  fact('apiserver/namespace-policy', { namespace: 'datadog', quotas: [], ...change }, 'datadog');
const event = (message: string): AnyFact =>
  fact(
    'apiserver/refused-creates',
    [{ namespace: 'datadog', daemonset: 'datadog-agent', message, count: 3, last: '2026-06-01T00:00:00Z' }],
    'datadog',
  );
/** One node lacks its pod. */
const lacking = (message: string, more: Placed = {}, change: object = {}) => [
  ...placed({ pods: ['n1'], workloads: [workload(ASKS)], ...more }),
  policy(change),
  event(`Error creating: pods "datadog-agent-" is forbidden: ${message}`),
];

judgeTable(podAdmission, [
  { row: 'not asked', facts: [], expect: 'cannot-tell', wants: ['apiserver/nodes'] },
  {
    row: 'of the pods only the first were read',
    facts: [...placed({ cut: { pods: 'ETIMEDOUT' } }), policy()],
    expect: 'cannot-tell',
    says: /of the pods, 2 were read: the apiserver did not answer in time/,
  },
  { row: 'still asked', facts: [pending('apiserver/nodes', '')], expect: 'cannot-tell' },
  { row: 'no agent at all', facts: placed({ workloads: [] }), expect: 'not-applicable' },
  { row: 'nothing refused', facts: [...placed(), policy()], expect: 'pass' },
  { row: 'refused an hour ago, and there now', facts: [...placed(), policy(), event('exceeded quota: a')], expect: 'pass' },
  {
    row: 'refused, and of the pods only a part is known: it may be there by now',
    facts: [...placed({ pods: ['n1'], complete: false, cut: { pods: 'ENOTINBUNDLE' } }), policy(), event('exceeded quota: a')],
    expect: { cause: 'admission-refuses', certainty: 'suspected' },
    says: /exceeded quota: a/,
  },
  {
    row: 'refused once, and every node has its pod, though the list is a part',
    facts: [...placed({ cut: { pods: 'ENOTINBUNDLE' } }), policy(), event('exceeded quota: a')],
    expect: 'cannot-tell',
  },
  {
    row: 'pod security, by the event',
    facts: lacking('violates PodSecurity "baseline:latest": host namespaces (hostPID=true)', {}, { enforce: 'baseline' }),
    expect: { ...security, severity: 'blocks' },
    witnesses: ['apiserver/refused-creates'],
    says: /kubectl label namespace datadog pod-security.kubernetes.io\/enforce=privileged --overwrite/,
  },
  {
    row: 'pod security by a default of the cluster: no label',
    facts: lacking('violates PodSecurity "restricted:latest": runAsNonRoot != true'),
    expect: security,
    witnesses: ['apiserver/refused-creates'],
  },
  {
    row: 'pod security, by the label alone: what runs stays',
    facts: [...placed({ workloads: [workload(ASKS)] }), policy({ enforce: 'restricted' })],
    expect: { ...security, severity: 'degrades' },
    witnesses: ['apiserver/namespace-policy', 'apiserver/workloads'],
    says: /the pod template asks for hostPID, hostPath volumes/,
  },
  {
    row: 'pod security, before it is installed',
    facts: [
      ...placed({ workloads: [workload(ASKS)], pods: 'none', found: { by: 'manifest', asked: 'a.yaml' } }),
      policy({ enforce: 'baseline' }),
    ],
    expect: { ...security, severity: 'blocks' },
    witnesses: ['apiserver/namespace-policy', 'apiserver/workloads'],
  },
  { row: 'an agent that asks for nothing', facts: [...placed(), policy({ enforce: 'baseline' })], expect: 'pass' },
  {
    row: 'quota',
    facts: lacking('exceeded quota: small, requested: pods=1', {}, { quotas: ['small'] }),
    expect: refused,
    witnesses: ['apiserver/refused-creates'],
    says: /describe resourcequota/,
  },
  {
    row: 'a quota on system priority classes',
    facts: lacking('insufficient quota to match these scopes: [{PriorityClass In [system-node-critical]}]'),
    expect: refused,
    witnesses: ['apiserver/refused-creates'],
    says: /scopeName: PriorityClass/,
  },
  {
    row: 'no such priority class',
    facts: lacking('no PriorityClass with name high was found'),
    expect: refused,
    witnesses: ['apiserver/refused-creates'],
    says: /priorityClassName/,
  },
  {
    row: 'no such priority class, before any event',
    facts: [...placed({ workloads: [workload(ASKS)] }), policy({ priorityClassExists: false })],
    expect: refused,
    witnesses: ['apiserver/namespace-policy', 'apiserver/workloads'],
  },
  {
    row: 'the manifest brings its priority class along',
    facts: [
      ...placed({ workloads: [workload(ASKS)], pods: 'none', found: { by: 'manifest', brings: ['high'] } }),
      policy({ priorityClassExists: false }),
    ],
    expect: 'pass',
  },
  {
    row: 'SCC',
    facts: lacking('unable to validate against any security context constraint: []'),
    expect: refused,
    witnesses: ['apiserver/refused-creates'],
    says: /oc adm policy add-scc-to-user privileged -z datadog-agent -n datadog/,
  },
  {
    row: 'no such account',
    facts: lacking('error looking up service account datadog/datadog-agent: serviceaccount "datadog-agent" not found'),
    expect: refused,
    witnesses: ['apiserver/refused-creates'],
    says: /create serviceaccount datadog-agent/,
  },
  {
    row: 'a webhook',
    facts: lacking('admission webhook "policy.example.com" denied the request: no hostPath'),
    expect: refused,
    witnesses: ['apiserver/refused-creates'],
    says: /Webhook policy.example.com refuses/,
  },
  ...(
    [
      ['helm', 4317, /"steps":"datadog\.otlp\.receiver\.protocols\.grpc\.useHostPort=false"/],
      ['unknown', 8125, /Add host port 8125 to the policy/],
    ] as const
  ).map(
    ([manager, port, says]): Row => ({
      row: `a host port that no policy allows: ${port}`,
      facts: lacking(
        `PodSecurityPolicy: unable to admit pod: [spec.containers[0].hostPort: Invalid value: ${port}: Host port ${port} is not allowed to be used. Allowed ports: [9000-9001]]`,
        { workloads: [workload(ASKS, { manager })] },
      ),
      expect: refused,
      witnesses: ['apiserver/refused-creates'],
      says,
    }),
  ),
  {
    row: 'admission leaves the token out of every pod',
    facts: [...placed({ workloads: [workload(ASKS)], pods: ['n1', 'n2'].map((on) => pod(on, { taken: ['token'] })) }), policy()],
    expect: { cause: 'agent-pod-changed-at-admission', certainty: 'proven', severity: 'blocks' },
    witnesses: ['apiserver/agent-pods'],
    inPart: ['apiserver/agent-pods', 'apiserver/nodes'],
    says: /have no token: admission leaves it out.*token: not in the pods on n1, n2.*automountServiceAccountToken: true.*get serviceaccount datadog-agent -o yaml/,
  },
  {
    row: 'admission takes the host from one pod',
    facts: [...placed({ pods: ['n1', pod('n2', { taken: ['hostPID', 'hostPath volumes'] })] }), policy()],
    expect: { cause: 'agent-pod-changed-at-admission', certainty: 'proven', severity: 'degrades' },
    witnesses: ['apiserver/agent-pods'],
    inPart: ['apiserver/agent-pods', 'apiserver/nodes'],
    says: /takes hostPID from.*hostPath volumes: not in the pods on n2.*Exempt the agent's namespace/,
    neverSays: /automount/,
  },
  { row: 'something else', facts: lacking('we do not like it'), expect: refused, witnesses: ['apiserver/refused-creates'] },
]);
