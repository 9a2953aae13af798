import { agentInstall } from '../../../src/checks/settings/agent/agent-install.js';
import type { AnyFact, RunningAgent } from '../../../src/model/facts.js';
import { fact } from '../facts.js';
import { judgeTable } from '../table.js';

const running = (...installs: RunningAgent['install'][]): AnyFact[] => [
  fact(
    'self/running-agents',
    installs.map((install, at) => ({ pid: 800 + at, program: 'agent', install })),
  ),
];

judgeTable(agentInstall, [
  { row: 'not at a node', facts: [], expect: 'not-applicable' },
  { row: 'no agent', facts: running(), expect: 'not-applicable' },
  { row: 'the package alone', facts: running('host'), expect: 'pass' },
  { row: 'pods alone: whether one is too many is another question', facts: running('container', 'container'), expect: 'pass' },
  {
    row: 'both',
    facts: running('host', 'container'),
    expect: { cause: 'agent-installed-twice', severity: 'degrades', certainty: 'proven' },
    witnesses: ['self/running-agents'],
    says: /process 800.*process 801.*systemctl disable --now datadog-agent/,
  },
]);
