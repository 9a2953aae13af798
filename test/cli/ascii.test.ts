/** A locale of C or POSIX shows ASCII, colours are as the variables say. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { asciiOnly } from '../../src/cli/ascii.js';
import { isAsciiLocale, wantsColour } from '../../src/cli/io.js';
import { main } from '../../src/main.js';
// A demo runs here: what a simulator's runner brings says so to test/run.ts.
import { recordingIo } from '../scenarios/run.js';

describe('the locale', () => {
  const rows: [Record<string, string>, boolean][] = [
    [{}, false],
    [{ LANG: 'C' }, true],
    [{ LANG: 'POSIX' }, true],
    [{ LANG: 'C.UTF-8' }, false],
    [{ LANG: 'de_DE.UTF-8', LC_ALL: 'C' }, true],
    [{ LANG: 'C', LC_CTYPE: 'en_GB.UTF-8' }, false],
    [{ LC_CTYPE: 'C', LC_ALL: 'C.utf8' }, false],
    [{ LC_ALL: '', LC_CTYPE: '', LANG: 'C' }, true],
  ];
  for (const [env, expect] of rows)
    it(`${JSON.stringify(env)}: ${expect ? 'ASCII' : 'Unicode'}`, () => assert.equal(isAsciiLocale(env), expect));
});

it('colours: NO_COLOR and FORCE_COLOR=0 turn them off, FORCE_COLOR on', () => {
  const rows: [Record<string, string>, boolean, boolean][] = [
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ FORCE_COLOR: 'false' }, true, false],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true, false],
    [{ TERM: 'dumb' }, true, false],
  ];
  for (const [env, isTty, expect] of rows) assert.equal(wantsColour(env, isTty), expect, JSON.stringify([env, isTty]));
});

describe('text', () => {
  it('has a sign of its own for each of ours', () => {
    assert.equal(asciiOnly('✓ TCP ✗ login – a → b … ≥ 1'), '+ TCP x login - a -> b ... >= 1');
    assert.equal(asciiOnly('┌─┬┐│║'), '+-++||');
    assert.equal(asciiOnly('caf\u00e9 \u65e5 \ud83d\ude00'), 'cafe ? ?');
    assert.equal(asciiOnly('plain\n\ttext'), 'plain\n\ttext');
  });

  it('is ASCII in every command, and JSON is as it was', async () => {
    const run = async (words: string[], ascii: boolean) => {
      const { io, text } = recordingIo({ ascii });
      await main(words, { io, host: { env: {}, home: '/nonexistent' } });
      return text().stdout;
    };
    for (const words of [
      ['demo', '-v'],
      ['list'],
      ['explain', 'kubelet-down'],
      ['explain', 'x509: certificate has expired'],
      ['--help-all'],
      ['help', 'output'],
    ]) {
      const text = await run(words, true);
      assert.ok(text.length > 60, words.join(' '));
      assert.doesNotMatch(text, /[^\0-\x7f]/, words.join(' '));
    }
    // A sign that is not in the table would be a question mark.
    const count = (text: string) => text.split('?').length;
    for (const words of [['list'], ['--help-all'], ['explain', 'kubelet-down']])
      assert.equal(count(await run(words, true)), count(await run(words, false)));
    assert.equal(await run(['list', '--output', 'json'], true), await run(['list', '--output', 'json'], false));
  });

  it('has all signs of the sources in its table', async () => {
    const { readdirSync, readFileSync } = await import('node:fs');
    const texts = ['src/checks', 'src/render/text', 'src/report', 'src/cli', 'src/help', 'src/sim'].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(ts|md)$/.test(name))
        .map((name) => readFileSync(`${folder}/${name}`, 'utf8')),
    );
    const signs = new Set(texts.flatMap((text) => text.match(/[^\0-\x7f]/gu) ?? []));
    assert.ok(signs.size > 5);
    assert.deepEqual(
      [...signs].filter((sign) => asciiOnly(sign) === '?'),
      [],
    );
  });
});
