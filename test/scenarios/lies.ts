/** Servers that lie, field by field: which worlds make the tool read a field, and which fields each server has to lie in. Data only. */

import { bindingOf, clusterRole } from '../../src/sim/state/rbac.js';
import type { PoisonWorld, World } from '../../src/sim/world.js';

const LOOK = { verbs: ['get', 'list'], groups: ['rbac.authorization.k8s.io'], resources: ['*'] };
const FINE = ['pods', 'healthz', 'configz', 'metrics', 'stats'];
const TAINT = 'node-role.kubernetes.io/control-plane:NoSchedule';
const proxy = (behaviour: 'refuse-403' | 'require-407' | 'intercept', noProxy: string): World => ({
  network: { proxy: { variable: 'HTTPS_PROXY', noProxy, behaviour } },
});

/** Worlds in which advice is given, by what it is about. */
const WORLDS = {
  'rights missing': { agent: { rights: 'none' } },
  'rights missing, 1.31': { kubelet: { version: '1.31' }, agent: { rights: 'none' } },
  'rights missing, another account': {
    place: 'workstation',
    agent: { rights: 'everything' },
    argv: ['--service-account', 'datadog/other-agent'],
  },
  'binding wrong': {
    agent: { rights: [LOOK] },
    rbac: [clusterRole('datadog-agent', FINE), bindingOf('dd', 'datadog-agent', 'default/datadog-agent')],
  },
  'role bound to nobody': { agent: { rights: [LOOK] }, rbac: [clusterRole('datadog-agent', FINE)] },
  'webhook off': { kubelet: { webhookAuthentication: false }, apiserver: { nodeProxy: 'permitted' } },
  'kubelet in trouble': { kubelet: { healthy: ['syncloop'], fail: { '/stats/summary': 500 } }, apiserver: { ready: ['etcd'] } },
  'kubelet down': { kubelet: { listen: 'closed', heartbeat: 'stale' }, apiserver: { nodeProxy: 'permitted' } },
  'name differs': { kubelet: { certificate: 'wrong-name' } },
  'self-signed': { kubelet: { certificate: 'self-signed' }, apiserver: { certificate: 'wrong-name' } },
  'certificate pending': { kubelet: { certificate: 'pending' }, apiserver: { nodeProxy: 'permitted' } },
  'service routing': { apiserver: { serviceAddress: 'dead' } },
  policy: {
    network: { vantage: 'pod-network', egressPolicies: { deny: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }] } },
    kubelet: { listen: 'silent', seenByApiserver: 'answers' },
    agent: { rights: 'everything' },
  },
  placement: {
    place: 'workstation',
    agent: { rights: 'everything' },
    placement: {
      nodes: { cp1: { taints: [TAINT] }, n2: { taints: ['dedicated=gpu:NoSchedule'] }, n3: {} },
      daemonSets: [{ on: ['n1'], waiting: { reason: 'CrashLoopBackOff', message: 'no API key' } }],
      quotas: ['small'],
      refused: 'exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1',
    },
  },
  'pod security': {
    place: 'workstation',
    agent: { rights: 'everything' },
    placement: {
      daemonSets: [{ on: [] }],
      namespaceLabels: { 'pod-security.kubernetes.io/enforce': 'baseline' },
      refused: 'violates PodSecurity "baseline:latest": host namespaces (hostPID=true)',
    },
  },
  'pod waits': {
    place: 'workstation',
    agent: { rights: 'everything' },
    placement: {
      nodes: { n2: {}, n3: {} },
      holders: { 'statsd/statsd': 8125 },
      daemonSets: [
        {
          on: ['n1'],
          waiting: {
            reason: 'Unschedulable',
            message: "0/3 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
          },
        },
        { name: 'second', on: ['n2'], waiting: { reason: 'CreateContainerConfigError', message: 'secret "datadog-secret" not found' } },
      ],
    },
  },
  'pod waits for a mount': {
    place: 'workstation',
    agent: { rights: 'everything' },
    placement: {
      daemonSets: [
        {
          waiting: { reason: 'ContainerCreating', message: '' },
          events: [
            {
              reason: 'FailedMount',
              message: 'MountVolume.SetUp failed for volume "kubelet-ca" : hostPath type check failed: /etc/ca is not a file',
            },
          ],
        },
      ],
    },
  },
  'proxy refuses': proxy('refuse-403', 'kubernetes.sim,.svc'),
  'proxy wants a password': proxy('require-407', 'n1.sim'),
  'proxy answers': proxy('intercept', 'kubernetes.sim,.svc'),
} satisfies Record<string, World>;

