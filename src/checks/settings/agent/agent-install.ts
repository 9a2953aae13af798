/** Is one agent installed on this node, and not a package beside the pod of the DaemonSet? Seen on the node alone. */

import { isPid } from '../../../kubernetes/names.js';
import { defineCheck } from '../../../model/check.js';
import { citeBy } from '../../shared/cite.js';
import { fixBy, shell } from '../../shared/fix.js';
import { notApplicable, pass, problem } from '../../shared/problem.js';
import { inTheirWords } from '../../shared/proof.js';
import { seen } from '../../shared/read.js';

export const agentInstall = defineCheck({
  question: 'agent-install',
  asks: 'Is the agent installed once on this node?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: ['self/running-agents'],
  words: {
    twice: 'Two agents run on this node: an installed package and a pod',
    notSeen: "the node's processes cannot be seen from here",
    none: 'no agent runs on this node',
    saw: 'process {pid}: {program}, {where}',
    fixHost: 'Stop the package, and keep the pod',
    fixPod: 'Or keep the package, and exclude this node from the DaemonSet',
  },
  causes: {
    'agent-installed-twice': {
      title: 'agent installed on the node and in a pod',
      means:
        'The agent package runs on the node, and so does a pod of the DaemonSet. Both count everything, both need the ports 8125 and 8126, and the host switches between two configurations.',
      happens:
        'A machine image or a configuration manager installs the package on every machine, and the machine joined the cluster later.',
      confirm: "One process is in a pod's cgroup, the other in a service's:\n\n    pgrep -x agent | xargs -I{} cat /proc/{}/cgroup",
      fix: 'Keep one of the two, in a cluster the pod: it has the ServiceAccount, and the downward API gives it its kubelet. On the node stop and disable the package, then remove it from the image. To keep the package instead, label the node so that nodeSelector or affinity of the DaemonSet does not match it.',
      avoid: 'Do not give one of them different ports: the node is still counted, and billed, twice.',
    },
  },
  judge(view, say) {
    const fact = view.one('self/running-agents');
    const running = seen(fact);
    if (!running) return notApplicable(say('notSeen'));
    const host = running.find(({ install }) => install === 'host');
    const pod = running.find(({ install }) => install === 'container');
    if (!host && !pod) return notApplicable(say('none'));
    if (!host || !pod) return pass(fact);
    return problem('agent-installed-twice', {
      proof: inTheirWords(fact),
      severity: 'degrades',
      title: say('twice'),
      features: ['correct metrics (all are counted twice)', 'host ports of one agent'],
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
