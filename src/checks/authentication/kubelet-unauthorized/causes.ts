/** Why a kubelet does not believe a credential, and what to do about it. */
import type { CauseDocs } from '../../../model/check.js';
import { KUBELET_KUBECONFIG, KUBELET_SETTINGS } from '../../shared/distributions.js';

export const CAUSES = {
  'kubelet-token-authentication-off': {
    title: 'kubelet does not accept ServiceAccount tokens',
    means:
      'The kubelet answers 401 at once to a token that the apiserver accepts, although it can reach the apiserver. Without webhook authentication a kubelet believes client certificates only.',
    happens:
      '`authentication.webhook.enabled: false`, or a kubelet run by flags without `--authentication-token-webhook` (the default of the flag is off; old kops clusters, kubernetes/kops#5176).',
    distributions: {
      kubeadm: 'on by default.',
      microk8s: 'flags in `/var/snap/microk8s/current/args/kubelet`, then `snap restart microk8s.daemon-kubelite`.',
      k3s: 'on by default; look for a `kubelet-arg` in `/etc/rancher/k3s/config.yaml`.',
      OpenShift: 'on by default; `/etc/kubernetes/kubelet.conf` is generated.',
      Talos: 'on by default; look at `machine.kubelet.extraConfig`.',
    },
    confirm:
      'The second shows `"webhook":{"enabled":false}`; the first, on the node, shows nothing while the agent gets 401; the Lease is younger than 10 s, so its apiserver is reached:\n\n    journalctl -u kubelet | grep "Unable to authenticate"\n    kubectl get --raw /api/v1/nodes/NODE/proxy/configz\n    kubectl -n kube-node-lease get lease NODE -o yaml',
    fix: "In the kubelet's configuration, then restart the kubelet (containers go on running):\n\n    authentication: {webhook: {enabled: true}}\n    authorization: {mode: Webhook}",
    avoid:
      'Do not turn anonymous access on instead: it opens the pod list to everyone on the network. RBAC changes do not help: nobody is known yet.',
  },
  'kubelet-ignores-token': {
    title: 'kubelet ignores tokens and treats everyone as anonymous',
    means:
      'A token was sent and the 403 names system:anonymous: the token was not looked at. Webhook authentication is off and anonymous access is on.',
    happens: "Both are a kubelet's defaults when it is run by flags without a configuration file.",
    distributions: KUBELET_SETTINGS,
    confirm: 'The same 403, naming system:anonymous, comes without any credential:\n\n    curl -sk https://NODE:10250/pods',
    fix: "In the kubelet's configuration, then restart the kubelet:\n\n    authentication: {webhook: {enabled: true}, anonymous: {enabled: false}}\n    authorization: {mode: Webhook}",
    avoid: 'Never grant rights to system:anonymous to make the 403 go away: that grants them to everyone.',
    explainedBy: ['token-missing', 'token-unreadable', 'token-malformed'],
  },
  'kubelet-cannot-reach-apiserver': {
    title: 'kubelet cannot reach its apiserver',
    means:
      'A kubelet asks the apiserver about each token and each right. When it gets no answer it says 401 to every token, good or bad, and 500 `Authorization error` to client certificates. Neither the agent nor its RBAC is at fault.',
    happens:
      "A firewall or load balancer between the node and the apiserver, an apiserver that is down, a wrong `server:` in the kubelet's kubeconfig, or an expired client certificate of the node. Refused, the 401 comes at once; with packets dropped it comes after 30 s, while a request without a credential gets its 401 in milliseconds.",
    distributions: KUBELET_KUBECONFIG,
    confirm:
      'On the node the log; from elsewhere the Lease, older than 40 s. The node turns NotReady 40 to 50 s after the last sign of life.\n\n    journalctl -u kubelet | grep -E "webhook|Unable to authenticate"\n    kubectl -n kube-node-lease get lease NODE \\\n      -o jsonpath={.spec.renewTime}',
    fix: "Repair the node's way to the apiserver or renew its certificate. No restart is needed afterwards: errors are not cached.",
    avoid: "Do not change the agent's RBAC or recreate its token: both are good. Do not set authorization to AlwaysAllow.",
    explainedBy: ['apiserver-connection-refused', 'apiserver-connect-timeout', 'apiserver-no-route', 'apiserver-not-ready'],
  },
  'kubelet-client-ca-unset': {
    title: 'kubelet accepts no client certificates',
    means: 'The kubelet does not ask for a client certificate in the TLS handshake, so it never sees the one that the agent holds.',
    happens: '`authentication.x509.clientCAFile` (or `--client-ca-file`) is not set.',
    distributions: KUBELET_SETTINGS,
    confirm:
      '`openssl s_client -connect NODE:10250 </dev/null` says "No client certificate CA names sent" and lists no requested signature algorithms.',
    fix: "Set clientCAFile to the CA that signs the cluster's client certificates, restart the kubelet; or use a ServiceAccount token, which needs webhook authentication only.",
    avoid: 'Do not turn anonymous access on in place of a CA: everyone is then let in, certificate or not.',
  },
  'kubelet-rejects-credential': {
    title: 'credential rejected',
    means:
      'The credential itself is not valid here: expired, of another cluster, for another audience, revoked, or a certificate of another CA.',
    happens:
      'A token copied out of a pod that is gone, a token cached for longer than it lives, a credential of another cluster, a clock that is off. A kubelet never says which: its 401 has no reason.',
    confirm:
      '`kubectl auth whoami` with the same credential; the reason stands only in `status.error` of a TokenReview made by someone who may.',
    fix: 'Use a credential of this cluster that is valid now: in a pod, the mounted token, read again before each use. Granting rights does not help: nobody is known yet.',
    avoid: 'Do not grant rights: nobody is known yet. Do not turn anonymous access on: it makes the 401 go away by letting everyone in.',
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
