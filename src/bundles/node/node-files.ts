/**
 * What lies on a node, as collectors take it along: the kubelet's configuration, the flags it runs with, its certificates. The same readers read it as
 * on a node itself. Without the list of processes nothing of a configuration is certain, for flags override every file.
 */
import type { Entry } from '../../files/packed/types.js';
import { readPlainYaml } from '../../files/yaml-plain.js';
import type { FileRead, Host } from '../../host/host.js';
import { printable, SENTENCE } from '../../host/redact.js';
import { list, record } from '../../kubernetes/json.js';
import { isDnsName } from '../../kubernetes/names.js';
import type { AnyFact, Certificate, FactData, FactKind, KubeletConfig, NodeCertificate } from '../../model/facts.js';
import { parseCertificates } from '../../probes/credentials/certificate.js';
import { readKubeletConfig } from '../../probes/machine/kubelet-config.js';
import { type KubeletFlags, readFlags } from '../../probes/machine/kubelet-process.js';
import type { Listener, Told } from '../read.js';
import { certificateInText } from './certificate-text.js';
import { configAnswered, nodeOfConfigz } from './configz.js';

/** What stands before a node's own path in a bundle, and that path. A collector may leave out where it stood. */
const CONFIGURATION =
  /^(.*?)((?:var\/lib\/kubelet\/config\.yaml|(?:etc\/kubernetes\/)?kubelet\/(?:config\.json|kubelet-config\.json|config)|etc\/kubernetes\/kubelet\.(?:conf|yaml)|home\/kubernetes\/kubelet-config\.yaml|etc\/default\/kubeletconfig\.json|kubelet\/config\.json\.d\/[^/]{1,200}|(?:etc\/)?kubelet\.conf\.d\/[^/]{1,200}))$/;
const CERTIFICATE =
  /^(.*?)(?:[^/]{1,80}\/certs\/(?:agent|server)|var\/lib\/kubelet\/pki|var\/lib\/rancher\/(?:k3s|rke2)\/agent)\/(serving-kubelet|client-kubelet|kubelet-server-current|kubelet-client-current|kubelet)\.(?:crt|pem)$/;
/** `ps` with arguments: sos, Rancher, EKS, AKS Periscope. */
const PROCESSES =
  /^(.*?)(?:sos_commands\/process\/ps_[\w.-]{1,80}|systeminfo\/ps(?:aux)?|system\/ps(?:-threads)?\.txt|kubeletcmd\/kubeletcmd|processes)$/;
/** What Talos starts its kubelet with (siderolabs/talos pkg/machinery/resources/k8s/kubelet_spec.go). */
const KUBELET_SPEC = /^(.*?)resources\/kubeletspecs\.kubernetes\.talos\.dev\.yaml$/;
/** Where Talos writes what stands there as `config`. */
const TALOS_CONFIG = '/etc/kubernetes/kubelet.yaml';

const MOST_BYTES = 1024 * 1024;
/** A kubelet's command line has no more. */
const MOST_LINE = 16 * 1024;
/** Nodes of one bundle whose files are kept. */
const MOST_NODES = 10_000;

interface NodeFiles {
  files: Map<string, string>;
  flags?: KubeletFlags;
  /** What it answered: then neither flags nor files count. */
  configz?: string;
  certificates: NodeCertificate[];
}

/** One a bundle; of `host` the redactor alone counts. */
export function createNodeFiles(host: Host): Listener {
  const nodes = new Map<string, NodeFiles>();
  const at = (root: string): NodeFiles => {
    const found = nodes.get(root) ?? { files: new Map<string, string>(), certificates: [] };
    if (nodes.size < MOST_NODES) nodes.set(root, found);
    return found;
  };

  return {
    wants: (path) =>
      path.length < 1000 &&
      ([CONFIGURATION, CERTIFICATE, PROCESSES, KUBELET_SPEC].some((known) => known.test(path)) || nodeOfConfigz(path) !== undefined),
    async hear(entry) {
      const { path } = entry;
      const [, ofProcesses] = PROCESSES.exec(path) ?? [];
      if (ofProcesses !== undefined) {
        const flags = await flagsIn(entry, host);
        if (flags) at(ofProcesses).flags = flags;
        return;
      }
      const text = (await entry.whole(MOST_BYTES))?.toString('utf8');
      if (text === undefined) return;
      if (nodeOfConfigz(path) !== undefined) {
        at(path.slice(0, path.lastIndexOf('/') + 1)).configz = text;
        return;
      }
      const [, ofTalos] = KUBELET_SPEC.exec(path) ?? [];
      if (ofTalos !== undefined) {
        const spec = record(record(readPlainYaml(text, path)).spec);
        const flags = list(spec.args).flatMap((each) => (typeof each === 'string' && each.length < MOST_LINE ? [each] : []));
        at(ofTalos).flags ??= flags.length > 0 ? readFlags(host, flags) : undefined;
        if (spec.config !== undefined) at(ofTalos).files.set(TALOS_CONFIG, JSON.stringify(spec.config));
        return;
      }
      const [, ofConfiguration, file] = CONFIGURATION.exec(path) ?? [];
      if (ofConfiguration !== undefined && file !== undefined) at(ofConfiguration).files.set(`/${file}`, text);
      const [, root, name] = CERTIFICATE.exec(path) ?? [];
      const certificate = root === undefined ? undefined : certificateIn(text);
      if (root !== undefined && certificate)
        at(root).certificates.push({ role: name?.includes('client') ? 'client' : 'serving', path: printable(path, SENTENCE), certificate });
    },
    told: async (now, index) => {
      const names = index.list('Node').map(({ metadata }) => String((metadata as { name?: unknown }).name));
      const all = await Promise.all([...nodes].map(([root, files]) => factsOf(root, files, { host, names, now })));
      return all.flat();
    },
  };
}

