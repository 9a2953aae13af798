/**
 * "All well" is said of what was answered alone. In every healthy world each answer that is needed is replaced by one that is none, and the exit code
 * is never 0: line one names what was seen. One world is started for all of its replacements.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Report } from '../../src/model/report.js';
import { INSTEAD, type Instead } from '../../src/sim/answers/instead.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { type RunningWorld, startWorld } from '../../src/sim/start.js';
import type { World } from '../../src/sim/world.js';
import { runIn, WORLDS_AT_ONCE } from './run.js';

type How = Instead['how'];

/** Without an answer to these, nothing is known to be well. The node proxy is a second look. */
const NEEDED = {
  kubelet: /^\/(healthz|pods|metrics|metrics\/cadvisor|stats\/summary)$/,
  apiserver:
    /^\/(version|readyz|apis\/authentication\.k8s\.io\/v1\/selfsubjectreviews|apis\/authorization\.k8s\.io\/v1\/(self)?subjectaccessreviews|api\/v1\/nodes\/[^/]+)$/,
};
/** What names a node, and can so be another's. */
const NAMES_NODE = /\/(pods|stats\/summary)$|\/nodes\/[^/]+$/;

const SAYS: Record<How, RegExp> = {
  'html-200': /200/,
  'html-502': /502/,
  'empty-200': /200/,
  '204': /204/,
  '302': /302/,
  'other-kind': /200/,
  'other-node': /n77/,
  '429': /429/,
  cut: /cut|break|close|ECONNRESET/,
  // A kubelet that never answers a token looks as if it waited for its apiserver.
  never: /[Nn]ot answer|no answer|never answer|stops|silent|cannot reach its apiserver/,
};

/** Where it is the one answer that there is. */
const NO_KUBELET = /is not a kubelet: |does not answer like a kubelet/;

const HEALTHY = SCENARIOS.filter(({ expect: { first, exitCode } }) => first === null && exitCode === 0);

async function ask(world: RunningWorld): Promise<{ code: number; report: Report }> {
  const { code, stdout, stderr } = await runIn(world, ['--output', 'json']);
  assert.equal(stderr, '');
  return { code, report: JSON.parse(stdout) as Report };
}

interface Needed extends Pick<Instead, 'server' | 'path'> {
  /** With a credential: a refusal of nobody names no node. */
  shown: boolean;
}

/** What this world's run asked, and needs. */
function neededIn({ requests }: RunningWorld): Needed[] {
  const asked = requests.flatMap(({ server, path, credential }): Needed[] => {
    const name = server.startsWith('kubelet') ? 'kubelet' : server === 'apiserver' ? 'apiserver' : undefined;
    const [plain = ''] = path.split('?');
    return name && NEEDED[name].test(plain) ? [{ server: name, path: plain, shown: credential !== 'none' }] : [];
  });
  return [...new Map(asked.map((each) => [`${each.server} ${each.path}`, each])).values()];
}

/** One of these for each kind of place: there every path has every answer. Elsewhere each path has one of them, and each world begins with another. */
const WHOLE = ['healthy', 'healthy-workstation', 'node-shell'];

interface Item {
  scenario: string;
  world: World;
  /** One way for all paths, in a world of its own: a request that is never answered costs seconds. */
  how?: How;
  turn: number;
}

const ITEMS: Item[] = HEALTHY.flatMap(({ scenario, world }, turn) =>
  WHOLE.includes(scenario) ? INSTEAD.map((how) => ({ scenario, world, how, turn })) : [{ scenario, world, turn }],
);

function waysAt({ how, turn }: Item, { path, shown }: Needed, place: number): How[] {
  const ways = INSTEAD.filter(
    (each) => (each !== 'other-node' || (shown && NAMES_NODE.test(path))) && (how !== undefined || each !== 'never'),
  );
  return how === undefined ? ways.slice((turn + place) % ways.length).slice(0, 1) : ways.filter((each) => each === how);
}

let replaced = 0;

describe('an answer that is none', { concurrency: WORLDS_AT_ONCE }, () => {
  for (const item of ITEMS) {
    it(item.how ? `${item.scenario}: ${item.how}` : item.scenario, async () => {
      const world = await startWorld(item.world);
      try {
        assert.equal((await ask(world)).code, 0, 'healthy as it is');
        const wrong: string[] = [];
        for (const [place, at] of neededIn(world).entries())
          for (const how of waysAt(item, at, place)) {
            world.cluster.instead = { server: at.server, path: at.path, how };
            const before = world.lies;
            const { code, report } = await ask(world);
            replaced += 1;
            const { title } = report.summary.top;
            // A refusal names no node.
            if (world.lies === before && how === 'other-node') continue;
            if (world.lies === before) wrong.push(`${how} for ${at.server} ${at.path}: was not asked`);
            else if (code === 0 || !(SAYS[how].test(title) || NO_KUBELET.test(title)))
              wrong.push(`${how} for ${at.server} ${at.path}: exit ${code}, ${title || 'All well'}`);
          }
        assert.deepEqual(wrong, []);
      } finally {
        await world.stop();
      }
    });
  }
  after(() => {
    assert.ok(HEALTHY.length > 10 && replaced > 100);
    process.stdout.write(`# ${HEALTHY.length} healthy worlds, ${replaced} answers replaced\n`);
  });
});
