/**
 * Every setting of a run, with where it came from: flag, then the agent's own environment (DD_*, read as the agent reads it), then its
 * datadog.yaml, then our environment, then files (kubeconfig, service account), then the default. Reads files; asks no server.
 */

import { posix } from 'node:path';
import { configurationOf } from '../agent-config/configuration-of.js';
import { noAgentFile, readAgentFile } from '../agent-config/datadog-yaml.js';
import type { Host } from '../host/host.js';
import { urlWithoutCredentials } from '../host/redact.js';
import { SERVICE_ACCOUNT_DIRECTORY } from '../kubernetes/service-account.js';
import { openAgent, withOwnPaths } from './agent-host.js';
import { chooseApiserver } from './apiserver-choice.js';
import { findFlagError } from './flag-errors.js';
import { describeIdentity, kubeletIdentity } from './kubelet-identity.js';
import { byDefault, createLedger, type Ledger } from './ledger.js';
import { type NodeFiles, openNodeFiles } from './node-files.js';
import { DEFAULTS, type Flags } from './options.js';
import type { KubeletSettings, Resolved } from './resolved.js';
import { rightsSettings } from './rights.js';
import { apiserverSettings, kubeletSettings, type Origins } from './servers.js';
import { formatDuration, isHostName, parseDuration } from './values.js';

const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy', 'NO_PROXY', 'no_proxy'];

/** What a node itself has to verify a serving certificate of its cluster with: the CA its kubelet believes clients by (kubeadm has one CA for both). */
async function authorityOfNode({ trusted, config }: NodeFiles, use: Ledger['use']): Promise<Partial<KubeletSettings>> {
  const path = config.status === 'observed' ? config.data.values['authentication.x509.clientCAFile'] : '';
  const file = path ? await trusted.readFile(path) : undefined;
  if (!file?.ok) return {};
  const source = `clientCAFile of this node's kubelet, ${path}`;
  use('kubelet.ca', { value: path, origin: 'file', source: "clientCAFile of this node's kubelet" });
  return { caPem: file.text, caSource: source };
}

/** Resolves the settings of a run. An error is one line that names the flag or variable, what is wrong, and what to do. */
export async function resolveSettings(given: Partial<Flags>, own: Host): Promise<Resolved | { error: string }> {
  const wrong = await findFlagError(given, own);
  if (wrong) return { error: wrong };
  const process = await openAgent(given, own);
  if (process && 'error' in process) return { error: own.redactor.clean(process.error, 900) };
  const [flags, host] = process ? [withOwnPaths(given, own), process.host] : [given, own];
  const [chosen, nodeFiles] = await Promise.all([
    chooseApiserver(flags, host, process ? 'found' : 'named'),
    openNodeFiles(own, given.root),
  ]);
  if ('error' in chosen) return { error: chosen.error };
  // The agent of a process speaks for itself.
  const identity = process ? undefined : kubeletIdentity(flags, host, nodeFiles, chosen);
  const choice = identity && 'choice' in identity ? identity.choice : chosen;
  const mounted = new Set(await host.listDirectory(SERVICE_ACCOUNT_DIRECTORY));
  // A kubeconfig of ours speaks for us: an agent that happens to run on this machine is not the one that is asked about.
  const ours = choice.from === 'kubeconfig' && choice.origin !== 'agent environment' && !choice.ofKubelet;
  const agentFile = ours ? noAgentFile : await readAgentFile(host);
  const configuration = configurationOf(host.env, agentFile, process ? `process ${process.pid}` : 'this process');
  const ledger = createLedger(flags, host, agentFile);
  ledger.use('agent.process', process && { value: String(process.pid), origin: 'flag', source: '--agent-process' });
  ledger.use('agent.configuration', agentFile.seen);
  const origins: Origins = {
    flags,
    ledger,
    choice,
    account: (name) =>
      // In a debug pod it is the default account's, and would be shown to the kubelet beside the kubelet's own name.
      mounted.has(name) && !choice.ofKubelet
        ? { value: `${SERVICE_ACCOUNT_DIRECTORY}/${name}`, origin: 'file', source: 'service account' }
        : undefined,
    stored: (value) => (value && choice.kubeconfig ? { value, origin: 'file', source: choice.kubeconfig.source } : undefined),
  };

  const { use, flag, agent, environment } = ledger;
  const node = use(
    'node',
    flag('node') ?? [agent('DD_KUBERNETES_KUBELET_NODENAME'), environment('NODE_NAME')].find((c) => c && isHostName(c.value)),
  );
  if (identity && nodeFiles) use('apiserver.kubeletIdentity', { ...describeIdentity(identity, nodeFiles), origin: 'file' });
  const kubelet = kubeletSettings(origins);
  if (kubelet.caSource === 'none' && nodeFiles) Object.assign(kubelet, await authorityOfNode(nodeFiles, use));
  const apiserver = { ...apiserverSettings(origins), ...(choice.ofKubelet && { proxyEnvironment: nodeFiles?.proxy.environment ?? {} }) };
  const rights = await rightsSettings(flags, host, ledger);
  if ('error' in rights) return { error: rights.error };
  const on = (name: string, given: boolean) =>
    use(name, given ? { value: 'true', origin: 'flag', source: `--${name}` } : byDefault('false')) === 'true';
  const insecure = on('insecure-skip-tls-verify', flags['insecure-skip-tls-verify'] === true);
  const noExec = on('no-exec', flags.exec === false);
  const duration = (name: 'timeout' | 'connect-timeout') => {
    const found = flag(name) ?? byDefault(DEFAULTS[name]);
    const ms = parseDuration(found.value) as number;
    use(name, { ...found, value: formatDuration(ms) });
    return ms;
  };
  // The agent's own list of exceptions is compared as text unless it is told otherwise (datadog-agent pkg/util/http/transport.go).
  if (use('agent.noProxy', agent('DD_PROXY_NO_PROXY')) !== undefined)
    use('agent.noProxyNonexact', ledger.agentBool('DD_NO_PROXY_NONEXACT_MATCH', false));
  const root = use('root', flag('root'));
  const [daemonset, manifest] = [use('daemonset', flag('daemonset')), use('manifest', flag('manifest'))];
  const [namespace = '', name = ''] = daemonset?.split('/') ?? [];
  const timeoutMs = duration('timeout');
  const connectTimeoutMs = Math.min(duration('connect-timeout'), timeoutMs);
  for (const { name, value, source } of choice.ofKubelet ? (nodeFiles?.proxy.shown ?? []) : [])
    use(name, { value, origin: 'file', source: `the kubelet's service, ${source}` });
  for (const name of choice.ofKubelet ? [] : PROXY_VARIABLES) {
    const found = environment(name);
    use(name, found && { ...found, value: /^no_proxy$/i.test(name) ? found.value : urlWithoutCredentials(found.value) });
  }
  return {
    settings: ledger.settings,
    node,
    kubelet,
    apiserver,
    rights,
    insecure,
    noExec,
    kubeletIdentity: flags['kubelet-identity'] !== false,
    timeoutMs,
    connectTimeoutMs,
    ...(process && { agent: process }),
    ...(configuration && { configuration }),
    ...(root !== undefined && { root: posix.resolve(host.cwd, root) }),
    ...(nodeFiles && { nodeFiles }),
    placement: {
      ...(daemonset ? { daemonset: { namespace, name } } : {}),
      ...(manifest ? { manifest } : {}),
      asked: daemonset !== undefined || manifest !== undefined,
    },
  };
}
