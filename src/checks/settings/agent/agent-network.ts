/** With --agent-process: was it asked from the agent's own network? From a node's shell the files may be a pod's, and the way to the servers the node's. */

import { isDnsName, isPid, shellQuote } from '../../../kubernetes/names.js';
import { defineCheck } from '../../../model/check.js';
import type { Place } from '../../../model/facts.js';
import { citeBy } from '../../shared/cite.js';
import { fixBy, shell } from '../../shared/fix.js';
import { settingOf } from '../../shared/kubelet.js';
import { cannotTell, notApplicable, pass, problem } from '../../shared/problem.js';
import { inTheirWords } from '../../shared/proof.js';
import { seen } from '../../shared/read.js';

export const agentNetwork = defineCheck({
  question: 'agent-network',
  asks: "Do the checks run in the agent's own network?",
  target: 'self',
  layer: 'settings',
  required: false,
  needs: ['self/place', 'self/settings'],
  words: {
    noProcess: 'no process of an agent was named',
    unknown: 'the place of this run is not known yet',
    other: "Not checked from the agent's network: process {pid} has a different one",
    saw: 'the network namespaces of process {pid} and of this one differ',
    ask: "Check from the agent's own network as well",
    askBeside: "Check from the agent's own network, in its pod (set IMAGE)",
    orEnter: 'Or enter that network from here (needs nsenter and root)',
  },
  causes: {
    'asked-from-another-network': {
      title: "checked from a different network than the agent's",
      means:
        "The environment, the files and the token are the agent's, but the connections were made from the network of this shell. A NetworkPolicy, a route or a firewall that affects the agent's pod does not affect them, so what blocks or loses its packets is not seen from here.",
      happens: "`--agent-process` on a node, or in a debug pod with the host's network, for an agent whose pod has its own network.",
      confirm: 'Two different numbers are two networks:\n\n    readlink /proc/self/ns/net /proc/PID/ns/net',
      fix: 'As root on the node, enter only that network; everything else stays the same.\n\n    nsenter -t PID -n kubelet-doctor --agent-process PID',
      avoid:
        "Do not take a good answer from here for the agent's: it proves the token and its permissions, not the connection. Do not move the agent to the host's network for this.",
    },
  },
  judge(view, say) {
    const fact = view.one('self/place');
    const place = seen(fact);
    if (!place) return cannotTell(say('unknown'));
    const { agentProcess } = place;
    if (!agentProcess) return notApplicable(say('noProcess'));
    if (agentProcess.network === 'same') return pass(fact);
    const { pid } = agentProcess;
    // Images of debug pods, ours too, seldom have nsenter; a node has it.
    const inDebugPod = agentProcess.beside === 'debug-pod';
    const root = settingOf(view.one('self/settings'), 'root')?.value;
    const enter =
      root === undefined ? `nsenter -t ${isPid(pid) ? pid : 'PID'} -n` : `nsenter --net=${shellQuote(`${root}/proc/${pid}/ns/net`)}`;
    const again = `kubelet-doctor --agent-process ${isPid(pid) ? pid : 'PID'}${root === undefined ? '' : ` --root ${shellQuote(root)}`}`;
    const reproduce = `readlink /proc/self/ns/net ${shellQuote(`${root ?? ''}/proc/${pid}/ns/net`)}`;
    return problem('asked-from-another-network', {
      proof: inTheirWords(fact),
      severity: 'note',
      title: say('other', { pid }),
      evidence: [citeBy('self/place', '', say('saw', { pid }), reproduce)],
      fixes: inDebugPod
        ? [
            fixBy('workstation', 'nothing', say('askBeside'), { ...shell(besideCommand(place)), verify: again }),
            fixBy('node', 'nothing', say('orEnter'), { ...shell(`${enter} ${again}`), verify: again }),
          ]
        : [fixBy('node', 'nothing', say('ask'), { ...shell(`${enter} ${again}`), verify: again })],
    });
  },
});

/** The agent's containers see what the pod sees; the one that is called `agent` is the chart's and the operator's. */
function besideCommand({ namespace, agentProcess }: Place): string {
  const pod = agentProcess?.pod && isDnsName(agentProcess.pod) ? agentProcess.pod : 'POD';
  const where = namespace && isDnsName(namespace) ? namespace : 'NAMESPACE';
  return `kubectl debug ${pod} -n ${where} -it --image=IMAGE --target=agent --profile=general -- kubelet-doctor --agent-process auto`;
}
