/** In what state are the nodes themselves? A node that is not ready takes no new agent; a cordoned one does. Notes: the cure is not the agent's. */
import { isDnsName } from '../../kubernetes/names.js';
import { defineCheck } from '../../model/check.js';
import type { PlacementNode } from '../../model/facts/placement.js';
import { citeBy } from '../shared/cite.js';
import { KUBELET_LOG } from '../shared/distributions.js';
import { byHand, fixBy } from '../shared/fix.js';
import { cannotTell, pass, problem } from '../shared/problem.js';
import { isPending, seen } from '../shared/read.js';
import { nodeNames, nodesOf, placementWants } from './shared/placement.js';

export const nodeCondition = defineCheck({
  question: 'node-condition',
  asks: 'Are the nodes ready?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: ['apiserver/nodes'],
  words: {
    oneNotReady: '{nodes} is not ready: no new agent starts there',
    notReady: '{nodes} are not ready: no new agent starts there',
    oneCordoned: '{nodes} is cordoned: DaemonSet pods still start there',
    cordoned: '{nodes} are cordoned: DaemonSet pods still start there',
    look: 'Find out why {node} is not ready',
    sawNode: '{node}: Ready={ready}{pressure}',
    sawCordoned: 'cordoned: {names}',
    waiting: 'nodes are still being listed',
    closed: 'nodes cannot be listed from here',
  },
  causes: {
    'node-not-ready': {
      title: 'node not ready',
      means:
        "The Node's Ready condition is False or Unknown. The node-lifecycle controller taints it NoSchedule: a running agent stays, a new one does not start.",
      happens: 'The kubelet is down or cannot reach the apiserver (Unknown), or its container runtime or pod network is not up (False).',
      distributions: KUBELET_LOG,
      confirm: '`kubectl describe node NODE` shows the conditions and since when. `kubelet-doctor --node NODE` finds out why.',
      fix: 'Repair the node: start with `kubelet-doctor --node NODE`. The agent starts as soon as the node is ready.',
      avoid:
        'Do not add a toleration for not-ready:NoSchedule to the agent: the DaemonSet controller adds what it needs. Do not delete the Node object.',
    },
    'node-cordoned': {
      title: 'node cordoned',
      means: '`spec.unschedulable` is set. The DaemonSet controller tolerates the taint that comes with it, so agents still start there.',
      happens: 'Maintenance: `kubectl cordon` or `kubectl drain --ignore-daemonsets`.',
      confirm: '`kubectl get nodes` shows SchedulingDisabled.',
      fix: 'The agent needs nothing. Run `kubectl uncordon NODE` when the maintenance is over.',
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
      const words = { nodes: nodesOf(unready, nodes.length) };
      const title = unready.length === 1 ? say('oneNotReady', words) : say('notReady', words);
      const states = unready.slice(0, 10).map((node) => citeBy('apiserver/nodes', '', say('sawNode', stateOf(node)), fact.reproduce));
      return problem('node-not-ready', {
        severity: 'note',
        title,
        evidence: [...states, ...(cordoned.length > 0 ? [sawCordoned] : [])],
        fixes: unready
          .slice(0, 1)
          .map(({ node }) =>
            fixBy('node', 'nothing', say('look', { node }), byHand(isDnsName(node) ? `kubectl describe node ${node}` : undefined)),
          ),
      });
    }
    if (cordoned.length === 0) return pass(fact);
    const words = { nodes: nodesOf(cordoned, nodes.length) };
    const title = cordoned.length === 1 ? say('oneCordoned', words) : say('cordoned', words);
    return problem('node-cordoned', { severity: 'note', title, evidence: [sawCordoned], fixes: [] });
  },
});

function stateOf({ node, ready, pressure }: PlacementNode): { node: string; ready: string; pressure: string } {
  return { node, ready, pressure: pressure.length > 0 ? `, ${pressure.join(', ')}` : '' };
}
