/** What is wrong with the command line, before anything is asked of anyone. */

import type { Host } from '../host/host.js';
import type { Flags } from './options.js';
import { isDnsName, parseDuration, parseEndpoint, parseHost, parsePort, parseServiceAccount } from './values.js';

/** Of a manifest that is read; a rendered chart is some hundred KiB, with definitions of the operator some MiB. */
export const MANIFEST_BYTES = 8 << 20;

const REPEATABLE = new Set(['skip', 'only', 'feature', 'as-group']);
/** Flags that name a file that is read. */
export const FILE_FLAGS = [
  'kubelet-ca',
  'kubelet-client-cert',
  'kubelet-client-key',
  'kubelet-token-file',
  'apiserver-ca',
  'apiserver-client-cert',
  'apiserver-client-key',
  'token-file',
  'manifest',
] as const;

/**
 * Flags that say who asks. Beside --agent-process the servers, and the CAs that verify them, are those of a process that may be anybody's: ours would
 * go to whomever it names.
 */
const CREDENTIAL_FLAGS = [
  'kubeconfig',
  'context',
  'token-file',
  'kubelet-token-file',
  'kubelet-client-cert',
  'kubelet-client-key',
  'apiserver-client-cert',
  'apiserver-client-key',
] as const;

const ADVICE: Record<string, string> = { ENOENT: 'check the path', EACCES: 'run as a user who may read it' };

/** One line that names the flag, what is wrong with it, and what to do; undefined when all is well. */
export async function findFlagError(flags: Partial<Flags>, host: Host): Promise<string | undefined> {
  const wrong = wrongValue(flags) ?? (await unreadableFile(flags, host)) ?? (await noDirectory(flags, host));
  return wrong && host.redactor.clean(wrong, 400);
}

function wrongValue(flags: Partial<Flags>): string | undefined {
  for (const [name, value] of Object.entries(flags)) {
    if (Array.isArray(value) && !REPEATABLE.has(name)) return `--${name} is given more than once; give it once`;
    if (value === '') return `--${name} has no value; give one or leave it out`;
  }
  const { node, apiserver } = flags;
  for (const name of ['timeout', 'connect-timeout'] as const) {
    const value = flags[name];
    if (value !== undefined && parseDuration(value) === undefined) return `--${name} ${value} is no duration; write 500ms, 4s or 2m`;
  }
  for (const name of ['agent-version', 'kubernetes-version'] as const) {
    const value = flags[name];
    if (value !== undefined && !/^v?\d+\.\d+(\.\d+)?([-+.].*)?$/.test(value)) return `--${name} ${value} is no version; write 7.52 or 1.33`;
  }
  const account = flags['service-account'];
  if (account !== undefined && !parseServiceAccount(account))
    return `--service-account ${account} is no NAMESPACE/NAME; write datadog/datadog-agent`;
  if (flags['as-group'] !== undefined && flags.as === undefined) return '--as-group needs --as; give the user as well';
  const agentProcess = flags['agent-process'];
  if (agentProcess !== undefined && !/^(auto|[1-9]\d{0,9})$/.test(agentProcess))
    return `--agent-process ${agentProcess} is neither a process id nor auto; \`ps -e\` shows the ids`;
  for (const name of CREDENTIAL_FLAGS)
    if (agentProcess !== undefined && flags[name] !== undefined)
      return `--agent-process asks as that agent, --${name} as another; leave one of them out`;
  const port = flags['kubelet-port'];
  if (port !== undefined && parsePort(port) === undefined) return `--kubelet-port ${port} is no port; give a number from 1 to 65535`;
  const kubeletHost = flags['kubelet-host'];
  if (kubeletHost !== undefined && parseHost(kubeletHost) === undefined) {
    return `--kubelet-host ${kubeletHost} is neither an address nor a name; give the host alone, and the port with --kubelet-port`;
  }
  const { daemonset } = flags;
  if (daemonset !== undefined && !daemonset.split('/').every(isDnsName)) return `--daemonset ${daemonset} is no name; write NAMESPACE/NAME`;
  if (daemonset !== undefined && daemonset.split('/').length !== 2)
    return `--daemonset ${daemonset} lacks its namespace; write NAMESPACE/NAME`;
  if (node !== undefined && !isDnsName(node)) return `--node ${node} is no node name; \`kubectl get nodes\` lists them`;
  const endpoint = apiserver === undefined ? undefined : parseEndpoint(apiserver);
  if (typeof endpoint === 'string') return `--apiserver ${apiserver} ${endpoint}; write https://host:port`;
  for (const server of ['kubelet', 'apiserver'] as const) {
    const [cert, key] = [`${server}-client-cert`, `${server}-client-key`] as const;
    if (flags[cert] !== undefined && flags[key] === undefined) return `--${cert} needs --${key}; it may name the same file`;
    if (flags[key] !== undefined && flags[cert] === undefined) return `--${key} needs --${cert}; it may name the same file`;
  }
  return undefined;
}

async function unreadableFile(flags: Partial<Flags>, host: Host): Promise<string | undefined> {
  for (const name of FILE_FLAGS) {
    const value = flags[name];
    const file = value === undefined ? undefined : await host.readFile(value, name === 'manifest' ? MANIFEST_BYTES : undefined);
    if (file && !file.ok) return `--${name} ${value}: ${file.detail}; ${ADVICE[file.code] ?? 'name a readable file'}`;
  }
  return undefined;
}

/** Only a directory will do: a file, or a path that is not there, would look like a node without a kubelet. */
async function noDirectory({ root }: Partial<Flags>, host: Host): Promise<string | undefined> {
  if (root === undefined) return undefined;
  const read = await host.readFile(root, 1);
  if (!read.ok && read.code === 'EISDIR') return undefined;
  return `--root ${root}: ${read.ok || read.code === 'ETOOBIG' ? 'is a file' : read.detail}; name the directory that holds the node's file system`;
}
