/**
 * Does a proxy setting send the connection to the kubelet, or to the apiserver, to a proxy that does not bring it there? Two questions of one
 * shape. A proxy that delivers is no fault; whether the server behind a failing one is well cannot be known, nothing else reached it.
 */
import { defineCheck, type Verdict } from '../../../model/check.js';
import { firstThatHolds } from '../../shared/decide.js';
import { ANSWERS } from './answers.js';
import { CAUSES, type Cause, type Server } from './causes.js';
import { NEEDS, read, type Seen } from './clues.js';
import { DECISION } from './decision.js';
import { WORDS, type Words } from './words.js';

export const kubeletProxy = defineCheck({
  question: 'kubelet-proxy',
  asks: 'Do connections to the kubelet avoid a proxy that blocks them?',
  target: 'kubelet',
  layer: 'proxy',
  required: false,
  needs: NEEDS,
  words: WORDS,
  causes: CAUSES.kubelet,
  judge: (view, say) => judge('kubelet', view, say),
});

export const apiserverProxy = defineCheck({
  question: 'apiserver-proxy',
  asks: 'Do connections to the apiserver avoid a proxy that blocks them?',
  target: 'apiserver',
  layer: 'proxy',
  required: false,
  needs: NEEDS,
  words: WORDS,
  causes: CAUSES.apiserver,
  judge: (view, say) => judge('apiserver', view, say),
});

function judge<S extends Server>(server: S, view: Seen, say: Words): Verdict<Cause<S>> {
  const clues = read(view, server);
  return ANSWERS[firstThatHolds(DECISION, clues)](clues, say);
}
