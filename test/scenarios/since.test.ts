/** Root causes that something dates, on real sockets: the report says since when, of a fact that is in it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { diagnoseOnce } from './diagnosed.js';
import { WORLDS_AT_ONCE } from './run.js';

const WHEN = String.raw`(\d{4}-\d\d-\d\d )?\d\d:\d\d UTC`;
const DATED: Readonly<Record<string, string>> = {
  'role-lost-a-rule': 'ClusterRole datadog-agent changed by helm',
  'role-binding': 'RoleBinding datadog/dd changed by helm',
  'wrong-namespace': 'ClusterRoleBinding dd changed by helm',
  'expired-certificate': 'the certificate of the kubelet expired',
  'apiserver-expired': 'the certificate of the apiserver expired',
  'token-expired': 'the token expired',
  'client-certificate-expired': 'the client certificate expired',
  'certificate-pending': 'CSR csr-[0-9a-f]+ waits for approval',
  'kubelet-down': 'Node n1 is not ready',
  'node-taint': 'the taints of Node n2 changed by kubectl-taint',
  'network-policy': 'NetworkPolicy deny-all changed by kubectl-client-side-apply',
};

describe('since when', { concurrency: WORLDS_AT_ONCE }, () => {
  for (const { scenario, world } of SCENARIOS.filter(({ scenario }) => Object.hasOwn(DATED, scenario)))
    it(scenario, async () => {
      const { report } = await diagnoseOnce(world);
      const [since] = (report.findings[0]?.evidence ?? []).filter(({ saw }) => saw.id.startsWith('since.'));
      assert.match(since?.saw.en ?? '', new RegExp(`^since ${WHEN}: ${DATED[scenario]}$`));
      assert.ok(report.evidence.some(({ target, kind, subject }) => `${target}/${kind}` === since?.need && subject === since.subject));
    });

  it('all of them are there', () =>
    assert.deepEqual(
      Object.keys(DATED).filter((name) => !SCENARIOS.some(({ scenario }) => scenario === name)),
      [],
    ));
});
