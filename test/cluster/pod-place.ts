/** Runs a command where an agent would run: its own mounts, a clean environment, and the pod's or the node's network. */
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { resolvConf as clusterResolvConf } from './dns.js';
import { POD_NETNS, SERVICE_IP } from './net.js';

const run = promisify(execFile);

/** What the kubelet injects into every container (pkg/kubelet/kubelet_pods.go getServiceEnvVarMap). */
const SERVICE_ENVIRONMENT = {
  KUBERNETES_SERVICE_HOST: SERVICE_IP,
  KUBERNETES_SERVICE_PORT: '443',
  KUBERNETES_SERVICE_PORT_HTTPS: '443',
  KUBERNETES_PORT: `tcp://${SERVICE_IP}:443`,
  KUBERNETES_PORT_443_TCP: `tcp://${SERVICE_IP}:443`,
  KUBERNETES_PORT_443_TCP_PROTO: 'tcp',
  KUBERNETES_PORT_443_TCP_PORT: '443',
  KUBERNETES_PORT_443_TCP_ADDR: SERVICE_IP,
};

export interface PodPlace {
  argv: string[];
  /** Added to PATH, HOME and the service variables; an undefined value takes one of them away. */
  env?: Record<string, string | undefined>;
  /** Mounted at /var/run/secrets/kubernetes.io/serviceaccount; without it the pod has no credentials. */
  secretsDir?: string;
  /** Text of /etc/resolv.conf; default: the cluster's DNS, namespace default. */
  resolvConf?: string;
  /** Text of /etc/hosts; default: localhost alone. */
  hosts?: string;
  /** `host` is hostNetwork: true. Default `pod`: source address POD_IP. */
  network?: 'pod' | 'host';
  cwd?: string;
  stdin?: string;
  timeoutMs?: number;
}

export interface PodResult {
  /** Exit code; null when it was ended by a signal (`timeoutMs`, default 60 s). */
  code: number | null;
  stdout: string;
  stderr: string;
  ms: number;
}

/**
 * Once per namespace: memory file systems for /run (network namespaces, pod secrets) and for the clusters' files, so
 * that neither needs rights on the machine's disk nor stays there; and for /var/log, which a kubelet serves as /logs/.
 */
export async function setUpMounts(scratch: string): Promise<void> {
  await run('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'kd-run', '/run']);
  await run('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'kd-log', '/var/log']);
  await run('mount', ['-t', 'tmpfs', '-o', 'mode=700', 'kd-scratch', scratch]);
}

/** Run by sh in the pod's own mount namespace: $1 secrets or '', $2 resolv.conf, $3 hosts, then the command. */
const ENTER = `
set -e
secrets=$1 resolv=$2 hosts=$3; shift 3
mount -t tmpfs -o mode=755 pod /run
mkdir -p /run/home
for hidden in /etc/kubernetes /var/lib/kubelet /etc/datadog-agent; do
  if [ -d "$hidden" ]; then mount -t tmpfs none "$hidden"; fi
done
cover() { # a link into /run (systemd-resolved) has lost its target
  target=$(readlink -m "$2"); mkdir -p "$(dirname "$target")"; [ -e "$target" ] || touch "$target"
  mount --bind "$1" "$target"
}
cover "$resolv" /etc/resolv.conf
cover "$hosts" /etc/hosts
if [ -n "$secrets" ]; then
  place=$(readlink -m /var/run/secrets/kubernetes.io/serviceaccount)
  mkdir -p "$place"; mount --bind "$secrets" "$place"; mount -o remount,bind,ro "$place"
fi
exec "$@"
`;

function environment(extra: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: '/run/home', ...SERVICE_ENVIRONMENT, ...extra };
}

/** Runs the command and waits for its end. `directory` keeps the files mounted into it (a cluster's `dir`). */
export async function runAsPod({ dir }: { dir: string }, place: PodPlace): Promise<PodResult> {
  const files = await mkdtemp(join(dir, 'pod-'));
  const resolv = join(files, 'resolv.conf');
  const hosts = join(files, 'hosts');
  await writeFile(resolv, place.resolvConf ?? clusterResolvConf('default'));
  await writeFile(hosts, place.hosts ?? '127.0.0.1 localhost\n');
  const enter = [
    'unshare',
    '--mount',
    '--propagation',
    'private',
    'sh',
    '-c',
    ENTER,
    'pod',
    place.secretsDir ?? '',
    resolv,
    hosts,
    ...place.argv,
  ];
  const command = place.network === 'host' ? enter : ['nsenter', `--net=${POD_NETNS}`, ...enter];
  return collect(command, place);
}

function collect([file = '', ...args]: string[], place: PodPlace): Promise<PodResult> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      env: environment(place.env),
      cwd: place.cwd,
      timeout: place.timeoutMs ?? 60_000,
      killSignal: 'SIGKILL',
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const text = (chunks: Buffer[]): string => Buffer.concat(chunks).toString();
      resolve({ code, stdout: text(stdout), stderr: text(stderr), ms: performance.now() - started });
    });
    child.stdin.on('error', () => {}); // the command may end without reading
    child.stdin.end(place.stdin ?? '');
  });
}
