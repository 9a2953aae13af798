/**
 * Every setting of a run, with where it came from: flag, then the agent's own environment (DD_*, read as the agent reads it), then its
 * datadog.yaml, then our environment, then files (kubeconfig, service account), then the default. Reads files; asks no server.
 */

import { posix } from 'node:path';
import { configurationOf } from '../agent-config/configuration-of.js';
import { type AgentFile, noAgentFile, readAgentFile } from '../agent-config/datadog-yaml.js';
import type { Host } from '../host/host.js';
import { urlWithoutCredentials } from '../host/secrets/urls.js';
import { SERVICE_ACCOUNT_DIRECTORY } from '../kubernetes/service-account.js';
import type { Choice } from '../model/facts.js';
import type { Owner } from '../probes/connection/gate.js';
import { openAgent, withOwnPaths } from './agent-process.js';
import { type ApiserverChoice, chooseApiserver } from './apiserver-choice.js';
import { findFlagError } from './flag-errors.js';
import { describeIdentity, kubeletIdentity } from './kubelet-identity.js';
import { byDefault, createLedger, type Ledger } from './ledger.js';
import { lookAround, type NodeFiles } from './node-files.js';
import { DEFAULTS, type Flags } from './options.js';
import { rightsSettings } from './profile-choice.js';
import type { KubeletSettings, PlacementSettings, Resolved } from './resolved.js';
import { apiserverSettings, kubeletSettings, type Origins } from './servers.js';
import { formatDuration, isHostName, parseDuration } from './values.js';

const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy', 'NO_PROXY', 'no_proxy'];

/** Where a Datadog Agent writes what it says (datadog-agent pkg/util/defaultpaths, 7.40 to 7.7x); beside it the console of its container. */
const AGENT_LOG = '/var/log/datadog/agent.log';

/** Resolves the settings of a run. An error is one line that names the flag or variable, what is wrong, and what to do. */
export async function resolveSettings(given: Partial<Flags>, own: Host): Promise<Resolved | { error: string }> {
  const wrong = await findFlagError(given, own);
  if (wrong) return { error: wrong };
  const process = await openAgent(given, own);
  if (process && 'error' in process) return { error: own.redactor.clean(process.error, 900) };
  const around: Owner = process ? 'process' : 'environment';
  const [flags, host] = process ? [withOwnPaths(given, own), process.host] : [given, own];
  const [chosen, { seen, nodeFiles }] = await Promise.all([chooseApiserver(flags, host, around), lookAround(own, given.root)]);
  if ('error' in chosen) return { error: chosen.error };
  // The agent of a process speaks for itself.
  const identity = process ? undefined : kubeletIdentity(flags, host, nodeFiles, chosen);
  const choice = identity && 'choice' in identity ? identity.choice : chosen;
  const origins = await findOrigins(flags, host, choice, around);
  const { ledger, agentFile } = origins;
  const { use, flag } = ledger;

  // Each line lists what it uses: their order is that of the settings that are shown.
  use('agent.process', process && { value: String(process.pid), origin: 'flag', source: '--agent-process' });
  use('agent.configuration', agentFile.seen);
  const node = use('node', flag('node') ?? ownNode(ledger));
  if (identity && nodeFiles) use('apiserver.kubeletIdentity', { ...describeIdentity(identity, nodeFiles), origin: 'file' });
  const kubelet = await withNodeAuthority(kubeletSettings(origins), nodeFiles, ledger);
  const apiserver = { ...apiserverSettings(origins), ...(choice.ofKubelet && { proxyEnvironment: nodeFiles?.proxy.environment ?? {} }) };
  const rights = await rightsSettings(flags, host, ledger);
  if ('error' in rights) return rights;
  const insecure = useSwitch(ledger, 'insecure-skip-tls-verify', flags['insecure-skip-tls-verify'] === true);
  const noExec = useSwitch(ledger, 'no-exec', flags.exec === false);
  useExceptionsOfAgent(ledger);
  const root = use('root', flag('root'));
  const placement = usePlacement(ledger);
  const timeoutMs = useDuration(ledger, 'timeout');
  const connectTimeoutMs = Math.min(useDuration(ledger, 'connect-timeout'), timeoutMs);
  if (choice.ofKubelet) useProxyOfKubelet(ledger, nodeFiles);
  else useProxyVariables(ledger);

  const configuration = configurationOf(host.env, agentFile, process ? `process ${process.pid}` : 'this process');
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
    placement,
    seen,
    ...(process && { agent: process, agentLog: host.env.DD_LOG_FILE || agentFile.logFile || AGENT_LOG }),
    ...(configuration && { configuration }),
    ...(root !== undefined && { root: posix.resolve(host.cwd, root) }),
    ...(nodeFiles && { nodeFiles }),
  };
}

