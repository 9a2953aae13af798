import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { flatten } from '../../../src/judge/rank.js';
import type { Report } from '../../../src/model/report.js';
import { renderText } from '../../../src/render/text/report.js';
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
      if (verdict !== 'pass') assert.ok(first?.includes(top.title) && second?.includes(top.fix), first);
      assert.match(
        third ?? '',
        /^Ran .* on lab-n1 \(.* network\), as system:serviceaccount:.*, against kubelet 10\.0\.0\.7:10250 and apiserver 10\.96\.0\.1:443$/,
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
    assert.match(text(noted()), /^All well: .*through http:\/\/proxy:3128.*\n.*\n.*\n\nNote: The token never expires/);
  });

  it('a risk works, and says how to be safe', () =>
    assert.match(text(risky()), /^Works\. Risk: The agent does not verify.*\nFix \(agent\): /));

  it('a note with an act comes first', () =>
    assert.match(text(cached()), /^Found nothing wrong\. Note: The right is granted.*\n.*kubelet-doctor --wait\n/));

  it('a suspicion says so and names who can decide', () => {
    assert.match(text(suspected()), /^.*\(suspected\)\nTo decide, someone with the right to ask runs: kubectl get --raw .*\n/);
    assert.match(text(suspected()), /look the same: kubelet not running;\s+node down/);
  });

  it('nothing known of the place leaves no debris', () => {
    const empty = report([], { where: { place: '', vantage: '', node: '', identity: '', kubelet: '', apiserver: '' } });
    assert.deepEqual(text(empty).split('\n'), ['All well: nothing wrong was found in what was asked.', 'Asked 0 of 0.', 'Ran']);
  });
});

describe('what can be pasted', () => {
  it('steps, commands and decisions stand unwrapped and unchanged', () => {
    for (const build of Object.values(SAMPLES)) {
      const built = build();
      const shown = text(built, { verbose: true });
      for (const finding of flatten(built.findings)) {
        const commands = [
          ...finding.decide,
          ...finding.evidence.flatMap((each) => each.reproduce ?? []),
          ...finding.fixes.flatMap((each) => each.verify ?? []),
        ];
        for (const command of commands)
          assert.ok(
            shown.split('\n').some((line) => line.trim() === command),
            command,
          );
        for (const { steps } of finding.fixes) assert.ok(!steps || dedented(shown).includes(steps.trimEnd()), steps);
      }
    }
  });

  it('documents and here-documents stand at the margin: an indent would change them', () => {
    assert.match(text(expired()), /\n\napiVersion: rbac[\s\S]*\n---\napiVersion: rbac[\s\S]*namespace: datadog}\n\n/);
  });

  it('two blank lines inside steps survive', () => {
    const [first] = expired().findings;
    const built = { ...expired(), findings: [{ ...first!, fixes: [{ ...first!.fixes[0]!, steps: 'a\n\n\nb' }] }] };
    assert.match(text(built), /\n {5}a\n\n\n {5}b\n/);
  });

  it('security changes are said loudly', () => assert.match(text(expired()), /claims to be the kubelet \[SECURITY CHANGE\]/));
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
            [...line].length <= width || free.has(line.trim()) || line.includes('More: kubelet-doctor explain '),
            `${width}: ${line}`,
          );
      }
    }
  });

  it('has a table from 60 columns on, a list below', () => {
    assert.match(text(expired(), { width: 60 }), /┌/);
    assert.doesNotMatch(text(expired(), { width: 59 }), /[┌│]/);
    assert.match(text(expired(), { width: 59 }), /\n {2}TLS FAILED certificate expired\n/);
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
    assert.equal(first, 'Bad \\x1b]0;owned\\x07 title \\u202egnp.exe\\x9b31m All well');
    assert.equal(second, 'Fix (node): Do\\x00 it (2 lines, below)');
  });
});

describe('what is left', () => {
  it('what --skip left out is named', () => {
    const { results, findings } = cutOff();
    const shown = text(report([], { results, findings, skip: ['apiserver-connect-timeout'] }));
    assert.match(shown, /Left out by --skip or --only: apiserver-connect-timeout\./);
  });

  it('open questions have their command; those behind a failure are counted', () => {
    assert.match(text(expired()), /Not answered, with the command[\s\S]*kubectl get csr --field-selector/);
    assert.match(text(suspected()), /\n4 questions could not be answered from here; --verbose lists them\.\n/);
  });

  it('a crashed check is visible', () => assert.match(text(hostile()), /Does it crash\? The check broke/));

  it('verbose shows settings with their origin, what was well, and the times', () => {
    const shown = text(healthy(), { verbose: true });
    assert.match(shown, /\nkubelet\.host +10\.0\.0\.7 +\(agent environment, DD_KUBERNETES_KUBELET_HOST\)\n/);
    assert.match(shown, /\n✓ May we read what the agent reads\? 7 of 7 paths\n/);
    assert.match(shown, /\nkubelet tls +\| +=+ *\| +11 ms 10\.0\.0\.7:10250\n/);
  });
});
