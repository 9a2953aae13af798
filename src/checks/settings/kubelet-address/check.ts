/**
 * Does the agent know an address of its own node's kubelet? Judged from the settings, this network's gateways, the Node object, and whose kubelet it
 * is that answers. A host that is none of the node's addresses is only a fault where nothing, or another node's kubelet, answers: NAT, second
 * interfaces and bridges exist.
 */
import { defineCheck } from '../../../model/check.js';
import { firstThatHolds } from '../../shared/decide.js';
import { ANSWERS } from './answers.js';
import { CAUSES } from './causes.js';
import { NEEDS, read } from './clues.js';
import { DECISION } from './decision.js';
import { WORDS } from './words.js';

export const kubeletAddress = defineCheck({
  question: 'kubelet-address',
  asks: "Does the agent know an address of its node's kubelet?",
  target: 'kubelet',
  layer: 'settings',
  required: true,
  needs: NEEDS,
  words: WORDS,
  causes: CAUSES,
  judge(view, say) {
    const clues = read(view);
    return ANSWERS[firstThatHolds(DECISION, clues)](clues, say);
  },
});
