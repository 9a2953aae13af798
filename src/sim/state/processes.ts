/** Processes as a machine's /proc shows them, as files of a world. */

/** Whose the files of a world are, and so its root: ours. */
const ROOT = process.getuid?.() ?? 0;

/** `line` as it was started. `namespaces`: its id in each process namespace it is in, outermost first. */
export function processFiles(
  pid: number,
  line: readonly string[],
  { user = ROOT, cgroup = '/system.slice', namespaces = `${pid}` } = {},
): Record<string, string> {
  const ids = `${user}\t${user}\t${user}\t${user}`;
  return {
    [`/proc/${pid}/cmdline`]: line.map((word) => `${word}\0`).join(''),
    [`/proc/${pid}/status`]: `Name:\t${line[0]?.split('/').pop()}\nPid:\t${pid}\nUid:\t${ids}\nGid:\t${ids}\nNSpid:\t${namespaces}\n`,
    [`/proc/${pid}/cgroup`]: `0::${cgroup}\n`,
  };
}

/** A machine's first process, and the kubelet of kubeadm. The simulator has no runtime, so its socket is on another machine. */
export const NODE_PROCESSES: Record<string, string> = {
  '/proc/1/comm': 'systemd\n',
  ...processFiles(1, ['/sbin/init'], { cgroup: '/init.scope' }),
  ...kubelet('--container-runtime-endpoint=tcp://127.0.0.1:9'),
};

/** As process 700; later flags win. */
export function kubelet(...flags: string[]): Record<string, string> {
  const standard = ['--config=/var/lib/kubelet/config.yaml', '--kubeconfig=/etc/kubernetes/kubelet.conf'];
  return processFiles(700, ['/usr/bin/kubelet', ...standard, ...flags], { cgroup: '/system.slice/kubelet.service' });
}