type WorldName = keyof typeof WORLDS;

interface Lie {
  server: PoisonWorld['server'];
  fields: readonly string[];
  in: readonly WorldName[];
}

const TEXT = ['message', 'reason', 'evaluationError', 'phase', 'image', 'gitCommit', 'platform', 'holderIdentity', 'note', 'uid'];
const RIGHTS: WorldName[] = [
  'rights missing',
  'rights missing, 1.31',
  'rights missing, another account',
  'binding wrong',
  'role bound to nobody',
];
const OBJECTS: WorldName[] = [
  'placement',
  'pod security',
  'pod waits',
  'pod waits for a mount',
  'kubelet down',
  'certificate pending',
  'policy',
];

const LIES: readonly Lie[] = [
  { server: 'kubelet', fields: ['user'], in: ['rights missing', 'rights missing, 1.31'] },
  { server: 'kubelet', fields: ['verb'], in: ['rights missing'] },
  { server: 'kubelet', fields: ['subresource'], in: ['rights missing', 'rights missing, 1.31'] },
  { server: 'kubelet', fields: ['text'], in: ['webhook off', 'kubelet in trouble'] },
  { server: 'kubelet', fields: ['header'], in: ['rights missing', 'webhook off', 'kubelet in trouble'] },
  { server: 'kubelet', fields: ['metrics'], in: ['service routing'] },
  { server: 'kubelet', fields: ['name', 'nodeName', 'namespace'], in: ['kubelet in trouble', 'service routing'] },
  { server: 'kubelet', fields: ['certificate'], in: ['rights missing', 'name differs', 'self-signed'] },
  { server: 'apiserver', fields: TEXT, in: [...RIGHTS, ...OBJECTS] },
  { server: 'apiserver', fields: ['username'], in: ['rights missing', 'binding wrong', 'certificate pending', 'webhook off'] },
  { server: 'apiserver', fields: ['groups'], in: ['rights missing', 'certificate pending'] },
  {
    server: 'apiserver',
    fields: ['authentication.kubernetes.io/node-name', 'authentication.kubernetes.io/pod-name'],
    in: ['rights missing', 'webhook off', 'kubelet down'],
  },
  { server: 'apiserver', fields: ['name'], in: ['binding wrong', 'role bound to nobody', ...OBJECTS] },
  { server: 'apiserver', fields: ['namespace'], in: ['binding wrong', 'placement', 'pod security', 'pod waits'] },
  { server: 'apiserver', fields: ['resources', 'verbs', 'apiGroups', 'resourceNames'], in: ['binding wrong', 'role bound to nobody'] },
  { server: 'apiserver', fields: ['address', 'type'], in: ['name differs', 'kubelet down', 'placement'] },
  { server: 'apiserver', fields: ['kubeletVersion', 'gitVersion'], in: ['rights missing', 'rights missing, 1.31', 'kubelet down'] },
  { server: 'apiserver', fields: ['key', 'value', 'effect'], in: ['placement'] },
  {
    server: 'apiserver',
    fields: ['kubernetes.io/hostname', 'app', 'pod-security.kubernetes.io/enforce'],
    in: ['placement', 'pod security'],
  },
  { server: 'apiserver', fields: ['serviceAccountName', 'nodeName'], in: ['placement', 'pod security'] },
  { server: 'apiserver', fields: ['request', 'signerName'], in: ['certificate pending'] },
  { server: 'apiserver', fields: ['cidr'], in: ['policy'] },
  { server: 'apiserver', fields: ['text'], in: ['kubelet in trouble'] },
  { server: 'apiserver', fields: ['header'], in: ['rights missing', 'kubelet in trouble'] },
  { server: 'apiserver', fields: ['certificate'], in: ['self-signed', 'rights missing'] },
  { server: 'proxy', fields: ['header', 'text', 'certificate'], in: ['proxy refuses', 'proxy wants a password', 'proxy answers'] },
];

/** One lie told in one world. */
export interface LieRow {
  row: string;
  world: World;
  poison: PoisonWorld;
}

export const LIE_ROWS: readonly LieRow[] = LIES.flatMap(({ server, fields, in: worlds }) =>
  worlds.flatMap((name) =>
    (['shell', 'name'] as const).map((how): LieRow => {
      const poison = { server, fields, how };
      return { row: `${server} ${fields.join(' ')} (${how}): ${name}`, world: { ...WORLDS[name], poison }, poison };
    }),
  ),
);

/** Fields × ways to lie. */
export const LYING_FIELDS = LIES.reduce((sum, { fields }) => sum + fields.length, 0);
