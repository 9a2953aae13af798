/** What `apiserver-certificate` finds, explained. */
import type { CauseDocs } from '../../../model/check.js';

export const CAUSES = {
  'apiserver-certificate-changes': {
    title: 'apiserver certificate changes between connections',
    means:
      'The first connection showed a certificate that verifies. The next one, which was to carry the credential, showed another that does not. Nothing was sent.',
    happens:
      'Something between here and the apiserver intercepts connections: an attack, or a proxy that inspects TLS and lets single connections pass. Or one address leads to several servers with different certificates.',
    confirm:
      'Several times, from the same place; the fingerprint must stay the same:\n\n    openssl s_client -connect HOST:PORT </dev/null 2>/dev/null |\n      openssl x509 -noout -fingerprint -sha256',
    fix: 'Find out which machine answers (its certificate names it), and remove it from the path. Where a load balancer is meant to be there, give all servers behind it certificates of one CA.',
    avoid: 'Do not turn verification off, and do not add the second CA: the credential would go to the server in between.',
  },
  'apiserver-certificate-not-accepted': {
    title: 'apiserver certificate not accepted',
    means:
      "The CA in use signed it, its name and its dates are as needed, and TLS clients refuse it all the same: it is not a server certificate, has a critical extension that clients do not know, or a date that cannot be read. The evidence has OpenSSL's code.",
    happens:
      'A client certificate (extended key usage clientAuth alone) is used for serving, or a CA of the company issued it with unusual extensions or dates.',
    confirm:
      'Look for Extended Key Usage, critical extensions and the dates:\n\n    openssl s_client -connect HOST:PORT </dev/null 2>/dev/null |\n      openssl x509 -noout -text',
    fix: 'Reissue it with the extended key usage serverAuth (TLS Web Server Authentication) and without what is refused.',
    avoid: 'Do not turn verification off: the credential then goes to any server at that address, and the fault stays.',
  },
  'apiserver-certificate-unknown-authority': {
    title: 'apiserver certificate from an unknown CA',
    means:
      'The CA file (or kubeconfig) in use does not contain the issuer of the certificate, so nothing proves that this server is the apiserver. kubelet-doctor sent no credential.',
    happens:
      'The cluster CA was rotated under a running pod, ca.crt is not mounted, the kubeconfig belongs to another cluster or to this cluster before it was rebuilt, or a proxy or load balancer in between shows its own certificate.',
    confirm:
      'Check its certificate against the CA file in use, then read the current CA:\n\n    openssl s_client -connect HOST:PORT -CAfile CA.crt </dev/null |\n      grep Verif\n    kubectl get configmap kube-root-ca.crt -o yaml',
    fix: 'Mount the ConfigMap `kube-root-ca.crt`, and restart pods after a CA rotation. Outside a pod, pass the right file with `--apiserver-ca` or get a new kubeconfig from the cluster admin.',
    avoid: 'Do not set `insecure-skip-tls-verify`: it only hides the fault, and the token then goes to any server that answers.',
  },
  'apiserver-ca-file-missing': {
    title: 'missing CA file for the apiserver',
    means: 'The CA file for verifying the certificate is missing, unreadable or not PEM. The certificate itself may be fine.',
    happens:
      'The ServiceAccount volume is not mounted (`automountServiceAccountToken: false`, an ephemeral container), or the configured path is wrong.',
    confirm: '`ls -lL /var/run/secrets/kubernetes.io/serviceaccount/`',
    fix: 'Mount the ServiceAccount volume (it includes the ConfigMap `kube-root-ca.crt` as `ca.crt`), or correct the configured path.',
    avoid: 'Do not skip verification because the file is missing: the token would go to any server that answers.',
    explainedBy: ['token-missing'],
  },
  'apiserver-certificate-name-mismatch': {
    title: 'apiserver certificate for another name',
    means: 'The certificate is trusted and in date, but does not name the host or address in use.',
    happens: 'The certificate lacks the load balancer, tunnel or public address in front, or the service network changed later.',
    distributions: {
      kubeadm: '`apiServer.certSANs` of the ClusterConfiguration, then renew the certificate and restart the apiserver.',
      k3s: '`tls-san:` in `/etc/rancher/k3s/config.yaml`.',
      RKE2: '`tls-san:` in `/etc/rancher/rke2/config.yaml`.',
      Talos: '`cluster.apiServer.certSANs` of the machine configuration.',
    },
    confirm:
      'This prints the names it has:\n\n    openssl s_client -connect HOST:PORT </dev/null 2>/dev/null |\n      openssl x509 -noout -ext subjectAltName',
    fix: 'Use a name that is in it (in a pod `kubernetes.default.svc`; in a kubeconfig `tls-server-name` does the same), or reissue it with this name.',
    avoid: 'Do not set `insecure-skip-tls-verify`: the address may belong to another server.',
  },
  'apiserver-certificate-expired': {
    // Kubernetes 1.31 to 1.37 apiserver pkg/server/options/serving.go: NewDynamicServingContentFromFiles; kubernetes.io, Certificate Management with kubeadm.
    title: 'apiserver certificate expired',
    means:
      "The serving certificate's end date has passed, by this machine's clock and by the apiserver's. Every client that verifies it fails.",
    happens:
      'kubeadm certificates last one year and are renewed only by `kubeadm upgrade` or `kubeadm certs renew`. The apiserver reads a renewed serving certificate by itself; kubeadm advises a restart, because not every component does.',
    distributions: {
      kubeadm: '`kubeadm certs check-expiration`, `kubeadm certs renew all`; then restart the static pods.',
      k3s: '`k3s certificate rotate` with the service stopped, then start it.',
      RKE2: '`rke2 certificate rotate` with the service stopped, then start it.',
      microk8s: '`microk8s refresh-certs --cert server.crt`.',
    },
    confirm: '`kubeadm certs check-expiration` on a control-plane node.',
    fix: '`kubeadm certs renew apiserver` on each control-plane node, then restart the apiserver. Its client certificates are usually as old: check them as well. On a managed cluster the provider renews it.',
    avoid: 'Do not set the clock back and do not skip verification: every other client still fails.',
    explainedBy: ['clock-skew'],
  },
  'apiserver-certificate-not-yet-valid': {
    title: 'apiserver certificate not valid yet',
    means: "Its start date is in the future, by this machine's clock and by the apiserver's.",
    happens: 'The clock of the issuing machine was ahead.',
    confirm:
      'This prints its start date and the clock of the control-plane node:\n\n    openssl s_client -connect HOST:PORT </dev/null 2>/dev/null |\n      openssl x509 -noout -startdate\n    date -u',
    fix: 'Correct the clock, then reissue the certificate.',
    avoid: 'Do not skip verification: the correct clock, or waiting, fixes it.',
    explainedBy: ['clock-skew'],
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