async function findOrigins(
  flags: Partial<Flags>,
  host: Host,
  choice: ApiserverChoice,
  around: Owner,
): Promise<Origins & { agentFile: AgentFile }> {
  const mounted = new Set(await host.listDirectory(SERVICE_ACCOUNT_DIRECTORY));
  // A kubeconfig of ours speaks for us: an agent that happens to run on this machine is not the one that is asked about.
  const isOurs = choice.from === 'kubeconfig' && choice.origin !== 'agent environment' && !choice.ofKubelet;
  const agentFile = isOurs ? noAgentFile : await readAgentFile(host);
  return {
    flags,
    ledger: createLedger(flags, host, agentFile, around),
    around,
    choice,
    agentFile,
    account: (name) =>
      // In a debug pod it is the default account's, and would be shown to the kubelet beside the kubelet's own name.
      mounted.has(name) && !choice.ofKubelet
        ? { value: `${SERVICE_ACCOUNT_DIRECTORY}/${name}`, origin: 'file', source: 'service account', owner: around }
        : undefined,
    stored: (value) =>
      value && choice.kubeconfig ? { value, origin: 'file', source: choice.kubeconfig.source, owner: choice.owner } : undefined,
  };
}

/** A variable may hold anything; what is no name is not asked for. */
function ownNode({ agent, environment }: Ledger): Choice | undefined {
  return [agent('DD_KUBERNETES_KUBELET_NODENAME'), environment('NODE_NAME')].find((found) => found && isHostName(found.value));
}

/**
 * Without a CA of its own: what a node has to verify a serving certificate of its cluster with, the CA its kubelet believes clients by (kubeadm has one
 * for both).
 */
async function withNodeAuthority(kubelet: KubeletSettings, files: NodeFiles | undefined, { use }: Ledger): Promise<KubeletSettings> {
  if (kubelet.caSource !== 'none' || files?.config.status !== 'observed') return kubelet;
  const path = files.config.data.values['authentication.x509.clientCAFile'];
  const file = path ? await files.trusted.readFile(path) : undefined;
  if (!file?.ok) return kubelet;
  const source = "clientCAFile of this node's kubelet";
  use('kubelet.ca', { value: path, origin: 'file', source });
  // A copy of a node's files is whose it is that made it; and who may write the configuration names what CA he likes.
  const configuration = await Promise.all(files.config.data.files.map((each) => files.trusted.readFile(each)));
  const authority = files.live && configuration.every(({ ok }) => ok) ? 'kubelet' : 'stranger';
  return { ...kubelet, caPem: file.text, caSource: `${source}, ${path}`, owners: { ...kubelet.owners, authority } };
}

function useSwitch({ use }: Ledger, name: string, given: boolean): boolean {
  return use(name, given ? { value: 'true', origin: 'flag', source: `--${name}` } : byDefault('false')) === 'true';
}

/** Milliseconds; the flags are known to be durations. */
function useDuration({ use, flag }: Ledger, name: 'timeout' | 'connect-timeout'): number {
  const found = flag(name) ?? byDefault(DEFAULTS[name]);
  const ms = parseDuration(found.value) as number;
  use(name, { ...found, value: formatDuration(ms) });
  return ms;
}

function usePlacement({ use, flag }: Ledger): PlacementSettings {
  const [daemonset, manifest] = [use('daemonset', flag('daemonset')), use('manifest', flag('manifest'))];
  const [namespace = '', name = ''] = daemonset?.split('/') ?? [];
  return {
    ...(daemonset ? { daemonset: { namespace, name } } : {}),
    ...(manifest ? { manifest } : {}),
    asked: daemonset !== undefined || manifest !== undefined,
  };
}

/** The agent's own list of exceptions is compared as text unless it is told otherwise (datadog-agent pkg/util/http/transport.go). */
function useExceptionsOfAgent({ use, agent, agentBool }: Ledger): void {
  if (use('agent.noProxy', agent('DD_PROXY_NO_PROXY')) !== undefined)
    use('agent.noProxyNonexact', agentBool('DD_NO_PROXY_NONEXACT_MATCH', false));
}

function useProxyOfKubelet({ use }: Ledger, files: NodeFiles | undefined): void {
  for (const { name, value, source } of files?.proxy.shown ?? [])
    use(name, { value, origin: 'file', source: `the kubelet's service, ${source}` });
}

function useProxyVariables({ use, environment }: Ledger): void {
  for (const name of PROXY_VARIABLES) {
    const found = environment(name);
    use(name, found && { ...found, value: /^no_proxy$/i.test(name) ? found.value : urlWithoutCredentials(found.value) });
  }
}
