/**
 * Has every node that should have one an agent that is ready? Counted as nodes minus nodes with an agent pod: DESIRED against READY would not
 * see a node that the controller leaves out. Nodes that taints, selector or affinity keep off are the placement checks' matter.
 */

import { defineCheck, type Verdict, type View } from '../../../model/check.js';
import { citeBy } from '../../shared/cite.js';
import { isSameNode } from '../../shared/own-node.js';
import { cannotTell, notApplicable, pass, problem } from '../../shared/problem.js';
import { inTheirWords } from '../../shared/proof.js';
import { seen } from '../../shared/read.js';
import { CAUSE_OF } from '../pod-waits/decision.js';
import type { NodeRow } from '../shared/coverage.js';
import { forNamed, mustTell, namedNode, ownFirst, ownRow, requiredIf } from '../shared/named.js';
import { nodesOf, type Situation, situationIn, WITHOUT_AGENT } from '../shared/placement.js';
import { cannotList, cannotTellAll, cutWords } from '../shared/unread.js';
import { isKnown, waitsIn } from '../shared/waits.js';
import { NAMED_NEEDS, PLACEMENT_NEEDS, placementWants } from '../shared/wants.js';
import { CAUSES } from './causes.js';
import { missingOn } from './missing.js';
import { evidenceOf, fixesFor, isRead, notReadyTitle, sawEvent, unreadyOn } from './not-ready.js';
import { WORDS, type Words } from './words.js';

const COVERAGE_NEEDS = [...NAMED_NEEDS, 'self/place', 'apiserver/identity', 'apiserver/pod-events'] as const;

export const agentCoverage = defineCheck({
  question: 'agent-coverage',
  asks: 'Does every node that needs one have a ready agent?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: COVERAGE_NEEDS,
  words: WORDS,
  causes: CAUSES,
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
  say: Words,
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
  say: Words,
): Verdict<never> | undefined {
  const named = namedNode(view.one('self/settings'));
  if (named === undefined || own?.state === 'covered') return undefined;
  const unseen = own ? !own.podsRead : !at.pods?.pods.some(({ node, ready }) => ready && isSameNode(named, node));
  if (unseen && at.cuts[0]) return openFor(at.rows, cannotTellAll(at.cuts[0], say));
  return at.found.cut && own?.state === 'other' ? cannotTellAll({ kind: 'workloads', cut: at.found.cut }, say) : undefined;
}

/** A node that is not ready may be without an agent: whether it is must be known before all is said to be well. */
function openFor(rows: readonly NodeRow[], open: Verdict<never>): Verdict<never> {
  const mustTell = rows.some(({ ready, podsRead }) => ready !== 'True' && !podsRead);
  return mustTell && open.kind === 'cannot-tell' ? { ...open, required: true, because: 'node-not-ready' } : open;
}

/** What keeps a pod from starting; where all that are not ready wait for one of these, that they are not ready follows from it. */
const REASONS = [...new Set(Object.values(CAUSE_OF)), 'kubelet-ca-file-missing'];
