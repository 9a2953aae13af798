/**
 * "All well" is said of what was answered alone. In every healthy world every answer that is needed is replaced by everything that is none, and the
 * exit code is never 0: line one names what was seen.
 *
 * Over real sockets each lie is told once for each kind of place, in the plainest world of it. What it changed of the facts is then changed in the
 * facts of every other world of that kind, which are judged as they are live; some of these are run over sockets as well, to show that both agree.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { AnyFact } from '../../src/model/facts.js';
import { INSTEAD, type Instead } from '../../src/sim/answers/instead.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { type RunningWorld, startWorld } from '../../src/sim/start.js';
import type { World } from '../../src/sim/world.js';
import { createJudge, type Delta, deltaOf, withDelta } from './lied-facts.js';
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
  never: /[Nn]ot answer|no answer|never answer|stops|silent|cannot reach its apiserver|too busy/,
};

/** Where it is the one answer that there is. */
const NO_KUBELET = /is not a kubelet: |does not answer like a kubelet/;

const HEALTHY = SCENARIOS.filter(({ expect: { first, exitCode } }) => first === null && exitCode === 0);

interface Asked {
  code: number;
  line: string;
  facts: AnyFact[];
}

/** What is printed, and with --debug every fact behind it. */
async function ask(world: RunningWorld): Promise<Asked> {
  const { code, stdout, stderr } = await runIn(world, ['--debug']);
  const facts = stderr.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as AnyFact] : []));
  return { code, line: stdout.split('\n')[0] ?? '', facts };
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

/** The plainest world of each kind of place: there every lie is told over a real socket. */
const PLAINEST = { 'agent-pod': 'healthy', workstation: 'healthy-workstation', node: 'node-shell' };
const placeOf = ({ place = 'agent-pod' }: World) => place;
const isPlainest = (scenario: string) => Object.values(PLAINEST).includes(scenario);
/** The name of a node in a path is no part of what is asked. */
const keyOf = ({ server, path }: Needed, how: How) => `${server} ${path.replace(/(?<=\/nodes\/).*/, 'NODE')} ${how}`;

const waysAt = ({ path, shown }: Needed) => INSTEAD.filter((how) => how !== 'other-node' || (shown && NAMES_NODE.test(path)));

let [told, judged] = [0, 0];

/** What is wrong with what was said of this lie. */
function complaint(how: How, { server, path }: Needed, { code, line }: Pick<Asked, 'code' | 'line'>): string[] {
  const isNamed = SAYS[how].test(line) || NO_KUBELET.test(line);
  return code !== 0 && isNamed ? [] : [`${how} for ${server} ${path}: exit ${code}, ${line || 'All well'}`];
}

/** Tells one lie over a real socket. Undefined where it did not come up: a refusal names no node, so none that is another. */
async function tell(world: RunningWorld, { server, path }: Needed, how: How): Promise<Asked | undefined> {
  const before = world.lies;
  world.cluster.instead = { server, path, how };
  const asked = await ask(world);
  told += 1;
  if (world.lies !== before) return asked;
  assert.equal(how, 'other-node', `${how} for ${server} ${path}: was not asked`);
  return undefined;
}

async function within(given: World, look: (world: RunningWorld, healthy: Asked) => Promise<void>): Promise<void> {
  const world = await startWorld(given);
  try {
    const healthy = await ask(world);
    assert.equal(healthy.code, 0, 'healthy as it is');
    await look(world, healthy);
  } finally {
    await world.stop();
  }
}

/** What each lie changed, by the kind of place. */
const deltas = new Map<string, Promise<Map<string, Delta>>[]>();

/** One answer for all paths, in a world of its own: a request that is never answered costs seconds. */
async function tellAll(given: World, how: How): Promise<Map<string, Delta>> {
  const changes = new Map<string, Delta>();
  await within(given, async (world, healthy) => {
    const judge = createJudge();
    const wrong: string[] = [];
    for (const at of neededIn(world)) {
      const lied = waysAt(at).includes(how) ? await tell(world, at, how) : undefined;
      if (!lied) continue;
      wrong.push(...complaint(how, at, lied));
      changes.set(keyOf(at, how), deltaOf(healthy.facts, lied.facts));
      // From its facts alone it is judged as it was live.
      assert.equal(judge(lied.facts).summary.exitCode, lied.code, `${how} for ${at.path}`);
    }
    assert.deepEqual(wrong, []);
  });
  return changes;
}

const LIES_TOLD = HEALTHY.filter(({ scenario }) => isPlainest(scenario)).flatMap(({ scenario, world }) =>
  INSTEAD.map((how) => ({ scenario, world, how })),
);
const OTHERS = HEALTHY.filter(({ scenario }) => !isPlainest(scenario));

describe('an answer that is none', { concurrency: WORLDS_AT_ONCE }, () => {
  for (const { scenario, world, how } of LIES_TOLD) {
    it(`${scenario}: ${how}`, async () => {
      const changes = tellAll(world, how);
      // Whoever waits for it fails with it.
      changes.catch(() => {});
      deltas.set(placeOf(world), [...(deltas.get(placeOf(world)) ?? []), changes]);
      await changes;
    });
  }
  for (const [turn, { scenario, world: given }] of OTHERS.entries()) {
    it(scenario, async () => {
      await within(given, async (world, healthy) => {
        const needed = neededIn(world);
        const known = new Map((await Promise.all(deltas.get(placeOf(given)) ?? [])).flatMap((each) => [...each]));
        const judge = createJudge();
        assert.equal(judge(healthy.facts).summary.exitCode, 0, 'healthy by its facts');
        const wrong: string[] = [];
        for (const [place, at] of needed.entries())
          for (const [which, how] of waysAt(at).entries()) {
            const delta = known.get(keyOf(at, how));
            const { summary } = judge(delta ? withDelta(healthy.facts, delta) : healthy.facts);
            const replayed = { code: summary.exitCode, line: summary.top.title };
            if (delta) wrong.push(...complaint(how, at, replayed));
            judged += 1;
            // What no plainest world asks is told here; and of the others one for each world, another one in each.
            const isSample = place === turn % needed.length && how !== 'never' && which === turn % 9;
            if (delta && !isSample) continue;
            const lied = await tell(world, at, how);
            if (lied) wrong.push(...complaint(how, at, lied));
            if (lied && delta) assert.equal(replayed.code, lied.code, `${how} for ${at.path}: judged otherwise than told`);
          }
        assert.deepEqual(wrong, []);
      });
    });
  }
  after(() => {
    assert.ok(HEALTHY.length > 10 && judged > 1000);
    process.stdout.write(`# ${HEALTHY.length} healthy worlds; ${told} lies told over sockets, ${judged} judged by what they changed\n`);
  });
});
