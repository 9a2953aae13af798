/** Line one over everything that can be found × everything that can stay open: what was found is never hidden by what was not answered. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { verdictOf } from '../../src/judge/exit.js';
import { SEVERITIES, type Severity } from '../../src/model/check.js';
import type { Finding, Result } from '../../src/model/report.js';
import { renderLine } from '../../src/render/line.js';
import { renderText } from '../../src/render/text/report.js';
import { headlineOf } from '../../src/report/headline.js';
import { report, risky, WHERE } from './samples.js';

const [sample = assert.fail()] = risky().findings;
const [question = assert.fail()] = risky().results;

const found = (severity: Severity, cause: string = severity, consequences: Finding[] = []): Finding => ({
  ...sample,
  cause,
  severity,
  consequences,
  title: { id: 't', args: {}, en: `what ${cause} is` },
});
const PASSED: Partial<Result> = { required: true, outcome: 'pass' };
const OPEN: Record<string, Partial<Result>[]> = {
  'nothing asked': [],
  'nothing required asked': [{ required: false, outcome: 'pass' }],
  'nothing open': [PASSED],
  'an optional question open': [PASSED, { required: false, outcome: 'cannot-tell' }],
  'a required question open': [PASSED, { required: true, outcome: 'cannot-tell' }],
  'a required check broken': [PASSED, { required: true, outcome: 'crashed' }],
  'a required question open, kept so by a note': [PASSED, { required: true, outcome: 'cannot-tell', cause: 'keeper' }],
};
const KEEPER = found('note', 'keeper');
const IN_BUNDLE = { ...WHERE, bundle: { format: 'must-gather', nodes: 1 } };

describe('the headline', () => {
  for (const failOn of ['blocks', 'degrades', 'risk'] as const) {
    for (const [said, open] of Object.entries(OPEN)) {
      for (const [severity, inBundle] of [undefined, ...SEVERITIES].flatMap((each) => [[each, false] as const, [each, true] as const])) {
        const kept = said.endsWith('by a note');
        const findings = [...(severity ? [found(severity)] : []), ...(kept ? [KEEPER] : [])];
        const results = open.map((each) => ({ ...question, cause: undefined, ...each }));
        const built = report([], { results, findings, failOn, where: inBundle ? IN_BUNDLE : WHERE });
        const { verdict, exitCode, top } = built.summary;
        const isWrong = severity !== undefined && severity !== 'note';
        const isOpen = !open.includes(PASSED) || open.some((each) => each.required && each.outcome !== 'pass');
        const first = isWrong ? severity : kept ? 'keeper' : isOpen && !inBundle ? '' : (severity ?? '');

        it(`${inBundle ? 'in a bundle, ' : ''}${severity ?? 'nothing'} found, ${said}, --fail-on ${failOn}: ${first || 'no finding'}`, () => {
          assert.equal(top.id, first);
          assert.equal(verdict, verdictOf({ findings, results, failOn }));
          assert.equal(exitCode, { fail: 1, incomplete: 3, warn: 0, pass: 0 }[verdict]);
          const text = renderText(built, { width: 80, colour: false, verbose: false });
          const [line = ''] = text.split('\n');
          // Whichever is said first, none is left without its name.
          for (const { cause } of findings) assert.ok(text.includes(`what ${cause} is`), text);
          if (first) assert.ok(line.includes(`what ${first} is`) && renderLine(built).includes(verdict === 'pass' ? 'ok:' : first), line);
          else assert.match(line, isOpen ? /^Not answered: / : /^OK: /);
          if (isWrong) assert.doesNotMatch(line, /^Not answered|^OK:/);
          if (isOpen) assert.doesNotMatch(line, /^Works|^OK:/);
        });
      }
    }
  }

  it('a report that was read and calls itself well is well only by required answers', () => {
    const passed: Result = { ...question, required: true, outcome: 'pass' };
    for (const verdict of ['pass', 'warn', 'fail'] as const) {
      assert.deepEqual(headlineOf(verdict, [], [], {}), { kind: 'open', required: [] });
      assert.deepEqual(headlineOf(verdict, [], [{ ...passed, required: false }], {}), { kind: 'open', required: [] });
      const open: Result = { ...passed, outcome: 'crashed' };
      assert.deepEqual(headlineOf(verdict, [], [passed, open], {}), { kind: 'open', required: [open] });
      assert.deepEqual(headlineOf(verdict, [], [passed], {}), { kind: 'nothing', on: [passed] });
    }
  });

  it('in a bundle a note that asks for nothing changes neither line one nor line two: it is a note below', () => {
    const results: Result[] = [{ ...question, required: true, outcome: 'cannot-tell', elsewhere: ['kubectl get nodes'], cause: undefined }];
    const idle = { ...found('note', 'idle'), fixes: [] };
    const built = (...findings: Finding[]) => report([], { results, findings, where: IN_BUNDLE });
    const linesOf = (...findings: Finding[]) => renderText(built(...findings), { width: 80, colour: false, verbose: false }).split('\n');
    assert.equal(built(idle, found('note', 'asking')).summary.top.id, 'asking');
    assert.equal(built({ ...found('note', 'other'), ofOthers: true }, found('note', 'own')).summary.top.id, 'own');
    assert.equal(built({ ...found('note', 'other'), ofOthers: true }).summary.top.id, '', 'of the node that was named nothing was found');
    assert.deepEqual(built(idle).summary.top, built().summary.top);
    assert.deepEqual(linesOf(idle).slice(0, 2), linesOf().slice(0, 2));
    assert.equal(linesOf(idle).join('\n').split('what idle is').length, 2, 'said once');
  });

  it('of a keeper and what is no worse the keeper says more; a consequence counts like a root', () => {
    const results: Result[] = [{ ...question, required: true, outcome: 'cannot-tell', cause: 'keeper' }];
    const causeOf = (...findings: Finding[]) => {
      const headline = headlineOf('incomplete', findings, results, {});
      return headline.kind === 'finding' ? headline.finding.cause : headline.kind;
    };
    assert.equal(causeOf(found('risk'), found('risk', 'keeper')), 'keeper');
    assert.equal(causeOf(found('note', 'root', [found('risk')]), KEEPER), 'root');
    assert.equal(causeOf(found('note', 'root', [KEEPER])), 'keeper');
    assert.equal(causeOf(found('note')), 'open');
  });
});
