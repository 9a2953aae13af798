/**
 * Is our clock right? Compared with the `Date` headers of both servers. On the kubelet's own machine its clock *is* ours, so that its
 * agreeing proves nothing; two other clocks that agree with each other do.
 */
import { defineCheck } from '../../../model/check.js';
import { firstThatHolds } from '../../shared/decide.js';
import { ANSWERS } from './answers.js';
import { CAUSES } from './causes.js';
import { NEEDS, read } from './clues.js';
import { DECISION } from './decision.js';
import { WORDS } from './words.js';

export const clock = defineCheck({
  question: 'clock',
  asks: 'Does the local clock agree with the servers?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: NEEDS,
  words: WORDS,
  causes: CAUSES,
  judge(view, say) {
    const clues = read(view);
    return ANSWERS[firstThatHolds(DECISION, clues)](clues, say);
  },
});
