/**
 * What a kubelet answered at /configz, kept as a file: all that it runs with, its flags among it (vmware-tanzu/sonobuoy pkg/discovery/nodes.go, through the
 * apiserver's node proxy). Where a setting comes from it does not say.
 */
import type { Host } from '../../host/host.js';
import { record } from '../../kubernetes/json.js';
import { tooMuchJson } from '../../model/bounds.js';
import type { KubeletConfig, ValueOrigin } from '../../model/facts/node.js';
import { readKubeletConfig } from '../../probes/machine/kubelet-config.js';

/** The name of a node, where it is the file of one. */
export const nodeOfConfigz = (path: string): string | undefined =>
  /(?:^|\/)hosts\/([a-z\d][a-z\d.-]{0,252})\/configz\.json$/.exec(path)?.[1];

const CONFIGZ = '/configz';

/** Undefined where it is no configuration. `machine`: one on which a text is all there is, by its path. */
export async function configAnswered(
  text: string,
  machine: (files: ReadonlyMap<string, string>) => Host,
): Promise<KubeletConfig | undefined> {
  const { kubeletconfig } = record(parsed(text));
  if (typeof kubeletconfig !== 'object' || kubeletconfig === null) return undefined;
  const file = JSON.stringify({ ...kubeletconfig, kind: 'KubeletConfiguration' });
  const read = await readKubeletConfig(machine(new Map([[CONFIGZ, file]])), { config: CONFIGZ });
  if (read.status !== 'observed') return undefined;
  const origin: ValueOrigin = { by: 'answer', source: CONFIGZ };
  const origins = Object.fromEntries(Object.keys(read.data.origins).map((key) => [key, origin])) as KubeletConfig['origins'];
  return { ...read.data, origins, files: [] };
}

/** Whoever writes it again recurses. */
function parsed(text: string): unknown {
  try {
    return tooMuchJson(text) === undefined ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
