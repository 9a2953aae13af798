/** From a pod template to what its agent's container will see of the node: the mounts themselves are read by probes/mounts.ts, in the container. */
import { PHRASE } from '../host/redact.js';
import { text as textOf } from '../host/text.js';
import { list, record } from '../kubernetes/json.js';
import type { AgentPlatform } from '../model/facts/agent.js';
import type { AgentPodTemplate } from '../model/facts.js';
import { CONFIGURATION, DEFAULT_CHECKS, expectedMounts } from '../probes/machine/mounts/mounts.js';

const MOST = 200;
const text = (value: unknown) => textOf(value, PHRASE);

interface Mount {
  at: string;
  subPath: boolean;
  /** The node's directory; undefined for another kind of volume. */
  hostPath?: string;
  /** Holds what somebody wrote, and nothing of the image. */
  foreign: boolean;
}

/** `logs`: pod logs are read from files, and have to be there. */
export function readTemplateMounts(
  podSpec: unknown,
  container: Record<string, unknown> | undefined,
  { logs, platform }: { logs: boolean; platform: AgentPlatform | undefined },
): Pick<AgentPodTemplate, 'host' | 'hidden' | 'disks'> {
  const mounts = mountsOf(podSpec, container);
  const fromNode = mounts.filter(({ hostPath }) => hostPath !== undefined);
  const confd = `${CONFIGURATION}/conf.d`;
  return {
    host: expectedMounts(logs, platform).map(({ what, path, at: fits }) => ({
      what,
      path,
      mounted: fromNode.some(({ at }) => fits.test(at)),
    })),
    hidden: mounts.flatMap(({ at, subPath, foreign }) => {
      const checks = at === confd ? DEFAULT_CHECKS : DEFAULT_CHECKS.filter((check) => at === `${confd}/${check}.d`);
      return foreign && !subPath && checks.length > 0 ? [{ path: at, checks: [...checks] }] : [];
    }),
    disks: fromNode.map(({ hostPath = '', at }) => ({ from: hostPath, at })),
  };
}

function mountsOf(podSpec: unknown, container: Record<string, unknown> | undefined): Mount[] {
  const volumes = new Map(
    list(record(podSpec).volumes)
      .slice(0, MOST)
      .map(record)
      .map((volume) => [volume.name, volume]),
  );
  return list(container?.volumeMounts)
    .slice(0, MOST)
    .map(record)
    .map(({ name, mountPath, subPath, subPathExpr }) => {
      const volume = volumes.get(name) ?? {};
      const { path } = record(volume.hostPath);
      const foreign = ['configMap', 'secret', 'projected', 'hostPath'].some((kind) => volume[kind] !== undefined);
      return {
        at: text(mountPath).replace(/(?<=^\/|[^/])\/+$/, ''),
        subPath: Boolean(subPath ?? subPathExpr),
        ...(typeof path === 'string' && { hostPath: text(path) }),
        foreign,
      };
    });
}
