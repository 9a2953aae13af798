/** Which apiserver, and whose word it is: a kubeconfig that was named, the pod's own environment, or a kubeconfig that lies about. */
import { posix } from 'node:path';
import type { Host } from '../host/host.js';
import type { Origin } from '../model/facts.js';
import type { Owner } from '../probes/connection/gate.js';
import { type KubeconfigRequest, type LoadedKubeconfig, loadKubeconfig } from '../probes/credentials/kubeconfig.js';
import type { UserError } from '../probes/credentials/kubeconfig-credential.js';
import type { Flags } from './options.js';
import { type Endpoint, parseEndpoint, parseHost, parsePort } from './values.js';

export interface ApiserverChoice {
  from: 'service-environment' | 'kubeconfig' | 'none';
  endpoint?: Endpoint;
  kubeconfig?: LoadedKubeconfig;
  /** Who chose the kubeconfig, or gave the address. */
  origin: Origin;
  source: string;
  /** Whose word the server, and all that the kubeconfig holds, are. */
  owner: Owner;
  /**
   * It is the kubelet's own. `identity`: it speaks to the apiserver, and nothing of it is shown to the kubelet. `way`: server, CA and proxy alone, for
   * a credential that was named.
   */
  ofKubelet?: 'identity' | 'way';
}

interface KubeconfigChoice {
  request: Omit<KubeconfigRequest, 'origin'>;
  origin: Origin;
  source: string;
}

/**
 * --kubeconfig or --context, then the agent's DD_KUBERNETES_KUBECONFIG_PATH, then the service environment, then KUBECONFIG, then
 * ~/.kube/config. --apiserver is not weighed here: as kubectl's --server it replaces the address alone. `around`: who owns environment and files.
 */
export async function chooseApiserver(
  flags: Partial<Flags>,
  host: Host,
  around: Owner = 'environment',
): Promise<ApiserverChoice | UserError> {
  const { env } = host;
  const agents = env.DD_KUBERNETES_KUBECONFIG_PATH;
  const implied: KubeconfigChoice = agents
    ? { request: { path: agents }, origin: 'agent environment', source: 'DD_KUBERNETES_KUBECONFIG_PATH' }
    : env.KUBECONFIG
      ? { request: { kubeconfigEnv: env.KUBECONFIG }, origin: 'environment', source: 'KUBECONFIG' }
      : { request: {}, origin: 'file', source: '~/.kube/config' };

  if (flags.kubeconfig !== undefined) {
    const request = { path: flags.kubeconfig, context: flags.context };
    return fromKubeconfig(host, { request, origin: 'flag', source: '--kubeconfig' }, around);
  }
  if (flags.context !== undefined) {
    return fromKubeconfig(host, { ...implied, request: { ...implied.request, context: flags.context } }, around);
  }
  if (agents) return fromKubeconfig(host, implied, around);
  const inCluster = fromServiceEnvironment(host, around);
  if (inCluster) return inCluster;
  if (!env.KUBECONFIG && !(await host.listDirectory(posix.join(host.home, '.kube'))).includes('config')) return nothing(around);
  const found = await fromKubeconfig(host, implied, around);
  // `kubectl config unset` leaves an empty skeleton behind: nobody's mistake.
  return 'error' in found && found.code === 'EMPTY' && !env.KUBECONFIG ? nothing(around) : found;
}

function nothing(owner: Owner): ApiserverChoice {
  return { from: 'none', origin: 'default', source: '', owner };
}

/** client-go's in-cluster configuration needs both variables (rest/config.go InClusterConfig). */
function fromServiceEnvironment({ env }: Host, owner: Owner): ApiserverChoice | undefined {
  const address = parseHost(env.KUBERNETES_SERVICE_HOST ?? '');
  const port = parsePort(env.KUBERNETES_SERVICE_PORT ?? '');
  if (!address || !port) return undefined;
  return {
    from: 'service-environment',
    endpoint: { host: address, port, path: '' },
    origin: 'environment',
    source: 'KUBERNETES_SERVICE_HOST',
    owner,
  };
}

async function fromKubeconfig(
  host: Host,
  { request, origin, source }: KubeconfigChoice,
  around: Owner,
): Promise<ApiserverChoice | UserError> {
  // The plugin of one that was found, below another process, is not run.
  const kubeconfig = await loadKubeconfig(host, { ...request, origin: around === 'process' ? 'found' : 'named' });
  if ('error' in kubeconfig) {
    const named = request.context !== undefined && kubeconfig.code === 'ECONTEXT' ? '--context' : source;
    return { ...kubeconfig, error: `${named}: ${kubeconfig.error}${kubeconfig.code === 'ENOENT' ? '; check the path' : ''}` };
  }
  const { name, server } = kubeconfig.cluster;
  const endpoint = parseEndpoint(server);
  if (typeof endpoint === 'string') {
    return {
      error: `${source}: ${kubeconfig.path}: the server of cluster "${name}" ${endpoint}; correct it or set --apiserver`,
      code: 'ECONTEXT',
    };
  }
  // What the agent's own variable names is the agent's.
  const owner = around === 'process' || origin === 'agent environment' ? around : 'kubeconfig';
  return { from: 'kubeconfig', endpoint, kubeconfig, origin, source, owner };
}
