/**
 * What keeps the agent's pods from starting, where they are there and wait: in the words of the kubelet, the scheduler or the runtime. Their status
 * says it, or their events, which are asked for where it does not. That a pod is not ready at all is `agent-coverage`'s matter, and follows from this.
 */
import { defineCheck, type Evidence } from '../../../model/check.js';
import type { Fact } from '../../../model/facts.js';
import { citeBy } from '../../shared/cite.js';
import { isKubeletCa } from '../../shared/kubelet.js';
import { cannotTell, notApplicable, pass, problem } from '../../shared/problem.js';
import { inTheirWords } from '../../shared/proof.js';
import type { NodeRow } from '../shared/coverage.js';
import { forNamed, ownRow } from '../shared/named.js';
import { nodeNames, situationBy, WITHOUT_AGENT } from '../shared/placement.js';
import { cannotListBy, cannotTellAll } from '../shared/unread.js';
import { isKnown, reasonOf, type WaitGroup, waitsIn } from '../shared/waits.js';
import { NAMED_NEEDS } from '../shared/wants.js';
import { ANSWERS, platformIn } from './answers.js';
import { CAUSES } from './causes.js';
import { CAUSE_OF } from './decision.js';
import { WORDS, type Words } from './words.js';

export const podWaits = defineCheck({
  question: 'pod-waits',
  asks: "Can the agent's pods start?",
  target: 'self',
  layer: 'settings',
  required: false,
  needs: [...NAMED_NEEDS, 'apiserver/pod-events'],
  words: WORDS,
  causes: CAUSES,
  judge(view, say) {
    const at = situationBy(view, say, (unread) => cannotListBy(unread, say));
    if ('kind' in at) return at;
    if (at.found.by === 'manifest') return notApplicable(say('unasked'), view.one('apiserver/workloads'));
    if (!at.pods) return at.unread ? cannotListBy(at.unread, say) : notApplicable(say('unasked'));
    const own = ownRow(view.one('self/settings'), at.rows);
    const groups = waitsIn(at.rows, view.all('apiserver/pod-events'));
    // The kubelet's CA file is a question of its own.
    const known = groups.filter((group) => isKnown(group) && !isKubeletCa(group.wait, group.rows[0]?.workload));
    const group = known.find(({ rows }) => rows.some(({ node }) => node === own?.node)) ?? known[0];
    const { wait, pod, rows, told } = group ?? {};
    if (!group || !wait || wait.kind === 'volume' || !pod || !rows) {
      if (groups.some((each) => !isKnown(each))) return cannotTell(say('untold'));
      return at.cuts[0] ? cannotTellAll(at.cuts[0], say) : pass(view.one('apiserver/agent-pods'));
    }
    const platform = platformIn(at.nodes.nodes.find(({ node }) => node === pod.node)?.platform);
    const clues = { ...group, wait, workload: rows[0]?.workload, platform, holders: at.pods.holders ?? [] };
    const { title, evidence = [], fixes } = ANSWERS[wait.kind](clues, say);
    const others = groups.filter((each) => each !== group);
    const meant = at.rows.filter(({ state }) => state === 'covered' || state === 'missing' || state === 'not-ready');
    return problem(CAUSE_OF[wait.kind], {
      proof: told?.event.message.includes(wait.said) ? inTheirWords(told.fact) : inTheirWords(view.one('apiserver/agent-pods')),
      ...forNamed(own, rows, rows.length === meant.length ? 'blocks' : 'degrades'),
      fixes,
      title,
      features: WITHOUT_AGENT,
      evidence: [
        ...sawOf(group, say),
        ...(rows.length > 1 ? [citeBy('apiserver/agent-pods', '', say('sawNodes', { names: nodeNames(rows, 20) }))] : []),
        ...evidence,
        ...others.map((other) => sawOther(other, say)),
      ],
    });
  },
});

function sawOf({ pod, told }: WaitGroup, say: Words): Evidence[] {
  if (told) return [sawEvent(told.fact, told.event, say)];
  const { node, namespace, message = '' } = pod;
  const saw = say('sawPod', { node, pod: `${namespace}/${pod.pod}`, reason: reasonOf(pod), message });
  return [citeBy('apiserver/agent-pods', '', saw)];
}

function sawEvent({ subject, reproduce }: Fact<'pod-events'>, event: NonNullable<WaitGroup['told']>['event'], say: Words): Evidence {
  const { reason, count, last, message } = event;
  return citeBy('apiserver/pod-events', subject, say('sawEvent', { reason, count, last, message }), reproduce);
}

function sawOther({ pod, rows }: { pod: WaitGroup['pod']; rows: NodeRow[] }, say: Words): Evidence {
  return citeBy('apiserver/agent-pods', '', say('sawMore', { what: reasonOf(pod), names: nodeNames(rows, 20) }));
}
