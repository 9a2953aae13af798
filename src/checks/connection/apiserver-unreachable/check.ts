/**
 * Does a connection to the apiserver come about, up to a TLS handshake? What fails is named by how it fails; the service address failing
 * while an apiserver's own address answers is the node's service routing, so that is asked before the apiserver is blamed.
 */
import { defineCheck } from '../../../model/check.js';
import { firstThatHolds } from '../../shared/decide.js';
import { ANSWERS } from './answers.js';
import { CAUSES } from './causes.js';
import { NEEDS, read } from './clues.js';
import { DECISION } from './decision.js';
import { WORDS } from './words.js';

export const apiserverUnreachable = defineCheck({
  question: 'apiserver-unreachable',
  asks: 'Does the apiserver accept a connection from here?',
  target: 'apiserver',
  layer: 'tcp',
  required: true,
  needs: NEEDS,
  words: WORDS,
  causes: CAUSES,
  judge(view, say) {
    const clues = read(view);
    return ANSWERS[firstThatHolds(DECISION, clues)](clues, say);
  },
});
