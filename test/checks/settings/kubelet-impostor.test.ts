import { kubeletImpostor } from '../../../src/checks/settings/kubelet-impostor.js';
import type { KubeletImpostor } from '../../../src/model/facts.js';
import { atNode, base } from '../facts.js';
import { nodeProcess } from '../node-facts.js';
import { judgeTable } from '../table.js';

const impostor = (why: KubeletImpostor['why'], change: Partial<KubeletImpostor> = {}): KubeletImpostor => ({
  pid: 812,
  program: 'kubelet',
  why,
  ...change,
});
const gone = (...impostors: KubeletImpostor[]) => [atNode(), nodeProcess({ state: 'gone', listening: [], impostors })];
const RISK = { cause: 'kubelet-impostor', certainty: 'proven', severity: 'risk' } as const;

judgeTable(kubeletImpostor, [
  { row: 'no files of a node', facts: base(), expect: 'not-applicable' },
  { row: 'the kubelet alone', facts: [atNode(), nodeProcess()], expect: 'pass', neverSays: /left out/ },
  { row: 'no kubelet at all', facts: gone(), expect: 'pass' },
  { row: 'a kubelet of which a file tells', facts: [atNode(), nodeProcess({ pid: undefined })], expect: 'not-applicable' },
  { row: 'none in sight, and not all are', facts: [atNode(), nodeProcess({ state: 'hidden', pid: undefined })], expect: 'not-applicable' },
  {
    row: 'a cluster in a pod, beside the kubelet',
    facts: [atNode(), nodeProcess({ impostors: [impostor('pod', { program: 'k3s' })] })],
    expect: 'pass',
    says: /ignored, not the node's kubelet: process 812/,
  },
  {
    row: "another user's, and no kubelet",
    facts: gone(impostor('user', { user: 65534 })),
    expect: RISK,
    witnesses: ['self/kubelet-process'],
    says: /runs as user 65534.*ps -o [\w,]+ -p 812/,
  },
  {
    row: "a pod's, and no kubelet",
    facts: gone(impostor('pod')),
    expect: RISK,
    witnesses: ['self/kubelet-process'],
    says: /runs in a pod/,
  },
  {
    row: "a container's and another, and no kubelet",
    facts: gone(impostor('container'), impostor('user', { pid: 900, user: 1000 })),
    expect: RISK,
    witnesses: ['self/kubelet-process'],
    says: /runs in a container.*process 900 calls itself kubelet: user 1000/,
  },
  {
    row: 'the same where not every process is in sight',
    facts: [atNode(), nodeProcess({ state: 'hidden', impostors: [impostor('pod')] })],
    expect: RISK,
    witnesses: ['self/kubelet-process'],
  },
]);
