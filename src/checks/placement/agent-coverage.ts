/**
 * Has every node that should have one an agent that is ready? Counted as nodes minus nodes with an agent pod: DESIRED against READY would not
 * see a node that the controller leaves out. Nodes that taints, selector or affinity keep off are the placement checks' matter.
 */

import { isDnsName } from '../../kubernetes/names.js';
import {
  defineCheck,
  type Evidence,
  type Fix,
  type Message,
  type Say,
  type Severity,
  type Stated,
  type Verdict,
  type View,
} from '../../model/check.js';
import type { AgentPod, AgentWorkload } from '../../model/facts/placement.js';
import { cutTo } from '../shared/brief.js';
import { cite, citeBy } from '../shared/cite.js';
import { fixBy, shell } from '../shared/fix.js';
import { isSameNode } from '../shared/own-node.js';
import { cannotTell, notApplicable, pass, problem } from '../shared/problem.js';
import { inTheirWords } from '../shared/proof.js';
import { seen } from '../shared/read.js';
import { CAUSE_OF } from './pod-waits/decision.js';
import { isWhole, type Listed } from './shared/counted.js';
import type { NodeRow } from './shared/coverage.js';
import { forNamed, mustTell, namedNode, ownFirst, ownRow, requiredIf } from './shared/named.js';
import { kubectlTarget, nodeNames, nodesOf, type Situation, situationIn, WITHOUT_AGENT } from './shared/placement.js';
import { CUT, cannotList, cannotTellAll, cutWords, UNREAD } from './shared/unread.js';
import { isKnown, reasonOf, type WaitGroup, waitsIn } from './shared/waits.js';
import { NAMED_NEEDS, PLACEMENT_NEEDS, placementWants } from './shared/wants.js';

const WORDS = {
  missing: 'No agent pod on {nodes}, though the DaemonSet should run there',
  notReady: 'The agent is not ready on {count} of {of} nodes: {reason}',
  notReadyAt: 'The agent is not ready on {count} of {of} nodes ({node}): {reason}',
  notReadyFirst: 'The agent is not ready on {count} of the first {of} nodes: {reason}',
  crashes: 'The agent crash-loops on {nodes}: {said}',
  podless: 'DaemonSet {name} has no pods; another runs on {nodes}',
  sawMissing: 'no pod of {daemonset} on {names}',
  sawNodes: 'listed as nodes: {names}',
  sawPod: '{node}: pod {pod} is {phase}, {reason}{message}; {restarts} restarts',
  sawMore: '{what} on {names}',
  sawEvent: '{reason} ({count} times, last {last}): {message}',
  fixEvents: 'Find out why the controller creates no pod there',
  fixLog: 'Read the last log of the container {container}',
  fixDescribe: 'Find out what the pod waits for',
  fixConfig: 'Correct what the message names in the pod template',
  fixUser: 'Remove runAsNonRoot: this image runs as root',
  fixMemory: 'Raise the memory limit of {container} (OOMKilled)',
  fixApiKey: 'Set the API key: datadog.apiKeyExistingSecret or DD_API_KEY',
  fixPort: 'Free the port that another process of the node uses',
  fixSyntax: "Correct the agent's configuration: its log names the error",
  none: 'no agent DaemonSet is known',
  elsewhere: 'no agent DaemonSet is meant for {node}, and none runs there',
  unasked: 'nothing of this manifest runs yet',
  waiting: 'nodes and pods are still being listed',
  unread: UNREAD,
  cut: CUT,
} as const;

const COVERAGE_NEEDS = [...NAMED_NEEDS, 'self/place', 'apiserver/identity', 'apiserver/pod-events'] as const;

