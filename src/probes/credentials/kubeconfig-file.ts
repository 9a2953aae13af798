/** One kubeconfig file as entries by name. kubernetes client-go tools/clientcmd/api/v1/types.go names the fields. */
import { posix } from 'node:path';
import type { Fields } from '../../files/fields.js';
import { readQuickly } from '../../files/yaml-quick.js';

/** `clusters[].cluster`. Paths are made absolute from the directory of the file. */
export interface ClusterEntry {
  file: string;
  server?: string;
  caPem?: string;
  caPath?: string;
  insecure: boolean;
  tlsServerName?: string;
  proxyUrl?: string;
  /** The `client.authentication.k8s.io/exec` extension, handed to a plugin that asks for cluster information. */
  execConfig?: unknown;
}

/** `users[].user`. */
export interface UserEntry {
  file: string;
  certPem?: string;
  certPath?: string;
  keyPem?: string;
  keyPath?: string;
  token?: string;
  tokenFile?: string;
  username?: string;
  password?: string;
  impersonate?: Impersonation;
  authProvider?: string;
  exec?: ExecEntry;
}

/** `contexts[].context`. */
export interface ContextEntry {
  file: string;
  cluster: string;
  user: string;
  namespace?: string;
}

/** `as`, `as-uid`, `as-groups`, `as-user-extra`. */
export interface Impersonation {
  user: string;
  uid?: string;
  groups: string[];
  extra: Record<string, string[]>;
}

/** `exec`: a program that prints a credential. */
export interface ExecEntry {
  command: string;
  args: string[];
  env: { name: string; value: string }[];
  apiVersion: string;
  interactiveMode?: string;
  installHint?: string;
  provideClusterInfo: boolean;
}

export interface KubeconfigFile {
  currentContext?: string;
  clusters: Map<string, ClusterEntry>;
  users: Map<string, UserEntry>;
  contexts: Map<string, ContextEntry>;
}

/**
 * Parses a kubeconfig. An error is one line, `file:line: what`, for whatever kubectl refuses as well: YAML that does not parse, another kind,
 * a number where text belongs, a name given twice, data that is no base64.
 */
export async function parseKubeconfigFile(text: string, file: string): Promise<KubeconfigFile | { error: string }> {
  const read = (root: Fields): KubeconfigFile => {
    const kind = root.text('kind');
    // By kind, not by name: OpenShift's /etc/kubernetes/kubelet.conf is a KubeletConfiguration.
    if (kind !== undefined && kind !== 'Config') throw root.fault(`kind is ${kind}, not Config: this is not a kubeconfig`, 'kind');
    return {
      currentContext: root.text('current-context'),
      clusters: byName(root, 'clusters', 'cluster', (from) => readCluster(from, file)),
      users: byName(root, 'users', 'user', (from) => readUser(from, file)),
      contexts: byName(root, 'contexts', 'context', (from) => ({
        file,
        cluster: from.text('cluster') ?? '',
        user: from.text('user') ?? '',
        namespace: from.text('namespace'),
      })),
    };
  };
  return readQuickly(text, read) ?? (await import('../../files/yaml-fields.js')).readYaml(text, file, read);
}

function byName<T>(root: Fields, key: string, inner: string, read: (from: Fields) => T): Map<string, T> {
  const entries = new Map<string, T>();
  for (const entry of root.each(key)) {
    const name = entry.text('name') ?? '';
    if (entries.has(name)) throw entry.fault(`${inner} "${name}" is defined twice`);
    entries.set(name, read(entry.fields(inner)));
  }
  return entries;
}

function readCluster(from: Fields, file: string): ClusterEntry {
  return {
    file,
    server: from.text('server'),
    caPem: from.base64('certificate-authority-data'),
    caPath: fromDirectory(file, from.text('certificate-authority')),
    insecure: from.flag('insecure-skip-tls-verify'),
    tlsServerName: from.text('tls-server-name'),
    proxyUrl: from.text('proxy-url'),
    execConfig: from
      .each('extensions')
      .find((extension) => extension.text('name') === 'client.authentication.k8s.io/exec')
      ?.raw('extension'),
  };
}

function readUser(from: Fields, file: string): UserEntry {
  return {
    file,
    certPem: from.base64('client-certificate-data'),
    certPath: fromDirectory(file, from.text('client-certificate')),
    keyPem: from.base64('client-key-data'),
    keyPath: fromDirectory(file, from.text('client-key')),
    token: from.text('token'),
    tokenFile: fromDirectory(file, from.text('tokenFile')),
    username: from.text('username'),
    password: from.text('password'),
    impersonate: readImpersonation(from),
    authProvider: from.has('auth-provider') ? (from.fields('auth-provider').text('name') ?? 'without a name') : undefined,
    exec: from.has('exec') ? readExec(from.fields('exec'), file) : undefined,
  };
}

function readImpersonation(from: Fields): Impersonation | undefined {
  const user = from.text('as');
  const extra = from.fields('as-user-extra');
  const groups = from.texts('as-groups');
  if (user === undefined) return undefined;
  return { user, uid: from.text('as-uid'), groups, extra: Object.fromEntries(extra.keys().map((key) => [key, extra.texts(key)])) };
}

function readExec(from: Fields, file: string): ExecEntry {
  const command = from.text('command') ?? '';
  return {
    // Only a command with a slash is a path; any other is looked up in PATH (client-go tools/clientcmd/loader.go).
    command: command.includes('/') ? (fromDirectory(file, command) as string) : command,
    args: from.texts('args'),
    env: from.each('env').map((pair) => ({ name: pair.text('name') ?? '', value: pair.text('value') ?? '' })),
    apiVersion: from.text('apiVersion') ?? '',
    interactiveMode: from.text('interactiveMode'),
    installHint: from.text('installHint'),
    provideClusterInfo: from.flag('provideClusterInfo'),
  };
}

function fromDirectory(file: string, path: string | undefined): string | undefined {
  return path === undefined ? undefined : posix.resolve(posix.dirname(file), path);
}
