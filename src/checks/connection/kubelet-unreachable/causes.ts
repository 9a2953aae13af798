/** What `kubelet-unreachable` finds, explained. */
import type { CauseDocs } from '../../../model/check.js';
import { KUBELET_LOG, KUBELET_SETTINGS } from '../../shared/distributions.js';

/** A wrong address, or a connection that never was the kubelet's, looks like any of these. */
const EXPLAINED = [
  'kubelet-host-not-a-node',
  'kubelet-host-unset',
  'agent-ports-both-disabled',
  'fargate-setting-missing',
  'proxy-captures-kubelet',
  'network-policy-blocks-egress',
] as const;

export const CAUSES = {
  'kubelet-connect-timeout': {
    title: 'kubelet does not answer (connection timeout)',
    means:
      'The SYN to port 10250 gets no answer. The kernel accepts connections even for a frozen kubelet, so the fault is the network or the machine: packets are dropped, or the machine is off.',
    happens:
      "A security group or node firewall without a rule for 10250 from the pod network, a NetworkPolicy with egress rules on the agent's pod, a CNI whose pods cannot reach node addresses. A wrong address cannot be told apart from here. A hostNetwork agent on the same node meets only that node's own firewall.",
    distributions: {
      EKS: "the nodes' security group must allow TCP 10250 from the pods' group, not only from the control plane.",
      OpenShift: "a NetworkPolicy or EgressFirewall of the project comes before the node's own firewall.",
      Talos: 'ingress rules of the node are `NetworkRuleConfig` documents of the machine configuration.',
    },
    confirm:
      "From here, through the apiserver's node proxy, and on the node:\n\n    nc -vz -w 4 HOST 10250\n    kubectl get --raw /api/v1/nodes/NODE/proxy/healthz\n    curl -sS http://127.0.0.1:10248/healthz",
    fix: "Open TCP 10250 from where the agent runs (its pod network, or the nodes' own for a hostNetwork agent) to the nodes. For a pod, check its NetworkPolicies as well. Nothing restarts.",
    avoid:
      'Do not open 10250 to the world: the kubelet can run commands in containers. Do not turn TLS verification off and do not open 10255: neither helps while packets are dropped.',
    explainedBy: EXPLAINED,
  },
  'kubelet-down': {
    // Kubernetes 1.37 cmd/kubelet/app/options/globalflags_linux.go: of cAdvisor's flags --housekeeping-interval alone is left.
    title: 'kubelet not running',
    means:
      "The machine answers, but nothing listens on the kubelet's port, neither for this machine nor for the apiserver, and its heartbeat has stopped.",
    happens:
      'The kubelet crashed or does not start: a bad flag or configuration after an upgrade (1.37 removed the cAdvisor flags, such as `--containerd` and `--container-hints`), an expired client certificate, swap, a full disk, a missing container runtime.',
    distributions: KUBELET_LOG,
    confirm:
      'The node turns NotReady within a minute; then on the node:\n\n    kubectl get node NODE\n    systemctl status kubelet\n    journalctl -u kubelet -n 100 --no-pager',
    fix: 'Read `journalctl -u kubelet`: the last error before the exit names the reason. Fix it, then start the kubelet.',
    avoid: 'Do not restart it without reading the log: it will stop again. Do not delete the Node object: its labels and taints are lost.',
    explainedBy: [...EXPLAINED, 'container-runtime-down', 'kubelet-kubeconfig-broken'],
    stops: 'kubelet',
  },
  'kubelet-connection-refused': {
    title: 'kubelet alive, but not at this address',
    means: 'The address refuses connections, but the kubelet is alive: it listens on another address or port.',
    happens:
      "The agent dials a second interface or another machine, or the kubelet's `address` binds it to one interface. A firewall that rejects with a TCP reset cannot be told apart from here.",
    confirm: 'On the node: `ss -ltnp "sport = :10250"`. Compare with `kubectl get node NODE -o wide`.',
    fix: 'Set the agent to `status.hostIP`, or make the kubelet listen on all addresses (`address: 0.0.0.0`, its default).',
    avoid: 'Do not fall back to port 10255: it has no permissions and is closed for good reason.',
    explainedBy: EXPLAINED,
  },
  'kubelet-rejected-by-firewall': {
    title: 'firewall rejects the connection to the kubelet',
    means:
      'A firewall refuses the connection before it reaches the kubelet. ICMP “prohibited” shows as EHOSTUNREACH within milliseconds, a default REJECT as ECONNREFUSED, like a closed port.',
    happens:
      'firewalld or ufw on the node, a REJECT rule in the path, a network policy of the CNI (EPERM when it is enforced at the socket).',
    confirm:
      'On the node; the last command shows who answers:\n\n    iptables-save | grep -iE "reject|10250"\n    nft list ruleset | grep -iE "reject|10250"\n    tcpdump -ni any "icmp or tcp port 10250"',
    fix: "Allow TCP 10250 from the pod network (or the node's own, for a hostNetwork agent). Nothing restarts.",
    avoid: "Do not flush or stop the firewall: that removes kube-proxy's rules and leaves the node open.",
    explainedBy: EXPLAINED,
  },
  'kubelet-no-route': {
    title: 'no route to the kubelet',
    means: "This machine, or a router near it, has no route to the node's address.",
    happens:
      'A pod without a default route (incomplete CNI setup), an IPv6 address on an IPv4-only network, a workstation without the VPN, a wrong subnet or VLAN.',
    confirm: '`ip route get HOST` says `Network is unreachable`, or shows the wrong route; `ip -6 route` shows IPv6.',
    fix: "Add the route, or use an address of the IP family that is routed. From a workstation, run kubelet-doctor in the agent's pod instead.",
    avoid: 'Do not add the route with `ip route add` alone: it is lost at the next boot. The CNI or the network must provide it.',
    explainedBy: EXPLAINED,
  },
  'node-address-dead': {
    title: "no machine at the node's address",
    means: 'No machine has this address any more: either ARP found none (EHOSTUNREACH after three seconds), or the whole node is silent.',
    happens: 'The machine is off, got another address, or its network is down; or the configured address is wrong.',
    confirm: '`kubectl get node NODE -o wide` shows NotReady and the current address; the cloud console shows the machine.',
    fix: 'Start the machine, or take the address from `status.hostIP` if the node has another one now. If the machine is gone for good, delete its Node object.',
    avoid: 'Do not give the old address to another machine: the agent would send its token there.',
    explainedBy: EXPLAINED,
  },
  'kubelet-port-differs': {
    title: 'kubelet listens on another port',
    means: "The Node object's `status.daemonEndpoints.kubeletEndpoint` names another port than the one the agent dials.",
    happens: 'A kubelet started with `port:` other than 10250, or an agent told to use another one.',
    confirm:
      'This prints the port that the kubelet registered:\n\n    kubectl get node NODE \\\n      -o jsonpath={.status.daemonEndpoints.kubeletEndpoint.Port}',
    fix: 'Set `DD_KUBERNETES_HTTPS_KUBELET_PORT` to that port. If nodes use different ports, configure one port on all of them.',
    avoid: "Do not switch to 10255 because 10250 refuses: only the kubelet's secure port checks who asks.",
    explainedBy: EXPLAINED,
  },
  'kubelet-server-disabled': {
    title: 'kubelet runs without its server',
    means: 'The kubelet renews its heartbeat, but nothing listens on its port, neither for this machine nor for the apiserver.',
    happens:
      '`enableServer: false`, or `address` bound to loopback. `kubectl logs` and `exec` fail on this node too. A kubelet that stopped less than forty seconds ago, or has just started, cannot be told apart from here.',
    distributions: KUBELET_SETTINGS,
    confirm: 'On the node: `systemctl is-active kubelet` and `ss -ltnp "sport = :10250"`.',
    fix: 'Set `enableServer: true` (the default) and `address: 0.0.0.0` in the kubelet configuration, then restart the kubelet.',
    // Kubernetes 1.36 and 1.37 cmd/kubelet/app/server.go startKubelet: readOnlyPort is started by its own condition.
    avoid: 'Do not open the read-only port instead: it starts without this server too, and asks no one for a permission.',
    explainedBy: EXPLAINED,
  },
  // Sources: kubernetes/kubelet/stand-in.ts; documented, not tried.
  'node-without-kubelet': {
    title: 'node without a kubelet',
    means:
      'The Node object is that of a stand-in: no machine and no kubelet are behind it, and nothing answers the agent at its address. Its pods run elsewhere, so this agent cannot read them from this node.',
    happens:
      'Virtual Kubelet registered the node (label `type: virtual-kubelet`, taint `virtual-kubelet.io/provider`), and an agent that tolerates every taint was scheduled there. Or the cluster is a vCluster with fake nodes (label `vcluster.loft.sh/fake-node`), and its proxy for kubelets (`networking.advanced.proxyKubelets.byIP`) is off or does not answer.',
    distributions: { AKS: 'virtual nodes (`virtual-node-aci-linux`) run their pods in Azure Container Instances.' },
    confirm:
      "One of these labels or the taint is in the list:\n\n    kubectl get node NODE -L type,vcluster.loft.sh/fake-node\n    kubectl get node NODE -o jsonpath='{.spec.taints[*].key}'",
    fix: "Exclude virtual nodes by the node affinity of the agent's DaemonSet (chart: `agents.affinity`), or remove its toleration of `virtual-kubelet.io/provider`. In a vCluster, run the agent in the host cluster.",
    avoid: 'Do not open port 10250 or change the address: no kubelet listens there.',
    explainedBy: EXPLAINED,
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
