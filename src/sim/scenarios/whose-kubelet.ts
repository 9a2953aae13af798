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
  broken('kubelet-of-other-node', 'The agent asks the kubelet of another node, which lets it in', atOther({}), CAUSE),
  broken(
    'kubelet-of-other-node-by-certificate',
    'The agent asks the kubelet of another node; its certificate alone shows it',
    atOther({ rights: 'none', credential: 'no-node-claim', env: NAMED }),
    CAUSE,
    { also: ['kubelet-permission-missing'] },
  ),
  broken(
    'kubelet-of-other-node-by-addresses',
    "The agent asks the kubelet of another node; the Node's addresses alone show it",
    atOther(
      { rights: [{ verbs: ['get'], groups: [''], resources: ['nodes'] }], credential: 'no-node-claim', env: NAMED },
      { kubelet: { certificate: 'address-only' } },
    ),
    CAUSE,
    { also: ['kubelet-permission-missing'] },
  ),
  broken(
    'kubelet-of-other-node-by-pods',
    'The agent asks the kubelet of another node; the pods that it lists alone show it',
    atOther(
      { rights: [reads('pods', 'healthz', 'metrics')], credential: 'no-node-claim', env: NAMED },
      { kubelet: { certificate: 'address-only' } },
    ),
    CAUSE,
  ),
  broken(
    'kubelet-of-other-node-by-token',
    'Every setting of the agent names another node; the token alone names its own',
    atOther({ env: { DD_KUBERNETES_KUBELET_NODENAME: 'n2' } }),
    CAUSE,
  ),
];
