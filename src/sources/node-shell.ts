/**
 * Facts only a node's own files give: the kubelet's process, its effective configuration, its certificates. Read at a node, in a debug pod that
 * has the node's whole root at /host, or below --root. Nothing here is a credential, and nothing of it is sent anywhere.
 */
import { shellQuote } from '../checks/support/quote.js';
import { createHost } from '../host/create.js';
import type { Host } from '../host/host.js';
import type { Place } from '../model/facts.js';
import { readKubeletConfig } from '../probes/kubelet-config.js';
import { readNodeCertificates } from '../probes/kubelet-files.js';
import { findKubeletProcess } from '../probes/kubelet-process.js';
import { observeListening } from '../probes/listening.js';
import type { LiveContext } from './context.js';

const WELL_KNOWN_PORTS = [10250, 10248, 10255];

/** The node's files as a Host of their own: the session's reads stay where they are. Undefined where no node's files are at hand. */
export function nodeHost({ host, settings }: Pick<LiveContext, 'host' | 'settings'>, place: Place): Host | undefined {
  const below = (root: string) =>
    createHost({ ...host, root, redactor: host.redactor, interfaceAddresses: host.interfaceAddresses, now: host.now });
  if (settings.root !== undefined) return below(settings.root);
  if (place.place === 'node') return host;
  return place.place === 'debug-pod' ? below(`${host.root}/host`) : undefined;
}

/** Writes `self/kubelet-process`, `self/kubelet-config` and one `self/node-certificate` a file. */
export async function observeNode(context: LiveContext, place: Place): Promise<void> {
  const host = nodeHost(context, place);
  if (!host) return;
  // A debug pod without the node's root has none of these directories.
  if (context.settings.root === undefined && (await host.listDirectory('/etc')).length === 0) return;
  const { store, settings } = context;
  const found = await findKubeletProcess(host);
  const { flags } = found;
  const config = await store.observe(
    { target: 'self', kind: 'kubelet-config', subject: '', reproduce: "tr '\\0' '\\n' < /proc/$(pgrep -xo kubelet)/cmdline" },
    () => readKubeletConfig(host, flags, found.startedMs),
  );
  const values = config.status === 'observed' ? config.data.values : undefined;
  await store.observe({ target: 'self', kind: 'kubelet-process', subject: '', reproduce: 'pgrep -xa kubelet; ss -ltn' }, async () => {
    const ports = new Set([...WELL_KNOWN_PORTS, settings.kubelet.port, ...(values ? [values.port, values.readOnlyPort] : [])]);
    const listening = found.state === 'hidden' ? undefined : await observeListening(host, found.pid ?? 1, ports);
    const named = [flags?.['hostname-override'], ...(flags?.['node-ip']?.split(',') ?? [])].filter((name) => name !== undefined);
    const sharesNetwork = place.vantage === 'host-network';
    const own = sharesNetwork ? [host.hostName, ...host.interfaceAddresses().map(({ address }) => address)] : [];
    const { state, pid, program } = found;
    return {
      status: 'observed',
      data: {
        state,
        ...(pid !== undefined && { pid }),
        ...(program && { program }),
        local: [...new Set([...named, ...own].map((name) => host.redactor.clean(name, 253)))],
        named: settings.root !== undefined,
        ...(listening && { listening }),
      },
    };
  });
  const certificates = await readNodeCertificates(host, {
    ...(values?.tlsCertFile && { tlsCertFile: values.tlsCertFile }),
    ...(flags?.['cert-dir'] && { certDirectory: flags['cert-dir'] }),
  });
  for (const { path, outcome } of certificates) {
    const reproduce = `openssl x509 -noout -subject -issuer -dates -ext subjectAltName -in ${shellQuote(host.redactor.clean(path, 300))}`;
    store.put({ target: 'self', kind: 'node-certificate', subject: host.redactor.clean(path, 300), reproduce }, outcome);
  }
}
