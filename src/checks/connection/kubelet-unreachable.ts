/**
 * Does the kubelet accept TCP connections from here? What our own side sees (silence, refusal, no route) looks the same for a packet filter,
 * a dead kubelet and a dead node; a second side tells them apart. Where none can be had, the likeliest is suspected and the others named.
 */

import { endpointOf, isIp } from '../../kubernetes/names.js';
import { defineCheck, type Evidence, type Fix, type Message, type Severity, type Want } from '../../model/check.js';
import type { KubeletKey, Vantage } from '../../model/facts.js';
import { askFromNode, fromAfar, isGateway, kubeletPort } from '../shared/address.js';
import { cite } from '../shared/cite.js';
import { KUBELET_LOG, KUBELET_SETTINGS } from '../shared/distributions.js';
import { env, fixBy, shell } from '../shared/fix.js';
import { ALL_KUBELET_FEATURES, agentsCandidate } from '../shared/kubelet.js';
import { hostFromDownwardApi, kubeletConfig, restartKubelet } from '../shared/kubelet-fixes.js';
import { isThisNode, knownConfig, type LocalAnswer, localAnswer } from '../shared/on-node.js';
import { failure, seen, subjectOf } from '../shared/read.js';
import { ARP_GIVES_UP_MS, type Diagnosis, diagnose, type UnreachableCause } from './kubelet-unreachable-decision.js';
import { citeSecondSide, ownerOf, readSecondSide, wantsOfSecondSide } from './second-side.js';

/** These are as bad for the agent as for us, wherever we stand. */
const EVERYWHERE: readonly UnreachableCause[] = ['kubelet-down', 'kubelet-server-disabled'];
/** What the node itself shows, and what is certain by it. A kubelet that has just been started does not listen yet. */
const LOCALLY: Record<LocalAnswer, Diagnosis> = {
  gone: { cause: 'kubelet-down', certainty: 'proven', alternatives: [] },
  'server-off': { cause: 'kubelet-server-disabled', certainty: 'proven', alternatives: [], alive: true },
  'other-port': { cause: 'kubelet-port-differs', certainty: 'proven', alternatives: [], alive: true },
  'loopback-only': { cause: 'kubelet-server-disabled', certainty: 'proven', alternatives: [], alive: true },
  'not-listening': { cause: 'kubelet-server-disabled', certainty: 'suspected', alternatives: ['kubelet-down'], alive: true },
};
/** A wrong address, or a connection that never was the kubelet's, looks like any of these. */
const EXPLAINED = [
  'kubelet-host-not-a-node',
  'kubelet-host-unset',
  'agent-ports-both-disabled',
  'proxy-captures-kubelet',
  'network-policy-blocks-egress',
];

