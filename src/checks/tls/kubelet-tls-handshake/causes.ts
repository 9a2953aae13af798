/** What `kubelet-tls-handshake` finds, explained. */
import type { CauseDocs } from '../../../model/check.js';
import { KUBELET_LOG, KUBELET_SETTINGS } from '../../shared/distributions.js';

export const CAUSES = {
  'kubelet-certificate-pending': {
    title: 'kubelet without a serving certificate',
    means:
      'With `serverTLSBootstrap` the kubelet asks the cluster for its serving certificate. Until the request is approved and signed, it ends every handshake with TLS alert 80 (internal error), although the Node is Ready. Its log says `no serving certificate available for the kubelet`.',
    happens:
      'kube-controller-manager signs these requests but never approves them: without an approver (Talos, kubeadm, Hetzner guides) they stay Pending. Kubernetes deletes pending requests after 24 hours, and the kubelet asks again. A signed request without a certificate means that kube-controller-manager does not sign for `kubernetes.io/kubelet-serving`.',
    distributions: {
      kubeadm: 'includes no approver.',
      EKS: 'the platform approves requests of its nodes; if one is Pending, check node identity and names.',
      OpenShift: 'the machine approver approves them if the node has a Machine; otherwise `oc adm certificate approve NAME`.',
      Talos: 'needs an approver such as `kubelet-serving-cert-approver` once rotation is on.',
    },
    confirm:
      'This prints the request and its content. `kubectl logs` on that node fails with `remote error: tls: internal error`.\n\n    kubectl get csr \\\n      --field-selector spec.signerName=kubernetes.io/kubelet-serving\n    kubectl get csr NAME -o jsonpath={.spec.request} | base64 -d |\n      openssl req -noout -text\n    kubectl get node NODE -o wide',
    fix: '`kubectl certificate approve NAME`, after comparing requestor (`system:node:NODE`) and names with the Node: an approved request lets its owner act as that address. Nothing restarts: the kubelet serves the certificate at once. Then install an approver that makes the same comparison.',
    avoid:
      "Do not approve every pending CSR in a loop: anyone with one node's credential can ask for another node's name. Do not turn verification off: no handshake succeeds without a certificate.",
  },
  'kubelet-hangs': {
    title: 'hanging kubelet',
    means: 'The kernel accepts the connection, but the kubelet does not answer: no TLS, or TLS without an HTTP answer.',
    happens:
      'A stopped or swapped-out process, a deadlock, a container runtime or disk that does not answer (PLEG), no CPU left on the node. With anonymous access on, a kubelet that cannot reach its apiserver is also silent.',
    distributions: KUBELET_LOG,
    confirm:
      '`kubectl get --raw /api/v1/nodes/NODE/proxy/healthz` ends in `TLS handshake timeout`; the Lease in `kube-node-lease` gets old; the Node turns NotReady after 40 seconds, from Kubernetes 1.32 on after 50.',
    fix: 'Before the restart check the state of the process, `PLEG is not healthy` in its log, the runtime and the disk. Then restart the kubelet; the containers keep running.',
    avoid: 'Do not only raise timeouts. Do not reboot first: that destroys the evidence, the state of the process and its log.',
    explainedBy: ['kubelet-host-not-a-node', 'proxy-captures-kubelet'],
  },
  'tls-handshake-stalls': {
    title: 'stalled TLS handshake',
    means: 'Small packets pass, the large ones with the certificate do not arrive. TCP connects, TLS waits forever.',
    happens:
      'A tunnel (VXLAN, WireGuard, IPsec, a cloud VPN) has a smaller MTU than the pods use, and a firewall drops ICMP “fragmentation needed”.',
    confirm: '`ping -c 3 -M do -s 1400 HOST`, then smaller, until it answers; `tracepath HOST`; `ip link` on both ends.',
    fix: "Set the CNI's MTU to what the path carries, or let ICMP type 3 code 4 pass. MSS clamping on the tunnel is a quick workaround. The largest packet that passes must hold a certificate's segments.",
    avoid: 'Do not block all ICMP. Do not turn verification off: the certificate does not arrive.',
    explainedBy: ['kubelet-host-not-a-node', 'proxy-captures-kubelet'],
  },
  'kubelet-connection-reset': {
    title: 'connection to the kubelet cut off',
    means: 'TCP connects, then the connection ends during the TLS handshake or before an answer.',
    happens:
      "A service mesh sidecar or egress policy in the agent's pod, a firewall that inspects TLS, a load balancer without a backend; or a kubelet that crashes at that moment.",
    confirm: '`openssl s_client -connect HOST:10250 </dev/null` from the pod, from another pod and from the node: compare where it works.',
    fix: 'Exempt the node\'s 10250 from the sidecar (for Istio `traffic.sidecar.istio.io/excludeOutboundPorts: "10250"`) or policy.',
    avoid: 'Do not remove the whole namespace from the mesh or the policy: one port is enough.',
    explainedBy: ['kubelet-host-not-a-node', 'proxy-captures-kubelet'],
  },
  'kubelet-speaks-plain-http': {
    title: 'plain text on the HTTPS port',
    means:
      "The server on that port does not speak TLS. The kubelet's read-only port 10255 answers in plain text, its port 10250 speaks TLS.",
    happens: 'The HTTPS port was set to 10255, or another program uses the port.',
    confirm: '`curl -s http://HOST:PORT/healthz` answers; `ss -ltnp` on the node names the process.',
    fix: 'Set `DD_KUBERNETES_HTTPS_KUBELET_PORT=10250`; this replaces the pods.',
    avoid: 'Do not fall back to plain HTTP: the read-only port has no permissions.',
    explainedBy: ['kubelet-host-not-a-node', 'proxy-captures-kubelet'],
  },
  'kubelet-tls-version': {
    title: 'no common TLS version or cipher',
    means: 'Client and kubelet cannot agree on a protocol version or cipher suite.',
    happens:
      '`tlsMinVersion: VersionTLS13` or a short `tlsCipherSuites` list on one side, a limited client on the other (`NODE_OPTIONS=--tls-max-v1.2`, an old agent).',
    distributions: KUBELET_SETTINGS,
    confirm: '`openssl s_client -connect HOST:10250 -tls1_2 </dev/null` and with `-tls1_3`: see which one succeeds.',
    fix: 'Remove the restriction. Every supported agent speaks TLS 1.2 with the default suites; do not go lower.',
    avoid: 'Do not allow TLS 1.0 or 1.1, and do not turn verification off: the version is agreed before any certificate is checked.',
    explainedBy: ['kubelet-host-not-a-node', 'proxy-captures-kubelet'],
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
