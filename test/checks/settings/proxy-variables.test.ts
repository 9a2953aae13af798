import { proxyVariables } from '../../../src/checks/settings/proxy-variables.js';
import { atWorkstation, base } from '../facts.js';
import { judgeTable } from '../table.js';

const proxy = { HTTPS_PROXY: 'http://proxy:3128' };

judgeTable(proxyVariables, [
  { row: 'not looked at', facts: [], expect: 'cannot-tell' },
  { row: 'no proxy anywhere', facts: base(), expect: 'not-applicable' },
  { row: 'one spelling alone', facts: base({ ...proxy, NO_PROXY: '10.0.0.0/8,.svc' }), expect: 'pass' },
  { row: 'both, equal but for order', facts: base({ ...proxy, NO_PROXY: '.svc, 10.0.0.7', no_proxy: '10.0.0.7,.svc' }), expect: 'pass' },
  {
    row: 'the lists differ: cured by the line that is printed',
    facts: base({ ...proxy, NO_PROXY: '10.0.0.0/24,.svc', no_proxy: 'localhost' }),
    expect: { cause: 'proxy-variables-disagree', severity: 'note', certainty: 'proven' },
    witnesses: ['self/settings'],
    says: /"steps":"no_proxy=10\.0\.0\.0\/24,\.svc"/,
  },
  {
    row: 'the lists differ, and one holds what may not be pasted',
    facts: base({ ...proxy, NO_PROXY: 'a;$(id)', no_proxy: 'localhost' }),
    expect: { cause: 'proxy-variables-disagree' },
    witnesses: ['self/settings'],
    neverSays: /"steps"/,
  },
  {
    row: 'the proxies differ: their credentials are not ours to print',
    facts: base({ ...proxy, https_proxy: 'http://other:3128' }),
    expect: { cause: 'proxy-variables-disagree', severity: 'note' },
    witnesses: ['self/settings'],
    neverSays: /"steps"/,
  },
  { row: 'lists without a proxy do nothing', facts: base({ NO_PROXY: 'a', no_proxy: 'b' }), expect: 'not-applicable' },
  {
    row: 'a range in the list that the agent compares as text',
    facts: base({ 'agent.noProxy': '10.0.0.0/8 localhost fd00::/8', 'agent.noProxyNonexact': 'false' }),
    expect: { cause: 'no-proxy-range-not-understood', severity: 'note' },
    witnesses: ['self/settings'],
    says: /10\.0\.0\.0\/8 and 1 more in its NO_PROXY.*fd00::\/8.*DD_NO_PROXY_NONEXACT_MATCH=true/,
  },
  {
    row: 'the same, and the agent was told to understand it',
    facts: base({ 'agent.noProxy': '10.0.0.0/8', 'agent.noProxyNonexact': 'true' }),
    expect: 'pass',
  },
  { row: 'hosts alone', facts: base({ 'agent.noProxy': 'localhost 10.0.0.7' }), expect: 'pass' },
  {
    row: 'at a workstation: its owner',
    facts: [atWorkstation(), ...base({ ...proxy, NO_PROXY: 'a', no_proxy: 'b' }).filter((f) => f.kind !== 'place')],
    expect: { cause: 'proxy-variables-disagree' },
    witnesses: ['self/settings'],
    says: /"owner":"workstation"/,
  },
]);
