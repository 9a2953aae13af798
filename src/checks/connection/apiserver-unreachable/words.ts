/** Everything `apiserver-unreachable` can say. */
import type { Say } from '../../../model/check.js';

export const WORDS = {
  noEnvironment:
    'No apiserver address: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not usable in this process, and there is no kubeconfig',
  noAddress: 'No apiserver address: neither a kubeconfig nor --apiserver names one',
  silent: 'The apiserver does not answer at {endpoint}: no connection in {ms} ms',
  refused: 'The apiserver refuses connections at {endpoint}: nothing listens there, or a rule rejects it',
  noRoute: 'No route from here to the apiserver at {endpoint} ({code})',
  nobodyThere: 'Nobody has the address {host}: the apiserver address {endpoint} is wrong, or its machine is gone',
  rejected: 'A router or firewall rejects the way to the apiserver at {endpoint} ({code} after {ms} ms)',
  reset: 'The connection to the apiserver at {endpoint} is reset: something on the way cuts it off',
  silentTls: 'The apiserver at {endpoint} accepts the connection but never answers the TLS handshake ({ms} ms)',
  notTls: "What listens at {endpoint} does not speak TLS, so it is not the apiserver's secure port",
  tlsFails: 'The TLS handshake with the apiserver at {endpoint} fails: {code}',
  proxyFails: 'The proxy {proxy} on the way to the apiserver at {endpoint} fails: {code}',
  serviceBroken:
    'The service address {service} fails but the apiserver itself answers at {endpoint}: service routing on this node is broken',
  notTried: 'no connection to the apiserver was tried from here',
  waiting: 'still waiting for {endpoint}; asking the other ways in meanwhile',
  otherFails: 'it answers; of its addresses these do not: {failing}',
  sawPlace: 'place {place}, service environment {environment}, no candidate',
  sawTries: 'TCP: {tries}',
  sawTls: 'TCP connects, TLS {code}: {detail}',
  wayWorks: '{endpoint} answers, with a certificate that verifies',
  wayUnverified: '{endpoint} answers, with a certificate that does not verify ({code})',
  wayFails: '{endpoint} fails as well: {code}',
  kubeletAnswers: "the kubelet at {endpoint} answers from here: this machine's own network is fine",
  fixName: 'Give this process the variables every container of a pod gets; this name is in every apiserver certificate',
  fixRecreate: "Start the process with the container's own environment (not through env -i, sudo or cron), or recreate the pod",
  fixKubeconfig: 'Say where the apiserver is: --kubeconfig FILE, or --apiserver URL with --apiserver-ca FILE',
  fixPath: 'Open TCP {port} from here to {host}: NetworkPolicy egress, security group, firewall',
  fixLog: 'On the control-plane node see whether the apiserver runs, and read its own log first',
  fixAlive: 'See from a machine that reaches it whether the apiserver is alive, and at which addresses of its own',
  fixAddress: 'Check the address: it comes from {source}',
  fixOther: 'Use the way in that works',
  fixProxy: "Repair the proxy, or take the apiserver's address out of its way (NO_PROXY)",
  fixRoute: 'Add the missing route, or correct the subnet: see which way the node would send it',
  fixMiddle:
    'Look for what stands between: a load balancer without a healthy backend, a mesh sidecar, an egress policy; a handshake that only stalls is often path MTU',
  fixLookRouting: 'On this node look at kube-proxy, or at the CNI agent that replaces it: its log says why the rules are missing',
  fixRestartRouting: 'Restart kube-proxy on this node; it writes its rules anew',
  fixBypass: "Until then, dial the apiserver's own address",
} as const;

export type Words = Say<typeof WORDS>;
