/**
 * May the agent run on every other node? Taints that are nobody's role (dedicated, GPU, spot pools), node selector and required affinity.
 * Control-plane taints have a check of their own, so that both are named where both keep nodes off.
 */

import { refusalText } from '../../kubernetes/scheduling.js';
import { isControlPlaneTaint } from '../../kubernetes/taints.js';
import { defineCheck } from '../../model/check.js';
import { citeBy } from '../shared/cite.js';
import { AGENT_PLACEMENT } from '../shared/distributions.js';
import { pass, problem, type Said } from '../shared/problem.js';
import type { NodeRow } from './shared/coverage.js';
import { counted, grouped, nodeNames, PLACEMENT_NEEDS, situationIn, WITHOUT_AGENT } from './shared/placement.js';
import { affinityPatch, kubectlPatch, placementFixes, selectorPatch, tolerationFixes } from './shared/placement-fixes.js';

export const nodePlacement = defineCheck({
  question: 'node-placement',
  asks: 'Do taints, selector and affinity let the agent run on every node?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: PLACEMENT_NEEDS,
  words: {
    title: 'The agent does not run on {nodes} of {all}: {reason} ({names})',
    manifest: 'By {file} the agent would not run on {nodes} of {all}: {reason} ({names})',
    sawReason: '{names}: {reason} (DaemonSet {daemonset})',
    sawOther: 'Also not on {names}: {reason}',
    fixTolerate: 'Let {daemonset} tolerate it (a JSON patch: it adds to the list, a merge patch would replace it)',
    fixSelect: 'Let {daemonset} choose these nodes, too',
    fixHelm: 'With the Datadog chart: these values, then helm upgrade',
    fixOperator: 'With the Datadog Operator: in the DatadogAgent object',
    fixHelmSelect: 'With the Datadog chart: correct agents.nodeSelector or agents.affinity in the values, then helm upgrade',
    fixOperatorSelect: 'With the Datadog Operator: correct spec.override.nodeAgent.nodeSelector or …affinity',
    fixPlain: 'Correct tolerations, nodeSelector and affinity of the pod template where the agent is deployed',
    none: 'no DaemonSet of an agent is known',
    waiting: 'nodes and DaemonSets are still being listed',
    closed: 'nodes and DaemonSets are not ours to list from here',
  },
  causes: {
    'node-taint-not-tolerated': {
      title: 'node taint not tolerated',
      means:
        "Nodes carry a NoSchedule or NoExecute taint that the agent's DaemonSet does not tolerate. The controller leaves them out silently: no event, no pending pod.",
      happens:
        "A pool was made for something special (dedicated, GPU, spot, CriticalAddonsOnly, OpenShift infra) and the agent's chart was not told. PreferNoSchedule never keeps a DaemonSet off, a cordon neither.",
      distributions: AGENT_PLACEMENT,
      confirm:
        'Count agent pods against nodes, not DESIRED against READY:\n\n    kubectl get nodes \\\n      -o custom-columns=NAME:.metadata.name,TAINTS:.spec.taints\n    kubectl -n NAMESPACE get pods -o wide',
      fix: 'A toleration for that key, value and effect: `agents.tolerations` in the chart, `spec.override.nodeAgent.tolerations` in the operator. `operator: Exists` without a key tolerates every taint of today and tomorrow.',
      avoid:
        'Do not take the taint off the pool: it keeps other pods away. Do not delete the startup taint of a cloud provider: it goes by itself.',
    },
    'node-not-selected': {
      title: 'node not chosen by selector or affinity',
      means: "nodeSelector or the required node affinity of the agent's DaemonSet does not match these nodes.",
      happens:
        'A label value: `node-role.kubernetes.io/control-plane: ""` (kubeadm) does not match `"true"` (k3s, RKE2). A label that new pools lack. An affinity whose terms are empty: an empty term matches no node.',
      distributions: AGENT_PLACEMENT,
      confirm:
        "The labels, and what the DaemonSet asks of them:\n\n    kubectl get nodes --show-labels\n    kubectl -n NAMESPACE get daemonset NAME \\\n      -o jsonpath=\"{.spec.template.spec['nodeSelector','affinity']}\"",
      fix: 'Correct the value, or use affinity with `operator: Exists`, which takes any value. Where these nodes are meant to have no agent: `--skip node-not-selected`.',
      avoid: 'Do not label nodes by hand where a pool makes them: the next node lacks the label.',
    },
  },
  judge(view, say) {
    const at = situationIn(view, say);
    if ('kind' in at) return at;
    const { rows, nodes, found } = at;
    const groups = grouped(rows.filter(isKeptOff), (row) => `${reasonOf(row)} ${row.workload?.namespace}/${row.workload?.name}`);
    const [group, ...others] = groups;
    const [first] = group ?? [];
    const workload = first?.workload;
    if (!group || !first?.refusal || !workload) return pass();

    const daemonset = `${workload.namespace}/${workload.name}`;
    const said = { nodes: counted(group.length, 'node'), all: rows.length, reason: reasonOf(first), names: nodeNames(group) };
    const sawReason = say('sawReason', { names: nodeNames(group, 20), reason: said.reason, daemonset });
    const sawOther = (rest: NodeRow[]) => say('sawOther', { names: nodeNames(rest, 20), reason: rest[0] ? reasonOf(rest[0]) : '' });
    const installed = found.by !== 'manifest';
    const taints = group.flatMap(({ refusal }) => (refusal?.reason === 'taint' ? refusal.taints : []));
    const keptOff: Omit<Said, 'fixes'> = {
      severity: rows.every(({ state }) => state === 'refused' || state === 'other') ? 'blocks' : 'degrades',
      title: installed ? say('title', said) : say('manifest', { file: found.asked ?? '', ...said }),
      features: WITHOUT_AGENT,
      evidence: [
        citeBy('apiserver/nodes', '', sawReason, 'kubectl get nodes --show-labels -o wide'),
        ...others.map((rest) => citeBy('apiserver/nodes', '', sawOther(rest))),
      ],
    };
    if (taints.length > 0) {
      const fixes = tolerationFixes(workload, installed, taints, {
        patch: say('fixTolerate', { daemonset }),
        helm: say('fixHelm'),
        operator: say('fixOperator'),
        plain: say('fixPlain'),
      });
      return problem('node-taint-not-tolerated', { ...keptOff, fixes });
    }
    const labels = new Map(nodes.nodes.map((node) => [node.node, node.labels]));
    const othersRun = rows.some((row) => row.state !== 'refused' && row.workload === workload);
    const steps =
      first.refusal.reason === 'node-selector'
        ? selectorPatch(first.refusal.key, group, othersRun)
        : first.refusal.reason === 'node-affinity'
          ? affinityPatch(workload, group, labels)
          : [{ op: 'remove' as const, path: '/spec/template/spec/nodeName' }];
    const patch = kubectlPatch(workload, steps);
    const fixes = placementFixes(workload, installed, {
      ...(patch ? { patch: { action: say('fixSelect', { daemonset }), steps: patch } } : {}),
      helm: { action: say('fixHelmSelect') },
      operator: { action: say('fixOperatorSelect') },
      plain: say('fixPlain'),
    });
    return problem('node-not-selected', { ...keptOff, fixes });
  },
});

const reasonOf = ({ refusal }: NodeRow) => (refusal ? refusalText(refusal) : '');

/** Nothing runs there, for another reason than a control-plane taint. */
function isKeptOff({ state, refusal }: NodeRow): boolean {
  return state === 'refused' && refusal !== undefined && !(refusal.reason === 'taint' && refusal.taints.some(isControlPlaneTaint));
}
