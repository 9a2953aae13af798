/** The agent asks the healthy kubelet of another node: each witness of it alone, and all of them. */
import { broken, type Scenario } from '../scenario.js';
import type { World } from '../world.js';

const CAUSE = 'kubelet-host-not-a-node';
const NAMED = { DD_KUBERNETES_KUBELET_NODENAME: '{node}' };
const reads = (...subresources: string[]) => ({ verbs: ['get'], groups: [''], resources: subresources.map((s) => `nodes/${s}`) });

/** DD_KUBERNETES_KUBELET_HOST is the address of n2, on the agent's own node n1. */
const atOther = (agent: World['agent'], more: World = {}): World => ({
  otherNodes: { n2: { ...more.kubelet } },
  ...more,
  agent: { kubeletHost: 'other-node', ...agent },
});

export const WHOSE_KUBELET: Scenario[] = [
  broken('kubelet-of-other-node', 'The agent uses the kubelet of another node, which accepts it', atOther({}), CAUSE),
  broken(
    'kubelet-of-other-node-by-certificate',
    'The agent uses the kubelet of another node; only its certificate shows it',
    atOther({ rights: 'none', credential: 'no-node-claim', env: NAMED }),
    CAUSE,
    { also: ['kubelet-permission-missing'] },
  ),
  broken(
    'kubelet-of-other-node-by-addresses',
    "The agent uses the kubelet of another node; only the Node's addresses show it",
    atOther(
      { rights: [{ verbs: ['get'], groups: [''], resources: ['nodes'] }], credential: 'no-node-claim', env: NAMED },
      { kubelet: { certificate: 'address-only' } },
    ),
    CAUSE,
    { also: ['kubelet-permission-missing'] },
  ),
  broken(
    'kubelet-of-other-node-by-pods',
    'The agent uses the kubelet of another node; only its pod list shows it',
    atOther(
      { rights: [reads('pods', 'healthz', 'metrics')], credential: 'no-node-claim', env: NAMED },
      { kubelet: { certificate: 'address-only' } },
    ),
    CAUSE,
  ),
  broken(
    'kubelet-of-other-node-by-token',
    'All settings name another node; only the token names the right one',
    atOther({ env: { DD_KUBERNETES_KUBELET_NODENAME: 'n2' } }),
    CAUSE,
  ),
];
