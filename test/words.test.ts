/** What is printed is spelt one way: one apostrophe in all words, and in the sources they stand in. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';

const TYPOGRAPHIC = String.fromCodePoint(0x2019);

it('has one apostrophe', () => {
  const texts = ['src', '.github'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|md)$/.test(name))
      .map((name) => path.join(folder, name)),
  );
  const other = [...texts, 'README.md'].filter((file) => readFileSync(file, 'utf8').includes(TYPOGRAPHIC));
  assert.deepEqual(other, [], 'the straight one is used');
});