export const agentCoverage = defineCheck({
  question: 'agent-coverage',
  asks: 'Does every node that needs one have a ready agent?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: COVERAGE_NEEDS,
  words: WORDS,
  causes: {
    'agent-missing-on-node': {
      title: 'agent missing on a node',
      means: 'Taints, selector and affinity allow the agent on this node, but it has no agent pod.',
      happens:
        'The controller could not create the pod (quota, pod security, webhook: it writes FailedCreate events), an update of the DaemonSet is in progress, the controller-manager is down, or the node joined a moment ago.',
      confirm:
        'Events and pods of the DaemonSet:\n\n    kubectl -n NAMESPACE describe daemonset NAME\n    kubectl -n NAMESPACE get pods -o wide',
      fix: 'Fix what the event names. Without an event, check that the controller-manager runs: `kubectl -n kube-system get lease kube-controller-manager`.',
      avoid: 'Do not create a bare pod for that node: the DaemonSet does not know it, and later two agents run there.',
      explainedBy: ['pod-security-refuses', 'admission-refuses'],
    },
    'agent-not-ready-on-node': {
      title: 'agent not ready on a node',
      means: "The agent's pod exists but does not run, or runs but is not ready. That node sends little or nothing.",
      happens:
        'A crash loop (bad configuration, no API key, a liveness probe that fails), an image that cannot be pulled, a missing Secret or ConfigMap, a pod the scheduler cannot place (host port in use), or a node that is itself not ready.',
      confirm:
        'What the pod waits for, and the last log of a container that ended:\n\n    kubectl -n NAMESPACE describe pod POD\n    kubectl -n NAMESPACE logs POD -c CONTAINER --previous',
      fix: 'Fix what the reason in the finding names. If resources are short, a priority class places the agent first. A pod on a node that is not ready waits for the node.',
      avoid: 'Do not remove the probes: the pod then counts as ready and sends nothing.',
    },
  },
  judge(view, say) {
    const settings = view.one('self/settings');
    const mustKnow = mustTellIn(view);
    const at = situationIn(view, say);
    // Who names a node asks for its agent: that no DaemonSet is known says nothing of it.
    if ('kind' in at)
      return mustKnow && at.kind === 'not-applicable' && seen(view.one('apiserver/workloads'))
        ? requiredIf(true, cannotTell(say('none'), placementWants()), settings)
        : requiredIf(mustKnow, at, settings);
    if (at.found.by === 'manifest') return notApplicable(say('unasked'), view.one('apiserver/workloads'));
    const { rows, listed, cuts } = at;
    if (!at.pods)
      return at.unread ? requiredIf(mustKnow, openFor(rows, cannotList(at.unread, say)), settings) : notApplicable(say('unasked'));
    const own = ownRow(settings, rows);
    const cut = cuts.map(({ kind, cut }) => citeBy(`apiserver/${kind}`, '', say('cut', cutWords(kind, cut))));
    const without = rows.filter(({ state }) => state === 'missing');
    const missing = ownFirst([without], own)[0] ?? [];
    const waits = waitsIn(rows, view.all('apiserver/pod-events'));
    const open = waits.filter((wait) => !isKnown(wait));
    // What has a cause of its own stands behind what has none.
    const groups = [...open, ...waits.filter(isKnown)];
    const unready = ownFirst(
      groups.map(({ rows }) => rows),
      own,
    );
    const meant = rows.filter(({ state }) => state === 'covered' || state === 'missing' || state === 'not-ready');
    const podEvidence = unready.flatMap((group) =>
      group
        .filter(isRead)
        .slice(0, 3)
        .flatMap((row) => evidenceOf(row, say)),
    );

    const [first] = own?.state === 'not-ready' ? [] : missing;
    if (first)
      return missingOn(without, first.workload, view, say, {
        severity: without.length === meant.length ? 'blocks' : 'degrades',
        own,
        about: missing,
        title: say('missing', { nodes: nodesOf(missing, listed) }),
        evidence: [...podEvidence, ...cut],
      });
    const [group, ...others] = unready;
    const [row] = group ?? [];
    const pod = row?.pods[0];
    if (group && row && pod) {
      const wait = groups.find(({ rows }) => rows.some(({ node }) => node === row.node));
      return problem('agent-not-ready-on-node', {
        proof: inTheirWords(view.one('apiserver/agent-pods')),
        ...forNamed(own, group, unready.flat().length === meant.length ? 'blocks' : 'degrades'),
        fixes: fixesFor(pod, say),
        title: notReadyTitle(group, listed, wait, say),
        ...(open.length === 0 && { explainedBy: REASONS }),
        features: WITHOUT_AGENT,
        evidence: [
          ...(wait?.told ? [sawEvent(wait.told, say)] : []),
          ...podEvidence.slice(0, 10),
          ...[...(group.length > 3 ? [group] : []), ...others].map((rest) => unreadyOn(rest, say)),
          ...cut,
        ],
      });
    }
    return judgeRest(at, own, view, say);
  },
});

