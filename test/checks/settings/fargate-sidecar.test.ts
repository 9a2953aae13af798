import { fargateSidecar } from '../../../src/checks/settings/fargate-sidecar.js';
import { atWorkstation, base, fact, failed, nodeObject } from '../facts.js';
import { answer } from '../kubelet-answers.js';
import { judgeTable } from '../table.js';

const fargate = nodeObject({ platform: 'EKS Fargate' });
const found = { cause: 'fargate-setting-missing', certainty: 'proven', severity: 'blocks' } as const;
const witnesses = ['apiserver/node', 'self/settings'] as const;

judgeTable(fargateSidecar, [
  { row: 'another node', facts: [...base(), nodeObject({ platform: 'EKS' })], expect: 'not-applicable' },
  { row: 'its Node is not known', facts: base(), expect: 'not-applicable' },
  { row: 'set', facts: [...base({ 'agent.eksFargate': 'true' }), fargate], expect: 'pass' },
  {
    row: 'not set, and the kubelet does not answer',
    facts: [...base(), fargate, failed('kubelet/tcp', '10.0.0.7:10250', 'ETIMEDOUT')],
    expect: found,
    witnesses: [...witnesses],
    says: /DD_EKS_FARGATE: not set.*value: \\"true\\".*fieldPath: spec\.nodeName/,
  },
  {
    row: 'turned off',
    facts: [...base({ 'agent.eksFargate': 'false' }), fargate],
    expect: found,
    witnesses: [...witnesses],
    says: /DD_EKS_FARGATE: false/,
  },
  {
    row: 'the kubelet answers the agent all the same',
    facts: [...base(), fargate, answer('token', '/pods', 200)],
    expect: 'not-applicable',
  },
  { row: 'a refusal is an answer', facts: [...base(), fargate, answer('nobody', '/pods', 401)], expect: 'not-applicable' },
  {
    row: 'at a workstation it is not the environment of the agent',
    facts: [atWorkstation(), fact('self/settings', []), fargate],
    expect: 'not-applicable',
  },
  {
    row: 'another node was named',
    facts: [
      ...base().filter(({ kind }) => kind !== 'settings'),
      fact('self/settings', [{ setting: 'node', value: 'n1', origin: 'flag', source: '--node' }]),
      fargate,
    ],
    expect: 'not-applicable',
  },
]);
