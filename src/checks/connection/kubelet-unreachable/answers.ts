/** What `kubelet-unreachable` says of each answer. */
import { endpointOf, isIp } from '../../../kubernetes/names.js';
import type { Evidence, Fix, Message, Verdict, Want } from '../../../model/check.js';
import type { KubeletKey, Vantage } from '../../../model/facts.js';
import { askFromNode, fromAfar } from '../../shared/address.js';
import { cite } from '../../shared/cite.js';
import { firstThatHolds, given } from '../../shared/decide.js';
import { byHand, env, fixBy, shell } from '../../shared/fix.js';
import { ALL_KUBELET_FEATURES } from '../../shared/kubelet.js';
import { hostFromDownwardApi, kubeletConfig, restartKubelet } from '../../shared/kubelet-fixes.js';
import type { LocalAnswer } from '../../shared/on-node.js';
import { cannotTell, notApplicable, pass, problem, suspected } from '../../shared/problem.js';
import { foundNobody } from '../shared/arp.js';
import { citeSecondSide, wantsOfSecondSide } from '../shared/second-side.js';
import type { Cause } from './causes.js';
import type { Clues, OnNode } from './clues.js';
import { type Answer, EXPLANATION, type Explanation, is, ON_NODE, PORT_DIFFERS, STAND_IN } from './decision.js';
import type { Words } from './words.js';

export const ANSWERS: Record<Answer, (clues: Clues, say: Words) => Verdict<Cause>> = {
  proxied: ({ proxy, witness }, say) => notApplicable(say('proxied', { proxy: given(proxy) }), witness),
  connected: ({ tries, witness }, say) => {
    const failing = tries.filter(({ result }) => result !== 'connected').map(({ address, result }) => `${address} (${result})`);
    return pass(witness, failing.length > 0 ? say('otherFails', { failing: failing.join(', ') }) : undefined);
  },
  waiting: (clues, say) => cannotTell(say('waiting', { endpoint: clues.endpoint }), deciding(clues)),
  'not-tried': ({ endpoint }, say) => cannotTell(say('notTried', { endpoint })),
  'not-ours': ({ candidate, witness }, say) => notApplicable(say('notOurs', { host: candidate.host }), witness),
  'stand-in': (clues, say) => fails(clues, say, STAND_IN),
  'shown-on-node': (clues, say) => fails(clues, say, ON_NODE[given(clues.onNode).answer]),
  'port-differs': (clues, say) => fails(clues, say, PORT_DIFFERS),
  'port-may-differ': (clues, say) => fails(clues, say, is(PORT_DIFFERS.cause, firstThatHolds(EXPLANATION, clues).cause)),
  fails: (clues, say) => fails(clues, say, firstThatHolds(EXPLANATION, clues)),
};

/** These are as bad for the agent as for us, wherever we stand. */
const EVERYWHERE: readonly Cause[] = ['kubelet-down', 'kubelet-server-disabled', 'node-without-kubelet'];

function fails(clues: Clues, say: Words, why: Explanation): Verdict<Cause> {
  const { candidate, place, side, onNode } = clues;
  const { title, fixes } = REMEDIES[why.cause](clues, say, why);
  const wants = deciding(clues);
  const asked = why.or.some((cause) => ON_THE_NODE.includes(cause))
    ? [...wants, socketsOfNode]
    : wants.length > 0
      ? wants
      : nextRenewal(clues);
  // From a workstation that found the address by itself, a closed path is the usual thing and nothing the agent suffers from.
  const aside = fromAfar(place, candidate) && !EVERYWHERE.includes(why.cause);
  const askThere = () => fixBy('workstation', 'nothing', say('fixAskThere'), shell(askFromNode(side.name)));
  return problem(why.cause, {
    severity: aside ? 'note' : 'blocks',
    ...(why.proof ? { proof: why.proof(clues) } : suspected(why.or, asked)),
    title: onNode && why !== STAND_IN ? SHOWN[onNode.answer](clues, say, onNode) : title,
    features: aside ? [] : ALL_KUBELET_FEATURES,
    evidence: quoted(clues, say),
    fixes: aside ? [askThere(), ...fixes] : fixes,
  });
}

function isProven({ proof }: Explanation): boolean {
  return proof !== undefined;
}

