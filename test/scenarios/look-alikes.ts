/**
 * Faults that look alike from where the agent stands: one group a symptom, one member a fault, each with the world it lives in. Every
 * member is run with the second side that decides (`world`) and without it (`world` with each of the group's `without` laid over it).
 * Data only; look-alikes.test.ts runs it.
 */
import type { World } from '../../src/sim/world.js';

export interface Member {
  /** What is really wrong. */
  member: string;
  world: World;
  /** Every cause that is really so in this world, consequences included: nothing else may be called proven. */
  truth: readonly string[];
  /** What must come first where the second side may be asked: cause and certainty. */
  decided: readonly [cause: string, certainty: 'proven' | 'suspected'];
  /** The same where this machine was late, and so waited until the other side gave up and said why. */
  decidedLate?: readonly [cause: string, certainty: 'proven' | 'suspected'];
}

export interface Group {
  symptom: string;
  /** The second side, in words. */
  secondSide: string;
  /** Worlds laid over each member's: the second side taken away, one way each. */
  without: readonly { how: string; world: World /** What is so because of it. */; adds?: readonly string[] }[];
  members: readonly Member[];
}

const DAY_MS = 86_400_000;
const permitted = { nodeProxy: 'permitted' } as const;
const everything = { rights: 'everything' } as const;
/** The agent may read the kubelet and nothing at the apiserver: no Lease, no Node, no node proxy, no requests. */
const fewRights = {
  how: 'no right to look from the other side',
  world: { agent: { rights: 'kubelet-only' }, apiserver: { nodeProxy: 'forbidden' } },
} as const;
/** The apiserver cannot be asked at all from here; the kubelet still can. */
const noApiserver = {
  how: 'the apiserver is silent',
  world: { apiserver: { listen: 'silent' } },
  adds: ['apiserver-connect-timeout'],
} as const;

/** The SYN to port 10250 is never answered. */
const SILENT: Group = {
  symptom: 'port 10250 is silent',
  secondSide: 'the node proxy, the Lease and the Node object',
  without: [fewRights, noApiserver],
  members: [
    {
      member: 'a firewall between agent and node',
      world: { kubelet: { listen: 'silent', seenByApiserver: 'answers' }, apiserver: permitted },
      truth: ['kubelet-connect-timeout'],
      decided: ['kubelet-connect-timeout', 'proven'],
    },
    {
      member: "the node's own firewall, for everyone; the kubelet goes on renewing its Lease",
      world: { kubelet: { listen: 'silent' }, apiserver: permitted, network: { patienceMs: 1500 } },
      truth: ['kubelet-connect-timeout'],
      decided: ['kubelet-connect-timeout', 'proven'],
    },
    {
      member: "a NetworkPolicy on the agent's pod",
      world: {
        network: { vantage: 'pod-network', egressPolicies: { deny: [] } },
        kubelet: { listen: 'silent', seenByApiserver: 'answers' },
        apiserver: permitted,
        agent: everything,
      },
      truth: ['network-policy-blocks-egress', 'kubelet-connect-timeout'],
      decided: ['network-policy-blocks-egress', 'proven'],
    },
    {
      member: 'the machine is dead',
      // Nobody runs on a dead machine: it is looked at from elsewhere.
      world: {
        place: 'workstation',
        argv: ['--kubelet-host', '{kubelet}', '--kubelet-port', '{kubelet-port}'],
        kubelet: { listen: 'silent', heartbeat: 'stale' },
        apiserver: permitted,
        network: { patienceMs: 1500 },
      },
      truth: ['node-address-dead'],
      decided: ['node-address-dead', 'proven'],
    },
    {
      member: 'the kubelet is down, and a firewall in front of it drops what would be refused',
      world: { kubelet: { listen: 'silent', heartbeat: 'stale', seenByApiserver: 'refused' }, apiserver: permitted },
      truth: ['kubelet-down', 'kubelet-connect-timeout'],
      decided: ['kubelet-down', 'proven'],
    },
    {
      member: "the host is the pod's gateway",
      world: { agent: { kubeletHost: 'gateway' }, apiserver: permitted },
      truth: ['kubelet-host-not-a-node'],
      decided: ['kubelet-host-not-a-node', 'proven'],
    },
    {
      member: "the same, in the pod's own network, where a gateway may be the node's bridge",
      world: { agent: { kubeletHost: 'gateway' }, apiserver: permitted, network: { vantage: 'pod-network' } },
      truth: ['kubelet-host-not-a-node'],
      decided: ['kubelet-host-not-a-node', 'proven'],
    },
    {
      member: 'the host is an address that nobody has any more',
      world: { agent: { kubeletHost: 'elsewhere' }, apiserver: permitted },
      truth: ['kubelet-host-not-a-node'],
      decided: ['kubelet-host-not-a-node', 'proven'],
    },
  ],
};

