/** What a check waits for: slow answers, servers that do not answer at all, and a machine that gives it a tenth of a core. */

import { DEFAULTS } from '../../../src/setup/options.js';
import { parseDuration } from '../../../src/setup/values.js';
import { tenthOfACore } from '../../busy/quota.js';
import type { Family } from '../family.js';
import { BARE, COMMAND, type Measured, measure, ours, sideBySide } from '../measure.js';
import { inWorld, type Place } from '../world.js';
import { bareClient } from './check.js';

const ANSWER_MS = 20;

export const family: Family = async function* ({ runs, scratch }) {
  yield* inWorld({ place: 'workstation', network: { answersAfterMs: ANSWER_MS } }, async function* (place) {
    const check = ours(['check', ...place.argv, '--exit-zero'], { env: place.env });
    const before = place.requests.length;
    await measure(check);
    const chain = longestChain(place, before);
    const { bare, slow, client } = await sideBySide(runs, { bare: BARE, slow: check, client: await bareClient(scratch, place, before) });
    const beyond = ({ ms }: Measured, limit?: number) => ({
      limit,
      figure: (ms - bare.ms) / (chain * ANSWER_MS),
      unit: '×' as const,
      of: `${Math.round(ms - bare.ms)} ms : ${chain} × ${ANSWER_MS} ms`,
    });
    yield { measure: `answers after ${ANSWER_MS} ms: wall beyond bare Node : the longest chain of them`, ...beyond(slow, 1.5) };
    // What is left to us: nobody who asks by undici is faster than that.
    yield { measure: 'the same, of a bare client sending the same requests', ...beyond(client) };
  });

  const kubeletByFlag = ['--kubelet-host', '{kubelet}', '--kubelet-port', '{kubelet-port}'];
  yield* inWorld(
    { place: 'workstation', apiserver: { listen: 'silent' }, kubelet: { listen: 'silent' }, argv: kubeletByFlag },
    async function* (place) {
      const { ms } = (await sideBySide(Math.min(runs, 5), { silent: ours(['check', ...place.argv, '--exit-zero'], { env: place.env }) }))
        .silent;
      const timeout = parseDuration(DEFAULTS['connect-timeout']) ?? Number.NaN;
      yield {
        measure: 'both servers silent: wall : one connect timeout',
        limit: 1.1,
        figure: ms / timeout,
        unit: '×',
        of: `${Math.round(ms)} ms`,
      };
    },
  );

  const quota = tenthOfACore();
  if (!quota) return void (yield 'a tenth of a core: no cgroup here that we may change (as root on Linux)');
  try {
    yield* inWorld({ place: 'workstation' }, async function* ({ argv, env }) {
      // A finding would be a false one, and exit code 1; what it had no time for may be open.
      const held = ['-c', 'echo $$ > "$0" && exec "$@"', quota.members, process.execPath, COMMAND, 'check', ...argv];
      const { starved } = await sideBySide(Math.min(runs, 5), {
        starved: () => measure({ file: 'sh', args: held, env, exitCodes: [0, 3] }),
      });
      yield { measure: 'a tenth of a core: healthy check, no false finding', limit: 15, figure: starved.ms / 1000, unit: 's' };
    });
  } finally {
    quota.end();
  }
};

/** On one connection each waits for the one before; and all of a kubelet wait for the node object, which says where it is. */
function longestChain({ requests }: Place, since: number): number {
  const counts = new Map<string, number>();
  for (const { server, connection } of requests.slice(since)) {
    const name = server === 'apiserver' ? `${server} ${connection}` : server;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Math.max(...[...counts].map(([name, count]) => (name.startsWith('apiserver') ? count : count + 1)));
}
