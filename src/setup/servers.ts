/** The settings of each server, picked from their origins. */

import { urlWithoutCredentials } from '../host/secrets/urls.js';
import type { Owner } from '../probes/connection/gate.js';
import type { Impersonation } from '../probes/credentials/kubeconfig-file.js';
import type { ApiserverChoice } from './apiserver-choice.js';
import type { Ledger, Owned } from './ledger.js';
import { DEFAULTS, type Flags } from './options.js';
import type { ApiserverSettings, CredentialPaths, KubeletSettings, Owners } from './resolved.js';
import { type Endpoint, parseEndpoint, parseHost, showEndpoint } from './values.js';

/** What all settings are made from. */
export interface Origins {
  flags: Partial<Flags>;
  ledger: Ledger;
  choice: ApiserverChoice;
  /** Who owns environment and files. */
  around: Owner;
  /** A file of the mounted service account, when it is there. */
  account(name: string): Owned | undefined;
  /** A value out of the kubeconfig. */
  stored(value: string | undefined): Owned | undefined;
}

/** Where the kubelet is, whom it is verified with, and what it would be shown. */
export function kubeletSettings(origins: Origins): KubeletSettings {
  const { choice, ledger, account, stored } = origins;
  const { use, flag, path, agent, agentBool, agentPort } = ledger;
  const { kubeconfig } = choice;
  // The agent's kubeconfig is for its apiserver client alone; a kubeconfig of ours speaks for us to both servers.
  const isOurs = kubeconfig !== undefined && choice.origin !== 'agent environment';
  const usesKubeconfig = isOurs && !choice.ofKubelet;
  const host = flag('kubelet-host') ?? agent('DD_KUBERNETES_KUBELET_HOST');
  const inline = isOurs && kubeconfig.cluster.caPem ? stored(kubeconfig.cluster.caSource) : undefined;
  const inKubeconfig = inline ?? (isOurs ? stored(kubeconfig.cluster.caPath) : undefined);
  const ca = path('kubelet-ca') ?? agent('DD_KUBELET_CLIENT_CA') ?? inKubeconfig ?? account('ca.crt');
  const kubeletHost = use('kubelet.host', host && { ...host, value: parseHost(host.value) ?? host.value });
  const port = use('kubelet.port', flag('kubelet-port') ?? agentPort('DD_KUBERNETES_HTTPS_KUBELET_PORT', Number(DEFAULTS['kubelet-port'])));
  const httpPort = use('kubelet.httpPort', agentPort('DD_KUBERNETES_HTTP_KUBELET_PORT', 10255));
  use('kubelet.ca', ca);
  const { paths, owner } = findCredential(origins, 'kubelet', usesKubeconfig);
  return {
    owners: ownersOf(origins, host, ca, owner),
    host: kubeletHost,
    hostSource: host?.source ?? 'none',
    port: Number(port),
    ...(ca && (ca === inline ? { caPem: kubeconfig?.cluster.caPem } : { caPath: ca.value })),
    caSource: ca?.source ?? 'none',
    ...paths,
    usesKubeconfig,
    agentVerifies: use('kubelet.tlsVerify', agentBool('DD_KUBELET_TLS_VERIFY', true)) === 'true',
    httpPort: Number(httpPort),
    useApiServer: use('agent.useApiServer', agentBool('DD_KUBELET_USE_API_SERVER', false)) === 'true',
    eksFargate: use('agent.eksFargate', agentBool('DD_EKS_FARGATE', false)) === 'true',
  };
}

