/** The CA file a target's certificate is verified with. */
import type { Host } from '../../host/host.js';
import { printable, SENTENCE } from '../../host/redact.js';
import type { AuthorityFile, Outcome } from '../../model/facts.js';
import { certificateBlocks, parseCertificates } from '../credentials/certificate.js';

/** Where a machine of a cluster has the CA of its kubelets or of its apiserver. */
export const ON_MACHINES = [
  '/etc/kubernetes/pki/ca.crt',
  '/var/lib/rancher/k3s/agent/server-ca.crt',
  '/etc/kubernetes/certs/kubeletserver.crt',
  '/etc/kubernetes/kubelet-ca.crt',
];

/** A CA as a fact, and as the PEM to hand to TLS. */
export interface ReadAuthority {
  outcome: Outcome<AuthorityFile>;
  /** The certificates of the file and nothing else. */
  pem?: string;
}

/** Reads a CA file. A file without one readable certificate is a failure: Go then verifies against an empty pool, and nothing verifies. */
export async function readAuthority(host: Host, path: string): Promise<ReadAuthority> {
  const file = await host.readFile(path);
  if (!file.ok) return { outcome: { status: 'failed', code: file.code, detail: printable(`${path}: ${file.detail}`, SENTENCE) } };
  return inspectAuthority(file.text, path);
}

/** The same for a CA at hand, e.g. a kubeconfig's `certificate-authority-data`; `path` then describes it. */
export function inspectAuthority(pem: string, path: string): ReadAuthority {
  const certificates = parseCertificates(pem);
  if (!Array.isArray(certificates)) {
    return { outcome: { status: 'failed', code: certificates.code, detail: printable(`${path}: ${certificates.detail}`, SENTENCE) } };
  }
  return { outcome: { status: 'observed', data: { path: printable(path, SENTENCE), certificates } }, pem: certificateBlocks(pem) };
}
