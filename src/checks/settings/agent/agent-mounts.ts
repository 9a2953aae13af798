/**
 * Has the agent's container the mounts through which it sees its node, and none that hides what it came with? In the agent's own container by
 * what is mounted there; elsewhere by its pod template.
 */
import { defineCheck, type Evidence, type Feature, type Fix } from '../../../model/check.js';
import type { HostMount } from '../../../model/facts/agent.js';
import type { Mounts } from '../../../model/facts.js';
import { fixBy, yaml } from '../../shared/fix.js';
import { cannotTell, notApplicable, pass, problem } from '../../shared/problem.js';
import { failure, seen } from '../../shared/read.js';

/** What is lost without each. */
const LOST: Record<HostMount, Feature> = {
  proc: 'processes, network and load of the node (/host/proc)',
  cgroup: 'CPU and memory of containers from cgroups (/host/sys/fs/cgroup)',
  'runtime-socket': 'container runtime: images, states, events',
  'pod-logs': 'log files of pods (/var/log/pods)',
};

export const agentMounts = defineCheck({
  question: 'agent-mounts',
  asks: 'Are the mounts there through which the agent sees its node?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: ['self/mounts', 'self/place', 'self/agent-configuration'],
  words: {
    missing: "The agent's container{of} lacks {paths} of its node: a volume, or its volumeMount, is missing",
    hidden: 'A mount on {path}{of} hides the default configuration of {checks}: these checks do not run',
    disks: 'Nothing of {paths} is mounted into the agent’s container: it measures no disk there',
    notAgent: "this is not the agent's container",
    notRead: 'the mounts of this container could not be read ({code})',
    notLooked: 'the mounts were not looked at',
    sawMissing: 'no mount at {path}',
    sawDisk: "{device}, at {path} of the node, is not among this container's mounts",
    sawHidden: 'a mount at {path}, and no conf.yaml.default of {checks}',
    sawTemplate: 'its pod template mounts: {mounts}',
    fixDisk: "If it is to be measured, mount something of it: a volume and a volumeMount in the agent's DaemonSet",
    fixMount: "Add volume and volumeMount to the agent's DaemonSet (kubectl patch daemonset NAME --patch-file FILE)",
    fixSubPath: 'Mount the one file, with subPath, instead of the whole directory',
    fixChart: 'With the chart use `datadog.confd`: it puts files beside the ones of the image',
  },
  causes: {
    'host-mounts-missing': {
      title: 'host mounts missing in the agent',
      means:
        'The agent reads processes and cgroups of its node, the socket of the container runtime and, if it collects logs, /var/log/pods through mounts. Without one of them the checks that need it report nothing, or the numbers of the container in place of the node’s.',
      happens:
        'A manifest of one’s own, a DaemonSet that was cut down to get past a Pod Security level, a runtime whose socket lies elsewhere (k3s: /run/k3s/containerd, microk8s: /var/snap/microk8s), a volume that is declared and mounted into another container only. A disk partition that is not mounted has no metrics either.',
      confirm:
        'In the agent’s container, beside `volumeMounts` of that container in the manifest:\n\n    kubectl -n NAMESPACE exec POD -c agent -- grep host /proc/self/mountinfo',
      fix: 'Add hostPath volume and volumeMount, read-only. If the namespace forbids hostPath, label it `pod-security.kubernetes.io/enforce=privileged`. The pods are replaced one by one.',
      avoid: 'Do not run the container privileged for this: a read-only mount is enough, and a privileged one is root on the node.',
      explainedBy: ['pod-security-refuses'],
    },
    'partition-not-mounted': {
      title: 'partition of the node the agent cannot see',
      means:
        'A file system of the node has nothing mounted into the agent’s container. Its disk check sees only what is mounted there, so this partition has no metrics: used, free, inodes.',
      happens: 'A data disk that was added to the node; a chart mounts /proc and the cgroups, not every disk.',
      confirm:
        'The node’s list beside the container’s:\n\n    kubectl -n NAMESPACE exec POD -c agent -- cat /host/proc/1/mounts\n    kubectl -n NAMESPACE exec POD -c agent -- df -h',
      fix: 'A hostPath volume of the mount point, or of one file on it, read-only. The pods are replaced.',
      avoid: 'Do not mount the whole root of the node for it: the check then stumbles over the mounts of every pod.',
    },
    'integration-config-hidden': {
      title: 'default configuration of checks hidden by a mount',
      means:
        'A volume is mounted over `conf.d`, or over the directory of one check. What the image has there (`conf.yaml.default`) is no longer visible, and checks that need no configuration, the kubelet’s among them, stop without an error.',
      happens:
        'A ConfigMap with one custom integration is mounted at /etc/datadog-agent/conf.d instead of at conf.d/NAME.d or with subPath.',
      confirm:
        'No `conf.yaml.default` in the first, no kubelet check in the second:\n\n    kubectl -n NAMESPACE exec POD -c agent -- \\\n      ls /etc/datadog-agent/conf.d/kubelet.d\n    kubectl -n NAMESPACE exec POD -c agent -- agent configcheck',
      fix: 'Mount at the directory of your own integration (`conf.d/NAME.d`), or single files with subPath; the chart’s `datadog.confd` does it right. Code of checks goes to `checks.d`.',
      avoid: 'Do not copy the image’s defaults into your ConfigMap: they change with each version of the agent.',
    },
  },
  judge(view, say) {
    const fact = view.one('self/mounts');
    const mounts = seen(fact);
    const place = seen(view.one('self/place'));
    const inContainer = !place || place.place === 'agent-pod' || place.place === 'pod';
    const code = failure(fact);
    const templates = view
      .all('self/agent-configuration')
      .flatMap((each) => seen(each) ?? [])
      .filter(({ pod }) => pod);
    if (inContainer && !mounts && templates.length === 0) return cannotTell(code ? say('notRead', { code }) : say('notLooked'));
    const reproduce = fact.reproduce && { reproduce: fact.reproduce };
    const own = { name: '', cite: { need: 'self/mounts', subject: '', ...reproduce } as const };
    const all: Seen[] = [
      ...(inContainer && mounts?.agentImage ? [{ ...own, host: mounts.host, hidden: mounts.hidden }] : []),
      ...templates.flatMap(({ name, pod }) => {
        const cite = { need: 'self/agent-configuration', subject: name } as const;
        return pod ? [{ name, cite, host: pod.host, hidden: pod.hidden, template: pod.disks.map(({ at }) => at) }] : [];
      }),
    ];
    if (all.length === 0) return notApplicable(say('notAgent'));

    const covered = all.find(({ hidden }) => hidden.length > 0);
    if (covered) {
      const { hidden, name, cite } = covered;
      const checks = [...new Set(hidden.flatMap((h) => h.checks))];
      const path = hidden[0]?.path ?? '';
      return problem('integration-config-hidden', {
        severity: checks.includes('kubelet') ? 'blocks' : 'degrades',
        title: say('hidden', { path, of: ofName(name), checks: checks.join(', ') }),
        features: checks.map((check) => `the ${check} check`),
        evidence: hidden.map((h) => ({ ...cite, saw: say('sawHidden', { path: h.path, checks: h.checks.join(', ') }) })),
        fixes: [fixBy('agent', 'config', say('fixSubPath'), yaml(SUB_PATH)), fixBy('agent', 'config', say('fixChart'))],
      });
    }
    const lacking = all.find(({ host }) => host.some(({ mounted }) => !mounted));
    const disks = (inContainer && mounts?.unseenDisks) || [];
    if (!lacking && disks.length > 0)
      return problem('partition-not-mounted', {
        severity: 'note',
        title: say('disks', { paths: disks.map(({ at }) => at).join(', ') }),
        evidence: disks.map(({ device, at }) => ({ ...own.cite, saw: say('sawDisk', { device, path: at }) })),
        fixes: [fixBy('agent', 'restart', say('fixDisk'), diskPatch(disks.map(({ at }) => at)))],
      });
    if (!lacking) return pass();
    const missing = lacking.host.filter(({ mounted }) => !mounted);
    const { name, cite, template } = lacking;
    return problem('host-mounts-missing', {
      severity: 'degrades',
      title: say('missing', { of: ofName(name), paths: missing.map(({ path }) => path).join(', ') }),
      features: missing.map(({ what }) => LOST[what]),
      evidence: [
        ...missing.map(({ path }) => ({ ...cite, saw: say('sawMissing', { path }) })),
        ...(template ? [{ ...cite, saw: say('sawTemplate', { mounts: template.slice(0, 12).join(', ') || 'nothing of the node' }) }] : []),
      ],
      fixes: [mountFix(missing.map(({ what }) => what))],
    });

    function mountFix(what: HostMount[]): Fix {
      return fixBy('agent', 'restart', say('fixMount'), yaml(patch(what.map((w) => VOLUME[w]))));
    }
  },
});

