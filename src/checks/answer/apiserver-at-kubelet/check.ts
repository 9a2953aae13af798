/**
 * Does the kubelet accept the apiserver? It shows a client certificate of its own where it asks for others (`kubectl logs`, the node proxy), and may
 * need a tunnel to get there. Asked of nobody: judged by what other questions asked through it.
 */
import { defineCheck } from '../../../model/check.js';
import { firstThatHolds } from '../../shared/decide.js';
import { ANSWERS } from './answers.js';
import { CAUSES } from './causes.js';
import { NEEDS, read } from './clues.js';
import { DECISION } from './decision.js';
import { WORDS } from './words.js';

export const apiserverAtKubelet = defineCheck({
  question: 'apiserver-at-kubelet',
  asks: 'Does the kubelet accept the requests of the apiserver?',
  target: 'apiserver',
  layer: 'payload',
  required: false,
  needs: NEEDS,
  words: WORDS,
  causes: CAUSES,
  judge(view, say) {
    const clues = read(view);
    return ANSWERS[firstThatHolds(DECISION, clues)](clues, say);
  },
});
