/** What `apiserver-certificate` finds, explained. */
import type { CauseDocs } from '../../../model/check.js';

export const CAUSES = {
  'apiserver-certificate-unknown-authority': {
    title: 'apiserver certificate signed by a CA not at hand',
    means:
      'The issuer of the certificate is not in the CA file (or kubeconfig) in use, so nothing proves that this is the apiserver. No credential was sent.',
    happens:
      'The cluster CA was rotated under a running pod, ca.crt is not mounted, the kubeconfig belongs to another cluster or an earlier life of this one, or something in between (a proxy, a load balancer that ends TLS) shows its own certificate.',
    confirm:
      'What it shows against the file in use; and the CA of today:\n\n    openssl s_client -connect HOST:PORT -CAfile CA.crt </dev/null |\n      grep Verif\n    kubectl get configmap kube-root-ca.crt -o yaml',
    fix: 'Mount the ConfigMap `kube-root-ca.crt`, restart pods after a rotation, or give the right file with `--apiserver-ca`.',
    avoid: 'Do not set `insecure-skip-tls-verify`: it only hides it, and the token then goes to whoever answers.',
  },
  'apiserver-ca-file-missing': {
    title: 'CA file for the apiserver missing',
    means:
      'The file that the certificate would be verified with is missing, unreadable or not PEM. Nothing is known to be wrong with the certificate.',
    happens:
      'The ServiceAccount volume is not mounted (`automountServiceAccountToken: false`, an ephemeral container), or the configured path is wrong.',
    confirm: '`ls -lL /var/run/secrets/kubernetes.io/serviceaccount/`',
    fix: 'Mount the ServiceAccount volume (it brings the ConfigMap `kube-root-ca.crt` along), or correct the path.',
    avoid: 'Do not skip verification for want of the file: the token would go to whoever answers.',
    explainedBy: ['token-missing'],
  },
  'apiserver-certificate-name-mismatch': {
    title: 'apiserver certificate for another name',
    means: 'The certificate is trusted and in date, but does not name the host or address that is dialled.',
    happens:
      'A load balancer, tunnel or public address in front that was never put into the certificate; a service network that was changed later.',
    distributions: {
      kubeadm: '`apiServer.certSANs` of the ClusterConfiguration, then renew the certificate and restart the apiserver.',
      k3s: '`tls-san:` in `/etc/rancher/k3s/config.yaml`.',
      RKE2: '`tls-san:` in `/etc/rancher/rke2/config.yaml`.',
      Talos: '`cluster.apiServer.certSANs` of the machine configuration.',
    },
    confirm:
      'The names that it does have:\n\n    openssl s_client -connect HOST:PORT </dev/null 2>/dev/null |\n      openssl x509 -noout -ext subjectAltName',
    fix: 'Dial a name that is in it (in a pod `kubernetes.default.svc`; in a kubeconfig `tls-server-name` does the same), or reissue it with this name.',
    avoid: 'Do not set `insecure-skip-tls-verify`: the address may really belong to somebody else.',
  },
  'apiserver-certificate-expired': {
    title: 'apiserver certificate expired',
    means:
      "The serving certificate's end date has passed, by our clock and by the apiserver's own. Every client that verifies is shut out.",
    happens:
      'kubeadm certificates last one year and are renewed only by `kubeadm upgrade` or by hand; a renewed file needs a restart of the apiserver.',
    distributions: {
      kubeadm: '`kubeadm certs check-expiration`, `kubeadm certs renew all`; then restart the static pods.',
      k3s: '`k3s certificate rotate` with the service stopped, then start it.',
      RKE2: '`rke2 certificate rotate` with the service stopped, then start it.',
      microk8s: '`microk8s refresh-certs --cert server.crt`.',
    },
    confirm: '`kubeadm certs check-expiration` on a control-plane node.',
    fix: '`kubeadm certs renew apiserver` on each control-plane node, then restart the apiserver. Its client certificates are usually as old: look at them as well.',
    avoid: 'Do not set the clock back, nor skip verification: every other client stays shut out.',
    explainedBy: ['clock-skew'],
  },
  'apiserver-certificate-not-yet-valid': {
    title: 'apiserver certificate not valid yet',
    means: "Its start date lies ahead, by our clock and by the apiserver's own.",
    happens: 'The clock of the machine that issued it ran ahead.',
    confirm:
      'Its start, and the clock of the control-plane node:\n\n    openssl s_client -connect HOST:PORT </dev/null 2>/dev/null |\n      openssl x509 -noout -startdate\n    date -u',
    fix: 'Correct the clock, then reissue.',
    avoid: 'Do not skip verification: waiting or the right clock mends it.',
    explainedBy: ['clock-skew'],
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
