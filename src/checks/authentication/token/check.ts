/**
 * Is the token one the apiserver takes? Whether it was accepted counts before anything its claims say. A 401 gives no reason (on purpose):
 * times are proof by the *server's* clock only; audience and issuer make a suspicion, which a TokenReview by someone else decides.
 */
import { defineCheck } from '../../../model/check.js';
import { firstThatHolds } from '../../shared/decide.js';
import { ANSWERS } from './answers.js';
import { CAUSES } from './causes.js';
import { NEEDS, read } from './clues.js';
import { DECISION } from './decision.js';
import { WORDS } from './words.js';

export const token = defineCheck({
  question: 'token',
  asks: 'Is the token valid, and does the apiserver accept it?',
  target: 'apiserver',
  layer: 'authn',
  required: true,
  needs: NEEDS,
  words: WORDS,
  causes: CAUSES,
  judge(view, say) {
    const clues = read(view);
    return ANSWERS[firstThatHolds(DECISION, clues)](clues, say);
  },
});
