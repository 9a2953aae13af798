/** What each DaemonSet asks for, what its namespace allows, and what was refused. Nothing is decided here. */
import type { View } from '../../../model/check.js';
import type { AgentWorkload, NamespacePolicy, RefusedCreate } from '../../../model/facts/placement.js';
import type { Fact, Need } from '../../../model/facts.js';
import type { Grounds } from '../../shared/problem.js';
import { seen } from '../../shared/read.js';
import type { Situation } from '../shared/placement.js';
import { PLACEMENT_NEEDS } from '../shared/wants.js';

export const NEEDS = [...PLACEMENT_NEEDS, 'apiserver/namespace-policy', 'apiserver/refused-creates'] as const satisfies readonly Need[];

export interface Clues {
  workload: AgentWorkload;
  /** What of the host the pod template asks for: `hostPID, hostPath volumes`. */
  asks: string;
  policy: NamespacePolicy | undefined;
  /** A node that should have its pod has none. */
  lacking: boolean;
  /** A manifest that is not installed yet. */
  planned: boolean;
  /** The last refusal, while a node still lacks its pod, or none of it was seen there in a list that is not whole; and what it says. */
  event: RefusedCreate | undefined;
  said: string;
  /** The PriorityClass that it names, unless its own manifest brings it along. */
  priorityClass: string | undefined;
  /** What admission took from its pods on some nodes, though their template has it. */
  taken: readonly { what: string; nodes: string[] }[];
  /** Of all its pods. */
  isAll: boolean;
  reproduce: { policy: string | undefined; events: string | undefined };
  /** What a pass rests on. */
  witness: Grounds;
  /** Where the refusal, the level and the template were read. */
  facts: {
    event: Fact<'refused-creates'> | undefined;
    policy: Fact<'namespace-policy'>;
    workloads: Fact<'workloads'>;
    pods: Fact<'agent-pods'>;
  };
}

export function read(view: View<(typeof NEEDS)[number]>, { found, rows, pods }: Situation): Clues[] {
  const policies = view.all('apiserver/namespace-policy').flatMap((fact) => seen(fact) ?? []);
  const refused = view.all('apiserver/refused-creates');
  return found.workloads.map((workload) => {
    const { namespace, name, template } = workload;
    const lacking = rows.some((row) => row.state === 'missing' && row.workload === workload);
    const unseen = rows.some((row) => row.state === 'unknown' && row.workload === workload);
    const [event] = refused
      .flatMap((fact) => seen(fact) ?? [])
      .filter((each) => (lacking || unseen) && each.namespace === namespace && each.daemonset === name)
      .sort((a, b) => (a.last < b.last ? 1 : -1));
    const { priorityClass } = template;
    const own = pods?.pods.filter((pod) => pod.namespace === namespace && pod.owner === `DaemonSet/${name}` && !pod.leaving) ?? [];
    const kinds = [...new Set(own.flatMap((pod) => pod.taken ?? []))];
    return {
      workload,
      asks: template.asks.join(', '),
      policy: policies.find((policy) => policy.namespace === namespace),
      lacking,
      planned: found.by === 'manifest',
      event,
      said: event ? shortOf(event.message) : '',
      priorityClass: priorityClass && !found.brings.includes(priorityClass) ? priorityClass : undefined,
      taken: kinds.map((what) => ({ what, nodes: own.filter((pod) => pod.taken?.includes(what)).map(({ node }) => node) })),
      isAll: own.every((pod) => pod.taken !== undefined),
      witness: view.one('apiserver/workloads'),
      facts: {
        event: refused.find((fact) => event !== undefined && seen(fact)?.includes(event)),
        policy: view.one('apiserver/namespace-policy', namespace),
        workloads: view.one('apiserver/workloads'),
        pods: view.one('apiserver/agent-pods'),
      },
      reproduce: {
        policy: view.one('apiserver/namespace-policy', namespace).reproduce,
        events: refused.find(({ subject }) => subject === namespace)?.reproduce,
      },
    };
  });
}

/** Without the lead that every such message has. */
function shortOf(message: string): string {
  return message
    .replace(/^Error creating: /, '')
    .replace(/^(?:pods "[^"]*" is forbidden: ){1,3}/, '')
    .slice(0, 220);
}
