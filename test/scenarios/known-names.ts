/** A value that the report knows never stands in it as a placeholder: who pastes a command at night has nothing to fill in that we know. */
import assert from 'node:assert/strict';
import { ownPod } from '../../src/checks/shared/apiserver.js';
import { flatten } from '../../src/judge/rank.js';
import type { Report } from '../../src/model/report.js';
import { dataOf } from '../../src/report/facts.js';

const ACCOUNT = /system:serviceaccount:[a-z0-9.-]+:[a-z0-9.-]+/;

/** By placeholder, as it stands in what is printed: what the report itself says, empty where it says nothing. */
const KNOWN: Record<string, (report: Report) => string> = {
  'NAMESPACE:NAME': ({ where }) => ACCOUNT.exec(where.account ?? where.identity)?.[0] ?? '',
  NODE: ({ where }) => where.node,
  ADDRESS: ({ where }) => where.kubelet,
  NAMESPACE: (report) => podOf(report)?.namespace ?? '',
  POD: (report) => podOf(report)?.name ?? '',
};

export function fillsInWhatItKnows(report: Report): void {
  const findings = flatten(report.findings);
  const printed = [
    ...findings.flatMap(({ fixes, decide }) => [...fixes.flatMap((fix) => [fix.action.en, fix.steps, fix.source, fix.verify]), ...decide]),
    ...findings.flatMap(({ evidence }) => evidence.map(({ reproduce }) => reproduce)),
    ...report.results.flatMap(({ elsewhere, note }) => [...elsewhere, note?.en]),
  ];
  for (const [placeholder, known] of Object.entries(KNOWN)) {
    const value = known(report);
    const left = printed.filter((text) => text && value && new RegExp(`(?<![\\w-])${placeholder}(?![\\w-])`).test(text));
    assert.deepEqual(left, [], `${placeholder} is ${value}`);
  }
  // A file that a finding says was seen, and one alone.
  for (const { cause, evidence, fixes } of findings) {
    const files = new Set(evidence.flatMap(({ saw }) => /^\w+: (\/[\w./~-]+): /.exec(saw.en)?.[1] ?? []));
    const asked = fixes.filter(({ changes, steps }) => changes !== 'nothing' && /\bFILE\b/.test(steps ?? ''));
    assert.ok(files.size !== 1 || asked.length === 0, `${cause}: FILE is ${[...files]}`);
  }
}

/** Of the place fact, where a finding cites it. */
function podOf({ evidence }: Report): { namespace: string; name: string } | undefined {
  return ownPod(dataOf(evidence, 'self/place'));
}
