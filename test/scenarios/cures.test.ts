/**
 * Every fix in a machine's form, exactly as printed: the next run no longer has the finding, and nothing as bad is new. What does not
 * cure stands in not-applied.ts with its reason; an entry that cures by now, or is printed nowhere, fails.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flatten } from '../../src/judge/rank.js';
import { type Fix, SEVERITIES } from '../../src/model/check.js';
import type { Finding, Report } from '../../src/model/report.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import type { RunningWorld } from '../../src/sim/start.js';
import type { World } from '../../src/sim/world.js';
import { applyFix } from './cures.js';
import { diagnoseOnce } from './diagnosed.js';
import { entryFor, NOT_CURING, type NotCuring } from './not-applied.js';
import { diagnoseWorld, WORLDS_AT_ONCE } from './run.js';

const counts = { printed: 0, form: 0, byHand: 0, notModelled: 0, cured: 0 };
const used = new Set<NotCuring>();

const same = (a: Finding, b: Finding) => a.cause === b.cause && a.target === b.target;

/** The report after the fix. A kubelet that now asks for a certificate gets it by the fix which that run prints. */
async function after(world: World, fix: Fix, addresses: RunningWorld['addresses']): Promise<Report> {
  const changed = applyFix(world, fix, addresses);
  const second = await diagnoseWorld(changed);
  const pending = flatten(second.report.findings).find((f) => f.cause === 'kubelet-certificate-pending');
  const approve = pending?.fixes.find((f) => f.steps?.startsWith('kubectl certificate approve '));
  return approve ? (await diagnoseWorld(applyFix(changed, approve, second.world.addresses))).report : second.report;
}

/** What is wrong with the report after the fix of this finding; nothing when it is cured. */
function complaint(report: Report, finding: Finding, known: readonly Finding[], uncovers?: string): string | undefined {
  const found = flatten(report.findings);
  if (found.some((f) => same(f, finding))) return 'still there';
  const limit = SEVERITIES.indexOf(finding.severity);
  const worse = found.filter((f) => f.cause !== uncovers && !known.some((k) => same(k, f)) && SEVERITIES.indexOf(f.severity) <= limit);
  return worse.length > 0 ? `new: ${worse.map((f) => f.cause).join(', ')}` : undefined;
}

/** Tries one fix; what must be said of it. */
async function tried(scenario: string, world: World, finding: Finding, fix: Fix, ran: { report: Report; world: RunningWorld }) {
  counts.form += 1;
  const entry = entryFor(scenario, finding, fix);
  if (entry) used.add(entry);
  if (entry?.kind === 'by-hand') counts.byHand += 1;
  if (entry?.kind === 'not-modelled') counts.notModelled += 1;
  if (entry && entry.kind !== 'uncovers') return undefined;
  const before = flatten(ran.report.findings);
  const report = await after(world, fix, ran.world.addresses);
  const wrong = complaint(report, finding, before, entry?.uncovers);
  if (!wrong) counts.cured += 1;
  return wrong;
}

describe('cures', () => {
  describe('each scenario', { concurrency: WORLDS_AT_ONCE }, () => {
    for (const { scenario, world } of SCENARIOS.filter(({ expect }) => expect.first !== null)) {
      it(scenario, async () => {
        const ran = await diagnoseOnce(world);
        const wrong: string[] = [];
        for (const finding of flatten(ran.report.findings)) {
          counts.printed += finding.fixes.length;
          for (const fix of finding.fixes.filter(({ form, changes }) => form !== undefined && changes !== 'nothing')) {
            const said = await tried(scenario, world, finding, fix, ran);
            if (said) wrong.push(`${finding.cause}: ${fix.steps}: ${said}`);
          }
        }
        assert.deepEqual(wrong, []);
      });
    }
  });
  it('every entry of the table is printed somewhere, and the rate', (t) => {
    const { printed, form, byHand, notModelled, cured } = counts;
    const applied = form - byHand - notModelled;
    const rate = ((100 * cured) / applied).toFixed(1);
    t.diagnostic(
      `fixes: ${printed} printed, ${applied} applied as printed, ${cured} cured (${rate} %) in the simulator; ` +
        `${notModelled} of things it does not have, ${byHand} left to a person`,
    );
    assert.deepEqual(
      NOT_CURING.filter((entry) => !used.has(entry)).map(({ why }) => why),
      [],
    );
    assert.ok(cured > 80, 'most of what is printed is applied');
    assert.equal(cured, applied);
  });
});
