/**
 * Runs a command as the container of a pod that the apiserver has: the namespaces, mounts, user, capabilities, names and token that its spec asks
 * for, made by hand as a kubelet and a runtime make them. Nothing of the machine is in sight but its programs.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Cluster } from './cluster.js';
import { resolvConf } from './dns.js';
import { writeSecrets } from './identities.js';
import { DNS_IP, NODE_IPS, POD_IP, POD_NETNS, SERVICE_IP } from './net.js';

const run = promisify(execFile);
const REPOSITORY = resolve('.');
const COMMAND = join(REPOSITORY, 'bin/kubelet-doctor.js');

/** What of a container in a pod's spec decides where its process is. */
export interface ContainerSpec {
  name: string;
  env?: { name: string; value?: string; valueFrom?: { fieldRef: { fieldPath: string } } }[];
  volumeMounts?: { name: string; mountPath: string }[];
  securityContext?: {
    privileged?: boolean;
    runAsUser?: number;
    runAsNonRoot?: boolean;
    capabilities?: { add?: string[]; drop?: string[] };
  };
  targetContainerName?: string;
}

/** What of a pod. */
export interface PodObject {
  metadata: { name: string; namespace: string; uid: string };
  spec: {
    nodeName: string;
    serviceAccountName?: string;
    hostNetwork?: boolean;
    hostPID?: boolean;
    volumes?: { name: string; hostPath?: { path: string } }[];
    containers: ContainerSpec[];
    ephemeralContainers?: ContainerSpec[];
  };
}

export interface ContainerPlace {
  pod: PodObject;
  container: ContainerSpec;
  /** The node's file system, for a hostPath of `/`. */
  nodeRoot?: string;
  /** Of another container of this pod, whose process namespace is shared: a process id outside. */
  target?: number;
  /** Of the image. */
  env?: Record<string, string>;
  /** Path in the container → contents; of the image. */
  files?: Record<string, string>;
  /** Default: the cluster's DNS, and in the host's network a node's resolver that knows the names of nodes. */
  resolvConf?: string;
  /** Of kubelet-doctor. */
  args?: string[];
  /** Instead of kubelet-doctor. */
  argv?: string[];
  /** The user of the image; default root. */
  imageUser?: number;
}

export interface ContainerResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** containerd's default (pkg/oci/spec.go defaultUnixCaps). */
const DEFAULT_CAPABILITIES = [
  'chown',
  'dac_override',
  'fsetid',
  'fowner',
  'mknod',
  'net_raw',
  'setgid',
  'setuid',
  'setfcap',
  'setpcap',
  'net_bind_service',
  'sys_chroot',
  'kill',
  'audit_write',
];

/**
 * $1 the new root, $2 files of the image, $3 repository, $4 directory of node, $5 resolv.conf, $6 hosts, $7 secrets or '', $8 node's root or '',
 * $9 host name or '', then `--` and the command. /var/run is an absolute link, as in Debian's images.
 */
const ENTER = `
set -e
root=$1 image=$2 repository=$3 node=$4 resolv=$5 hosts=$6 secrets=$7 host=$8 name=$9; shift 10
mount -t tmpfs -o mode=755 container "$root"
for top in bin sbin lib lib32 lib64 libx32; do
  if [ -h "/$top" ]; then ln -s "$(readlink "/$top")" "$root/$top"; elif [ -d "/$top" ]; then mkdir "$root/$top"; mount --rbind "/$top" "$root/$top"; fi
done
mkdir -p "$root/usr" "$root/var/lib" "$root/var/log" "$root/run" "$root/tmp" "$root/proc" "$root/dev" "$root/etc" "$root/root" "$root/old"
mount --rbind /usr "$root/usr"
for shown in "$repository" "$node"; do
  case "$shown" in /usr/*) ;; *) mkdir -p "$root$shown"; mount --rbind "$shown" "$root$shown" ;; esac
done
ln -s /run "$root/var/run"
cp -a "$image/." "$root/"
for device in null zero urandom; do touch "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
for file in resolv.conf hosts termination-log; do touch "$root/etc/$file"; done
mount --bind "$resolv" "$root/etc/resolv.conf"
mount --bind "$hosts" "$root/etc/hosts"
if [ -n "$secrets" ]; then
  place="$root/run/secrets/kubernetes.io/serviceaccount"
  mkdir -p "$place"; mount --bind "$secrets" "$place"; mount -o remount,bind,ro "$place"
fi
if [ -n "$host" ]; then mkdir "$root/host"; mount --rbind "$host" "$root/host"; fi
if [ -n "$name" ]; then hostname "$name"; fi
mount -t proc proc "$root/proc"
cd "$root"
pivot_root . old
umount -l /old
cd /
exec "$@"
`;

