/** What a token can lack, and what to do about it. */
import { MOUNTED_TOKEN } from '../../../kubernetes/service-account.js';
import type { CauseDocs } from '../../../model/check.js';

export const CAUSES = {
  'token-missing': {
    title: 'missing ServiceAccount token',
    means: 'No ServiceAccount token exists where the agent reads it. To the kubelet and the apiserver, the agent is then anonymous.',
    happens:
      '`automountServiceAccountToken: false` is set in the pod or in its ServiceAccount. An ephemeral container (kubectl debug --target) does not get the mount by itself, even if the pod has it.',
    confirm:
      'Check the mount, then where it is turned off (pod first, then ServiceAccount):\n\n    ls -l /var/run/secrets/kubernetes.io/serviceaccount/\n    kubectl -n NAMESPACE get pod POD \\\n      -o jsonpath={.spec.automountServiceAccountToken}\n    kubectl -n NAMESPACE get serviceaccount NAME -o yaml',
    fix: "Set it to true in the pod template, which overrides the ServiceAccount. In an ephemeral container, mount the pod's `kube-api-access-…` volume with `--custom`, or read the agent's token below /proc/PID/root.",
    avoid: 'Do not enable anonymous access, and do not put a token that never expires into a Secret.',
    explainedBy: ['ephemeral-container-without-token'],
  },
  'token-unreadable': {
    title: 'unreadable token file',
    means: 'The file exists, but this process cannot read it.',
    happens:
      "The agent runs as a different user than the file's owner (mode 0600), SELinux or AppArmor denies it, or a wrong mount put a directory there.",
    confirm: '`id; ls -lnL FILE` shows who may read it, and the current user.',
    fix: "Set `fsGroup` in the pod's securityContext, or run as the owner of the file. If it is a directory, correct the volume mount. The pods are replaced.",
    avoid: 'Do not copy the token elsewhere: a copy becomes stale. Do not run the agent privileged for one file.',
  },
  'token-malformed': {
    title: 'malformed token file',
    // Kubernetes 1.36 and 1.37 k8s.io/apiserver pkg/authentication/request/bearertoken; Go net/http: invalid header field value.
    means:
      'The file is empty, broken over several lines, or is no token. An empty one counts as no credential: 403 as system:anonymous. Any other text is answered with 401. One with line breaks within or other characters that no HTTP header can carry is not sent at all.',
    happens: 'A template was not filled in, base64 was pasted without decoding or with line breaks, or `Bearer ` was copied with it.',
    confirm: '`wc -lc FILE; cut -c1-10 FILE` (a JWT begins with eyJ).',
    fix: 'Write the token again, on one line.',
    avoid: 'Do not print the token into a log or ticket: its first characters are enough.',
  },
  'token-expired': {
    title: 'expired token',
    means: 'Its `exp` has passed, and servers refuse it.',
    happens: 'It is a copy of a token, or a program read the token once and kept it: the kubelet renews only the mounted file.',
    confirm: '`cut -d. -f2 FILE | base64 -d 2>/dev/null | jq .exp`, compared with `date +%s`.',
    fix: 'Read the mounted file each time. If the mounted file itself is stale, recreate the pod: its kubelet cannot reach the apiserver.',
    avoid:
      'Do not create a token that never expires instead, and do not change RBAC: authentication fails before any permission is checked.',
    explainedBy: ['token-stale-copy'],
  },
  'token-not-yet-valid': {
    title: 'token not yet valid',
    means: "Its `nbf` or `iat` is later than the apiserver's clock.",
    happens: 'The clocks of the control-plane nodes differ: one issued the token, another checks it.',
    confirm: 'On each control-plane node at the same moment:\n\n    date -u; chronyc tracking || timedatectl',
    fix: 'Synchronise the clocks of the control plane.',
    avoid: 'Do not just issue a new token: the clock of its issuer is the one that is ahead.',
  },
  'token-wrong-audience': {
    title: 'token for another audience',
    means:
      'The token names who may accept it (`aud`), and that is not the apiserver. Kubelets ask the apiserver, so they refuse it as well.',
    happens: 'The agent reads a projected volume with an `audience` (vault, sts.amazonaws.com) instead of the default mount.',
    confirm: '`cut -d. -f2 FILE | base64 -d 2>/dev/null | jq .aud`',
    fix: `Point the agent at the default mount: \`${MOUNTED_TOKEN}\`. A projected token must have no \`audience\`. The pods are replaced.`,
    avoid: 'Do not add the audience to `--api-audiences`: tokens for other services would then open the apiserver.',
  },
  'token-foreign': {
    title: 'token of another issuer',
    means: 'The issuer of the token does not look like this cluster.',
    happens: 'A Secret or file was copied from another cluster, the cluster was rebuilt, or `--service-account-issuer` was changed.',
    confirm:
      'The two commands print different issuers:\n\n    kubectl get --raw /.well-known/openid-configuration | jq .issuer\n    cut -d. -f2 FILE | base64 -d 2>/dev/null | jq .iss',
    fix: 'Use a token of a ServiceAccount in this cluster.',
    avoid: "Do not add the other cluster's issuer or keys to the apiserver: every account of that cluster would get in.",
  },
  'token-rejected': {
    title: 'token refused by the apiserver',
    means:
      "The apiserver answers 401, although dates and audience look right. The reason is in the apiserver's log, and in a TokenReview by an account that may create one.",
    happens:
      'The pod, Secret or ServiceAccount it is bound to was deleted or recreated (`has been invalidated`), the signing keys were replaced, or it is from another cluster.',
    confirm:
      'Ask the apiserver for its reason (`status.error`), with an account that may create TokenReviews; the token is passed through a file:\n\n    jq -n --rawfile t TOKENFILE \'{kind:"TokenReview",\n      apiVersion:"authentication.k8s.io/v1",\n      spec:{token:($t|rtrimstr("\\n"))}}\' |\n      kubectl create -f - -o jsonpath={.status.error}',
    fix: 'Recreate the pod: it gets a token bound to itself. After a change of signing keys, recreate every pod that keeps an old token.',
    avoid: 'Never copy tokens out of pods, and do not change RBAC: authentication fails before any permission is checked.',
    explainedBy: ['token-stale-copy'],
  },
  // Kubernetes 1.31 to 1.37 pkg/serviceaccount/jwt.go AuthenticateToken: each apiserver verifies by its own --service-account-key-file; not tried with two.
  'apiserver-keys-differ': {
    title: 'apiservers with different signing keys',
    means:
      'On one run the apiserver identifies us by the token, and refuses the same token with 401, while the token is in time. Behind one address there are several apiservers, and one of them does not verify what another signed. A token that was revoked in that moment looks the same.',
    happens:
      '`sa.key` and `sa.pub` were not copied to a new control-plane node, or a change of keys reached only some of the apiservers (`--service-account-key-file`, `--service-account-issuer`).',
    confirm:
      'Each apiserver (`--server`) prints the ids of its keys; they must be the same:\n\n    kubectl get --raw /openid/v1/jwks | jq -r ".keys[].kid"',
    fix: 'Give every apiserver the same `--service-account-key-file`, with the old and the new public key during a change, and the same issuer; then restart the apiservers, one after another.',
    avoid: 'Do not recreate pods or tokens: the new token is refused by the other apiserver.',
  },
  'token-never-expires': {
    title: 'token that never expires',
    means: 'It is a token from a Secret (issuer `kubernetes/serviceaccount`): it works until the Secret is deleted.',
    happens: 'Someone created the Secret, or Kubernetes before 1.24 did.',
    confirm:
      'This lists all such tokens:\n\n    kubectl get secrets -A \\\n      --field-selector type=kubernetes.io/service-account-token',
    fix: 'Use the mounted, bound token (or `kubectl create token`); delete the Secret when nothing reads it.',
    avoid: 'Do not delete the Secret while something still reads it: it gets 401 at once.',
  },
  'credential-not-sent': {
    title: 'no credential at the apiserver',
    means: 'The apiserver answers as to system:anonymous, which means that *no* credential arrived: a bad one gets 401.',
    happens:
      'No kubeconfig user and no token is configured, or a proxy or load balancer terminates TLS and drops the Authorization header.',
    confirm: '`kubectl auth whoami` names the user that the apiserver sees.',
    fix: 'Configure a kubeconfig user, or mount the ServiceAccount token; or find what drops the Authorization header.',
    avoid: 'Never grant permissions to system:anonymous: that grants them to everyone who reaches the apiserver.',
    explainedBy: ['host-install-without-credentials'],
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
