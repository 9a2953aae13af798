/**
 * May the agent run on the control-plane nodes? The DaemonSet controller tolerates no control-plane taint by itself, and leaves such nodes out
 * without an event: DESIRED just does not count them. Managed control planes are no nodes of the cluster at all.
 */

import { refusalText } from '../../kubernetes/scheduling.js';
import { isControlPlaneTaint, taintText } from '../../kubernetes/taints.js';
import { defineCheck, type Verdict } from '../../model/check.js';
import type { PlacementNodes } from '../../model/facts/placement.js';
import { cutTo } from '../shared/brief.js';
import { cite, citeBy } from '../shared/cite.js';
import { CONTROL_PLANE_TAINTS } from '../shared/distributions.js';
import { notApplicable, pass, problem } from '../shared/problem.js';
import { inTheirWords } from '../shared/proof.js';
import { isControlPlane, type NodeRow } from './shared/coverage.js';
import { forNamed, ownFirst, ownRow } from './shared/named.js';
import {
  grouped,
  nameOfPart,
  nodeNames,
  nodesOf,
  partsOf,
  runsNowhere,
  type Situation,
  situationIn,
  WITHOUT_AGENT,
  worstOf,
} from './shared/placement.js';
import { tolerationFixes } from './shared/placement-fixes.js';
import { CUT, cannotTellAll, UNREAD } from './shared/unread.js';
import { NAMED_NEEDS } from './shared/wants.js';

