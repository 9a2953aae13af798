/** Has the agent's container the mounts through which it sees its node, and none that hides what it came with? Only in the agent's own container. */
import { defineCheck, type Feature, type Fix } from '../model/check.js';
import type { HostMount } from '../model/facts.js';
import { fixBy, yaml } from './support/fix.js';
import { failure, seen } from './support/read.js';

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
  needs: ['self/mounts', 'self/place'],
  words: {
    missing: "The agent's container lacks {paths} of its node: a volume, or its volumeMount, is missing",
    hidden: 'A mount on {path} hides the default configuration of {checks}: these checks do not run',
    notAgent: "this is not the agent's container",
    notRead: 'the mounts of this container could not be read ({code})',
    notLooked: 'the mounts were not looked at',
    sawMissing: 'no mount at {path}',
    sawHidden: 'a mount at {path}, and no conf.yaml.default of {checks}',
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
    if (place && place.place !== 'agent-pod' && place.place !== 'pod') return { kind: 'not-applicable', why: say('notAgent') };
    const code = failure(fact);
    if (!mounts) return { kind: 'cannot-tell', why: code ? say('notRead', { code }) : say('notLooked'), wants: [] };
    if (!mounts.agentImage) return { kind: 'not-applicable', why: say('notAgent') };

    const { hidden } = mounts;
    const cite = { need: 'self/mounts', subject: '', reproduce: fact.reproduce } as const;
    const [first] = hidden;
    if (first) {
      const checks = [...new Set(hidden.flatMap((h) => h.checks))];
      return {
        kind: 'problem',
        cause: 'integration-config-hidden',
        severity: checks.includes('kubelet') ? 'blocks' : 'degrades',
        certainty: 'proven',
        title: say('hidden', { path: first.path, checks: checks.join(', ') }),
        features: checks.map((check) => `the ${check} check`),
        evidence: hidden.map((h) => ({ ...cite, saw: say('sawHidden', { path: h.path, checks: h.checks.join(', ') }) })),
        fixes: [fixBy('agent', 'config', say('fixSubPath'), yaml(SUB_PATH)), fixBy('agent', 'config', say('fixChart'))],
      };
    }
    const missing = mounts.host.filter(({ mounted }) => !mounted);
    if (missing.length === 0) return { kind: 'pass' };
    return {
      kind: 'problem',
      cause: 'host-mounts-missing',
      severity: 'degrades',
      certainty: 'proven',
      title: say('missing', { paths: missing.map(({ path }) => path).join(', ') }),
      features: missing.map(({ what }) => LOST[what]),
      evidence: missing.map(({ path }) => ({ ...cite, saw: say('sawMissing', { path }) })),
      fixes: [mountFix(missing.map(({ what }) => what))],
    };

    function mountFix(what: HostMount[]): Fix {
      return fixBy('agent', 'restart', say('fixMount'), yaml(patch(what)));
    }
  },
});

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

/** A strategic merge patch of the pod template. */
function patch(what: HostMount[]): string {
  const volumes = what.map((w) => VOLUME[w]);
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
