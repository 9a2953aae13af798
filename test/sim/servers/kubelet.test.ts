/** The simulated kubelet answers as the recorded ones did: every identity, every path, both versions, every variant. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type RunningWorld, startWorld } from '../../../src/sim/start.js';
import type { Way } from '../../../src/sim/state/filesystem.js';
import type { KubeletWorld } from '../../../src/sim/world.js';
import { clockByHand } from '../../support/clock.js';
import { ask, bindLab, jsonLines, keepAlive, LAB, labIdentity, type Received, table } from '../client.js';

interface Recorded {
  version: '1.36' | '1.31';
  who: string;
  path: string;
  status: number;
  headers: [string, string][];
  body?: string;
}

const recordings = jsonLines<Recorded>('kubelet.jsonl');
const FRAMING = new Set(['content-length', 'transfer-encoding', 'process-start-time-unix', 'last-modified']);

/** Header lines for comparison; without those that follow from a payload's length. */
function lines(headers: [string, string][], { status, body }: { status: number; body?: string }, folded: boolean): string[] {
  const payload = status === 200 && body !== 'ok';
  return headers
    .filter(([name]) => !(payload && FRAMING.has(name.toLowerCase())))
    .map(([name, value]) => `${folded ? name.toLowerCase() : name}: ${value}`)
    .sort();
}

/** Identity → its answers to paths, over few connections. */
async function askAll(world: RunningWorld, way: Way, questions: { who: string; path: string }[]): Promise<Map<string, Received>> {
  const answers = new Map<string, Received>();
  await Promise.all(
    [...new Set(questions.map((q) => q.who))].map(async (who) => {
      const credential = await labIdentity(who, world.cluster);
      const agent = keepAlive();
      const mine = questions.filter((q) => q.who === who);
      await Promise.all(
        mine.map(async ({ path }) => answers.set(`${who} ${path}`, await ask(way, { path, ...credential, agent, ca: world.caPem }))),
      );
      agent.destroy();
    }),
  );
  return answers;
}

for (const version of ['1.36', '1.31'] as const) {
  describe(`kubelet ${version}`, () => {
    let world: RunningWorld;
    before(async () => {
      world = await startWorld({ ...LAB, kubelet: { version } });
      bindLab(world);
    });
    after(() => world.stop());

    it('answers every identity on every path with the recorded status', async () => {
      const rows = table(`kubelet-${version}.tsv`);
      const paths = Object.keys(rows[0]!).filter((column) => column.startsWith('/'));
      const questions = rows.flatMap((row) => paths.map((path) => ({ who: row.who!, path })));
      const answers = await askAll(world, world.addresses.kubelets['lab-n1']!, questions);
      const different = questions
        .map(({ who, path }) => ({
          who,
          path,
          recorded: rows.find((r) => r.who === who)![path],
          got: String(answers.get(`${who} ${path}`)!.status),
        }))
        .filter(({ recorded, got }) => recorded !== got);
      assert.deepEqual(different, []);
      assert.equal(questions.length, 22 * 20);
    });

    it('sends the recorded headers and, for refusals, the recorded body', async () => {
      const recorded = recordings.filter((r) => r.version === version);
      const answers = await askAll(world, world.addresses.kubelets['lab-n1']!, recorded);
      const folded = version === '1.31';
      for (const r of recorded) {
        const got = answers.get(`${r.who} ${r.path}`)!;
        assert.equal(got.status, r.status, `${r.who} ${r.path}`);
        assert.deepEqual(lines(got.headers, { ...got, body: r.body }, folded), lines(r.headers, r, folded), `${r.who} ${r.path}`);
        if (r.body !== undefined) assert.equal(got.body, r.body, `${r.who} ${r.path}`);
      }
      assert.equal(recorded.length, 121);
    });
  });
}

const VARIANTS: Record<string, KubeletWorld> = {
  ok: {},
  'always-allow': { alwaysAllow: true },
  anonymous: { anonymous: true },
  insecure: { anonymous: true, alwaysAllow: true },
  'no-client-ca': { clientCa: false },
  'no-debug': { debugHandlers: false },
  'no-webhook-authn': { webhookAuthentication: false },
};

