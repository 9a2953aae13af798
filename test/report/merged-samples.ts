/** Reports of many nodes, made of the samples of one, and what `merge` makes of them. */
import type { Report } from '../../src/model/report.js';
import { createMerger, type MergeChoices } from '../../src/report/merge/reports.js';
import { expired, healthy, suspected } from './samples.js';

export const CHOICES: MergeChoices = { tool: { program: 'kubelet-doctor', version: '0.1.0' }, failOn: 'degrades', skip: [], only: [] };

export interface Sender {
  node: string;
  address?: string;
  vantage?: string;
  startedAt?: string;
  durationMs?: number;
}

/** The sample as the node's own: its name and address in every word. */
export function on(sample: Report, { node, address = '10.0.0.7', vantage = 'pod network', ...rest }: Sender): Report {
  const text = JSON.stringify(sample).replaceAll('lab-n1', node).replaceAll('10.0.0.7', address);
  const report = JSON.parse(text) as Report;
  return { ...report, ...rest, where: { ...report.where, vantage } };
}

/** Merged, or an error of the test. */
export function mergeAll(given: readonly Report[], choices: Partial<MergeChoices> = {}, unread: readonly string[] = []): Report {
  const merger = createMerger();
  given.forEach((report, at) => void merger.add(`r${at}.json`, report));
  for (const file of unread) merger.unread(file, 'is cut off: Unexpected end of JSON input');
  const { report } = merger.finish({ ...CHOICES, ...choices });
  if (!report) throw new Error('nothing was merged');
  return report;
}

/** 48 of 61 nodes with an expired certificate, one silent, the others well; some files cut off. */
export function fleet(): Report {
  const reports = Array.from({ length: 61 }, (_, at) => {
    const place = { node: `node-${at + 1}`, address: `10.0.1.${at + 1}` };
    return on(at < 48 ? expired() : at === 48 ? suspected() : healthy(), place);
  });
  return mergeAll(
    reports,
    {},
    Array.from({ length: 7 }, (_, at) => `node-${at + 70}.json`),
  );
}

/** Three nodes, one of them seen from two networks, and a file that could not be read. */
export function merged(): Report {
  return mergeAll(
    [
      on(suspected(), { node: 'n1', address: '10.0.1.1' }),
      on(healthy(), { node: 'n1', address: '10.0.1.1', vantage: 'host network' }),
      on(expired(), { node: 'n2', address: '10.0.1.2' }),
      on(healthy(), { node: 'n3', address: '10.0.1.3' }),
    ],
    {},
    ['n4.json'],
  );
}
