/** Is there one agent a node, and not two: a second release, a bare pod, or a sidecar in somebody's pod? */

import { isDnsName } from '../../kubernetes/names.js';
import { defineCheck, type Fix } from '../../model/check.js';
import type { AgentPod } from '../../model/facts/placement.js';
import { citeBy } from '../shared/cite.js';
import { fixBy, shell } from '../shared/fix.js';
import { cannotTell, notApplicable, pass, problem } from '../shared/problem.js';
import { counted, nodeNames, PLACEMENT_NEEDS, placementWants, situationIn } from './shared/placement.js';

export const agentDuplicates = defineCheck({
  question: 'agent-duplicates',
  asks: 'Is there no more than one agent on each node?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: PLACEMENT_NEEDS,
  words: {
    title: 'More than one agent on {nodes} of {all}: {owners} ({names})',
    sawPods: '{node}: {pods}',
    sidecar: '{pod} (a sidecar)',
    fixOther: 'Remove one of them; if it is {owner}',
    fixSidecar: "Take the agent's container out of {owner}: on this node a DaemonSet's agent sees its containers already",
    fixAny: 'Remove all but one of {owners}',
    none: 'no DaemonSet of an agent is known',
    unasked: 'a manifest is judged: nothing of it runs yet',
    waiting: 'nodes and pods are still being listed',
    closed: 'nodes and pods are not ours to list from here',
    partly: "only the agent's own namespace was looked through",
  },
  causes: {
    'several-agents-on-node': {
      title: 'several agents on a node',
      means:
        'Two agents run on the same node. Both take the same host ports and sockets, count everything twice, and are billed as two hosts or overwrite each other.',
      happens:
        'A second release in another namespace, the operator beside the chart, a forgotten pod, or an agent as sidecar on nodes that have a DaemonSet (sidecars are for Fargate and virtual nodes).',
      confirm: "Look for the agent's image among them:\n\n    kubectl get pods -A -o wide --field-selector spec.nodeName=NODE",
      fix: 'Keep one, remove the others: `helm uninstall`, delete the DatadogAgent object or the DaemonSet. Cluster check runners and the Cluster Agent are no second agent.',
      avoid: 'Do not give the second one other ports: everything is still counted twice.',
    },
  },
  judge(view, say) {
    const at = situationIn(view, say);
    if ('kind' in at) return at;
    if (at.found.by === 'manifest') return notApplicable(say('unasked'));
    if (!at.pods) return cannotTell(say('closed'), placementWants());
    const crowded = at.rows.filter(({ pods }) => new Set(pods.filter(({ leaving }) => !leaving).map(ownerOf)).size > 1);
    if (crowded.length === 0) return pass(at.pods.everywhere ? undefined : say('partly'));

    const pods = crowded.flatMap((row) => row.pods);
    const owners = [...new Set(pods.map(ownerOf))].sort();
    const named = new Set(at.found.workloads.map(({ namespace, name }) => `DaemonSet ${namespace}/${name}`));
    const asked = at.found.by === 'flag';
    const evidence = crowded.slice(0, 5).map((row) => {
      const texts = row.pods.map((pod) =>
        pod.sidecar ? say('sidecar', { pod: `${pod.namespace}/${pod.pod}` }).en : `${pod.namespace}/${pod.pod}`,
      );
      const reproduce = isDnsName(row.node) ? `kubectl get pods -A -o wide --field-selector spec.nodeName=${row.node}` : undefined;
      return citeBy('apiserver/agent-pods', '', say('sawPods', { node: row.node, pods: texts.join(', ') }), reproduce);
    });
    // What was named by the flag is the one to keep; without it, nobody said which.
    const spare = new Map(pods.filter((pod) => !(asked && named.has(ownerOf(pod)))).map((pod) => [ownerOf(pod), pod]));
    const fixes = [...spare.values()].slice(0, 5).map((pod): Fix => {
      const owner = ownerOf(pod);
      if (pod.sidecar) return fixBy('agent', 'restart', say('fixSidecar', { owner }));
      return fixBy('agent', 'config', say('fixOther', { owner }), { ...shell(removalOf(pod)), verify: 'kubelet-doctor nodes' });
    });
    return problem('several-agents-on-node', {
      severity: 'degrades',
      title: say('title', {
        nodes: counted(crowded.length, 'node'),
        all: at.rows.length,
        owners: owners.slice(0, 4).join(', '),
        names: nodeNames(crowded),
      }),
      features: ['metrics counted once', 'the host ports of the agent'],
      evidence,
      fixes: asked ? fixes : [fixBy('agent', 'config', say('fixAny', { owners: owners.slice(0, 4).join(', ') })), ...fixes],
    });
  },
});

/** `DaemonSet ns/name`, or the bare pod. A Deployment's pods are owned by a ReplicaSet. */
function ownerOf({ namespace, owner, pod }: AgentPod): string {
  const [kind, name] = owner.split('/');
  return kind && name ? `${kind} ${namespace}/${name}` : `Pod ${namespace}/${pod}`;
}

function removalOf({ namespace, owner, pod }: AgentPod): string | undefined {
  const [kind, name = ''] = owner === '' ? ['Pod', pod] : owner.split('/');
  if (!isDnsName(namespace) || !isDnsName(name)) return undefined;
  return kind === 'DaemonSet' || kind === 'Pod' ? `kubectl -n ${namespace} delete ${kind.toLowerCase()} ${name}` : undefined;
}
