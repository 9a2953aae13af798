/**
 * Is it a kubelet that answers, and does what it gives make sense? Judged by the shape of its answers; refusals count as answers here,
 * what they mean is for authentication and authorization to say.
 */
import { defineCheck } from '../../../model/check.js';
import { firstThatHolds } from '../../shared/decide.js';
import { ANSWERS } from './answers.js';
import { CAUSES } from './causes.js';
import { NEEDS, read } from './clues.js';
import { DECISION } from './decision.js';
import { WORDS } from './words.js';

export const kubeletPayload = defineCheck({
  question: 'kubelet-payload',
  asks: 'Is the server a kubelet, and is it healthy?',
  target: 'kubelet',
  layer: 'payload',
  required: true,
  needs: NEEDS,
  words: WORDS,
  causes: CAUSES,
  judge(view, say) {
    const clues = read(view);
    return ANSWERS[firstThatHolds(DECISION, clues)](clues, say);
  },
});
