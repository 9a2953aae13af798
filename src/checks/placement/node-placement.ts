/**
 * May the agent run on every other node? Taints that are nobody's role (dedicated, GPU, spot pools), node selector and required affinity.
 * Control-plane taints have a check of their own, so that both are named where both keep nodes off.
 */

import { type Refusal, refusalText } from '../../kubernetes/scheduling.js';
import { isControlPlaneTaint, taintText } from '../../kubernetes/taints.js';
import { defineCheck, type Say, type Verdict, type View } from '../../model/check.js';
import type { AgentWorkload } from '../../model/facts/placement.js';
import { cutTo, fewOf } from '../shared/brief.js';
import { cite, citeBy } from '../shared/cite.js';
import { AGENT_PLACEMENT } from '../shared/distributions.js';
import { pass, problem, type Said } from '../shared/problem.js';
import { inTheirWords } from '../shared/proof.js';
import { isVirtual, type NodeRow, type Podless } from './shared/coverage.js';
import { forNamed, ofOthers, ownFirst, ownRow } from './shared/named.js';
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
import { affinityPatch, kubectlPatch, placementFixes, selectorPatch, tolerationFixes } from './shared/placement-fixes.js';
import { CUT, cannotTellAll, UNREAD } from './shared/unread.js';
import { NAMED_NEEDS } from './shared/wants.js';

const WORDS = {
  title: 'No agent on {nodes}: {reason}',
  unseen: 'No new agent on {nodes}: {reason}',
  part: 'No {name} on {nodes}: {reason}',
  manifest: 'This manifest puts no agent on {nodes}: {reason}',
  nowhere: 'DaemonSet {name} matches none of {nodes}',
  sawNowhere: '{daemonset} asks for {selector}; no node has it',
  sawReason: '{names}: {reason} (DaemonSet {daemonset})',
  sawTemplate: 'DaemonSet {daemonset}: {template}',
  sawOther: 'also none on {names}: {reason}',
  sawManifest: 'by {file}',
  fixTolerate: 'Add a toleration for this taint to {daemonset}',
  fixSelect: 'Make {daemonset} select these nodes',
  fixHelm: "Set the tolerations in the chart's values, then helm upgrade",
  fixOperator: 'Set the tolerations in the DatadogAgent object',
  fixHelmSelect: 'Correct agents.nodeSelector or agents.affinity, then helm upgrade',
  fixOperatorSelect: 'Correct nodeSelector or affinity in spec.override.nodeAgent',
  fixPlain: 'Correct tolerations, nodeSelector and affinity of the pod template',
  none: 'no agent DaemonSet is known',
  waiting: 'nodes and DaemonSets are still being listed',
  unread: UNREAD,
  cut: CUT,
} as const;

export const nodePlacement = defineCheck({
  question: 'node-placement',
  asks: 'Do taints, selector and affinity allow the agent on every node?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: NAMED_NEEDS,
  words: WORDS,
  causes: {
    'node-taint-not-tolerated': {
      title: 'node taint not tolerated',
      means:
        "Nodes carry a NoSchedule or NoExecute taint that the agent's DaemonSet does not tolerate. The controller skips them silently: no event, no pending pod.",
      happens:
        "A node pool has a special purpose (dedicated, GPU, spot, CriticalAddonsOnly, OpenShift infra), and the agent's chart does not tolerate its taint. PreferNoSchedule and a cordon do not keep a DaemonSet off.",
      distributions: AGENT_PLACEMENT,
      confirm:
        'Compare the number of agent pods with the number of nodes, not DESIRED with READY:\n\n    kubectl get nodes \\\n      -o custom-columns=NAME:.metadata.name,TAINTS:.spec.taints\n    kubectl -n NAMESPACE get pods -o wide',
      fix: 'Add a toleration for that key, value and effect: `agents.tolerations` in the chart, `spec.override.nodeAgent.tolerations` in the operator, otherwise a JSON patch: it adds to the list, while a merge patch replaces it. `operator: Exists` without a key tolerates every taint, now and later.',
      avoid:
        'Do not remove the taint from the pool: it keeps other pods away. Do not delete the startup taint of a cloud provider: the provider removes it.',
    },
    'node-not-selected': {
      title: 'node not matched by selector or affinity',
      means: "nodeSelector or the required node affinity of the agent's DaemonSet does not match these nodes.",
      happens:
        'A label value: `node-role.kubernetes.io/control-plane: ""` (kubeadm) does not match `"true"` (k3s, RKE2). A label that new pools lack. An affinity with empty terms: an empty term matches no node.',
      distributions: AGENT_PLACEMENT,
      confirm:
        "The labels, and what the DaemonSet requires:\n\n    kubectl get nodes --show-labels\n    kubectl -n NAMESPACE get daemonset NAME \\\n      -o jsonpath=\"{.spec.template.spec['nodeSelector','affinity']}\"",
      fix: 'Correct the value, or use affinity with `operator: Exists`, which matches any value. If these nodes should have no agent: `--skip node-not-selected`.',
      avoid: 'Do not label single nodes of a node pool: the next node lacks the label.',
    },
  },
  judge(view, say) {
    const whole = situationIn(view, say);
    if ('kind' in whole) return whole;
    const parts = partsOf(whole);
    // One for another system than any node has is no fault beside others: its pool may be empty today.
    const isIdle = (part: Situation) => isForNoNode(part) && part.rows.every(({ leftOut }) => !leftOut);
    const meant = parts.filter((part) => !isIdle(part));
    const judged = meant.length > 0 ? meant : parts;
    return worstOf(judged.map((part) => judgePart(part, nameOfPart(part, parts), view, say)));
  },
});

