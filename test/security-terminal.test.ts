/**
 * No character that a terminal obeys, that hides or that reorders text is in anything that is written: every code point of the class, in every string
 * of a report and of facts, in every word of a command line, in names of files; on both streams, in every format and every file.
 */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { runCommandLine } from '../src/cli/command-line.js';
import { printable } from '../src/host/redact.js';
import { jsonText } from '../src/render/json.js';
import { neutralise } from '../src/words/visible.js';
import { recordingIo } from './support/io.js';
import { leavesOf, plant } from './support/planted.js';

const scratch = await mkdtemp(path.join(tmpdir(), 'kd-terminal-'));
after(() => rm(scratch, { recursive: true }));

/** Nothing listens there, once it is closed. */
const listener = createServer().listen(0, '127.0.0.1');
await new Promise((resolve) => listener.once('listening', resolve));
const { port } = listener.address() as AddressInfo;
listener.close();

/** Said otherwise than in the source: what Unicode 15 has of controls, formats, marks of direction, tags, separators and letters without a shape. */
const RANGES =
  '0000-0008 000b-001f 007f-009f 00ad 034f 061c 115f 1160 17b4 17b5 180b-180f 200b-200f 2028-202e 2060-206f 3164 e000-f8ff fe00-fe0f feff ffa0 fff0-fffb 1bca0-1bca3 1d173-1d17a e0000-e0fff f0000-10ffff';
const inRange = (range: string) =>
  range
    .split('-')
    .map((code) => `\\u{${code}}`)
    .join('-');
const LONE = '[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]';
const ACTS = new RegExp(`[${RANGES.split(' ').map(inRange).join('')}]|${LONE}`, 'u');
const acting: string[] = [];
for (let code = 0; code <= 0x10ffff; code += 1) {
  // Of private use, a quarter of a million, some.
  if ((code > 0xe010 && code < 0xf8f0) || (code > 0xf0010 && code < 0x10fff0)) continue;
  const character = String.fromCodePoint(code);
  if (ACTS.test(character)) acting.push(character);
}
const WHOLE = acting.map((each) => `a${each}b`).join('');
/** Whole escapes, as terminals read them. */
const ESCAPES = '\u001b]52;c;QUJD\u0007\u009b31m\u001b[31m\u202e\u061c\u{e0041}\r\u2028x';

const expectPlain = (what: string, text: string) => {
  const found = ACTS.exec(text.replace(/[\n\t]/g, ' '));
  assert.equal(
    found &&
      `${what}: U+${found[0].codePointAt(0)?.toString(16)}: …${JSON.stringify(text.slice(Math.max(0, found.index - 60), found.index + 20))}`,
    null,
  );
};

async function run(words: string[]) {
  const { io, text } = recordingIo();
  const code = await runCommandLine(words, io, { cwd: scratch, env: {}, home: scratch });
  return { code, ...text() };
}

