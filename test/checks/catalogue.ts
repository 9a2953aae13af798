/**
 * The list of causes that this tool was asked to name, and what became of each row: its causes here and, where that is not one cause of the
 * same name, why. Data only; catalogue.test.ts compares it with the registry, test/proofs.ts finds the proofs.
 */

/** How a row is proven: K on a real apiserver or kubelet, S over real sockets in the simulator, F by fixtures of facts. */
export type Proof = 'K' | 'S' | 'F';

export interface Row {
  /** The id as the list has it. */
  listed: string;
  proof: Proof;
  /** Causes of the registry that answer it; the listed id itself where missing. */
  causes?: readonly string[];
  /** Why the row was merged, split or renamed, or why it is no cause of a check. */
  why?: string;
}

const row = (proof: Proof, listed: string, causes?: readonly string[], why?: string): Row => ({
  listed,
  proof,
  ...(causes && { causes }),
  ...(why && { why }),
});

const PLACE: Row[] = [
  row('K', 'debug-pod-foreign-identity'),
  row('K', 'ephemeral-container-without-token'),
  row(
    'K',
    'asked-from-another-network',
    undefined,
    'Added: with --agent-process the files may be of another network than the connections.',
  ),
  row(
    'S',
    'service-environment-missing',
    ['service-environment-missing', 'apiserver-address-unset'],
    'Split: outside a pod the same gap is a kubeconfig that is not given.',
  ),
  row('F', 'agent-settings-renamed'),
  row('S', 'kubelet-host-unset'),
  row('S', 'kubelet-host-not-a-node'),
  row('S', 'apiserver-keys-differ', undefined, 'Added: one address, several apiservers.'),
  row('S', 'node-without-kubelet', undefined, 'Added: a node whose own labels say that no kubelet is there.'),
  row('S', 'fargate-setting-missing', undefined, 'Added: where the agent must ask through the apiserver.'),
  row('F', 'agent-ports-both-disabled'),
  row('S', 'cluster-agent-address-unset', undefined, 'Added: asked only where the settings name a Cluster Agent.'),
  row('S', 'cluster-agent-token-short', undefined, 'Added: of the token the length alone is read.'),
  row('S', 'cluster-agent-unreachable', undefined, 'Added: nothing is sent there that it would have to keep.'),
  row('S', 'operator-does-not-reconcile', undefined, 'Added: an object that asks for an agent is no cluster that nobody wanted one in.'),
  row('S', 'agent-two-leaders', undefined, 'Added: each setting is right, and two of them elect two.'),
  row('S', 'agent-plain-port-closed', undefined, 'Added: the port that works is not the one that the agent asks.'),
  row('F', 'agent-toleration-invalid', undefined, 'Added: no apiserver takes it, so it is seen in files alone.'),
  row('F', 'host-install-without-credentials'),
  row('F', 'integration-config-hidden'),
  row(
    'S',
    'host-mounts-missing',
    ['host-mounts-missing', 'partition-not-mounted'],
    'Split: a partition that is not measured is no fault of the agent.',
  ),
  row('S', 'agent-runtime-socket-wrong', undefined, 'Added: the directory is mounted, and the socket has another name.'),
  ...(
    [
      ['agent-setting-misspelt', "a name that was never one of the agent's is no name of Agent 5"],
      ['agent-setting-invalid', 'a value that the agent cannot read'],
      ['agent-setting-empty', 'a value that is not there'],
      ['agent-settings-contradict', 'two settings that do not go together'],
      ['agent-host-of-one-node', 'the address of one node in a template for all'],
      ['agent-token-not-mounted', 'seen in the template, before a pod runs'],
      ['agent-https-port-off', 'seen in the template: what is dialled from here the agent never dials'],
      ['agent-ca-of-old-aks', 'a file that some nodes of one platform have, named before a pod waits for it'],
      ['node-not-found', "the name was typed, and is nobody's"],
      ['service-account-not-found', 'what is denied to a name says nothing of the agent'],
      ['agent-installed-twice', 'the package and the pod on one node'],
    ] as const
  ).map(([cause, why]) => row('S', cause, undefined, `Added: ${why}.`)),
];

