/**
 * Does the apiserver let the agent's pods in? What it refused stands in the DaemonSet's FailedCreate events, not on any node. Events last an
 * hour and tell of the past: they count while a node still lacks its pod. The namespace's pod security level is judged by itself, too.
 */
import { defineCheck } from '../../../model/check.js';
import { firstThatHolds } from '../../shared/decide.js';
import { pass } from '../../shared/problem.js';
import { situationIn } from '../shared/placement.js';
import { cannotList, cannotTellAll } from '../shared/unread.js';
import { ANSWERS } from './answers.js';
import { CAUSES } from './causes.js';
import { NEEDS, read } from './clues.js';
import { DECISION } from './decision.js';
import { WORDS } from './words.js';

export const podAdmission = defineCheck({
  question: 'pod-admission',
  asks: "Does the apiserver admit the agent's pods?",
  target: 'self',
  layer: 'settings',
  required: false,
  needs: NEEDS,
  words: WORDS,
  causes: CAUSES,
  judge(view, say) {
    const at = situationIn(view, say);
    if ('kind' in at) return at;
    // Of several DaemonSets the first that is refused.
    const verdicts = read(view, at).map((clues) => ANSWERS[firstThatHolds(DECISION, clues)](clues, say));
    const refused = verdicts.find(({ kind }) => kind !== 'pass');
    if (refused) return refused;
    // A pod that was refused is seen by the node that lacks it: all nodes and pods must have been read.
    if (at.unread) return cannotList(at.unread, say);
    return at.cuts[0] ? cannotTellAll(at.cuts[0], say) : pass(view.one('apiserver/workloads'));
  },
});
