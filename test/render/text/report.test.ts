import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { flatten } from '../../../src/judge/rank.js';
import type { Finding, Report } from '../../../src/model/report.js';
import { rows } from '../../../src/render/text/brief.js';
import { renderText, type TextOptions } from '../../../src/render/text/report.js';
import { matchesGolden } from '../../report/golden.js';
import { cached, cutOff, expired, healthy, hostile, incomplete, noted, report, risky, SAMPLES, suspected } from '../../report/samples.js';

function text(of: Report, rest: Partial<Parameters<typeof renderText>[1]> = {}): string {
  return renderText(of, { width: 80, colour: false, verbose: false, ...rest });
}

describe('golden texts', () => {
  for (const [title, build] of Object.entries(SAMPLES)) {
    for (const width of [80, 200]) it(`${title} at ${width}`, () => matchesGolden(`${title}-${width}`, text(build(), { width })));
  }
  it('verbose', () => matchesGolden('suspected-80-verbose', text(suspected(), { verbose: true })));
  it('colour', () => matchesGolden('expired-80-colour', text(expired(), { colour: true })));
  it('narrow', () => matchesGolden('expired-50', text(expired(), { width: 50 })));
});

describe('the first three lines', () => {
  it('are the cause, the fix, and where', () => {
    for (const build of [expired, cutOff, suspected, risky, cached, incomplete, healthy]) {
      const [first, second, third] = text(build()).split('\n');
      const { top, verdict } = build().summary;
      // The act is the fix without its command, where both are too long for a line.
      const act = second?.replace(/^(?:Fix|To decide)[^:]*: /, '') ?? '';
      if (verdict !== 'pass') assert.ok(first?.includes(top.title) && act && top.fix.includes(act), `${first}\n${second}`);
      assert.match(
        third ?? '',
        /^Ran .* on lab-n1 \(.* network\), as \S+\/\S+, \d{4}-\d\d-\d\d \d\d:\d\d UTC; kubelet 10\.0\.0\.7:10250.*, apiserver 10\.96\.0\.1:443/,
      );
    }
  });

  it('are the same at every width', () => {
    for (const build of Object.values(SAMPLES)) {
      const heads = [40, 80, 200].map((width) => text(build(), { width }).split('\n').slice(0, 3));
      assert.deepEqual(heads[0], heads[1]);
      assert.deepEqual(heads[1], heads[2]);
    }
  });

  it('healthy: three lines and nothing more; a note that asks for nothing below', () => {
    assert.equal(text(healthy()).split('\n').length, 3);
    assert.match(text(noted()), /^OK: .*\n.*\n.*through http:\/\/proxy:3128.*\n\nNote: The token never expires/);
  });

  it('a risk works, and says how to be safe', () =>
    assert.match(text(risky()), /^Works\. Risk: The agent does not verify.*\nFix \(agent\): /));

  it('a note with an act comes first', () =>
    assert.match(text(cached()), /^Works\. Note: The right is granted.*\n.*kubelet-doctor --wait\n/));

  it('a suspicion says so and names who can decide', () => {
    assert.match(text(suspected()), /^.*\(suspected\)\nTo decide, as cluster admin: kubectl get --raw .*\n/);
    assert.match(text(suspected()), /Could also be: kubelet not running and\s+node down/);
  });

  it('nothing known of the place leaves no debris', () => {
    const empty = report([], { where: { place: '', vantage: '', node: '', identity: '', kubelet: '', apiserver: '' } });
    assert.deepEqual(text(empty).split('\n'), [
      'Not answered: no required question was asked',
      'To find out: kubelet-doctor check',
      'Ran, 2026-11-22 03:04 UTC',
    ]);
  });
});

