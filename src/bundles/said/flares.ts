/**
 * Several flares in one bundle: each is of the node on which it was made, and of several of one node the newest counts. One alone is judged as it is: what
 * its folder is called adds nothing.
 */
import { posix } from 'node:path';
import { isHostName } from '../../setup/values.js';
import { isKubeletPods } from './flare.js';

/** What an agent writes there, below the root of a flare (DataDog/datadog-agent pkg/flare). */
const IN_FLARE =
  /(?:^|\/)(?:(?:cluster-agent-status|status|diagnose|flare_creation|envvars)\.log|logs\/[\w-]{1,40}\.log(?:\.\d{1,3})?|runtime_config_dump\.yaml|etc\/datadog\.yaml|k8s\/kubelet_(?:config|pods)\.yaml)$/;

/** Undefined where it is no file of a flare, as far as its path tells. */
export function flareRootOf(path: string): string | undefined {
  const at = IN_FLARE.exec(path)?.index;
  return at === undefined ? undefined : path.slice(0, path[at] === '/' ? at + 1 : at);
}

interface Flare {
  files: Set<string>;
  node?: string;
  host?: string;
  madeMs?: number;
}

interface Flares {
  /** Every file of the bundle, with its first bytes. */
  see(path: string, head: string): void;
  /** By root, where there are several: `left` says why one is not judged. */
  several(): ReadonlyMap<string, { node: string } | { left: string }>;
}

/** One a bundle. */
export function createFlares(): Flares {
  const flares = new Map<string, Flare>();
  return {
    see(path, head) {
      const root = flareRootOf(path);
      if (root === undefined) return;
      const flare = flares.get(root) ?? { files: new Set() };
      flares.set(root, flare);
      flare.files.add(path.slice(root.length));
      if (isKubeletPods(path)) flare.node ??= /^\s{1,12}nodeName: "?([a-z\d][a-z\d.-]{0,252})"?\s*$/m.exec(head)?.[1];
      if (path === `${root}status.log`) flare.host ??= /^ {1,8}hostname: (\S{1,253})$/m.exec(head)?.[1];
      const made = Date.parse(/^Flare creation time: (\S{1,40})/m.exec(head)?.[1] ?? '');
      if (made) flare.madeMs = made;
    },
    several() {
      const all = [...flares].filter(([, flare]) => isOfNode(flare));
      if (all.length < 2) return new Map();
      const newest = new Map<string, number>();
      for (const [root, flare] of all) {
        const node = nodeOf(root, flare) ?? '';
        newest.set(node, Math.max(newest.get(node) ?? 0, flare.madeMs ?? 0));
      }
      return new Map(
        all.map(([root, flare]) => {
          const node = nodeOf(root, flare);
          if (node === undefined) return [root, { left: 'a flare that names no node' }];
          return [root, (flare.madeMs ?? 0) === newest.get(node) ? { node } : { left: `another flare of ${node} is newer` }];
        }),
      );
    },
  };
}

/** One of the Cluster Agent is of none. */
function isOfNode({ files }: Flare): boolean {
  const isFlare = files.has('flare_creation.log') && (files.has('status.log') || files.has('runtime_config_dump.yaml'));
  return isFlare && !files.has('cluster-agent-status.log');
}

/** Its pods say what Kubernetes calls the node; the agent calls it by its host name, as it calls the folder. */
function nodeOf(root: string, { node, host }: Flare): string | undefined {
  const folder = posix.basename(root);
  return [node, host, folder === 'unknown' ? undefined : folder].find((name) => name !== undefined && isHostName(name));
}
