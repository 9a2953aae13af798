/** What can be wrong with a client certificate, and what to do about it. */
import type { CauseDocs } from '../../../model/check.js';

export const CAUSES = {
  'client-certificate-expired': {
    title: 'expired client certificate',
    means: "The end date of our client certificate has passed, by the server's clock. Servers answer 401.",
    happens:
      "kubeadm's admin.conf and similar files are valid for one year. A kubelet that could not reach the apiserver during rotation keeps its old certificate.",
    confirm:
      'Read the dates of a file, or of the current kubeconfig:\n\n    openssl x509 -noout -subject -dates -in FILE\n    kubectl config view --raw --minify \\\n      -o jsonpath={..client-certificate-data} | base64 -d |\n      openssl x509 -noout -dates',
    // Kubernetes 1.36 and 1.37 pkg/kubelet/certificate/bootstrap; kubernetes.io, Troubleshooting kubeadm.
    fix: 'Renew it: `kubeadm certs renew admin.conf`, or the CSR API. Install certificate and key together. A kubelet rotates its certificate only while the old one is valid and the apiserver reachable. After that it needs its bootstrap kubeconfig (AKS and others keep it) or a new kubeconfig: with kubeadm, `kubeadm kubeconfig user --org system:nodes --client-name system:node:NODE` on a control-plane node, in place of `/etc/kubernetes/kubelet.conf`, with `/var/lib/kubelet/pki/kubelet-client*` moved away.',
    avoid:
      "Do not set the clock back, and do not hand out the admin's certificate instead. Do not restart a kubelet whose certificate has expired and that has no bootstrap kubeconfig (kubeadm removes it): it does not start again.",
  },
  'client-certificate-not-yet-valid': {
    title: 'client certificate not yet valid',
    means: "The start date of our client certificate is in the future, by the server's clock.",
    happens: 'The clock of the machine that issued it is ahead.',
    confirm: '`openssl x509 -noout -startdate -in FILE`, and `date -u` on the server.',
    fix: 'Correct the clock. If the start date is far ahead, issue a new certificate.',
    avoid: "Do not set the server's clock forward: it applies to every other certificate.",
  },
  'client-certificate-foreign': {
    title: 'client certificate of another CA',
    means:
      'Dates and usage are fine, but the server answers 401: it does not trust the issuer. (A certificate without permissions gets 403.)',
    happens: 'The kubeconfig is from another cluster or from an earlier installation of this one, or the CA was rotated.',
    confirm:
      "`openssl verify -CAfile CLIENT-CA.crt FILE`, with the file of the apiserver's `--client-ca-file` or the kubelet's `clientCAFile`.",
    fix: "Get a certificate from this cluster's CA.",
    avoid: 'Do not add the foreign CA to the client CA file: it admits everyone that CA ever signed.',
  },
  'client-certificate-without-client-usage': {
    title: 'client certificate without usage clientAuth',
    means: 'The extended key usage lacks clientAuth, so servers answer 401.',
    happens: 'A serving certificate is configured as client certificate.',
    confirm: '`openssl x509 -noout -ext extendedKeyUsage -in FILE`',
    fix: 'Issue a certificate with extended key usage clientAuth (signer kubernetes.io/kube-apiserver-client).',
    avoid: "Do not use the kubelet's or the admin's certificate because it has the usage: the agent would act as them.",
  },
  'client-certificate-key-mismatch': {
    title: 'client certificate and key do not match',
    means: 'The private key does not belong to the certificate; no TLS library sends such a pair.',
    happens: 'Only one of the two files was renewed, or two Secrets were mixed.',
    confirm: 'The two commands print different keys:\n\n    openssl x509 -noout -pubkey -in CRT\n    openssl pkey -pubout -in KEY',
    fix: 'Renew both together, and mount both from the same Secret.',
    avoid: 'Do not look for a matching key in other Secrets: renew the pair.',
  },
  'client-certificate-unreadable': {
    title: 'unreadable client certificate',
    means: 'The certificate or key file is missing, not readable for this process, or not PEM.',
    happens: 'The path is wrong, the Secret is not mounted, the key has mode 0600 of another user, or the file is DER.',
    confirm: '`ls -lnL CRT KEY; head -1 CRT KEY`',
    fix: 'Correct the path, or the mode of the file.',
    avoid: 'Do not make the key readable for everyone: anyone who reads it can act as the agent.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