const mustTellIn = (view: View<(typeof COVERAGE_NEEDS)[number]>) =>
  mustTell(
    view.one('self/settings'),
    view.one('self/place'),
    view.one('apiserver/identity'),
    PLACEMENT_NEEDS.map((need) => view.one(need)),
  );

/** No pod is missing and none waits, as far as the lists were read. */
function judgeRest(
  at: Situation,
  own: NodeRow | undefined,
  view: View<(typeof COVERAGE_NEEDS)[number]>,
  say: Say<typeof WORDS>,
): Verdict<'agent-missing-on-node'> {
  const { rows, listed, cuts, found } = at;
  const settings = view.one('self/settings');
  const mustKnow = mustTellIn(view);
  const open = openOn(own, at, view, say);
  if (open) return requiredIf(mustKnow, open, settings);
  const podless = at.podless.find(({ meant }) => meant.length > 0);
  if (podless)
    return missingOn(podless.meant, podless.workload, view, say, {
      // The one that was asked about runs nowhere.
      severity: found.by === 'flag' ? 'blocks' : 'degrades',
      // Where another's agent runs on the node that was named, that node is not without.
      own: found.by === 'flag' || podless.meant.some(({ node }) => node === own?.node) ? undefined : own,
      about: podless.meant,
      title: say('podless', { name: podless.workload.name, nodes: nodesOf(podless.meant, listed) }),
      evidence: [],
    });
  if (own?.state === 'other')
    return requiredIf(mustKnow && found.by === 'flag', cannotTell(say('elsewhere', { node: own.node })), settings);
  return cuts[0] ? openFor(rows, cannotTellAll(cuts[0], say)) : pass([view.one('apiserver/nodes'), view.one('apiserver/agent-pods')]);
}

/** The list that ended before it showed the agent of the node that was named. */
function openOn(
  own: NodeRow | undefined,
  at: Situation,
  view: View<(typeof COVERAGE_NEEDS)[number]>,
  say: Say<typeof WORDS>,
): Verdict<never> | undefined {
  const named = namedNode(view.one('self/settings'));
  if (named === undefined || own?.state === 'covered') return undefined;
  const unseen = own ? !own.podsRead : !at.pods?.pods.some(({ node, ready }) => ready && isSameNode(named, node));
  if (unseen && at.cuts[0]) return openFor(at.rows, cannotTellAll(at.cuts[0], say));
  return at.found.cut && own?.state === 'other' ? cannotTellAll({ kind: 'workloads', cut: at.found.cut }, say) : undefined;
}

/** A DaemonSet has no pod on these nodes, by lists that were both read to their end. */
function missingOn(
  nodes: readonly { node: string }[],
  workload: AgentWorkload | undefined,
  view: View<(typeof PLACEMENT_NEEDS)[number]>,
  say: Say<typeof WORDS>,
  {
    own,
    about,
    severity,
    ...said
  }: Pick<Stated, 'title' | 'evidence'> & { severity: Severity; own: NodeRow | undefined; about: readonly { node: string }[] },
): Verdict<'agent-missing-on-node'> {
  const target = workload && kubectlTarget(workload);
  const daemonset = target ? `${target.namespace}/${target.name}` : 'the agent';
  const events = target ? shell(`kubectl -n ${target.namespace} describe daemonset ${target.name}`) : {};
  const saw = say('sawMissing', { daemonset, names: nodeNames(nodes, 20) });
  return problem('agent-missing-on-node', {
    proof: inTheirWords(view.one('apiserver/agent-pods'), view.one('apiserver/nodes')),
    ...said,
    features: WITHOUT_AGENT,
    evidence: [
      citeBy('apiserver/agent-pods', '', saw, target && `kubectl -n ${target.namespace} get pods -o wide`),
      ...said.evidence,
      cite(view.one('apiserver/nodes'), say('sawNodes', { names: nodeNames(nodes, 20) })),
    ],
    ...forNamed(own, about, severity),
    fixes: [fixBy('cluster', 'nothing', say('fixEvents'), events)],
  });
}

