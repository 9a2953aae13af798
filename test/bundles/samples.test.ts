/** Real bundles, and some made from real ones, where they are at hand (`bundles` in the folder that KD_SAMPLES names): each gives what its table says. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { judgeBundle } from '../../src/bundles/judged.js';
import { createHearing } from '../../src/bundles/said/hearing.js';
import { createHost } from '../../src/host/create.js';
import { flatten } from '../../src/judge/rank.js';

const SAMPLES = path.join(process.env.KD_SAMPLES ?? '', 'bundles');

/** What is on line three; causes that are found, and none beside them where `alone`; causes that are not. */
interface Row {
  format: string;
  nodes: number;
  found?: readonly string[];
  alone?: true;
  not?: readonly string[];
  openWith?: RegExp;
}

/** What a part of a cluster may not be said to lack. */
const MISSING = ['role-missing', 'binding-missing', 'daemonset-not-found', 'kubelet-permission-missing', 'permission-missing'];

const ROWS: Record<string, Row | RegExp> = {
  'troubleshoot/v0.123-k3s-1.31.tar.gz': { format: 'troubleshoot support bundle', nodes: 1, found: ['daemonset-not-found'], alone: true },
  'troubleshoot/old-layout-k3s-1.24.tar.gz': { format: 'troubleshoot support bundle', nodes: 1, not: MISSING },
  'troubleshoot/analysis-only.tar.gz': /^holds nothing/,
  'troubleshoot/kurl-3-nodes-notready.tar.gz': { format: 'troubleshoot support bundle', nodes: 3, not: MISSING },
  'sonobuoy/v0.16-kind-1.14.tar.gz': { format: 'Sonobuoy results', nodes: 1, found: ['daemonset-not-found'] },
  'must-gather/metal-4.9-trimmed.tar.gz': { format: 'must-gather', nodes: 6, not: MISSING },
  'must-gather/omc-empty-must-gather.tar.gz': /^holds nothing/,
  'must-gather/omc-empty-must-gather.tar.xz': /^holds nothing/,
  'must-gather/omc-empty-must-gather.zip': /^holds nothing/,
  'must-gather/MADE-kubelet-cert-not-trusted.tar.gz': {
    format: 'must-gather',
    nodes: 6,
    found: ['kubelet-certificate-unknown-authority'],
    not: MISSING,
  },
  'datadog-flare/MADE-healthy.zip': { format: 'Datadog Agent flare', nodes: 0, found: [], alone: true },
  'datadog-flare/MADE-kubelet-401.zip': { format: 'Datadog Agent flare', nodes: 0, found: ['kubelet-token-authentication-off'] },
  'datadog-flare/MADE-kubelet-403.zip': { format: 'Datadog Agent flare', nodes: 0, found: ['kubelet-permission-missing'] },
  'datadog-flare/MADE-kubelet-tls-info-level.zip': { format: 'Datadog Agent flare', nodes: 0, openWith: /set log_level to debug/ },
  'datadog-flare/MADE-cluster-agent-apiserver-forbidden.zip': {
    format: 'Datadog Cluster Agent flare',
    nodes: 0,
    found: ['leader-lock-forbidden', 'apiserver-connect-timeout'],
  },
  'cluster-info-dump/MADE-directory.tar.gz': {
    format: 'kubectl cluster-info dump',
    nodes: 1,
    found: ['kubelet-certificate-pending'],
    not: MISSING,
  },
  'cluster-info-dump/MADE-stdout.txt': { format: 'kubectl cluster-info dump', nodes: 1, not: MISSING },
  'eks-log-collector/MADE-eks_i-0123456789abcdef0_2026-01-05_1000-UTC_0.7.9.tar.gz': {
    format: 'EKS log collection',
    nodes: 1,
    found: ['node-not-ready', 'kubelet-cannot-reach-apiserver'],
    not: MISSING,
  },
  'rancher/MADE-rke2-worker.tar.gz': {
    format: "Rancher's log collection",
    nodes: 1,
    found: ['kubelet-cannot-reach-apiserver'],
    not: MISSING,
  },
};

describe('samples', { skip: !(process.env.KD_SAMPLES && existsSync(SAMPLES)) && 'KD_SAMPLES names no folder' }, () => {
  for (const [file, row] of Object.entries(ROWS))
    it(file, async () => {
      const host = createHost();
      const choices = { failOn: 'degrades' as const, skip: [], only: [] };
      const found = await judgeBundle(path.join(SAMPLES, file), {}, host, choices, [createHearing(host.redactor.clean)]);
      if (row instanceof RegExp) return assert.match('error' in found ? found.error : 'a report', row);
      assert.ok('report' in found, 'error' in found ? found.error : '');
      const { report } = found;
      assert.equal(report.where.bundle?.format, row.format);
      const causes = flatten(report.findings).map(({ cause }) => cause);
      for (const cause of row.found ?? []) assert.ok(causes.includes(cause), `${cause} in ${causes}`);
      for (const cause of row.not ?? []) assert.ok(!causes.includes(cause), `${cause} in ${causes}`);
      if (row.alone) assert.deepEqual(causes, row.found);
      if (row.openWith) assert.match(report.results.map(({ note }) => note?.en ?? '').join('\n'), row.openWith);
      assert.ok((report.where.bundle?.nodes ?? 0) >= row.nodes);
      return undefined;
    });
});
