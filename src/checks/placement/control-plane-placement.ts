/**
 * May the agent run on the control-plane nodes? The DaemonSet controller tolerates no control-plane taint by itself, and leaves such nodes out
 * without an event: DESIRED just does not count them. Managed control planes are no nodes of the cluster at all.
 */

import { refusalText } from '../../kubernetes/scheduling.js';
import { isControlPlaneTaint, taintText } from '../../kubernetes/taints.js';
import { defineCheck } from '../../model/check.js';
import type { PlacementNodes } from '../../model/facts/placement.js';
import { citeBy } from '../shared/cite.js';
import { CONTROL_PLANE_TAINTS } from '../shared/distributions.js';
import { notApplicable, pass, problem } from '../shared/problem.js';
import { isControlPlane, type NodeRow } from './shared/coverage.js';
import { counted, grouped, nodeNames, PLACEMENT_NEEDS, situationIn, WITHOUT_AGENT } from './shared/placement.js';
import { tolerationFixes } from './shared/placement-fixes.js';

export const controlPlanePlacement = defineCheck({
  question: 'control-plane-placement',
  asks: 'May the agent run on the control-plane nodes?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: PLACEMENT_NEEDS,
  words: {
    title: 'The agent does not run on {nodes} of {all}: {reason} ({names})',
    manifest: 'By {file} the agent would not run on {nodes} of {all}: {reason} ({names})',
    sawTaint: '{names}: {taints}; {daemonset} tolerates {tolerated}',
    sawOther: 'Also not on {names}: {reason}',
    nothing: 'nothing but what the controller adds',
    fixPatch: 'Let {daemonset} tolerate {taints} (a JSON patch: it adds to the list, a merge patch would replace it)',
    fixHelm: 'With the Datadog chart: these values, then helm upgrade',
    fixOperator: 'With the Datadog Operator: in the DatadogAgent object',
    fixPlain: 'Let the DaemonSet tolerate these taints: add tolerations with operator Exists to its pod template',
    managed: '{provider} keeps the control plane to itself: its nodes are not in the node list, so no agent can run there. {instead}',
    eks: 'Its metrics can still be had through the API: /apis/metrics.eks.amazonaws.com/v1/kcm/container/metrics and …/v1/ksh/container/metrics (EKS 1.28 or later)',
    others:
      'The /metrics of the apiserver can still be read through the API, where the role allows it; scheduler, controller-manager and etcd cannot',
    hidden: 'no control-plane node is in the node list: the control plane is managed or hidden',
    none: 'no DaemonSet of an agent is known',
    waiting: 'nodes and DaemonSets are still being listed',
    closed: 'nodes and DaemonSets are not ours to list from here',
  },
  causes: {
    'control-plane-taint-not-tolerated': {
      title: 'control-plane taint not tolerated',
      means:
        "The control-plane nodes carry a NoSchedule or NoExecute taint that the agent's DaemonSet does not tolerate. The DaemonSet controller leaves these nodes out silently: no event, no pending pod, and DESIRED does not count them.",
      happens:
        'Charts tolerate nothing by default. kubeadm set `node-role.kubernetes.io/master` up to 1.23, both `master` and `control-plane` in 1.24, only `control-plane` from 1.25 (KEP-2067): a toleration for the old name stops working with the upgrade. OpenShift still uses `master`; RKE1 `controlplane:NoSchedule` and `etcd:NoExecute`.',
      distributions: CONTROL_PLANE_TAINTS,
      confirm:
        'Compare the number of nodes with the number of agent pods, never DESIRED with READY.\n\n    kubectl get nodes \\\n      -o custom-columns=NAME:.metadata.name,TAINTS:.spec.taints\n    kubectl -n NAMESPACE get daemonset NAME \\\n      -o jsonpath={.spec.template.spec.tolerations}',
      fix: 'A toleration with `operator: Exists` for each of these keys and effects: `agents.tolerations` in the chart, `spec.override.nodeAgent.tolerations` in the operator, a JSON patch else. The pods are replaced one by one.',
      avoid: 'Do not take the taint off the nodes: everything else would run there, too.',
    },
  },
  judge(view, say) {
    const at = situationIn(view, say);
    if ('kind' in at) return at;
    const { rows, nodes, found } = at;
    if (!nodes.nodes.some(isControlPlane)) {
      const provider = providerOf(nodes);
      if (!provider) return notApplicable(say('hidden'));
      const instead = say(provider === 'EKS' ? 'eks' : 'others').en;
      return notApplicable(say('managed', { provider, instead }));
    }
    const [group, ...others] = grouped(rows.filter(isKeptOff), (row) => `${row.workload?.namespace}/${row.workload?.name}`);
    const workload = group?.[0]?.workload;
    if (!group || !workload) return pass();

    const taints = group.flatMap(({ refusal }) => (refusal?.reason === 'taint' ? refusal.taints : []));
    const texts = [...new Set(taints.map(taintText))].join(' and ');
    const daemonset = `${workload.namespace}/${workload.name}`;
    const reason = `taint ${texts} is not tolerated`;
    const said = { nodes: counted(group.length, 'control-plane node'), all: rows.length, reason, names: nodeNames(group) };
    const tolerated = (workload.template.tolerations ?? [])
      .map(({ key, effect }) => `${key || 'all keys'}${effect ? `:${effect}` : ''}`)
      .join(', ');
    const sawTaint = say('sawTaint', { names: nodeNames(group), taints: texts, daemonset, tolerated: tolerated || say('nothing').en });
    const sawOther = (row: NodeRow) => say('sawOther', { names: row.node, reason: row.refusal ? refusalText(row.refusal) : '' });
    const everywhere = rows.every(({ state }) => state === 'refused' || state === 'other');
    return problem('control-plane-taint-not-tolerated', {
      severity: everywhere ? 'blocks' : 'degrades',
      title: found.by === 'manifest' ? say('manifest', { file: found.asked ?? '', ...said }) : say('title', said),
      features: WITHOUT_AGENT,
      evidence: [
        citeBy('apiserver/nodes', '', sawTaint, view.one('apiserver/nodes').reproduce),
        ...others.flat().map((row) => citeBy('apiserver/nodes', '', sawOther(row))),
      ],
      fixes: tolerationFixes(workload, found.by !== 'manifest', taints, {
        patch: say('fixPatch', { daemonset, taints: texts }),
        helm: say('fixHelm'),
        operator: say('fixOperator'),
        plain: say('fixPlain'),
      }),
    });
  },
});

/** Nothing runs there, and a control-plane taint is among the reasons. */
function isKeptOff({ state, refusal }: NodeRow): boolean {
  return state === 'refused' && refusal?.reason === 'taint' && refusal.taints.some(isControlPlaneTaint);
}

function providerOf({ nodes }: PlacementNodes): string | undefined {
  return nodes.find(({ provider }) => provider)?.provider;
}