/** The SYN is answered with a reset. */
const REFUSED: Group = {
  symptom: 'port 10250 refuses',
  secondSide: 'the node proxy, the Lease and the Node object',
  without: [fewRights, noApiserver],
  members: [
    {
      member: 'the kubelet is down',
      world: { kubelet: { listen: 'closed', heartbeat: 'stale' }, apiserver: permitted },
      truth: ['kubelet-down', 'read-only-port-closed'],
      decided: ['kubelet-down', 'proven'],
    },
    {
      member: 'a firewall rejects with a reset',
      world: { kubelet: { listen: 'closed', seenByApiserver: 'answers' }, apiserver: permitted },
      truth: ['kubelet-rejected-by-firewall', 'read-only-port-closed'],
      // The apiserver may go by another address, to which the kubelet is bound: only the node's sockets tell it from a firewall.
      decided: ['kubelet-rejected-by-firewall', 'suspected'],
    },
    {
      member: 'the kubelet stopped a moment ago: its Lease is still fresh',
      world: { kubelet: { listen: 'closed', seenByApiserver: 'refused' }, apiserver: permitted },
      truth: ['kubelet-down', 'read-only-port-closed'],
      decided: ['kubelet-down', 'suspected'],
    },
    {
      member: "another port than the kubelet's",
      world: { agent: { kubeletPort: 'wrong' }, apiserver: permitted },
      truth: ['kubelet-port-differs', 'kubelet-connection-refused', 'read-only-port-closed'],
      decided: ['kubelet-port-differs', 'proven'],
    },
    {
      member: "the host is the pod's gateway",
      world: { agent: { kubeletHost: 'gateway', gateway: 'closed' }, apiserver: permitted },
      truth: ['kubelet-host-not-a-node', 'read-only-port-closed'],
      decided: ['kubelet-host-not-a-node', 'proven'],
    },
  ],
};

/** TCP connects, then nothing. */
const STUCK: Group = {
  symptom: 'port 10250 accepts and says nothing',
  secondSide: 'the node proxy and the Lease',
  without: [fewRights, noApiserver],
  members: [
    {
      member: 'the kubelet hangs',
      world: { kubelet: { listen: 'hang', heartbeat: 'stale' }, apiserver: permitted, network: { patienceMs: 1500 } },
      truth: ['kubelet-hangs'],
      decided: ['kubelet-hangs', 'proven'],
    },
    {
      member: 'the path swallows large packets (MTU)',
      world: { kubelet: { listen: 'stall' }, apiserver: permitted },
      truth: ['tls-handshake-stalls'],
      decided: ['tls-handshake-stalls', 'suspected'],
    },
    {
      member: 'the path swallows large packets, and the handshake is small enough (MTU)',
      world: { kubelet: { pathCarries: 600 }, apiserver: permitted },
      truth: ['kubelet-large-answers-stall'],
      decided: ['kubelet-large-answers-stall', 'suspected'],
    },
    {
      member: 'the kubelet hangs after TLS',
      world: { kubelet: { listen: 'hang-http', heartbeat: 'stale' }, apiserver: permitted, network: { patienceMs: 1500 } },
      truth: ['kubelet-hangs'],
      decided: ['kubelet-hangs', 'suspected'],
    },
    {
      member: 'anonymous access is on, and the kubelet waits for an apiserver that it does not reach',
      world: {
        kubelet: { anonymous: true, apiserverReach: 'dropped', heartbeat: 'stale' },
        apiserver: permitted,
        network: { patienceMs: 6000 },
      },
      truth: ['kubelet-cannot-reach-apiserver'],
      decided: ['kubelet-hangs', 'suspected'],
      decidedLate: ['kubelet-cannot-reach-apiserver', 'proven'],
    },
    {
      member: "something cuts off every connection, the apiserver's too",
      world: { kubelet: { listen: 'reset', seenByApiserver: 'answers' }, apiserver: permitted },
      truth: ['kubelet-connection-reset'],
      decided: ['kubelet-connection-reset', 'suspected'],
    },
  ],
};

