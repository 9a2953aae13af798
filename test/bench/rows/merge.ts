/** A merge of the reports of a whole cluster: each of its own node, address and name, all with the same fault. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Report } from '../../../src/model/report.js';
import type { Family } from '../family.js';
import { COMMAND, measure, ours } from '../measure.js';
import { inWorld } from '../world.js';

const REPORTS = 5000;

export const family: Family = async function* ({ scratch }) {
  const fleet = path.join(scratch, 'fleet');
  yield* inWorld({ place: 'workstation', kubelet: { certificate: 'expired' } }, async function* ({ argv, env }) {
    const args = [COMMAND, 'check', ...argv, '-o', 'json', '--exit-zero'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    const { summary } = await writeFleet(fleet, stdout);
    yield `${REPORTS} reports of ${(stdout.length / 1024).toFixed(0)} KB (${summary.top?.id})`;
  });
  const { ms, peakMiB } = await measure(ours(['merge', fleet, '--exit-zero'], { withPeak: true }));
  yield { measure: `merge of ${REPORTS} reports`, limit: 5, figure: ms / 1000, unit: 's' };
  yield { measure: `merge of ${REPORTS} reports: peak memory`, limit: 150, figure: peakMiB, unit: 'MiB' };
};

async function writeFleet(directory: string, text: string): Promise<Report> {
  const report = JSON.parse(text) as Report;
  const { where } = report;
  const address = where.kubelet.replace(/:\d+$/, '');
  await mkdir(directory);
  for (let at = 1; at <= REPORTS; at++) {
    const own = text
      .replaceAll(`"${where.node}"`, `"node-${at}"`)
      .replaceAll(`${where.node} `, `node-${at} `)
      .replaceAll(address, `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`);
    await writeFile(path.join(directory, `${at}.json`), own);
  }
  return report;
}
