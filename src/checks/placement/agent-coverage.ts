/**
 * Has every node that should have one an agent that is ready? Counted as nodes minus nodes with an agent pod: DESIRED against READY would not
 * see a node that the controller leaves out. Nodes that taints, selector or affinity keep off are the placement checks' matter.
 */

import { isDnsName } from '../../kubernetes/names.js';
import { defineCheck, type Evidence, type Fix, type Say } from '../../model/check.js';
import type { AgentPod } from '../../model/facts/placement.js';
import { citeBy } from '../shared/cite.js';
import { fixBy, shell } from '../shared/fix.js';
import { cannotTell, notApplicable, pass, problem } from '../shared/problem.js';
import type { NodeRow } from './shared/coverage.js';
import {
  counted,
  grouped,
  kubectlTarget,
  nodeNames,
  PLACEMENT_NEEDS,
  placementWants,
  situationIn,
  WITHOUT_AGENT,
} from './shared/placement.js';

const WORDS = {
  missing: 'No agent pod on {nodes} of {all}, though nothing in the schedule keeps it off ({names})',
  notReady: 'The agent is not ready on {nodes} of {all}: {reason} ({names})',
  sawMissing: 'no pod of {daemonset} on {names}',
  sawPod: '{node}: pod {pod} is {phase}, {reason}{message}; {restarts} restarts',
  sawMore: 'Also {what} on {names}',
  fixEvents: 'Read why the controller makes no pod there',
  fixLog: 'Read the last words of the container that ends ({container})',
  fixDescribe: 'Read what the pod waits for',
  fixConfig: 'Give it the ConfigMap or Secret that the message names',
  fixImage: "Correct the image's name or tag, or give the namespace the pull secret",
  fixMemory: 'Raise the memory limit of {container}: the kernel ended it',
  fixRoom: 'Make room: the message says what lacks (a host port in use, CPU, memory); a priority class lets the agent go first',
  none: 'no DaemonSet of an agent is known',
  unasked: 'a manifest is judged: nothing of it runs yet',
  waiting: 'nodes and pods are still being listed',
  closed: 'nodes and pods are not ours to list from here',
  partly: 'there are more nodes or pods than are read',
} as const;

export const agentCoverage = defineCheck({
  question: 'agent-coverage',
  asks: 'Has every node that should have one an agent that is ready?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: PLACEMENT_NEEDS,
  words: WORDS,
  causes: {
    'agent-missing-on-node': {
      title: 'agent missing on a node',
      means: 'By taints, selector and affinity the agent should run there, and there is no pod of it.',
      happens:
        "The controller could not create the pod (quota, pod security, webhook: it writes FailedCreate events), the DaemonSet's update is under way, the controller-manager is down, or the node joined a moment ago.",
      confirm:
        'Its events, and where its pods are:\n\n    kubectl -n NAMESPACE describe daemonset NAME\n    kubectl -n NAMESPACE get pods -o wide',
      fix: 'By the event. Without one, look whether the controller-manager runs: `kubectl -n kube-system get lease kube-controller-manager`.',
      avoid: 'Do not create a bare pod for that node: the DaemonSet does not know it, and two agents run later.',
      explainedBy: ['pod-security-refuses', 'admission-refuses'],
    },
    'agent-not-ready-on-node': {
      title: 'agent not ready on a node',
      means: "The agent's pod is there and does not run, or runs and is not ready: that node sends little or nothing.",
      happens:
        'A crash loop (bad configuration, no API key, a liveness probe that fails), an image that cannot be pulled, a Secret or ConfigMap that is not there, a pod the scheduler cannot place (host port in use), or the node itself is not ready.',
      confirm:
        'What it waits for, and the last words of a container that ended:\n\n    kubectl -n NAMESPACE describe pod POD\n    kubectl -n NAMESPACE logs POD -c CONTAINER --previous',
      fix: 'By the reason in the finding. A pod on a node that is not ready itself waits for the node.',
      avoid: 'Do not take the probes away: the pod is then called ready and sends nothing.',
    },
  },
  judge(view, say) {
    const at = situationIn(view, say);
    if ('kind' in at) return at;
    if (at.found.by === 'manifest') return notApplicable(say('unasked'));
    if (!at.pods) return cannotTell(say('closed'), placementWants());
    const { rows, pods, nodes } = at;
    const missing = rows.filter(({ state }) => state === 'missing');
    const unready = grouped(
      rows.filter(({ state }) => state === 'not-ready'),
      reasonOf,
    );
    const meant = rows.filter(({ state }) => state === 'covered' || state === 'missing' || state === 'not-ready');
    const podEvidence = unready.flatMap((group) => group.slice(0, 3).flatMap((row) => evidenceOf(row, say)));

    const [first] = missing;
    // A list cut off must not make a node look empty.
    if (first && pods.complete) {
      const target = first.workload && kubectlTarget(first.workload);
      const daemonset = target ? `${target.namespace}/${target.name}` : 'the agent';
      const events = target ? shell(`kubectl -n ${target.namespace} describe daemonset ${target.name}`) : {};
      const saw = say('sawMissing', { daemonset, names: nodeNames(missing, 20) });
      return problem('agent-missing-on-node', {
        severity: missing.length === meant.length ? 'blocks' : 'degrades',
        title: say('missing', { nodes: counted(missing.length, 'node'), all: rows.length, names: nodeNames(missing) }),
        features: WITHOUT_AGENT,
        evidence: [citeBy('apiserver/agent-pods', '', saw, target && `kubectl -n ${target.namespace} get pods -o wide`), ...podEvidence],
        fixes: [fixBy('cluster', 'nothing', say('fixEvents'), events)],
      });
    }
    const [group, ...others] = unready;
    const [row] = group ?? [];
    const pod = row?.pods[0];
    if (group && row && pod)
      return problem('agent-not-ready-on-node', {
        severity: unready.flat().length === meant.length ? 'blocks' : 'degrades',
        title: say('notReady', { nodes: counted(group.length, 'node'), all: rows.length, reason: reasonOf(row), names: nodeNames(group) }),
        features: WITHOUT_AGENT,
        evidence: [...podEvidence.slice(0, 10), ...others.map((rest) => alsoUnready(rest, say))],
        fixes: fixesFor(pod, say),
      });
    if (!nodes.complete || !pods.complete) return cannotTell(say('partly'));
    return pass();
  },
});

