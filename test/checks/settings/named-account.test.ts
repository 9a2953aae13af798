import { namedAccount } from '../../../src/checks/settings/named-account.js';
import { fact, failed } from '../facts.js';
import { judgeTable } from '../table.js';

const byFlag = fact('self/settings', [{ setting: 'serviceAccount', value: 'datadog/agnt', origin: 'flag', source: '--service-account' }]);
const as = (value: string) => fact('self/settings', [{ setting: 'apiserver.as', value, origin: 'flag', source: '--as' }]);
const named = (data: object) => fact('apiserver/named', { exists: false, alike: [], ...data }, 'ServiceAccount datadog/agnt');
const problem = { cause: 'service-account-not-found', certainty: 'proven', severity: 'blocks' } as const;
const ofWorkload = (from: 'workload' | 'identity') =>
  failed('apiserver/account', '', 'ENOACCOUNT', { user: 'system:serviceaccount:datadog:agnt', from, by: 'review' });
const witnesses = ['apiserver/named'] as const;

judgeTable(namedAccount, [
  { row: 'nobody named one', facts: [fact('self/settings', [])], expect: 'not-applicable' },
  { row: '--as names a person', facts: [as('jane')], expect: 'not-applicable' },
  { row: 'it is there', facts: [byFlag, named({ exists: true })], expect: 'pass' },
  {
    row: 'it may not be read',
    facts: [byFlag, failed('apiserver/named', 'ServiceAccount datadog/agnt', 'HTTP403')],
    expect: 'cannot-tell',
  },
  {
    row: 'none',
    facts: [byFlag, named({})],
    expect: problem,
    witnesses: [...witnesses],
    says: /ServiceAccount datadog\/agnt does not exist"/,
  },
  {
    row: 'none, and one is near',
    facts: [byFlag, named({ alike: ['datadog/agent', 'datadog/agents'] })],
    expect: problem,
    witnesses: [...witnesses],
    says: /did you mean datadog\/agent\?.*Run again with --service-account datadog\/agent"/s,
  },
  {
    row: 'nor its namespace',
    facts: [byFlag, named({ gone: 'namespace' })],
    expect: problem,
    witnesses: [...witnesses],
    says: /Namespace datadog of ServiceAccount agnt does not exist"/,
  },
  {
    row: 'nor its namespace, and one is near',
    facts: [byFlag, named({ gone: 'namespace', alike: ['datadogs/agnt'] })],
    expect: problem,
    witnesses: [...witnesses],
    says: /No namespace datadog: did you mean ServiceAccount datadogs\/agnt\?/,
  },
  {
    row: '--as names it',
    facts: [as('system:serviceaccount:datadog:agnt'), named({ alike: ['datadog/agent'] })],
    expect: problem,
    witnesses: [...witnesses],
    says: /Run again with --as system:serviceaccount:datadog:agent"/,
  },
  {
    row: "nobody named one, and that of the agent's DaemonSet is not there",
    facts: [fact('self/settings', []), ofWorkload('workload'), named({ alike: ['datadog/agent'] })],
    expect: problem,
    witnesses: [...witnesses],
    says: /ServiceAccount datadog\/agnt of the agent's DaemonSet does not exist.*correct serviceAccountName/,
  },
  {
    row: 'nobody named one, and ours is not there: that is no matter of names',
    facts: [fact('self/settings', []), ofWorkload('identity'), named({})],
    expect: 'not-applicable',
  },
  {
    row: 'a name that is none is not printed for pasting',
    facts: [byFlag, named({ alike: ['datadog/$(reboot)', 'reboot'] })],
    expect: problem,
    witnesses: [...witnesses],
    neverSays: /\$\(/,
  },
]);
