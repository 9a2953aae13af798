/** A DaemonSet without a pod on nodes where it is meant to run. */
import type { Severity, Stated, Verdict, View } from '../../../model/check.js';
import type { AgentWorkload } from '../../../model/facts/placement.js';
import { cite, citeBy } from '../../shared/cite.js';
import { fixBy, shell } from '../../shared/fix.js';
import { problem } from '../../shared/problem.js';
import { inTheirWords } from '../../shared/proof.js';
import type { NodeRow } from '../shared/coverage.js';
import { forNamed } from '../shared/named.js';
import { kubectlTarget, nodeNames, WITHOUT_AGENT } from '../shared/placement.js';
import type { PLACEMENT_NEEDS } from '../shared/wants.js';
import type { Words } from './words.js';

/** A DaemonSet has no pod on these nodes, by lists that were both read to their end. */
export function missingOn(
  nodes: readonly { node: string }[],
  workload: AgentWorkload | undefined,
  view: View<(typeof PLACEMENT_NEEDS)[number]>,
  say: Words,
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
