/** In what state are the nodes themselves? A node that is not ready takes no new agent; a cordoned one does. Notes: the cure is not the agent's. */
import { defineCheck } from '../../model/check.js';
import type { PlacementNode } from '../../model/facts/placement.js';
import { citeBy } from '../shared/cite.js';
import { KUBELET_LOG } from '../shared/distributions.js';
import { cannotTell, pass, problem } from '../shared/problem.js';
import { isPending, seen } from '../shared/read.js';
import { counted, nodeNames, placementWants } from './shared/placement.js';

export const nodeCondition = defineCheck({
  question: 'node-condition',
  asks: 'Are the nodes themselves in order?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: ['apiserver/nodes'],
  words: {
    notReady: '{nodes} of {all} not ready ({names}): no new agent starts there',
    cordoned: '{nodes} of {all} cordoned ({names}): this alone keeps no DaemonSet off',
    sawNode: '{node}: Ready={ready}{pressure}',
    sawCordoned: 'cordoned: {names}',
    waiting: 'nodes are still being listed',
    closed: 'nodes are not ours to list from here',
  },
  causes: {
    'node-not-ready': {
      title: 'node not ready',
      means:
        "The Node's Ready condition is False or Unknown. The node-lifecycle controller taints it NoSchedule: an agent that is there stays, a new one does not start.",
      happens: 'The kubelet is down or cannot reach the apiserver (Unknown), or its container runtime or pod network is not up (False).',
      distributions: KUBELET_LOG,
      confirm: '`kubectl describe node NODE`: conditions, and since when. `kubelet-doctor --node NODE` asks why.',
      fix: "The node's own matter: start with `kubelet-doctor --node NODE`. The agent comes by itself when the node is ready.",
      avoid:
        'Do not let the agent tolerate not-ready:NoSchedule: the DaemonSet controller adds what it needs. Do not delete the Node object.',
    },
    'node-cordoned': {
      title: 'node cordoned',
      means:
        '`spec.unschedulable` is set. The DaemonSet controller tolerates the taint that comes with it: agents start there all the same.',
      happens: 'Maintenance: `kubectl cordon` or `kubectl drain --ignore-daemonsets`.',
      confirm: '`kubectl get nodes` shows SchedulingDisabled.',
      fix: 'Nothing, as far as the agent goes; `kubectl uncordon NODE` when the maintenance is over.',
    },
  },
  judge(view, say) {
    const fact = view.one('apiserver/nodes');
    if (isPending(fact)) return cannotTell(say('waiting'));
    const nodes = seen(fact)?.nodes;
    if (!nodes) return cannotTell(say('closed'), placementWants());
    const unready = nodes.filter(({ ready }) => ready !== 'True');
    const cordoned = nodes.filter(({ unschedulable }) => unschedulable);
    const sawCordoned = citeBy('apiserver/nodes', '', say('sawCordoned', { names: nodeNames(cordoned, 20) }), 'kubectl get nodes');
    if (unready.length > 0) {
      const title = say('notReady', { nodes: counted(unready.length, 'node'), all: nodes.length, names: nodeNames(unready) });
      const states = unready.slice(0, 10).map((node) => citeBy('apiserver/nodes', '', say('sawNode', stateOf(node)), fact.reproduce));
      return problem('node-not-ready', {
        severity: 'note',
        title,
        evidence: [...states, ...(cordoned.length > 0 ? [sawCordoned] : [])],
        fixes: [],
      });
    }
    if (cordoned.length === 0) return pass();
    const title = say('cordoned', { nodes: counted(cordoned.length, 'node'), all: nodes.length, names: nodeNames(cordoned) });
    return problem('node-cordoned', { severity: 'note', title, evidence: [sawCordoned], fixes: [] });
  },
});

function stateOf({ node, ready, pressure }: PlacementNode): { node: string; ready: string; pressure: string } {
  return { node, ready, pressure: pressure.length > 0 ? `, ${pressure.join(', ')}` : '' };
}
