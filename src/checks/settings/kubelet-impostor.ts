/**
 * Is the process that calls itself kubelet the one of this node? Asked where the node's processes are at hand. Beside the real one a second of that name
 * is ordinary (a cluster within a pod); where the real one does not run, it is all that is seen, and must not be taken for it.
 */

import { isPid } from '../../kubernetes/names.js';
import { defineCheck } from '../../model/check.js';
import type { KubeletImpostor } from '../../model/facts.js';
import { cite } from '../shared/cite.js';
import { byHand, fixBy } from '../shared/fix.js';
import { notApplicable, pass, problem } from '../shared/problem.js';
import { seen } from '../shared/read.js';

export const kubeletImpostor = defineCheck({
  question: 'kubelet-impostor',
  asks: "Is the process that calls itself kubelet this node's own?",
  target: 'self',
  layer: 'settings',
  required: false,
  needs: ['self/kubelet-process'],
  words: {
    inPod: "Process {pid} calls itself {program} and runs in a pod: it is not this node's kubelet, and nothing it names was used",
    inContainer:
      "Process {pid} calls itself {program} and runs in a container: it is not this node's kubelet, and nothing it names was used",
    ofUser:
      "Process {pid} calls itself {program} and runs as user {user}, not as root: it is not this node's kubelet, and nothing it names was used",
    notAtHand: "the node's processes are not in sight",
    beside: "not the node's, and left out: process {pids}",
    saw: 'process {pid}, {program}: {why}',
    look: 'See whose process it is and what started it',
    stop: 'End it where it comes from: delete its pod, or stop what starts it. If nobody knows it, treat the node as broken into',
  },
  causes: {
    'kubelet-impostor': {
      title: "process that only calls itself kubelet, where the node's own does not run",
      means:
        "A process chooses its own name. This one is not root's, or runs in a pod or another container, so it is not the kubelet of this node; its flags, its kubeconfig and the server it names were not believed, and nothing was sent there.",
      happens:
        "A cluster within a pod or a container (vcluster, kind, k3d), whose kubelet goes on while the node's is down; a kubelet that was started by hand as an ordinary user; or somebody who waits for an administrator to trust that name.",
      confirm:
        'User, parent and cgroup of every process of that name:\n\n    ps -o pid,ppid,user,cgroup,args -C kubelet,k3s,kubelite\n    systemctl status kubelet --no-pager',
      fix: "Start the node's own kubelet; with it this finding is gone. Find out what started the other: the pod's UID stands in its cgroup.",
      avoid: 'Do not run diagnostic programs as root with the kubeconfig that such a process names: its owner gets what they send.',
    },
  },
  judge(view, say) {
    const fact = view.one('self/kubelet-process');
    const found = seen(fact);
    if (!found) return notApplicable(say('notAtHand'));
    const [first, ...others] = found.impostors ?? [];
    if (!first) return pass();
    const all = [first, ...others];
    if (found.state === 'running' || found.state === 'several') return pass(say('beside', { pids: all.map(({ pid }) => pid).join(', ') }));
    const { pid, program } = first;
    const title = {
      pod: () => say('inPod', { pid, program }),
      container: () => say('inContainer', { pid, program }),
      user: () => say('ofUser', { pid, program, user: first.user ?? '?' }),
    }[first.why]();
    return problem('kubelet-impostor', {
      severity: 'risk',
      title,
      evidence: all.map((one) => cite(fact, say('saw', { pid: one.pid, program: one.program, why: reasonOf(one) }))),
      fixes: [
        fixBy(
          'node',
          'nothing',
          say('look'),
          byHand(isPid(pid) ? `ps -o pid,ppid,user,lstart,args -p ${pid}\ncat /proc/${pid}/cgroup` : undefined),
        ),
        fixBy('node', 'restart', say('stop')),
      ],
    });
  },
});

function reasonOf({ why, user }: KubeletImpostor): string {
  return { pod: "in a pod's cgroup", container: 'in a process namespace of its own', user: `user ${user ?? '?'}` }[why];
}
