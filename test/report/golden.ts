/** Text snapshots: `U=1 npm test` writes them, a reviewer reads them. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('./golden/', import.meta.url);

export function matchesGolden(title: string, text: string): void {
  const file = fileURLToPath(new URL(`${title}.txt`, FOLDER));
  if (process.env.U) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, `${text}\n`);
  }
  assert.equal(`${text}\n`, readFileSync(file, 'utf8'), `${title}.txt differs; if it reads better now: U=1`);
}