const ONE_ANSWER = 'Added: every answer that is needed is judged, and not the fact that something answered.';

const PROXY_NAME_CLOCK: Row[] = [
  row('S', 'proxy-captures-kubelet'),
  row('S', 'proxy-captures-apiserver'),
  row('F', 'proxy-variables-disagree'),
  row('F', 'no-proxy-range-not-understood'),
  row(
    'S',
    'clock-skew',
    ['clock-skew', 'server-clock-skew'],
    'Split: our own clock and the clock of a server are set right by different people.',
  ),
  row(
    'S',
    'cluster-dns-fails',
    ['cluster-dns-fails', 'apiserver-name-does-not-resolve'],
    "Split: a name of the apiserver that is not the cluster's own is not for cluster DNS to know.",
  ),
  row('S', 'host-network-without-cluster-dns'),
  row('S', 'node-name-does-not-resolve'),
];

const KUBELET_PATH: Row[] = [
  row('K', 'kubelet-connect-timeout'),
  row('K', 'kubelet-down'),
  row('K', 'kubelet-connection-refused'),
  row('K', 'kubelet-rejected-by-firewall'),
  row('K', 'kubelet-no-route / node-address-dead', ['kubelet-no-route', 'node-address-dead'], 'Two causes of one row of the list.'),
  row('K', 'kubelet-connection-reset'),
  row('K', 'kubelet-hangs'),
  row('S', 'tls-handshake-stalls'),
  row('S', 'not-a-kubelet'),
  ...(['apiserver-forbidden-at-kubelet', 'apiserver-unknown-at-kubelet'] as const).map((cause) =>
    row('K', cause, undefined, 'Added: the apiserver shows kubelets a credential of its own.'),
  ),
  row('S', 'control-plane-tunnel-down', undefined, 'Added: where the apiserver needs a tunnel to get to the nodes.'),
  row('K', 'kubelet-port-taken', undefined, 'Added: of not-a-kubelet, what is wrong is not the address but who listens there.'),
  ...(['kubelet-answer-foreign', 'kubelet-answers-for-another-node', 'kubelet-cuts-credential'] as const).map((cause) =>
    row('S', cause, undefined, ONE_ANSWER),
  ),
  row('K', 'kubelet-speaks-plain-http'),
  row('S', 'plain-http-to-tls-port', undefined, 'Added: the other way round.'),
  row('K', 'kubelet-port-differs'),
  row('K', 'kubelet-server-disabled'),
  row('K', 'read-only-port-closed'),
  row('K', 'read-only-port-open'),
  row('F', 'network-policy-blocks-egress'),
  row(
    'F',
    'pod-network-path',
    ['pod-network-path-blocked', 'kubelet-silent-everywhere'],
    'Split: what two reports of one node show together, the path of the pod or the node itself; only merge can name them.',
  ),
];

const KUBELET_TLS: Row[] = [
  row('K', 'kubelet-certificate-self-signed'),
  row('K', 'kubelet-certificate-unknown-authority'),
  row('K', 'kubelet-certificate-name-mismatch'),
  row(
    'K',
    'kubelet-certificate-expired / -not-yet-valid',
    ['kubelet-certificate-expired', 'kubelet-certificate-not-yet-valid'],
    'Two causes of one row of the list.',
  ),
  row('K', 'kubelet-certificate-expires-soon'),
  row('K', 'kubelet-certificate-pending'),
  row('S', 'kubelet-certificate-without-san'),
  ...(['kubelet-certificate-not-accepted', 'kubelet-certificate-changes'] as const).map((cause) => row('S', cause, undefined, ONE_ANSWER)),
  row('S', 'kubelet-ca-file-missing'),
  row('S', 'kubelet-tls-version'),
  row('F', 'tls-verification-disabled'),
];