export const kubeletUnreachable = defineCheck({
  question: 'kubelet-unreachable',
  asks: 'Does the kubelet accept connections from here?',
  target: 'kubelet',
  layer: 'tcp',
  required: true,
  needs: [
    'self/place',
    'self/settings',
    'kubelet/candidates',
    'kubelet/proxy',
    'kubelet/dns',
    'kubelet/tcp',
    'kubelet/second-sight',
    'apiserver/lease',
    'apiserver/node',
    'self/kubelet-process',
    'self/kubelet-config',
  ],
  words: {
    gone: 'The kubelet of {node} is not running: no such process on this node, and nothing listens on {endpoint}',
    portHere: 'The agent dials port {port}, but the kubelet of {node} listens on port {other} ({origin})',
    offHere: 'The kubelet of {node} runs without its server: enableServer is false ({origin})',
    loopbackHere: 'The kubelet of {node} listens on {listens} only, so nobody reaches it at {endpoint} ({origin})',
    notListening: 'The kubelet of {node} runs, but nothing listens on port {port}: it is starting, or its server failed',
    sawGone: 'no kubelet among the processes of this node',
    sawRuns: 'process {pid} is {program}; of its ports these listen: {listens}',
    sawConfig: '{key}: {value} ({origin})',
    filtered: 'No answer from {endpoint} although the kubelet is alive: something on the way drops packets from {vantage}',
    silent: 'No answer from {endpoint}: a packet filter or a dead node, which cannot be told from here',
    down: 'The kubelet of {node} is down: no connection to {endpoint} ({code}), and no other sign of life',
    maybeDown: 'No connection to {endpoint} ({code}): most likely the kubelet of {node} is down, which cannot be told from here',
    elsewhere: '{endpoint} refuses connections although the kubelet of {node} is alive: it does not listen there',
    rejected: 'A firewall rejects connections from {vantage} to {endpoint} ({code}); the kubelet is not the cause',
    maybeRejected: 'Connections from {vantage} to {endpoint} are rejected ({code} after {ms} ms): most likely a firewall',
    noRoute: 'There is no route from {vantage} to {endpoint} ({code})',
    nobody: 'Nobody has the address {host}: it is wrong, or its machine is off ({code} after {ms} ms)',
    dead: 'Node {node} at {host} is dead or cut off: no answer from {endpoint}, and no other sign of life',
    port: 'The agent dials port {port}, but the kubelet of {node} is registered with port {other}',
    notOurs: '{host} is not the address of this node; see the question of the address',
    serverOff: 'The kubelet of {node} runs, but nothing listens on {endpoint}: its server is off or bound elsewhere',
    noAddress: 'no kubelet address to try',
    proxied: 'connections go through the proxy {proxy}, so TCP says nothing of the kubelet',
    otherFails: 'it answers; of its addresses these do not: {failing}',
    waiting: 'no answer from {endpoint} yet; asking a second side meanwhile',
    notTried: 'no connection to {endpoint} was tried',
    sawTries: '{tries}',
    sawSight: 'the same kubelet by {by}: {said}',
    sawLease: 'its Lease was renewed {age} s ago (a kubelet renews every 10 s)',
    sawNode: 'Node {node} is Ready={ready}, kubelet port {port}, addresses {addresses}',
    sawOther: 'connected to {endpoint}',
    fixFilter:
      'Let TCP {port} through from {vantage} to {host}: security group or node firewall, then any NetworkPolicy on the agent’s pod',
    fixAddress: 'Check that {host} is the address of {node}',
    lookFilter: 'On {node} see what its own packet filter does with port {port}',
    fixDown: 'On {node} see why the kubelet stopped, and start it',
    fixNode: 'Bring {node} back (power, console, cloud), or delete the Node if the machine is gone for good',
    fixHost: 'Let the agent dial its own node: DD_KUBERNETES_KUBELET_HOST from status.hostIP',
    fixAskThere: 'Nothing to mend for the agent, which does not ask from here: ask from the node itself; this prints the command',
    fixPort: 'Dial the port that the kubelet registered',
    fixServer: 'On {node} turn the kubelet’s server on and let it listen on all addresses, then restart the kubelet',
    fixRoute: 'See which way packets to {host} go, and add the route to the subnet of the nodes',
  },
  causes: {
    'kubelet-connect-timeout': {
      title: 'kubelet does not answer (connection timeout)',
      means:
        'The SYN to port 10250 is never answered. A frozen kubelet still accepts connections (its kernel does), so this is the network or the machine: packets are dropped on the way, or nobody is there.',
      happens:
        'A security group or node firewall without a rule for 10250 from the pod network, a NetworkPolicy with egress rules on the agent’s pod, a CNI whose pods do not reach node addresses. The wrong address looks the same.',
      distributions: {
        EKS: 'the security group of the nodes must allow TCP 10250 from the pods’ group too, not from the control plane alone.',
        OpenShift: 'a NetworkPolicy or EgressFirewall of the project comes before the node’s own firewall.',
        Talos: 'ingress rules of the node are `NetworkRuleConfig` documents of the machine configuration.',
      },
      confirm:
        'Here, from the apiserver’s side, and on the node:\n\n    nc -vz -w 4 HOST 10250\n    kubectl get --raw /api/v1/nodes/NODE/proxy/healthz\n    curl -sS http://127.0.0.1:10248/healthz',
      fix: 'Open TCP 10250 from where the agent runs (its pod network, or the nodes’ own for a hostNetwork agent) to the nodes. The network’s owner does it; nothing restarts.',
      avoid:
        'Do not open 10250 to the world: the kubelet can run commands in containers. Do not turn TLS verification off or open 10255: packets that are dropped never come to it.',
      explainedBy: EXPLAINED,
    },
    'kubelet-down': {
      title: 'kubelet not running',
      means: 'The machine answers, but nothing listens on the kubelet’s port, for us or for the apiserver, and its heartbeat has stopped.',
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
        'The agent dials a second interface or another machine, or the kubelet’s `address` binds it to one interface. A firewall that rejects with a TCP reset looks exactly the same.',
      confirm: 'On the node: `ss -ltnp "sport = :10250"`. Compare with `kubectl get node NODE -o wide`.',
      fix: 'Dial `status.hostIP`, or let the kubelet listen on all addresses (`address: 0.0.0.0`, its default).',
      avoid: 'Do not fall back to port 10255: it knows no permissions, and is closed for good reason.',
      explainedBy: EXPLAINED,
    },
    'kubelet-rejected-by-firewall': {
      title: 'firewall rejects the connection to the kubelet',
      means:
        'Something answers in the kubelet’s place with a refusal: an ICMP “prohibited” reads as EHOSTUNREACH within milliseconds, a default REJECT as ECONNREFUSED, like a closed port.',
      happens:
        'firewalld or ufw on the node, a REJECT rule in the path, a network policy of the CNI (EPERM when it is enforced at the socket).',
      confirm:
        'On the node; the last shows who answers:\n\n    iptables-save | grep -iE "reject|10250"\n    nft list ruleset | grep -iE "reject|10250"\n    tcpdump -ni any "icmp or tcp port 10250"',
      fix: 'Allow TCP 10250 from the pod network (or the node’s own, for a hostNetwork agent). Nothing restarts.',
      avoid: 'Do not flush or stop the firewall: kube-proxy’s rules go with it, and the node stands open.',
      explainedBy: EXPLAINED,
    },
    'kubelet-no-route': {
      title: 'no route to the kubelet',
      means: 'This machine, or a router near it, does not know a way to the node’s address.',
      happens:
        'A pod without a default route (CNI half set up), an IPv6 address where there is only IPv4, a workstation without the VPN, a wrong subnet or VLAN.',
      confirm:
        '`ip route get HOST` says `Network is unreachable`, or shows a way that leads elsewhere; `ip -6 route` for the other family.',
      fix: 'Add the route or use an address of the family that is routed. From a workstation, run the tool in the agent’s pod instead.',
      avoid: 'Do not add a route on one node by hand only: it is gone after the next boot. The CNI or the network owns it.',
      explainedBy: EXPLAINED,
    },
    'node-address-dead': {
      title: 'nobody at the node’s address',
      means:
        'Nothing has this address any more: either ARP found nobody (three seconds, then EHOSTUNREACH), or the whole node has fallen silent.',
      happens: 'The machine is off, was replaced under another address, or its network is down; or the address was written down wrong.',
      confirm: '`kubectl get node NODE -o wide`: NotReady, and which address it has; the cloud console or the machine’s own.',
      fix: 'Bring the machine back, or take the address from `status.hostIP` if the node has another one by now.',
      avoid: 'Do not give the old address to another machine: the agent would send its token there.',
      explainedBy: EXPLAINED,
    },
    'kubelet-port-differs': {
      title: 'kubelet listens on another port',
      means: 'The Node object’s `status.daemonEndpoints.kubeletEndpoint` names another port than the one the agent dials.',
      happens: 'A kubelet started with `port:` other than 10250, or an agent told to use another one.',
      confirm:
        'It prints the port that the kubelet listens on:\n\n    kubectl get node NODE \\\n      -o jsonpath={.status.daemonEndpoints.kubeletEndpoint.Port}',
      fix: 'Set `DD_KUBERNETES_HTTPS_KUBELET_PORT` to it. Where nodes differ, give them one port.',
      avoid: 'Do not turn to 10255 because 10250 is refused: the kubelet’s own port authenticates.',
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
  },
  judge(view, say) {
    const place = seen(view.one('self/place'));
    const candidate = agentsCandidate(view.one('kubelet/candidates'));
    if (!candidate) return { kind: 'cannot-tell', why: say('noAddress'), wants: [] };
    const endpoint = subjectOf(candidate);
    const { host, port } = candidate;
    const decision = seen(view.one('kubelet/proxy', endpoint));
    if (decision?.via === 'proxy') return { kind: 'not-applicable', why: say('proxied', { proxy: decision.proxy ?? '' }) };
    const tcp = view.one('kubelet/tcp', endpoint);
    const { outcome } = tcp;
    if (outcome.status === 'observed') {
      const failing = outcome.data.tries.filter((t) => t.result !== 'connected').map((t) => `${t.address} (${t.result})`);
      return failing.length > 0 ? { kind: 'pass', note: say('otherFails', { failing: failing.join(', ') }) } : { kind: 'pass' };
    }

    const side = readSecondSide(
      view.all('kubelet/second-sight'),
      view.one('apiserver/lease'),
      view.one('apiserver/node'),
      view.one('self/settings'),
      place,
    );
    const hosts = [host, ...(seen(view.one('kubelet/dns', host))?.addresses ?? []).map((a) => a.address)];
    const owner = ownerOf(side, hosts);
    const registered = kubeletPort(side.node);
    const other = registered !== undefined && registered !== port && owner === 'own' ? endpointOf(host, registered) : undefined;
    const wants: Want[] = [...(other ? [{ need: 'kubelet/tls' as const, subject: other }] : []), ...wantsOfSecondSide(side)];
    if (outcome.status === 'pending') return { kind: 'cannot-tell', why: say('waiting', { endpoint }), wants };
    if (outcome.status !== 'failed') return { kind: 'cannot-tell', why: say('notTried', { endpoint }), wants: [] };

    // Whose address was dialled comes before why it fails: that answer is kubelet-address's, and "a firewall" would be the wrong one.
    if (owner === 'foreign' || (owner === 'unknown' && isGateway(hosts, place)))
      return { kind: 'not-applicable', why: say('notOurs', { host }) };

    const { code } = outcome;
    const tries = outcome.data?.tries ?? [];
    const ms = Math.round(tries.at(-1)?.ms ?? outcome.ms ?? 0);
    const atOther = other ? view.one('kubelet/tcp', other) : undefined;
    const portOpen = atOther && (seen(atOther) ? true : failure(atOther) !== undefined ? false : undefined);
    const processFact = view.one('self/kubelet-process');
    const process = isThisNode(seen(processFact), place, candidate) ? seen(processFact) : undefined;
    const config = knownConfig(view.one('self/kubelet-config'), processFact, place, candidate);
    const local = localAnswer(process, config, candidate);
    const found: Diagnosis = local
      ? LOCALLY[local.answer]
      : diagnose({ code, ms, candidate, owner, side, other: other !== undefined, portOpen });

    const node = side.name ?? host;
    const vantage = vantageOf(place?.vantage);
    const openPath = () =>
      fixBy('network', 'config', say('fixFilter', { port, vantage, host }), isIp(host) ? { verify: `nc -vz -w 4 ${host} ${port}` } : {});
    const lookFilter = () => {
      const steps = `iptables-save | grep -nE 'dport ${port}|DROP|REJECT'\nnft list ruleset | grep -nE '${port}|drop|reject'`;
      return fixBy('node', 'nothing', say('lookFilter', { node, port }), shell(steps));
    };
    const checkAddress = () => {
      const steps = side.name ? `kubectl get node ${side.name} -o wide` : 'kubectl get nodes -o wide';
      return fixBy('cluster', 'nothing', say('fixAddress', { host, node }), shell(steps));
    };
    const dialNode = () => hostFromDownwardApi(say('fixHost'));
    const maybeForeign = () => (owner === 'own' ? [] : [checkAddress()]);

    const proven = found.certainty === 'proven';
    const answers: Record<UnreachableCause, () => { title: Message; fixes: Fix[] }> = {
      'kubelet-connect-timeout': () => ({
        title: found.alive ? say('filtered', { endpoint, vantage }) : say('silent', { endpoint }),
        fixes: [openPath(), lookFilter(), ...maybeForeign()],
      }),
      'kubelet-down': () => ({
        title: proven ? say('down', { node, endpoint, code }) : say('maybeDown', { node, endpoint, code }),
        fixes: [restartKubelet(say('fixDown', { node })), ...(proven ? [] : maybeForeign())],
      }),
      'kubelet-connection-refused': () => ({
        title: say('elsewhere', { endpoint, node }),
        fixes: [...(owner === 'own' ? [] : [dialNode()]), checkAddress()],
      }),
      'kubelet-rejected-by-firewall': () => ({
        title: proven ? say('rejected', { vantage, endpoint, code }) : say('maybeRejected', { vantage, endpoint, code, ms }),
        fixes: [openPath(), lookFilter()],
      }),
      'kubelet-no-route': () => ({
        title: say('noRoute', { vantage, endpoint, code }),
        fixes: [fixBy('network', 'config', say('fixRoute', { host }), shell(isIp(host) ? `ip route get ${host}` : undefined))],
      }),
      'node-address-dead': () => ({
        title: code === 'ETIMEDOUT' || ms < ARP_GIVES_UP_MS ? say('dead', { node, host, endpoint }) : say('nobody', { host, code, ms }),
        fixes: [...(owner === 'own' ? [] : [dialNode()]), fixBy('node', 'restart', say('fixNode', { node })), checkAddress()],
      }),
      'kubelet-port-differs': () => ({
        title: say('port', { port, node, other: registered ?? '' }),
        fixes: [fixBy('agent', 'config', say('fixPort'), env({ DD_KUBERNETES_HTTPS_KUBELET_PORT: local?.port ?? registered ?? '' }))],
      }),
      'kubelet-server-disabled': () => ({
        title: say('serverOff', { node, endpoint }),
        fixes: [
          kubeletConfig(say('fixServer', { node }), 'enableServer: true\naddress: 0.0.0.0', { verify: `ss -ltnp "sport = :${port}"` }),
        ],
      }),
    };
    const listens = (process?.listening ?? []).map((socket) => endpointOf(socket.address, socket.port)).join(', ') || 'none';
    const origin = (key: KubeletKey) => config?.origin(key) ?? 'its configuration was not read';
    const onNode: Record<LocalAnswer, () => Message> = {
      gone: () => say('gone', { node, endpoint }),
      'other-port': () => say('portHere', { port, node, other: local?.port ?? '', origin: origin('port') }),
      'server-off': () => say('offHere', { node, origin: origin('enableServer') }),
      'loopback-only': () => say('loopbackHere', { node, endpoint, listens, origin: origin('address') }),
      'not-listening': () => say('notListening', { node, port }),
    };
    const decides: Partial<Record<LocalAnswer, KubeletKey>> = {
      'other-port': 'port',
      'server-off': 'enableServer',
      'loopback-only': 'address',
    };
    const key = local && decides[local.answer];
    const seenOnNode: Evidence[] = local
      ? [
          cite(
            processFact,
            local.answer === 'gone'
              ? say('sawGone')
              : say('sawRuns', { pid: process?.pid ?? '', program: process?.program ?? '', listens }),
          ),
          ...(key && config ? [config.cite(say('sawConfig', { key, value: String(config.values[key]), origin: config.origin(key) }))] : []),
        ]
      : [];
    const { title: general, fixes: here } = answers[found.cause]();
    const title = local ? onNode[local.answer]() : general;
    // From a workstation that found the address by itself, a closed path is the usual thing and nothing the agent suffers from.
    const severity: Severity = fromAfar(place, candidate) && !EVERYWHERE.includes(found.cause) ? 'note' : 'blocks';
    const fixes =
      severity === 'note' ? [fixBy('workstation', 'nothing', say('fixAskThere'), shell(askFromNode(side.name))), ...here] : here;
    return {
      kind: 'problem',
      cause: found.cause,
      severity,
      certainty: found.certainty,
      ...(proven ? {} : { alternatives: found.alternatives, wants: wants.length > 0 ? wants : nextRenewal(side) }),
      title,
      features: severity === 'blocks' ? ALL_KUBELET_FEATURES : [],
      evidence: [
        cite(
          tcp,
          say('sawTries', { tries: tries.map((t) => `${endpointOf(t.address, t.port)} ${t.result} after ${t.ms} ms`).join(', ') || code }),
        ),
        ...seenOnNode,
        ...(atOther && other && portOpen ? [cite(atOther, say('sawOther', { endpoint: other }))] : []),
        ...citeSecondSide(side, {
          sight: (by, said) => say('sawSight', { by, said }),
          lease: (age) => say('sawLease', { age }),
          node: (n) =>
            say('sawNode', {
              node: n.node,
              ready: n.ready,
              port: n.kubeletPort ?? 'unknown',
              addresses: n.addresses.map((a) => a.address).join(', '),
            }),
        }),
      ],
      fixes,
    };
  },
});

function vantageOf(vantage: Vantage | undefined): string {
  return vantage === 'pod-network' ? 'the pod network' : vantage === 'workstation' ? 'this workstation' : 'this machine';
}

/** Everything is known, and only time tells: whether the Lease is renewed once more. */
function nextRenewal({ name }: ReturnType<typeof readSecondSide>): Want[] {
  return [{ need: 'apiserver/lease', subject: name, elsewhere: `kubectl -n kube-node-lease get lease ${name ?? 'NODE'} -o yaml` }];
}