/** 401 to a request with a token. */
const UNAUTHORIZED: Group = {
  symptom: 'the kubelet answers 401',
  secondSide: 'the same token at the apiserver, the Lease, the node proxy',
  without: [fewRights, noApiserver],
  members: [
    {
      member: 'the token has expired',
      world: { agent: { credential: 'expired' }, apiserver: permitted },
      truth: ['token-expired', 'kubelet-rejects-credential'],
      decided: ['token-expired', 'proven'],
    },
    {
      member: 'the pod of the token is gone',
      world: { agent: { credential: 'deleted-pod' }, apiserver: permitted },
      truth: ['token-rejected', 'kubelet-rejects-credential'],
      decided: ['token-rejected', 'suspected'],
    },
    {
      member: 'webhook authentication is off',
      world: { kubelet: { webhookAuthentication: false }, apiserver: permitted },
      truth: ['kubelet-token-authentication-off'],
      decided: ['kubelet-token-authentication-off', 'proven'],
    },
    {
      member: 'the kubelet is refused by its apiserver',
      world: { kubelet: { apiserverReach: 'refused', heartbeat: 'stale' }, apiserver: permitted },
      truth: ['kubelet-cannot-reach-apiserver'],
      decided: ['kubelet-cannot-reach-apiserver', 'proven'],
    },
    {
      member: "the kubelet's packets to its apiserver are dropped",
      world: { kubelet: { apiserverReach: 'dropped', heartbeat: 'stale' }, apiserver: permitted, network: { patienceMs: 1500 } },
      truth: ['kubelet-cannot-reach-apiserver'],
      decided: ['kubelet-cannot-reach-apiserver', 'proven'],
    },
    {
      member: 'a client certificate, and a kubelet that asks for none',
      world: { agent: { credential: 'certificate' }, kubelet: { clientCa: false }, apiserver: permitted },
      truth: ['kubelet-client-ca-unset'],
      decided: ['kubelet-client-ca-unset', 'proven'],
    },
    {
      member: 'a client certificate of another CA',
      world: { agent: { credential: 'certificate-foreign' }, apiserver: permitted },
      truth: ['client-certificate-foreign', 'kubelet-rejects-credential'],
      decided: ['client-certificate-foreign', 'proven'],
    },
    {
      member: "the apiserver's clock is two years ahead: every token has expired there",
      world: { apiserver: { ...permitted, clockAheadMs: 730 * DAY_MS } },
      truth: ['server-clock-skew', 'kubelet-rejects-credential'],
      // The kubelet's clock is ours: two clocks, and nothing that says which is right.
      decided: ['clock-skew', 'suspected'],
    },
  ],
};

/** 403. */
const FORBIDDEN: Group = {
  symptom: 'the kubelet answers 403',
  secondSide: 'access reviews',
  without: [{ how: 'nobody may ask what they may', world: { apiserver: { basicUser: false } } }, noApiserver],
  members: [
    {
      member: 'the rule is missing',
      world: { agent: { rights: 'reads' } },
      truth: ['kubelet-permission-missing'],
      decided: ['kubelet-permission-missing', 'proven'],
    },
    {
      member: 'the kubelet takes everyone for anonymous',
      world: { kubelet: { webhookAuthentication: false, anonymous: true } },
      truth: ['kubelet-ignores-token'],
      decided: ['kubelet-ignores-token', 'proven'],
    },
    {
      member: 'the kubelet remembers a refusal that is past',
      world: { kubelet: { decisionCache: 'denied' } },
      truth: ['kubelet-decision-cached'],
      decided: ['kubelet-decision-cached', 'proven'],
    },
    {
      member: 'a proxy refuses CONNECT with a 403 of its own',
      world: { network: { proxy: { variable: 'HTTPS_PROXY', noProxy: 'kubernetes.sim,.svc', behaviour: 'refuse-403' } } },
      truth: ['proxy-captures-kubelet'],
      decided: ['proxy-captures-kubelet', 'proven'],
    },
    {
      member: 'a proxy answers in the place of the kubelet',
      world: { network: { proxy: { variable: 'HTTPS_PROXY', noProxy: 'kubernetes.sim,.svc', behaviour: 'intercept' } } },
      truth: ['proxy-captures-kubelet', 'kubelet-certificate-unknown-authority', 'not-a-kubelet'],
      decided: ['proxy-captures-kubelet', 'proven'],
    },
    {
      member: 'metrics-server has the port',
      world: { kubelet: { listen: 'impostor' } },
      truth: ['kubelet-port-taken', 'not-a-kubelet'],
      decided: ['kubelet-port-taken', 'proven'],
    },
    {
      member: 'a web server has the port',
      world: { kubelet: { listen: 'impostor-html' } },
      truth: ['not-a-kubelet'],
      decided: ['not-a-kubelet', 'proven'],
    },
  ],
};

/** In a pod the kubelet's clock is ours: it runs on the same machine. */
const ourClock = (aheadMs: number): World => ({ kubelet: { clockAheadMs: aheadMs }, network: { clockOffsetMs: aheadMs } });

