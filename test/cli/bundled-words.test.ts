/** The bundles give yargs a platform of ours: it must read every command line, and refuse it, as with its own. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { readArguments } from '../../src/cli/arguments/read.js';
import { readWords } from '../../src/cli/arguments/words.js';
import shim from '../../src/cli/arguments/yargs-shim.js';
import { COMMANDS } from '../../src/cli/command-table.js';
import type { OptionSpec } from '../../src/setup/option-spec.js';
import { withoutDrawing } from '../delivery/bundle.js';

/** One value of each type, refused and taken; what stands for an option is put in its place. */
const WAYS = (option: string): string[][] => [
  [`--${option}`],
  [`--${option}`, 'x'],
  [`--${option}=x`],
  [`--${option}=`],
  [`--${option}`, '--verbose'],
  [`--${option}=text`, `--${option}`, 'json'],
  [`--${option}`, '--', '-x'],
  [`--no-${option}`],
];
const WORDS: string[][] = [
  [],
  ['x'],
  ['x', 'y'],
  ['x', 'y', 'z'],
  ['-'],
  [''],
  ['--', 'x'],
  ['--nope'],
  ['-x', 'y'],
  ['-o'],
  ['-ojson'],
  ['-vq'],
  ['--__proto__', 'x'],
  ['--a.b', 'c'],
  ['pod'],
  ['bash'],
];

const folder = mkdtempSync(path.join(tmpdir(), 'kd-words-'));
after(() => rmSync(folder, { recursive: true }));

describe('the bundled reading of words', () => {
  let bundled: typeof readArguments;
  before(async () => {
    const outfile = path.join(folder, 'read.mjs');
    const banner = { js: "import{createRequire as kdRequire}from'node:module';const require=kdRequire(import.meta.url);" };
    const entryPoints = [path.resolve('src/cli/arguments/read.ts')];
    await build({
      entryPoints,
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      banner,
      plugins: [withoutDrawing],
      loader: { '.md': 'empty' },
    });
    bundled = ((await import(pathToFileURL(outfile).href)) as { readArguments: typeof readArguments }).readArguments;
  });

  for (const command of COMMANDS)
    it(`is that of yargs: ${command.name}`, async () => {
      for (const rest of [...WORDS, ...(command.isDefault ? kindsOf(command.options) : []).flatMap(({ name }) => WAYS(name))]) {
        const argv = command.isDefault && rest[0] === 'x' ? rest : [command.name, ...rest];
        const words = readWords(argv);
        const [ours, theirs] = [await bundled(argv, words, command, '/'), await readArguments(argv, words, command, '/')];
        assert.deepEqual(withoutName(ours), withoutName(theirs), argv.join(' '));
      }
    });

  it('has every part of the platform that yargs has', async () => {
    const file = pathToFileURL(path.resolve('node_modules/yargs/lib/platform-shims/esm.mjs')).href;
    const theirs = ((await import(file)) as { default: object }).default;
    assert.deepEqual(Object.keys(shim).sort(), Object.keys(theirs).sort());
  });
});

/** One of each: yargs is slow, and to it options of a kind are the same. */
function kindsOf(options: readonly OptionSpec[]): OptionSpec[] {
  const kindOf = ({ type, choices, alias, formerly }: OptionSpec) => [type, choices?.length, !alias, !formerly].join();
  return [...new Map(options.map((option) => [kindOf(option), option])).values()];
}

/** `$0` is how the program was started. */
function withoutName(read: Awaited<ReturnType<typeof readArguments>>) {
  return 'parsed' in read ? { ...read.parsed, $0: '' } : read;
}
