/** What `apiserver-unreachable` finds, explained. */
import type { CauseDocs } from '../../../model/check.js';

export const CAUSES = {
  'apiserver-connect-timeout': {
    title: 'apiserver does not answer',
    means: 'Packets to the address the agent uses for the apiserver get no answer at all.',
    happens:
      'A NetworkPolicy, security group or firewall drops them; the machine behind the address is down; or the address is a service address that nothing on this node translates. A policy acts on the port *behind* the service (usually 6443), not on 443.',
    confirm:
      '`curl -kv --connect-timeout 4 https://HOST:PORT/version` hangs. From elsewhere `kubectl get --raw /readyz` tells whether the apiserver is alive.',
    fix: 'Open the path. If it is a service address, try the addresses of `kubectl -n default get endpointslices` too: when they answer, service routing is at fault.',
    avoid:
      "Do not put an apiserver's address into the agent's settings: it is one machine, and it will change. Do not allow only 443 in a policy: it sees the port behind the service.",
    explainedBy: ['proxy-captures-apiserver'],
  },
  'apiserver-connection-refused': {
    title: 'apiserver refuses the connection',
    means: 'The machine answers, and says that nothing listens on this port.',
    happens:
      'The apiserver is not running, listens on another port or address, or kube-proxy rejects the service because it has no endpoint. A firewall that rejects with a TCP reset reads the same.',
    distributions: {
      kubeadm: 'a static pod: `/etc/kubernetes/manifests/kube-apiserver.yaml`, log `crictl logs ID`.',
      k3s: 'part of the service: `journalctl -u k3s`.',
      microk8s: 'port 16443, part of `snap.microk8s.daemon-kubelite`.',
      RKE2: 'a static pod; `/var/lib/rancher/rke2/bin/crictl` shows it.',
    },
    confirm: 'On the control-plane node: `ss -lntp | grep 6443`, `crictl ps -a --name kube-apiserver`.',
    fix: "Read the apiserver's own log first (expired certificate, etcd gone, bad flag); the kubelet restarts its static pod by itself.",
    avoid: "Do not delete the apiserver's pod or manifest: the kubelet starts it again with the same flags.",
    explainedBy: ['proxy-captures-apiserver'],
  },
  'apiserver-no-route': {
    title: 'no route to the apiserver',
    means: 'The network says that the address cannot be reached (ENETUNREACH, EHOSTUNREACH), or this machine may not send there.',
    happens:
      'No route or default gateway (at once), an address nobody has (after about three seconds), a firewall that rejects with ICMP (within milliseconds).',
    confirm: '`ip route get HOST`; `ip neigh` shows FAILED for an address nobody has.',
    fix: 'Correct the address or the route; open the firewall.',
    avoid: 'Do not add a route by hand only: it is gone after the next boot.',
    explainedBy: ['proxy-captures-apiserver'],
  },
  'apiserver-connection-reset': {
    title: 'connection to the apiserver is cut off',
    means: 'TCP connects, but no TLS handshake comes about: it is reset, stays silent, or something without TLS answers.',
    happens:
      'A load balancer without a healthy backend, a service mesh sidecar or egress gateway, a suspended apiserver, a path whose MTU swallows the certificate, or a wrong port.',
    confirm: '`openssl s_client -connect HOST:PORT </dev/null`',
    fix: "Find what stands between: the load balancer's backends first. With a stall, compare MTUs (`ip link`, `tracepath HOST`).",
    avoid: 'Do not turn verification off: the handshake never comes to a certificate.',
    explainedBy: ['proxy-captures-apiserver'],
  },
  'service-environment-missing': {
    title: 'in a pod without KUBERNETES_SERVICE_HOST',
    means: 'In-cluster clients find the apiserver through KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT; this process has neither.',
    happens:
      'The kubelet puts both into every container of every ordinary pod. They are gone when a wrapper empties the environment (env -i, sudo, cron, su -), or the container was not started by Kubernetes.',
    confirm: '`env | grep KUBERNETES_SERVICE` in the same process: `tr "\\0" "\\n" </proc/PID/environ`.',
    fix: "Start the process with the container's environment, or set both: `kubernetes.default.svc` and 443 serve wherever cluster DNS does.",
    avoid: 'Do not write the service address of today into the image: another cluster has another.',
  },
  'apiserver-address-unset': {
    title: 'no apiserver address outside a pod',
    means: 'Outside a pod the apiserver is found through a kubeconfig or --apiserver; there is neither. It says nothing about the cluster.',
    happens:
      'No ~/.kube/config, KUBECONFIG unset, run as another user (sudo), or an agent on the host without DD_KUBERNETES_KUBECONFIG_PATH.',
    confirm: '`kubectl config view --minify`',
    fix: "Name one: `kubelet-doctor --kubeconfig FILE`. On a node the kubelet's own is often /etc/kubernetes/kubelet.conf or /var/lib/kubelet/kubeconfig.",
    avoid: "Do not give the agent an administrator's kubeconfig: it may do everything, and so may who reads it.",
    explainedBy: ['kubelet-kubeconfig-broken', 'kubelet-kubeconfig-exposed'],
  },
  'service-address-broken': {
    title: 'service address of the apiserver broken on this node',
    means: 'The apiserver answers at its own address with a certificate that verifies; the ClusterIP in front of it does not, from here.',
    happens:
      'kube-proxy (or the CNI that replaces it) is not running on this node, has not written its rules, or another tool flushed iptables or nftables. All services fail from this node then, cluster DNS among them.',
    distributions: {
      k3s: 'kube-proxy is part of the service: `journalctl -u k3s` or `k3s-agent`.',
      microk8s: 'kube-proxy is part of `snap.microk8s.daemon-kubelite`.',
      EKS: 'the add-on `kube-proxy` (DaemonSet in kube-system).',
      OpenShift: 'OVN-Kubernetes, in `openshift-ovn-kubernetes`: there is no kube-proxy.',
      GKE: 'with Dataplane V2 the DaemonSet `anetd` takes its place.',
    },
    confirm:
      '`iptables-save | grep KUBERNETES`, `nft list ruleset | grep 10.96.0.1` or `cilium service list` on the node; the same `curl -k` to both addresses.',
    fix: 'Repair kube-proxy or the CNI agent on this node; restarting its pod rewrites the rules: `kubectl -n kube-system delete pod POD`.',
    avoid:
      "Do not dial the apiserver's own address for good: it is one machine, and every other service stays broken. Do not flush iptables: that is often how it came about.",
    explainedBy: ['proxy-captures-apiserver'],
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
