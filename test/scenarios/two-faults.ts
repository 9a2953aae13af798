/** Two faults at once: what stands by itself is a root, what follows from another fault stands below it. Data only; two-faults.test.ts runs it. */
import { bindingOf, clusterRole } from '../../src/sim/state/rbac.js';
import type { Rule } from '../../src/sim/state/rights.js';
import type { World } from '../../src/sim/world.js';

export interface TwoFaults {
  faults: string;
  world: World;
  /** Findings that block or degrade and follow from nothing else, in order. */
  roots: readonly string[];
  /** Consequence → what it follows from, directly. */
  nested?: Readonly<Record<string, string>>;
}

const DAY_MS = 86_400_000;
const ROLE = 'node-role.kubernetes.io';
const permitted = { nodeProxy: 'permitted' } as const;
const toProxy = (noProxy: string): World['network'] => ({ proxy: { variable: 'HTTPS_PROXY', noProxy, behaviour: 'refuse-403' } });
const CONTROL_PLANE = { nodes: { cp1: { labels: { [`${ROLE}/control-plane`]: '' }, taints: [`${ROLE}/control-plane:NoSchedule`] } } };
/** At a workstation, with an agent that is not on the control-plane node. */
const tainted = (more: World): World => ({
  place: 'workstation',
  placement: { ...CONTROL_PLANE, daemonSets: [{ on: ['n1'] }] },
  ...more,
  agent: { rights: 'everything', ...more.agent },
});
const FINE: Rule = { verbs: ['get'], groups: [''], resources: ['pods', 'healthz', 'configz', 'metrics', 'stats'].map((s) => `nodes/${s}`) };
const READS: Rule = {
  verbs: ['get', 'list'],
  groups: ['', 'coordination.k8s.io', 'discovery.k8s.io'],
  resources: ['nodes', 'leases', 'endpointslices'],
};
const EVENTS: Rule = { verbs: ['get', 'list', 'watch'], groups: [''], resources: ['events'] };
const BOOKMARK: Rule = { verbs: ['get', 'update'], groups: [''], resources: ['configmaps'], resourceNames: ['datadogtoken'] };
const collecting = (...rights: Rule[]): World['agent'] => ({
  rights: [FINE, READS, ...rights],
  env: { DD_COLLECT_KUBERNETES_EVENTS: 'true' },
});
const ACCOUNT = 'datadog/datadog-agent';

