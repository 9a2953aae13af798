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
import { inTheirWords } from '../shared/proof.js';
import { seen } from '../shared/read.js';

export const kubeletImpostor = defineCheck({
  question: 'kubelet-impostor',
  asks: "Is the process that calls itself kubelet this node's own?",
  target: 'self',
  layer: 'settings',
  required: false,
  needs: ['self/kubelet-process'],
  words: {
    inPod: "Process {pid} is not this node's kubelet: it runs in a pod",
    inContainer: "Process {pid} is not this node's kubelet: it runs in a container",
    ofUser: "Process {pid} is not this node's kubelet: it runs as user {user}",
    notAtHand: "the node's processes cannot be seen from here",
    beside: "ignored, not the node's kubelet: process {pids}",
    saw: 'process {pid} calls itself {program}: {why}; nothing it names was used',
    look: 'Find out who owns the process and what started it',
    stop: 'Delete its pod, or stop what starts it',
  },
  causes: {
    'kubelet-impostor': {
      title: "process posing as the kubelet, where the node's own does not run",
      means:
        'Any process can choose the name kubelet. This one does not run as root, or runs in a pod or another container, so it is not the kubelet of this node. Its flags, its kubeconfig and the server it names were not used, and nothing was sent there.',
      happens:
        "A cluster inside a pod or a container (vcluster, kind, k3d) whose kubelet keeps running while the node's is down; a kubelet that an ordinary user started; or an attacker who waits for an administrator to trust that name.",
      confirm:
        'User, parent and cgroup of every process of that name:\n\n    ps -o pid,ppid,user,cgroup,args -C kubelet,k3s,kubelite\n    systemctl status kubelet --no-pager',
      fix: "Start the node's own kubelet; this finding then goes away. Find out what started the other process: its cgroup names the pod's UID. If no one knows it, treat the node as compromised.",
      avoid: 'Do not run diagnostic programs as root with the kubeconfig that such a process names: its owner receives what they send.',
    },
  },
  judge(view, say) {
    const fact = view.one('self/kubelet-process');
    const found = seen(fact);
    if (!found) return notApplicable(say('notAtHand'));
    const [first, ...others] = found.impostors ?? [];
    // Of a bundle flags alone are known, or a configuration: its processes were not looked through.
    if (!first) return found.state === 'gone' || found.pid !== undefined ? pass(fact) : notApplicable(say('notAtHand'));
    const all = [first, ...others];
    if (found.state === 'running' || found.state === 'several')
      return pass(fact, say('beside', { pids: all.map(({ pid }) => pid).join(', ') }));
    const { pid } = first;
    const title = {
      pod: () => say('inPod', { pid }),
      container: () => say('inContainer', { pid }),
      user: () => say('ofUser', { pid, user: first.user ?? '?' }),
    }[first.why]();
    return problem('kubelet-impostor', {
      proof: inTheirWords(fact),
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
        fixBy('node', 'deletes', say('stop')),
      ],
    });
  },
});

function reasonOf({ why, user }: KubeletImpostor): string {
  return { pod: "in a pod's cgroup", container: 'in another process namespace', user: `user ${user ?? '?'}, not root` }[why];
}
