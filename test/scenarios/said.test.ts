/** Logs at hand, over real sockets: what they say is evidence where it is found, a finding where nothing else decides, and nothing where all is well. */
import assert from 'node:assert/strict';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { flatten } from '../../src/judge/rank.js';
import type { Report } from '../../src/model/report.js';
import { type RunningWorld, startWorld } from '../../src/sim/start.js';
import { NODE_PROCESSES, processFiles } from '../../src/sim/state/processes.js';
import type { World } from '../../src/sim/world.js';
import { runIn } from './run.js';

const SECRET = 's3ntinel-0123456789abcdef';

async function reportOf(world: World, prepare?: (running: RunningWorld) => Promise<void>): Promise<{ report: Report; asked: number }> {
  const running = await startWorld(world);
  try {
    await prepare?.(running);
    const { stdout, stderr } = await runIn(running, ['--output', 'json']);
    assert.equal(stderr, '');
    assert.ok(!stdout.includes(SECRET));
    return { report: JSON.parse(stdout) as Report, asked: running.requests.length };
  } finally {
    await running.stop();
  }
}

const findingOf = ({ findings }: Report, cause: string) => flatten(findings).find((finding) => finding.cause === cause);
const heardIn = (report: Report, cause: string) => findingOf(report, cause)?.evidence.filter(({ need }) => need === 'self/said') ?? [];

const atNode = (world: World, log?: string): World => ({
  place: 'node',
  kubeconfig: 'none',
  ...world,
  agent: {
    files: {
      ...NODE_PROCESSES,
      ...processFiles(600, ['/usr/sbin/chronyd', '-F', '1']),
      ...(log !== undefined && { '/var/log/kubelet.log': log }),
    },
  },
});

/** As a kubelet of 1.31 logs it, every ten seconds. */
const LEASE = Array.from(
  { length: 5 },
  (_, at) =>
    `E1128 18:00:${at}0.123456    700 controller.go:145] "Failed to ensure lease exists, will retry" err="Get \\"https://10.96.0.1:443/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n1?timeout=10s\\": dial tcp 10.96.0.1:443: connect: connection refused" interval="7s"`,
).join('\n');

describe("in a node's shell", () => {
  it('the log of the kubelet is evidence of what is found, and costs no request', async () => {
    const [without, withLog] = await Promise.all([
      reportOf(atNode({ apiserver: { listen: 'closed' } })),
      reportOf(atNode({ apiserver: { listen: 'closed' } }, `${LEASE}\nI1128 18:01:00.1 700 x.go:1] "said" token="Bearer ${SECRET}"\n`)),
    ]);
    const [evidence] = heardIn(withLog.report, 'kubelet-cannot-reach-apiserver');
    assert.match(evidence?.saw.en ?? '', /^\/var\/log\/kubelet\.log: .*connection refused.*\(5 times, the last at /);
    assert.equal(withLog.asked, without.asked);
    assert.deepEqual(
      flatten(withLog.report.findings).map(({ cause }) => cause),
      flatten(without.report.findings).map(({ cause }) => cause),
    );
  });

  it('where all is well, a log of what was is nothing', async () => {
    const [without, withLog] = await Promise.all([reportOf(atNode({})), reportOf(atNode({}, LEASE))]);
    // Each world has an address of its own.
    const told = ({ findings, results, summary }: Report) =>
      JSON.stringify({ findings, results, summary }).replaceAll(/127\.\d+\.\d+\./g, '');
    assert.equal(told(withLog.report), told(without.report));
  });
});

/** A process in sight of an ephemeral container. Its files may be moved below its root: its token is gone. */
const beside: World = {
  argv: ['--agent-process', '800'],
  agent: {
    files: processFiles(800, ['/opt/datadog-agent/bin/agent/agent', 'run'], {
      cgroup: '/kubepods.slice/kubepods-pod6e1d9b7a_0000_4000_8000_000000000001.slice',
    }),
  },
};
const ACCOUNT = 'var/run/secrets/kubernetes.io/serviceaccount';
const FORBIDDEN = [1, 2, 3]
  .map(
    (at) =>
      `2026-11-28 18:0${at}:00 UTC | CORE | ERROR | (pkg/kubelet.go:1 in f) | unexpected status code 403 on https://10.0.0.7:10250/pods: Forbidden (user=system:serviceaccount:datadog:datadog-agent, verb=get, resource=nodes, subresource=proxy), Authorization: Bearer ${SECRET}`,
  )
  .join('\n');

async function asProcess({ host }: RunningWorld, log: string, at = '/var/log/datadog/agent.log'): Promise<void> {
  const { root = '', env } = host;
  const own = Object.entries({ ...env, ...(at !== '/var/log/datadog/agent.log' && { DD_LOG_FILE: at }) });
  await writeFile(join(root, 'proc/800/environ'), own.map(([name, value]) => `${name}=${value}\0`).join(''));
  const below = join(root, 'proc/800/root');
  await mkdir(dirname(join(below, at)), { recursive: true });
  await mkdir(dirname(join(below, ACCOUNT)), { recursive: true });
  await writeFile(join(below, at), log);
  await rename(join(root, ACCOUNT), join(below, ACCOUNT));
  for (const name of ['token', '..data']) await rm(join(below, ACCOUNT, name), { force: true, recursive: true });
  Object.assign(host, { env: Object.fromEntries(Object.entries(env ?? {}).filter(([name]) => !name.startsWith('DD_'))) });
}

describe('beside an agent whose token is not to be had', () => {
  for (const at of ['/var/log/datadog/agent.log', '/logs/own.log'])
    it(`its log ${at} tells what it was refused`, async () => {
      const { report } = await reportOf(beside, (running) => asProcess(running, FORBIDDEN, at));
      const finding = findingOf(report, 'kubelet-permission-missing');
      assert.ok(finding, JSON.stringify(report.findings.map(({ cause }) => cause)));
      assert.deepEqual([finding.certainty, finding.witnesses?.map(({ need }) => need)], ['proven', ['self/said']]);
      assert.match(finding.evidence[0]?.saw.en ?? '', /Forbidden \(user=system:serviceaccount:datadog:datadog-agent/);
    });

  it('a log that says nothing finds nothing', async () => {
    const { report } = await reportOf(beside, (running) =>
      asProcess(running, '2026-11-28 18:00:00 UTC | CORE | INFO | (a.go:1 in f) | ready\n'),
    );
    assert.equal(findingOf(report, 'kubelet-permission-missing'), undefined);
  });
});
