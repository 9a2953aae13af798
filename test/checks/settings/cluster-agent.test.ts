import { clusterAgent } from '../../../src/checks/settings/agent/cluster-agent.js';
import type { AnyFact, ClusterAgentWay } from '../../../src/model/facts.js';
import { fact, inPod, pending } from '../facts.js';
import { judgeTable } from '../table.js';

const way = (change: Partial<ClusterAgentWay>): AnyFact =>
  fact('self/cluster-agent', { source: 'DD_CLUSTER_AGENT_URL', endpoint: '10.96.0.9:5005', state: 'answers', said: '403', ...change });
const inPodNetwork = inPod({ vantage: 'pod-network' });
const inNodes = inPod({ vantage: 'host-network' });
const degrades = { severity: 'degrades', certainty: 'proven' } as const;
const gone = { endpoint: undefined, state: 'not-asked', said: '' } as const;

judgeTable(clusterAgent, [
  { row: 'the settings name none', facts: [inPodNetwork], expect: 'not-applicable' },
  { row: 'it has not answered yet', facts: [inPodNetwork, pending('self/cluster-agent', '')], expect: 'cannot-tell' },
  { row: 'it refuses us, who show no token', facts: [inPodNetwork, way({ tokenLength: 32 })], expect: 'pass' },
  {
    row: 'its variables are not there',
    facts: [inPodNetwork, way({ ...gone, source: 'DD_CA_SERVICE_HOST', fault: 'unset' })],
    expect: { cause: 'cluster-agent-address-unset', ...degrades },
    witnesses: ['self/cluster-agent'],
    says: /DD_CA_SERVICE_HOST is not set.*Restart the pod/,
  },
  {
    row: 'a URL that is none of https',
    facts: [inPodNetwork, way({ ...gone, fault: 'not-https' })],
    expect: { cause: 'cluster-agent-address-unset', ...degrades },
    witnesses: ['self/cluster-agent'],
    says: /not an https URL/,
    neverSays: /Restart the pod/,
  },
  {
    row: 'a token that is too short, whatever answers',
    facts: [inPodNetwork, way({ tokenLength: 31, state: 'refused' })],
    expect: { cause: 'cluster-agent-token-short', ...degrades },
    witnesses: ['self/cluster-agent'],
    says: /has 31 characters/,
  },
  ...(['refused', 'no-tls', 'no-name'] as const).map((state) => ({
    row: `its address: ${state}`,
    facts: [inPodNetwork, way({ state, said: 'CODE' })],
    expect: { cause: 'cluster-agent-unreachable', ...degrades },
    witnesses: ['self/cluster-agent' as const],
    says: /10\.96\.0\.9:5005 \(DD_CLUSTER_AGENT_URL\): CODE/,
  })),
  {
    row: 'silence in a pod network: its pods, or a policy',
    facts: [inPodNetwork, way({ state: 'silent', said: 'ETIMEDOUT' })],
    expect: { cause: 'cluster-agent-unreachable', severity: 'degrades', certainty: 'suspected' },
    says: /in the NetworkPolicies/,
  },
  {
    row: "silence in the host's network: no policy for pods matches",
    facts: [inNodes, way({ state: 'no-route', said: 'EHOSTUNREACH' })],
    expect: { cause: 'cluster-agent-unreachable', certainty: 'suspected' },
    says: /from the nodes: the host network has no pod address/,
  },
  { row: 'another server', facts: [inPodNetwork, way({ state: 'other', said: '404' })], expect: 'cannot-tell' },
  { row: 'an address that is never dialled', facts: [inPodNetwork, way({ state: 'not-asked' })], expect: 'cannot-tell' },
]);
