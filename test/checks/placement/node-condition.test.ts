import { nodeCondition } from '../../../src/checks/placement/node-condition.js';
import { fact, pending } from '../facts.js';
import { node } from '../placement.js';
import { judgeTable } from '../table.js';

const nodes = (...all: ReturnType<typeof node>[]) => [fact('apiserver/nodes', { nodes: all, complete: true })];

judgeTable(nodeCondition, [
  { row: 'not asked', facts: [], expect: 'cannot-tell', wants: ['apiserver/nodes'] },
  { row: 'still asked', facts: [pending('apiserver/nodes', '')], expect: 'cannot-tell' },
  { row: 'all well', facts: nodes(node('n1')), expect: 'pass' },
  {
    row: 'cordoned',
    facts: nodes(node('n1', { unschedulable: true })),
    expect: { cause: 'node-cordoned', severity: 'note' },
    says: /keeps no DaemonSet off/,
  },
  {
    row: 'one not ready, with what else it says; another cordoned',
    facts: nodes(node('n1', { ready: 'False', pressure: ['DiskPressure'] }), node('n2', { unschedulable: true })),
    expect: { cause: 'node-not-ready', severity: 'note' },
    says: /Ready=False, DiskPressure.*cordoned: n2/,
  },
]);
