/** Tables of every command that has one, in simulated worlds and by themselves: no line of a cell ends inside a word that fits, nothing is lost. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { runCommandLine } from '../../../src/cli/command-line.js';
import { gridTable } from '../../../src/render/text/table.js';
import { AGENT_SETTINGS } from '../../../src/sim/scenarios/agent-settings.js';
import { KUBELET_RIGHTS } from '../../../src/sim/scenarios/kubelet-rights.js';
import { PLACEMENT } from '../../../src/sim/scenarios/placement.js';
import { startWorld } from '../../../src/sim/start.js';
import { recordingIo, WORLDS_AT_ONCE } from '../../scenarios/run.js';

interface Drawn {
  cells: string[][];
  widths: number[];
}

/** The grids of a text, column by column: rows have no line between them, and words need none. */
function drawn(text: string): Drawn {
  const cells: string[][] = [];
  const widths: number[] = [];
  for (const line of text.split('\n').filter((each) => each.startsWith('│')))
    for (const [at, part] of line.slice(1, -1).split('│').entries()) {
      cells[at] = [...(cells[at] ?? []), part.trim()];
      widths[at] = Math.max(widths[at] ?? 0, part.length - 2);
    }
  return { cells, widths };
}

const wordsOf = (lines: readonly string[]) => lines.join(' ').split(/\s+/).filter(Boolean);

/** What the table says and was not given is a piece of a word longer than its column; the pieces make up the word. */
function assertWhole(narrow: string, given: readonly string[], name: string): void {
  const known = new Set(wordsOf(given));
  const { cells, widths } = drawn(narrow);
  for (const [at, lines] of cells.entries()) {
    const width = widths[at] ?? 0;
    const words = wordsOf(lines);
    for (let first = 0; first < words.length; first += 1) {
      if (known.has(words[first] ?? '')) continue;
      let word = words[first] ?? '';
      let last = first;
      while (!known.has(word) && last < words.length - 1) word += words[++last] ?? '';
      assert.ok(known.has(word), `${name}: ${JSON.stringify(word)} is not a word of the table`);
      assert.ok(word.length > width, `${name}: ${JSON.stringify(word)} is broken in a column of ${width}`);
      first = last;
    }
  }
}

const ROWS = [
  ['n1', 'kubelet, container and probe metrics (kubelet, required)', 'get'],
  [`${'a'.repeat(30)}.${'b'.repeat(30)}.example.com`, 'a reason', 'node-role.kubernetes.io/control-plane:NoSchedule'],
].map((row) => row.map((text) => ({ text })));
const HEAD = ['node', 'why not', 'needs'];

describe('a grid', () => {
  for (const width of [60, 80, 200])
    it(`keeps to ${width} columns, breaks between words, and loses nothing`, () => {
      const lines = gridTable(HEAD, ROWS, width);
      for (const line of lines) assert.ok([...line].length <= width, line);
      assertWhole(lines.join('\n'), [...HEAD, ...ROWS.flat().map(({ text }) => text)], String(width));
      assert.equal(
        drawn(lines.join('\n'))
          .cells.flat()
          .join('')
          .replace(/\s/g, '')
          .includes(`${'a'.repeat(30)}.${'b'.repeat(30)}`),
        true,
      );
    });

  it('notices a word that is broken', () => {
    const wide = gridTable(['a', 'b'], [[{ text: 'metrics' }, { text: 'tags' }]], 80).join('\n');
    assert.throws(() => assertWhole(wide.replace('metrics', 'metr cs'), ['a', 'b', 'metrics', 'tags'], 'broken'), /not a word/);
    assert.throws(() => assertWhole(wide, ['a', 'b', 'metricstags'], 'broken'), /is broken|not a word/);
  });
});

const COMMANDS = [
  ['rbac', KUBELET_RIGHTS],
  ['nodes', PLACEMENT],
  ['settings', AGENT_SETTINGS],
] as const;

describe('tables of commands', { concurrency: WORLDS_AT_ONCE }, () => {
  for (const [command, scenarios] of COMMANDS) {
    let tables = 0;
    for (const [at, { scenario, world }] of scenarios.entries())
      it(`${command}: ${scenario}`, async () => {
        const running = await startWorld(world);
        const shown = async (width: number) => {
          const { io, text } = recordingIo({ width });
          await runCommandLine([command, ...running.argv, '--verbose'], io, running.host);
          return text().stdout;
        };
        try {
          const wide = await shown(200);
          tables += drawn(wide).cells.length > 0 ? 1 : 0;
          const narrow = at % 2 ? 60 : 80;
          assertWhole(await shown(narrow), drawn(wide).cells.flat(), `${scenario} at ${narrow}`);
        } finally {
          await running.stop();
        }
      });
    after(() => assert.ok(tables > scenarios.length / 2, `${command} drew ${tables} tables`));
  }
});
