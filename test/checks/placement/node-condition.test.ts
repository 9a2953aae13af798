import { nodeCondition } from '../../../src/checks/placement/node-condition.js';
import { fact, pending } from '../facts.js';
import { node } from '../placement.js';
import { judgeTable } from '../table.js';

const nodes = (...all: ReturnType<typeof node>[]) => [fact('apiserver/nodes', { nodes: all, complete: true })];

judgeTable(nodeCondition, [
  { row: 'not asked', facts: [], expect: 'cannot-tell', wants: ['apiserver/nodes'] },
  { row: 'still asked', facts: [pending('apiserver/nodes', '')], expect: 'cannot-tell' },
  {
    row: 'of the nodes only the first were read',
    facts: [fact('apiserver/nodes', { nodes: [node('n1')], complete: false })],
    expect: 'cannot-tell',
    says: /of the nodes, 1 were read/,
  },
  {
    row: 'of one no status is given',
    facts: nodes(node('n1', { ready: 'Unknown', untold: true }), node('n2')),
    expect: 'cannot-tell',
    says: /no status is given of n1/,
  },
  { row: 'all well', facts: nodes(node('n1')), expect: 'pass' },
  {
    row: 'cordoned',
    facts: nodes(node('n1', { unschedulable: true })),
    expect: { cause: 'node-cordoned', severity: 'note' },
    witnesses: ['apiserver/nodes'],
    says: /1 of 1 node \(n1\) is cordoned: DaemonSet pods still start/,
  },
  {
    row: 'two cordoned',
    facts: nodes(node('n1', { unschedulable: true }), node('n2', { unschedulable: true }), node('n3')),
    expect: { cause: 'node-cordoned', severity: 'note' },
    witnesses: ['apiserver/nodes'],
    says: /2 of 3 nodes are cordoned.*cordoned: n1, n2/,
  },
  {
    row: 'two not ready: each is in the evidence, and the first is looked at',
    facts: nodes(node('n1', { ready: 'Unknown' }), node('n2', { ready: 'False' })),
    expect: { cause: 'node-not-ready', severity: 'note' },
    witnesses: ['apiserver/nodes'],
    says: /2 of 2 nodes are not ready.*n1: Ready=Unknown.*n2: Ready=False.*kubectl describe node n1/,
  },
  {
    row: 'not ready, and without an agent',
    witnesses: ['apiserver/nodes', 'apiserver/agent-pods'],
    facts: [
      ...nodes(node('n1'), node('n2', { ready: 'Unknown' })),
      fact('apiserver/agent-pods', { pods: [], everywhere: true, complete: true }),
    ],
    expect: { cause: 'node-not-ready', severity: 'degrades' },
    says: /1 of 2 nodes \(n2\) without an agent: not ready/,
  },
  {
    row: 'not ready, and the list of pods was not read to its end',
    witnesses: ['apiserver/nodes'],
    facts: [...nodes(node('n1', { ready: 'Unknown' })), fact('apiserver/agent-pods', { pods: [], everywhere: true, complete: false })],
    expect: { cause: 'node-not-ready', severity: 'note' },
  },
  {
    row: 'a name that is none is not printed for pasting',
    facts: nodes(node('n1;reboot', { ready: 'Unknown' })),
    expect: { cause: 'node-not-ready', severity: 'note' },
    witnesses: ['apiserver/nodes'],
    neverSays: /describe node/,
  },
  {
    row: 'one not ready, with what else it says; another cordoned',
    facts: nodes(node('n1', { ready: 'False', pressure: ['DiskPressure'] }), node('n2', { unschedulable: true })),
    expect: { cause: 'node-not-ready', severity: 'note' },
    witnesses: ['apiserver/nodes'],
    says: /1 of 2 nodes \(n1\) is not ready.*Ready=False, DiskPressure.*cordoned: n2/,
  },
]);
