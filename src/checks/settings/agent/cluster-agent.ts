/**
 * Can the agent reach the Cluster Agent that its settings name? Cluster checks, events and the tags of Services come through it. Asked without a
 * credential: whether both have the same token is not seen from here, only whether this one is long enough.
 */
import { defineCheck } from '../../../model/check.js';
import { cite } from '../../shared/cite.js';
import { byHand, fixBy, orBy } from '../../shared/fix.js';
import { cannotTell, notApplicable, pass, problem, suspected } from '../../shared/problem.js';
import { inTheirWords } from '../../shared/proof.js';
import { isPending, seen } from '../../shared/read.js';

/** clusterAgentAuthTokenMinLen (Agent 6.0 and later, pkg/util/clusteragent and pkg/api/security). */
const SHORTEST_TOKEN = 32;
const FEATURES = ['cluster checks', 'Kubernetes events', 'tags of services and namespaces'];

export const clusterAgent = defineCheck({
  question: 'cluster-agent',
  asks: 'Can the agent reach its Cluster Agent?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: ['self/cluster-agent', 'self/place'],
  words: {
    none: 'the settings of this process name no Cluster Agent',
    waiting: 'the Cluster Agent has not answered yet',
    notAsked: '{endpoint} is not dialled',
    unset: 'No address of the Cluster Agent: {variable} is not set',
    notHttps: '{variable} is not an https URL: the agent refuses it',
    short: 'The Cluster Agent token has {length} characters, not 32 or more',
    noName: 'The name of the Cluster Agent does not resolve ({endpoint})',
    refused: 'The Cluster Agent at {endpoint} refuses connections',
    silent: 'The Cluster Agent at {endpoint} does not answer',
    noTls: 'What answers at {endpoint} speaks no TLS: no Cluster Agent',
    other: '{endpoint} answers {said}, which does not show what it is',
    sawUnset: '{variable} is not set in this environment',
    sawUrl: '{variable} is set',
    sawLength: '{length} characters in DD_CLUSTER_AGENT_AUTH_TOKEN of this environment',
    sawWay: '{endpoint} ({source}): {said}',
    fixRestart: 'Restart the pod: a Service younger than it is not in its variables',
    fixUrl: 'Set DD_CLUSTER_AGENT_URL to the https address of its Service',
    fixToken: 'Use one token of 32 or more characters for both agents',
    fixPods: 'Find out why no Cluster Agent is ready behind its Service',
    fixPolicy: 'Allow port 5005 to the Cluster Agent in the NetworkPolicies',
    fixHostPolicy: 'Allow port 5005 from the nodes: the host network has no pod address',
  },
  causes: {
    'cluster-agent-address-unset': {
      title: 'no address of the Cluster Agent',
      // Agent 7.x pkg/util/clusteragent/clusteragent.go getClusterAgentEndpoint.
      means:
        'The agent is told to use a Cluster Agent and finds no address of it. Without `DD_CLUSTER_AGENT_URL` it reads `NAME_SERVICE_HOST` and `NAME_SERVICE_PORT`, where NAME is `DD_CLUSTER_AGENT_KUBERNETES_SERVICE_NAME` in capitals with underscores. Its log: `cannot get a cluster agent endpoint for kubernetes service`.',
      happens:
        'The kubelet gives these variables at the start of a container only, and only of Services of the same namespace: the Service was created later, has another name, or is in another namespace. `enableServiceLinks: false` leaves them out. A URL with http:// is refused.',
      confirm:
        "In the agent's container:\n\n    kubectl -n NAMESPACE exec POD -c agent -- env | grep -i cluster_agent\n    kubectl -n NAMESPACE get services",
      fix: 'Restart the pods where the Service is younger than they are. For a Service of another namespace set `DD_CLUSTER_AGENT_URL` to `https://SERVICE.NAMESPACE.svc:5005`.',
      avoid: 'Do not write the address of a pod into the URL: it changes with each restart.',
    },
    'cluster-agent-token-short': {
      title: 'token of the Cluster Agent too short',
      means:
        'Node agents and Cluster Agent share one token of at least 32 characters. With a shorter one neither starts its connection: `cluster agent authentication token length must be greater than 32`.',
      happens: 'A token that was made up by hand, a placeholder of an example, or a Secret whose value was encoded twice or cut.',
      confirm:
        'The length, without the token:\n\n    kubectl -n NAMESPACE exec POD -c agent -- \\\n      sh -c \'printf %s "$DD_CLUSTER_AGENT_AUTH_TOKEN" | wc -c\'',
      fix: 'Put a random token of 32 or more characters into the Secret that both read (`clusterAgent.token` or `tokenExistingSecret` of the chart), and restart both.',
      avoid: 'Do not put the token into the manifest as text: read it from the Secret.',
    },
    'cluster-agent-unreachable': {
      title: 'Cluster Agent not reachable from the agent',
      means:
        'At the address that its settings name, the agent gets no answer of a Cluster Agent. It then sends no cluster checks, and lacks the tags and events that come through it. The kubelet is not concerned.',
      happens:
        "No Cluster Agent is ready behind the Service (refused, or silent), cluster DNS does not know the name, or a NetworkPolicy keeps the agent from port 5005. A policy that selects the agent's pods does not match agents in the host's network: their packets come from the node's address.",
      confirm:
        "From the agent's container, without a token; 401 or 403 is the Cluster Agent's own answer:\n\n    kubectl -n NAMESPACE exec POD -c agent -- \\\n      curl -sk -m 4 -o /dev/null -w '%{http_code}' https://HOST:5005/version\n    kubectl -n NAMESPACE get endpointslices,networkpolicies",
      fix: "Get its pods ready first. Then allow TCP 5005 in both directions: egress of the agent, ingress of the Cluster Agent; for agents in the host's network by the addresses of the nodes (`ipBlock`).",
      avoid: 'Do not turn the Cluster Agent off in the node agents only: each of them then asks the apiserver itself.',
    },
  },
  judge(view, say) {
    const fact = view.one('self/cluster-agent');
    if (isPending(fact)) return cannotTell(say('waiting'));
    const way = seen(fact);
    if (!way) return notApplicable(say('none'));
    const { source, fault, endpoint = '', tokenLength, state, said } = way;
    const degrades = { proof: inTheirWords(fact), severity: 'degrades', features: FEATURES } as const;
    if (fault)
      return problem('cluster-agent-address-unset', {
        ...degrades,
        title: fault === 'unset' ? say('unset', { variable: source }) : say('notHttps', { variable: source }),
        evidence: [cite(fact, fault === 'unset' ? say('sawUnset', { variable: source }) : say('sawUrl', { variable: source }))],
        fixes: [...(fault === 'unset' ? [fixBy('agent', 'restart', say('fixRestart'))] : []), fixBy('agent', 'config', say('fixUrl'))],
      });
    if (tokenLength !== undefined && tokenLength < SHORTEST_TOKEN)
      return problem('cluster-agent-token-short', {
        ...degrades,
        title: say('short', { length: tokenLength }),
        evidence: [cite(fact, say('sawLength', { length: tokenLength }))],
        fixes: [fixBy('agent', 'config', say('fixToken'))],
      });
    if (state === 'answers') return pass(fact);
    if (state === 'not-asked') return cannotTell(say('notAsked', { endpoint }));
    if (state === 'other') return cannotTell(say('other', { endpoint, said }));

    const inHostNetwork = seen(view.one('self/place'))?.vantage === 'host-network';
    const pods = fixBy('cluster', 'nothing', say('fixPods'), byHand(LOOK));
    const policy = orBy('cluster', 'config', inHostNetwork ? say('fixHostPolicy') : say('fixPolicy'));
    const evidence = [cite(fact, say('sawWay', { endpoint, source, said }))];
    const about = { severity: 'degrades', features: FEATURES, evidence } as const;
    if (state === 'silent' || state === 'no-route')
      return problem('cluster-agent-unreachable', {
        ...about,
        ...suspected(['network-policy-blocks-egress'], [{ need: 'apiserver/egress-policies', elsewhere: LOOK }]),
        title: say('silent', { endpoint }),
        fixes: [pods, policy],
      });
    const title =
      state === 'no-name' ? say('noName', { endpoint }) : state === 'refused' ? say('refused', { endpoint }) : say('noTls', { endpoint });
    return problem('cluster-agent-unreachable', { ...about, proof: degrades.proof, title, fixes: [pods] });
  },
});

const LOOK = 'kubectl -n NAMESPACE get pods,endpointslices,networkpolicies';
