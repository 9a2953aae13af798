import { namedNode } from '../../../src/checks/settings/named-node.js';
import { fact, failed } from '../facts.js';
import { judgeTable } from '../table.js';

const given = (origin: 'flag' | 'agent environment', source: string) =>
  fact('self/settings', [{ setting: 'node', value: 'n9', origin, source }]);
const byFlag = given('flag', '--node');
const none = (alike: string[] = []) => fact('apiserver/named', { exists: false, alike }, 'Node n9');
const problem = { cause: 'node-not-found', certainty: 'proven', severity: 'blocks' } as const;
const witnesses = ['apiserver/named'] as const;
const node = { node: 'n9', kubeletVersion: 'v1.36.1', addresses: [], ready: 'True' as const };

judgeTable(namedNode, [
  { row: 'nobody named one', facts: [fact('self/settings', [])], expect: 'not-applicable' },
  { row: 'it is there', facts: [byFlag, fact('apiserver/node', node, 'n9')], expect: 'pass' },
  { row: 'it may not be read', facts: [byFlag, failed('apiserver/node', 'n9', 'HTTP403')], expect: 'cannot-tell' },
  {
    row: 'a 404 that is no word of the apiserver',
    facts: [byFlag, failed('apiserver/node', 'n9', 'HTTP404'), failed('apiserver/named', 'Node n9', 'HTTP404')],
    expect: 'cannot-tell',
  },
  {
    row: 'none, and no name is near',
    facts: [byFlag, none()],
    expect: problem,
    witnesses: [...witnesses],
    says: /Node n9 does not exist"/,
  },
  {
    row: 'none, and some are near',
    facts: [byFlag, none(['n1', 'n2'])],
    expect: problem,
    witnesses: [...witnesses],
    says: /Run again with --node n1"/,
  },
  {
    row: 'a variable names it',
    facts: [given('agent environment', 'DD_KUBERNETES_KUBELET_NODENAME'), none(['n1'])],
    expect: problem,
    witnesses: [...witnesses],
    says: /Set DD_KUBERNETES_KUBELET_NODENAME to n1"/,
  },
  {
    row: 'a name that is none is not printed for pasting',
    facts: [byFlag, none(['$(reboot)'])],
    expect: problem,
    witnesses: [...witnesses],
    neverSays: /reboot/,
  },
]);
