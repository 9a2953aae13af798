/**
 * The kubeconfig a kubelet itself goes to its apiserver with: the one its flags name, else in the places distributions keep it, and known by its
 * kind, never by its name. What it holds is read here as a whole, since its paths are those of the node's own file system.
 */
import type { Host } from '../../host/host.js';
import { LINE, NAME, PHRASE, printable, SENTENCE } from '../../host/redact.js';
import type { KubeletKubeconfig } from '../../model/facts/node.js';
import type { Looked } from '../../model/facts.js';
import { type LoadedKubeconfig, loadKubeconfig } from '../credentials/kubeconfig.js';
import type { FoundProcess } from './kubelet-process.js';

const PLACES = [
  '/etc/kubernetes/kubelet.conf', // kubeadm; a KubeletConfiguration on OpenShift
  '/var/lib/kubelet/kubeconfig', // EKS, GKE, AKS, OpenShift
  '/etc/kubernetes/kubelet/kubeconfig', // Bottlerocket
  '/var/lib/rancher/k3s/agent/kubelet.kubeconfig',
  '/var/lib/rancher/rke2/agent/kubelet.kubeconfig',
  '/var/snap/microk8s/current/credentials/kubelet.config',
  '/etc/kubernetes/kubeconfig-kubelet', // Talos
];

/** The fact of it, and the kubeconfig itself where it can be used: with everything inline, so that it may be used from another root. */
export interface FoundKubeconfig {
  outcome: Looked<KubeletKubeconfig>;
  loaded?: LoadedKubeconfig;
}

/** Undefined where there is none: a kubelet without a cluster, or one whose places are not known. */
export async function readKubeletKubeconfig(host: Host, { flags }: Pick<FoundProcess, 'flags'>): Promise<FoundKubeconfig | undefined> {
  const named = flags?.kubeconfig;
  for (const path of named ? [named] : PLACES) {
    const loaded = await loadKubeconfig(host, { path, origin: 'found' });
    if (!('error' in loaded)) return inline(host, path, loaded);
    // Not this one; unless its flags name it, another place may hold it. One of another kind is none.
    if (!named && (loaded.code === 'ENOENT' || (loaded.code === 'EYAML' && /: kind is \w+, not Config/.test(loaded.error)))) continue;
    const code = loaded.code === 'ECONTEXT' || loaded.code === 'EMPTY' ? 'EYAML' : loaded.code;
    return { outcome: { status: 'failed', code, detail: loaded.error } };
  }
  return undefined;
}

async function inline(host: Host, path: string, { cluster, credential, ...rest }: LoadedKubeconfig): Promise<FoundKubeconfig> {
  const about = { path: printable(path, SENTENCE), server: printable(cluster.server, SENTENCE), user: printable(rest.user, NAME) };
  const read = async (what: string, from: string | undefined) => {
    if (from === undefined) return undefined;
    const file = await host.readFile(from);
    if (!file.ok) throw Object.assign(new Error(`${path}: its ${what} ${from}: ${file.detail}`), { code: file.code });
    return file.text;
  };
  try {
    const caPem = cluster.caPem ?? (await read('certificate-authority', cluster.caPath));
    const certPem = credential.certPem ?? (await read('client-certificate', credential.certPath));
    const keyPem = credential.keyPem ?? (await read('client-key', credential.keyPath));
    const token = credential.token ?? (await read('token file', credential.tokenFile))?.trim();
    for (const secret of [keyPem, token]) if (secret) host.redactor.register(secret);
    const presents = certPem && keyPem ? 'certificate' : token ? 'token' : credential.exec ? 'plugin' : 'nothing';
    const { caPath: _, ...others } = cluster;
    const plugin = credential.exec && { plugin: printable(credential.exec.command, PHRASE) };
    return {
      outcome: { status: 'observed', data: { ...about, presents, ...plugin }, ms: 0 },
      loaded: {
        ...rest,
        cluster: { ...others, ...(caPem && { caPem, caSource: cluster.caSource ?? `kubeconfig ${path}` }) },
        // A plugin is never run from a file that was only found.
        credential: certPem && keyPem ? { certPem, keyPem } : token ? { token } : {},
      },
    };
  } catch (fault) {
    const { code, message } = fault as NodeJS.ErrnoException;
    return { outcome: { status: 'failed', code: code ?? 'EUNKNOWN', detail: printable(message, LINE) } };
  }
}
