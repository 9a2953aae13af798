/**
 * Do the names of the apiserver resolve here? In a pod `kubernetes.default.svc` stands for cluster DNS as a whole; it matters less while
 * the apiserver is reached by its service address. A name of one's own that does not resolve is another matter than cluster DNS.
 */
import { defineCheck } from '../../../model/check.js';
import { firstThatHolds } from '../../shared/decide.js';
import { ANSWERS } from './answers.js';
import { CAUSES } from './causes.js';
import { NEEDS, read } from './clues.js';
import { DECISION } from './decision.js';
import { WORDS } from './words.js';

export const clusterDns = defineCheck({
  question: 'cluster-dns',
  asks: "Do the apiserver's names resolve?",
  target: 'apiserver',
  layer: 'dns',
  required: false,
  needs: NEEDS,
  words: WORDS,
  causes: CAUSES,
  judge(view, say) {
    const clues = read(view);
    return ANSWERS[firstThatHolds(DECISION, clues)](clues, say);
  },
});
