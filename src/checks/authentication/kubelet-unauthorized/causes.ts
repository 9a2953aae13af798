/** Why a kubelet does not believe a credential, and what to do about it. */
import type { CauseDocs } from '../../../model/check.js';
import { KUBELET_KUBECONFIG, KUBELET_SETTINGS } from '../../shared/distributions.js';

export const CAUSES = {
  'kubelet-cuts-credential': {
    title: 'kubelet connection cut when a credential is sent',
    means:
      'The kubelet answers a request without a credential. Each request with the credential ends with a reset connection and no answer.',
    happens:
      'A firewall or proxy that inspects TLS drops requests with an Authorization header, or limits the size of headers (tokens are long).',
    confirm:
      'Through the apiserver, which asks the kubelet from elsewhere, it answers:\n\n    kubectl get --raw /api/v1/nodes/NODE/proxy/healthz',
    fix: 'Exclude the node addresses from the inspection, or raise the header limit (8 KiB and more) of what is in between.',
    avoid: 'Do not issue another token: the kubelet has not seen this one.',
    explainedBy: ['proxy-captures-kubelet'],
  },
  'kubelet-token-authentication-off': {
    title: 'kubelet webhook authentication off',
    means:
      'The kubelet answers 401 at once to a token that the apiserver accepts, although it can reach the apiserver. Without webhook authentication, a kubelet accepts client certificates only.',
    happens:
      '`authentication.webhook.enabled` is false, or the kubelet runs with flags and without `--authentication-token-webhook` (off by default; old kops clusters, kubernetes/kops#5176).',
    distributions: {
      kubeadm: 'on by default.',
      microk8s: 'set the flags in `/var/snap/microk8s/current/args/kubelet`, then `snap restart microk8s.daemon-kubelite`.',
      k3s: 'on by default; look for a `kubelet-arg` in `/etc/rancher/k3s/config.yaml`.',
      OpenShift: 'on by default; `/etc/kubernetes/kubelet.conf` is generated.',
      Talos: 'on by default; look at `machine.kubelet.extraConfig`.',
    },
    confirm:
      'The first command, on the node, prints nothing while the agent gets 401. The second shows `"webhook":{"enabled":false}`. The third shows a Lease younger than 10 s, so the kubelet reaches its apiserver:\n\n    journalctl -u kubelet | grep "Unable to authenticate"\n    kubectl get --raw /api/v1/nodes/NODE/proxy/configz\n    kubectl -n kube-node-lease get lease NODE -o yaml',
    fix: "Set this in the kubelet's configuration and restart the kubelet (containers keep running). For a kubelet that runs with flags: `--authentication-token-webhook --authorization-mode=Webhook`.\n\n    authentication: {webhook: {enabled: true}}\n    authorization: {mode: Webhook}",
    avoid:
      'Do not enable anonymous access instead: it opens the pod list to everyone on the network. Do not change RBAC: authentication fails before any permission is checked. Do not turn authorization on before the client user of the apiserver is bound to `system:kubelet-api-admin`: `kubectl logs` and `exec` would stop.',
  },
  'kubelet-ignores-token': {
    title: 'token ignored by the kubelet',
    means:
      'A token was sent, and the 403 names system:anonymous: the kubelet did not check the token. Webhook authentication is off and anonymous access is on.',
    happens: 'Both are the defaults of a kubelet that runs with flags and without a configuration file.',
    distributions: KUBELET_SETTINGS,
    confirm: 'A request without a credential gets the same 403, which names system:anonymous:\n\n    curl -sk https://NODE:10250/pods',
    fix: "Set this in the kubelet's configuration, then restart the kubelet:\n\n    authentication: {webhook: {enabled: true}, anonymous: {enabled: false}}\n    authorization: {mode: Webhook}",
    avoid: 'Never grant permissions to system:anonymous to remove the 403: that grants them to everyone.',
    explainedBy: ['token-missing', 'token-unreadable', 'token-malformed'],
  },
  'kubelet-cannot-reach-apiserver': {
    title: 'apiserver not reachable from the kubelet',
    means:
      'A kubelet asks the apiserver about each token and each permission. Without an answer, it replies 401 to every token, good or bad, and 500 `Authorization error` to client certificates. The agent and its RBAC are not at fault.',
    happens:
      "A firewall or load balancer blocks the connection between the node and the apiserver, the apiserver is down, `server:` in the kubelet's kubeconfig is wrong, or the node's client certificate expired. With a refused connection the 401 comes at once; with dropped packets it comes after 30 to 45 s, while a request without a credential gets its 401 in milliseconds.",
    distributions: KUBELET_KUBECONFIG,
    confirm:
      'The log on the node, or the Lease from elsewhere: it is older than 40 s. The node turns NotReady 40 to 50 s after its last heartbeat.\n\n    journalctl -u kubelet | grep -E "webhook|Unable to authenticate"\n    kubectl -n kube-node-lease get lease NODE \\\n      -o jsonpath={.spec.renewTime}',
    fix: "Restore the connection from the node to its apiserver (`server:` in the kubelet's kubeconfig, usually port 6443), or renew the node's certificate. No restart is needed: errors are not cached. The printed paths are those of kubeadm.",
    avoid: "Do not change the agent's RBAC or recreate its token: both are fine. Do not set authorization to AlwaysAllow.",
    explainedBy: ['apiserver-connection-refused', 'apiserver-connect-timeout', 'apiserver-no-route', 'apiserver-not-ready'],
  },
  'kubelet-client-ca-unset': {
    title: 'client certificates not accepted by the kubelet',
    means: 'The kubelet requests no client certificate in the TLS handshake, so it does not see the one the agent has.',
    happens: '`authentication.x509.clientCAFile` (or `--client-ca-file`) is not set.',
    distributions: KUBELET_SETTINGS,
    confirm:
      '`openssl s_client -connect NODE:10250 </dev/null` prints "No client certificate CA names sent" and lists no requested signature algorithms.',
    fix: "Set clientCAFile to the CA that signs the cluster's client certificates (the printed path is that of kubeadm), and restart the kubelet. Or use a ServiceAccount token, which needs webhook authentication only.",
    avoid: 'Do not enable anonymous access instead of a CA: it admits everyone, with or without a certificate.',
  },
  'kubelet-rejects-credential': {
    title: 'credential rejected by the kubelet',
    means:
      'The credential is not valid here: expired, from another cluster, for another audience, revoked, or a certificate of another CA.',
    happens:
      'A token was copied from a pod that is gone, cached longer than it is valid, or taken from another cluster, or a clock is wrong. Its answer does not say which: its 401 has no reason.',
    confirm:
      'Run `kubectl auth whoami` with the same credential. Only `status.error` of a TokenReview has the reason; it takes an account that may create one.',
    fix: 'Use a valid credential of this cluster: in a pod, the mounted token, read again before each use. If the mounted token is rejected, recreate the pod.',
    avoid:
      'Do not grant permissions: authentication fails before any permission is checked. Do not enable anonymous access: it removes the 401 by admitting everyone.',
    explainedBy: [
      'token-expired',
      'token-not-yet-valid',
      'token-wrong-audience',
      'token-foreign',
      'token-rejected',
      'token-stale-copy',
      'token-malformed',
      'client-certificate-expired',
      'client-certificate-not-yet-valid',
      'client-certificate-foreign',
      'client-certificate-without-client-usage',
      'clock-skew',
    ],
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