function judgePart(
  at: Situation,
  name: string | undefined,
  view: View<(typeof NAMED_NEEDS)[number]>,
  say: Say<typeof WORDS>,
): Verdict<'node-taint-not-tolerated' | 'node-not-selected'> {
  const { rows, nodes, found, listed } = at;
  const keptOff = rows.filter(isKeptOff);
  const without = keptOff.length > 0 ? keptOff : rows.flatMap((row) => (row.leftOut && row.podsRead ? [{ ...row, ...row.leftOut }] : []));
  const own = ownRow(view.one('self/settings'), rows);
  const groups = ownFirst(
    grouped(without, (row) => `${reasonOf(row)} ${row.workload?.namespace}/${row.workload?.name}`),
    own,
  );
  const [group, ...others] = groups;
  const [first] = group ?? [];
  const workload = first?.workload;
  const podless = groups.length === 0 ? at.podless.find(({ meant }) => meant.length === 0) : undefined;
  const idle = at.all && isForNoNode(at) ? found.workloads[0] : podless?.workload;
  if (idle) return matchesNone(idle, podless?.refusals ?? [], at, view, say);
  const unreadNodes = at.cuts.find(({ kind }) => kind === 'nodes');
  if (!group || !first?.refusal || !workload)
    return unreadNodes ? cannotTellAll(unreadNodes, say) : pass([view.one('apiserver/nodes'), view.one('apiserver/workloads')]);

  const daemonset = `${workload.namespace}/${workload.name}`;
  const said = { nodes: nodesOf(group, listed), reason: shortReason(first.refusal) };
  const sawReason = say('sawReason', { names: nodeNames(group, 20), reason: reasonOf(first), daemonset });
  const sawOther = (rest: NodeRow[]) => say('sawOther', { names: nodeNames(rest, 20), reason: rest[0] ? reasonOf(rest[0]) : '' });
  const installed = found.by !== 'manifest';
  const taints = group.flatMap(({ refusal }) => (refusal?.reason === 'taint' ? refusal.taints : []));
  const proof = inTheirWords(view.one('apiserver/nodes'), view.one('apiserver/workloads'));
  const severity = runsNowhere(at) ? 'blocks' : 'degrades';
  const noneThere: Omit<Said, 'fixes' | 'severity'> = {
    title:
      name !== undefined
        ? say('part', { name: cutTo(name, 24), ...said })
        : say(!installed ? 'manifest' : group.every(({ podsRead }) => podsRead) ? 'title' : 'unseen', said),
    features: WITHOUT_AGENT,
    evidence: [
      citeBy('apiserver/nodes', '', sawReason, 'kubectl get nodes --show-labels -o wide'),
      ...others.map((rest) => citeBy('apiserver/nodes', '', sawOther(rest))),
      cite(view.one('apiserver/workloads'), say('sawTemplate', { daemonset, template: templateOf(workload) })),
      ...(!installed && found.asked ? [citeBy('apiserver/workloads', '', say('sawManifest', { file: found.asked }))] : []),
    ],
  };
  if (taints.length > 0) {
    const fixes = tolerationFixes(workload, installed, taints, {
      patch: say('fixTolerate', { daemonset }),
      helm: say('fixHelm'),
      operator: say('fixOperator'),
      plain: say('fixPlain'),
    });
    return problem('node-taint-not-tolerated', { proof, ...noneThere, ...forNamed(own, group, severity), fixes });
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
  return problem('node-not-selected', { proof, ...noneThere, ...forNamed(own, group, severity), fixes });
}

/** A DaemonSet that is for none of the nodes. */
function matchesNone(
  idle: AgentWorkload,
  refusals: Podless['refusals'],
  at: Situation,
  view: View<(typeof NAMED_NEEDS)[number]>,
  say: Say<typeof WORDS>,
): Verdict<'node-not-selected' | 'node-taint-not-tolerated'> {
  const { namespace, name, template } = idle;
  const [refused] = refusals;
  const daemonset = `${namespace}/${name}`;
  const selector = Object.entries(template.nodeSelector).map(([key, value]) => `${key}=${value}`);
  const saw = refused
    ? say('sawReason', { names: nodeNames(refusals, 20), reason: refusalText(refused.refusal), daemonset })
    : say('sawNowhere', { daemonset, selector: selector.join(', ') || 'its node affinity' });
  const byTaint = refused && refusals.every(({ refusal }) => refusal.reason === 'taint');
  return problem(byTaint ? 'node-taint-not-tolerated' : 'node-not-selected', {
    proof: inTheirWords(view.one('apiserver/nodes'), view.one('apiserver/workloads')),
    // Beside it another agent may run; the one that was asked about runs nowhere.
    ...(isForNoNode(at) || at.found.by === 'flag'
      ? { severity: 'blocks' }
      : { severity: 'degrades', ...ofOthers(ownRow(view.one('self/settings'), at.rows), []) }),
    title: say('nowhere', { name, nodes: `${at.rows.length} node${at.rows.length === 1 ? '' : 's'}` }),
    features: WITHOUT_AGENT,
    evidence: [
      citeBy('apiserver/nodes', '', saw, 'kubectl get nodes --show-labels -o wide'),
      cite(view.one('apiserver/workloads'), say('sawTemplate', { daemonset, template: templateOf(idle) })),
    ],
    fixes: placementFixes(idle, at.found.by !== 'manifest', {
      helm: { action: say('fixHelmSelect') },
      operator: { action: say('fixOperatorSelect') },
      plain: say('fixPlain'),
    }),
  });
}

/** There are nodes for DaemonSets, and none is of the kind that these ask for: another system, or a control plane that is hidden. */
function isForNoNode({ nodes, rows }: Situation): boolean {
  return nodes.nodes.some((node) => !isVirtual(node)) && rows.every(({ state, podsRead }) => podsRead && state === 'other');
}

/** As a title holds it; the whole reason stands in the evidence. */
function shortReason(refusal: Refusal): string {
  if (refusal.reason === 'taint') return `taint ${fewOf(refusal.taints.map(taintText), 1)} is not tolerated`;
  return SHORT_REASON[refusal.reason];
}

const SHORT_REASON = {
  'node-name': 'the DaemonSet is pinned to another node',
  'node-selector': 'its nodeSelector does not match',
  'node-affinity': 'its node affinity does not match',
};

const reasonOf = ({ refusal }: NodeRow) => (refusal ? refusalText(refusal) : '');

/** Nothing runs there, for another reason than a control-plane taint. */
function isKeptOff({ state, refusal }: NodeRow): boolean {
  return state === 'refused' && refusal !== undefined && !(refusal.reason === 'taint' && refusal.taints.some(isControlPlaneTaint));
}

/** What of its pod template chooses nodes, in the names of Kubernetes. */
function templateOf({ template: { nodeName, nodeSelector, affinity, tolerations = [] } }: AgentWorkload): string {
  const selector = Object.entries(nodeSelector).map(([key, value]) => `${key}=${value}`);
  const tolerated = tolerations.map(({ key, effect }) => `${key || '*'}${effect ? `:${effect}` : ''}`);
  return [
    ...(nodeName ? [`nodeName ${nodeName}`] : []),
    `nodeSelector ${selector.join(', ') || '-'}`,
    `nodeAffinity ${affinity ? affinity.length : '-'}`,
    `tolerations ${tolerated.join(', ') || '-'}`,
  ].join('; ');
}
