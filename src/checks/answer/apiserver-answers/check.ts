/** Is it an apiserver that answers, is it well, and is it new enough? A reached server is not yet an answering one. */
import { defineCheck } from '../../../model/check.js';
import { firstThatHolds } from '../../shared/decide.js';
import { ANSWERS } from './answers.js';
import { CAUSES } from './causes.js';
import { NEEDS, read } from './clues.js';
import { DECISION } from './decision.js';
import { WORDS } from './words.js';

export const apiserverAnswers = defineCheck({
  question: 'apiserver-answers',
  asks: 'Is the apiserver ready, and new enough for the agent?',
  target: 'apiserver',
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