/** The same for the apiserver. */
export function apiserverSettings(origins: Origins): ApiserverSettings {
  const { choice, ledger, account, stored } = origins;
  const { use, flag, path, agent, agentBool } = ledger;
  const { kubeconfig } = choice;
  const asked = flag('apiserver');
  const url = (asked ? parseEndpoint(asked.value) : choice.endpoint) as Endpoint | undefined;
  const found = asked ?? { origin: kubeconfig ? 'file' : choice.origin, source: kubeconfig?.source ?? choice.source };
  use('apiserver.url', url && { ...found, value: showEndpoint(url) });
  if (kubeconfig) {
    use('kubeconfig', { value: kubeconfig.path, origin: choice.origin, source: choice.source });
    use('context', flag('context') ?? stored(kubeconfig.context));
  }
  const inline = kubeconfig?.cluster.caPem ? stored(kubeconfig.cluster.caSource) : undefined;
  // The agent's CA setting counts on its in-cluster branch only (datadog-agent pkg/util/kubernetes/apiserver/apiserver.go).
  const configured = kubeconfig
    ? (inline ?? stored(kubeconfig.cluster.caPath))
    : (agent('DD_KUBERNETES_APISERVER_CA_PATH') ?? account('ca.crt'));
  const ca = path('apiserver-ca') ?? configured;
  use('apiserver.ca', ca);
  const impersonation = impersonationOf(origins);
  // As kubectl's --server: the name to verify belonged to the address that was replaced.
  const serverName = use('apiserver.serverName', asked ? undefined : stored(kubeconfig?.cluster.tlsServerName));
  use('apiserver.proxy', stored(kubeconfig?.cluster.proxyUrl && urlWithoutCredentials(kubeconfig.cluster.proxyUrl)));
  const { paths, owner } = findCredential(origins, 'apiserver', kubeconfig !== undefined);
  return {
    owners: ownersOf(origins, asked ?? choice, ca, owner),
    url,
    from: asked ? 'flag' : choice.from,
    ...(ca && (ca === inline ? { caPem: kubeconfig?.cluster.caPem } : { caPath: ca.value })),
    ...paths,
    ...(kubeconfig && { kubeconfig }),
    asKubelet: choice.ofKubelet === 'identity',
    ...(serverName && { serverName }),
    ...(impersonation && { impersonation }),
    ...(kubeconfig?.cluster.proxyUrl && { proxyUrl: kubeconfig.cluster.proxyUrl }),
    insecureInKubeconfig: use('apiserver.insecureInKubeconfig', kubeconfig && stored(String(kubeconfig.cluster.insecure))) === 'true',
    agentVerifies: use('apiserver.tlsVerify', agentBool('DD_KUBERNETES_APISERVER_TLS_VERIFY', true)) === 'true',
  };
}

/** --as and --as-group replace what the kubeconfig says as a whole, as kubectl has it (client-go tools/clientcmd/overrides.go). */
function impersonationOf({ choice, flags, ledger: { use, flag }, stored }: Origins): Impersonation | undefined {
  const asked = flag('as');
  const inKubeconfig = choice.kubeconfig?.impersonate;
  const groups = asked ? (flags['as-group'] ?? []) : (inKubeconfig?.groups ?? []);
  const user = use('apiserver.as', asked ?? stored(inKubeconfig?.user));
  if (user === undefined) return undefined;
  const source = asked ? ({ origin: 'flag', source: '--as-group' } as const) : stored('groups');
  if (groups.length > 0 && source) use('apiserver.asGroups', { ...source, value: groups.join(',') });
  return asked ? { user, groups, extra: {} } : { ...inKubeconfig, user, groups, extra: inKubeconfig?.extra ?? {} };
}

/** The strongest origin that names a credential, whole: what is asked for by flag is not sent along with what lies in a file. */
function findCredential(
  { choice, ledger, account, stored, around }: Origins,
  server: 'kubelet' | 'apiserver',
  usesKubeconfig: boolean,
): { paths: CredentialPaths; owner: Owner } {
  const { use, path, agent } = ledger;
  const ofKubelet = server === 'kubelet';
  const byFlag = {
    cert: path(`${server}-client-cert`),
    key: path(`${server}-client-key`),
    token: (ofKubelet ? path('kubelet-token-file') : undefined) ?? path('token-file'),
  };
  const cert = ofKubelet ? agent('DD_KUBELET_CLIENT_CRT') : undefined;
  const key = ofKubelet ? agent('DD_KUBELET_CLIENT_KEY') : undefined;
  const token = ofKubelet ? agent('DD_KUBELET_AUTH_TOKEN_PATH') : undefined;
  // The agent presents a certificate when both files are set, and its token all the same (datadog-agent kubelet_client.go).
  const byAgent = { ...(cert && key && { cert, key }), token: token ?? account('token') };
  const user = choice.kubeconfig?.credential;
  const byUser = { cert: stored(user?.certPath), key: stored(user?.keyPath), token: stored(user?.tokenFile) };

  const fromUser = usesKubeconfig && !byFlag.cert && !byFlag.token && !(cert && key) && !token;
  const named = byFlag.cert || byFlag.token;
  const found: { cert?: Owned; key?: Owned; token?: Owned } = named ? byFlag : fromUser ? byUser : byAgent;
  if (fromUser) use(`${server}.credential`, stored(`user ${choice.kubeconfig?.user || 'none'}`));
  return {
    paths: {
      certPath: use(`${server}.certificate`, found.cert),
      keyPath: use(`${server}.key`, found.key),
      tokenPath: use(`${server}.token`, found.token),
    },
    owner: named ? 'user' : fromUser ? choice.owner : around,
  };
}

/** Where no setting gives an address it is found by someone, whose it is then. Without a CA those count that everybody has. */
function ownersOf({ around }: Origins, server: { owner: Owner } | undefined, ca: Owned | undefined, credential: Owner): Owners {
  return { server: server?.owner ?? around, authority: ca?.owner ?? 'public', credential };
}
