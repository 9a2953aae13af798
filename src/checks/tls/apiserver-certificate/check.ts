/**
 * Does the apiserver's certificate verify for the address in use, with the CA in use? An untrusted issuer is judged before dates, dates
 * before names. Dates are compared with the *server's* clock too: skew is not the certificate's fault. A kubeconfig that says
 * insecure-skip-tls-verify is a fact, not consent: the finding stays as severe, because no credential is sent there.
 */
import { defineCheck } from '../../../model/check.js';
import { firstThatHolds } from '../../shared/decide.js';
import { cannotTell } from '../../shared/problem.js';
import { ANSWERS } from './answers.js';
import { CAUSES } from './causes.js';
import { NEEDS, read } from './clues.js';
import { DECISION } from './decision.js';
import { WORDS } from './words.js';

export const apiserverCertificate = defineCheck({
  question: 'apiserver-certificate',
  asks: "Is the apiserver's certificate valid for the address in use?",
  target: 'apiserver',
  layer: 'tls',
  required: true,
  needs: NEEDS,
  words: WORDS,
  causes: CAUSES,
  judge(view, say) {
    const clues = read(view);
    return clues ? ANSWERS[firstThatHolds(DECISION, clues)](clues, say) : cannotTell(say('noHandshake'));
  },
});
