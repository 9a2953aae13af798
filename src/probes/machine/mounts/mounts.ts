/** This container's mounts, as far as an agent needs them: read from mountinfo, whose paths are those of this mount namespace. */
import { createHost } from '../../../host/create.js';
import type { Host } from '../../../host/host.js';
import { PHRASE, printable } from '../../../host/redact.js';
import { SERVICE_ACCOUNT_DIRECTORY } from '../../../kubernetes/service-account.js';
import type { AgentPlatform, HostMount } from '../../../model/facts/agent.js';
import type { Mounts, Outcome } from '../../../model/facts.js';
import { missingSocket } from './agent-socket.js';

const MAX_BYTES = 1 << 20;
const AGENT_PROGRAM = '/opt/datadog-agent';
export const CONFIGURATION = '/etc/datadog-agent';
/** Checks that configure themselves from the image; each has a `conf.yaml.default` (datadog-agent cmd/agent/dist/conf.d). */
export const DEFAULT_CHECKS = ['kubelet', 'container', 'cpu', 'disk', 'network'];
/** Processes looked at for a neighbour's mounts. */
const MAX_PROCESSES = 64;

/** Where charts and operator mount them; a socket may also be mounted by itself. */
const HOST_MOUNTS: { what: HostMount; path: string; at: RegExp }[] = [
  { what: 'proc', path: '/host/proc', at: /^\/host(\/proc)?$/ },
  { what: 'cgroup', path: '/host/sys/fs/cgroup', at: /^\/host(\/sys(\/fs(\/cgroup)?)?)?$/ },
  {
    what: 'runtime-socket',
    path: '/host/var/run',
    at: /^\/host(\/var)?(\/run)?$|^(\/host)?(\/var)?\/run\/(\S*\/)?(docker|containerd|crio|cri-dockerd)(\/|\.sock|$)/,
  },
  { what: 'pod-logs', path: '/var/log/pods', at: /^(\/host)?\/var\/log(\/pods)?$/ },
];

/**
 * What is left out on purpose: Windows has no such paths, GDC allows none, and on Autopilot the operator takes the directory of the runtime's socket
 * away (helm-charts 3.240.0 _container-agent.yaml; datadog-operator 1.29.0, its renders for gke-autopilot).
 */
const FORBIDDEN: Record<AgentPlatform, readonly HostMount[]> = {
  windows: ['proc', 'cgroup', 'runtime-socket', 'pod-logs'],
  'gke-gdc': ['proc', 'cgroup', 'runtime-socket'],
  'gke-autopilot': ['runtime-socket'],
};

/** What an agent needs of its node there. */
export function expectedMounts(logs: boolean, platform: AgentPlatform | undefined): typeof HOST_MOUNTS {
  return HOST_MOUNTS.filter(({ what }) => (what !== 'pod-logs' || logs) && !(platform && FORBIDDEN[platform].includes(what)));
}

/** Chart and operator write it into the agent's environment as DD_PROVIDER_KIND (helm-charts 3.240.0 _helpers.tpl provider-env). */
export function platformOf(kind: string | undefined): AgentPlatform | undefined {
  return kind === 'gke-autopilot' || kind === 'gke-gdc' ? kind : undefined;
}

/**
 * Pod logs are expected only where the agent collects them from files. `of` is another process than this one, whose files the host has: below
 * /proc/PID/root, `self` would still be us. `neighbours`: tokens of other containers, where a script has looked for them.
 */
export async function observeMounts(
  host: Host,
  of?: { host: Host; pid: number },
  neighbours?: readonly { path: string; mountinfo: string }[],
): Promise<Outcome<Mounts>> {
  const file = await (of?.host ?? host).readFile(`/proc/${of?.pid ?? 'self'}/mountinfo`, MAX_BYTES);
  if (!file.ok) return { status: 'failed', code: file.code, detail: file.detail };
  const points = mountPoints(file.text);
  const logs = host.env.DD_LOGS_ENABLED === 'true' && host.env.DD_LOGS_CONFIG_K8S_CONTAINER_USE_FILE !== 'false';
  const expected = expectedMounts(logs, platformOf(host.env.DD_PROVIDER_KIND));
  const pod = podOf(file.text);
  const neighbourOf = async (own: string) =>
    neighbours ? neighbours.find(({ mountinfo }) => podOf(mountinfo) === own)?.path : findNeighbourToken(host, own);
  const agentImage = (await host.listDirectory(AGENT_PROGRAM)).length > 0;
  const unseenDisks = agentImage ? await findUnseenDisks(host, file.text) : undefined;
  const socketMounted = expected.some(({ what, at }) => what === 'runtime-socket' && points.some((point) => at.test(point)));
  const socket = agentImage && socketMounted ? await missingSocket(host) : undefined;
  const neighbourToken = pod && !of ? await neighbourOf(pod) : undefined;
  return {
    status: 'observed',
    data: {
      ...(pod && { pod }),
      agentImage,
      host: expected.map(({ what, path, at }) => ({ what, path, mounted: points.some((point) => at.test(point)) })),
      hidden: agentImage ? await findHidden(host, points) : [],
      ...(unseenDisks && { unseenDisks }),
      ...(socket && { missingSocket: socket }),
      ...(neighbourToken && { neighbourToken }),
    },
  };
}