describe('what can be pasted', () => {
  it('steps, commands and decisions stand unwrapped and unchanged', () => {
    for (const build of Object.values(SAMPLES)) {
      const built = build();
      const shown = text(built, { verbose: true });
      for (const finding of flatten(built.findings)) {
        // What follows from another finding prints no fix.
        const fixes = built.findings.includes(finding) ? finding.fixes : [];
        const commands = [
          ...finding.decide,
          ...finding.evidence.flatMap((each) => each.reproduce ?? []),
          ...fixes.flatMap((each) => each.verify ?? []),
        ];
        for (const command of commands)
          assert.ok(
            shown.split('\n').some((line) => line.trim() === command),
            command,
          );
        for (const { steps } of fixes) assert.ok(!steps || dedented(shown).includes(steps.trimEnd()), steps);
      }
    }
  });

  it('documents and here-documents stand at the margin: an indent would change them', () => {
    assert.match(text(expired(), { verbose: true }), /\n\napiVersion: rbac[\s\S]*\n---\napiVersion: rbac[\s\S]*namespace: datadog}\n\n/);
  });

  it('two blank lines inside steps survive', () => {
    const [first] = expired().findings;
    const built = { ...expired(), findings: [{ ...first!, fixes: [{ ...first!.fixes[0]!, steps: 'a\n\n\nb' }] }] };
    assert.match(text(built, { verbose: true }), /\n {5}a\n\n\n {5}b\n/);
  });

  it('security changes are said loudly', () =>
    assert.match(text(expired(), { verbose: true }), /claims to be the kubelet \[SECURITY CHANGE\]/));
});

/** Every line without its indent. */
function dedented(shown: string): string {
  return shown.replace(/^ +/gm, '');
}

describe('width', () => {
  it('prose and table keep to it; only the head, commands and steps may be longer', () => {
    for (const build of Object.values(SAMPLES)) {
      const built = build();
      const free = new Set(
        JSON.stringify(built)
          .match(/"(?:[^"\\]|\\.)*"/g)
          ?.flatMap((each) => (JSON.parse(each) as string).split('\n').map((line) => line.trim())),
      );
      for (const width of [50, 60, 80, 120]) {
        const lines = text(built, { width, verbose: true }).split('\n').slice(3);
        const settings = lines.findIndex((line) => line.startsWith('Settings'));
        for (const line of lines.slice(0, settings))
          assert.ok(
            [...line].length <= width ||
              free.has(line.trim()) ||
              line.includes('More: kubelet-doctor explain ') ||
              // One long word, of a layer.
              /^ {2}(?:\S+ +[✓✗!–]| {16}) +\S+$/.test(line),
            `${width}: ${line}`,
          );
      }
    }
  });

  it('has a strip of a line each server; a narrow one breaks between two cells', () => {
    const strip = 'kubelet    proxy ✓ DNS ✓ TCP ✓ TLS ✗ authentication ! permission ! answer –';
    assert.ok(text(expired()).split('\n').includes(strip), text(expired()));
    const narrow = text(expired(), { width: 40 }).split('\n').slice(4);
    assert.deepEqual(
      narrow
        .slice(0, 3)
        .map((line) => line.trim())
        .join(' '),
      strip,
    );
    assert.ok(narrow.slice(0, 3).every((line) => [...line].length <= 40));
  });
});

const withFindings = (findings: readonly Finding[]) => report([], { findings });

