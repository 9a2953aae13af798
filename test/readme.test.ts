/** What the README shows is what the program prints. `U=1` writes it anew. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { runCommandLine } from '../src/cli/command-line.js';
import { optionsTable } from '../src/setup/option-texts.js';
import { recordingIo } from './scenarios/run.js';

const README = 'README.md';

/** The text between `<!-- NAME -->` and `<!-- /NAME -->`. */
function section(name: string, text = readFileSync(README, 'utf8')): { before: string; inside: string; after: string } {
  const [open, close] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(open) + open.length, text.indexOf(close)];
  assert.ok(from >= open.length && to >= from, `README has no section ${name}`);
  return { before: text.slice(0, from), inside: text.slice(from, to), after: text.slice(to) };
}

function check(name: string, expected: string, same: (text: string) => string = (text) => text): void {
  const { before, inside, after } = section(name);
  if (process.env.U) writeFileSync(README, `${before}${expected}${after}`);
  else assert.equal(same(inside), same(expected));
}

/** Ports, times and serial numbers differ from run to run. */
const withoutChance = (text: string) =>
  text
    .replace(/127\.\d+\.\d+\.\d+/g, 'IP')
    .replace(/:\d{4,5}\b/g, ':PORT')
    .replace(/\d+ ms/g, 'MS')
    .replace(/─+|\s+/g, ' ');

describe('the README', () => {
  it('has the options of the table', () => check('options', `\n${optionsTable()}\n`));

  it('shows what the demo prints', async () => {
    const { io, text } = recordingIo();
    await runCommandLine(['demo'], io);
    check('demo', `\n\`\`\`\n${text().stdout}\n\`\`\`\n\n`, withoutChance);
  });
});
