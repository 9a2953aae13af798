/**
 * Does the kubelet's serving certificate verify for the address the agent dials, with the CA the agent uses?
 * One decision: an untrusted issuer is judged before dates, dates before names, so that a self-signed certificate
 * (which has no IP SAN either) is one finding. Dates are compared with another clock too (skew is not the certificate's
 * fault): the kubelet's, or where it runs on our machine the apiserver's.
 */
import { defineCheck } from '../../../model/check.js';
import { firstThatHolds } from '../../shared/decide.js';
import { ANSWERS, answerFromDisk } from './answers.js';
import { CAUSES } from './causes.js';
import { NEEDS, read, readDisk } from './clues.js';
import { DECISION } from './decision.js';
import { WORDS } from './words.js';

export const kubeletCertificate = defineCheck({
  question: 'kubelet-certificate',
  asks: "Is the kubelet's certificate valid for the address the agent dials?",
  target: 'kubelet',
  layer: 'tls',
  required: true,
  needs: NEEDS,
  words: WORDS,
  causes: CAUSES,
  judge(view, say) {
    const clues = read(view);
    return clues ? ANSWERS[firstThatHolds(DECISION, clues)](clues, say) : answerFromDisk(readDisk(view), say);
  },
});
