/** What `apiserver-unreachable` finds, explained. */
import type { CauseDocs } from '../../../model/check.js';

export const CAUSES = {
  'apiserver-connect-timeout': {
    title: 'apiserver does not answer',
    means: 'Packets to the apiserver address the agent uses get no answer.',
    happens:
      'A NetworkPolicy, security group or firewall drops them; the machine behind the address is down; or it is a service address that nothing on this node translates. A policy acts on the port *behind* the service (usually 6443), not on 443.',
    confirm:
      '`curl -kv --connect-timeout 4 https://HOST:PORT/version` hangs. From another machine `kubectl get --raw /readyz` shows whether the apiserver is alive.',
    fix: 'Allow the port in the NetworkPolicy, security group or firewall. For a service address, also try the addresses in `kubectl -n default get endpointslices`: if they answer, service routing is at fault.',
    avoid:
      "Do not put one apiserver's own address into the agent's settings: it will change. Do not allow only 443 in a policy: policies see the port behind the service.",
    explainedBy: ['proxy-captures-apiserver'],
  },
  'apiserver-connection-refused': {
    title: 'connection refused by the apiserver',
    means: 'The machine answers that nothing listens on this port.',
    happens:
      'The apiserver is not running, listens on another port or address, or kube-proxy rejects the service because it has no endpoint. A firewall that rejects with a TCP reset cannot be told apart from here.',
    distributions: {
      kubeadm: 'a static pod: `/etc/kubernetes/manifests/kube-apiserver.yaml`, log `crictl logs ID`.',
      k3s: 'part of the service: `journalctl -u k3s`.',
      microk8s: 'port 16443, part of `snap.microk8s.daemon-kubelite`.',
      RKE2: 'a static pod; `/var/lib/rancher/rke2/bin/crictl` shows it.',
    },
    confirm: 'On the control-plane node: `ss -lntp | grep 6443`, `crictl ps -a --name kube-apiserver`.',
    fix: "Read the apiserver's own log first (expired certificate, etcd gone, bad flag); the kubelet restarts its static pod.",
    avoid: "Do not delete the apiserver's pod or manifest: the kubelet starts it again with the same flags.",
    explainedBy: ['proxy-captures-apiserver'],
    stops: 'apiserver',
  },
  'apiserver-no-route': {
    title: 'no route to the apiserver',
    means: 'The network reports the address as unreachable (ENETUNREACH, EHOSTUNREACH), or does not allow this machine to send there.',
    happens:
      'No route or default gateway (fails at once), an address no machine has (after about three seconds), a firewall that rejects with ICMP (within milliseconds).',
    confirm: '`ip route get HOST`; `ip neigh` shows FAILED for an address no machine has.',
    fix: 'Correct the address or the route, or open the firewall.',
    avoid: 'Do not add the route with `ip route add` alone: it is lost at the next boot.',
    explainedBy: ['proxy-captures-apiserver'],
  },
  'apiserver-connection-reset': {
    title: 'connection to the apiserver cut off',
    means: 'TCP connects, but the TLS handshake fails: the connection is reset, stays silent, or the server does not speak TLS.',
    happens:
      'A load balancer without a healthy backend, a service mesh sidecar or egress gateway, a suspended apiserver, a path MTU too small for the certificate, or a wrong port.',
    confirm: '`openssl s_client -connect HOST:PORT </dev/null`',
    fix: "Check what is between this machine and the apiserver, first the load balancer's backends. If the handshake stalls, compare MTUs (`ip link`, `tracepath HOST`).",
    avoid: 'Do not turn verification off: the handshake fails before any certificate arrives.',
    explainedBy: ['proxy-captures-apiserver'],
  },
  'service-environment-missing': {
    title: 'pod process without KUBERNETES_SERVICE_HOST',
    means: 'In-cluster clients find the apiserver through KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT; this process has neither.',
    happens:
      'The kubelet puts both into every container of every ordinary pod. They are missing when a wrapper clears the environment (env -i, sudo, cron, su -), or when Kubernetes did not start the container.',
    confirm: '`env | grep KUBERNETES_SERVICE` in the same process: `tr "\\0" "\\n" </proc/PID/environ`.',
    fix: "Start the process with the container's environment or recreate the pod. Or set both variables: `kubernetes.default.svc` (a name in every apiserver certificate) and 443 work wherever cluster DNS works.",
    avoid: 'Do not write the service address into the image: it differs in each cluster.',
  },
  'apiserver-address-unset': {
    title: 'no apiserver address outside a pod',
    means: 'Outside a pod a kubeconfig or --apiserver names the apiserver; there is neither. This says nothing about the cluster.',
    happens:
      'No ~/.kube/config, KUBECONFIG unset, run as another user (sudo), or an agent on the host without DD_KUBERNETES_KUBECONFIG_PATH.',
    confirm: '`kubectl config view --minify`',
    fix: "Run `kubelet-doctor --kubeconfig FILE`, or give `--apiserver URL` with `--apiserver-ca FILE`. On a node the kubelet's own kubeconfig is often /etc/kubernetes/kubelet.conf or /var/lib/kubelet/kubeconfig.",
    avoid: "Do not give the agent an administrator's kubeconfig: anyone who reads it may do everything.",
    explainedBy: ['kubelet-kubeconfig-broken', 'kubelet-kubeconfig-exposed'],
  },
  'service-address-broken': {
    title: 'broken service address of the apiserver on this node',
    means: 'From here the apiserver answers at its own address with a valid certificate, but not at the ClusterIP in front of it.',
    happens:
      'kube-proxy (or the CNI that replaces it) is not running on this node, has not written its rules, or another tool flushed iptables or nftables. Then every service fails from this node, including cluster DNS.',
    distributions: {
      k3s: 'kube-proxy is part of the service: `journalctl -u k3s` or `k3s-agent`.',
      microk8s: 'kube-proxy is part of `snap.microk8s.daemon-kubelite`.',
      EKS: 'the add-on `kube-proxy` (DaemonSet in kube-system).',
      OpenShift: 'OVN-Kubernetes in `openshift-ovn-kubernetes`; OpenShift runs without kube-proxy.',
      GKE: 'with Dataplane V2 the DaemonSet `anetd` replaces it.',
    },
    confirm:
      // The comment of a rule is `default/kubernetes:https cluster IP` (Kubernetes 1.36 and 1.37 pkg/proxy/iptables/proxier.go); cilium-dbg since Cilium 1.15.
      'Where all is well the one that fits this node prints rules; and the same `curl -k` to both addresses.\n\n    iptables-save | grep default/kubernetes\n    nft list ruleset | grep SERVICE-ADDRESS\n    kubectl -n kube-system exec ds/cilium -- cilium-dbg service list',
    fix: 'Fix kube-proxy or the CNI agent on this node: its log says why the rules are missing. Restarting it rewrites them. A pod of a DaemonSet restarts when it is deleted; that of a static pod (RKE2, GKE) restarts on the node only; on k3s and microk8s it is part of the service.',
    avoid:
      "Do not keep using the apiserver's own address: it is one machine, and every other service stays broken. Do not flush iptables: that is a common cause of this.",
    explainedBy: ['proxy-captures-apiserver'],
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