const reasonOf = ({ pods: [pod] }: NodeRow) => pod?.reason ?? pod?.phase ?? '';

function alsoUnready(rows: NodeRow[], say: Say<typeof WORDS>): Evidence {
  return citeBy('apiserver/agent-pods', '', say('sawMore', { what: rows[0] ? reasonOf(rows[0]) : '', names: nodeNames(rows) }));
}

function evidenceOf({ node, pods: [pod] }: NodeRow, say: Say<typeof WORDS>): Evidence[] {
  if (!pod) return [];
  const { namespace, pod: name, phase, reason = 'not ready', message, restarts } = pod;
  const saw = say('sawPod', { node, pod: `${namespace}/${name}`, phase, reason, message: message ? `: ${message}` : '', restarts });
  return [citeBy('apiserver/agent-pods', '', saw, podCommand(pod, 'describe'))];
}

/** A command about one pod; undefined when a name in it may not be printed. */
function podCommand({ namespace, pod, container }: AgentPod, what: 'describe' | 'log'): string | undefined {
  if (!isDnsName(namespace) || !isDnsName(pod)) return undefined;
  if (what === 'describe') return `kubectl -n ${namespace} describe pod ${pod}`;
  return container && isDnsName(container) ? `kubectl -n ${namespace} logs ${pod} -c ${container} --previous --tail=50` : undefined;
}

/** What helps, by the reason the kubelet or the scheduler gives; the message itself stands in the evidence. */
function fixesFor(pod: AgentPod, say: Say<typeof WORDS>): Fix[] {
  const { reason = '', container = '', message = '' } = pod;
  const log = fixBy('agent', 'nothing', say('fixLog', { container: container || 'agent' }), shell(podCommand(pod, 'log')));
  const describe = fixBy('agent', 'nothing', say('fixDescribe'), shell(podCommand(pod, 'describe')));
  if (/OOMKilled/.test(reason + message))
    return [fixBy('agent', 'restart', say('fixMemory', { container: container || 'the agent' })), log];
  if (/^(CrashLoopBackOff|restarting|Error|RunContainerError)$/.test(reason)) return [log, describe];
  if (/^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull)$/.test(reason))
    return [fixBy('agent', 'restart', say('fixImage')), describe];
  if (reason === 'CreateContainerConfigError') return [fixBy('agent', 'config', say('fixConfig')), describe];
  if (reason === 'Unschedulable' || reason === 'OutOfcpu' || reason === 'OutOfmemory')
    return [fixBy('cluster', 'config', say('fixRoom')), describe];
  return [describe];
}
