/** All that `kubelet-open` says. */
export const WORDS = {
  anonymous: 'The kubelet at {endpoint} allows anonymous access to /pods',
  alwaysAllow: 'The kubelet at {endpoint} allows every authenticated request',
  seemsToAllow: 'The kubelet at {endpoint} allows what the apiserver denies',
  notAsked: 'the kubelet did not answer',
  waiting: 'the kubelet has not answered yet',
  remembers: 'a permission was removed; the kubelet caches decisions for up to 5 minutes',
  sawPods: '{status}: {items} pods, no credential sent',
  anonymousHere: 'The kubelet on this node allows every anonymous request',
  alwaysAllowHere: 'The kubelet on this node allows every authenticated request',
  sawConfig: '{key}: {value} ({origin})',
  sawMode: '/configz: authorization.mode {mode}',
  sawAnswer: '{paths}: {status} as {user}',
  sawDenied: 'apiserver: {user} may not get {denied}',
  close: 'Disable anonymous access, enable webhook authorization',
  authorize: 'Set authorization.mode to Webhook and restart the kubelet',
} as const satisfies Record<string, string>;
