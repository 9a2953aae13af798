/**
 * What a proven finding rests on is what it quotes: whoever reads it sees each witness, and how to see the same by hand. Those that are not quoted yet
 * stand here, by cause and fact; the list may only shrink.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flatten } from '../../src/judge/rank.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { diagnoseOnce } from './diagnosed.js';
import { WORLDS_AT_ONCE } from './run.js';

const NOT_QUOTED: ReadonlySet<string> = new Set([
  'admission-refuses apiserver/refused-creates',
  'agent-missing-on-node apiserver/nodes',
  'apiserver-address-unset apiserver/candidates',
  'apiserver-certificate-expired apiserver/clock',
  'apiserver-cuts-credential apiserver/http',
  'control-plane-taint-not-tolerated apiserver/workloads',
  'credential-not-sent apiserver/credential',
  'ephemeral-container-without-token apiserver/credential',
  'fine-grained-permission-too-new kubelet/http',
  'host-install-without-credentials kubelet/credential',
  'kubelet-certificate-expired apiserver/clock',
  'kubelet-certificate-expires-soon apiserver/clock',
  'kubelet-certificate-not-yet-valid apiserver/clock',
  'kubelet-cuts-credential kubelet/http',
  'kubelet-permission-missing kubelet/http',
  'kubelet-rejects-credential apiserver/http',
  'node-not-ready apiserver/agent-pods',
  'node-not-selected apiserver/workloads',
  'node-taint-not-tolerated apiserver/workloads',
  'pod-security-refuses apiserver/refused-creates',
  'read-only-port-closed kubelet/tcp',
  'read-only-port-closed kubelet/tls',
  'role-grants-too-much apiserver/node',
  'service-environment-missing apiserver/candidates',
  'token-missing apiserver/credential',
]);

describe('each witness is quoted', { concurrency: WORLDS_AT_ONCE }, () => {
  for (const { scenario, world } of SCENARIOS)
    it(scenario, async () => {
      const { report } = await diagnoseOnce(world);
      const unquoted = flatten(report.findings).flatMap(({ cause, witnesses = [], evidence }) => {
        const quoted = new Set(evidence.map(({ need, subject }) => `${need} ${subject}`));
        return witnesses.filter(({ need, subject }) => !quoted.has(`${need} ${subject}`)).map(({ need }) => `${cause} ${need}`);
      });
      assert.deepEqual(
        unquoted.filter((each) => !NOT_QUOTED.has(each)),
        [],
      );
    });
});
