/**
 * Does the kubelet accept TCP connections from here? What our own side sees (silence, refusal, no route) looks the same for a packet filter,
 * a dead kubelet and a dead node; a second side tells them apart. Where none can be had, the likeliest is suspected and the others named.
 */
import { defineCheck } from '../../../model/check.js';
import { firstThatHolds } from '../../shared/decide.js';
import { cannotTell } from '../../shared/problem.js';
import { ANSWERS } from './answers.js';
import { CAUSES } from './causes.js';
import { NEEDS, read } from './clues.js';
import { DECISION } from './decision.js';
import { otherPortIsSet } from './set-port.js';
import { WORDS } from './words.js';

export const kubeletUnreachable = defineCheck({
  question: 'kubelet-unreachable',
  asks: 'Does the kubelet accept connections from here?',
  target: 'kubelet',
  layer: 'tcp',
  required: true,
  needs: NEEDS,
  words: WORDS,
  causes: CAUSES,
  judge(view, say) {
    const set = otherPortIsSet(view, say);
    if (set) return set;
    const clues = read(view);
    return clues ? ANSWERS[firstThatHolds(DECISION, clues)](clues, say) : cannotTell(say('noAddress'));
  },
});
