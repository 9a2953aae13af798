/**
 * Does a NetworkPolicy keep the agent's pod from its node? In the pod it is asked only after a connection has timed out: policies are dropped packets.
 * At a workstation nothing of ours passes them, so what they would do to the agent's pod is suspected. They do not concern pods in the host's network.
 * A rule for pods or namespaces never lets through to a node: a node is no pod.
 */

import { type Connection, isOpen, isShut } from '../../kubernetes/egress.js';
import { endpointOf, isDnsName, isIp } from '../../kubernetes/names.js';
import { openFor, policyYaml } from '../../manifests/egress-policy.js';
import { defineCheck, type Fix, type Problem, type Say, type Verdict, type View, type Want } from '../../model/check.js';
import type { EgressPolicies, Fact } from '../../model/facts.js';
import { isLabelKey, isLabelValue } from '../placement/shared/placement-fixes.js';
import { internalIp, kubeletPort } from '../shared/address.js';
import { cite } from '../shared/cite.js';
import { byHand, fixBy, grants } from '../shared/fix.js';
import { ALL_KUBELET_FEATURES, agentsCandidate } from '../shared/kubelet.js';
import { cannotTell, notApplicable, pass, problem, suspected } from '../shared/problem.js';
import { twoWitnesses } from '../shared/proof.js';
import { failure, seen, subjectOf } from '../shared/read.js';

const WORDS = {
  blocks: 'NetworkPolicy {policies} blocks {endpoint}',
  wouldBlockKubelet: 'NetworkPolicy {policies} would block the agent from its kubelet',
  wouldBlockApiserver: 'NetworkPolicy {policies} would block the agent from the apiserver',
  wouldBlockBoth: 'NetworkPolicy {policies} would block the agent from both servers',
  sawOfPod: 'egress policies of pod {pod}: {policies}; no rule allows {endpoints}',
  sawOfTemplate: 'egress policies of the pods of DaemonSet {daemonset}: {policies}; no rule allows {endpoints}',
  noPod: "could not find the agent's pod on this node",
  hostNetwork: 'NetworkPolicies do not apply here',
  noSilence: 'no connection to the kubelet was dropped',
  notRead: 'could not read the NetworkPolicies of this namespace',
  more: 'not all NetworkPolicies were read',
  noAddress: 'the address of the node is not known, and the policies allow some addresses',
  sawPolicies: 'egress policies of this pod: {policies}; no rule allows {endpoint}',
  sawSilence: '{endpoint}: no answer to the SYN (ETIMEDOUT)',
  fixAllow: "Add a NetworkPolicy that allows the agent's pods TCP {port}",
  fixAllowByHand: "Add this NetworkPolicy with the labels of the agent's pods",
  fixHostNetwork: 'Run the agent in the host network (hostNetwork: true)',
} as const satisfies Record<string, string>;

type Words = Say<typeof WORDS>;

const NEEDS = [
  'apiserver/egress-policies',
  'apiserver/endpoints',
  'apiserver/node',
  'kubelet/candidates',
  'kubelet/dns',
  'kubelet/tcp',
  'self/place',
] as const;

