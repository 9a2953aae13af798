/** What is told of an agent's pods that wait, where their status does not say why: one request for each kind of wait, and few of these. */
import { list, record } from '../../kubernetes/json.js';
import { isUntold } from '../../kubernetes/kubelet/pod-waits.js';
import { isDnsName } from '../../kubernetes/names.js';
import { isSameNode } from '../../kubernetes/same-node.js';
import type { AgentPod, PodEvent } from '../../model/facts/placement.js';
import type { Outcome } from '../../model/facts.js';
import type { LiveContext } from '../context.js';
import { type ApiserverClient, refused } from './client.js';
import { reducePodEvent } from './reduce-placement.js';

const MOST_PODS = 3;
/** The apiserver has no order of time: of one pod's events of an hour there are no more, as a recorder writes one a reason and minute. */
const MOST_EVENTS = 100;
const MOST_KEPT = 10;
/** What was said long before the last thing that was said is over. */
const RECENT_MS = 10 * 60_000;

/** Kept as `pod-events`, by the pod's name. */
export async function askPodEvents(context: LiveContext, api: ApiserverClient, pods: readonly AgentPod[]): Promise<void> {
  for (const pod of sampleOf(pods, context.settings.node)) {
    const { namespace, pod: name } = pod;
    const about = { target: 'apiserver', kind: 'pod-events', subject: `${namespace}/${name}` } as const;
    const reproduce = `kubectl -n ${namespace} get events --field-selector involvedObject.name=${name},type=Warning`;
    await context.store.observe({ ...about, reproduce }, () => askOf(api, pod));
  }
}

/** One of each state: on the node that was named, else on the first. */
function sampleOf(pods: readonly AgentPod[], named: string | undefined): AgentPod[] {
  const isNamed = ({ node }: AgentPod) => named !== undefined && isSameNode(named, node);
  const waiting = pods
    .filter((pod) => !pod.ready && !pod.leaving && isUntold(pod) && isDnsName(pod.namespace) && isDnsName(pod.pod))
    .sort((a, b) => Number(isNamed(b)) - Number(isNamed(a)) || (a.node < b.node ? -1 : 1));
  const byState = new Map<string, AgentPod>();
  for (const pod of waiting) {
    const state = pod.reason ?? pod.phase;
    if (!byState.has(state)) byState.set(state, pod);
  }
  return [...byState.values()].slice(0, MOST_PODS);
}

async function askOf(api: ApiserverClient, { namespace, pod }: AgentPod): Promise<Outcome<PodEvent[]>> {
  const selector = encodeURIComponent(`involvedObject.kind=Pod,involvedObject.name=${pod},type=Warning`);
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events?fieldSelector=${selector}&limit=${MOST_EVENTS}`;
  const events = await api.ask<PodEvent[]>({ path, maxBytes: 1 << 20 }, (answer, json) =>
    answer.status === 200
      ? { status: 'observed', data: list(record(json).items).flatMap((item) => reducePodEvent(item, pod)) }
      : refused(answer),
  );
  if (events.status === 'failed' && events.code === 'HTTP403') return { status: 'absent', why: 'no-permission' };
  return events.status === 'observed' ? { status: 'observed', data: recent(events.data) } : events;
}

function recent(events: readonly PodEvent[]): PodEvent[] {
  const [newest, ...older] = [...events].sort((a, b) => (a.last < b.last ? 1 : -1));
  if (!newest) return [];
  const isRecent = ({ last }: PodEvent) => !(Date.parse(newest.last) - Date.parse(last) > RECENT_MS);
  return [newest, ...older.filter(isRecent)].slice(0, MOST_KEPT);
}
