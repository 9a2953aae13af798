/** What can be wrong with whom the apiserver takes us for, and what to do about it. */
import type { CauseDocs } from '../../../model/check.js';

export const CAUSES = {
  'identity-unexpected': {
    title: 'unexpected identity',
    means:
      'The apiserver identifies us as a different user than the token names, or as a pod on a different node than the settings name. Permissions are then those of that user.',
    happens:
      'A token was copied from another pod, the token path points at another mount, the kubeconfig impersonates (`as:`), or an authenticating proxy sends its own identity.',
    confirm: 'Compare `kubectl auth whoami` with the `sub` and `kubernetes.io` claims of the same token.',
    fix: "Mount the pod's own token and read it from there, and set the node name from spec.nodeName. A copied token stops working when its pod is gone.",
    avoid: "Do not grant the agent's permissions to the reported identity: the credential is wrong.",
  },
  'impersonation-forbidden': {
    title: 'impersonation forbidden',
    means:
      'Every request to the apiserver was made as another user (`--as`, or `as` of the kubeconfig user), and the apiserver refused that before it looked at the request. The permissions of that user are unknown.',
    happens:
      'The kubeconfig was copied from an administrator who may impersonate, the groups in `as-groups` need their own permission, or the role that allows it misspells the name.',
    confirm: '`kubectl auth can-i impersonate users/NAME` (or `serviceaccounts/NAME -n NAMESPACE`) without `--as`.',
    fix: 'Run without `--as` and name the agent with `--service-account`: a SubjectAccessReview needs no impersonation. Or grant `impersonate` on this subject as cluster admin: it gives all permissions of the subject.',
    avoid: 'Do not grant `impersonate` on all users: it is equivalent to cluster-admin.',
  },
  'debug-pod-foreign-identity': {
    title: "debug pod without the agent's identity",
    means:
      "A pod of `kubectl debug` runs as ServiceAccount `default` of kubectl's current namespace. What this account may read says nothing about the agent.",
    happens: '`kubectl debug node/NODE` has no option for a ServiceAccount and mounts the default one.',
    confirm:
      'In the debug pod, kubectl uses the mounted token. This prints system:serviceaccount:NAMESPACE:default:\n\n    kubectl auth whoami',
    fix: "Name the agent's account with `--service-account NAMESPACE/NAME`: its permissions are checked, or the commands that check them are printed. Or run as the agent: `--agent-process auto` if its processes are visible and readable, or `--token-file` with a token of its account (`kubectl -n NAMESPACE create token NAME`). Or run it in the agent's pod with `kubectl exec`.",
    avoid: "Never grant the agent's permissions to `default`: every pod of the namespace without its own account has them then.",
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
