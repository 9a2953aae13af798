/**
 * Lists of several pages, one of which does not come as it should, over real sockets: whatever the page and whatever becomes of it, nothing in any
 * format counts what was not read, says "none" of it, or gives another reason than the true one.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runCommandLine } from '../../src/cli/command-line.js';
import { renderReport } from '../../src/cli/render.js';
import type { Report } from '../../src/model/report.js';
import { startWorld } from '../../src/sim/start.js';
import type { PageEnd, PlacementWorld } from '../../src/sim/world.js';
import { recordingIo } from './run.js';

const NODES = Object.fromEntries(Array.from({ length: 7 }, (_, at) => [`w${at}`, {}]));

const REASON: Record<Exclude<PageEnd, 'slow'>, RegExp> = {
  silence: /did not\s+answer\s+in\s+time/,
  cut: /connection\s+was\s+closed/,
  'too-big': /larger\s+than/,
  html: /not\s+a\s+list/,
  '403': /permission\s+denied\s+\(403\)/,
  '410': /expired\s+while/,
  '429': /overloaded\s+\(429\)/,
  '500': /answered\s+500/,
};
/** Of the report, as whoever is handed the JSON would render it. */
const RENDERED = ['markdown', 'html', 'junit', 'line'] as const;

async function outputs(paged: NonNullable<PlacementWorld['paged']>, args: string[] = []) {
  const world = await startWorld({
    place: 'workstation',
    agent: { rights: 'everything' },
    // One node lacks what another has: there is something to count.
    placement: { nodes: { ...NODES, gpu: { taints: ['dedicated=gpu:NoSchedule'] } }, paged },
  });
  try {
    const run = async (format: string) => {
      const { io, text } = recordingIo();
      const code = await runCommandLine(['nodes', ...world.argv, ...args, '--output', format], io, world.host);
      return { format, code, said: text().stdout };
    };
    const json = await run('json');
    // How many there are is asked before, as a row of the server's table; a server that is silent to that is asked no more.
    const paths = world.requests.map(({ path }) => path);
    const asked = paths.filter(
      (path) => !path.includes('includeObject') || (paged.list === 'nodes' && paged.at === 1 && paged.ends === 'silence'),
    );
    // A silence costs its whole time in each run.
    const text = paged.ends === 'silence' || paged.ends === 'slow' ? [] : [await run('text')];
    const report = JSON.parse(json.said) as Report;
    const rest = RENDERED.map(async (output) => ({
      format: output,
      code: json.code,
      said: await renderReport(report, { output }, recordingIo().io),
    }));
    return { all: [json, ...text, ...(await Promise.all(rest))], asked };
  } finally {
    await world.stop();
  }
}

const ENDS = Object.entries(REASON) as [Exclude<PageEnd, 'slow'>, RegExp][];

/** How much was read: below a table as what came first, in a sentence as a part of the list. */
const onlySoMany = (list: string, read: number) =>
  new RegExp(`first\\s+${read}\\s+${list}|of\\s+the\\s+${list},\\s+${read}\\s+were\\s+read`);

describe('a list that ends before its end', { concurrency: 4 }, () => {
  for (const list of ['nodes', 'pods', 'daemonsets'] as const)
    for (const at of [1, 2, 3].slice(0, list === 'daemonsets' ? 1 : 3))
      for (const [ends, reason] of ENDS)
        it(`${list}, page ${at}: ${ends}`, async () => {
          const { all, asked } = await outputs({ list, size: list === 'daemonsets' ? 1 : 3, at, ends });
          const read = 3 * (at - 1);
          for (const { format, code, said } of all) {
            assert.notEqual(code, 0, format);
            // One line has no room for reasons.
            if (format !== 'line') assert.match(said, reason, format);
            // What was not read to its end has no total.
            assert.doesNotMatch(said, /ready on \d+ of/, format);
            if (list === 'nodes') assert.doesNotMatch(said, /\b\d+ of \d+ nodes?\b/, format);
            if (list === 'pods') assert.doesNotMatch(said, /No agent (pod )?on|"state": ?"missing"|│ none/, format);
            if (list !== 'daemonsets' && read > 0 && format !== 'line') assert.match(said, onlySoMany(list, read), format);
            assert.doesNotMatch(said, /No DaemonSet looks like/, format);
          }
          const lists = asked.filter((path) => path.startsWith(list === 'daemonsets' ? '/apis/apps/v1/daemonsets' : `/api/v1/${list}?`));
          assert.equal(lists.length, at, `asked once a page: ${lists.join(' ')}`);
          // A server that broke off is not asked for it all again; where only the right is missing, the agent's own namespace is.
          const again = asked.filter((path) => /namespaces\/[^/]+\/pods/.test(path)).length;
          assert.equal(again, list === 'pods' && ends === '403' && at === 1 ? 1 : 0);
        });

  for (const list of ['nodes', 'pods'] as const)
    it(`${list}: what was read stays where the run's own time ends in the middle`, async () => {
      const { all, asked } = await outputs({ list, size: 3, at: 2, ends: 'silence' }, ['--timeout', '2s']);
      // A machine that is too busy for one page in two seconds shows nothing here.
      if (!asked.some((path) => path.includes(`/${list}?`) && path.includes('continue='))) return;
      for (const { format, said } of all.filter((each) => each.format !== 'line')) {
        assert.match(said, /time\s+ran\s+out|too\s+busy/, format);
        assert.match(said, onlySoMany(list, 3), format);
        assert.doesNotMatch(said, /ready on \d+ of/, format);
      }
    });

  it('a page that comes slowly, longer in all than one silence may be, is read', async () => {
    const { all } = await outputs({ list: 'nodes', size: 9, at: 1, ends: 'slow' });
    for (const { said, format } of all) assert.match(said, /1 of 9 nodes/, format);
  });
});
