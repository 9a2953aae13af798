/**
 * Has the agent's container the mounts through which it sees its node, and none that hides what it came with? In the agent's own container by
 * what is mounted there; elsewhere by its pod template.
 */
import { defineCheck } from '../../../../model/check.js';
import { firstThatHolds } from '../../../shared/decide.js';
import { ANSWERS } from './answers.js';
import { CAUSES } from './causes.js';
import { NEEDS, read } from './clues.js';
import { DECISION } from './decision.js';
import { WORDS } from './words.js';

export const agentMounts = defineCheck({
  question: 'agent-mounts',
  asks: 'Does the agent have the mounts it needs of its node?',
  target: 'self',
  layer: 'settings',
  required: false,
  needs: NEEDS,
  words: WORDS,
  causes: CAUSES,
  judge(view, say) {
    const clues = read(view);
    return ANSWERS[firstThatHolds(DECISION, clues)](clues, say);
  },
});
