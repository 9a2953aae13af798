/**
 * Why is the right missing: is it the role, its binding, or what the binding says? Told from the roles and bindings themselves, where they may
 * be read. A role that is bound and only lacks a rule is no answer of this question: the missing right then stands by itself.
 */
import { defineCheck } from '../../../model/check.js';
import { firstThatHolds } from '../../shared/decide.js';
import { ANSWERS } from './answers.js';
import { CAUSES } from './causes.js';
import { NEEDS, read } from './clues.js';
import { DECISION } from './decision.js';
import { WORDS } from './words.js';

export const rbacBinding = defineCheck({
  question: 'rbac-binding',
  asks: "Are the agent's roles bound to its account?",
  target: 'apiserver',
  layer: 'authz',
  required: false,
  needs: NEEDS,
  words: WORDS,
  causes: CAUSES,
  judge(view, say) {
    const clues = read(view);
    return ANSWERS[firstThatHolds(DECISION, clues)](clues, say);
  },
});
