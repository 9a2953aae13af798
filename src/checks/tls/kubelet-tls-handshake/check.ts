/**
 * Does a TLS handshake with the kubelet come about, and an HTTP answer after it? How it ends tells most: an alert is the kubelet's own word,
 * a reset is somebody's, silence needs a second side. What the certificate says is judged elsewhere.
 */
import { defineCheck } from '../../../model/check.js';
import { firstThatHolds } from '../../shared/decide.js';
import { cannotTell } from '../../shared/problem.js';
import { answer } from './answers.js';
import { waitingRequest } from './by-request.js';
import { CAUSES } from './causes.js';
import { NEEDS, read } from './clues.js';
import { DECISION } from './decision.js';
import { WORDS } from './words.js';

export const kubeletTlsHandshake = defineCheck({
  question: 'kubelet-tls-handshake',
  asks: 'Does the kubelet complete a TLS handshake and answer?',
  target: 'kubelet',
  layer: 'tls',
  required: true,
  needs: NEEDS,
  words: WORDS,
  causes: CAUSES,
  judge(view, say) {
    const clues = read(view);
    if (clues) return answer(firstThatHolds(DECISION, clues), clues, say);
    return waitingRequest(view, say) ?? cannotTell(say('noAddress'));
  },
});
