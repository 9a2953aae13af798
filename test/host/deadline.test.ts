/** A deadline never blames a server for time that this process did not have. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { describe, it } from 'node:test';
import { deadline, measureLateness, TOO_LATE } from '../../src/host/deadline.js';

/** This process has no time for anything else. */
function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

const ended = (ms: number) => {
  const began = performance.now();
  return new Promise<{ code: string; ms: number }>((resolve) => {
    deadline(ms, (code) => resolve({ code, ms: performance.now() - began }));
  });
};

describe('deadline', () => {
  it('ends after its time where nothing is late', async () => {
    const { code, ms } = await ended(200);
    assert.ok(ms >= 199, `${ms}`);
    assert.equal(code, 'ETIMEDOUT');
  });

  it('waits longer by the time that was lost', async () => {
    const end = ended(200);
    block(250);
    const { code, ms } = await end;
    assert.ok(ms >= 420, `${ms}`);
    assert.equal(code, 'ETIMEDOUT');
  });

  it('is given up where it is late all the time, and that proves nothing', async () => {
    const end = ended(100);
    const blocks = setInterval(() => block(60), 1);
    const { code, ms } = await end;
    clearInterval(blocks);
    assert.ok(ms >= 390, `${ms}`);
    assert.equal(code, TOO_LATE);
  });

  it('hears first what came in while it was late', async () => {
    const server = net.createServer((socket) => socket.end('here'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
    const first = new Promise<string>((resolve) => {
      socket.once('data', () => resolve('the answer'));
      deadline(50, resolve);
    });
    block(400);
    const heard = await first;
    socket.destroy();
    server.close();
    assert.equal(heard, 'the answer');
  });

  it('called off, it never ends', async () => {
    const off = deadline(20, () => assert.fail('it ended'));
    off();
    off();
    await new Promise((resolve) => setTimeout(resolve, 80));
  });
});

it('lateness is what was lost, not what was waited', async () => {
  const lateness = measureLateness();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const before = lateness.lateMs();
  block(200);
  assert.ok(lateness.lateMs() - before >= 180, `${lateness.lateMs()} after ${before}`);
  lateness.end();
  block(50);
  const after = lateness.lateMs();
  assert.equal(lateness.lateMs(), after);
});

/** Timers of ours from which nothing is said of anyone: each with how often it is there. */
const OTHER_TIMERS: Readonly<Record<string, number>> = {
  // After its end, for the last of its output.
  'credentials/exec-plugin.ts': 1,
  // Longer than any deadline: it is there to end c-ares.
  'connection/dns.ts': 1,
  // When the next address is tried beside the first.
  'connection/tcp.ts': 1,
  // What is left of an answer.
  'connection/wire.ts': 1,
};

it('no probe waits by a timer that does not know how late we are', () => {
  const probes = path.join(import.meta.dirname, '../../src/probes');
  const timers = readdirSync(probes, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const found = readFileSync(path.join(probes, file), 'utf8').match(/\bsetTimeout\(|\btimeout: |AbortSignal\.timeout/g) ?? [];
      return found.length > 0 ? [[file, found.length]] : [];
    });
  assert.deepEqual(Object.fromEntries(timers), OTHER_TIMERS);
});
