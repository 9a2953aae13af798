/** Faults whose remedy depends on who built the node. */
import { broken, type Scenario } from '../scenario.js';
import type { World } from '../world.js';

/** n1 with these labels. */
const labelled = (labels: Record<string, string>): Pick<World, 'placement'> => ({ placement: { nodes: { n1: { labels } } } });
const AKS = labelled({ 'kubernetes.azure.com/cluster': 'MC_group', 'kubernetes.azure.com/mode': 'system' });
const K3S = labelled({ 'node.kubernetes.io/instance-type': 'k3s' });
const GKE = labelled({ 'cloud.google.com/gke-nodepool': 'pool-1' });

export const PLATFORM_SCENARIOS: Scenario[] = [
  broken(
    'aks-self-signed-certificate',
    "The kubelet's certificate is self-signed, on AKS",
    { ...AKS, kubelet: { certificate: 'self-signed' }, agent: { rights: 'all' } },
    'kubelet-certificate-self-signed',
  ),
  broken(
    'aks-self-signed-leaf',
    'On AKS the kubelet serves a leaf that signs itself and names the node alone',
    {
      placement: { nodes: { 'aks-pool-1': { labels: { 'kubernetes.azure.com/cluster': 'MC_group' } } } },
      names: { node: 'aks-pool-1' },
      kubelet: { certificate: 'own-leaf' },
      agent: { rights: 'all' },
    },
    'kubelet-certificate-self-signed',
    { never: ['kubelet-host-not-a-node'] },
  ),
  broken(
    'k3s-address-not-in-certificate',
    'The kubelet of k3s is dialled by an address that its certificate lacks',
    { ...K3S, kubelet: { certificate: 'wrong-name' }, agent: { rights: 'all' } },
    'kubelet-certificate-name-mismatch',
  ),
  broken(
    'fargate-setting-missing',
    'A sidecar on EKS Fargate dials the node, which no pod there reaches',
    {
      ...labelled({ 'eks.amazonaws.com/compute-type': 'fargate' }),
      kubelet: { listen: 'silent', seenByApiserver: 'answers' },
      agent: { rights: 'all' },
    },
    'fargate-setting-missing',
  ),
  broken(
    'node-without-kubelet',
    'The agent tolerates every taint, and runs on a virtual node of AKS',
    {
      placement: {
        nodes: { n1: { labels: { type: 'virtual-kubelet' }, taints: ['virtual-kubelet.io/provider=azure:NoSchedule'] } },
      },
      kubelet: { listen: 'silent', seenByApiserver: 'timeout' },
      agent: { rights: 'all' },
    },
    'node-without-kubelet',
  ),
  broken(
    'fake-node-without-kubelet',
    'A fake node of vCluster, whose proxy for kubelets is off',
    {
      ...labelled({ 'vcluster.loft.sh/fake-node': 'true' }),
      kubelet: { listen: 'closed', seenByApiserver: 'refused' },
      agent: { rights: 'all' },
    },
    'node-without-kubelet',
  ),
  broken(
    'gke-without-node-proxy',
    'The agent may not get nodes/proxy, on GKE',
    {
      ...GKE,
      kubelet: { version: '1.32' },
      agent: { rights: [[{ verbs: ['get'], groups: [''], resources: ['nodes/metrics', 'nodes/stats', 'nodes/spec'] }], 'reads'] },
    },
    'kubelet-permission-missing',
  ),
];
