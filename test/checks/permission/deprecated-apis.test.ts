import { deprecatedApis } from '../../../src/checks/permission/deprecated-apis.js';
import { fact } from '../facts.js';
import { profile } from '../rights-facts.js';
import { judgeTable } from '../table.js';

const of = (change: Parameters<typeof profile>[0]) => [fact('self/profile', profile({ inDepth: true, ...change }))];
const version = (value: string) => ({ value, from: 'test' });

judgeTable(deprecatedApis, [
  { row: 'a bare check says nothing', facts: [fact('self/profile', profile({ asked: ['component-status'] }))], expect: 'not-applicable' },
  { row: 'nothing deprecated', facts: of({}), expect: 'pass' },
  {
    row: 'componentstatuses',
    facts: of({ asked: ['component-status'] }),
    expect: { cause: 'component-status-deprecated', severity: 'note' },
    witnesses: ['self/profile'],
  },
  {
    row: 'componentstatuses before 1.19',
    facts: of({ asked: ['component-status'], kubernetesVersion: version('v1.18.3') }),
    expect: 'pass',
  },
  {
    row: 'Endpoints as a lock, on 1.36',
    facts: of({ asked: ['leader-election'], agentVersion: version('5.32'), kubernetesVersion: version('v1.36.1') }),
    expect: { cause: 'endpoints-deprecated', severity: 'note' },
    witnesses: ['self/profile'],
  },
]);
