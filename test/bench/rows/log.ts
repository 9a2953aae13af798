/** A log of an agent, of any length: read by us, in two lengths, beside `grep -E` of the fragments that grep understands. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { FRAGMENTS } from '../../../src/texts/index.js';
import type { Family } from '../family.js';
import { measure, ours } from '../measure.js';

const MIB = 1024 * 1024;
const MOST_MIB = 150;
const LENGTH = Number(process.env.BENCH_LOG_MIB ?? 128);
/** Twice as long may take this much longer: a machine is never quite at rest. */
const MOST_GROWTH = 1.5;

export const family: Family = async function* ({ scratch }) {
  const [half, whole] = ['half.log', 'whole.log'].map((name) => path.join(scratch, name)) as [string, string];
  await writeLog(half, (LENGTH / 2) * MIB);
  await writeLog(whole, LENGTH * MIB);
  const read = (file: string) => measure(ours(['read', file, '--exit-zero'], { withPeak: true }));
  const [first, second] = [await read(half), await read(whole)];
  const growth = second.ms / first.ms / 2;
  yield { measure: `read of a log: ${LENGTH} MiB beside half of it, time a byte`, limit: MOST_GROWTH, figure: growth, unit: '×' };
  yield {
    measure: `read of a log of ${LENGTH} MiB: peak memory`,
    limit: MOST_MIB,
    figure: second.peakMiB,
    unit: 'MiB',
    of: `${((LENGTH / second.ms) * 1000).toFixed(0)} MiB/s`,
  };
  const patterns = path.join(scratch, 'patterns');
  await writeFile(patterns, grepped().join('\n'));
  // Bytes, not UTF-8: as it is, grep takes many seconds to put so many patterns together.
  const grep = await measure({
    file: 'grep',
    args: ['-c', '-i', '-E', '-f', patterns, whole],
    exitCodes: [0, 1],
    env: { ...process.env, LC_ALL: 'C' },
  });
  yield `grep -i -E of ${grepped().length} of ${FRAGMENTS.length} fragments, over the same: ${((LENGTH / grep.ms) * 1000).toFixed(0)} MiB/s`;
};

/** Those without what only JavaScript has. */
function grepped(): string[] {
  return FRAGMENTS.map(({ text }) => text.source.replaceAll('\\d', '[0-9]').replaceAll('(?:', '(').replaceAll('\\/', '/')).filter(
    (source) => !source.includes('(?') && !source.includes('\\n'),
  );
}

/** One line in fifty is an error: an agent whose kubelet refuses it says so every few seconds. */
async function writeLog(file: string, bytes: number): Promise<void> {
  const stream = createWriteStream(file);
  for (let [at, written] = [0, 0]; written < bytes; ) {
    const lines: string[] = [];
    for (let of = 0; of < 5000; of += 1, at += 1) lines.push(lineAt(at));
    const block = `${lines.join('\n')}\n`;
    written += block.length;
    if (!stream.write(block)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
}

function lineAt(at: number): string {
  const two = (n: number) => String(n % 60).padStart(2, '0');
  const time = `2026-11-28 10:${two(Math.floor(at / 60))}:${two(at)} UTC | CORE`;
  if (at % 50 === 0)
    return `${time} | WARN | (pkg/util/kubernetes/kubelet/kubelet_client.go:221 in checkKubeletConnection) | Error: Get "https://192.0.2.5:10250/pods": dial tcp 192.0.2.5:10250: connect: connection refused`;
  return at % 2 === 0
    ? `${time} | INFO | (pkg/collector/runner/runner.go:254 in work) | check:disk | Running check number ${at}, last execution took ${at % 37} ms without any warning`
    : `${time} | DEBUG | (pkg/logs/tailers/file/tailer.go:411 in run) | Tailer for file ${at % 91}.log read ${at} bytes in ${at % 7} pieces`;
}
