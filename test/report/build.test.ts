import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flatten } from '../../src/judge/rank.js';
import { LAYERS } from '../../src/model/check.js';
import type { AnyFact } from '../../src/model/facts.js';
import type { LayerState, Report } from '../../src/model/report.js';
import { cached, cutOff, en, expired, healthy, incomplete, noted, report, risky, SAMPLES, suspected } from './samples.js';

function state(of: Report, target: LayerState['target'], layer: LayerState['layer']): string {
  const found = of.layers.find((each) => each.target === target && each.layer === layer);
  return found ? `${found.state}: ${found.why}` : 'none';
}

describe('summary', () => {
  it('is the first key and never null', () => {
    for (const [title, build] of Object.entries(SAMPLES)) {
      const built = build();
      assert.equal(Object.keys(built)[0], 'summary', title);
      assert.deepEqual(Object.keys(built.summary), ['verdict', 'exitCode', 'top', 'counts']);
      assert.deepEqual(Object.keys(built.summary.top), ['id', 'title', 'fix']);
      assert.ok(Object.values(built.summary.top).every((each) => typeof each === 'string'));
    }
  });

  it('has a verdict and a code', () => {
    const said = [expired, cutOff, suspected, risky, healthy, noted, cached, incomplete].map((build) => {
      const { verdict, exitCode } = build().summary;
      return `${verdict} ${exitCode}`;
    });
    assert.deepEqual(said, ['fail 1', 'fail 1', 'fail 1', 'warn 0', 'pass 0', 'pass 0', 'pass 0', 'incomplete 3']);
  });

  it('top is the root cause and its first fix, on one line', () => {
    assert.deepEqual(expired().summary.top, {
      id: 'kubelet-certificate-expired',
      title: 'The serving certificate of the kubelet on lab-n1 expired 194 days ago',
      fix: 'Make the kubelet of lab-n1 ask for a new serving certificate: sudo rm /var/lib/kubelet/pki/kubelet-server-current.pem && sudo systemctl restart kubelet',
    });
  });

  it('where candidates remain, deciding comes before fixing', () => {
    const { fix } = suspected().summary.top;
    assert.equal(fix, 'To decide, as cluster admin: kubectl get --raw /api/v1/nodes/lab-n1/proxy/healthz');
  });

  it('incomplete: the open question and how it can be answered', () => {
    const { id, title, fix } = incomplete().summary.top;
    assert.equal(id, '');
    assert.match(title, /^Not answered: May we read what the agent reads\?/);
    assert.equal(fix, 'To find out: kubelet-doctor --service-account datadog/agent');
  });

  it('incomplete, and a finding says what keeps the question open: that one is said', () => {
    const { results, findings } = noted();
    const cause = findings[0]?.cause ?? assert.fail('a note');
    const open = { ...(results[0] ?? assert.fail()), required: true, outcome: 'cannot-tell' as const };
    const top = (kept?: string) => report([], { results: [{ ...open, cause: kept }], findings }).summary;
    assert.deepEqual([top(cause).exitCode, top(cause).top.id, top(cause).top.title], [3, cause, findings[0]?.title.en]);
    assert.deepEqual([top().exitCode, top().top.id], [3, '']);
  });

  it('counts consequences too', () => {
    assert.deepEqual(expired().summary.counts, { blocks: 1, degrades: 2, risk: 0, note: 0, unanswered: 2 });
    assert.deepEqual(expired().asked, { answered: 8, total: 10 });
  });
});

describe('--skip and --only', () => {
  const { results, findings } = cutOff();

  it('skipping a cause keeps what follows from it, as a root', () => {
    const left = report([], { results, findings, skip: ['apiserver-connect-timeout'] });
    assert.deepEqual(
      left.findings.map((each) => each.cause),
      ['kubelet-cannot-reach-apiserver'],
    );
    assert.equal(left.summary.exitCode, 1);
  });

  it('skipping all of it is clean, and comes before the exit code', () => {
    const left = report([], { results, findings, skip: ['apiserver-connect-timeout', 'kubelet-cannot-reach-apiserver'] });
    assert.deepEqual([left.findings, left.summary.verdict, left.summary.exitCode], [[], 'pass', 0]);
    assert.ok(left.results.some((each) => each.outcome === 'problem'));
    assert.match(state(left, 'apiserver', 'tcp'), /^failed/, 'the table shows what is');
  });

  it('only', () => {
    const left = report([], { results, findings, only: ['kubelet-cannot-reach-apiserver'] });
    assert.deepEqual(
      flatten(left.findings).map((each) => each.cause),
      ['kubelet-cannot-reach-apiserver'],
    );
    assert.deepEqual(report([], { results, findings, only: [] }).findings.length, 1);
  });
});