export const networkPolicy = defineCheck({
  question: 'network-policy',
  asks: "Do NetworkPolicies allow the agent's pod to reach its kubelet?",
  target: 'kubelet',
  layer: 'tcp',
  required: false,
  needs: NEEDS,
  words: WORDS,
  causes: {
    'network-policy-blocks-egress': {
      title: 'NetworkPolicy that blocks the kubelet',
      means:
        "A NetworkPolicy with policyType Egress selects the agent's pod, and no rule of any policy allows its node on port 10250. The network plugin drops the packets, so connections time out.",
      happens:
        'The namespace has a default-deny, or its rules name only pods and namespaces. Nodes, and the apiserver behind its service, are not pods: only an ipBlock, or a rule without `to`, allows them.',
      distributions: {
        'Helm chart': '`datadog.networkPolicy.create`: the Cilium flavour allows only entity `host` on 10250, not the apiserver.',
        'plain manifests': 'a policy that selects the pods must name the nodes with `ipBlock`, because nodes are not pods.',
      },
      confirm:
        'Look for policies whose podSelector matches the pod, and for their egress rules. Cilium has its own kinds:\n\n    kubectl -n NAMESPACE get networkpolicies -o yaml\n    kubectl get ciliumnetworkpolicies -A\n    kubectl -n kube-system exec ds/cilium -- cilium-dbg monitor --type drop',
      fix: "NetworkPolicies add up, so add one that selects the agent's pods by their labels. Allow port 10250, to every address or with an `ipBlock` for the range of all nodes. Allow the apiserver's endpoints on their own port (mostly 6443, not 443: policies see the address behind the service). Nothing restarts. The host network is another way: NetworkPolicies do not apply there.",
      avoid:
        'Do not delete the default-deny: it protects everything else in the namespace. Do not write `podSelector: {}` into the new policy: it selects every pod of the namespace, and those without another policy lose DNS, the apiserver and their peers.',
    },
  },
  judge(view, say) {
    const place = seen(view.one('self/place'));
    if (place?.place === 'workstation' && !place.agentEnvironment) return ofAgentsPod(view, say);
    const candidate = agentsCandidate(view.one('kubelet/candidates'));
    if (!candidate || place?.vantage !== 'pod-network') return notApplicable(say('hostNetwork'));
    const endpoint = subjectOf(candidate);
    const tcp = view.one('kubelet/tcp', endpoint);
    if (failure(tcp) !== 'ETIMEDOUT') return notApplicable(say('noSilence'));
    const fact = view.one('apiserver/egress-policies');
    const found = seen(fact);
    if (!found) {
      const namespace = place.namespace && isDnsName(place.namespace) ? place.namespace : 'NAMESPACE';
      const elsewhere = `kubectl -n ${namespace} get networkpolicies -o yaml`;
      return cannotTell(say('notRead'), [{ need: 'apiserver/egress-policies', elsewhere }]);
    }
    const addresses = isIp(candidate.host)
      ? [candidate.host]
      : (seen(view.one('kubelet/dns', candidate.host))?.addresses ?? []).map(({ address }) => address);
    const rules = found.policies.flatMap((each) => each.rules);
    // That none selects this pod is seen of a whole list; one that allows it is enough.
    if (found.policies.length === 0 && !found.complete) return cannotTell(say('more'));
    if (found.policies.length === 0 || addresses.length === 0 || addresses.some((ip) => isOpen(rules, { ip, port: candidate.port })))
      return pass(fact);
    if (!found.complete) return cannotTell(say('more'));

    const policies = found.policies.map(({ policy }) => policy).join(', ');
    const fixes: Fix[] = [
      allow(say, { namespace: place.namespace, labels: found.labels, count: found.selected }, candidate.port, addresses),
      fixBy('agent', 'restart', say('fixHostNetwork')),
    ];
    return problem('network-policy-blocks-egress', {
      proof: twoWitnesses(fact, tcp),
      title: say('blocks', { policies: firstOf(found.policies.map(({ policy }) => policy)), endpoint }),
      features: ALL_KUBELET_FEATURES,
      evidence: [cite(fact, say('sawPolicies', { policies, endpoint })), cite(tcp, say('sawSilence', { endpoint }))],
      fixes,
    });
  },
});

/**
 * From afar: nobody has seen the agent's connections fail, and not every network plugin enforces policies. A bundle may have a policy and no Node, and not
 * all policies: what those that it has do to the agent is suspected all the same.
 */
function ofAgentsPod(view: View<(typeof NEEDS)[number]>, say: Words): Verdict<'network-policy-blocks-egress'> {
  const [fact, node] = [view.one('apiserver/egress-policies'), seen(view.one('apiserver/node'))];
  const isBundle = seen(view.one('self/place'))?.bundle !== undefined;
  const [ip = '', port] = [internalIp(node), kubeletPort(node) ?? 10250];
  if ((!ip && !isBundle) || (fact.outcome.status === 'absent' && fact.outcome.why === 'not-ours')) return notApplicable(say('noPod'));
  const found = seen(fact);
  const whose = found?.daemonset ?? found?.pod;
  const [namespace = '', name = ''] = whose?.split('/') ?? [];
  if (!found || !isDnsName(namespace) || !isDnsName(name))
    return cannotTell(say('notRead'), [
      { need: 'apiserver/egress-policies', elsewhere: 'kubectl -n NAMESPACE get networkpolicies -o yaml' },
      { need: 'apiserver/endpoints' },
    ]);
  if (found.hostNetwork) return notApplicable(say('hostNetwork'), fact);
  const rules = found.policies.flatMap((each) => each.rules);
  const closed = (all: readonly Connection[]) => (all.some((each) => isOpen(rules, each)) ? [] : all);
  const toKubelet = closed([{ ip, port }]);
  if (!ip && toKubelet.length > 0 && !isShut(rules, port)) return cannotTell(say('noAddress'), [{ need: 'apiserver/node' }]);
  // What a kubelet goes by may be another way than a pod's.
  const served = seen(view.one('apiserver/endpoints'));
  const endpoints = served?.from === 'kubelet-metrics' ? [] : (served?.endpoints ?? []);
  const toApiserver = closed(
    endpoints.map(({ address, port: at }) => ({ ip: address, port: at })).filter((each) => isIp(each.ip) && isPort(each.port)),
  );
  const blocked = [...toKubelet, ...toApiserver];
  // One that allows it is enough, as above.
  if (found.policies.length > 0 && blocked.length === 0) return pass(fact);
  const list = { need: 'apiserver/egress-policies', elsewhere: `kubectl -n ${namespace} get networkpolicies -o yaml` } as const;
  if (!found.complete && (!isBundle || found.policies.length === 0)) return cannotTell(say('more'), isBundle ? [list] : []);
  if (found.policies.length === 0) return pass(fact);
  const at: AgentsPods = { fact, found, namespace, name, whose: `${whose}` };
  return wouldBlock(at, toKubelet, toApiserver, found.complete ? [] : [list], say);
}

