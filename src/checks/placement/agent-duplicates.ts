/** Is there one agent a node, and not two: a second release, a bare pod, or a sidecar in somebody's pod? */

import { isDnsName } from '../../kubernetes/names.js';
import { defineCheck, type Fix } from '../../model/check.js';
import type { AgentPod, AgentWorkload } from '../../model/facts/placement.js';
import { citeBy } from '../shared/cite.js';
import { byHand, fixBy, shell } from '../shared/fix.js';
import { notApplicable, pass, problem } from '../shared/problem.js';
import { inTheirWords } from '../shared/proof.js';
import { ofOthers, ownRow } from './shared/named.js';
import { nodeNames, nodesOf, situationIn } from './shared/placement.js';
import { CUT, cannotList, cannotTellAll, UNREAD } from './shared/unread.js';
import { NAMED_NEEDS } from './shared/wants.js';

export const agentDuplicates = defineCheck({
  question: 'agent-duplicates',
  asks: 'Does each node have only one agent?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: NAMED_NEEDS,
  words: {
    title: 'More than one agent runs on {nodes}',
    sawPods: '{node}: {pods}',
    sidecar: '{pod} (a sidecar)',
    sawOwners: 'they belong to {owners}',
    sawMore: 'also on {names}',
    fixOther: 'Remove {owner} if it is the spare',
    fixRelease: 'Uninstall the Helm release of {owner} if it is the spare',
    fixOperated: 'Delete the DatadogAgent of {owner} if it is the spare',
    fixSidecar: 'Remove the agent container from {owner}',
    fixAny: 'Compare their labels and age, then keep one',
    none: 'no agent DaemonSet is known',
    unasked: 'nothing of this manifest runs yet',
    waiting: 'nodes and pods are still being listed',
    unread: UNREAD,
    cut: CUT,
    partly: "only the agent's own namespace was searched",
    daemonSets: "only pods of agents' DaemonSets were looked for",
  },
  causes: {
    'several-agents-on-node': {
      title: 'several agents on a node',
      means:
        'Two agents run on the same node. Both need the same host ports and sockets, together they count everything twice, and they are billed as two hosts or overwrite each other.',
      happens:
        'A second release in another namespace, the operator together with the chart, a forgotten pod, or an agent as sidecar on nodes that have a DaemonSet (sidecars are for Fargate and virtual nodes).',
      confirm: "Look for the agent's image:\n\n    kubectl get pods -A -o wide --field-selector spec.nodeName=NODE",
      fix: "Keep one and remove the others: `helm uninstall`, delete the DatadogAgent object or the DaemonSet. Labels show the Helm release, the age shows which came second. A sidecar is not needed where a DaemonSet's agent sees its containers. Cluster check runners and the Cluster Agent do not count as a second agent.",
      avoid: 'Do not give the second one different ports: everything is still counted twice.',
    },
  },
  judge(view, say) {
    const at = situationIn(view, say);
    if ('kind' in at) return at;
    if (at.found.by === 'manifest') return notApplicable(say('unasked'), view.one('apiserver/workloads'));
    if (!at.pods) return at.unread ? cannotList(at.unread, say) : notApplicable(say('unasked'));
    const crowded = at.rows.filter(({ pods }) => pods.length > 1 && new Set(pods.filter(({ leaving }) => !leaving).map(ownerOf)).size > 1);
    if (crowded.length === 0) {
      if (at.cuts[0]) return cannotTellAll(at.cuts[0], say);
      return pass(view.one('apiserver/agent-pods'), at.pods.everywhere ? undefined : say(at.pods.only ? 'daemonSets' : 'partly'));
    }

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
      const verify = 'kubelet-doctor nodes';
      // What its manager writes comes back, or leaves a broken release behind.
      const manager = at.found.workloads.find(({ namespace, name }) => `DaemonSet ${namespace}/${name}` === owner)?.manager;
      if (manager === 'helm') return fixBy('agent', 'deletes', say('fixRelease', { owner }), { ...byHand(release(pod, 'helm')), verify });
      if (manager === 'operator')
        return fixBy('agent', 'deletes', say('fixOperated', { owner }), { ...byHand(release(pod, 'operator')), verify });
      return fixBy('agent', 'deletes', say('fixOther', { owner }), { ...shell(removalOf(pod)), verify });
    });
    const sawOwners = say('sawOwners', { owners: owners.slice(0, 4).join(', ') });
    const more = crowded.slice(5);
    const looks = owners.slice(0, 4).flatMap((owner) => lookAt(owner) ?? []);
    return problem('several-agents-on-node', {
      proof: inTheirWords(view.one('apiserver/agent-pods')),
      severity: 'degrades',
      ...ofOthers(ownRow(view.one('self/settings'), at.rows), crowded),
      title: say('title', { nodes: nodesOf(crowded, at.listed) }),
      features: ['correct metrics (all are counted twice)', 'host ports of one agent'],
      evidence: [
        ...evidence,
        ...(more.length > 0 ? [citeBy('apiserver/agent-pods', '', say('sawMore', { names: nodeNames(more, 20) }))] : []),
        citeBy('apiserver/agent-pods', '', sawOwners),
      ],
      // Nothing is deleted before both were looked at: which one is meant to stay is not known, or only by a flag.
      fixes: [fixBy('agent', 'nothing', say('fixAny'), byHand(looks.length > 0 ? looks.join('\n') : undefined)), ...fixes],
    });
  },
});

/** `DaemonSet ns/name`, or the bare pod. A Deployment's pods are owned by a ReplicaSet. */
function ownerOf({ namespace, owner, pod }: AgentPod): string {
  const [kind, name] = owner.split('/');
  return kind && name ? `${kind} ${namespace}/${name}` : `Pod ${namespace}/${pod}`;
}

/** Labels name the release, the age says which came second. */
function lookAt(owner: string): string | undefined {
  const [, kind = '', namespace = '', name = ''] = /^(DaemonSet|ReplicaSet|StatefulSet|Pod) ([^/ ]+)\/([^/ ]+)$/.exec(owner) ?? [];
  if (!isDnsName(namespace) || !isDnsName(name)) return undefined;
  return `kubectl -n ${namespace} get ${kind.toLowerCase()} ${name} --show-labels`;
}

/** The name of the release, or of the object, is not known here: a person reads it in the list. */
function release({ namespace }: AgentPod, manager: Exclude<AgentWorkload['manager'], 'unknown'>): string | undefined {
  if (!isDnsName(namespace)) return undefined;
  return manager === 'helm'
    ? `helm -n ${namespace} list\nhelm -n ${namespace} uninstall RELEASE`
    : `kubectl -n ${namespace} get datadogagents\nkubectl -n ${namespace} delete datadogagent NAME`;
}

function removalOf({ namespace, owner, pod }: AgentPod): string | undefined {
  const [kind, name = ''] = owner === '' ? ['Pod', pod] : owner.split('/');
  if (!isDnsName(namespace) || !isDnsName(name)) return undefined;
  return kind === 'DaemonSet' || kind === 'Pod' ? `kubectl -n ${namespace} delete ${kind.toLowerCase()} ${name}` : undefined;
}
