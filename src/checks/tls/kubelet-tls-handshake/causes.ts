/** What `kubelet-tls-handshake` finds, explained. */
import type { CauseDocs } from '../../../model/check.js';
import { KUBELET_LOG, KUBELET_SETTINGS } from '../../shared/distributions.js';

export const CAUSES = {
  'kubelet-certificate-pending': {
    title: 'kubelet has no serving certificate yet',
    means:
      'With `serverTLSBootstrap` the kubelet asks the cluster for its serving certificate. Until the request is approved and signed it ends every handshake with TLS alert 80 (internal error), while the Node is Ready; its log says `no serving certificate available for the kubelet`.',
    happens:
      'kube-controller-manager signs these requests but never approves them: without an approver (Talos, kubeadm, Hetzner guides) they stay Pending. Pending requests are deleted after 24 hours and asked anew.',
    distributions: {
      kubeadm: 'no approver comes with it.',
      EKS: 'the platform approves requests of its nodes; a Pending one points at node identity or names.',
      OpenShift: 'the machine approver does it, if the node has a Machine; else `oc adm certificate approve NAME`.',
      Talos: 'needs an approver such as `kubelet-serving-cert-approver` once rotation is on.',
    },
    confirm:
      'The request, then what is in it. `kubectl logs` on that node fails with `remote error: tls: internal error`.\n\n    kubectl get csr \\\n      --field-selector spec.signerName=kubernetes.io/kubelet-serving\n    kubectl get csr NAME -o jsonpath={.spec.request} | base64 -d |\n      openssl req -noout -text\n    kubectl get node NODE -o wide',
    fix: '`kubectl certificate approve NAME`, after comparing requestor (`system:node:NODE`) and names with the Node: an approved request lets its owner stand for that address. Nothing restarts: the kubelet serves it at once. Then install an approver that compares the same.',
    avoid:
      "Do not approve every pending CSR in a loop: whoever holds one node's credential can ask for another's name. Do not turn verification off: without a certificate there is no handshake at all.",
  },
  'kubelet-hangs': {
    title: 'kubelet hangs',
    means: 'The kernel accepts the connection, but the kubelet never takes it up: no TLS, or TLS and then no HTTP answer.',
    happens:
      'A stopped or swapped-out process, a deadlock, a container runtime or disk that does not answer (PLEG), no CPU left on the node. With anonymous access on, a kubelet that cannot ask its apiserver is silent too.',
    distributions: KUBELET_LOG,
    confirm:
      '`kubectl get --raw /api/v1/nodes/NODE/proxy/healthz` ends in `TLS handshake timeout`; the Lease in `kube-node-lease` gets old; the Node turns NotReady after about 40 seconds.',
    fix: 'Look before the restart: state of the process, `PLEG is not healthy` in its log, the runtime, the disk. Then restart the kubelet; the containers go on running.',
    avoid: 'Do not only lengthen timeouts, and do not reboot first: the state of the process and the log are the evidence.',
    explainedBy: ['kubelet-host-not-a-node', 'proxy-captures-kubelet'],
  },
  'tls-handshake-stalls': {
    title: 'TLS handshake stalls on the way',
    means: 'Small packets pass, the large ones with the certificate never arrive. TCP connects, TLS waits for ever.',
    happens:
      'A tunnel (VXLAN, WireGuard, IPsec, a cloud VPN) with a smaller MTU than the pods believe, and ICMP “fragmentation needed” filtered on the way.',
    confirm: '`ping -M do -s 1400 HOST`, then smaller, until it answers; `tracepath HOST`; `ip link` on both ends.',
    fix: "Set the CNI's MTU to what the path carries, or let ICMP type 3 code 4 pass. MSS clamping on the tunnel is the quick help.",
    avoid: 'Do not block ICMP altogether, and do not turn verification off: the certificate never arrives to be verified.',
    explainedBy: ['kubelet-host-not-a-node', 'proxy-captures-kubelet'],
  },
  'kubelet-connection-reset': {
    title: 'connection to the kubelet is cut off',
    means: 'TCP connects, then somebody ends the connection during the TLS handshake or before an answer.',
    happens:
      "A service mesh sidecar or egress policy in the agent's pod, a firewall that inspects TLS, a load balancer without a backend; or a kubelet that crashes at that moment.",
    confirm:
      '`openssl s_client -connect HOST:10250 </dev/null` from the pod, and from another pod or the node: where does it begin to work?',
    fix: 'Exempt the node\'s 10250 from the sidecar (for Istio `traffic.sidecar.istio.io/excludeOutboundPorts: "10250"`) or policy.',
    avoid: 'Do not take the whole namespace out of the mesh or the policy: one port is enough.',
    explainedBy: ['kubelet-host-not-a-node', 'proxy-captures-kubelet'],
  },
  'kubelet-speaks-plain-http': {
    title: 'plain text on the port dialled as HTTPS',
    means: "What listens there does not speak TLS. The kubelet's read-only port 10255 does that, its port 10250 never.",
    happens: 'The HTTPS port was set to 10255, or another program has the port.',
    confirm: '`curl -s http://HOST:PORT/healthz` answers; `ss -ltnp` on the node names the process.',
    fix: 'Dial 10250 (`DD_KUBERNETES_HTTPS_KUBELET_PORT=10250`); the pods are replaced.',
    avoid: 'Do not fall back to plain HTTP: the read-only port knows no permissions.',
    explainedBy: ['kubelet-host-not-a-node', 'proxy-captures-kubelet'],
  },
  'kubelet-tls-version': {
    title: 'no TLS version or cipher in common',
    means: 'Client and kubelet cannot agree on a protocol version or cipher suite.',
    happens:
      '`tlsMinVersion: VersionTLS13` or a short `tlsCipherSuites` list on one side, a client held down on the other (`NODE_OPTIONS=--tls-max-v1.2`, an old agent).',
    distributions: KUBELET_SETTINGS,
    confirm: '`openssl s_client -connect HOST:10250 -tls1_2 </dev/null` and `-tls1_3`: which one succeeds?',
    fix: 'Widen the side that was narrowed. TLS 1.2 with the default suites is what every supported agent speaks; go no lower.',
    avoid: 'Do not allow TLS 1.0 or 1.1, and do not turn verification off: no certificate is looked at before the version is agreed.',
    explainedBy: ['kubelet-host-not-a-node', 'proxy-captures-kubelet'],
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
