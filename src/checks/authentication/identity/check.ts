/**
 * Is the one whom the apiserver takes us for the one whose access is to be judged? The review against the claims of the token and against
 * the node of the settings; and in a pod of `kubectl debug` against the ServiceAccount that such a pod gets without asking.
 */
import { defineCheck } from '../../../model/check.js';
import { firstThatHolds } from '../../shared/decide.js';
import { ANSWERS } from './answers.js';
import { CAUSES } from './causes.js';
import { NEEDS, read } from './clues.js';
import { DECISION } from './decision.js';
import { WORDS } from './words.js';

export const identity = defineCheck({
  question: 'identity',
  asks: 'Does the apiserver identify us as the agent?',
  target: 'apiserver',
  layer: 'authn',
  required: false,
  needs: NEEDS,
  words: WORDS,
  causes: CAUSES,
  judge(view, say) {
    const clues = read(view);
    return ANSWERS[firstThatHolds(DECISION, clues)](clues, say);
  },
});
