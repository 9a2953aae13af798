/** In what state are the nodes themselves? A node that is not ready takes no new agent; a cordoned one does. Notes: the cure is not the agent's. */
import { isDnsName } from '../../kubernetes/names.js';
import { defineCheck, type Fix, type Message, type Say } from '../../model/check.js';
import type { ClientRequest } from '../../model/facts/apiserver.js';
import type { AgentPods, PlacementNode } from '../../model/facts/placement.js';
import { cite, citeBy } from '../shared/cite.js';
import { KUBELET_LOG } from '../shared/distributions.js';
import { byHand, fixBy, shell } from '../shared/fix.js';
import { isSameNode } from '../shared/own-node.js';
import { cannotTell, pass, problem } from '../shared/problem.js';
import { inTheirWords } from '../shared/proof.js';
import { isPending, seen } from '../shared/read.js';
import { isWhole, listedOf } from './shared/counted.js';
import { namedNode } from './shared/named.js';
import { nodeNames, nodesOf, WITHOUT_AGENT } from './shared/placement.js';
import { CUT, cannotList, cannotTellAll, UNREAD } from './shared/unread.js';

const WORDS = {
  without: '{nodes} without an agent: not ready',
  untold: 'no status is given of {names}',
  oneNotReady: '{nodes} is not ready: no new agent starts there',
  notReady: '{nodes} are not ready: no new agent starts there',
  oneWaits: '{nodes} is not ready, and its client CSR {csr} is pending',
  oneCordoned: '{nodes} is cordoned: DaemonSet pods still start there',
  cordoned: '{nodes} are cordoned: DaemonSet pods still start there',
  look: 'Find out why {node} is not ready',
  approve: 'Approve the request of {node}: it renews its own certificate',
  readRequest: 'Read the request for the identity of {node}, then approve it',
  sawRequest: '{csr}: pending, by {requestor}, for a client certificate of {node}',
  sawNode: '{node}: Ready={ready}{pressure}',
  sawWithout: 'no agent pod on {names}',
  sawCordoned: 'cordoned: {names}',
  waiting: 'nodes are still being listed',
  unread: UNREAD,
  cut: CUT,
} as const;

type Words = Say<typeof WORDS>;

export const nodeCondition = defineCheck({
  question: 'node-condition',
  asks: 'Are the nodes ready?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: ['apiserver/nodes', 'apiserver/agent-pods', 'kubelet/client-requests', 'self/settings'],
  words: WORDS,
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
    const found = seen(fact);
    if (!found) return cannotList(fact, say);
    const { nodes } = found;
    const listed = listedOf(nodes, found);
    const unready = nodes.filter(({ ready, untold }) => ready !== 'True' && !untold);
    const untold = nodes.filter((node) => node.untold);
    const pods = seen(view.one('apiserver/agent-pods'));
    // Only a list that was read to its end shows that there is none.
    const without = pods?.complete ? unready.filter(({ node }) => !pods.pods.some((pod) => pod.node === node)) : [];
    const cordoned = nodes.filter(({ unschedulable }) => unschedulable);
    const sawCordoned = citeBy('apiserver/nodes', '', say('sawCordoned', { names: nodeNames(cordoned, 20) }), 'kubectl get nodes');
    if (unready.length > 0) {
      const requests = view.one('kubelet/client-requests');
      const waiting = waitingFor(unready, seen(requests));
      const states = unready.slice(0, 10).map((node) => citeBy('apiserver/nodes', '', say('sawNode', stateOf(node)), fact.reproduce));
      const noPod = say('sawWithout', { names: nodeNames(without, 20) });
      const sawWithout = without.length > 0 ? [cite(view.one('apiserver/agent-pods'), noPod)] : [];
      return problem('node-not-ready', {
        proof: without.length > 0 ? inTheirWords(fact, view.one('apiserver/agent-pods')) : inTheirWords(fact),
        severity: without.length > 0 ? 'degrades' : 'note',
        ...(isWell(namedNode(view.one('self/settings')), nodes, pods) && { ofOthers: true }),
        title:
          without.length > 0
            ? say('without', { nodes: nodesOf(without, listed) })
            : notReady(nodesOf(unready, listed), unready.length, waiting, say),
        features: without.length > 0 ? WITHOUT_AGENT : [],
        evidence: [
          ...states,
          ...waiting.slice(0, 5).map(({ csr, requestor, node }) => cite(requests, say('sawRequest', { csr, requestor, node }))),
          ...sawWithout,
          ...(cordoned.length > 0 ? [sawCordoned] : []),
        ],
        fixes: [...approvals(waiting, say), ...unready.slice(0, 1).map((each) => look(each, say))],
      });
    }
    if (cordoned.length === 0 && untold.length > 0) return cannotTell(say('untold', { names: nodeNames(untold, 5) }));
    if (cordoned.length === 0) return isWhole(listed) ? pass(fact) : cannotTellAll({ kind: 'nodes', cut: listed.cut }, say);
    const words = { nodes: nodesOf(cordoned, listed) };
    const title = cordoned.length === 1 ? say('oneCordoned', words) : say('cordoned', words);
    return problem('node-cordoned', { proof: inTheirWords(fact), severity: 'note', title, evidence: [sawCordoned], fixes: [] });
  },
});

function waitingFor(unready: readonly PlacementNode[], requests: readonly ClientRequest[] = []): ClientRequest[] {
  return requests.filter((each) => unready.some(({ node }) => node === each.node));
}

function notReady(nodes: string, count: number, [first]: readonly ClientRequest[], say: Words): Message {
  if (count > 1) return say('notReady', { nodes });
  return first ? say('oneWaits', { nodes, csr: first.csr }) : say('oneNotReady', { nodes });
}

function look({ node }: PlacementNode, say: Words): Fix {
  return fixBy('node', 'nothing', say('look', { node }), byHand(isDnsName(node) ? `kubectl describe node ${node}` : undefined));
}

/** A node may renew its own certificate; whoever asks for another's identity is looked at by a person. */
function approvals(waiting: readonly ClientRequest[], say: Words): Fix[] {
  const named = waiting.filter(({ csr, node }) => isDnsName(csr) && isDnsName(node));
  const own = named.find(({ requestor, node }) => requestor === `system:node:${node}`);
  if (own) return [fixBy('cluster', 'config', say('approve', { node: own.node }), shell(`kubectl certificate approve ${own.csr}`))];
  return named
    .slice(0, 1)
    .map(({ csr, node }) => fixBy('cluster', 'nothing', say('readRequest', { node }), shell(`kubectl describe csr ${csr}`)));
}

/** The node that was named: its agent is ready; where no agent is known, itself. */
function isWell(named: string | undefined, nodes: readonly PlacementNode[], { pods }: Pick<AgentPods, 'pods'> = { pods: [] }): boolean {
  if (named === undefined) return false;
  const isOwn = ({ node }: { node?: string }) => node !== undefined && isSameNode(named, node);
  return pods.length > 0 ? pods.some((pod) => pod.ready && isOwn(pod)) : nodes.some((node) => node.ready === 'True' && isOwn(node));
}

function stateOf({ node, ready, pressure }: PlacementNode): { node: string; ready: string; pressure: string } {
  return { node, ready, pressure: pressure.length > 0 ? `, ${pressure.join(', ')}` : '' };
}
