/** The agent's own datadog.yaml: where its environment says nothing, this file does (datadog-agent pkg/config: environment before file). */
import type { Host } from '../host/host.js';
import type { Choice } from './setting-ledger.js';

/** Where an agent installed on a node, or its image, keeps it. */
export const AGENT_FILE = '/etc/datadog-agent/datadog.yaml';

/** Variables and the keys of the same meaning (datadog-agent pkg/config/setup). Nothing else of the file is read: it holds the API key. */
const KEYS: Readonly<Record<string, string>> = {
  DD_KUBERNETES_KUBELET_HOST: 'kubernetes_kubelet_host',
  DD_KUBERNETES_KUBELET_NODENAME: 'kubernetes_kubelet_nodename',
  DD_KUBERNETES_HTTPS_KUBELET_PORT: 'kubernetes_https_kubelet_port',
  DD_KUBERNETES_HTTP_KUBELET_PORT: 'kubernetes_http_kubelet_port',
  DD_KUBELET_TLS_VERIFY: 'kubelet_tls_verify',
  DD_KUBELET_CLIENT_CA: 'kubelet_client_ca',
  DD_KUBELET_CLIENT_CRT: 'kubelet_client_crt',
  DD_KUBELET_CLIENT_KEY: 'kubelet_client_key',
  DD_KUBELET_AUTH_TOKEN_PATH: 'kubelet_auth_token_path',
  DD_KUBELET_USE_API_SERVER: 'kubelet_use_api_server',
  DD_EKS_FARGATE: 'eks_fargate',
};

export interface AgentFile {
  /** What the file says where the variable of this name is not set; an empty value counts as unset there too. */
  find(variable: string): Choice | undefined;
  /** For the list of settings: that it was read, or why it was not. Nothing where there is no such file. */
  seen?: Choice;
}

/** Where no such file counts. */
export const noAgentFile: AgentFile = { find: () => undefined };

/** Reads the file, at most 1 MiB of it. A file that cannot be read or understood gives no settings, and says so in `seen`. */
export async function readAgentFile(host: Host): Promise<AgentFile> {
  const file = await host.readFile(AGENT_FILE);
  if (!file.ok) return file.code === 'ENOENT' ? { find: () => undefined } : unread(`not read: ${file.detail}`);
  // Loaded here: most places have no such file, and need no YAML parser.
  const { readYaml } = await import('../probes/yaml-fields.js');
  const values = readYaml(file.text, AGENT_FILE, (root) => {
    const scalars = Object.entries(KEYS).map(([variable, key]) => [variable, scalar(root.raw(key))] as const);
    return { byVariable: new Map(scalars) };
  });
  // The line alone: a parser's message may quote what stands there.
  if ('error' in values) return unread(`not read: no valid YAML${/:\d+(?=: )/.exec(values.error)?.[0].replace(':', ', line ') ?? ''}`);
  return {
    find(variable) {
      const value = values.byVariable.get(variable);
      return value ? { value, origin: 'file', source: `${KEYS[variable]} in ${AGENT_FILE}` } : undefined;
    },
    seen: { value: 'read', origin: 'file', source: AGENT_FILE },
  };
}

function unread(value: string): AgentFile {
  return { find: () => undefined, seen: { value, origin: 'file', source: AGENT_FILE } };
}

function scalar(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
