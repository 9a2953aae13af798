/**
 * Every setting of a run, with where it came from: flag, then the agent's own environment (DD_*, read as the agent reads it), then its
 * datadog.yaml, then our environment, then files (kubeconfig, service account), then the default. Reads files; asks no server.
 */

import { posix } from 'node:path';
import { noAgentFile, readAgentFile } from '../agent-config/datadog-yaml.js';
import type { Host } from '../host/host.js';
import { withoutCredentials } from '../host/redact.js';
import { configurationOf } from '../live/apiserver/agent-configuration.js';
import type { AgentConfiguration, Setting } from '../model/facts.js';
import type { LoadedKubeconfig } from '../probes/credentials/kubeconfig.js';
import type { Impersonation } from '../probes/credentials/kubeconfig-file.js';
import { SERVICE_ACCOUNT_DIRECTORY } from '../probes/machine/place.js';
import { type AgentSource, openAgent, withOwnPaths } from './agent-host.js';
import { chooseApiserver } from './apiserver-choice.js';
import { findFlagError } from './flag-errors.js';
import { describeIdentity, kubeletIdentity } from './kubelet-identity.js';
import { byDefault, createLedger, type Ledger } from './ledger.js';
import { type NodeFiles, openNodeFiles } from './node-files.js';
import type { Flags } from './options.js';
import { type RightsSettings, rightsSettings } from './rights.js';
import { apiserverSettings, kubeletSettings, type Origins } from './servers.js';
import { type Endpoint, formatDuration, isDnsName, parseDuration } from './values.js';

/** What would be presented to a server, as files; all of one origin. */
export interface CredentialPaths {
  tokenPath?: string;
  certPath?: string;
  keyPath?: string;
}

export interface KubeletSettings extends CredentialPaths {
  host?: string;
  /** The flag or variable; `none` where the host is not set. */
  hostSource: string;
  /** 0 where the agent's own setting turns HTTPS off. */
  port: number;
  caPath?: string;
  /** Inline CA of a kubeconfig. */
  caPem?: string;
  caSource: string;
  /** The kubeconfig's user is presented to the kubelet too; what it holds inline is in `apiserver.kubeconfig`. */
  usesKubeconfig: boolean;
  /** DD_KUBELET_TLS_VERIFY: a fact to report, never our consent to skip verification. */
  agentVerifies: boolean;
  /** Read-only port; 0 where it is turned off. */
  httpPort: number;
  /** DD_KUBELET_USE_API_SERVER: the agent reads /pods from the apiserver. */
  useApiServer: boolean;
  /** DD_EKS_FARGATE: the agent reads everything through the apiserver's node proxy. */
  eksFargate: boolean;
}

export interface ApiserverSettings extends CredentialPaths {
  url?: Endpoint;
  from: 'flag' | 'service-environment' | 'kubeconfig' | 'none';
  caPath?: string;
  caPem?: string;
  kubeconfig?: LoadedKubeconfig;
  /** `tls-server-name`. */
  serverName?: string;
  /** `proxy-url` with its credentials, where it has some; only `settings` may be shown. */
  proxyUrl?: string;
  /** `as` of the kubeconfig or --as: in whose name the apiserver is asked. A kubelet knows no impersonation. */
  impersonation?: Impersonation;
  insecureInKubeconfig: boolean;
  /** The apiserver is asked as the kubelet of this node. */
  asKubelet: boolean;
  /** With credentials; only `settings` may be shown. Missing: our own environment decides. */
  proxyEnvironment?: Readonly<Record<string, string>>;
  /** DD_KUBERNETES_APISERVER_TLS_VERIFY, a fact like `kubelet.agentVerifies`. */
  agentVerifies: boolean;
}

/** The settings, ready to use. */
export interface Resolved {
  /** For --verbose and the `settings` fact. What is not set and has no default is not listed. */
  settings: Setting[];
  node?: string;
  kubelet: KubeletSettings;
  apiserver: ApiserverSettings;
  rights: RightsSettings;
  /** --insecure-skip-tls-verify, and nothing else. */
  insecure: boolean;
  noExec: boolean;
  timeoutMs: number;
  connectTimeoutMs: number;
  saDirectory: string;
  placement: PlacementSettings;
  /** --root: where the node's file system is. */
  root?: string;
  /** False: --no-kubelet-identity. */
  kubeletIdentity: boolean;
  /** The node's own files, where they are at hand. */
  nodeFiles?: NodeFiles;
  /** --agent-process: whom everything else here was read from. */
  agent?: AgentSource;
  /** What environment and datadog.yaml say of the agent's settings, as they say it. */
  configuration?: Omit<AgentConfiguration, 'install'>;
}

/** Where the agent may run. */
export interface PlacementSettings {
  daemonset?: { namespace: string; name: string };
  /** Path of a manifest to judge instead of what is installed. */
  manifest?: string;
  /** Asked for by a flag or by the command; at a workstation it is asked anyway. */
  asked: boolean;
}

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
    flag('node') ?? [agent('DD_KUBERNETES_KUBELET_NODENAME'), environment('NODE_NAME')].find((c) => c && isDnsName(c.value)),
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
  const duration = (name: 'timeout' | 'connect-timeout', standard: string) => {
    const found = flag(name) ?? byDefault(standard);
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
  const timeoutMs = duration('timeout', '30s');
  const connectTimeoutMs = Math.min(duration('connect-timeout', '4s'), timeoutMs);
  for (const { name, value, source } of choice.ofKubelet ? (nodeFiles?.proxy.shown ?? []) : [])
    use(name, { value, origin: 'file', source: `the kubelet's service, ${source}` });
  for (const name of choice.ofKubelet ? [] : PROXY_VARIABLES) {
    const found = environment(name);
    use(name, found && { ...found, value: /^no_proxy$/i.test(name) ? found.value : withoutCredentials(found.value) });
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
    saDirectory: SERVICE_ACCOUNT_DIRECTORY,
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