/** Whose policies they are: a pod of the agent, or its DaemonSet. */
interface AgentsPods {
  fact: Fact<'egress-policies'>;
  found: EgressPolicies;
  namespace: string;
  name: string;
  whose: string;
}

function wouldBlock(
  { fact, found, namespace, name, whose }: AgentsPods,
  toKubelet: readonly Connection[],
  toApiserver: readonly Connection[],
  lists: Want[],
  say: Words,
): Problem<'network-policy-blocks-egress'> {
  const blocked = [...toKubelet, ...toApiserver];
  const names = found.policies.map(({ policy }) => policy);
  const key = toApiserver.length === 0 ? 'wouldBlockKubelet' : toKubelet.length === 0 ? 'wouldBlockApiserver' : 'wouldBlockBoth';
  const closedTo = blocked.map((each) => (each.ip ? endpointOf(each.ip, each.port) : `TCP ${each.port}`)).join(', ');
  const said = { policies: names.join(', '), endpoints: closedTo };
  const log = `kubectl -n ${namespace} logs ${found.daemonset ? 'ds/' : ''}${name} --all-containers --tail=1000 | grep -i timeout`;
  const allowed = (all: readonly Connection[], to: 'kubelet' | 'apiserver') =>
    all[0]
      ? [
          allow(
            say,
            { namespace, labels: found.labels, count: found.selected },
            all[0].port,
            all.map((each) => each.ip),
            to,
          ),
        ]
      : [];
  return problem('network-policy-blocks-egress', {
    // Our own connections pass none of these policies: what is above this layer does not follow from it.
    severity: 'degrades',
    observedAt: 'self',
    ...suspected(toKubelet.length > 0 ? ['kubelet-connect-timeout'] : ['apiserver-connect-timeout'], [
      { need: 'kubelet/tcp', elsewhere: log },
      ...lists,
    ]),
    title: say(key, { policies: firstOf(names) }),
    features: ALL_KUBELET_FEATURES,
    evidence: [
      cite(
        fact,
        found.daemonset ? say('sawOfTemplate', { daemonset: found.daemonset, ...said }) : say('sawOfPod', { pod: whose, ...said }),
      ),
    ],
    fixes: [...allowed(toKubelet, 'kubelet'), ...allowed(toApiserver, 'apiserver'), fixBy('agent', 'restart', say('fixHostNetwork'))],
  });
}

const MOST_NAMES = 2;

/** As many as a title holds; the evidence has them all. */
function firstOf(policies: readonly string[]): string {
  const more = policies.length - MOST_NAMES;
  return policies.slice(0, MOST_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** A server's number goes into YAML only as one. */
function isPort(port: unknown): boolean {
  return Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536;
}

type Labels = Readonly<Record<string, string>>;

/** Without labels that may be printed it is for a person: a policy that selects every pod would isolate them all. */
function allow(
  say: Words,
  { namespace, labels = {}, count }: { namespace: string | undefined; labels: Labels | undefined; count: number | undefined },
  port: number,
  addresses: readonly string[],
  to?: 'kubelet' | 'apiserver',
): Fix {
  const at = namespace && isDnsName(namespace) ? namespace : undefined;
  const known = Object.entries(labels).every(([key, value]) => isLabelKey(key) && isLabelValue(value));
  const wanted = addresses.map((ip) => ({ ip, port }));
  const opened = at && known ? openFor({ namespace: at, labels, count }, port, wanted, to) : undefined;
  if (opened) return fixBy('cluster', 'config', say('fixAllow', { port }), grants(opened));
  const look = `# kubectl -n ${at ?? 'NAMESPACE'} get pods --show-labels`;
  const toFillIn = policyYaml(at ? JSON.stringify(at) : 'NAMESPACE', [look, 'LABEL: "VALUE"'], port, to);
  return fixBy('cluster', 'config', say('fixAllowByHand'), byHand(toFillIn));
}
