/**
 * Does a NetworkPolicy keep the agent's pod from its node? Asked only after a connection has timed out: policies are dropped packets. They do
 * not concern pods in the host's network. A rule for pods or namespaces never lets through to a node: a node is no pod.
 */

import { inBlock } from '../../kubernetes/cidr.js';
import { isDnsName, isIp } from '../../kubernetes/names.js';
import { defineCheck, type Fix, type Message } from '../../model/check.js';
import type { EgressPolicies, EgressRule } from '../../model/facts.js';
import { isLabelKey, isLabelValue } from '../placement/shared/placement-fixes.js';
import { cite } from '../shared/cite.js';
import { byHand, fixBy, yaml } from '../shared/fix.js';
import { ALL_KUBELET_FEATURES, agentsCandidate } from '../shared/kubelet.js';
import { cannotTell, notApplicable, pass, problem } from '../shared/problem.js';
import { failure, seen, subjectOf } from '../shared/read.js';

export const networkPolicy = defineCheck({
  question: 'network-policy',
  asks: "Do NetworkPolicies let the agent's pod connect to its node?",
  target: 'kubelet',
  layer: 'tcp',
  required: false,
  needs: ['apiserver/egress-policies', 'kubelet/candidates', 'kubelet/dns', 'kubelet/tcp', 'self/place'],
  words: {
    blocks: 'NetworkPolicy {policies} lets no connection of this pod out to {endpoint}, and the connection was dropped',
    hostNetwork: 'NetworkPolicies do not concern this place',
    noSilence: 'no connection to the kubelet was dropped',
    notRead: 'the NetworkPolicies of this namespace could not be read',
    more: 'there are more NetworkPolicies than were read',
    sawPolicies: 'policies that select this pod and limit its egress: {policies}; none of their rules allows {endpoint}',
    sawSilence: '{endpoint}: no answer to the SYN (ETIMEDOUT)',
    fixAllow:
      "Allow it with a further policy, for NetworkPolicies add up: this one is for the agent's pods alone, by their labels, and lets them out to TCP {port} of every address (to narrow that, an ipBlock with the range of all nodes)",
    fixAllowByHand:
      "Allow it with a further policy, for NetworkPolicies add up: put the labels of the agent's pods in place of LABEL and VALUE. Never leave its podSelector empty: it would cut off every other pod of the namespace",
    fixHostNetwork: 'Or run the agent in the network of the host, which NetworkPolicies do not concern',
  },
  causes: {
    'network-policy-blocks-egress': {
      title: 'NetworkPolicy keeps the agent from its node',
      means:
        "A NetworkPolicy with policyType Egress selects the agent's pod, and no rule of any policy allows its node on port 10250. The network plugin drops the packets: connections time out, nothing is refused.",
      happens:
        "A default-deny for the namespace; or rules for pods and namespaces only. A node, and the apiserver behind its service, are no pods: only an ipBlock, or a rule without `to`, lets through. The chart's Cilium policy names entity `host` and 10250, and leaves out the apiserver.",
      distributions: {
        'Helm chart': '`datadog.networkPolicy.create`: the Cilium flavour allows entity `host` on 10250 only and leaves the apiserver out.',
        'plain manifests': 'a policy that selects the pods must name the nodes with `ipBlock`: nodes are no pods.',
      },
      confirm:
        'Those whose podSelector matches the pod, and their egress rules; Cilium has its own kinds:\n\n    kubectl -n NAMESPACE get networkpolicies -o yaml\n    kubectl get ciliumnetworkpolicies -A\n    cilium monitor --type drop',
      fix: "Add a policy that selects the agent's pods by their labels and allows 10250, to every address or to the range of all nodes, and the apiserver's endpoints on their own port (mostly 6443, not 443: policies see the address behind the service). Nothing restarts.",
      avoid:
        'Do not delete the default-deny: it protects everything else in the namespace. Do not write `podSelector: {}` into the policy that allows: whatever an Egress policy selects may then do only what some policy allows, so that every pod of the namespace without one loses DNS, the apiserver and its peers.',
    },
  },
  judge(view, say) {
    const place = seen(view.one('self/place'));
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
    if (found.policies.length === 0 || addresses.length === 0 || addresses.some((ip) => isAllowed(found, ip, candidate.port)))
      return pass();
    if (!found.complete) return cannotTell(say('more'));

    const policies = found.policies.map(({ policy }) => policy).join(', ');
    const fixes: Fix[] = [
      allow(say('fixAllow', { port: candidate.port }), say('fixAllowByHand'), place.namespace, found.labels, candidate.port),
      fixBy('agent', 'restart', say('fixHostNetwork')),
    ];
    return problem('network-policy-blocks-egress', {
      title: say('blocks', { policies, endpoint }),
      features: ALL_KUBELET_FEATURES,
      evidence: [cite(fact, say('sawPolicies', { policies, endpoint })), cite(tcp, say('sawSilence', { endpoint }))],
      fixes,
    });
  },
});

type Labels = Readonly<Record<string, string>>;

/** Policies are a union: one rule of one policy is enough. */
function isAllowed({ policies }: EgressPolicies, ip: string, port: number): boolean {
  return policies.some(({ rules }) => rules.some((rule) => allows(rule, ip, port)));
}

function allows({ ports, blocks }: EgressRule, ip: string, port: number): boolean {
  const byPort = ports === undefined || ports.some(({ from, to }) => port >= from && port <= to);
  const byAddress = blocks === undefined || blocks.some(({ cidr, except }) => inBlock(ip, cidr) && !except.some((e) => inBlock(ip, e)));
  return byPort && byAddress;
}

/**
 * A policy isolates whatever it selects (k8s.io/api networking/v1, NetworkPolicySpec.PolicyTypes): so it selects by all the labels that last,
 * of pods that other policies limit already. No address: the agent runs on every node, and we know this one's alone.
 */
function allow(byLabels: Message, byHandWords: Message, namespace: string | undefined, labels: Labels | undefined, port: number): Fix {
  const at = namespace && isDnsName(namespace) ? namespace : undefined;
  const entries = Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const known = entries.length > 0 && entries.every(([key, value]) => isLabelKey(key) && isLabelValue(value));
  const fix = (action: Message, more: Partial<Fix>) => fixBy('cluster', 'config', action, more);
  if (at && known)
    return fix(
      byLabels,
      yaml(
        policy(
          JSON.stringify(at),
          entries.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`),
          port,
        ),
      ),
    );
  const look = `# kubectl -n ${at ?? 'NAMESPACE'} get pods --show-labels`;
  return fix(byHandWords, byHand(policy(at ? JSON.stringify(at) : 'NAMESPACE', [look, 'LABEL: "VALUE"'], port)));
}

function policy(namespace: string, labels: readonly string[], port: number): string {
  return `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: kubelet-doctor-agent-to-kubelet
  namespace: ${namespace}
spec:
  podSelector:
    matchLabels:
${labels.map((line) => `      ${line}`).join('\n')}
  policyTypes: ["Egress"]
  egress:
    - ports:
        - protocol: TCP
          port: ${port}
`;
}
