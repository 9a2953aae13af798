/**
 * Faults that look alike: with the second side the right one is named first; without it a wrong one is never called proven, and what is
 * suspected names the true cause, among others, with the command that decides.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flatten } from '../../src/judge/rank.js';
import type { Finding } from '../../src/model/report.js';
import { LOOK_ALIKES, overlay } from './look-alikes.js';
import { diagnoseWorld, WORLDS_AT_ONCE } from './run.js';

/** What must not be asserted: notes and risks blame nobody for what fails. */
const blames = ({ severity }: Finding) => severity === 'blocks' || severity === 'degrades';
const inWords = (findings: readonly Finding[]) =>
  JSON.stringify(flatten(findings).map((f) => [f.cause, f.severity, f.certainty, f.alternatives, f.decide, f.rankedBy[0]]));

/** Everything proven is so. */
function assertNothingWrong(findings: readonly Finding[], truth: readonly string[]): void {
  for (const found of flatten(findings).filter(blames))
    assert.ok(found.certainty === 'suspected' || truth.includes(found.cause), `${found.cause} is proven and wrong: ${inWords(findings)}`);
}

/** Every suspicion has a command that would decide it, and other names. */
function assertHonest(findings: readonly Finding[]): void {
  for (const found of flatten(findings).filter((f) => blames(f) && f.certainty === 'suspected')) {
    assert.ok(found.alternatives.length > 0, `${found.cause} is suspected and nothing else is: ${inWords(findings)}`);
    assert.ok(found.decide.length > 0, `${found.cause} is suspected without a command that decides: ${inWords(findings)}`);
  }
}

describe('look-alikes', { concurrency: WORLDS_AT_ONCE }, () => {
  for (const { symptom, secondSide, members, without } of LOOK_ALIKES) {
    for (const { member, world, truth, decided, decidedLate } of members) {
      it(`${symptom}: ${member}; with ${secondSide}`, async () => {
        const { report } = await diagnoseWorld(world);
        const first = report.findings.find(blames) ?? report.findings[0];
        const said = [first?.cause, first?.certainty];
        if (!decidedLate || JSON.stringify(said) !== JSON.stringify(decidedLate)) assert.deepEqual(said, decided, inWords(report.findings));
        assertNothingWrong(report.findings, truth);
        assertHonest(report.findings);
      });
      for (const { how, world: over, adds = [] } of without) {
        it(`${symptom}: ${member}; ${how}`, async () => {
          const { report } = await diagnoseWorld(overlay(world, over));
          assertNothingWrong(report.findings, [...truth, ...adds]);
          assertHonest(report.findings);
          const named = flatten(report.findings)
            .filter((f) => !adds.includes(f.cause))
            .flatMap((f) => [f.cause, ...f.alternatives]);
          assert.ok(
            truth.some((cause) => named.includes(cause)),
            `none of ${truth.join(', ')} is named: ${inWords(report.findings)}`,
          );
        });
      }
    }
  }
});