describe('what acts on a terminal', () => {
  it('is one class, for text, for a line and for JSON', () => {
    assert.ok(acting.length > 4400, `${acting.length}`);
    expectPlain('neutralise', neutralise(WHOLE));
    expectPlain('neutralise in colour', neutralise(WHOLE, true));
    expectPlain('printable', printable(WHOLE, 1e6));
    const json = jsonText({ [WHOLE]: [WHOLE] }, { pretty: true });
    expectPlain('JSON', json);
    assert.deepEqual(JSON.parse(json), { [WHOLE]: [WHOLE] });
    assert.equal(neutralise('plain, ünïcode 日本 🎉\n\tx\u00a0y'), 'plain, ünïcode 日本 🎉\n\tx\u00a0y');
    assert.equal(neutralise('\u001b[1;31mred\u001b[0m', true), '\u001b[1;31mred\u001b[0m');
  });

  const FORMATS = ['text', 'json', 'markdown', 'html', 'junit', 'sarif', 'line'];

  it('is in no format of a report that has it in every string, and in no file saved of it', async () => {
    const report = JSON.parse(await readFile('test/report/frozen/1.0-expired.json', 'utf8'));
    report.settings.push({ setting: 'manifest', value: 'values.yaml', origin: 'flag', source: '--manifest' });
    const leaves = leavesOf(report);
    let read = 0;
    for (const [at, leaf] of leaves.entries()) {
      // Each string has some of them and the escapes, all strings together have all.
      const step = Math.ceil(acting.length / leaves.length);
      const some = acting.slice(at * step, (at + 1) * step).join('x');
      await writeFile(path.join(scratch, 'r.json'), JSON.stringify(plant(report, leaf, `${ESCAPES}${some}`, 'behind')));
      for (const format of at % 5 ? [FORMATS[at % 7] as string, FORMATS[(at + 3) % 7] as string] : FORMATS) {
        const { code, stdout, stderr } = await run([at % 2 ? 'render' : 'merge', 'r.json', '-o', format, ...(at % 3 ? [] : ['--verbose'])]);
        if (code !== 2) read += 1;
        expectPlain(`${format} of ${leaf}`, `${stdout}\n${stderr}`);
      }
      if (at % 9 === 0) {
        await run(['merge', 'r.json', '-o', 'line', '--save', 'saved', '--force']);
        for (const file of await readdir(path.join(scratch, 'saved')).catch(() => []))
          expectPlain(`saved ${file} of ${leaf}`, await readFile(path.join(scratch, 'saved', file), 'utf8'));
      }
    }
    assert.ok(read > leaves.length, `${read} outputs of ${leaves.length} strings`);
  });

  const WORDS: string[][] = [
    ['explain', ESCAPES],
    ['explain', `x509: ${ESCAPES} certificate signed by unknown authority`],
    [ESCAPES],
    [`--${ESCAPES}`],
    [`--kubelet-hos${ESCAPES}`, 'x'],
    ['help', ESCAPES],
    ['manifest', ESCAPES],
    ['demo', '--scenario', ESCAPES],
    ['completion', ESCAPES],
    ['check', ESCAPES, ESCAPES],
    ['render', ESCAPES],
    ['diff', ESCAPES, ESCAPES],
    ['judge', ESCAPES],
    ['merge', ESCAPES],
    ['settings', '--manifest', 'r.json', '--context', ESCAPES],
    ...['--node', '--namespace', '--service-account', '--image'].map((option) => ['manifest', 'pod', option, ESCAPES]),
    ...[
      '--output',
      '--fail-on',
      '--skip',
      '--only',
      '--kubeconfig',
      '--timeout',
      '--profile',
      '--root',
      '--agent-process',
      '--save',
      '--language',
    ].map((option) => ['check', option, ESCAPES]),
    ...[
      '--apiserver',
      '--kubelet-host',
      '--kubelet-port',
      '--token-file',
      '--kubelet-ca',
      '--as',
      '--manifest',
      '--pseudonyms',
      '--node',
    ].flatMap((option) => [
      ['check', '--timeout', '1s', '--connect-timeout', '200ms', '--apiserver', `https://127.0.0.1:${port}`, option, ESCAPES],
      ['settings', option, ESCAPES],
    ]),
  ];
  for (const words of WORDS)
    it(`is not in what is said of ${JSON.stringify(words.map((word) => (word.includes(ESCAPES) ? '…' : word)).join(' '))}`, async () => {
      const { code, stdout, stderr } = await run(words);
      assert.ok([0, 1, 2, 3].includes(code), String(code));
      assert.doesNotMatch(stderr, /internal error/);
      expectPlain(words.join(' '), `${stdout}\n${stderr}`);
      // Four lines of ours say what to type where there is nothing to check.
      if (code === 2) assert.ok(stderr.split('\n').length <= (stderr.includes('nothing to check') ? 5 : 2), stderr);
    });

  it('is not in what is said of files by such names, and of such contents', async () => {
    const names = path.join(scratch, 'names');
    await mkdir(names);
    await writeFile(path.join(names, `a${ESCAPES.replace('/', '')}.json`), 'x');
    await writeFile(path.join(names, `b${ESCAPES}.json`), await readFile('test/report/frozen/1.0-expired.json'));
    for (const format of FORMATS) {
      const { stdout, stderr } = await run(['merge', 'names', '-o', format]);
      expectPlain(format, `${stdout}\n${stderr}`);
    }
    await writeFile(
      path.join(scratch, 'kc'),
      `kind: Config\ncurrent-context: "${JSON.stringify(ESCAPES).slice(1, -1)}"\ncontexts: [{name: a}]\n`,
    );
    const { stderr } = await run(['check', '--kubeconfig', 'kc']);
    expectPlain('kubeconfig', stderr);
  });
});
