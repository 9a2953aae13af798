/** The kubelet's certificate. */
import { broken, healthy, type Scenario } from '../scenario.js';

const nothingElse = ['kubelet-token-authentication-off', 'kubelet-permission-missing'];

export const KUBELET_TLS: Scenario[] = [
  broken(
    'self-signed-certificate',
    "The kubelet's certificate is self-signed, the kubeadm default",
    { kubelet: { certificate: 'self-signed' } },
    'kubelet-certificate-self-signed',
    { never: [...nothingElse, 'kubelet-certificate-unknown-authority'] },
  ),
  broken(
    'other-ca',
    "The kubelet's certificate is from another CA",
    { kubelet: { certificate: 'other-ca' } },
    'kubelet-certificate-unknown-authority',
    { never: [...nothingElse, 'kubelet-certificate-self-signed'] },
  ),
  broken(
    'certificate-for-clients',
    'The kubelet serves a client certificate',
    { kubelet: { certificate: 'for-clients' } },
    'kubelet-certificate-not-accepted',
    { never: nothingElse },
  ),
  broken(
    'certificate-swapped',
    'The kubelet address shows another certificate on the second connection',
    { kubelet: { listen: 'swaps-certificate' } },
    'kubelet-certificate-changes',
    { never: nothingElse },
  ),
  healthy('other-ca-configured', "The kubelet's certificate is from another CA, which the agent trusts", {
    kubelet: { certificate: 'other-ca' },
    agent: { kubeletCa: 'other-ca' },
  }),
  broken(
    'kubelet-ca-file-missing',
    'DD_KUBELET_CLIENT_CA names a missing file',
    { agent: { kubeletCa: 'missing-file' } },
    'kubelet-ca-file-missing',
  ),
  broken(
    'expired-certificate',
    "The kubelet's certificate has expired",
    { kubelet: { certificate: 'expired' } },
    'kubelet-certificate-expired',
    {
      never: [...nothingElse, 'clock-skew'],
    },
  ),
  broken(
    'future-certificate',
    "The kubelet's certificate is not valid yet",
    { kubelet: { certificate: 'not-yet-valid' } },
    'kubelet-certificate-not-yet-valid',
    { never: ['clock-skew'] },
  ),
  broken(
    'certificate-expires-soon',
    "The kubelet's certificate expires in ten days",
    { kubelet: { certificate: 'expires-soon' } },
    'kubelet-certificate-expires-soon',
  ),
  broken(
    'wrong-name',
    "The kubelet's certificate is for another node",
    { kubelet: { certificate: 'wrong-name' } },
    'kubelet-certificate-name-mismatch',
    { never: ['kubelet-certificate-without-san'] },
  ),
  broken(
    'no-san',
    "The kubelet's certificate has a common name but no SAN",
    { kubelet: { certificate: 'no-san' } },
    'kubelet-certificate-without-san',
    { never: ['kubelet-certificate-name-mismatch'] },
  ),
  broken(
    'certificate-pending',
    "The kubelet's certificate request is not approved",
    { kubelet: { certificate: 'pending' } },
    'kubelet-certificate-pending',
  ),
  broken(
    'certificate-pending-foreign-names',
    "The kubelet's pending certificate request has another node's names",
    { kubelet: { certificate: 'pending', pendingRequest: 'foreign-names' } },
    'kubelet-certificate-pending',
  ),
  broken('old-tls', 'The kubelet supports TLS 1.1 at most', { kubelet: { listen: 'old-tls' } }, 'kubelet-tls-version', {
    never: ['kubelet-hangs', 'kubelet-connection-reset'],
  }),
  broken(
    'verification-off',
    "The agent does not verify the kubelet's certificate",
    { kubelet: { certificate: 'self-signed' }, agent: { tlsVerify: false } },
    'tls-verification-disabled',
    { exitCode: 0 },
  ),
];
