/**
 * Facts only a node's own files give: the kubelet's process, its effective configuration, its certificates, its kubeconfig and proxy, the clock's
 * keeper and the container runtime's socket. Nothing here is a credential, and nothing of it is sent anywhere.
 */
import { TOO_LATE } from '../../host/deadline.js';
import { NAME, SENTENCE } from '../../host/redact.js';
import { shellQuote } from '../../kubernetes/names.js';
import type { Candidate, FactData, Place } from '../../model/facts.js';
import { findAgentProcesses, withoutClusterAgent } from '../../probes/machine/agent-process.js';
import { readNodeCertificates } from '../../probes/machine/kubelet-files.js';
import { observeListening } from '../../probes/machine/listening.js';
import { observeRuntimeSocket } from '../../probes/machine/runtime-socket.js';
import { observeTimeSync } from '../../probes/machine/time-sync.js';
import type { NodeFiles } from '../../setup/node-files.js';
import type { LiveContext } from '../context.js';
import { KUBELET_PROXY } from '../reproduce.js';

const WELL_KNOWN_PORTS = [10250, 10248, 10255];

/** Writes one fact a thing, in no order that matters. */
export async function observeNode(context: LiveContext, files: NodeFiles, place: Place): Promise<void> {
  const { store } = context;
  store.put(
    { target: 'self', kind: 'kubelet-config', subject: '', reproduce: "tr '\\0' '\\n' < /proc/$(pgrep -xo kubelet)/cmdline" },
    files.config,
  );
  await Promise.all([
    observeProcess(context, files, place),
    observeCertificates(context, files),
    observeRuntime(context, files),
    store.observe({ target: 'self', kind: 'time-sync', subject: '', reproduce: 'chronyc tracking || timedatectl' }, async () => ({
      status: 'observed',
      data: await observeTimeSync(files.host, files.processes),
    })),
  ]);
  const { kubeconfig, proxy } = files;
  if (kubeconfig) store.put({ target: 'self', kind: 'kubelet-kubeconfig', subject: '' }, kubeconfig.outcome);
  store.put(
    { target: 'self', kind: 'kubelet-proxy', subject: '', reproduce: KUBELET_PROXY },
    { status: 'observed', data: proxy.shown, ms: 0 },
  );
}

/** Which agents run on this node. */
export function observeAgents({ store }: LiveContext, files: NodeFiles): Promise<unknown> {
  const reproduce = "pgrep -a '^(agent|trace-agent|process-agent)$'";
  return store.observe({ target: 'self', kind: 'running-agents', subject: '', reproduce }, async () => ({
    status: 'observed',
    data: await agentsAmong(files),
  }));
}

/** The main process of each agent, by its program; what only has an agent's variables may be anything. */
async function agentsAmong({ host, processes }: NodeFiles): Promise<FactData['running-agents']> {
  const { found } = await findAgentProcesses(host, process.pid, processes);
  const agents = withoutClusterAgent(found).filter(({ byProgram, program }) => byProgram && program === 'agent');
  return agents.slice(0, 20).map(({ pid, program, pod }) => ({ pid, program, install: pod ? ('container' as const) : ('host' as const) }));
}

function observeProcess({ store, settings }: LiveContext, { host, kubelet, config }: NodeFiles, place: Place): Promise<unknown> {
  const values = config.status === 'observed' ? config.data.values : undefined;
  const { flags, state, pid, program, startedMs = Number.NaN, impostors } = kubelet;
  const started = new Date(startedMs);
  return store.observe({ target: 'self', kind: 'kubelet-process', subject: '', reproduce: 'pgrep -xa kubelet; ss -ltn' }, async () => {
    const ports = new Set([...WELL_KNOWN_PORTS, settings.kubelet.port, ...(values ? [values.port, values.readOnlyPort] : [])]);
    const listening = state === 'hidden' ? undefined : await observeListening(host, pid ?? 1, ports);
    const named = [flags?.['hostname-override'], ...(flags?.['node-ip']?.split(',') ?? [])].filter((name) => name !== undefined);
    const sharesNetwork = place.vantage === 'host-network';
    const own = sharesNetwork ? [host.hostName, ...host.interfaceAddresses().map(({ address }) => address)] : [];
    return {
      status: 'observed',
      data: {
        state,
        ...(pid !== undefined && { pid }),
        ...(program && { program }),
        ...(!Number.isNaN(started.getTime()) && { startedAt: started.toISOString() }),
        local: [...new Set([...named, ...own].map((name) => host.redactor.clean(name, NAME)))],
        named: settings.root !== undefined,
        ...(listening && { listening }),
        ...(impostors && { impostors: impostors.map((one) => ({ ...one, program: host.redactor.clean(one.program, 40) })) }),
      },
    };
  });
}

async function observeCertificates({ store }: LiveContext, { host, kubelet: { flags }, config }: NodeFiles): Promise<void> {
  const tlsCertFile = config.status === 'observed' ? config.data.values.tlsCertFile : '';
  const certificates = await readNodeCertificates(host, {
    ...(tlsCertFile && { tlsCertFile }),
    ...(flags?.['cert-dir'] && { certDirectory: flags['cert-dir'] }),
  });
  for (const { path, outcome } of certificates) {
    const reproduce = `openssl x509 -noout -subject -issuer -dates -ext subjectAltName -in ${shellQuote(host.redactor.clean(path, SENTENCE))}`;
    store.put({ target: 'self', kind: 'node-certificate', subject: host.redactor.clean(path, SENTENCE), reproduce }, outcome);
  }
}

/** Only where the endpoint is known for certain: another runtime's socket that is not there says nothing. */
async function observeRuntime({ store }: LiveContext, { host, config }: NodeFiles): Promise<void> {
  if (config.status !== 'observed' || !config.data.certain) return;
  const endpoint = config.data.values.containerRuntimeEndpoint;
  const { by, source, line } = config.data.origins.containerRuntimeEndpoint;
  const origin = by === 'default' ? `the default of ${source}` : line === undefined ? source : `${source}:${line}`;
  await store.observe({ target: 'self', kind: 'runtime-socket', subject: '', reproduce: 'crictl info | head' }, async () => {
    const state = await observeRuntimeSocket(host, endpoint);
    if (state === TOO_LATE) return { status: 'failed', code: TOO_LATE, detail: '' };
    return { status: 'observed', data: { endpoint: host.redactor.clean(endpoint, SENTENCE), source: origin, state } };
  });
}

/** What this node's kubelet is dialled at: the address its flags name, which is certain; else the machine's own, for where no Node object tells. */
export function candidateHere({ settings, own }: LiveContext, { kubelet, config }: NodeFiles): { candidate?: Candidate; certain: boolean } {
  const port = (config.status === 'observed' && config.data.certain && config.data.values.port) || settings.kubelet.port;
  const given = kubelet.flags?.['node-ip']?.split(',')[0];
  if (given && given !== '0.0.0.0' && given !== '::') {
    return {
      certain: true,
      candidate: { host: given, port, origin: 'loopback', source: `--node-ip of the kubelet's process ${kubelet.pid}` },
    };
  }
  // Without a process there is nobody to dial but where the apiserver says; and below --root the machine need not be this one.
  if (settings.root !== undefined && kubelet.state !== 'running') return { certain: false };
  const address = own.interfaceAddresses().find(({ name, address: a }) => /^(en|eth|ens|eno|enp|bond|ib)/.test(name) && !a.includes(':'));
  return { certain: false, candidate: { host: address?.address ?? '127.0.0.1', port, origin: 'loopback', source: 'this machine' } };
}
