/** What `kubelet-unreachable` finds, explained. */
import type { CauseDocs } from '../../../model/check.js';
import { KUBELET_LOG, KUBELET_SETTINGS } from '../../shared/distributions.js';

/** A wrong address, or a connection that never was the kubelet's, looks like any of these. */
const EXPLAINED = [
  'kubelet-host-not-a-node',
  'kubelet-host-unset',
  'agent-ports-both-disabled',
  'proxy-captures-kubelet',
  'network-policy-blocks-egress',
] as const;

export const CAUSES = {
  'kubelet-connect-timeout': {
    title: 'kubelet does not answer (connection timeout)',
    means:
      'The SYN to port 10250 is never answered. A frozen kubelet still accepts connections (its kernel does), so this is the network or the machine: packets are dropped on the way, or nobody is there.',
    happens:
      "A security group or node firewall without a rule for 10250 from the pod network, a NetworkPolicy with egress rules on the agent's pod, a CNI whose pods do not reach node addresses. The wrong address looks the same.",
    distributions: {
      EKS: "the security group of the nodes must allow TCP 10250 from the pods' group too, not from the control plane alone.",
      OpenShift: "a NetworkPolicy or EgressFirewall of the project comes before the node's own firewall.",
      Talos: 'ingress rules of the node are `NetworkRuleConfig` documents of the machine configuration.',
    },
    confirm:
      "Here, from the apiserver's side, and on the node:\n\n    nc -vz -w 4 HOST 10250\n    kubectl get --raw /api/v1/nodes/NODE/proxy/healthz\n    curl -sS http://127.0.0.1:10248/healthz",
    fix: "Open TCP 10250 from where the agent runs (its pod network, or the nodes' own for a hostNetwork agent) to the nodes. The network's owner does it; nothing restarts.",
    avoid:
      'Do not open 10250 to the world: the kubelet can run commands in containers. Do not turn TLS verification off or open 10255: packets that are dropped never come to it.',
    explainedBy: EXPLAINED,
  },
  'kubelet-down': {
    title: 'kubelet not running',
    means: "The machine answers, but nothing listens on the kubelet's port, for us or for the apiserver, and its heartbeat has stopped.",
    happens:
      'The kubelet crashed or does not start: a bad flag or configuration after an upgrade, an expired client certificate, swap, a full disk, a missing container runtime.',
    distributions: KUBELET_LOG,
    confirm:
      'NotReady within a minute; then on the node:\n\n    kubectl get node NODE\n    systemctl status kubelet\n    journalctl -u kubelet -n 100 --no-pager',
    fix: 'The last error before the exit in `journalctl -u kubelet` names the reason. Restarting without reading it brings the same end.',
    avoid: 'Do not restart it without reading the log, nor delete the Node object: the reason stays, and labels and taints are lost.',
    explainedBy: [...EXPLAINED, 'container-runtime-down', 'kubelet-kubeconfig-broken'],
  },
  'kubelet-connection-refused': {
    title: 'kubelet alive, but not at this address',
    means: 'The address refuses, while the kubelet shows itself alive elsewhere: address or port is not the one it listens on.',
    happens:
      "The agent dials a second interface or another machine, or the kubelet's `address` binds it to one interface. A firewall that rejects with a TCP reset looks exactly the same.",
    confirm: 'On the node: `ss -ltnp "sport = :10250"`. Compare with `kubectl get node NODE -o wide`.',
    fix: 'Dial `status.hostIP`, or let the kubelet listen on all addresses (`address: 0.0.0.0`, its default).',
    avoid: 'Do not fall back to port 10255: it knows no permissions, and is closed for good reason.',
    explainedBy: EXPLAINED,
  },
  'kubelet-rejected-by-firewall': {
    title: 'firewall rejects the connection to the kubelet',
    means:
      "Something answers in the kubelet's place with a refusal: an ICMP “prohibited” reads as EHOSTUNREACH within milliseconds, a default REJECT as ECONNREFUSED, like a closed port.",
    happens:
      'firewalld or ufw on the node, a REJECT rule in the path, a network policy of the CNI (EPERM when it is enforced at the socket).',
    confirm:
      'On the node; the last shows who answers:\n\n    iptables-save | grep -iE "reject|10250"\n    nft list ruleset | grep -iE "reject|10250"\n    tcpdump -ni any "icmp or tcp port 10250"',
    fix: "Allow TCP 10250 from the pod network (or the node's own, for a hostNetwork agent). Nothing restarts.",
    avoid: "Do not flush or stop the firewall: kube-proxy's rules go with it, and the node stands open.",
    explainedBy: EXPLAINED,
  },
  'kubelet-no-route': {
    title: 'no route to the kubelet',
    means: "This machine, or a router near it, does not know a way to the node's address.",
    happens:
      'A pod without a default route (CNI half set up), an IPv6 address where there is only IPv4, a workstation without the VPN, a wrong subnet or VLAN.',
    confirm: '`ip route get HOST` says `Network is unreachable`, or shows a way that leads elsewhere; `ip -6 route` for the other family.',
    fix: "Add the route or use an address of the family that is routed. From a workstation, run the tool in the agent's pod instead.",
    avoid: 'Do not add a route on one node by hand only: it is gone after the next boot. The CNI or the network owns it.',
    explainedBy: EXPLAINED,
  },
  'node-address-dead': {
    title: "nobody at the node's address",
    means:
      'Nothing has this address any more: either ARP found nobody (three seconds, then EHOSTUNREACH), or the whole node has fallen silent.',
    happens: 'The machine is off, was replaced under another address, or its network is down; or the address was written down wrong.',
    confirm: "`kubectl get node NODE -o wide`: NotReady, and which address it has; the cloud console or the machine's own.",
    fix: 'Bring the machine back, or take the address from `status.hostIP` if the node has another one by now.',
    avoid: 'Do not give the old address to another machine: the agent would send its token there.',
    explainedBy: EXPLAINED,
  },
  'kubelet-port-differs': {
    title: 'kubelet listens on another port',
    means: "The Node object's `status.daemonEndpoints.kubeletEndpoint` names another port than the one the agent dials.",
    happens: 'A kubelet started with `port:` other than 10250, or an agent told to use another one.',
    confirm:
      'It prints the port that the kubelet listens on:\n\n    kubectl get node NODE \\\n      -o jsonpath={.status.daemonEndpoints.kubeletEndpoint.Port}',
    fix: 'Set `DD_KUBERNETES_HTTPS_KUBELET_PORT` to it. Where nodes differ, give them one port.',
    avoid: "Do not turn to 10255 because 10250 is refused: the kubelet's own port authenticates.",
    explainedBy: EXPLAINED,
  },
  'kubelet-server-disabled': {
    title: 'kubelet runs without its server',
    means: 'The kubelet renews its heartbeat, but nothing listens on its port, for us or for the apiserver.',
    happens:
      '`enableServer: false`, or `address` bound to loopback. `kubectl logs` and `exec` fail on this node too. A kubelet that stopped less than forty seconds ago looks the same.',
    distributions: KUBELET_SETTINGS,
    confirm: 'On the node: `systemctl is-active kubelet` and `ss -ltnp "sport = :10250"`.',
    fix: '`enableServer: true` (the default) and `address: 0.0.0.0` in the kubelet configuration, then restart it.',
    avoid: 'Do not open the read-only port instead: it belongs to the same server, and knows no permissions.',
    explainedBy: EXPLAINED,
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
