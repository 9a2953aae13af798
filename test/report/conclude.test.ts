/** A question that stayed open because this machine had no time says so, in line one too; it is never a finding. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CHECKS } from '../../src/checks/index.js';
import { judge } from '../../src/judge/judge.js';
import { flatten } from '../../src/judge/rank.js';
import type { AnyFact, FactKind, Target } from '../../src/model/facts.js';
import { conclude } from '../../src/report/conclude.js';
import { fact, inPod } from '../checks/facts.js';

const AT = '10.0.0.1:6443';
const service = { host: '10.0.0.1', port: 6443, origin: 'service-environment', source: 'KUBERNETES_SERVICE_HOST' } as const;
const base: AnyFact[] = [inPod(), fact('self/settings', []), fact('apiserver/candidates', [service])];
const busy = (target: Target, kind: FactKind, subject: string) =>
  ({ target, kind, subject, outcome: { status: 'absent', why: 'busy', detail: '4000 ms late' } }) as AnyFact;

const WAITS: AnyFact[] = [
  busy('apiserver', 'dns', 'kubernetes.default.svc'),
  busy('apiserver', 'tcp', AT),
  busy('apiserver', 'tls', AT),
  busy('apiserver', 'http', 'token GET /readyz?verbose'),
];

for (const late of WAITS)
  it(`late in ${late.kind}: no finding, exit code 3, and line one says why`, () => {
    const facts = [...base, late];
    const said = { settings: [], startedAt: '2026-01-01T00:00:00Z', durationMs: 0, failOn: 'degrades', skip: [], only: [] } as const;
    const { summary, findings } = conclude({ judgements: judge(facts, CHECKS), facts, ...said });
    const blamed = flatten(findings).filter(({ target, severity }) => target === 'apiserver' && severity !== 'note');
    assert.deepEqual(
      blamed.map(({ cause }) => cause),
      [],
    );
    assert.equal(summary.exitCode, 3, JSON.stringify(summary));
    assert.match(`${summary.top.title} ${summary.top.fix}`, /this machine was too busy/);
  });