/** The kubelet's certificate does not verify, or there is none. */
const UNVERIFIED: Group = {
  symptom: "the kubelet's certificate does not verify",
  secondSide: "the apiserver's clock, the certificate requests, the Node object",
  without: [fewRights, noApiserver],
  members: [
    {
      member: 'made by the kubelet itself',
      world: { kubelet: { certificate: 'self-signed' } },
      truth: ['kubelet-certificate-self-signed'],
      decided: ['kubelet-certificate-self-signed', 'proven'],
    },
    {
      member: 'of another CA',
      world: { kubelet: { certificate: 'other-ca' } },
      truth: ['kubelet-certificate-unknown-authority'],
      decided: ['kubelet-certificate-unknown-authority', 'proven'],
    },
    {
      member: 'for another name',
      world: { kubelet: { certificate: 'wrong-name' } },
      truth: ['kubelet-certificate-name-mismatch'],
      decided: ['kubelet-certificate-name-mismatch', 'proven'],
    },
    {
      member: 'expired',
      world: { kubelet: { certificate: 'expired' } },
      truth: ['kubelet-certificate-expired'],
      decided: ['kubelet-certificate-expired', 'proven'],
    },
    {
      member: 'not valid yet',
      world: { kubelet: { certificate: 'not-yet-valid' } },
      truth: ['kubelet-certificate-not-yet-valid'],
      decided: ['kubelet-certificate-not-yet-valid', 'proven'],
    },
    {
      member: "this node's clock, and the kubelet's with it, is two years ahead",
      world: ourClock(730 * DAY_MS),
      truth: ['clock-skew'],
      decided: ['clock-skew', 'suspected'],
    },
    {
      member: "this node's clock, and the kubelet's with it, is two days behind",
      world: ourClock(-2 * DAY_MS),
      truth: ['clock-skew'],
      decided: ['clock-skew', 'suspected'],
    },
    {
      member: 'its request waits for approval',
      world: { kubelet: { certificate: 'pending' } },
      truth: ['kubelet-certificate-pending'],
      decided: ['kubelet-certificate-pending', 'proven'],
    },
    {
      member: "the agent's CA file is gone",
      world: { agent: { kubeletCa: 'missing-file' } },
      truth: ['kubelet-ca-file-missing', 'kubelet-certificate-unknown-authority'],
      decided: ['kubelet-ca-file-missing', 'proven'],
    },
    {
      member: 'a proxy shows one of its own',
      world: { network: { proxy: { variable: 'HTTPS_PROXY', noProxy: 'kubernetes.sim,.svc', behaviour: 'intercept' } } },
      truth: ['proxy-captures-kubelet', 'kubelet-certificate-unknown-authority', 'not-a-kubelet'],
      decided: ['proxy-captures-kubelet', 'proven'],
    },
  ],
};

/** No connection to the apiserver. The kubelet's own metrics name its real address; without the right to read them it stays unknown. */
const APISERVER_SILENT: Group = {
  symptom: 'the apiserver is silent',
  secondSide: "the apiserver's own address, from the kubelet's metrics",
  without: [{ how: "no right to read the kubelet's metrics", world: { agent: { rights: 'none' } } }],
  members: [
    {
      member: 'service routing on this node',
      world: { apiserver: { serviceAddress: 'silent' } },
      truth: ['service-address-broken', 'kubelet-permission-missing'],
      decided: ['service-address-broken', 'proven'],
    },
    {
      member: 'cluster DNS, and the apiserver is dialled by name',
      world: { network: { dns: 'dead' }, agent: { env: { KUBERNETES_SERVICE_HOST: 'kubernetes.default.svc' } } },
      truth: ['cluster-dns-fails', 'kubelet-permission-missing'],
      decided: ['cluster-dns-fails', 'proven'],
    },
    {
      member: 'the network between this node and the control plane',
      world: { apiserver: { listen: 'silent' } },
      truth: ['apiserver-connect-timeout', 'kubelet-permission-missing'],
      decided: ['apiserver-connect-timeout', 'proven'],
    },
    {
      member: 'the apiserver is down, for the kubelet as well',
      world: { apiserver: { listen: 'closed' }, kubelet: { apiserverReach: 'refused', heartbeat: 'stale' } },
      truth: ['apiserver-connection-refused', 'kubelet-cannot-reach-apiserver'],
      decided: ['apiserver-connection-refused', 'suspected'],
    },
  ],
};

export const LOOK_ALIKES: readonly Group[] = [SILENT, REFUSED, STUCK, UNAUTHORIZED, FORBIDDEN, UNVERIFIED, APISERVER_SILENT];

/** A world with another laid over it, part by part. */
export function overlay(world: World, over: World): World {
  const parts = Object.entries(over).map(([part, value]) => {
    const own = (world as Record<string, unknown>)[part];
    return [part, typeof own === 'object' && own !== null && !Array.isArray(own) ? { ...own, ...(value as object) } : value];
  });
  return { ...world, ...Object.fromEntries(parts) };
}
