/**
 * The files of a node's kubelet: found in the places distributions keep them, and known by what they hold, never by their names.
 * /etc/kubernetes/kubelet.conf is a kubeconfig with kubeadm and a KubeletConfiguration on OpenShift.
 */

import type { Fields } from '../../files/fields.js';
import type { Host } from '../../host/host.js';
import { printable, SENTENCE } from '../../host/redact.js';
import type { NodeCertificate } from '../../model/facts/node.js';
import type { Looked, Outcome } from '../../model/facts.js';
import { certificateBlocks, parseCertificates } from '../credentials/certificate.js';
import { keyBlocks } from '../credentials/pem.js';

/** Configuration files, and the directory of drop-ins beside each. `undefined` path: drop-ins alone (k3s, RKE2). */
const CONFIGURATIONS: { file?: string; directory?: string }[] = [
  { file: '/var/lib/kubelet/config.yaml' }, // kubeadm
  { file: '/etc/kubernetes/kubelet/config.json', directory: '/etc/kubernetes/kubelet/config.json.d' }, // EKS, AL2023
  { file: '/etc/kubernetes/kubelet/kubelet-config.json' }, // EKS, AL2
  { file: '/etc/kubernetes/kubelet/config' }, // Bottlerocket
  { file: '/home/kubernetes/kubelet-config.yaml' }, // GKE
  { file: '/etc/default/kubeletconfig.json' }, // AKS
  { file: '/etc/kubernetes/kubelet.conf', directory: '/etc/openshift/kubelet.conf.d' }, // OpenShift
  { file: '/etc/kubernetes/kubelet.yaml' }, // Talos
  { directory: '/var/lib/rancher/k3s/agent/etc/kubelet.conf.d' },
  { directory: '/var/lib/rancher/rke2/agent/etc/kubelet.conf.d' },
];

const SERVING = [
  '/var/lib/kubelet/pki/kubelet-server-current.pem',
  '/var/lib/kubelet/pki/kubelet.crt',
  '/var/lib/rancher/k3s/agent/serving-kubelet.crt',
  '/var/lib/rancher/rke2/agent/serving-kubelet.crt',
  '/var/snap/microk8s/current/certs/kubelet.crt',
  '/etc/kubernetes/certs/kubeletserver.crt',
];
const CLIENT = [
  '/var/lib/kubelet/pki/kubelet-client-current.pem',
  '/var/lib/rancher/k3s/agent/client-kubelet.crt',
  '/var/lib/rancher/rke2/agent/client-kubelet.crt',
  '/etc/kubernetes/certs/client.crt',
];
const MAX_DROP_INS = 64;

/** A file's KubeletConfiguration through `read`, or why there is none. */
export async function readKubeletFile<T extends object>(
  host: Host,
  path: string,
  read: (root: Fields, modifiedMs: number | undefined) => T,
): Promise<Looked<T>> {
  const failed = (code: string, detail: string) => ({ status: 'failed', code, detail: printable(`${path}: ${detail}`, SENTENCE) }) as const;
  const file = await host.readFile(path);
  if (!file.ok) return failed(file.code, file.detail);
  if (file.text.includes('\0')) return failed('EYAML', 'binary file');
  // Loaded here: a machine without a kubelet has no such file.
  const { readQuickly } = await import('../../files/yaml-quick.js');
  const take = (root: Fields) => (root.raw('kind') === 'KubeletConfiguration' ? { it: read(root, file.modifiedMs) } : { it: undefined });
  const parsed = readQuickly(file.text, take) ?? (await import('../../files/yaml-fields.js')).readYaml(file.text, path, take);
  if ('error' in parsed) return { status: 'failed', code: 'EYAML', detail: host.redactor.clean(parsed.error, SENTENCE) };
  return parsed.it ? { status: 'observed', data: parsed.it } : failed('EKIND', 'not a KubeletConfiguration');
}

/** The first place that holds a configuration. A file that is there and cannot be read counts: it may well be the one. */
export async function findConfiguration(host: Host): Promise<{ file?: string; directory?: string } | undefined> {
  let unreadable: { file?: string; directory?: string } | undefined;
  for (const place of CONFIGURATIONS) {
    if (place.file) {
      const found = await readKubeletFile(host, place.file, () => ({}));
      if (found.status === 'observed') return place;
      if (found.code !== 'ENOENT' && found.code !== 'EKIND') unreadable ??= place;
    } else if (place.directory && (await dropInsOf(host, place.directory)).length > 0) return place;
  }
  return unreadable;
}

/**
 * `*.conf` of a directory and those below it, in the order of their names, as the kubelet walks it (cmd/kubelet/app/server.go
 * mergeKubeletConfigurations: filepath.WalkDir, which follows no link to a directory).
 */
export async function dropInsOf(host: Host, directory: string, depth = 3): Promise<string[]> {
  const found: string[] = [];
  for (const name of await host.listDirectory(directory)) {
    const path = `${directory.replace(/(?<!\/)\/+$/, '')}/${name}`;
    const below = depth > 1 ? await dropInsOf(host, path, depth - 1) : [];
    if (below.length > 0) found.push(...below);
    else if (name.endsWith('.conf')) found.push(path);
    if (found.length >= MAX_DROP_INS) break;
  }
  return found.slice(0, MAX_DROP_INS);
}

/** What a running kubelet is told of its certificates. */
export interface CertificatePlaces {
  /** tlsCertFile; '' where it is not set. */
  tlsCertFile?: string;
  certDirectory?: string;
}

/** The kubelet's certificates on disk. Of a combined file the key is registered as a secret and dropped. */
export async function readNodeCertificates(
  host: Host,
  { tlsCertFile, certDirectory }: CertificatePlaces,
): Promise<{ path: string; outcome: Outcome<NodeCertificate> }[]> {
  const own = certDirectory ? [`${certDirectory}/kubelet-server-current.pem`, `${certDirectory}/kubelet.crt`] : SERVING;
  const clients = certDirectory ? [`${certDirectory}/kubelet-client-current.pem`] : CLIENT;
  const found: { path: string; outcome: Outcome<NodeCertificate> }[] = [];
  for (const [role, paths] of [
    ['serving', tlsCertFile ? [tlsCertFile] : own],
    ['client', clients],
  ] as const) {
    for (const path of paths) {
      const outcome = await readNodeCertificate(host, role, path);
      // One of several places: that it is not there says nothing, unless it was named.
      if (outcome.status === 'failed' && outcome.code === 'ENOENT' && path !== tlsCertFile) continue;
      found.push({ path, outcome });
      break;
    }
  }
  return found;
}

async function readNodeCertificate(host: Host, role: NodeCertificate['role'], path: string): Promise<Outcome<NodeCertificate>> {
  const file = await host.readFile(path);
  if (!file.ok) return { status: 'failed', code: file.code, detail: printable(`${path}: ${file.detail}`, SENTENCE) };
  // A file of the kubelet holds one key; each one known is looked for in all that is said afterwards.
  for (const key of keyBlocks(file.text).slice(0, 8)) host.redactor.register(key);
  const certificates = parseCertificates(certificateBlocks(file.text));
  const [certificate] = Array.isArray(certificates) ? certificates : [];
  if (!certificate) return { status: 'failed', code: 'ENOTPEM', detail: printable(`${path} has no certificate`, SENTENCE) };
  return { status: 'observed', data: { role, path: printable(path, SENTENCE), certificate } };
}
