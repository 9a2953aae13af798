/**
 * Does the kubelet know who we are? Its 401 is the same word for a bad credential, for webhook authentication turned off and for a kubelet
 * that cannot ask its apiserver, so the answer comes from the second sides: the same credential at the apiserver, the time the refusal
 * took against that of a request without credential, the node's heartbeat, and what the kubelet says to others.
 */
import { defineCheck } from '../../../model/check.js';
import { firstThatHolds } from '../../shared/decide.js';
import { ANSWERS } from './answers.js';
import { CAUSES } from './causes.js';
import { NEEDS, read } from './clues.js';
import { DECISION } from './decision.js';
import { WORDS } from './words.js';

export const kubeletUnauthorized = defineCheck({
  question: 'kubelet-unauthorized',
  asks: 'Does the kubelet accept the credential that the agent sends?',
  target: 'kubelet',
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
