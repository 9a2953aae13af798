/** Packets that are lost between us and a DNS server that answers: one proves nothing, and of many no more is said than was seen. */
import assert from 'node:assert/strict';
import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { Report } from '../../src/model/report.js';
import { type RunningWorld, startWorld } from '../../src/sim/start.js';
import { runIn } from './run.js';

/** Between the command and the world's nameserver: drops the first `lost` questions, and forwards what comes after. */
async function dropping(world: RunningWorld, lost: number): Promise<{ world: RunningWorld; dropped(): number; stop(): void }> {
  const [, address = ''] = /^nameserver (\S+)/m.exec(await readFile(path.join(world.host.root, 'etc/resolv.conf'), 'utf8')) ?? [];
  const [inside, outside] = [createSocket('udp4'), createSocket('udp4')];
  const askers = new Map<number, RemoteInfo>();
  let seen = 0;
  inside.on('message', (packet, from) => {
    seen += 1;
    if (seen <= lost) return;
    askers.set(packet.readUInt16BE(0), from);
    outside.send(packet, world.host.dnsPort, address);
  });
  outside.on('message', (packet) => {
    const asker = askers.get(packet.readUInt16BE(0));
    if (asker) inside.send(packet, asker.port, asker.address);
  });
  inside.bind(0, address);
  outside.bind(0, address);
  await Promise.all([once(inside, 'listening'), once(outside, 'listening')]);
  const stop = () => {
    inside.close();
    outside.close();
  };
  return { world: { ...world, host: { ...world.host, dnsPort: inside.address().port } }, dropped: () => Math.min(seen, lost), stop };
}

describe('lost packets', { concurrency: true }, () => {
  const rows: [lost: number, certainty: 'proven' | 'suspected' | undefined, says: RegExp][] = [
    [1, undefined, /^/],
    [2, undefined, /^/],
    [3, 'suspected', /3 of 4 questions unanswered/],
    [1000, 'proven', /4 of 4 questions unanswered/],
  ];
  for (const [lost, certainty, says] of rows)
    it(`${lost} lost: ${certainty ?? 'healthy'}`, async () => {
      const running = await startWorld({});
      const between = await dropping(running, lost);
      try {
        const { stdout, code } = await runIn(between.world, ['--output', 'json']);
        const { findings } = JSON.parse(stdout) as Report;
        assert.deepEqual(
          findings.map(({ cause, certainty }) => [cause, certainty]),
          certainty ? [['cluster-dns-fails', certainty]] : [],
        );
        assert.match(JSON.stringify(findings), says);
        assert.equal(code, certainty ? 1 : 0);
        assert.ok(between.dropped() >= Math.min(lost, 4));
      } finally {
        between.stop();
        await running.stop();
      }
    });
});
