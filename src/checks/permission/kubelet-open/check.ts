/**
 * Does the kubelet give its data to those who may not have it? Nobody first: what is open to nobody is open to all. Then authorization
 * that is off: the kubelet's own configuration proves it; a read that the apiserver would deny may also be an old decision, kept for 5 minutes.
 */
import { defineCheck } from '../../../model/check.js';
import { firstThatHolds } from '../../shared/decide.js';
import { ANSWERS } from './answers.js';
import { CAUSES } from './causes.js';
import { NEEDS, read } from './clues.js';
import { DECISION } from './decision.js';
import { WORDS } from './words.js';

export const kubeletOpen = defineCheck({
  question: 'kubelet-open',
  asks: 'Is the kubelet closed to unauthorized requests?',
  target: 'kubelet',
  layer: 'authz',
  required: false,
  needs: NEEDS,
  words: WORDS,
  causes: CAUSES,
  judge(view, say) {
    const clues = read(view);
    return ANSWERS[firstThatHolds(DECISION, clues)](clues, say);
  },
});
