/** The demo leaves nothing behind, however it ends. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { main } from '../../src/main.js';
import { recordingIo } from '../support/io.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'kd-demo-'));
after(() => rmSync(scratch, { recursive: true }));
const CHILD = fileURLToPath(new URL('../support/child.ts', import.meta.url));
const left = () => readdirSync(scratch).filter((name) => name.startsWith('kubelet-doctor-sim-'));

describe('demo', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    it(`removes its files on ${signal}, and ends by it`, async () => {
      // A silent kubelet: the check is still waiting when the signal comes.
      const child = spawn(process.execPath, ['--import', 'tsx', CHILD, '{}', 'demo', '--scenario', 'kubelet-silent'], {
        stdio: 'ignore',
        env: { ...process.env, TMPDIR: scratch },
      });
      const ended = once(child, 'close') as Promise<[number | null, string | null]>;
      while (left().length === 0 && child.exitCode === null) await sleep(20);
      await sleep(300);
      child.kill(signal);
      assert.deepEqual((await ended)[1], signal);
      assert.deepEqual(left(), []);
    });

  it('leaves no listener, and npm run demo exits with 0 where a fault is shown', async () => {
    const before = process.listenerCount('SIGINT');
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    const words = (scripts.demo ?? '').split(' ').slice(2);
    assert.deepEqual(words, ['demo', '--exit-zero']);
    const { io, text } = recordingIo();
    assert.equal(await main(words, { io }), 0);
    assert.match(text().stdout, /^Fix /m);
    assert.equal(await main(['demo'], { io }), 1);
    assert.equal(await main(['demo', '--exit-zero', '--scenario', 'nonsense'], { io }), 2);
    assert.equal(process.listenerCount('SIGINT'), before);
  });
});
