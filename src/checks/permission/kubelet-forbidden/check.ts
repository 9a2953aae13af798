/**
 * May the agent read what it reads of the kubelet? The kubelet's own refusals first; where it gave none (TLS not verified, unreachable,
 * 401) the apiserver answers the question that this kubelet would ask it. A refusal against a right the apiserver grants is an old one.
 */
import { defineCheck } from '../../../model/check.js';
import { firstThatHolds } from '../../shared/decide.js';
import { ANSWERS } from './answers.js';
import { CAUSES } from './causes.js';
import { NEEDS, read } from './clues.js';
import { DECISION, pathByPath } from './decision.js';
import { WORDS } from './words.js';

export const kubeletForbidden = defineCheck({
  question: 'kubelet-forbidden',
  asks: 'Does the agent have the kubelet permissions it needs?',
  target: 'kubelet',
  layer: 'authz',
  required: true,
  needs: NEEDS,
  words: WORDS,
  causes: CAUSES,
  judge(view, say) {
    const clues = pathByPath(read(view));
    return ANSWERS[firstThatHolds(DECISION, clues)](clues, say);
  },
});