const KUBELET_AUTHENTICATION: Row[] = [
  row('K', 'kubelet-token-authentication-off'),
  row('K', 'kubelet-ignores-token'),
  row('K', 'kubelet-cannot-reach-apiserver'),
  row('K', 'kubelet-client-ca-unset'),
  row('K', 'kubelet-anonymous-access'),
  row('K', 'kubelet-always-allow'),
  row('K', 'kubelet-debug-handlers-off'),
];

const KUBELET_READING: Row[] = [
  row('K', 'kubelet-permission-missing'),
  row('K', 'fine-grained-permission-too-new'),
  row('K', 'kubelet-decision-cached'),
  row('K', 'kubelet-endpoint-fails'),
  row('S', 'kubelet-large-answers-stall'),
  row('K', 'kubelet-unhealthy'),
  row('K', 'role-grants-nothing'),
  row('K', 'role-grants-too-much'),
  row('F', 'create-limited-by-name'),
];

const APISERVER: Row[] = [
  ...(
    [
      'apiserver-answer-foreign',
      'apiserver-cuts-credential',
      'apiserver-certificate-not-accepted',
      'apiserver-certificate-changes',
    ] as const
  ).map((cause) => row('S', cause, undefined, ONE_ANSWER)),
  row(
    'K',
    'apiserver-connect-timeout / -refused / -no-route',
    ['apiserver-connect-timeout', 'apiserver-connection-refused', 'apiserver-no-route', 'apiserver-connection-reset'],
    'Several causes of one row; a reset is named as well, as it is for the kubelet.',
  ),
  row('K', 'service-address-broken'),
  row(
    'K',
    'apiserver-certificate-unknown-authority / -name-mismatch / -expired',
    [
      'apiserver-certificate-unknown-authority',
      'apiserver-certificate-name-mismatch',
      'apiserver-certificate-expired',
      'apiserver-certificate-not-yet-valid',
      'apiserver-ca-file-missing',
    ],
    'Several causes of one row; the CA file that is gone is told apart from a CA that is another.',
  ),
  row('K', 'apiserver-not-ready'),
  row('S', 'apiserver-throttles'),
  row('S', 'not-an-apiserver'),
  row('S', 'kubernetes-too-old'),
  row('F', 'kubelet-version-skew'),
];

const CLIENT: Row[] = [
  row('S', 'token-missing'),
  row('S', 'token-unreadable / token-malformed', ['token-unreadable', 'token-malformed'], 'Two causes of one row of the list.'),
  row(
    'K',
    'token-expired / -not-yet-valid / -wrong-audience / -foreign / -invalidated',
    ['token-expired', 'token-not-yet-valid', 'token-wrong-audience', 'token-foreign', 'token-rejected', 'kubelet-rejects-credential'],
    'Renamed: token-invalidated is token-rejected, since only a TokenReview tells why; kubelet-rejects-credential is the same seen at the kubelet alone.',
  ),
  row('K', 'token-stale-copy'),
  row('S', 'token-held-by-process', undefined, 'Added: the file is fresh, and the process keeps what it read at its start.'),
  row('S', 'token-never-expires'),
  row('K', 'credential-not-sent'),
  row(
    'K',
    'client-certificate-expired / -foreign / -without-client-usage / -key-mismatch',
    [
      'client-certificate-expired',
      'client-certificate-not-yet-valid',
      'client-certificate-foreign',
      'client-certificate-without-client-usage',
      'client-certificate-key-mismatch',
      'client-certificate-unreadable',
    ],
    'Several causes of one row; not yet valid and unreadable have fixes of their own.',
  ),
  row(
    'S',
    'kubeconfig-broken',
    [],
    'No finding but wrong input: a kubeconfig that cannot be used ends the run before any question, with the line that is wrong and exit code 2 (test/probes/kubeconfig.test.ts).',
  ),
  row('S', 'credential-plugin-fails'),
  row(
    'K',
    'identity-unexpected',
    ['identity-unexpected', 'impersonation-forbidden'],
    'Whom we ask as on purpose (`--as`), and may not, has a fix of its own.',
  ),
];

