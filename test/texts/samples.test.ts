/** Lines of logs and texts of threads with the right answer, in the folder that KD_SAMPLES names; without it nothing is asked. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { printable } from '../../src/host/redact.js';
import { answerOf, readText } from '../../src/texts/index.js';

const FILE = path.join(process.env.KD_SAMPLES ?? '', 'log-lines.tsv');
const LINES = existsSync(FILE) && process.env.KD_SAMPLES ? readFileSync(FILE, 'utf8').split('\n') : [];

describe('lines of logs', { skip: LINES.length === 0 && 'KD_SAMPLES names no folder with log-lines.tsv' }, () => {
  for (const line of LINES.filter((each) => each !== '' && !each.startsWith('#'))) {
    const [id = '', right = '', text = ''] = line.split('\t');
    it(`${id} ${right}`, () => {
      const verdict = answerOf(readText(text, printable))?.verdict;
      const first = verdict?.kind === 'cause' ? verdict.causes[0]?.cause : '-';
      assert.equal(first, right, `${text}\n${JSON.stringify(verdict)}`);
    });
  }
});
