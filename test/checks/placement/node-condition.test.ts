import { nodeCondition } from '../../../src/checks/placement/node-condition.js';
import type { Need } from '../../../src/model/facts.js';
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
  ...(
    [
      [
        'its own, which it renews',
        'system:node:n1',
        /1 of 1 node \(n1\) is not ready, and its client CSR csr-1 is pending.*kubectl certificate approve csr-1/,
      ],
      ["another's for its identity, which a person reads", 'system:bootstrap:a', /kubectl describe csr csr-1/],
    ] as const
  ).map(([row, requestor, says]) => ({
    row: `not ready, and a request for its client certificate waits: ${row}`,
    facts: [
      ...nodes(node('n1', { ready: 'Unknown' })),
      fact('kubelet/client-requests', [
        { csr: 'csr-1', requestor, node: 'n1' },
        { csr: 'csr-2', requestor, node: 'n2' },
      ]),
    ],
    expect: { cause: 'node-not-ready', severity: 'note' } as const,
    witnesses: ['apiserver/nodes'] as Need[],
    says,
    neverSays: requestor === 'system:node:n1' ? /csr-2/ : /certificate approve|csr-2/,
  })),
  {
    row: 'not ready, and of the request only the name is odd: it stands in no command',
    facts: [
      ...nodes(node('n1', { ready: 'False' })),
      fact('kubelet/client-requests', [{ csr: 'a; reboot', requestor: 'system:node:n1', node: 'n1' }]),
    ],
    expect: { cause: 'node-not-ready' },
    witnesses: ['apiserver/nodes'],
    neverSays: /approve a; reboot|csr a; reboot/,
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
