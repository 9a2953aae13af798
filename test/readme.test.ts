/** What the README shows is what the program prints. `U=1` writes it again. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { runCommandLine } from '../src/cli/command-line.js';
import { recordingIo } from './scenarios/run.js';

const README = 'README.md';
/** The README is a page, not a report: a screen of it is enough to know what one looks like. */
const LINES_SHOWN = 24;

/** The text between `<!-- NAME -->` and `<!-- /NAME -->`. */
function section(name: string, text = readFileSync(README, 'utf8')): { before: string; inside: string; after: string } {
  const [open, close] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(open) + open.length, text.indexOf(close)];
  assert.ok(from >= open.length && to >= from, `README has no section ${name}`);
  return { before: text.slice(0, from), inside: text.slice(from, to), after: text.slice(to) };
}

/** Ports, times and serial numbers differ from run to run, and with their lengths where a line ends. */
const withoutChance = (text: string) =>
  text
    .replace(/127\.\d+\.\d+\.\d+/g, 'IP')
    .replace(/:\d{4,5}\b/g, ':PORT')
    .replace(/\d{4}-\d\d-\d\dT?\s*\d\d:\d\d(:\d\d)?/g, 'TIME')
    .replace(/\d+ ms/g, 'MS')
    .replace(/─+|\s+/g, ' ');

describe('the README', () => {
  it('shows how the report of the demo begins', async () => {
    const { io, text } = recordingIo();
    await runCommandLine(['demo'], io);
    const printed = text().stdout;
    const { before, inside, after } = section('demo');
    if (process.env.U) {
      const begins = printed.split('\n').slice(0, LINES_SHOWN).join('\n').trimEnd();
      writeFileSync(README, `${before}\n\`\`\`\n${begins}\n\`\`\`\n\n${after}`);
      return;
    }
    const shown = inside.replace(/^\s*```\n|\n```\s*$/g, '');
    assert.ok(
      shown.split('\n').length >= Math.min(LINES_SHOWN - 4, printed.split('\n').length - 2),
      'too little to see what a report is like',
    );
    assert.equal(withoutChance(shown), withoutChance(printed).slice(0, withoutChance(shown).length));
  });
});
