/** Everything `agent-contradictions` can say. */
import type { Say } from '../../../../model/check.js';

export const WORDS = {
  none: 'no configuration of an agent is in sight',
  oneNode: '{name} has {variable} = {value} for every pod: the agents of all nodes ask the kubelet of this one',
  noToken: '{name} mounts no token of its ServiceAccount (automountServiceAccountToken: false), and no other credential is set',
  shadowed: '{variable} is "{strong}" ({strongSource}) and "{weak}" ({weakSource}): only the first counts',
  halfPair: '{set} is set without {missing}: the agent presents no client certificate',
  unusedCa: 'DD_KUBELET_CLIENT_CA names a CA ({source}), and DD_KUBELET_TLS_VERIFY=false keeps the agent from using it',
  containers:
    '{variable} is "{own}" in container {container} and "{other}" in {second}: one of them does not reach the kubelet as the other does',
  fargate: 'DD_EKS_FARGATE is on without DD_KUBERNETES_KUBELET_NODENAME: the agent has no node to ask the apiserver about',
  saw: '{source}: {variable} = "{value}"',
  sawFrom: '{source}: {variable} from {value}',
  sawNoToken: '{name}: automountServiceAccountToken: false, and no projected token',
  fixHost: "Take {variable} from the downward API{where}: it is the node's own address on every node",
  fixToken: 'Let the token be mounted',
  fixShadowed: 'Say it once: keep the value that is meant{where}, and take the other one ({weakSource}) away',
  fixPair: 'Set both, or neither{where}',
  fixCa: 'Turn verification on{where}: the CA for it is there',
  fixContainers: 'Give both containers the same value',
  fixFargate: 'Take DD_KUBERNETES_KUBELET_NODENAME from spec.nodeName{where}',
} as const;

export type Words = Say<typeof WORDS>;
