/** The address each server is tried at, and who named it. */
import { isDnsName } from '../../kubernetes/names.js';
import type { Candidate, Place, Target } from '../../model/facts.js';
import type { Resolved } from '../../setup/resolved.js';
import type { LiveContext } from '../context.js';

/** Writes the `candidates` fact, which says too that there is none. */
export function putCandidate(context: LiveContext, target: Target, candidate: Candidate | undefined): Candidate | undefined {
  const data = candidate ? [candidate] : [];
  context.store.put({ target, kind: 'candidates', subject: '' }, { status: 'observed', data, ms: 0 });
  return candidate;
}

export function apiserverCandidate({ apiserver: { url, from } }: Resolved): Candidate | undefined {
  if (!url) return undefined;
  const origin = from === 'service-environment' || from === 'kubeconfig' ? from : 'setting';
  return { host: url.host, port: url.port, origin, source: from };
}

/** Where a setting says the kubelet is. */
export function settingCandidate({ kubelet, settings }: Resolved, byFlagOnly: boolean): Candidate | undefined {
  const origin = settings.find(({ setting }) => setting === 'kubelet.host')?.origin;
  return kubelet.host && kubelet.port > 0 && (!byFlagOnly || origin === 'flag')
    ? { host: kubelet.host, port: kubelet.port, origin: 'setting', source: kubelet.hostSource }
    : undefined;
}

/**
 * Few accounts may read a Node, but a pod's token names ours, and --node another; where that name resolves, the kubelet is asked by it. The agent
 * itself must be told.
 */
export async function candidateByName(
  context: LiveContext,
  place: Place | undefined,
  node: string | undefined,
  another: boolean,
): Promise<Candidate | undefined> {
  const { port } = context.settings.kubelet;
  const inPod = place?.place === 'debug-pod' || place?.place === 'pod';
  if ((!inPod && !another) || !node || !isDnsName(node) || port === 0) return undefined;
  const resolved = await context.lookup('kubelet', node);
  return resolved.status === 'observed' && resolved.data.addresses.length > 0
    ? { host: node, port, origin: 'token', source: another ? '--node' : 'the token' }
    : undefined;
}
