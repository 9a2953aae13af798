/** Pods of the agent that are there and not ready: what is said of them, and what helps. */

import { isDnsName } from '../../../kubernetes/names.js';
import type { Evidence, Fix, Message } from '../../../model/check.js';
import type { AgentPod } from '../../../model/facts/placement.js';
import { cutTo } from '../../shared/brief.js';
import { citeBy } from '../../shared/cite.js';
import { fixBy, shell } from '../../shared/fix.js';
import { isWhole, type Listed } from '../shared/counted.js';
import type { NodeRow } from '../shared/coverage.js';
import { nodeNames, nodesOf } from '../shared/placement.js';
import { reasonOf, type WaitGroup } from '../shared/waits.js';
import type { Words } from './words.js';

export function unreadyOn(rows: NodeRow[], say: Words): Evidence {
  return citeBy('apiserver/agent-pods', '', say('sawMore', { what: reasonOf(rows[0]?.pods[0]), names: nodeNames(rows, 20) }));
}

export function sawEvent({ fact, event }: NonNullable<WaitGroup['told']>, say: Words): Evidence {
  const { reason, count, last, message } = event;
  return citeBy('apiserver/pod-events', fact.subject, say('sawEvent', { reason, count, last, message }), fact.reproduce);
}

/** What the container said at its end, or what was told of it, says more than the name of the state. */
export function notReadyTitle(group: NodeRow[], all: Listed<NodeRow>, wait: WaitGroup | undefined, say: Words): Message {
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
export const isRead = ({ pods: [pod] }: NodeRow) => pod?.like === undefined;

export function evidenceOf({ node, pods: [pod] }: NodeRow, say: Words): Evidence[] {
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
export function fixesFor(pod: AgentPod, say: Words): Fix[] {
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
