/**
 * Is the configured client certificate one the servers take? Asked only when there is one. A server that accepted it settles the matter;
 * else purpose and dates (by the *server's* clock) before the issuer, which only a server's refusal shows.
 */
import { defineCheck } from '../../../model/check.js';
import { firstThatHolds } from '../../shared/decide.js';
import { ANSWERS, PROBLEMS } from './answers.js';
import { CAUSES } from './causes.js';
import { NEEDS, read } from './clues.js';
import { DECISION, FAULT } from './decision.js';
import { WORDS } from './words.js';

export const clientCertificate = defineCheck({
  question: 'client-certificate',
  asks: 'Is the client certificate valid, and is it accepted?',
  target: 'apiserver',
  layer: 'authn',
  required: false,
  needs: NEEDS,
  words: WORDS,
  causes: CAUSES,
  judge(view, say) {
    const sides = read(view);
    for (const side of sides) {
      const fault = firstThatHolds(FAULT, side);
      if (fault !== 'nothing') return PROBLEMS[fault](side, say);
    }
    return ANSWERS[firstThatHolds(DECISION, sides)](say, [...view.all('apiserver/http'), ...view.all('kubelet/http')]);
  },
});
