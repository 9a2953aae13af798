/** What can be wrong with whom the apiserver takes us for, and what to do about it. */
import type { CauseDocs } from '../../../model/check.js';

export const CAUSES = {
  'identity-unexpected': {
    title: 'unexpected identity',
    means:
      'The apiserver knows us, but as somebody else than the token says, or as a pod on another node than the settings say. Every right is then judged for that one.',
    happens:
      'A token copied out of another pod, a token file path that points at another mount, impersonation in the kubeconfig (`as:`), an authenticating proxy that puts its own identity in.',
    confirm: '`kubectl auth whoami` with the same credential, beside the `sub` and `kubernetes.io` claims of the token.',
    fix: "Mount the pod's own token and read it from there; a copied token also stops working when its pod is gone.",
    avoid: "Do not grant the agent's rights to the identity that was seen: the credential is the fault.",
  },
  'impersonation-forbidden': {
    title: 'impersonation forbidden',
    means:
      'Every request to the apiserver was made in the name of somebody else (`--as`, or `as` of the kubeconfig user), and the apiserver refused that before it looked at the request. Nothing is known of what that user may do.',
    happens:
      'The kubeconfig was copied from an administrator who may impersonate; the groups of `as-groups` need a right of their own; or the name is misspelt in the role that allows it.',
    confirm: '`kubectl auth can-i impersonate users/NAME` (or `serviceaccounts/NAME -n NAMESPACE`) as yourself, without `--as`.',
    fix: 'Ask as yourself and name the agent with `--service-account`: a SubjectAccessReview then answers without impersonation.',
    avoid: 'Do not grant `impersonate` on all users: it is cluster-admin by another name.',
  },
  'debug-pod-foreign-identity': {
    title: "debug pod without the agent's identity",
    means:
      "A pod of `kubectl debug` runs as ServiceAccount `default` of kubectl's current namespace. What that one may read says nothing of what the agent may.",
    happens: '`kubectl debug node/NODE` has no option for a ServiceAccount and mounts the default one.',
    confirm:
      'In the debug pod, where kubectl takes the mounted token by itself. It names system:serviceaccount:NAMESPACE:default:\n\n    kubectl auth whoami',
    fix: "Name the agent's account with `--service-account NAMESPACE/NAME`: its rights are asked about, or the commands are printed that ask. Or be the agent: `--agent-process auto` where its processes are in sight, or a token of its account (`kubectl -n NAMESPACE create token NAME`) with `--token-file`.",
    avoid: "Never grant the agent's rights to `default`: every pod of the namespace without its own account has them then.",
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
