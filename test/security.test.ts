/** The promises, with the real command as a process of its own against servers that lie. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { after, describe, it } from 'node:test';
import { flatten } from '../src/judge/rank.js';
import type { Report } from '../src/model/report.js';
import { INSTRUCTION, SECRETS } from '../src/sim/answers/hostile.js';
import { type RunningWorld, startWorld } from '../src/sim/start.js';
import type { World } from '../src/sim/world.js';
import { bundleInto } from './support/bundled.js';

const bundled = await mkdtemp(path.join(tmpdir(), 'kd-security-'));
after(() => rm(bundled, { recursive: true }));
bundleInto(bundled, 'test/support/child.ts');

interface Ended {
  code: number | null;
  output: string;
  /** How long it lived, by the time that the machine gave it. */
  ms: number;
}

/** Runs it and waits for its end by itself: a handle left open would keep it here until the test's own limit. */
function run(world: RunningWorld, args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const { root, home, hostName, cwd, dnsPort, env: worldEnv } = world.host;
  const host = JSON.stringify({ root, home, hostName, cwd, dnsPort, env: worldEnv });
  const command = [path.join(bundled, 'child.mjs'), host, 'check', ...world.argv, ...args];
  const child = spawn(process.execPath, command, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  let [output, ms] = ['', ''];
  for (const stream of [child.stdout, child.stderr] as Readable[]) stream.setEncoding('latin1').on('data', (chunk) => (output += chunk));
  (child.stdio[3] as Readable).on('data', (chunk) => (ms += chunk));
  return new Promise((resolve, reject) => child.on('error', reject).on('close', (code) => resolve({ code, output, ms: Number(ms) })));
}

async function within<T>(world: World, work: (running: RunningWorld) => Promise<T>): Promise<T> {
  const running = await startWorld(world);
  try {
    return await work(running);
  } finally {
    await running.stop();
  }
}

const UNVERIFIED = ['self-signed', 'other-ca', 'expired', 'wrong-name'] as const;

describe('a credential', () => {
  for (const certificate of UNVERIFIED) {
    it(`never reaches servers whose certificate is ${certificate}, whatever Node's environment says`, async () => {
      await within({ kubelet: { certificate }, apiserver: { certificate } }, async (world) => {
        const scratch = await mkdtemp(path.join(tmpdir(), 'kd-ca-'));
        const extra = path.join(scratch, 'extra.pem');
        await writeFile(extra, world.otherCaPem);
        try {
          const { code } = await run(world, [], { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_EXTRA_CA_CERTS: extra });
          assert.equal(code, 1);
        } finally {
          await rm(scratch, { recursive: true });
        }
        assert.ok(world.requests.length > 0, 'they were asked, without one');
        assert.deepEqual(
          world.requests.filter((r) => r.credential !== 'none'),
          [],
        );
      });
    });
  }

  it('goes to an unverified server on the word of the user alone', async () => {
    await within({ kubelet: { certificate: 'expired' } }, async (world) => {
      await run(world, ['--insecure-skip-tls-verify']);
      assert.ok(world.requests.some((r) => r.server.startsWith('kubelet') && r.credential === 'token'));
    });
  });

  it("does not follow the agent's own carelessness", async () => {
    await within({ kubelet: { certificate: 'self-signed' }, agent: { tlsVerify: false } }, async (world) => {
      const { code } = await run(world, []);
      assert.equal(code, 0);
      assert.ok(!world.requests.some((r) => r.server.startsWith('kubelet') && r.credential !== 'none'));
    });
  });
});

describe('output', () => {
  const hostile: World = { hostile: { kubelet: true, apiserver: true }, network: { proxy: undefined } };
  for (const args of [['--verbose'], ['--debug'], ['--output', 'json'], ['--verbose', '--debug', '--insecure-skip-tls-verify']]) {
    it(`holds no secret and no terminal escape of hostile servers: ${args.join(' ')}`, async () => {
      await within(hostile, async (world) => {
        const { output, code } = await run(world, args);
        assert.ok(code === 0 || code === 1 || code === 3, `${code} ${output}`);
        for (const secret of [...Object.values(SECRETS), ...world.secrets]) assert.ok(!output.includes(secret), `shows ${secret}`);
        assert.doesNotMatch(output, /[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]/);
        assert.doesNotMatch(output, /DD_KUBERNETES_KUBELET_HOST=.*owned|approve .*owned|name: .*owned/);
      });
    });
  }
});

describe('instructions in what servers say', () => {
  it('are in the evidence, and in no title, act, command or note of ours', async () => {
    await within({ hostile: { kubelet: true, apiserver: true } }, async (world) => {
      const { output } = await run(world, ['--output', 'json']);
      const report = JSON.parse(Buffer.from(output, 'latin1').toString('utf8')) as Report;
      assert.ok(
        JSON.stringify(report.findings).includes(INSTRUCTION.slice(0, 20)) ||
          JSON.stringify(report.evidence).includes(INSTRUCTION.slice(0, 20)),
        'was said',
      );
      const ours = flatten(report.findings).flatMap(({ title, fixes, decide }) => [
        title.en.replace(/"[^"]*"/g, ''),
        ...decide,
        ...fixes.flatMap(({ action, steps = '', verify = '', source = '' }) => [action.en, steps, verify, source]),
      ]);
      const notes = report.results.flatMap(({ note, elsewhere }) => [note?.en.replace(/"[^"]*"/g, '') ?? '', ...elsewhere]);
      for (const words of [...ours, ...notes, report.summary.top.fix, report.summary.top.title.replace(/"[^"]*"/g, '')])
        assert.doesNotMatch(words, /ignore previous|delete every/i);
    });
  });
});

describe('the end', () => {
  it('comes by itself after two silent servers, in one connect timeout', async () => {
    await within({ kubelet: { listen: 'silent' }, apiserver: { listen: 'silent' } }, async (world) => {
      const { ms, code } = await run(world, ['--connect-timeout', '2s']);
      const idle = await run(world, ['--connect-timeout', 'x']);
      assert.equal(code, 1);
      // A whole idle run stands for start-up here; the share that is ours is the timeout and 15 %.
      assert.ok(ms - idle.ms < 2000 * 1.15 + 500, `${Math.round(ms)} ms of which ${Math.round(idle.ms)} ms start-up`);
    });
  });

  it('comes soon after hanging servers', async () => {
    await within({ kubelet: { listen: 'hang' }, apiserver: { listen: 'hang' } }, async (world) => {
      const { ms } = await run(world, ['--connect-timeout', '1s']);
      assert.ok(ms < 6000, `${Math.round(ms)} ms`);
    });
  });
});