describe('layers', () => {
  it('has a cell for each layer of both servers', () => {
    const cells = healthy().layers.map(({ target, layer }) => `${target} ${layer}`);
    assert.deepEqual(cells, [...LAYERS.map((layer) => `kubelet ${layer}`), ...LAYERS.map((layer) => `apiserver ${layer}`)]);
  });

  it('failed, and not asked because of that', () => {
    assert.equal(state(cutOff(), 'apiserver', 'tcp'), 'failed: apiserver silent');
    assert.equal(state(cutOff(), 'apiserver', 'tls'), 'not-asked: tcp failed');
    assert.equal(state(cutOff(), 'apiserver', 'payload'), 'not-asked: tcp failed');
    assert.equal(state(cutOff(), 'kubelet', 'tcp'), 'ok: 10.0.0.7:10250');
  });

  it('what only degrades is no failure of its layer, a note none at all', () => {
    assert.equal(state(expired(), 'kubelet', 'authz'), 'warned: kubelet right missing');
    assert.match(state(cached(), 'kubelet', 'authz'), /^ok/);
  });

  it('a suspicion stays one', () => assert.match(state(suspected(), 'kubelet', 'tcp'), /^failed: suspected: /));

  it('an open required question is not ok, an open optional one is said', () => {
    assert.match(state(incomplete(), 'kubelet', 'authz'), /^not-asked: The token here is of/);
    assert.equal(state(healthy(), 'kubelet', 'tls'), 'ok: TLSv1.3, verified; 1 question open');
  });

  it('self only where it was judged', () => {
    assert.match(state(noted(), 'self', 'authn'), /^ok/);
    assert.equal(state(noted(), 'self', 'tcp'), 'none');
  });

  it('without a check, facts speak for the lower layers; absent is never fine', () => {
    const absent: AnyFact = { kind: 'tls', target: 'kubelet', subject: 'n:1', outcome: { status: 'absent', why: 'budget' } };
    const refused: AnyFact = {
      kind: 'tcp',
      target: 'apiserver',
      subject: 'a:1',
      outcome: { status: 'failed', code: 'ECONNREFUSED', detail: '' },
    };
    const built = report([], { facts: [absent, refused] });
    assert.equal(state(built, 'kubelet', 'tls'), 'not-asked: the time was over');
    assert.equal(state(built, 'apiserver', 'tcp'), 'failed: a:1: ECONNREFUSED');
    assert.equal(state(built, 'apiserver', 'tls'), 'not-asked: tcp failed');
  });

  it('of two names it is the one that is dialled, whichever was asked first', () => {
    const named = (subject: string, from: 'literal' | 'dns', address: string): AnyFact => ({
      kind: 'dns',
      target: 'apiserver',
      subject,
      outcome: { status: 'observed', data: { from, addresses: [{ address, family: 4 }], asked: [], nameservers: [] }, ms: 0 },
    });
    const candidates: AnyFact = {
      kind: 'candidates',
      target: 'apiserver',
      subject: '',
      outcome: { status: 'observed', data: [{ host: '10.0.0.1', port: 443, origin: 'service-environment', source: '' }], ms: 0 },
    };
    const facts = [candidates, named('kubernetes.default.svc', 'dns', '10.0.0.2'), named('10.0.0.1', 'literal', '10.0.0.1')];
    const said = [facts, facts.toReversed()].map((each) => state(report([], { facts: each }), 'apiserver', 'dns'));
    assert.deepEqual(said, ['ok: no name to resolve', 'ok: no name to resolve']);
  });
});

describe('timings, causes, evidence', () => {
  it('timings are in the order they began; a refusal is not ok', () => {
    const { timings } = expired();
    assert.deepEqual(
      timings.map((each) => each.startedMs),
      timings.map((each) => each.startedMs).sort((a, b) => a - b),
    );
    assert.deepEqual(
      timings.filter((each) => !each.ok).map(({ target, kind, ms }) => [target, kind, ms]),
      [['kubelet', 'tls', 11]],
    );
  });

  it('keeps the causes it mentions, alternatives too, sorted', () => {
    assert.deepEqual(Object.keys(suspected().causes), ['kubelet-connect-timeout', 'kubelet-down', 'node-down']);
    assert.deepEqual(healthy().causes, {});
  });

  it('keeps the facts cited, once each, and no others', () => {
    const { evidence } = cutOff();
    assert.deepEqual(
      evidence.map(({ target, kind, subject }) => `${target}/${kind} ${subject}`),
      ['apiserver/tcp 10.96.0.1:443', 'apiserver/tcp 10.0.0.5:6443'],
    );
    assert.deepEqual(healthy().evidence, []);
  });

  it('no object has sibling keys called name and value', () => {
    function visit(value: unknown): void {
      if (typeof value !== 'object' || value === null) return;
      assert.ok(!('name' in value && 'value' in value), JSON.stringify(value));
      Object.values(value).forEach(visit);
    }
    for (const build of Object.values(SAMPLES)) visit(build());
  });

  it('does not touch its input', () => {
    const { results, findings } = expired();
    const before = JSON.stringify(findings);
    report([], { results, findings, skip: ['kubelet-certificate-expired'] });
    assert.equal(JSON.stringify(findings), before);
    assert.equal(en('x').en, 'x');
  });
});