describe('how much is said', () => {
  const lengthOf = (of: Report, rest: Partial<TextOptions> = {}) => rows(text(of, { closing: true, ...rest }).split('\n'), 80);

  it('one finding fits a terminal, two a page and a half, more a screen of 60', () => {
    for (const [title, build] of Object.entries(SAMPLES)) {
      const built = build();
      const most = [24, 24, 36][built.findings.length] ?? 60;
      assert.ok(lengthOf(built) <= most, `${title}: ${lengthOf(built)} of ${most}\n${text(built, { closing: true })}`);
    }
  });

  it('however much there is to say', () => {
    const [first = assert.fail()] = expired().findings;
    const long = { id: 'l', args: {}, en: 'many words '.repeat(60) };
    const [fix = assert.fail()] = first.fixes;
    const much = {
      ...first,
      features: Array.from({ length: 40 }, (_, at) => `feature ${at}`),
      evidence: Array.from({ length: 40 }, () => ({ ...first.evidence[0]!, saw: long })),
      fixes: Array.from({ length: 9 }, () => ({ ...fix, action: long, steps: 'one\n'.repeat(90) })),
      consequences: Array.from({ length: 30 }, () => ({ ...first, consequences: [] })),
    };
    for (const [findings, most] of [
      [[much], 24 + 9],
      [[much, much], 36 + 18],
      [Array.from({ length: 40 }, () => much), 60 + 40],
    ] as const)
      assert.ok(lengthOf(withFindings(findings)) <= most, `${findings.length}: ${lengthOf(withFindings(findings))}`);
  });

  it('a terminal ends with the verdict and the act; --quiet is these two alone', () => {
    for (const build of Object.values(SAMPLES)) {
      const lines = text(build(), { closing: true }).split('\n');
      const quiet = text(build(), { quiet: true }).split('\n');
      assert.equal(quiet.length, 2);
      assert.equal(quiet[0], text(build(), {}).split('\n')[0]);
      const isMore = lines.some((line) => line === '');
      assert.equal(lines.join(' ').split(quiet[0] ?? '').length, isMore ? 3 : 2, lines.join('\n'));
      for (const width of isMore ? [30, 60, 80, 200] : []) {
        const shown = text(build(), { closing: true, width }).split('\n');
        const last = shown.slice(shown.lastIndexOf('') + 1);
        assert.equal(last.join(' ').replace(/ +/g, ' '), quiet.join(' '), 'at words alone');
        for (const line of last) assert.ok(line.length <= width || quiet.includes(line) || !line.trim().includes(' '), line);
      }
    }
  });

  it('no word of the head is broken by the edge of a terminal, and nothing of it is lost', () => {
    for (const build of Object.values(SAMPLES))
      for (const width of [60, 80, 200]) {
        const [plain, shown] = [{}, { width, closing: true }].map((options) => [...text(build(), options).split('\n'), '']);
        const where = plain?.[2] ?? '';
        const at = shown?.findIndex((line) => line !== '' && where.startsWith(line)) ?? -1;
        const lines = shown?.slice(at, shown.indexOf('', at)) ?? [];
        assert.equal(lines.join(' '), where);
        for (const line of lines) assert.ok(line.length <= width || !line.includes(' '), line);
      }
  });

  it('what is said above is not said again', () => {
    const shown = text(expired());
    const [first = '', second = ''] = shown.split('\n');
    const below = shown.split('\n').slice(3).join('\n');
    assert.ok(!below.includes(first) && !below.includes(second.replace(/^Fix[^:]*: /, '')), shown);
    assert.doesNotMatch(text(withFindings(expired().findings.slice(0, 1))), /To verify:\s+kubelet-doctor\n/);
  });
});

describe('colour and control characters', () => {
  it('colour adds nothing but colour', () => {
    for (const build of Object.values(SAMPLES)) {
      for (const verbose of [true, false]) {
        assert.equal(stripVTControlCharacters(text(build(), { colour: true, verbose })), text(build(), { verbose }));
      }
    }
  });

  it('without colour there is no escape at all', () => {
    for (const build of [...Object.values(SAMPLES), hostile]) {
      assert.doesNotMatch(text(build(), { verbose: true }), /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    }
  });

  it('a hostile title stays one line, visible and harmless', () => {
    const [first, second] = text(hostile()).split('\n');
    assert.equal(first, 'Bad \\x1b]0;owned\\x07 title \\u{202e}gnp.exe\\x9b31m All well');
    assert.equal(second, 'Fix (node): Do\\x00 it');
  });
});

describe('what is left', () => {
  it('what --skip left out is named', () => {
    const { results, findings } = cutOff();
    const shown = text(report([], { results, findings, skip: ['apiserver-connect-timeout'] }));
    assert.match(shown, /Left out by --skip or --only: apiserver-connect-timeout\./);
  });

  it('open questions have their command; those behind a failure are counted', () => {
    assert.match(text(expired(), { verbose: true }), /Not answered; as cluster admin, run:[\s\S]*kubectl get csr --field-selector/);
    assert.match(text(suspected()), /\n4 of \d+ questions not answered: -v lists them\.$/);
  });

  it('a crashed check is visible', () => assert.match(text(hostile(), { verbose: true }), /Does it crash\? The check failed/));

  it('verbose shows settings with their origin, what was well, and the times', () => {
    const shown = text(healthy(), { verbose: true });
    assert.match(shown, /\nkubelet\.host +10\.0\.0\.7 +\(agent environment, DD_KUBERNETES_KUBELET_HOST\)\n/);
    assert.match(shown, /\n✓ May we read what the agent reads\? 7 of 7 paths\n/);
    assert.match(shown, /\nkubelet tls +\| +=+ *\| +11 ms 10\.0\.0\.7:10250\n/);
  });
});
