/** Do the settings of an agent agree with each other, and with the pod it runs in? Each may be right, and the pair is not. */
import { defineCheck } from '../../../../model/check.js';
import { notApplicable, pass } from '../../../shared/problem.js';
import { configured } from '../../shared/configuration.js';
import { answer } from './answers.js';
import { CAUSES } from './causes.js';
import { contradictionsOf } from './decision.js';
import { WORDS } from './words.js';

export const agentContradictions = defineCheck({
  question: 'agent-contradictions',
  asks: "Do the agent's settings agree with each other?",
  target: 'self',
  layer: 'settings',
  required: false,
  needs: ['self/agent-configuration'],
  words: WORDS,
  causes: CAUSES,
  judge(view, say) {
    const containers = configured(view.all('self/agent-configuration'));
    if (containers.length === 0) return notApplicable(say('none'));
    const found = contradictionsOf(containers);
    return found.length > 0 ? answer(found, say) : pass(view.all('self/agent-configuration'));
  },
});