/** The pod as the apiserver has it now. */
export function readPod(cluster: Cluster, namespace: string, name: string): Promise<PodObject> {
  return cluster.admin<PodObject>('GET', `/api/v1/namespaces/${namespace}/pods/${name}`);
}

/** Runs `kubelet-doctor`, or another command, as that container, and waits for its end. */
export async function runInContainer(cluster: Cluster, place: ContainerPlace): Promise<ContainerResult> {
  const child = await startInContainer(cluster, place);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  const code = await new Promise<number | null>((done, reject) => child.on('error', reject).on('close', done));
  return { code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}

/** The same, running. */
export async function startInContainer(cluster: Cluster, place: ContainerPlace): Promise<ChildProcess> {
  const { pod, container, target } = place;
  const { metadata, spec } = pod;
  const directory = await mkdtemp(join(cluster.dir, 'container-'));
  const [root, image] = [join(directory, 'root'), join(directory, 'image')];
  // As the kubelet lays it out; the tail is what a container sees in its mountinfo.
  const own = join(directory, 'pods', metadata.uid);
  for (const each of [root, image, own]) await mkdir(each, { recursive: true });
  for (const [path, text] of Object.entries(place.files ?? {})) {
    await mkdir(dirname(join(image, path)), { recursive: true });
    await writeFile(join(image, path), text);
  }
  const [resolv, hosts] = [join(directory, 'resolv.conf'), join(own, 'etc-hosts')];
  await writeFile(resolv, place.resolvConf ?? (spec.hostNetwork ? `nameserver ${DNS_IP}\n` : resolvConf(metadata.namespace)));
  const heading = spec.hostNetwork
    ? '# Kubernetes-managed hosts file (host network).\n127.0.0.1\tlocalhost\n'
    : `# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n${POD_IP}\t${metadata.name}\n`;
  await writeFile(hosts, heading);
  const name = spec.hostNetwork ? spec.nodeName : metadata.name;
  const words = [
    ...(target === undefined ? [] : ['nsenter', `--target=${target}`, '--pid', '--net', '--uts']),
    ...(target === undefined && !spec.hostNetwork ? ['nsenter', `--net=${POD_NETNS}`] : []),
    'unshare',
    '--mount',
    ...(target === undefined ? ['--uts'] : []),
    ...(target === undefined && !spec.hostPID ? ['--pid', '--fork', '--kill-child'] : []),
    '--propagation',
    'private',
    'sh',
    '-c',
    ENTER,
    'container',
    root,
    image,
    REPOSITORY,
    dirname(dirname(process.execPath)),
    resolv,
    hosts,
    await secretsOf(cluster, pod, container),
    hasNodeRoot(pod, container) ? (place.nodeRoot ?? '') : '',
    target === undefined ? name : '',
    '--',
    ...asUser(container, place.imageUser ?? 0),
    ...(place.argv ?? [process.execPath, COMMAND, ...(place.args ?? [])]),
  ];
  const [file = '', ...args] = words;
  const env = { PATH: process.env.PATH, HOME: '/root', HOSTNAME: name, ...serviceEnvironment(), ...place.env, ...envOf(container, pod) };
  return spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000, killSignal: 'SIGKILL' });
}

function serviceEnvironment(): Record<string, string> {
  return { KUBERNETES_SERVICE_HOST: SERVICE_IP, KUBERNETES_SERVICE_PORT: '443', KUBERNETES_PORT: `tcp://${SERVICE_IP}:443` };
}