export const TWO_FAULTS: readonly TwoFaults[] = [
  {
    faults: 'expired kubelet certificate; missing rule',
    world: { kubelet: { certificate: 'expired' }, agent: { rights: 'reads' } },
    roots: ['kubelet-certificate-expired', 'kubelet-permission-missing'],
  },
  {
    faults: 'self-signed kubelet certificate; missing rule',
    world: { kubelet: { certificate: 'self-signed' }, agent: { rights: 'reads' } },
    roots: ['kubelet-certificate-self-signed', 'kubelet-permission-missing'],
  },
  {
    faults: 'kubelet certificate for another name; expired token',
    world: { kubelet: { certificate: 'wrong-name' }, agent: { credential: 'expired' } },
    roots: ['kubelet-certificate-name-mismatch', 'token-expired'],
  },
  {
    faults: 'kubelet certificate of another CA; role without binding',
    world: {
      kubelet: { certificate: 'other-ca' },
      agent: { rights: [{ verbs: ['get', 'list'], groups: ['rbac.authorization.k8s.io'], resources: ['*'] }] },
      rbac: [clusterRole('datadog-agent', ['pods'])],
    },
    roots: ['kubelet-certificate-unknown-authority', 'binding-missing'],
    nested: { 'kubelet-permission-missing': 'binding-missing' },
  },
  {
    faults: 'kubelet certificate pending; missing rule',
    world: { kubelet: { certificate: 'pending' }, agent: { rights: 'reads' } },
    roots: ['kubelet-certificate-pending', 'kubelet-permission-missing'],
  },
  {
    faults: 'webhook authentication off; CA file gone',
    world: { kubelet: { webhookAuthentication: false }, agent: { kubeletCa: 'missing-file' } },
    roots: ['kubelet-ca-file-missing'],
    nested: { 'kubelet-certificate-unknown-authority': 'kubelet-ca-file-missing' },
  },
  {
    faults: 'webhook authentication off; missing rule',
    world: { kubelet: { webhookAuthentication: false }, agent: { rights: 'reads' } },
    roots: ['kubelet-token-authentication-off', 'kubelet-permission-missing'],
  },
  {
    faults: 'proxy captures the kubelet; missing rule',
    world: { network: toProxy('kubernetes.sim,.svc'), agent: { rights: 'reads' } },
    roots: ['proxy-captures-kubelet', 'kubelet-permission-missing'],
  },
  {
    faults: 'proxy captures the kubelet; taint',
    world: tainted({ network: toProxy('kubernetes.sim,.svc') }),
    roots: ['control-plane-taint-not-tolerated'],
  },
  {
    faults: 'proxy captures both servers',
    world: { network: toProxy('localhost') },
    roots: ['proxy-captures-kubelet', 'proxy-captures-apiserver'],
  },
  {
    faults: 'proxy captures the apiserver; kubelet certificate expired',
    world: { network: toProxy('n1.sim'), kubelet: { certificate: 'expired' } },
    roots: ['proxy-captures-apiserver', 'kubelet-certificate-expired'],
  },
  {
    faults: 'our clock two years ahead; expired token',
    world: { network: { clockOffsetMs: 730 * DAY_MS }, agent: { credential: 'expired' } },
    roots: ['clock-skew', 'token-expired'],
  },
  {
    faults: 'our clock two hours behind; missing rule',
    world: { network: { clockOffsetMs: -7_200_000 }, agent: { rights: 'reads' } },
    roots: ['clock-skew'],
  },
  {
    faults: 'cluster DNS dead; kubelet fine but one rule',
    world: { network: { dns: 'dead' }, agent: { rights: 'no-stats' } },
    roots: ['kubelet-permission-missing', 'cluster-dns-fails'],
  },
  {
    faults: 'cluster DNS dead; kubelet certificate expired',
    world: { network: { dns: 'dead' }, kubelet: { certificate: 'expired' } },
    roots: ['kubelet-certificate-expired', 'cluster-dns-fails'],
  },
  {
    faults: 'firewall on 10250; lock of the leader election forbidden',
    world: { kubelet: { listen: 'silent', seenByApiserver: 'answers' }, apiserver: permitted, agent: collecting(EVENTS, BOOKMARK) },
    roots: ['kubelet-connect-timeout', 'leader-lock-forbidden'],
  },
  {
    faults: 'kubelet down; events forbidden',
    world: { kubelet: { listen: 'closed', heartbeat: 'stale' }, apiserver: permitted, agent: collecting(BOOKMARK) },
    roots: ['kubelet-down', 'leader-lock-forbidden', 'permission-missing'],
  },
  {
    faults: 'service routing broken; kubelet certificate self-signed',
    world: { apiserver: { serviceAddress: 'silent' }, kubelet: { certificate: 'self-signed' } },
    roots: ['kubelet-certificate-self-signed', 'apiserver-connect-timeout'],
  },
  {
    faults: 'service routing broken; cluster DNS dead behind it',
    world: { apiserver: { serviceAddress: 'dead' }, network: { dns: 'dead' } },
    roots: ['service-address-broken'],
    nested: { 'cluster-dns-fails': 'service-address-broken' },
  },
  {
    faults: 'apiserver down for all; kubelet certificate expired',
    world: { apiserver: { listen: 'closed' }, kubelet: { certificate: 'expired', apiserverReach: 'refused', heartbeat: 'stale' } },
    roots: ['apiserver-connection-refused', 'kubelet-certificate-expired'],
  },
  {
    faults: 'apiserver down for all; token with a line break',
    world: { apiserver: { listen: 'closed' }, kubelet: { apiserverReach: 'refused' }, agent: { credential: 'newline-inside' } },
    // What refuses the connection is suspected alone, and blocks before any token is looked at.
    roots: ['apiserver-connection-refused', 'token-malformed'],
  },
  {
    faults: 'apiserver certificate expired; kubelet certificate expired',
    world: { apiserver: { certificate: 'expired' }, kubelet: { certificate: 'expired' } },
    roots: ['kubelet-certificate-expired', 'apiserver-certificate-expired'],
  },
  {
    faults: 'apiserver of another CA; kubelet of another CA',
    world: { apiserver: { certificate: 'other-ca' }, kubelet: { certificate: 'other-ca' } },
    roots: ['apiserver-certificate-unknown-authority'],
    nested: { 'kubelet-certificate-unknown-authority': 'apiserver-certificate-unknown-authority' },
  },
  {
    faults: 'apiserver not ready; missing rule',
    world: { apiserver: { ready: ['etcd'] }, agent: { rights: 'reads' } },
    roots: ['kubelet-permission-missing', 'apiserver-not-ready'],
  },
  {
    faults: 'token missing; kubelet certificate self-signed',
    world: { agent: { credential: 'no-token' }, kubelet: { certificate: 'self-signed' } },
    roots: ['kubelet-certificate-self-signed', 'token-missing'],
    nested: { 'apiserver-ca-file-missing': 'token-missing' },
  },
  {
    faults: 'token missing; kubelet down',
    world: { agent: { credential: 'no-token' }, kubelet: { listen: 'closed', heartbeat: 'stale' } },
    roots: ['kubelet-down', 'token-missing'],
    nested: { 'apiserver-ca-file-missing': 'token-missing' },
  },
  {
    faults: 'kubelet cut off; missing rule',
    world: { kubelet: { apiserverReach: 'refused', heartbeat: 'stale' }, agent: { rights: 'reads' } },
    roots: ['kubelet-cannot-reach-apiserver', 'kubelet-permission-missing'],
  },
  {
    faults: 'kubelet host is the gateway; missing rule',
    world: { agent: { kubeletHost: 'gateway', gateway: 'closed', rights: 'reads' } },
    roots: ['kubelet-host-not-a-node', 'kubelet-permission-missing'],
  },
  {
    faults: 'kubelet host unset; expired token',
    world: { agent: { kubeletHost: 'unset', credential: 'expired' } },
    roots: ['kubelet-host-unset', 'token-expired'],
  },
  {
    faults: 'sync loop stuck; one rule missing',
    world: { kubelet: { healthy: ['syncloop'] }, agent: { rights: 'no-stats' } },
    roots: ['kubelet-permission-missing', 'kubelet-unhealthy'],
  },
  {
    faults: '/stats/summary fails; kubelet certificate expires soon',
    world: { kubelet: { fail: { '/stats/summary': 500 }, certificate: 'expires-soon' } },
    roots: ['kubelet-endpoint-fails', 'kubelet-certificate-expires-soon'],
  },
  {
    faults: 'role bound in the wrong namespace; kubelet certificate expired',
    world: {
      kubelet: { certificate: 'expired' },
      agent: { rights: [{ verbs: ['get', 'list'], groups: ['rbac.authorization.k8s.io'], resources: ['*'] }] },
      rbac: [
        clusterRole('datadog-agent', ['pods', 'healthz', 'configz', 'metrics', 'stats']),
        bindingOf('dd', 'datadog-agent', `default/${ACCOUNT.split('/')[1]}`),
      ],
    },
    roots: ['kubelet-certificate-expired', 'binding-subject-differs'],
    nested: { 'kubelet-permission-missing': 'binding-subject-differs' },
  },
  {
    faults: 'taint; the kubelet down on the node that is asked about',
    world: tainted({ kubelet: { listen: 'closed', heartbeat: 'stale' }, apiserver: permitted }),
    roots: ['kubelet-down', 'control-plane-taint-not-tolerated', 'node-not-ready'],
  },
  {
    faults: 'taint; the agent crash-loops where it runs',
    world: tainted({
      placement: { ...CONTROL_PLANE, daemonSets: [{ on: ['n1'], waiting: { reason: 'CrashLoopBackOff', message: 'no API key' } }] },
    }),
    roots: ['agent-not-ready-on-node', 'control-plane-taint-not-tolerated'],
  },
  {
    faults: 'quota; taint',
    world: tainted({
      placement: {
        nodes: { ...CONTROL_PLANE.nodes, n2: {} },
        daemonSets: [{ on: ['n1'] }],
        quotas: ['small'],
        refused: 'exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1',
      },
    }),
    roots: ['admission-refuses', 'control-plane-taint-not-tolerated'],
    nested: { 'agent-missing-on-node': 'admission-refuses' },
  },
  {
    faults: 'taint; expired kubelet certificate',
    world: tainted({ kubelet: { certificate: 'expired' } }),
    roots: ['kubelet-certificate-expired', 'control-plane-taint-not-tolerated'],
  },
];
