/** Is one agent installed on this node, and not a package beside the pod of the DaemonSet? Seen on the node alone. */

import { isPid } from '../../../kubernetes/names.js';
import { defineCheck } from '../../../model/check.js';
import { citeBy } from '../../shared/cite.js';
import { fixBy, shell } from '../../shared/fix.js';
import { notApplicable, pass, problem } from '../../shared/problem.js';
import { seen } from '../../shared/read.js';

export const agentInstall = defineCheck({
  question: 'agent-install',
  asks: 'Is the agent installed once on this node?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: ['self/running-agents'],
  words: {
    twice: 'Two agents run on this node: one installed on it (process {host}), one in a pod (process {pod})',
    notSeen: "the node's processes are not in sight",
    none: 'no agent runs on this node',
    saw: 'process {pid}: {program}, {where}',
    fixHost: 'Keep the pod, where the DaemonSet is meant to cover this node: stop the package',
    fixPod: 'Or keep the package: let the DaemonSet leave this node out, by a label that its nodeSelector or affinity does not take',
  },
  causes: {
    'agent-installed-twice': {
      title: 'agent installed on the node and in a pod',
      means:
        'The package of the agent runs on the node, and the DaemonSet runs one there too. Both count everything, both take the ports 8125 and 8126, and the host appears with two configurations that take turns.',
      happens: 'A machine image or a configuration manager installs the package on every machine; the node joined the cluster later.',
      confirm: "One is in a pod's cgroup, the other in a service's:\n\n    pgrep -x agent | xargs -I{} cat /proc/{}/cgroup",
      fix: 'Keep one of the two. In a cluster the pod: it has the ServiceAccount, and the downward API tells it its kubelet. On the node: stop and disable the package, then take it out of the image.',
      avoid: 'Do not give one of them other ports: the node is still counted, and billed, twice.',
    },
  },
  judge(view, say) {
    const running = seen(view.one('self/running-agents'));
    if (!running) return notApplicable(say('notSeen'));
    const host = running.find(({ install }) => install === 'host');
    const pod = running.find(({ install }) => install === 'container');
    if (!host && !pod) return notApplicable(say('none'));
    if (!host || !pod) return pass();
    return problem('agent-installed-twice', {
      severity: 'degrades',
      title: say('twice', { host: host.pid, pod: pod.pid }),
      features: ['metrics counted once', 'the host ports of the agent'],
      evidence: running.slice(0, 6).map(({ pid, program, install }) => {
        const where = install === 'host' ? 'installed on the node' : 'in a pod';
        return citeBy('self/running-agents', '', say('saw', { pid, program, where }), isPid(pid) ? `cat /proc/${pid}/cgroup` : undefined);
      }),
      fixes: [
        fixBy('node', 'restart', say('fixHost'), shell('systemctl disable --now datadog-agent')),
        fixBy('agent', 'config', say('fixPod')),
      ],
    });
  },
});
