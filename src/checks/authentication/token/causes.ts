/** What a token can lack, and what to do about it. */
import { MOUNTED_TOKEN } from '../../../kubernetes/service-account.js';
import type { CauseDocs } from '../../../model/check.js';

export const CAUSES = {
  'token-missing': {
    title: 'no token mounted',
    means: 'There is no ServiceAccount token where the agent reads one. Kubelet and apiserver then see a stranger.',
    happens:
      '`automountServiceAccountToken: false` in the pod or its ServiceAccount. An ephemeral container (kubectl debug --target) never gets the mount, whatever the pod has.',
    confirm:
      'The mount, and who turned it off (pod first, then ServiceAccount):\n\n    ls -l /var/run/secrets/kubernetes.io/serviceaccount/\n    kubectl -n NAMESPACE get pod POD \\\n      -o jsonpath={.spec.automountServiceAccountToken}\n    kubectl -n NAMESPACE get serviceaccount NAME -o yaml',
    fix: "Set it to true in the pod template. In an ephemeral container mount the pod's `kube-api-access-…` volume with `--custom`, or read the agent's token below /proc/PID/root.",
    avoid: 'Do not turn anonymous access on, and do not paste a token that never ends into a Secret.',
    explainedBy: ['ephemeral-container-without-token'],
  },
  'token-unreadable': {
    title: 'token file not readable',
    means: 'The file is there and this process may not read it.',
    happens: "The agent runs as another user than the file's owner (mode 0600), or SELinux or AppArmor forbids it.",
    confirm: '`id; ls -lnL FILE` shows who may read it, and who we are.',
    fix: "Set `fsGroup` in the pod's securityContext, or run as the owner of the file. The pods are replaced.",
    avoid: 'Do not copy the token elsewhere: a copy goes stale. Do not run the agent privileged for one file.',
  },
  'token-malformed': {
    title: 'token file holds no token',
    means:
      'Empty, broken over lines, or with characters no header carries. The apiserver reads such a credential as none: 403 as system:anonymous, not 401.',
    happens: 'A template that was not filled in, base64 pasted undecoded or wrapped, `Bearer ` copied along.',
    confirm: '`wc -lc FILE; cut -c1-10 FILE` (a JWT begins with eyJ).',
    fix: 'Write the token anew, on one line.',
    avoid: 'Do not print the token into a log or ticket to look at it: its first characters are enough.',
  },
  'token-expired': {
    title: 'token expired',
    means: 'Its `exp` has passed, and servers refuse it.',
    happens: 'A copy of a token, or a program that read it once and kept it: the kubelet renews only the mounted file.',
    confirm: '`cut -d. -f2 FILE | base64 -d 2>/dev/null | jq .exp`, against `date +%s`.',
    fix: 'Read the mounted file, each time. Recreate the pod if the mount itself is stale: then its kubelet cannot reach the apiserver.',
    avoid: 'Do not make a token that never expires instead, and do not change RBAC: nobody is known yet.',
    explainedBy: ['token-stale-copy'],
  },
  'token-not-yet-valid': {
    title: 'token not valid yet',
    means: "Its `nbf` or `iat` lies ahead of the apiserver's clock.",
    happens: 'Clocks of control-plane nodes differ: one issued it, another checks it.',
    confirm: 'On each control-plane node at the same moment:\n\n    date -u; chronyc tracking || timedatectl',
    fix: 'Synchronise the control-plane clocks.',
    avoid: 'Do not issue it anew: the clock that signs it is the one that is ahead.',
  },
  'token-wrong-audience': {
    title: 'token for another audience',
    means: 'The token names who may accept it (`aud`), and that is not the apiserver. Kubelets ask the apiserver, so they refuse it too.',
    happens: 'A projected volume with an `audience` (vault, sts.amazonaws.com) is read in place of the ordinary mount.',
    confirm: '`cut -d. -f2 FILE | base64 -d 2>/dev/null | jq .aud`',
    fix: `Point the agent at the ordinary mount: \`${MOUNTED_TOKEN}\`. The pods are replaced.`,
    avoid: 'Do not add the foreign audience to `--api-audiences`: tokens meant for others would open the apiserver.',
  },
  'token-foreign': {
    title: 'token of another issuer',
    means: 'Who issued the token does not look like this cluster.',
    happens: 'A Secret or file carried over from another cluster, a cluster that was built anew, a changed `--service-account-issuer`.',
    confirm:
      'The two differ:\n\n    kubectl get --raw /.well-known/openid-configuration | jq .issuer\n    cut -d. -f2 FILE | base64 -d 2>/dev/null | jq .iss',
    fix: 'Use a token of this cluster, from its own ServiceAccount.',
    avoid: "Do not add the other cluster's issuer or keys to the apiserver: every account of it would get in.",
  },
  'token-rejected': {
    title: 'token refused for a reason only the apiserver knows',
    means:
      "A 401, though dates and audience look right. The reason stands in the apiserver's log, and in a TokenReview by who may make one.",
    happens:
      'The pod, Secret or ServiceAccount it is bound to was deleted or made anew (`has been invalidated`), the signing keys were replaced, or it is of another cluster.',
    confirm:
      'Ask the apiserver for its reason (`status.error`), as somebody who may create TokenReviews; the token goes through a file:\n\n    jq -n --rawfile t TOKENFILE \'{kind:"TokenReview",\n      apiVersion:"authentication.k8s.io/v1",\n      spec:{token:($t|rtrimstr("\\n"))}}\' |\n      kubectl create -f - -o jsonpath={.status.error}',
    fix: 'Recreate the pod: it gets a token bound to itself. After a change of signing keys every pod that keeps an old token must be recreated.',
    avoid: 'Never carry tokens out of pods, and do not change RBAC: a 401 comes before any right is looked at.',
    explainedBy: ['token-stale-copy'],
  },
  'token-never-expires': {
    title: 'token without an end',
    means: 'A token from a Secret (`kubernetes/serviceaccount`): it works until the Secret is deleted.',
    happens: 'Made by hand, or by Kubernetes before 1.24.',
    confirm:
      'Each of these is such a token:\n\n    kubectl get secrets -A \\\n      --field-selector type=kubernetes.io/service-account-token',
    fix: 'Use the mounted, bound token; delete the Secret when nothing reads it.',
    avoid: 'Do not delete the Secret before its readers are moved: they get 401 at once.',
  },
  'credential-not-sent': {
    title: 'apiserver sees no credential',
    means: 'The apiserver answers as to system:anonymous, which it does when *no* credential came: a bad one gives 401.',
    happens: 'No kubeconfig user and no token configured; or something between ends TLS and drops the Authorization header.',
    confirm: '`kubectl auth whoami` names the user that the apiserver sees.',
    fix: 'Configure a kubeconfig user, or mount the ServiceAccount token; or find what drops the Authorization header.',
    avoid: 'Never grant rights to system:anonymous: that grants them to everyone who reaches the apiserver.',
    explainedBy: ['host-install-without-credentials'],
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