/** The line of the kubelet's process, out of whatever columns stand before it. */
async function flagsIn(entry: Entry, host: Host): Promise<KubeletFlags | undefined> {
  for await (const line of entry.lines()) {
    const read = line.slice(0, MOST_LINE);
    const found = /(?:^|\s)(?:\/[\w./-]{1,200}\/)?kubelet\s{1,4}(?=--?[a-z])/.exec(read);
    if (found)
      return readFlags(
        host,
        read
          .slice(found.index + found[0].length)
          .trim()
          .split(/\s+/),
      );
  }
  return undefined;
}

function certificateIn(text: string): Certificate | undefined {
  const parsed = parseCertificates(text);
  return Array.isArray(parsed) ? parsed[0] : certificateInText(text);
}

/** Facts that decide: a configuration whose flags are known, and a certificate that is out of time. */
async function factsOf(
  root: string,
  { files, flags, configz, certificates }: NodeFiles,
  { host, names, now }: { host: Host; names: readonly string[]; now: number },
): Promise<Told[]> {
  const node = nodeOf(root, certificates, flags, names);
  // Of one of many, and it is not known of which.
  if (node === undefined && names.length > 1) return [];
  const facts: AnyFact[] = [];
  const put = <K extends FactKind>(kind: K, data: FactData[K], subject = '') =>
    facts.push({ target: 'self', kind, subject, outcome: { status: 'observed', data, ms: 0 } } as unknown as AnyFact);
  const expired = certificates.filter(({ certificate }) => Date.parse(certificate.notAfter) < now);
  const config = configz === undefined ? await configOf(files, flags, host) : await configAnswered(configz, (all) => filesAs(all, host));
  // Whose it is is known: it need not be found out by addresses.
  if (config || expired.length > 0)
    put('kubelet-process', {
      state: flags ? 'running' : 'hidden',
      program: 'kubelet',
      local: node === undefined ? [] : [node],
      named: true,
    });
  for (const certificate of expired) put('node-certificate', certificate, certificate.path);
  if (config) put('kubelet-config', config);
  return facts.map((fact) => ({ ...(node !== undefined && { node }), fact }));
}

/** What it runs with, where its flags are known. */
async function configOf(files: NodeFiles['files'], flags: KubeletFlags | undefined, host: Host): Promise<KubeletConfig | undefined> {
  const read = flags && files.size > 0 ? await readKubeletConfig(filesAs(files, host), flags) : undefined;
  return read?.status === 'observed' ? read.data : undefined;
}

/** By its certificate, its flags, or the folder it stands in. */
function nodeOf(
  root: string,
  certificates: readonly NodeCertificate[],
  flags: KubeletFlags | undefined,
  names: readonly string[],
): string | undefined {
  const [named] = certificates.flatMap(
    ({ certificate: { subject } }) => /\bCN=system:node:([a-z\d][a-z\d.-]{0,252})/.exec(subject)?.[1] ?? [],
  );
  const folder = root.split('/').find((part) => names.includes(part));
  const byPath = folder ?? nodeOfConfigz(`${root}configz.json`);
  const found = named ?? flags?.['hostname-override'] ?? byPath ?? (names.length === 1 ? names[0] : undefined);
  return found !== undefined && isDnsName(found) && (names.length === 0 || names.includes(found)) ? found : undefined;
}

/** A machine on which these files are all there is. */
function filesAs(files: ReadonlyMap<string, string>, host: Host): Host {
  const find = (path: string) => [...files].find(([known]) => path === known || path.endsWith(known))?.[1];
  return {
    ...host,
    env: {},
    root: '',
    readFile: async (path): Promise<FileRead> => {
      const text = find(path);
      return text === undefined
        ? { ok: false, path, code: 'ENOENT', detail: 'no such file' }
        : { ok: true, path, text, bytes: Buffer.from(text) };
    },
    listDirectory: async (path) =>
      [...files.keys()].flatMap((known) => {
        const [folder, name] = [known.slice(0, known.lastIndexOf('/')), known.slice(known.lastIndexOf('/') + 1)];
        return path === folder || path.endsWith(folder) ? [name] : [];
      }),
    locate: async (path) => path,
    interfaceAddresses: () => [],
  };
}