describe('kubelets configured otherwise', () => {
  const accounts: Record<string, string> = { norbac: 'sa-norbac', full: 'sa-full' };
  for (const [variant, kubelet] of Object.entries(VARIANTS)) {
    it(variant, async () => {
      const world = await startWorld({ ...LAB, kubelet });
      try {
        bindLab(world);
        const rows = table('variants.tsv').filter((row) => row.variant === variant);
        const questions = rows.map((row) => ({ who: accounts[row.who!] ?? row.who!, path: row.path!, row }));
        const answers = await askAll(world, world.addresses.kubelets['lab-n1']!, questions);
        for (const { who, path, row } of questions) {
          const got = answers.get(`${who} ${path}`)!;
          assert.equal(String(got.status), row.status, `${who} ${path}`);
          if (row.body) assert.equal(got.body.trim(), row.body, `${who} ${path}`);
        }
        assert.equal(rows.length, 30);
      } finally {
        await world.stop();
      }
    });
  }

  it('without a way to its apiserver: 401 for tokens, 500 for certificates, and 401 at once for nobody', async () => {
    const patienceMs = 30_000;
    const clock = clockByHand();
    const world = await startWorld({ ...LAB, kubelet: { apiserverReach: 'refused' } });
    const slow = await startWorld({ ...LAB, kubelet: { apiserverReach: 'dropped' }, network: { patienceMs } }, clock);
    try {
      for (const running of [world, slow]) {
        bindLab(running);
        const way = running.addresses.kubelets['lab-n1']!;
        const asked = async (who: string) => {
          const answer = ask(way, { path: '/pods', ...(await labIdentity(who, running.cluster)), ca: running.caPem });
          const late = running === slow && who !== 'none';
          if (late) {
            await clock.someoneWaits();
            clock.advance(patienceMs - 1);
            assert.equal(clock.waiting, 1, 'the kubelet is no less patient');
            clock.advance(1);
          }
          const { status, body } = await answer;
          return { status, body };
        };
        assert.deepEqual(await asked('sa-full'), { status: 401, body: 'Unauthorized' });
        assert.deepEqual(await asked('garbage'), { status: 401, body: 'Unauthorized' });
        const body = 'Authorization error (user=lab-admin, verb=get, resource=nodes, subresource=pods)';
        assert.deepEqual(await asked('cert-admin'), { status: 500, body });
        assert.equal((await asked('none')).status, 401);
      }
    } finally {
      await Promise.all([world.stop(), slow.stop()]);
    }
  });

  it('remembers a refusal for a while, fails and is unhealthy when told to', async () => {
    const clock = clockByHand();
    const world = await startWorld({ ...LAB, kubelet: { decisionCache: 'denied', decisionCacheMs: 400 } }, clock);
    const sick = await startWorld({ ...LAB, kubelet: { healthy: ['syncloop'], fail: { '/stats/summary': 500 } } });
    try {
      for (const running of [world, sick]) bindLab(running);
      const get = async (running: RunningWorld, path: string) =>
        ask(running.addresses.kubelets['lab-n1']!, { path, ...(await labIdentity('sa-full', running.cluster)), ca: running.caPem });
      assert.equal((await get(world, '/pods')).status, 403);
      const stats = await get(sick, '/stats/summary');
      assert.equal(stats.status, 500);
      const recorded =
        'Internal Error: failed to get rootFs stats: failed to get rootFs info: cannot find filesystem info for device "/dev/vda"';
      assert.equal(stats.body, recorded);
      const health = await get(sick, '/healthz');
      assert.equal(health.status, 500);
      assert.match(health.body, /^\[\+\]ping ok\n\[\+\]log ok\n\[-\]syncloop failed: reason withheld\n.*healthz check failed\n$/s);
      clock.advance(399);
      assert.equal((await get(world, '/pods')).status, 403);
      clock.advance(1);
      assert.equal((await get(world, '/pods')).status, 200);
    } finally {
      await Promise.all([world.stop(), sick.stop()]);
    }
  });
});