export const controlPlanePlacement = defineCheck({
  question: 'control-plane-placement',
  asks: 'Can the agent run on the control-plane nodes?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: NAMED_NEEDS,
  words: {
    title: 'No agent on {nodes}: the control-plane taint is not tolerated',
    unseen: 'No new agent on {nodes}: the control-plane taint is not tolerated',
    part: 'No {name} on {nodes}: control-plane taint not tolerated',
    manifest: 'This manifest does not tolerate the control-plane taint of {nodes}',
    sawTaint: '{names}: {taints}',
    sawTolerated: 'DaemonSet {daemonset} tolerates {tolerated}',
    sawOther: 'also none on {names}: {reason}',
    sawManifest: 'by {file}',
    nothing: 'only what the controller adds',
    fixPatch: 'Add a toleration for this taint to {daemonset}',
    fixHelm: "Set the tolerations in the chart's values, then helm upgrade",
    fixOperator: 'Set the tolerations in the DatadogAgent object',
    fixPlain: 'Add tolerations (operator: Exists) to the pod template',
    managed: '{provider} hides its control-plane nodes, so no agent can run there. {instead}',
    eks: 'Its metrics are in the API: /apis/metrics.eks.amazonaws.com/v1/kcm/container/metrics and …/v1/ksh/container/metrics (EKS 1.28 or later)',
    others:
      "The apiserver's /metrics can be read through the API if the role allows it. Metrics of scheduler, controller-manager and etcd are in the provider's own monitoring, if at all",
    hidden: 'the node list has no control-plane node: the control plane is managed or hidden',
    none: 'no agent DaemonSet is known',
    waiting: 'nodes and DaemonSets are still being listed',
    unread: UNREAD,
    cut: CUT,
  },
  causes: {
    'control-plane-taint-not-tolerated': {
      title: 'control-plane taint not tolerated',
      means:
        "The control-plane nodes carry a NoSchedule or NoExecute taint that the agent's DaemonSet does not tolerate. The DaemonSet controller skips these nodes silently: no event, no pending pod, and DESIRED does not count them.",
      happens:
        'Charts tolerate nothing by default. kubeadm set `node-role.kubernetes.io/master` up to 1.23, both `master` and `control-plane` in 1.24, only `control-plane` from 1.25 (KEP-2067): a toleration for the old name stops working with the upgrade. OpenShift still uses `master`; RKE1 `controlplane:NoSchedule` and `etcd:NoExecute`.',
      distributions: CONTROL_PLANE_TAINTS,
      confirm:
        'Compare the number of nodes with the number of agent pods, not DESIRED with READY.\n\n    kubectl get nodes \\\n      -o custom-columns=NAME:.metadata.name,TAINTS:.spec.taints\n    kubectl -n NAMESPACE get daemonset NAME \\\n      -o jsonpath={.spec.template.spec.tolerations}',
      fix: 'Add a toleration with `operator: Exists` for each of these keys and effects: `agents.tolerations` in the chart, `spec.override.nodeAgent.tolerations` in the operator, otherwise a JSON patch: it adds to the list, while a merge patch replaces it. The pods are replaced one by one.',
      avoid: 'Do not remove the taint from the nodes: other workloads would then run there.',
    },
  },
  judge(view, say) {
    const whole = situationIn(view, say);
    if ('kind' in whole) return whole;
    const parts = partsOf(whole);
    return worstOf(parts.map(judgePart));

    function judgePart(at: Situation): Verdict<'control-plane-taint-not-tolerated'> {
      const name = nameOfPart(at, parts);
      const { rows, nodes, found, listed } = at;
      const unreadNodes = at.cuts.find(({ kind }) => kind === 'nodes');
      if (!nodes.nodes.some(isControlPlane)) {
        // The one that has the taint may be behind the end of what was read.
        if (unreadNodes) return cannotTellAll(unreadNodes, say);
        const provider = providerOf(nodes);
        if (!provider) return notApplicable(say('hidden'), view.one('apiserver/nodes'));
        const instead = say(provider === 'EKS' ? 'eks' : 'others').en;
        return notApplicable(say('managed', { provider, instead }), view.one('apiserver/nodes'));
      }
      const own = ownRow(view.one('self/settings'), rows);
      const [group, ...others] = ownFirst(
        grouped(rows.filter(isKeptOff), (row) => `${row.workload?.namespace}/${row.workload?.name}`),
        own,
      );
      const workload = group?.[0]?.workload;
      if (!group || !workload)
        return unreadNodes ? cannotTellAll(unreadNodes, say) : pass([view.one('apiserver/nodes'), view.one('apiserver/workloads')]);

      const taints = group.flatMap(({ refusal }) => (refusal?.reason === 'taint' ? refusal.taints : []));
      const texts = [...new Set(taints.map(taintText))].join(' and ');
      const daemonset = `${workload.namespace}/${workload.name}`;
      const nodesHere = nodesOf(group, listed);
      const tolerated = (workload.template.tolerations ?? [])
        .map(({ key, effect }) => `${key || 'all keys'}${effect ? `:${effect}` : ''}`)
        .join(', ');
      const sawTaint = say('sawTaint', { names: nodeNames(group, 20), taints: texts });
      const sawTolerated = say('sawTolerated', { daemonset, tolerated: tolerated || say('nothing').en });
      const sawOther = (row: NodeRow) => say('sawOther', { names: row.node, reason: row.refusal ? refusalText(row.refusal) : '' });
      const everywhere = runsNowhere(at);
      const titleOf = (rows: readonly NodeRow[]) => {
        if (name !== undefined) return say('part', { name: cutTo(name, 24), nodes: nodesHere });
        return say(found.by === 'manifest' ? 'manifest' : rows.every(({ podsRead }) => podsRead) ? 'title' : 'unseen', {
          nodes: nodesHere,
        });
      };
      const fixes = tolerationFixes(workload, found.by !== 'manifest', taints, {
        patch: say('fixPatch', { daemonset }),
        helm: say('fixHelm'),
        operator: say('fixOperator'),
        plain: say('fixPlain'),
      });
      return problem('control-plane-taint-not-tolerated', {
        proof: inTheirWords(view.one('apiserver/nodes'), view.one('apiserver/workloads')),
        ...forNamed(own, group, everywhere ? 'blocks' : 'degrades'),
        fixes,
        title: titleOf(group),
        features: WITHOUT_AGENT,
        evidence: [
          citeBy('apiserver/nodes', '', sawTaint, view.one('apiserver/nodes').reproduce),
          cite(view.one('apiserver/workloads'), sawTolerated),
          ...others.flat().map((row) => citeBy('apiserver/nodes', '', sawOther(row))),
          ...(found.by === 'manifest' && found.asked ? [citeBy('apiserver/workloads', '', say('sawManifest', { file: found.asked }))] : []),
        ],
      });
    }
  },
});

/** Nothing runs there, and a control-plane taint is among the reasons. */
function isKeptOff({ state, refusal }: NodeRow): boolean {
  return state === 'refused' && refusal?.reason === 'taint' && refusal.taints.some(isControlPlaneTaint);
}

function providerOf({ nodes }: PlacementNodes): string | undefined {
  return nodes.find(({ provider }) => provider)?.provider;
}
