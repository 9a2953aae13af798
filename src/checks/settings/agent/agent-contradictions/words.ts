/** Everything `agent-contradictions` can say. */
import type { Say } from '../../../../model/check.js';

export const WORDS = {
  none: 'no agent configuration can be seen from here',
  oneNode: 'All agents ask one kubelet: {variable}={value}',
  noToken: "The agent's pod mounts no token: automountServiceAccountToken is false",
  shadowed: '{variable} is set twice: "{strong}" wins over "{weak}"',
  toleration: 'Kubernetes has no toleration operator "{operator}"',
  later: '{variable} is set twice: the later one counts',
  httpsOff: 'HTTPS port 0 leaves the agent only the read-only kubelet port',
  oldAks: 'Newer AKS nodes lack the CA file kubeletserver.crt, AKS documents',
  halfPair: 'Without {missing} the agent presents no client certificate',
  unusedCa: 'With DD_KUBELET_TLS_VERIFY=false the agent ignores DD_KUBELET_CLIENT_CA',
  containers: 'The containers {container} and {second} differ in {variable}',
  twoLeaders: 'Two leaders: one agent locks on a {lock}, another on a {other}',
  fargate: 'DD_EKS_FARGATE needs DD_KUBERNETES_KUBELET_NODENAME, which is not set',
  sawAks: '{name} mounts {path} of its node; AKS documents that nodes with serving certificate rotation lack it, and none was asked',
  saw: '{source}: {variable} = "{value}"',
  sawFrom: '{source}: {variable} from {value}',
  sawNoToken: '{name}: automountServiceAccountToken: false, no projected token and no other credential',
  sawContainer: '{variable} = "{value}" in container {container}',
  fixHost: 'Set {variable} from status.hostIP{where}',
  fixToken: 'Mount the ServiceAccount token',
  fixShadowed: 'Keep the right value{where}, and remove the other one',
  fixKey: 'Set {key} of the chart instead of the variable',
  fixToleration: 'Set the operator to Equal or Exists ({at})',
  fixHttps: 'Set DD_KUBERNETES_HTTPS_KUBELET_PORT to 10250{where}',
  fixAks: 'On nodes with rotation remove hostCAPath and host of the kubelet',
  fixPair: 'Set both or neither{where}',
  fixCa: 'Turn verification on{where}: its CA is already set',
  fixContainers: 'Give both containers the same value',
  sawLock: '{name} elects its leader with a {lock}',
  fixLock: 'Set {variable} to one value for all agents',
  fixFargate: 'Set DD_KUBERNETES_KUBELET_NODENAME from spec.nodeName{where}',
} as const;

export type Words = Say<typeof WORDS>;
