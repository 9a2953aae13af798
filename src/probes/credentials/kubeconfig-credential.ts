/** What a kubeconfig's user would present. */
import type { Host } from '../../host/host.js';
import { LINE, printable } from '../../host/redact.js';
import { registerUserInfo } from '../../host/secrets/urls.js';
import type { ExecConfig, KubeconfigOrigin } from './exec-plugin.js';

import type { ClusterEntry, ExecEntry, UserEntry } from './kubeconfig-file.js';

/** Tells the redactor what of this user and cluster must never be shown. */
export function registerSecrets(host: Host, cluster: ClusterEntry, user: UserEntry | undefined): void {
  if (cluster.proxyUrl) registerUserInfo(cluster.proxyUrl, host.redactor);
  const inEnvironment = user?.exec?.env.filter(({ name }) => /TOKEN|SECRET|PASSWORD|KEY/i.test(name)).map(({ value }) => value) ?? [];
  for (const secret of [user?.token, user?.password, user?.keyPem, ...inEnvironment]) {
    if (secret) host.redactor.register(secret);
  }
}

/** What is presented, by client-go's precedence: inline data before files, a token file before a token, a token before a plugin. */
export async function credentialOf(
  host: Host,
  user: UserEntry,
  cluster: ClusterEntry,
  origin: KubeconfigOrigin,
): Promise<KubeconfigCredential | UserError> {
  const { exec, tokenFile, token, username } = user;
  const pair = await certificateOf(host, user);
  if ('error' in pair) return pair;
  return {
    ...pair,
    ...(tokenFile ? { tokenFile } : token && { token }),
    ...(username && { username }),
    // client-go runs no plugin when there is a token to send (plugin/pkg/client/auth/exec; kubectl 1.32 tried).
    ...(exec && !token && !tokenFile && { exec: pluginOf(exec, user.file, cluster, origin) }),
  };
}

function pluginOf(exec: ExecEntry, file: string, cluster: ClusterEntry, origin: KubeconfigOrigin): ExecConfig {
  if (!exec.provideClusterInfo) return { ...exec, file, origin };
  const { file: _file, execConfig: config, ...rest } = cluster;
  return { ...exec, file, origin, cluster: { ...rest, server: cluster.server ?? '', config } };
}

/** Both halves as paths, or both as PEMs: where one is inline and the other a file, the file is read here. */
async function certificateOf(
  host: Host,
  user: UserEntry,
): Promise<Pick<KubeconfigCredential, 'certPath' | 'keyPath' | 'certPem' | 'keyPem'> | UserError> {
  const { certPem, keyPem, certPath, keyPath } = user;
  if (!certPem && !certPath) return {};
  // client-go refuses it too (tools/clientcmd/validation.go).
  if (!keyPem && !keyPath)
    return { error: printable(`${user.file}: a user has a client-certificate, but no client-key`, LINE), code: 'ECONTEXT' };
  if (!certPem && !keyPem) return { certPath, keyPath };
  const halves: (string | UserError)[] = [];
  for (const [pem, path] of [
    [certPem, certPath],
    [keyPem, keyPath],
  ] as const) {
    const file = pem || !path ? undefined : await host.readFile(path);
    halves.push(file && !file.ok ? { error: printable(`${path}: ${file.detail}`, LINE), code: file.code } : (pem ?? file?.text ?? ''));
  }
  for (const half of halves) if (typeof half !== 'string') return half;
  const [cert, key] = halves as [string, string];
  host.redactor.register(key);
  return { certPem: cert, keyPem: key };
}

/** What the user must put right, in one line. */
export interface UserError {
  error: string;
  /** ENOENT EACCES… for the file; EYAML for its contents; ECONTEXT when what is asked for is not in it; EMPTY when nothing is. */
  code: string;
}

/** What a kubeconfig's user would present. Paths and PEMs never stand side by side: what is inline wins, as in client-go. */
export interface KubeconfigCredential {
  certPath?: string;
  keyPath?: string;
  certPem?: string;
  keyPem?: string;
  /** Not set where `tokenFile` is: the file wins. */
  token?: string;
  tokenFile?: string;
  /** Basic authentication: recognised, and refused by every server since Kubernetes 1.19. The password is not kept. */
  username?: string;
  exec?: ExecConfig;
}
