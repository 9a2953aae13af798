/** All that `kubelet-open` says. */
export const WORDS = {
  anonymous: 'The kubelet at {endpoint} gives its pod list to anyone, without any credential',
  alwaysAllow: 'The kubelet at {endpoint} authorizes nobody: whoever is authenticated may do everything (AlwaysAllow)',
  seemsToAllow: 'The kubelet at {endpoint} lets {user} read {paths}, which the apiserver denies',
  notAsked: 'the kubelet did not answer',
  waiting: 'the kubelet has not answered yet',
  remembers: 'a right was taken away; the kubelet remembers its old decision for up to 5 minutes',
  sawPods: '{status}: {items} pods, no credential sent',
  anonymousHere: 'The kubelet of this node gives everything to anyone: anonymous access is on and authorization is AlwaysAllow ({origin})',
  alwaysAllowHere: 'The kubelet of this node authorizes nobody: whoever is authenticated may do everything ({origin})',
  sawConfig: '{key}: {value} ({origin})',
  sawMode: '/configz: authorization.mode {mode}',
  sawAnswer: '{status} as {user}',
  sawDenied: 'apiserver: {user} may not get {denied}',
  close:
    'Close it on the node: anonymous off, webhook authentication and authorization on, then restart. From then on the agent needs rights of its own',
  authorize: 'Let the kubelet ask the apiserver who may do what, then restart it. From then on the agent needs rights of its own',
} as const satisfies Record<string, string>;