const REMEDIES: Record<Cause, (clues: Clues, say: Words, why: Explanation) => { title: Message; fixes: Fix[] }> = {
  'kubelet-connect-timeout': (clues, say, { alive }) => ({
    title: alive ? say('filtered', { endpoint: clues.endpoint }) : say('silent', { endpoint: clues.endpoint }),
    fixes: [...openPath(clues, say), ...(clues.owner === 'own' ? [] : [checkAddress(clues, say)])],
  }),
  'kubelet-down': (clues, say, why) => {
    const { node, endpoint } = clues;
    const restart = restartKubelet(say('fixDown', { node }));
    if (isProven(why)) return { title: say('down', { node, endpoint }), fixes: [restart] };
    return {
      title: say('maybeDown', { node, endpoint }),
      fixes: [restart, ...(clues.owner === 'own' ? [] : [checkAddress(clues, say)])],
    };
  },
  'kubelet-connection-refused': (clues, say) => ({
    title: say('elsewhere', { endpoint: clues.endpoint, node: clues.node }),
    fixes: [...dialOwnNode(clues, say), checkAddress(clues, say)],
  }),
  'kubelet-rejected-by-firewall': (clues, say, why) => {
    const { endpoint } = clues;
    return {
      title: isProven(why) ? say('rejected', { vantage: vantageOf(clues), endpoint }) : say('maybeRejected', { endpoint }),
      fixes: openPath(clues, say),
    };
  },
  'kubelet-no-route': (clues, say) => {
    const { host } = clues.candidate;
    return {
      title: say('noRoute', { vantage: vantageOf(clues), endpoint: clues.endpoint, code: clues.code }),
      fixes: [fixBy('network', 'config', say('fixRoute', { host }), shell(isIp(host) ? `ip route get ${host}` : undefined))],
    };
  },
  'node-address-dead': (clues, say) => {
    const { node } = clues;
    const { host } = clues.candidate;
    return {
      title: foundNobody(clues) ? say('nobody', { host }) : say('dead', { node, host }),
      fixes: [...dialOwnNode(clues, say), fixBy('node', 'restart', say('fixNode', { node })), checkAddress(clues, say)],
    };
  },
  'kubelet-port-differs': ({ candidate: { port }, node, registered, onNode }, say) => {
    const other = onNode?.port ?? registered?.port ?? '';
    return {
      title: say('port', { port, node, other }),
      fixes: [fixBy('agent', 'config', say('fixPort', { other }), env({ DD_KUBERNETES_HTTPS_KUBELET_PORT: other }))],
    };
  },
  'node-without-kubelet': ({ node, side }, say) =>
    side.node?.standIn === 'vcluster'
      ? { title: say('vcluster', { node }), fixes: [fixBy('agent', 'config', say('fixHostCluster'))] }
      : { title: say('virtual', { node }), fixes: [fixBy('agent', 'config', say('fixVirtual'), byHand(OFF_VIRTUAL_NODES))] },
  'kubelet-server-disabled': ({ candidate: { port }, node, endpoint, onNode }, say) => {
    const verify = `ss -ltnp "sport = :${port}"`;
    return {
      title: say('serverOff', { node, endpoint }),
      fixes: [kubeletConfig(say('fixServer', { node }), { enableServer: true, address: '0.0.0.0' }, onNode?.config, { verify })],
    };
  },
};

/** For `spec.template.spec`; a node without the label is not excluded. */
const OFF_VIRTUAL_NODES = `affinity:
  nodeAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      nodeSelectorTerms:
        - matchExpressions:
            - key: type
              operator: NotIn
              values: [virtual-kubelet]
            - key: virtualization
              operator: NotIn
              values: [virtualnode2]`;

/** What the node itself shows is said as it was seen there. */
const SHOWN: Record<LocalAnswer, (clues: Clues, say: Words, shown: OnNode) => Message> = {
  gone: ({ node }, say) => say('gone', { node }),
  'other-port': ({ node, candidate: { port } }, say, shown) => say('portHere', { port, node, other: shown.port ?? '' }),
  'server-off': ({ node }, say) => say('offHere', { node }),
  'loopback-only': ({ node }, say, shown) => say('loopbackHere', { node, listens: listens(shown) }),
  'not-listening': ({ node, candidate: { port } }, say) => say('notListening', { node, port }),
};

/** The setting that decides it. */
const DECIDES: Partial<Record<LocalAnswer, KubeletKey>> = {
  'other-port': 'port',
  'server-off': 'enableServer',
  'loopback-only': 'address',
};

