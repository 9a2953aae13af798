/** The rooms of the house, floor by floor: nobody imports from above or beside, nothing reaches itself, and only the rooms with I/O may do I/O. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

const SOURCE = path.resolve('src');
/** From the ground up. A room imports from itself and from lower floors alone; a new room goes onto the lowest floor that carries it. */
const FLOORS: readonly (readonly string[])[] = [
  ['model', 'version.ts'],
  ['words'],
  ['host', 'kubernetes'],
  ['files', 'profiles', 'judge', 'texts'],
  ['manifests'],
  ['checks', 'probes', 'sim'],
  ['report', 'agent-config'],
  ['render', 'setup'],
  ['live'],
  ['bundles'],
  ['cli'],
  ['main.ts'],
  ['single.ts', 'start.ts'],
];
/** Packages and Node modules a room may load; the rooms without a row load none: they are pure, and no clock or chance is in them. */
const MAY_LOAD: Readonly<Record<string, RegExp>> = {
  'version.ts': /package\.json$/,
  host: /^node:/,
  files: /^(node:|yaml$|js-yaml$|tar-stream$|yauzl$|fflate$|xz-decompress$)/,
  probes: /^(node:|undici(?:$|\/lib\/)|yaml$)/,
  sim: /^(node:|@peculiar\/x509$|reflect-metadata$|yaml$)/,
  'agent-config': /^node:/,
  render: /^cli-table3$/,
  setup: /^node:/,
  live: /^node:/,
  bundles: /^node:/,
  cli: /^(node:|yargs(-parser)?$|ora$)/,
  'main.ts': /^node:/,
  'single.ts': /^node:/,
  'start.ts': /^node:/,
};
/** The simulator is loaded by one command alone, and lazily. */
const SIMULATOR_IN = 'cli/commands/demo.ts';

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const roomOf = (file: string): string => file.split(path.sep)[0] ?? '';
const floorOf = (room: string): number => FLOORS.findIndex((rooms) => rooms.includes(room));
const textOf = (file: string): string => readFileSync(path.join(SOURCE, file), 'utf8');

function importsOf(file: string): string[] {
  return [...textOf(file).matchAll(/^(?:import|export)\b[^;'"]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm)].map(
    (m) => m[1] ?? m[2] ?? m[3] ?? '',
  );
}

/** Files below src that a file imports, dynamically too. */
function neighboursOf(file: string): string[] {
  return importsOf(file)
    .filter((name) => name.startsWith('.') && name.endsWith('.js'))
    .map((name) => path.join(path.dirname(file), name).replace(/\.js$/, '.ts'));
}

describe('rooms', () => {
  it('each stands on a floor', () => {
    for (const room of new Set(files.map(roomOf)))
      assert.ok(floorOf(room) >= 0, `${room} is on no floor: add it to FLOORS in ${import.meta.filename}`);
  });

  for (const room of FLOORS.flat())
    it(`${room} imports from below alone`, () => {
      for (const file of files.filter((each) => roomOf(each) === room)) {
        for (const other of neighboursOf(file)) {
          if (roomOf(other) === room || (roomOf(other) === 'sim' && file === SIMULATOR_IN)) continue;
          assert.ok(floorOf(roomOf(other)) < floorOf(room), `${file} imports ${other}, which is not below it`);
        }
        for (const name of importsOf(file).filter((each) => !each.startsWith('.') || each.endsWith('.json')))
          assert.match(packageOf(name), MAY_LOAD[room] ?? /^$/, `${file} loads ${name}`);
      }
    });

  it('no room gives a word of the model another meaning', () => {
    const declared = (file: string, pattern: RegExp) => [...textOf(file).matchAll(pattern)].map(([, name = '']) => name);
    const isModel = (file: string) => roomOf(file) === 'model';
    const words = new Set(files.filter(isModel).flatMap((file) => declared(file, /^export (?:interface|type) (\w+)/gm)));
    assert.ok(words.size > 50, `${words.size}`);
    const others = files.filter((file) => !isModel(file));
    const again = others.flatMap((file) =>
      declared(file, /^(?:export )?(?:interface|type|class) (\w+)/gm).flatMap((name) => (words.has(name) ? `${file} ${name}` : [])),
    );
    assert.deepEqual(again, []);
  });

  it('nothing reaches itself through imports', () => assert.deepEqual(circles(), []));

  it('only the demo loads the simulator', () => {
    for (const file of files.filter((each) => roomOf(each) !== 'sim'))
      if (neighboursOf(file).some((other) => roomOf(other) === 'sim')) assert.equal(file, SIMULATOR_IN);
  });

  it('the rooms without I/O use neither clock nor chance', () => {
    for (const file of files.filter((each) => !(roomOf(each) in MAY_LOAD) || roomOf(each) === 'render'))
      assert.doesNotMatch(textOf(file), /Date\.now|Math\.random|new Date\(\)/, file);
  });

  it('the path of the mounted service account stands once', () => {
    const holders = files.filter((file) => /['"`]\/var\/run\/secrets\/kubernetes\.io\/serviceaccount/.test(textOf(file)));
    assert.deepEqual(holders, [path.join('kubernetes', 'service-account.ts')]);
  });

  it('how much of a text is kept is called by its name', () => {
    for (const file of files.filter((each) => roomOf(each) !== 'cli'))
      assert.doesNotMatch(
        textOf(file),
        /\b(?:clean|printable)\([^\n]*, (?:63|200|253|300|400)\)/,
        `${file}: host/redact.ts has names for these`,
      );
  });

  it('no folder holds more than can be looked over', () => {
    const most = 17;
    for (const folder of ['', ...readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })].filter((name) =>
      statSync(path.join(SOURCE, name)).isDirectory(),
    )) {
      const held = readdirSync(path.join(SOURCE, folder)).length;
      assert.ok(held <= (folder === '' ? 26 : most), `src/${folder} holds ${held}: give what belongs together a folder`);
    }
  });
});

/** A package's name, without the path inside it. */
function packageOf(name: string): string {
  return name.startsWith('node:') || name.startsWith('.') ? name : (/^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? '');
}

/** Strongly connected parts of more than one file (Tarjan, SIAM J. Comput. 1972). */
function circles(): string[][] {
  const [index, low, stack, found] = [new Map<string, number>(), new Map<string, number>(), [] as string[], [] as string[][]];
  const visit = (file: string): number => {
    index.set(file, index.size);
    low.set(file, index.size - 1);
    stack.push(file);
    for (const other of neighboursOf(file)) {
      if (!index.has(other)) low.set(file, Math.min(low.get(file) ?? 0, visit(other)));
      else if (stack.includes(other)) low.set(file, Math.min(low.get(file) ?? 0, index.get(other) ?? 0));
    }
    if (low.get(file) === index.get(file)) {
      const circle = stack.splice(stack.indexOf(file));
      if (circle.length > 1 || neighboursOf(file).includes(file)) found.push(circle);
    }
    return low.get(file) ?? 0;
  };
  for (const file of files) if (!index.has(file)) visit(file);
  return found;
}
