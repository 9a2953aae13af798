/** Many reports as one: what is one finding, what is proven by two sides, what counts and what does not. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { flatten } from '../../../src/judge/rank.js';
import type { Finding, Report } from '../../../src/model/report.js';
import { parseJson, readReport } from '../../../src/report/contract/read-report.js';
import { createMerger } from '../../../src/report/merge/reports.js';
import { seeded } from '../../support/random.js';
import { CHOICES, fleet, mergeAll, on } from '../merged-samples.js';
import { cutOff, expired, healthy, noted, risky, suspected } from '../samples.js';

const HOST = 'host network';
const POD = 'pod network';

function find({ findings }: Report, cause: string): Finding {
  const found = flatten(findings).find((each) => each.cause === cause);
  assert.ok(found, `${cause} among ${flatten(findings).map((each) => each.cause)}`);
  return found;
}

function states({ results, merged }: Report, question: string): string[] {
  const at = results.findIndex((result) => result.question === question);
  return (merged?.grid ?? []).map((row) => `${row.node} ${row.states[at]}`);
}

describe('one cause on many nodes', () => {
  it('is one finding with the list of its nodes', () => {
    const report = fleet();
    const found = flatten(report.findings).filter(({ cause }) => cause === 'kubelet-certificate-expired');
    assert.equal(found.length, 1);
    assert.deepEqual([found[0]?.seen?.nodes.length, found[0]?.seen?.of, found[0]?.seen?.vantages], [48, 61, [POD]]);
    assert.deepEqual(found[0]?.seen?.nodes.slice(0, 3), ['node-1', 'node-2', 'node-3']);
    assert.match(found[0]?.title.en ?? '', /^48 of 61 nodes: /);
    assert.equal(report.findings[0]?.cause, 'kubelet-certificate-expired', 'what most nodes have comes first');
  });

  it('shows the evidence of some, each with its node', () => {
    const { evidence } = find(fleet(), 'kubelet-certificate-expired');
    assert.deepEqual(
      [...new Set(evidence.map(({ node }) => node))],
      [1, 2, 3].map((at) => `node-${at}, ${POD}`),
    );
    for (const { node, saw } of evidence) assert.ok(saw.en.startsWith(`${node}: `), saw.en);
  });

  it('on all nodes says so; on the only node says nothing of nodes', () => {
    const all = mergeAll([on(expired(), { node: 'a' }), on(expired(), { node: 'b' })]);
    assert.match(find(all, 'kubelet-certificate-expired').title.en, /^All 2 nodes: /);
    const alone = mergeAll([on(expired(), { node: 'a' })]);
    assert.doesNotMatch(JSON.stringify([alone.findings, alone.results, alone.layers]), /\d of \d+ nodes?|All \d/);
  });

  it('prints a fix that is the same everywhere once, without a word of nodes', () => {
    const { fixes } = find(fleet(), 'kubelet-permission-missing');
    assert.deepEqual(fixes, find(expired(), 'kubelet-permission-missing').fixes);
  });

  it('prints a fix that names its node once, as for one node, with a word about the others', () => {
    const [fix] = find(fleet(), 'kubelet-certificate-expired').fixes;
    assert.match(
      fix?.action.en ?? '',
      /of node-1 .*\(as for node-1; each of node-1, node-2, node-3 and 45 more with its own name and address\)$/,
    );
    assert.equal(find(fleet(), 'kubelet-certificate-expired').fixes.length, expired().findings[0]?.fixes.length);
  });

  it('says for which nodes a fix is that others do not have', () => {
    const other = on(expired(), { node: 'b' });
    const [first] = other.findings;
    if (first) first.fixes = first.fixes.slice(1);
    const { fixes } = find(mergeAll([on(expired(), { node: 'a' }), other]), 'kubelet-certificate-expired');
    assert.deepEqual(
      fixes.map(({ nodes }) => nodes),
      [['a'], undefined],
    );
    assert.match(fixes[0]?.action.en ?? '', /\(for a\)$/);
  });

  it('does not take n1 for a part of n10', () => {
    const merged = mergeAll(['n1', 'n10'].map((node, at) => on(expired(), { node, address: `10.0.0.${at + 1}` })));
    assert.equal(find(merged, 'kubelet-certificate-expired').fixes.length, 2);
    assert.deepEqual(find(merged, 'kubelet-certificate-expired').seen?.nodes, ['n1', 'n10']);
  });
});

describe('one node from two networks', () => {
  const pod = on(suspected(), { node: 'a', vantage: POD });
  const at = (minutes: number) => new Date(Date.parse(pod.startedAt) + minutes * 60_000).toISOString();

  it('silent for the pod, answering the host: the path of the pod is proven, with both sides as evidence', () => {
    const report = mergeAll([pod, on(healthy(), { node: 'a', vantage: HOST })]);
    const found = find(report, 'pod-network-path-blocked');
    assert.deepEqual([found.certainty, found.severity, found.alternatives], ['proven', 'blocks', []]);
    assert.deepEqual([found.evidence[0]?.node, found.evidence[1]?.node], [`a, ${HOST}`, `a, ${POD}`]);
    assert.match(found.evidence[0]?.saw.en ?? '', /^a, host network: kubelet 10\.0\.0\.7:10250 answers$/);
    assert.deepEqual(
      found.consequences.map(({ cause }) => cause),
      ['kubelet-connect-timeout'],
    );
    assert.equal(report.summary.top.id, 'pod-network-path-blocked');
    assert.ok(report.causes['pod-network-path-blocked'], 'the page can say what it means');
  });

  it('silent for both: the kubelet or the node, with both sides as evidence', () => {
    const found = find(mergeAll([pod, on(suspected(), { node: 'a', vantage: HOST })]), 'kubelet-silent-everywhere');
    assert.equal(found.certainty, 'suspected');
    assert.match(found.decide.join(), /systemctl status kubelet/);
    assert.deepEqual([...new Set(found.evidence.map(({ node }) => node))].sort(), [`a, ${HOST}`, `a, ${POD}`]);
  });

  for (const [minutes, certainty] of [
    [0, 'proven'],
    [14, 'proven'],
    [15, 'proven'],
    [16, 'suspected'],
    [-16, 'suspected'],
  ] as const)
    it(`${minutes} minutes apart: ${certainty}`, () => {
      const report = mergeAll([pod, on(healthy(), { node: 'a', vantage: HOST, startedAt: at(minutes) })]);
      const found = find(report, 'pod-network-path-blocked');
      assert.equal(found.certainty, certainty);
      const saw = found.evidence.map((each) => each.saw.en).join('\n');
      assert.equal(/the two reports are 16 minutes apart/.test(saw), certainty === 'suspected', saw);
    });

  it('another address in the host network is another question', () => {
    const report = mergeAll([pod, on(healthy(), { node: 'a', vantage: HOST, address: '10.0.0.8' })]);
    assert.equal(find(report, 'pod-network-path-blocked').certainty, 'suspected');
  });

  it('compares no two nodes', () => {
    const report = mergeAll([pod, on(healthy(), { node: 'b', vantage: HOST })]);
    assert.deepEqual(
      report.findings.map(({ cause }) => cause),
      ['kubelet-connect-timeout'],
    );
  });

  it('an answer from one network is an answer', () => {
    const report = mergeAll([pod, on(healthy(), { node: 'a', vantage: HOST })]);
    assert.equal(report.results.find(({ question }) => question === 'kubelet-certificate')?.outcome, 'pass');
  });
});

describe('what counts', () => {
  const old = on(expired(), { node: 'a' });
  const later = on(healthy(), { node: 'a', startedAt: '2026-12-01T00:00:00.000Z' });

  it('the newest of a node and network wins, in whatever order', () => {
    for (const given of [
      [old, later],
      [later, old],
    ]) {
      const report = mergeAll(given);
      assert.deepEqual([report.findings.length, report.merged?.older, report.merged?.repeated], [0, 1, 0]);
      assert.equal(report.startedAt, later.startedAt);
    }
  });

  it('the same report twice counts once', () => {
    const report = mergeAll([old, later, old, later]);
    assert.deepEqual([report.merged?.read, report.merged?.older, report.merged?.repeated, report.merged?.grid.length], [4, 1, 2, 1]);
  });

  it('two reports that name no node are two', () => {
    const nameless = (address: string) => {
      const report = on(expired(), { node: 'x', address });
      return { ...report, where: { ...report.where, node: '' } };
    };
    assert.deepEqual(find(mergeAll([nameless('127.0.0.1'), nameless('127.0.0.1')]), 'kubelet-certificate-expired').seen?.nodes, [
      '(no node named in r0.json)',
      '(no node named in r1.json)',
    ]);
    assert.deepEqual(find(mergeAll([nameless('10.1.1.1')]), 'kubelet-certificate-expired').seen?.nodes, ['10.1.1.1:10250']);
  });

  it('a merged report is not merged again', () => {
    const report = mergeAll([old, mergeAll([later])]);
    assert.deepEqual(
      report.merged?.unread.map(({ file }) => file),
      ['r1.json'],
    );
    assert.equal(report.merged?.given, 2);
  });

  it('of nothing read there is no report', () => {
    const merger = createMerger();
    merger.unread('a.json', 'is empty');
    assert.deepEqual(merger.finish(CHOICES), { unread: [{ file: 'a.json', why: 'is empty' }] });
  });

  it('reads reports of an older minor version', () => {
    const read = (name: string): Report => {
      const text = readFileSync(fileURLToPath(new URL(`../frozen/1.0-${name}.json`, import.meta.url)), 'utf8');
      const parsed = parseJson(text);
      const given = 'error' in parsed ? parsed : readReport(parsed.json);
      assert.ok('report' in given, JSON.stringify(given));
      return given.report;
    };
    const report = mergeAll([on(read('expired'), { node: 'a' }), on(expired(), { node: 'b' }), on(read('cut-off'), { node: 'c' })]);
    assert.deepEqual(find(report, 'kubelet-certificate-expired').seen?.nodes, ['a', 'b']);
    assert.equal(report.merged?.grid.length, 3);
  });

  it('--skip, --only and --fail-on count as in a check', () => {
    assert.ok(!flatten(mergeAll([old], { skip: ['kubelet-certificate-expired'] }).findings).some(({ cause }) => cause.endsWith('expired')));
    const only = mergeAll([old], { only: ['kubelet-certificate-expired'] });
    assert.deepEqual(
      flatten(only.findings).map(({ cause }) => cause),
      ['kubelet-certificate-expired'],
    );
    const risks = [on(risky(), { node: 'a' })];
    assert.deepEqual([mergeAll(risks).summary.exitCode, mergeAll(risks, { failOn: 'risk' }).summary.exitCode], [0, 1]);
  });

  it('nodes are counted as people count, trouble first', () => {
    const nodes = ['n10', 'n2', 'n1'].map((node) => on(node === 'n10' ? expired() : healthy(), { node }));
    assert.deepEqual(states(mergeAll(nodes), 'kubelet-certificate'), ['n10 X', 'n1 .', 'n2 .']);
  });
});

describe('properties', () => {
  const SAMPLES = [expired, healthy, suspected, cutOff, risky, noted];
  function pile(seed: number): Report[] {
    const next = seeded(seed);
    const below = (count: number) => Math.floor(next() * count);
    return Array.from({ length: 1 + below(12) }, () => {
      const sample = (SAMPLES[below(SAMPLES.length)] ?? expired)();
      const minute = below(30);
      const startedAt = `2026-11-22T03:${String(minute).padStart(2, '0')}:00.000Z`;
      const number = below(5);
      const place = {
        node: `n${number}`,
        address: `10.0.1.${number}`,
        vantage: next() < 0.5 ? POD : HOST,
        startedAt,
        durationMs: below(4),
      };
      const report = on(sample, place);
      // Older versions knew fewer questions, and said some things otherwise.
      if (next() < 0.3) report.results = report.results.slice(2);
      return { ...report, tool: { ...report.tool, version: `0.${below(3)}.0` } };
    });
  }
  /** The sources' names go with the reports. */
  const mergeNamed = (given: readonly Report[]) => {
    const merger = createMerger();
    for (const report of given) merger.add('r.json', report);
    return merger.finish(CHOICES).report;
  };

  it('the order of the input makes no difference', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const given = pile(seed);
      const next = seeded(seed + 1000);
      const shuffled = given
        .map((report) => ({ report, key: next() }))
        .sort((a, b) => a.key - b.key)
        .map(({ report }) => report);
      assert.deepEqual(mergeNamed(shuffled), mergeNamed(given), `seed ${seed}`);
    }
  });

  it('findings in, findings out: every cause of every node that counts is there, and no other node', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const newest = new Map<string, Report>();
      for (const [at, report] of pile(seed).entries()) {
        // One report for each node and network: which one wins is another test.
        const key = `${report.where.node} ${report.where.vantage}`;
        if (!newest.has(key)) newest.set(key, { ...report, durationMs: 100 + at });
      }
      const given = [...newest.values()];
      const merged = mergeAll(given);
      const NEW = ['pod-network-path-blocked', 'kubelet-silent-everywhere'];
      const had = given.flatMap((report) => flatten(report.findings).map(({ cause }) => `${report.where.node} ${cause}`));
      const has = flatten(merged.findings)
        .filter(({ cause }) => !NEW.includes(cause))
        .flatMap(({ cause, seen }) => (seen?.nodes ?? []).map((node) => `${node} ${cause}`));
      assert.deepEqual([...new Set(has)].sort(), [...new Set(had)].sort(), `seed ${seed}`);
    }
  });
});
