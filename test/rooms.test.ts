/** The rooms of the house: who may import whom. A judging room that imports one with I/O fails here. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

const SOURCE = path.resolve('src');
/** Room → rooms it may import from (itself included), and whether Node and packages are allowed. */
const MAY_IMPORT: Record<string, { rooms: string[]; packages: RegExp }> = {
  model: { rooms: ['model'], packages: /^$/ },
  checks: { rooms: ['checks', 'profiles', 'model'], packages: /^$/ },
  profiles: { rooms: ['profiles', 'model'], packages: /^$/ },
  judge: { rooms: ['judge', 'model'], packages: /^$/ },
  report: { rooms: ['report', 'judge', 'checks', 'model'], packages: /^cli-table3$/ },
  host: { rooms: ['host', 'model'], packages: /^node:/ },
  probes: { rooms: ['probes', 'host', 'profiles', 'model'], packages: /^(node:|undici$|yaml$)/ },
  sources: { rooms: ['sources', 'probes', 'host', 'judge', 'checks', 'profiles', 'model'], packages: /^node:/ },
};
const PACKAGE_ROOT = /^(?:@[^/]+\/)?[^/]+/;

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name));
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^(?:import|export)\b[^;'"]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm)].map(
    (m) => m[1] ?? m[2] ?? m[3] ?? '',
  );
}

function roomOf(file: string): string {
  return path.relative(SOURCE, file).split(path.sep)[0] ?? '';
}

describe('rooms', () => {
  for (const [room, { rooms, packages }] of Object.entries(MAY_IMPORT)) {
    it(`${room} imports only ${rooms.join(', ')}`, () => {
      for (const file of filesBelow(path.join(SOURCE, room))) {
        for (const imported of importsOf(file)) {
          const where = `${path.relative(SOURCE, file)} imports ${imported}`;
          if (imported.startsWith('.')) assert.ok(rooms.includes(roomOf(path.resolve(path.dirname(file), imported))), where);
          else assert.match(imported.startsWith('node:') ? imported : (PACKAGE_ROOT.exec(imported)?.[0] ?? ''), packages, where);
        }
      }
    });
  }

  it('only the simulator mints certificates, and nothing but the demo loads it', () => {
    for (const file of filesBelow(SOURCE)) {
      if (roomOf(file) === 'sim') continue;
      for (const imported of importsOf(file)) {
        assert.ok(!imported.startsWith('@peculiar/'), file);
        if (/\/sim\//.test(imported)) assert.match(path.relative(SOURCE, file), /^cli\/commands\/demo\.ts$/);
      }
    }
  });

  it('the judging rooms use neither clock nor chance', () => {
    for (const room of ['checks', 'judge', 'report', 'profiles'])
      for (const file of filesBelow(path.join(SOURCE, room)))
        assert.doesNotMatch(readFileSync(file, 'utf8'), /Date\.now|Math\.random|new Date\(\)/, file);
  });
});
