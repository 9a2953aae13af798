/** All that `kubelet-forbidden` says. */
export const WORDS = {
  refuses: 'The kubelet refuses GET {paths}: {user} may not get {rights}',
  refusesAll: 'The kubelet refuses every path: {user} may not get {rights}',
  wouldRefuse: 'By the word of the apiserver {user} may not get {rights}: the kubelet would refuse {paths}',
  wouldRefuseAll: 'By the word of the apiserver {user} may not get {rights}: the kubelet would refuse every path',
  tooNew: 'This kubelet ({version}) asks for nodes/proxy on {paths}: {user} has only the rights that newer kubelets know',
  askAgain: 'Nothing but time: ask again until the kubelet has forgotten',
  cached: '{user} has the right; the kubelet still remembers its refusal of {paths} (up to 30 s)',
  notNeeded: 'by its profile ({profile}) it does not read the paths of the node Agent',
  anyone: 'the kubelet gives its data to anyone: no right is needed',
  byApiserver: 'by the word of the apiserver, where the kubelet was not asked',
  foreign: 'rights not judged: these would be the ones of {user}, not of the agent',
  notOurs: 'the 403 does not come from a kubelet',
  waiting: 'the kubelet has not answered yet',
  notAsked: 'neither the kubelet nor the apiserver has said what the agent may read',
  notOursToAsk: 'rights not judged: we may not ask about {user}, neither by SubjectAccessReview nor in its name',
  sawRefusal: '{status} {body}',
  sawDenied: 'access review as {user}: get nodes/{subresource} denied',
  sawAllowed: 'access review as {user}: get nodes/{subresource} allowed',
  grant: 'Grant {user} get on {rights}: apply this, then run again with --wait',
  grantProxy:
    'Grant {user} get on {rights}: apply this, then run again with --wait (nodes/proxy allows exec, too: from 1.33 on kubelets know nodes/pods, nodes/healthz and nodes/configz instead)',
  grantGuessed:
    'Grant {user} get on {rights}: apply this, then run again with --wait (the version of the kubelet is not known: one before 1.33 would still ask for nodes/proxy, and say so)',
  grantUnnamed: 'Bind a ClusterRole with get on {rights} to the identity that the agent uses, then run again with --wait',
  askApiserver: 'Or let the agent take its pod list from the apiserver (Agent 7.65 or later; needs get and list on pods)',
  upgrade: 'Or upgrade this kubelet to 1.33 or later: it knows the rights that are granted already',
} as const satisfies Record<string, string>;