function envOf({ env = [] }: ContainerSpec, { metadata, spec }: PodObject): Record<string, string> {
  const fields: Record<string, string> = {
    'status.hostIP': NODE_IPS[spec.nodeName as keyof typeof NODE_IPS],
    'spec.nodeName': spec.nodeName,
    'metadata.name': metadata.name,
  };
  return Object.fromEntries(env.map((each) => [each.name, each.value ?? fields[each.valueFrom?.fieldRef.fieldPath ?? ''] ?? '']));
}

/** A token of the pod's ServiceAccount, bound to this pod, where the admission plugin put the mount into the container. */
async function secretsOf(cluster: Cluster, { metadata, spec }: PodObject, { volumeMounts = [] }: ContainerSpec): Promise<string> {
  if (!volumeMounts.some(({ mountPath }) => mountPath === '/var/run/secrets/kubernetes.io/serviceaccount')) return '';
  const { namespace, name, uid } = metadata;
  const token = await cluster.serviceAccountToken(namespace, spec.serviceAccountName ?? 'default', { boundPod: { name, uid } });
  return writeSecrets(cluster.dir, { token, 'ca.crt': cluster.ca.certPem, namespace });
}

function hasNodeRoot({ spec }: PodObject, { volumeMounts = [] }: ContainerSpec): boolean {
  return (spec.volumes ?? []).some(
    ({ name, hostPath }) => hostPath?.path === '/' && volumeMounts.some((mount) => mount.name === name && mount.mountPath === '/host'),
  );
}

/**
 * Only one user id is ours here, so another user is one in a namespace of its own: the kernel lets it trace nobody outside, as it would a user of
 * another id. For root the bounding set is what the runtime leaves.
 */
function asUser({ securityContext = {} }: ContainerSpec, imageUser: number): string[] {
  const { privileged, runAsUser = imageUser, capabilities } = securityContext;
  if (runAsUser !== 0) return ['unshare', '--user', `--map-user=${runAsUser}`, `--map-group=${runAsUser}`];
  if (privileged) return [];
  const plain = (names: string[] = []) => names.map((name) => name.toLowerCase().replace(/^cap_/, ''));
  const dropped = plain(capabilities?.drop);
  const kept = DEFAULT_CAPABILITIES.filter((name) => !dropped.includes('all') && !dropped.includes(name));
  const bounding = [...new Set([...kept, ...plain(capabilities?.add)])].map((name) => `+${name}`);
  return ['setpriv', `--bounding-set=${['-all', ...bounding].join(',')}`, '--inh-caps=-all'];
}

/**
 * The node's root as /host shows it: its processes, the kubelet's files where its flags name them, and the directories a root has. Returns what
 * takes it away again.
 */
export async function layOutNode(cluster: Cluster, node: string): Promise<{ root: string; remove(): Promise<void> }> {
  const root = join(cluster.dir, `root-${node}`);
  const { directory } = cluster.kubelet(node);
  const bound = ['/proc', directory];
  for (const below of ['etc/kubernetes', 'usr/bin', 'var/lib', ...bound]) await mkdir(join(root, below), { recursive: true });
  for (const path of bound) await run('mount', ['--rbind', path, join(root, path)]);
  return {
    root,
    async remove() {
      for (const path of bound) await run('umount', ['-l', join(root, path)]);
    },
  };
}

/** kubectl of this machine, or undefined with the reason to skip. */
export async function hasKubectl(): Promise<boolean> {
  return run('kubectl', ['version', '--client']).then(
    () => true,
    () => false,
  );
}

/** A command of kubectl as it is typed, without a terminal: the fake runtime has nothing to attach to. */
export async function kubectl(cluster: Cluster, command: string): Promise<string> {
  const { stdout, stderr } = await run('sh', ['-ec', command.replaceAll(' -it ', ' ')], {
    env: { ...process.env, KUBECONFIG: cluster.adminKubeconfig, TMPDIR: cluster.dir },
  });
  return stdout + stderr;
}
