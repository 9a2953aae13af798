import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { podNetworkPath } from '../../../src/checks/connection/pod-network-path/check.js';
import type { Pair, Side } from '../../../src/checks/connection/shared/pair.js';
import { sayFor } from '../../../src/judge/judge.js';
import type { Evidence, Verdict } from '../../../src/model/check.js';

const ADDRESS = '10.0.0.7:10250';
const AT = '2026-11-22T03:00:00.000Z';
const saw: Evidence = { need: 'kubelet/tcp', subject: ADDRESS, saw: { id: 'kubelet-unreachable.saw', args: {}, en: 'no answer' } };
const POD: Side = { address: ADDRESS, startedAt: AT, works: [], found: [] };
const ANSWERS: Side = { address: ADDRESS, startedAt: AT, works: ['tcp'], found: [] };
const silent = (cause = 'kubelet-connect-timeout'): Side => ({ ...POD, found: [{ cause, severity: 'blocks', evidence: [saw] }] });
const at = (minutes: number) => new Date(Date.parse(AT) + minutes * 60_000).toISOString();

interface Row {
  row: string;
  pair: Partial<Pair> & { host: Side };
  cause?: string;
  expect: 'not-applicable' | { cause: string; certainty: 'proven' | 'suspected'; severity?: string };
  says?: RegExp;
  neverSays?: RegExp;
}

const blocked = { cause: 'pod-network-path-blocked', certainty: 'proven' } as const;
const everywhere = { cause: 'kubelet-silent-everywhere', certainty: 'suspected' } as const;

const ROWS: Row[] = [
  {
    row: 'the host is answered, the pod is not',
    pair: { host: ANSWERS },
    expect: blocked,
    says: /The agent's pod on n1 cannot reach kubelet/,
  },
  { row: 'a handshake is an answer', pair: { host: { ...ANSWERS, works: ['tls'] } }, expect: blocked },
  { row: 'so is a body', pair: { host: { ...ANSWERS, works: ['payload'] } }, expect: blocked },
  { row: 'a name that resolves is none', pair: { host: { ...ANSWERS, works: ['dns'] } }, expect: 'not-applicable', says: /shows neither/ },
  {
    row: 'the apiserver too',
    pair: { target: 'apiserver', host: ANSWERS },
    cause: 'apiserver-no-route',
    expect: blocked,
    says: /"need":"apiserver\/tcp"/,
  },
  {
    row: 'as bad as the pod found it',
    pair: { host: ANSWERS, finding: { cause: 'kubelet-down', severity: 'degrades' } },
    expect: { ...blocked, severity: 'degrades' },
  },
  {
    row: 'silent for both',
    pair: { host: silent('kubelet-no-route') },
    expect: everywhere,
    says: /"saw":\{"id":"kubelet-unreachable\.saw"/,
  },
  { row: 'silent for both, although a layer works', pair: { host: { ...silent(), works: ['tcp'] } }, expect: everywhere },
  {
    row: 'an apiserver silent for both: other nodes tell more',
    pair: { target: 'apiserver', host: silent('apiserver-connect-timeout') },
    cause: 'apiserver-connect-timeout',
    expect: 'not-applicable',
  },
  { row: 'the host met something else', pair: { host: silent('kubelet-certificate-expired') }, expect: 'not-applicable' },
  {
    row: 'a cause that says more stays',
    pair: { host: ANSWERS },
    cause: 'network-policy-blocks-egress',
    expect: 'not-applicable',
    says: /already names its cause/,
  },
  { row: 'this machine is no server', pair: { target: 'self', host: ANSWERS }, expect: 'not-applicable' },
  { row: '15 minutes apart', pair: { host: { ...ANSWERS, startedAt: at(15) } }, expect: blocked, neverSays: /minutes apart/ },
  {
    row: '16 minutes before',
    pair: { host: { ...ANSWERS, startedAt: at(-16) } },
    expect: { ...blocked, certainty: 'suspected' },
    says: /"need":"kubelet\/tcp".*reports are 16 minutes apart/,
  },
  {
    row: 'no time',
    pair: { host: { ...ANSWERS, startedAt: '' } },
    expect: { ...blocked, certainty: 'suspected' },
    neverSays: /NaN|minutes apart/,
  },
  {
    row: 'another address',
    pair: { host: { ...ANSWERS, address: '10.0.0.8:10250' } },
    expect: { ...blocked, certainty: 'suspected' },
    neverSays: /minutes apart/,
  },
  { row: 'silent at another address', pair: { host: { ...silent(), address: '' } }, expect: everywhere },
];

describe('pod-network-path', () => {
  const words = new Set<string>();
  const causes = new Set<string>();
  const judge = (pair: Pair): Verdict =>
    podNetworkPath.judge(pair, (key, ...args) => {
      words.add(key);
      return sayFor(podNetworkPath)(key, ...args);
    });
  for (const { row, pair, cause = 'kubelet-connect-timeout', expect, says, neverSays } of ROWS)
    it(row, () => {
      const verdict = judge({ node: 'n1', target: 'kubelet', finding: { cause, severity: 'blocks' }, pod: POD, ...pair });
      if (typeof expect === 'string') assert.equal(verdict.kind, expect);
      else {
        assert.ok(verdict.kind === 'problem', JSON.stringify(verdict));
        causes.add(verdict.cause);
        assert.deepEqual(
          [verdict.cause, verdict.certainty, verdict.severity],
          [expect.cause, expect.certainty, expect.severity ?? 'blocks'],
        );
        assert.deepEqual(verdict.alternatives ?? [], expect.certainty === 'suspected' ? [cause] : []);
        assert.ok(verdict.evidence.length > 0 && verdict.fixes.length > 0);
      }
      if (says) assert.match(JSON.stringify(verdict), says);
      if (neverSays) assert.doesNotMatch(JSON.stringify(verdict), neverSays);
    });
  it('its rows produce every cause and use every word', () => {
    assert.deepEqual([...causes].sort(), Object.keys(podNetworkPath.causes).sort());
    assert.deepEqual([...words].sort(), Object.keys(podNetworkPath.words).sort());
  });
});
