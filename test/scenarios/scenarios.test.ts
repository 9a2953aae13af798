/** Every scenario over real sockets: named first, nothing named that must not be, the report as promised, no secret in it. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { flatten } from '../../src/judge/rank.js';
import type { Report } from '../../src/model/report.js';
import { rows } from '../../src/render/text/brief.js';
import { renderDiff } from '../../src/render/text/diff.js';
import { renderText } from '../../src/render/text/report.js';
import { reportSchema } from '../../src/report/contract/schema.js';
import { compareReports } from '../../src/report/diff.js';
import { placeWords } from '../../src/report/where/places.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import type { World } from '../../src/sim/world.js';
import { mergeAll } from '../report/merged-samples.js';
import { englishIn, inPseudo, phrasesIn, valuesOf, wordsLeft } from '../support/pseudo.js';
import { diagnoseOnce } from './diagnosed.js';
import { fillsInWhatItKnows } from './known-names.js';
import { PHRASES, QUOTED } from './phrases.js';
import { WORLDS_AT_ONCE } from './run.js';

const validate = new Ajv2020({ strict: false }).compile(reportSchema);

describe('scenarios', { concurrency: WORLDS_AT_ONCE }, () => {
  const phrases = new Set<string>();
  const reports: Report[] = [];
  let ended = 0;
  after(() => {
    sayManyInOneLanguage(reports);
    const gone = PHRASES.filter((of) => !phrases.has(of));
    if (ended === SCENARIOS.length) assert.deepEqual(gone, [], 'words of a table now: take them out of phrases.ts');
  });

  for (const [at, { scenario, title, world, expect }] of SCENARIOS.entries()) {
    it(`${scenario}: ${title}`, async () => {
      const { report, code, stdout, world: ran } = await diagnoseOnce(world);
      const found = flatten(report.findings);
      const seen = JSON.stringify({
        findings: found.map((f) => [f.cause, f.severity, f.certainty, f.title.en]),
        open: report.results.filter((r) => ['cannot-tell', 'crashed'].includes(r.outcome)).map((r) => [r.question, r.note?.en]),
      });
      const counted = found.filter((f) => f.severity !== 'note');
      assert.equal((expect.first === null ? counted : found)[0]?.cause ?? null, expect.first, seen);
      for (const cause of expect.also ?? [])
        assert.ok(
          found.some((f) => f.cause === cause),
          `also ${cause}: ${seen}`,
        );
      for (const cause of expect.never ?? []) assert.ok(!found.some((f) => f.cause === cause), `never ${cause}: ${seen}`);
      assert.equal(code, expect.exitCode, seen);
      assert.ok(!report.results.some((r) => r.outcome === 'crashed'), seen);
      assert.ok(validate(report), JSON.stringify(validate.errors));
      const text = [80, 200].map((width) => renderText(report, { width, colour: false, verbose: true })).join('\n');
      for (const secret of ran.secrets)
        assert.ok(!stdout.includes(secret) && !text.includes(secret), `a secret is shown: ${secret.slice(0, 12)}…`);
      // What is no secret is said: our own words have none, and of the worlds only those that lie, or keep one in a URL, plant one where it is shown.
      if (!world.hostile && !world.network?.proxy) assert.doesNotMatch(stdout + text, /\[redacted\]/);
      fitsItsTerminal(report);
      fillsInWhatItKnows(report);
      namesTheMachine(report, world);
      saysAllInOneLanguage(report, at, phrases);
      if (at % 20 === 0) reports.push(report);
      ended += 1;
    });
  }
});

/** In another language nothing of ours is English, but for the phrases that no table has yet. */
function saysAllInOneLanguage(report: Report, at: number, phrases: Set<string>): void {
  assert.deepEqual(englishIn(report, at), [], 'words that come from no table of src/words and no check');
  const found = phrasesIn(report).filter(({ of }) => !QUOTED.includes(of));
  for (const { of } of found) phrases.add(of);
  const made = found.filter(({ of }) => !PHRASES.includes(of));
  assert.deepEqual(made, [], 'an English phrase as an argument of a message: give the check a word for it');
}

/** Nor in what is made of several reports. */
function sayManyInOneLanguage(reports: readonly Report[]): void {
  const values = reports.flatMap(valuesOf);
  const onNodes = reports.map((report, at) => ({ ...report, where: { ...report.where, node: `n${at % 4}` } }));
  for (const given of [onNodes, onNodes.slice(0, 1)])
    if (given.length > 0) assert.deepEqual(englishIn(mergeAll(given, {}, ['cut-off.json']), undefined, values), []);
  for (const [at, now] of reports.entries()) {
    const old = reports[at - 1] ?? now;
    const printed = inPseudo(() => renderDiff(compareReports(old, now), { width: 100, colour: false }));
    assert.deepEqual([...wordsLeft(printed, values)], []);
  }
}

/** "Ran in … on NODE" is where it ran, whichever node it was asked about. */
function namesTheMachine({ where }: Report, { names }: World): void {
  const on = / on (\S+)$/.exec(placeWords(where))?.[1];
  if (on !== undefined) assert.equal(on, names?.node ?? 'n1', JSON.stringify(where));
}

/** One finding in 24 lines of 80 columns with the last two again, two in 36, any in 60; line one in 80 columns. */
function fitsItsTerminal(report: Report): void {
  const text = renderText(report, { width: 80, colour: false, verbose: false, closing: true });
  const lines = text.split('\n');
  const most = [24, 24, 36][report.findings.length] ?? 60;
  assert.ok(rows(lines, 80) <= most, `${rows(lines, 80)} rows, at most ${most}:\n${text}`);
  assert.ok([...(lines[0] ?? '')].length <= 80, `line one has ${[...(lines[0] ?? '')].length} columns: ${lines[0]}`);
  // Where to read on is never left out for want of lines.
  const [first] = report.findings;
  if (first && report.summary.exitCode === 1) assert.ok(text.includes(`kubelet-doctor explain ${first.cause}`), text);
}