/** File systems that hold data; those of a boot loader, of images and of memory are not measured. */
const DISK_TYPES = new Set(['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'zfs', 'f2fs']);
const NOT_DATA = /^\/(boot|snap|run|var\/lib\/(kubelet|docker|containerd|containers|rancher)|var\/snap)(\/|$)/;

/** The node's first process lists the node's mounts; of a device with anything mounted here, the agent sees the whole. */
async function findUnseenDisks(host: Host, own: string): Promise<Mounts['unseenDisks']> {
  const file = await host.readFile('/host/proc/1/mountinfo', MAX_BYTES);
  if (!file.ok) return undefined;
  const here = new Set(devicesIn(own).map(({ device }) => device));
  const unseen = devicesIn(file.text).filter(({ device, type, at }) => DISK_TYPES.has(type) && !here.has(device) && !NOT_DATA.test(at));
  const first = new Map([...unseen].reverse().map(({ device, at }) => [device, at]));
  return [...first].slice(0, 20).map(([device, at]) => ({ device: printable(device, PHRASE), at: printable(at, PHRASE) }));
}

/** After the lone `-`: type and device. */
function devicesIn(mountinfo: string): { at: string; type: string; device: string }[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [, at = '', type = '', device = ''] = /^\S+ \S+ \S+ \S+ (\S+) .*? - (\S+) (\S+)/.exec(line) ?? [];
    return device ? [{ at: unescaped(at), type, device: unescaped(device) }] : [];
  });
}

function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** Fifth field; spaces and the like are octal escapes (Linux Documentation/filesystems/proc.rst). */
function mountPoints(mountinfo: string): string[] {
  return mountinfo.split('\n').flatMap((line) => {
    const point = line.split(' ')[4];
    return point ? [unescaped(point)] : [];
  });
}

/** The kubelet mounts `…/pods/UID/etc-hosts` on /etc/hosts of every container (pkg/kubelet/kubelet_pods.go makeMounts). */
export function podOf(mountinfo: string): string | undefined {
  return /^\S+ \S+ \S+ \S*\/pods\/([\w-]{1,64})\/\S+ (?:\/etc\/hosts|\/dev\/termination-log|\S*\/serviceaccount) /m.exec(mountinfo)?.[1];
}

/** A mount on conf.d, or on the directory of one check, without the default configuration that the image has there. */
async function findHidden(host: Host, points: readonly string[]): Promise<Mounts['hidden']> {
  const confd = `${CONFIGURATION}/conf.d`;
  const found: Mounts['hidden'] = [];
  for (const point of new Set(points.filter((p) => p === confd || (p.startsWith(`${confd}/`) && p.endsWith('.d'))))) {
    const own = point === confd ? DEFAULT_CHECKS : DEFAULT_CHECKS.filter((check) => point === `${confd}/${check}.d`);
    const gone: string[] = [];
    for (const check of own) {
      const files = await host.listDirectory(`${confd}/${check}.d`);
      if (!files.some((name) => /^conf\.yaml(\.default)?$/.test(name))) gone.push(check);
    }
    if (gone.length > 0) found.push({ path: printable(point, PHRASE), checks: gone });
  }
  return found;
}

/**
 * An ephemeral container shares no volume of its pod, but with --target it sees the processes of another container and, as the same user,
 * their files. Only a process of our own pod counts: with hostPID every pod of the node is in sight.
 */
async function findNeighbourToken(host: Host, pod: string): Promise<string | undefined> {
  const processes = (await host.listDirectory('/proc')).filter((name) => /^\d+$/.test(name)).slice(0, MAX_PROCESSES);
  for (const process of processes) {
    // A Host of its own: /var/run is an absolute link in many images, and would lead back into our files.
    const below = createHost({ ...host, root: `${host.root}/proc/${process}/root`, redactor: host.redactor });
    if (!(await below.listDirectory(SERVICE_ACCOUNT_DIRECTORY)).includes('token')) continue;
    const mounts = await host.readFile(`/proc/${process}/mountinfo`, MAX_BYTES);
    if (!mounts.ok || podOf(mounts.text) !== pod) continue;
    const located = await below.locate(SERVICE_ACCOUNT_DIRECTORY);
    return `${located.slice(host.root.length)}/token`;
  }
  return undefined;
}
