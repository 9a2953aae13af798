/**
 * May the apiserver be asked as the kubelet of this node? Only where nobody else speaks: no kubeconfig, no credential by flag. A debug pod has a
 * token, that of the namespace's default account, which says nothing of the agent; a kubelet may ask what any account may do.
 */
import type { Host } from '../host/host.js';
import type { UserError } from '../probes/credentials/kubeconfig-credential.js';
import type { ApiserverChoice } from './apiserver-choice.js';
import type { NodeFiles } from './node-files.js';
import type { Flags } from './options.js';
import { parseEndpoint } from './values.js';

/** The kubelet's own way to its apiserver, or why it is not taken: a phrase for the list of settings. */
export type KubeletIdentity = { choice: ApiserverChoice } | { unused: string };

/** Flags that name the whole way; and those that name who we are, on a way that is still to be found. */
const WAY_FLAGS = ['kubeconfig', 'context'] as const;
const CREDENTIAL_FLAGS = ['token-file', 'apiserver-client-cert'] as const;

/** Undefined where it is nobody's question: no node's files, or somebody else speaks. */
export function kubeletIdentity(
  flags: Partial<Flags>,
  { env }: Pick<Host, 'env'>,
  files: NodeFiles | undefined,
  chosen: ApiserverChoice | UserError,
): KubeletIdentity | undefined {
  if (!files?.kubeconfig || WAY_FLAGS.some((name) => flags[name] !== undefined) || env.DD_KUBERNETES_KUBECONFIG_PATH) return undefined;
  const free = !('error' in chosen) && (chosen.from === 'none' || (chosen.from === 'service-environment' && files.place === 'debug-pod'));
  const named = CREDENTIAL_FLAGS.some((name) => flags[name] !== undefined);
  // A pod's own way will do for a credential that is named.
  if (!free || (named && chosen.from !== 'none') || flags.as !== undefined) return undefined;
  if (flags['kubelet-identity'] === false) return { unused: 'not used: --no-kubelet-identity' };
  // A stranger's tree may name any server, and a CA for it: nothing is sent there, least of all a token that was named beside.
  if (!files.live) return { unused: "not used: what --root names are not the files of this running machine (no kernel's /proc below it)" };
  const { outcome, loaded } = files.kubeconfig;
  if (outcome.status === 'failed') return { unused: `not used: ${outcome.detail}${outcome.code === 'EACCES' ? '; run as root' : ''}` };
  if (!loaded) return undefined;
  const endpoint = parseEndpoint(loaded.cluster.server);
  if (typeof endpoint === 'string') return { unused: `not used: the server of ${outcome.data.path} ${endpoint}` };
  const way = { from: 'kubeconfig', endpoint, origin: 'file', source: outcome.data.path, owner: 'kubelet' } as const;
  if (named) return { choice: { ...way, kubeconfig: { ...loaded, credential: {} }, ofKubelet: 'way' } };
  return { choice: { ...way, kubeconfig: loaded, ofKubelet: 'identity' } };
}

/** What the list of settings says of it: `used`, or that its credential is made by a program which is not run. */
export function describeIdentity(identity: KubeletIdentity, files: NodeFiles): { value: string; source: string } {
  const outcome = files.kubeconfig?.outcome;
  const found = outcome?.status === 'observed' ? outcome.data : undefined;
  if ('unused' in identity) return { value: identity.unused, source: found?.path ?? '' };
  const { source, ofKubelet } = identity.choice;
  if (ofKubelet === 'way') return { value: 'its server and CA alone: another credential is named', source };
  if (found?.presents === 'plugin') {
    const plugin = found.plugin ?? 'a program';
    return {
      value: `no credential: ${plugin} makes it, which is not run from a file that was found; --kubeconfig ${source} runs it`,
      source,
    };
  }
  return { value: found?.presents === 'nothing' ? 'no credential in it' : 'used', source };
}
