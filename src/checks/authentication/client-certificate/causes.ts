/** What can be wrong with a client certificate, and what to do about it. */
import type { CauseDocs } from '../../../model/check.js';

export const CAUSES = {
  'client-certificate-expired': {
    title: 'client certificate expired',
    means: "The end date of the certificate we present has passed, by the server's clock. Servers answer 401.",
    happens:
      "kubeadm's admin.conf and the like last one year. A kubelet whose rotation could not reach the apiserver is left with an old one.",
    confirm:
      'Of a file, or of the kubeconfig in use:\n\n    openssl x509 -noout -subject -dates -in FILE\n    kubectl config view --raw --minify \\\n      -o jsonpath={..client-certificate-data} | base64 -d |\n      openssl x509 -noout -dates',
    fix: 'Renew it: `kubeadm certs renew admin.conf`, or the CSR API.',
    avoid: "Do not set the clock back, and do not hand out the admin's certificate in its place.",
  },
  'client-certificate-not-yet-valid': {
    title: 'client certificate not valid yet',
    means: "Its start date lies ahead, by the server's clock.",
    happens: 'Issued by a machine whose clock runs ahead.',
    confirm: '`openssl x509 -noout -startdate -in FILE`, and `date -u` on the server.',
    fix: 'Correct the clock; issue it anew if the lead is long.',
    avoid: "Do not set the server's clock forward: every other certificate is judged by it.",
  },
  'client-certificate-foreign': {
    title: 'client certificate of another CA',
    means:
      'Dates and purpose are fine, and the server answers 401: it does not trust who signed it. (A certificate without rights gives 403.)',
    happens: 'A kubeconfig of another cluster or of an earlier life of this one, or a CA rotated since.',
    confirm:
      "`openssl verify -CAfile CLIENT-CA.crt FILE`, with the file of the apiserver's `--client-ca-file` or the kubelet's `clientCAFile`.",
    fix: "Get one from this cluster's CA.",
    avoid: 'Do not add the foreign CA to the client CA file: everyone it ever signed would get in.',
  },
  'client-certificate-without-client-usage': {
    title: 'client certificate not made for clients',
    means: 'Extended key usage lacks clientAuth, so servers refuse it: 401.',
    happens: "A serving certificate was configured as the client's.",
    confirm: '`openssl x509 -noout -ext extendedKeyUsage -in FILE`',
    fix: 'Issue one with the extended key usage clientAuth.',
    avoid: "Do not use the kubelet's or the admin's own certificate because it has the usage: the agent would act as them.",
  },
  'client-certificate-key-mismatch': {
    title: 'client certificate and key do not match',
    means: 'The private key is not the one the certificate was made for; no TLS library will present the two.',
    happens: 'One of two files was renewed, or two Secrets were mixed.',
    confirm: 'The two print different keys:\n\n    openssl x509 -noout -pubkey -in CRT\n    openssl pkey -pubout -in KEY',
    fix: 'Renew both together, and mount both from the same Secret.',
    avoid: 'Do not search for a key that fits among other Secrets: renew the pair.',
  },
  'client-certificate-unreadable': {
    title: 'client certificate not readable',
    means: 'The certificate or key file is missing, not permitted to this process, or not PEM.',
    happens: 'A wrong path, a Secret not mounted, a key with mode 0600 of another user, DER in place of PEM.',
    confirm: '`ls -lnL CRT KEY; head -1 CRT KEY`',
    fix: 'Correct the path, or the mode of the file.',
    avoid: 'Do not make the key readable to all: whoever reads it is the agent.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
