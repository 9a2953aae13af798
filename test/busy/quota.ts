/** A group of processes that together get a tenth of a core. */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Quota {
  /** Whoever writes its process id here is held to it. */
  members: string;
  end(): void;
}

const PERIOD_US = 100_000;
const QUOTA_US = PERIOD_US / 10;

/** cgroup v1 has a tree a controller, v2 one for all; undefined where neither is ours to change. */
export function tenthOfACore(): Quota | undefined {
  const name = `kubelet-doctor-busy-${process.pid}`;
  const v1 = '/sys/fs/cgroup/cpu';
  if (existsSync(path.join(v1, 'cpu.cfs_quota_us')))
    return group(path.join(v1, name), { 'cpu.cfs_period_us': PERIOD_US, 'cpu.cfs_quota_us': QUOTA_US });
  const v2 = '/sys/fs/cgroup';
  const handedOn = path.join(v2, 'cgroup.subtree_control');
  if (existsSync(handedOn) && readFileSync(handedOn, 'utf8').split(/\s+/).includes('cpu'))
    return group(path.join(v2, name), { 'cpu.max': `${QUOTA_US} ${PERIOD_US}` });
  return undefined;
}

function group(directory: string, settings: Readonly<Record<string, string | number>>): Quota | undefined {
  try {
    mkdirSync(directory);
  } catch {
    return undefined;
  }
  const end = () => rmdirSync(directory);
  try {
    for (const [file, value] of Object.entries(settings)) writeFileSync(path.join(directory, file), String(value));
    return { members: path.join(directory, 'cgroup.procs'), end };
  } catch {
    end();
    return undefined;
  }
}
