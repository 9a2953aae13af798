/** The pod that --pod names: its node is the one that is judged, and its DaemonSet the agent's. */
import { isAgentImage, isClusterCheckRunner, stringMap } from '../../agent-config/reduce-workload.js';
import { list, record } from '../../kubernetes/json.js';
import { isDnsName } from '../../kubernetes/names.js';
import { nearTo } from '../../kubernetes/near.js';
import type { ObjectIndex } from '../objects.js';

export interface NamedPod {
  namespace: string;
  pod: string;
  /** Undefined where it is on none yet. */
  node?: string;
  /** Its container is not called as that of Datadog's agent: kubectl takes the first. */
  isAnothers?: true;
  /** `NS/NAME`, where that is in the bundle as well. */
  daemonset?: string;
}

const MOST_NAMED = 5;
/** Names of more pods are not compared. */
const MOST_COMPARED = 20_000;

/** `named`: `NAME`, or `NAMESPACE/NAME`. An error is one line. */
export function podNamed(named: string, index: ObjectIndex): NamedPod | { error: string } {
  const [pod = '', namespace] = named.split('/').reverse();
  const there = (namespace === undefined ? index.namespaces('Pod') : [namespace]).filter((each) => index.get('Pod', each, pod)).sort();
  const [first, ...others] = there;
  if (first === undefined) return { error: `--pod ${named}: ${noSuchPod(pod, index)}` };
  if (others.length > 0)
    return { error: `--pod ${named}: is in several namespaces; name one: ${firstOf(there.map((each) => `${each}/${pod}`))}` };
  const { metadata, spec } = record(index.get('Pod', first, pod));
  const { nodeName } = record(spec);
  const owner = list(record(metadata).ownerReferences)
    .map(record)
    .find(({ kind, name }) => kind === 'DaemonSet' && index.get('DaemonSet', first, String(name)));
  const containers = list(record(spec).containers).map((each) => record(each).name);
  return {
    namespace: first,
    pod,
    ...(containers.length > 0 && !containers.includes('agent') && { isAnothers: true }),
    ...(typeof nodeName === 'string' && nodeName !== '' && { node: nodeName }),
    ...(owner && [first, String(owner.name)].every(isDnsName) && { daemonset: `${first}/${String(owner.name)}` }),
  };
}

/** A pod of Datadog's agent for each node, and under '' any: a flare holds the pods of its node and no DaemonSet. */
export function agentPods(index: ObjectIndex): ReadonlyMap<string, NamedPod> {
  const found = new Map<string, NamedPod>();
  for (const { metadata, spec, status } of index.list('Pod')) {
    const { nodeName, containers } = record(spec);
    const agent = list(containers)
      .map(record)
      .find(({ name, image }) => name === 'agent' && typeof image === 'string' && isAgentImage(image));
    const { namespace, name, labels } = record(metadata);
    if (!agent || record(status).phase === 'Failed' || isClusterCheckRunner(stringMap(labels))) continue;
    const pod = { namespace: String(namespace), pod: String(name) };
    for (const node of ['', String(nodeName ?? '')]) if (!found.has(node)) found.set(node, pod);
  }
  return found;
}

function noSuchPod(pod: string, index: ObjectIndex): string {
  const all = index.list('Pod').map(({ metadata }) => `${record(metadata).namespace}/${record(metadata).name}`);
  if (all.length === 0) return 'the bundle contains no pods; --node names a node';
  const nameOf = new Map(all.slice(0, MOST_COMPARED).map((each) => [each.slice(each.indexOf('/') + 1), each]));
  const alike = nearTo(pod, [...nameOf.keys()]).flatMap((name) => nameOf.get(name) ?? []);
  return `the bundle contains no such pod; it contains ${firstOf(alike.length > 0 ? alike : all)}`;
}

/** A few, and how many more. */
export function firstOf(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
