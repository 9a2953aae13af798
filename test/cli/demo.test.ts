/** The demo leaves nothing behind, however it ends. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
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

  it('killed by SIGKILL, leaves a directory that the next demo takes away, and nothing else', async () => {
    const demo = (scenario: string) =>
      spawn(process.execPath, ['--import', 'tsx', CHILD, '{}', 'demo', '--exit-zero', '--scenario', scenario], {
        stdio: 'ignore',
        env: { ...process.env, TMPDIR: scratch },
      });
    const killed = demo('kubelet-silent');
    const gone = once(killed, 'close');
    while (left().length === 0 && killed.exitCode === null) await sleep(20);
    killed.kill('SIGKILL');
    await gone;
    const [dead = ''] = left();
    assert.ok(dead.startsWith(`kubelet-doctor-sim-${killed.pid}-`), dead);
    const named = (pid: number | undefined, end: string) => `kubelet-doctor-sim-${pid}-${end}`;
    const make = (name: string, old: boolean) => {
      mkdirSync(path.join(scratch, name));
      writeFileSync(path.join(scratch, name, 'kept'), '');
      if (old) utimesSync(path.join(scratch, name), 0, 0);
      return name;
    };
    const kept = [
      make(named(process.pid, 'living'), true),
      make(named(killed.pid, 'a-name'), true),
      make('kubelet-doctor-sim-other', true),
      make(named(killed.pid, 'younga'), false),
    ];
    const linked = make('elsewhere', true);
    symlinkSync(path.join(scratch, linked), path.join(scratch, named(killed.pid, 'linked')));
    writeFileSync(path.join(scratch, named(killed.pid, 'a_file')), '');
    kept.push(named(killed.pid, 'linked'), named(killed.pid, 'a_file'));
    if (process.getuid?.() === 0) {
      kept.push(make(named(killed.pid, 'others'), true));
      chownSync(path.join(scratch, named(killed.pid, 'others')), 65534, 65534);
    }
    utimesSync(path.join(scratch, dead), 0, 0);
    await once(demo('rights-missing'), 'close');
    assert.deepEqual(left().sort(), [...kept].sort());
    assert.deepEqual(readdirSync(path.join(scratch, linked)), ['kept']);

    chmodSync(scratch, 0o777);
    utimesSync(path.join(scratch, named(killed.pid, 'younga')), 0, 0);
    await once(demo('rights-missing'), 'close');
    assert.deepEqual(left().sort(), [...kept].sort(), 'where others may rename what is ours');
    for (const name of left()) rmSync(path.join(scratch, name), { recursive: true });
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
