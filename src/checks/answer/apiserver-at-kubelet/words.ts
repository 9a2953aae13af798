/** All that `apiserver-at-kubelet` says. */
export const WORDS = {
  forbidden: "The kubelet denies the apiserver's own requests (403)",
  unknown: "The kubelet does not accept the apiserver's credential (401)",
  noTunnel: 'The control plane has no tunnel to the nodes: no agent is connected',
  noServer: 'The apiserver does not reach its own tunnel to the nodes',
  tunnelFails: "The apiserver's tunnel to the node fails with status {code}",
  notAsked: 'the kubelet was not asked through the apiserver',
  sawAnswer: 'through the apiserver: {status} {said}',
  sawUser: 'this session is {user}',
  bind: 'Bind that user to ClusterRole system:kubelet-api-admin',
  renew: 'Renew the certificate that the apiserver shows to kubelets',
  giveCa: 'Give the kubelet the CA that signed it (clientCAFile)',
  runAgents: 'Check that the agents of the tunnel run',
  openTunnel: 'Allow the nodes the port of the tunnel at the control plane',
} as const satisfies Record<string, string>;
