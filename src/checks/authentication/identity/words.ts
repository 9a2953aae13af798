/** All that `identity` says. */
export const WORDS = {
  debugPod: 'Rights not judged: this token belongs to {user}, not to the agent',
  debugPodReached: 'Kubelet reachable; rights not judged: this token belongs to {user}, not to the agent',
  debugPodUnasked:
    'Kubelet not asked, for no address of it is known here; rights not judged: this token belongs to {user}, not to the agent',
  otherUser: 'The apiserver takes us for {user}, but the credential is that of {expected}',
  otherPod: 'The token was made for pod {expected}, but the apiserver reports pod {pod}',
  otherNode: 'The token belongs to a pod on node {node}, but the settings say node {expected} ({source})',
  mayNotImpersonate: 'The apiserver does not let us ask in the name of {user} ({source}): our own user may not impersonate it',
  sawRefusal: 'SelfSubjectReview as {user}: 403',
  fixWithout: 'Ask as yourself: leave --as out, or take `as` out of the kubeconfig user',
  fixGrant: 'Or have an administrator grant `impersonate` on exactly this subject; whoever may impersonate holds its rights',
  nobody: 'the apiserver does not know us',
  notReviewed: 'the apiserver was not asked who we are',
  sawReview: 'SelfSubjectReview: {user}',
  sawBound: 'SelfSubjectReview: {user}, pod {pod} on node {node}',
  sawCredential: '{source}: {expected}',
  nameAgents: "Name the agent's ServiceAccount",
  beAgent: 'Or be the agent, where its processes are in sight and may be read: as root, in a debug pod of profile sysadmin',
  useAgents: "Or run it with a token of the agent's ServiceAccount (or in the agent's pod: kubectl exec)",
  useOwn: "Use the credential that is meant: the pod's own mounted token, no impersonation and no rewriting proxy on the way",
  ownToken: 'Use the token mounted in this pod, not a copy from another one, and set the node name from spec.nodeName',
} as const satisfies Record<string, string>;
