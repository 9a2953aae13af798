/** Finds, merges and reads kubeconfigs as kubectl does, and picks one context. client-go tools/clientcmd/loader.go has the rules. */

import { posix } from 'node:path';
import type { Host } from '../../host/host.js';
import { LINE, printable } from '../../host/redact.js';
import { nearest } from '../../kubernetes/near.js';
import type { KubeconfigOrigin } from './exec-plugin.js';
import { credentialOf, type KubeconfigCredential, registerSecrets, type UserError } from './kubeconfig-credential.js';
import type { Impersonation, KubeconfigFile } from './kubeconfig-file.js';

/** One context of a kubeconfig, resolved. */
export interface LoadedKubeconfig {
  /** `kubeconfig FILE`: the file the context stands in. */
  source: string;
  path: string;
  context: string;
  /** Name of the user entry; empty for a context without one, which then is nobody. */
  user: string;
  cluster: {
    name: string;
    server: string;
    caPem?: string;
    /** `kubeconfig FILE (inline)` or the path. */
    caSource?: string;
    caPath?: string;
    insecure: boolean;
    tlsServerName?: string;
    /** As written, credentials included; they are registered as secrets. */
    proxyUrl?: string;
  };
  credential: KubeconfigCredential;
  namespace?: string;
  impersonate?: Impersonation;
}

/** Which kubeconfig: an explicit file, else a KUBECONFIG list, else ~/.kube/config. */
export interface KubeconfigRequest {
  path?: string;
  kubeconfigEnv?: string;
  context?: string;
  /** Whose word the file is; default `found`: a plugin of it is not run. */
  origin?: KubeconfigOrigin;
}

/** Loads one context. Secrets of the chosen user are registered with the host's redactor. */
export async function loadKubeconfig(host: Host, request: KubeconfigRequest): Promise<LoadedKubeconfig | UserError> {
  const files = filesOf(host, request);
  const merged = await readAndMerge(host, files);
  if ('error' in merged) return merged;
  const where = files.join(':');
  const fail = (what: string): UserError => ({ error: printable(`${where}: ${what}`, LINE), code: 'ECONTEXT' });

  const name = request.context ?? merged.currentContext;
  if (merged.contexts.size === 0) return { ...fail('has no context; add one with kubectl config set-context'), code: 'EMPTY' };
  if (name === undefined) return fail(`has no current-context; name one with --context (${known(merged.contexts)})`);
  const context = merged.contexts.get(name);
  if (!context) return fail(`has no context "${name}"; ${meant(name, merged.contexts)}${known(merged.contexts)}`);
  const cluster = merged.clusters.get(context.cluster);
  if (!cluster) return fail(`context "${name}" is for the cluster "${context.cluster}", which is not defined (${known(merged.clusters)})`);
  if (!cluster.server) return fail(`cluster "${context.cluster}" has no server`);
  const user = context.user === '' ? undefined : merged.users.get(context.user);
  if (context.user !== '' && !user)
    return fail(`context "${name}" is for the user "${context.user}", which is not defined (${known(merged.users)})`);

  registerSecrets(host, cluster, user);
  const credential = user ? await credentialOf(host, user, cluster, request.origin ?? 'found') : {};
  if ('error' in credential) return credential;
  if (user?.authProvider && Object.keys(credential).length === 0) {
    return fail(
      `user "${context.user}" uses the auth-provider "${user.authProvider}", which kubelet-doctor does not support; use an exec plugin or a token`,
    );
  }
  return {
    source: `kubeconfig ${context.file}`,
    path: context.file,
    context: name,
    user: context.user,
    cluster: {
      name: context.cluster,
      server: cluster.server,
      insecure: cluster.insecure,
      // certificate-authority-data before certificate-authority, as in client-go.
      ...(cluster.caPem
        ? { caPem: cluster.caPem, caSource: `kubeconfig ${cluster.file} (inline)` }
        : cluster.caPath && { caPath: cluster.caPath, caSource: cluster.caPath }),
      ...(cluster.tlsServerName && { tlsServerName: cluster.tlsServerName }),
      ...(cluster.proxyUrl && { proxyUrl: cluster.proxyUrl }),
    },
    credential,
    ...(context.namespace && { namespace: context.namespace }),
    ...(user?.impersonate && { impersonate: user.impersonate }),
  };
}

function filesOf(host: Host, request: KubeconfigRequest): string[] {
  if (request.path) return [posix.resolve(host.cwd, request.path)];
  const list = (request.kubeconfigEnv ?? '').split(':').filter(Boolean);
  if (list.length > 0) return [...new Set(list.map((file) => posix.resolve(host.cwd, file)))];
  return [posix.join(host.home, '.kube', 'config')];
}

/** The first file to name an entry has it whole; files of a list that do not exist are passed over, but not all of them. */
async function readAndMerge(host: Host, files: string[]): Promise<KubeconfigFile | UserError> {
  const merged: KubeconfigFile = { clusters: new Map(), users: new Map(), contexts: new Map() };
  let missing: UserError | undefined;
  let read = 0;
  for (const path of files) {
    const file = await host.readFile(path);
    if (!file.ok) {
      const fault = { error: printable(`${path}: ${file.detail}`, LINE), code: file.code };
      if (file.code !== 'ENOENT') return fault;
      missing ??= fault;
      continue;
    }
    read += 1;
    // Loaded here: in a pod nobody needs a YAML parser.
    const { parseKubeconfigFile } = await import('./kubeconfig-file.js');
    const parsed = await parseKubeconfigFile(file.text, path);
    if ('error' in parsed) return { error: parsed.error, code: 'EYAML' };
    merged.currentContext ??= parsed.currentContext;
    addMissing(merged.clusters, parsed.clusters);
    addMissing(merged.users, parsed.users);
    addMissing(merged.contexts, parsed.contexts);
  }
  return read === 0 && missing ? missing : merged;
}

function addMissing<T>(into: Map<string, T>, from: ReadonlyMap<string, T>): void {
  for (const [name, entry] of from) if (!into.has(name)) into.set(name, entry);
}

/** The nearest first: of many contexts the one that was meant may not be among those that are listed. */
function meant(name: string, entries: ReadonlyMap<string, unknown>): string {
  const close = nearest(name, [...entries.keys()]);
  return close === undefined ? '' : `did you mean "${close}"? `;
}

function known(entries: ReadonlyMap<string, unknown>): string {
  const names = [...entries.keys()].map((name) => `"${name}"`);
  return names.length === 0 ? 'none is defined' : `known: ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}`;
}