const RBAC: Row[] = [
  row(
    'K',
    'permission-missing',
    ['permission-missing', 'role-missing', 'binding-missing', 'dangling-binding', 'role-binding-too-narrow', 'binding-subject-differs'],
    'Split: what is lost, and what in roles and bindings is the reason, each with a patch of its own.',
  ),
  row('K', 'leader-lock-forbidden'),
  row('K', 'event-bookmark-forbidden'),
  row('F', 'component-status-deprecated'),
  row('F', 'endpoints-deprecated'),
  row('K', 'review-forbidden'),
  row(
    'K',
    'rules-review-incomplete',
    [],
    'No finding: an incomplete list of rules is never taken for a "no"; each right is asked for by an access review.',
  ),
];

const PLACEMENT: Row[] = [
  row('K', 'control-plane-taint-not-tolerated'),
  row('K', 'node-taint-not-tolerated'),
  row('K', 'node-not-selected'),
  row(
    'F',
    'control-plane-managed',
    [],
    'No finding but the answer "not applicable" of control-plane-placement, with whose control plane it is.',
  ),
  row(
    'K',
    'agent-missing-on-node',
    ['agent-missing-on-node', 'daemonset-not-found'],
    'Split: without a DaemonSet of that name there is no node to speak of.',
  ),
  row('K', 'agent-not-ready-on-node'),
  ...(
    [
      ['S', 'host-path-not-mounted', 'a path of the node that is not there, of another type, or cannot be created'],
      ['K', 'agent-object-missing', 'a ConfigMap or Secret, or a key of one'],
      ['K', 'host-port-taken', 'a port that another pod has'],
      ['K', 'node-without-room-for-agent', 'CPU, memory, or one pod more'],
      ['K', 'agent-pod-not-scheduled', 'a taint or an affinity that the pod has'],
      ['K', 'agent-image-not-pulled', 'a registry that does not give the image'],
      ['S', 'pod-sandbox-not-created', 'a node without a working pod network or runtime'],
    ] as const
  ).map(([proof, cause, what]) => row(proof, cause, undefined, `Added: a pod that waits, by what its status or its events say: ${what}.`)),
  row('K', 'several-agents-on-node'),
  row('K', 'pod-security-refuses'),
  row('K', 'admission-refuses'),
  row('K', 'agent-pod-changed-at-admission', undefined, 'Added: what is let in, and not whole: the pod lacks what its very template has.'),
  row('K', 'node-not-ready / node-cordoned', ['node-not-ready', 'node-cordoned'], 'Two causes of one row of the list.'),
  row(
    'F',
    'control-plane-ports-loopback',
    [],
    'No cause of its own: whether controller-manager and scheduler listen on loopback alone is theirs to show on a control-plane node, and neither kubelet nor apiserver says it; the documentation of control-plane-taint-not-tolerated is where an agent gets there.',
  ),
];

const BUNDLES: Row[] = [
  row('F', 'agent-log-signature', [], 'No cause of its own: a text of a log leads to the causes above (src/texts/fragments).'),
  row('F', 'evidence-too-thin', [], 'No cause of its own: a check that lacks facts answers "cannot tell", with what to collect.'),
];

/** Beyond the list: what a node's own files show. */
const NODE: Row[] = [
  row('K', 'container-runtime-down'),
  row('K', 'kubelet-kubeconfig-broken'),
  row('K', 'kubelet-kubeconfig-exposed'),
  row('K', 'kubelet-impostor'),
  row('S', 'time-not-synchronised'),
];

export const CATALOGUE: readonly Row[] = [
  ...PLACE,
  ...PROXY_NAME_CLOCK,
  ...KUBELET_PATH,
  ...KUBELET_TLS,
  ...KUBELET_AUTHENTICATION,
  ...KUBELET_READING,
  ...APISERVER,
  ...CLIENT,
  ...RBAC,
  ...PLACEMENT,
  ...BUNDLES,
  ...NODE,
];

/** What a row stands for in the registry. */
export function causesOf({ listed, causes }: Row): readonly string[] {
  return causes ?? [listed];
}