/** One agent's container, as it is or as it will be. */
interface Seen extends Pick<Mounts, 'host' | 'hidden'> {
  name: string;
  cite: Pick<Evidence, 'need' | 'subject' | 'reproduce'>;
  /** What of the node its template mounts, and where. */
  template?: string[];
}

function ofName(name: string): string {
  return name && ` (${name})`;
}

const SUB_PATH = `volumeMounts:
  - name: custom-integration
    mountPath: /etc/datadog-agent/conf.d/NAME.d/conf.yaml
    subPath: conf.yaml
`;

/** Names as in the chart, so that the patch adds nothing twice. */
const VOLUME: Record<HostMount, { name: string; from: string; to: string }> = {
  proc: { name: 'procdir', from: '/proc', to: '/host/proc' },
  cgroup: { name: 'cgroups', from: '/sys/fs/cgroup', to: '/host/sys/fs/cgroup' },
  'runtime-socket': { name: 'runtimesocketdir', from: '/var/run', to: '/host/var/run' },
  'pod-logs': { name: 'logpodpath', from: '/var/log/pods', to: '/var/log/pods' },
};

/** Nothing for a path that has more in it than a path has. */
function diskPatch(paths: string[]): Partial<Fix> {
  if (!paths.every((path) => /^(\/[\w.-]+)+$/.test(path))) return {};
  return yaml(patch(paths.map((path, at) => ({ name: `disk-${at + 1}`, from: path, to: `/host${path}` }))));
}

/** A strategic merge patch of the pod template. */
function patch(volumes: { name: string; from: string; to: string }[]): string {
  return [
    'spec:',
    '  template:',
    '    spec:',
    '      containers:',
    '        - name: agent',
    '          volumeMounts:',
    ...volumes.flatMap(({ name, to }) => [`            - name: ${name}`, `              mountPath: ${to}`, '              readOnly: true']),
    '      volumes:',
    ...volumes.flatMap(({ name, from }) => [`        - name: ${name}`, '          hostPath:', `            path: ${from}`]),
    '',
  ].join('\n');
}