function listens({ process }: OnNode): string {
  return (process?.listening ?? []).map(({ address, port }) => endpointOf(address, port)).join(', ') || 'none';
}

/** From the node's own network to the node itself a packet meets no security group and no NetworkPolicy: only what that node filters. */
function openPath(clues: Clues, say: Words): Fix[] {
  const { candidate, side, node } = clues;
  const { host, port } = candidate;
  const verify = isIp(host) ? { verify: `nc -vz -w 4 ${host} ${port}` } : {};
  const isItself = side.onNode && side.name !== undefined;
  const open = isItself
    ? fixBy('node', 'config', say('fixOwnFilter', { port, node }), verify)
    : fixBy('network', 'config', say('fixFilter', { port, vantage: vantageOf(clues), host }), verify);
  return [open, lookAtFilter(clues, say)];
}

function lookAtFilter({ node, candidate: { port } }: Clues, say: Words): Fix {
  const steps = `iptables-save | grep -nE 'dport ${port}|DROP|REJECT'\nnft list ruleset | grep -nE '${port}|drop|reject'`;
  return fixBy('node', 'nothing', say('lookFilter', { node, port }), shell(steps));
}

function checkAddress({ side: { name }, node, candidate: { host } }: Clues, say: Words): Fix {
  const steps = `kubectl get ${name ? `node ${name}` : 'nodes'} -o wide`;
  return fixBy('cluster', 'nothing', say('fixAddress', { host, node }), shell(steps));
}

function dialOwnNode({ owner }: Clues, say: Words): Fix[] {
  return owner === 'own' ? [] : [hostFromDownwardApi(say('fixHost'))];
}

const FROM: Partial<Record<Vantage, string>> = { 'pod-network': 'the pod network', workstation: 'this workstation' };

function vantageOf({ place }: Clues): string {
  return (place && FROM[place.vantage]) ?? 'this machine';
}

/** Our own attempt, what the node shows, the other port, then the second side. */
function quoted({ tcp, tries, code, onNode, registered, side }: Clues, say: Words): Evidence[] {
  const each = tries.map(({ address, port, result, ms }) => `${endpointOf(address, port)} ${result} after ${ms} ms`);
  return [
    cite(tcp, say('sawTries', { tries: each.join(', ') || code })),
    ...(onNode ? quotedOnNode(onNode, say) : []),
    ...(registered?.open === 'yes' ? [cite(registered.tcp, say('sawOther', { endpoint: registered.endpoint }))] : []),
    ...(side.node?.standIn ? [cite(side.facts.node, say('sawStandIn', { node: side.node.node, standIn: side.node.standIn }))] : []),
    ...citeSecondSide(side, {
      sight: (by, said) => say('sawSight', { by, said }),
      lease: (age) => say('sawLease', { age }),
      node: ({ node, ready, kubeletPort, addresses }) =>
        say('sawNode', { node, ready, port: kubeletPort ?? 'unknown', addresses: addresses.map(({ address }) => address).join(', ') }),
    }),
  ];
}

function quotedOnNode(shown: OnNode, say: Words): Evidence[] {
  const { answer, fact, process, config } = shown;
  const key = DECIDES[answer];
  const runs = () => say('sawRuns', { pid: process?.pid ?? '', program: process?.program ?? '', listens: listens(shown) });
  return [
    cite(fact, answer === 'gone' ? say('sawGone') : runs()),
    ...(key && config ? [config.cite(say('sawConfig', { key, value: String(config.values[key]), origin: config.origin(key) }))] : []),
  ];
}

function deciding({ registered, side }: Clues): Want[] {
  return [...(registered ? [{ need: 'kubelet/tls', subject: registered.endpoint } as const] : []), ...wantsOfSecondSide(side)];
}

/** What only the node's own sockets tell apart: who is it that refuses? */
const ON_THE_NODE: readonly string[] = ['kubelet-rejected-by-firewall', 'kubelet-connection-refused'];
const socketsOfNode: Want = { need: 'self/kubelet-process', elsewhere: 'pgrep -xa kubelet; ss -ltn' };

/** Everything is known, and only time tells: whether the Lease is renewed once more. */
function nextRenewal({ side: { name } }: Clues): Want[] {
  return [{ need: 'apiserver/lease', subject: name, elsewhere: `kubectl -n kube-node-lease get lease ${name ?? 'NODE'} -o yaml` }];
}
