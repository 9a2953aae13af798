/**
 * What two reports of one node show together and neither shows alone: a server that answers in the host's network and is silent in the pod's.
 * No single run can judge it: `kubelet-doctor merge` asks it, and `explain` finds its words here like those of any cause.
 */

import { firstThatHolds } from '../../shared/decide.js';
import { definePairCheck } from '../shared/pair.js';
import { ANSWERS } from './answers.js';
import { CAUSES } from './causes.js';
import { read } from './clues.js';
import { DECISION } from './decision.js';
import { WORDS } from './words.js';

export const podNetworkPath = definePairCheck({
  question: 'pod-network-path',
  asks: 'Does the pod reach what the host network reaches?',
  target: 'kubelet',
  layer: 'tcp',
  required: false,
  words: WORDS,
  causes: CAUSES,
  judge(pair, say) {
    const clues = read(pair);
    return ANSWERS[firstThatHolds(DECISION, clues)](clues, say);
  },
});