/** A node that is not ready may be without an agent: whether it is must be known before all is said to be well. */
function openFor(rows: readonly NodeRow[], open: Verdict<never>): Verdict<never> {
  const mustTell = rows.some(({ ready, podsRead }) => ready !== 'True' && !podsRead);
  return mustTell && open.kind === 'cannot-tell' ? { ...open, required: true, because: 'node-not-ready' } : open;
}

/** What keeps a pod from starting; where all that are not ready wait for one of these, that they are not ready follows from it. */
const REASONS = [...new Set(Object.values(CAUSE_OF)), 'kubelet-ca-file-missing'];

function unreadyOn(rows: NodeRow[], say: Say<typeof WORDS>): Evidence {
  return citeBy('apiserver/agent-pods', '', say('sawMore', { what: reasonOf(rows[0]?.pods[0]), names: nodeNames(rows, 20) }));
}

function sawEvent({ fact, event }: NonNullable<WaitGroup['told']>, say: Say<typeof WORDS>): Evidence {
  const { reason, count, last, message } = event;
  return citeBy('apiserver/pod-events', fact.subject, say('sawEvent', { reason, count, last, message }), fact.reproduce);
}

/** What the container said at its end, or what was told of it, says more than the name of the state. */
function notReadyTitle(group: NodeRow[], all: Listed<NodeRow>, wait: WaitGroup | undefined, say: Say<typeof WORDS>): Message {
  const [pod] = group[0]?.pods ?? [];
  const said = pod && lastWords(pod);
  if (pod?.reason === 'CrashLoopBackOff') {
    const nodes = nodesOf(group, all);
    const room = Math.max(16, 50 - nodes.length);
    return say('crashes', { nodes, said: said ? `"${cutTo(said, room)}"` : (pod.message ?? 'CrashLoopBackOff') });
  }
  const told = said ?? wait?.told?.event.message;
  const reason = told ? `"${cutTo(told, 36)}"` : reasonOf(pod);
  const [node] = group.length === 1 ? group.map((row) => row.node) : [];
  const counted = { count: group.length, of: all.items.length, reason };
  if (!isWhole(all)) return say('notReadyFirst', counted);
  return node !== undefined && node.length <= 20 ? say('notReadyAt', { ...counted, node }) : say('notReady', counted);
}

/** `exit code 1 (Error): API key missing`: what stands behind the colon is the container's own. */
function lastWords({ message = '' }: AgentPod): string | undefined {
  return /^exit code \d+(?: \([^)]*\))?: (.+)$/s.exec(message)?.[1];
}

/** What its pod says is its own. */
const isRead = ({ pods: [pod] }: NodeRow) => pod?.like === undefined;

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

/** Why agents end, by their last words: chosen by these, never made of them. */
const LAST_WORDS = [
  [/api[ _-]?key/i, 'fixApiKey'],
  [/address already in use/i, 'fixPort'],
  [/\b(yaml|unmarshal|parse)\b/i, 'fixSyntax'],
] as const;

/** What helps, by the reason the kubelet or the scheduler gives; the message itself stands in the evidence. */
function fixesFor(pod: AgentPod, say: Say<typeof WORDS>): Fix[] {
  const { reason = '', container = '', message = '' } = pod;
  const log = fixBy('agent', 'nothing', say('fixLog', { container: container || 'agent' }), shell(podCommand(pod, 'log')));
  const describe = fixBy('agent', 'nothing', say('fixDescribe'), shell(podCommand(pod, 'describe')));
  if (/OOMKilled/.test(reason + message))
    return [fixBy('agent', 'restart', say('fixMemory', { container: container || 'the agent' })), log];
  if (/^(CrashLoopBackOff|restarting|Error|RunContainerError)$/.test(reason)) {
    const known = LAST_WORDS.find(([words]) => words.test(lastWords(pod) ?? ''))?.[1];
    return [...(known ? [fixBy('agent', 'config', say(known))] : []), log, describe];
  }
  if (reason === 'CreateContainerConfigError')
    return [fixBy('agent', 'config', /runAsNonRoot/.test(message) ? say('fixUser') : say('fixConfig')), describe];
  return [describe];
}
