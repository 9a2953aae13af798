/** The spec of `manifest troubleshoot` in the hands of the real support-bundle program, where it is on PATH: it collects, and its analyzers understand us. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import { runCommandLine } from '../../src/cli/command-line.js';
import { recordingIo } from '../scenarios/run.js';
import { type Cluster, startCluster } from './cluster.js';
import { NODE_IPS } from './net.js';

const exec = promisify(execFile);
const missing = spawnSync('support-bundle', ['version']).status === 0 ? false : 'no support-bundle on PATH';

interface Spec {
  spec: {
    hostCollectors: { run: { args: string[]; command: string } }[];
    collectors: { runPod?: { timeout: string }; runDaemonSet?: { timeout: string } }[];
  };
}

interface Outcome {
  name: string;
  insight: { primary: string; detail: string; severity: 'debug' | 'warn' | 'error' };
}

let cluster: Cluster;

async function printed(...words: string[]): Promise<string> {
  const { io, text } = recordingIo();
  assert.equal(await runCommandLine(['manifest', ...words], io), 0, text().stderr);
  return text().stdout;
}

describe('the real support-bundle', { skip: missing }, () => {
  before(async () => {
    cluster = await startCluster({ nodes: { n1: { ip: NODE_IPS.n1 } } });
    await cluster.applyYaml(await printed('access'));
  });
  after(() => cluster?.stop());

  /** Collects as printed, but for whom the host part asks as, and for pods that no fake runtime ever runs: they are not waited for. */
  async function collect(name: string): Promise<{ files: string[]; outcomes: Outcome[] }> {
    const scratch = path.join(cluster.dir, name);
    await mkdir(scratch);
    const command = path.join(scratch, 'kubelet-doctor');
    await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' '${path.resolve('bin/kubelet-doctor.js')}' "$@"\n`);
    await chmod(command, 0o755);
    const spec = parse(await printed('troubleshoot', '--image', 'kubelet-doctor:test')) as Spec;
    for (const { run } of spec.spec.hostCollectors) {
      run.command = command;
      run.args.push(`--kubeconfig=${cluster.adminKubeconfig}`, '--node=n1');
    }
    for (const { runPod, runDaemonSet } of spec.spec.collectors) for (const each of [runPod, runDaemonSet]) if (each) each.timeout = '8s';
    await writeFile(path.join(scratch, 'spec.yaml'), stringify(spec));
    const archive = path.join(scratch, 'bundle.tar.gz');
    await exec('support-bundle', ['--interactive=false', `--kubeconfig=${cluster.adminKubeconfig}`, `--output=${archive}`, 'spec.yaml'], {
      cwd: scratch,
      env: { PATH: process.env.PATH, HOME: scratch, KUBECONFIG: cluster.adminKubeconfig },
      maxBuffer: 64 << 20,
    });
    const { stdout: list } = await exec('tar', ['-tzf', archive]);
    const files = list.trim().split('\n');
    const analysis = files.find((file) => file.endsWith('/analysis.json')) ?? '';
    const { stdout } = await exec('tar', ['-xzOf', archive, analysis], { maxBuffer: 64 << 20 });
    return { files, outcomes: JSON.parse(stdout) as Outcome[] };
  }

  const ofHost = (outcomes: Outcome[]) => outcomes.find(({ insight }) => /From this host/.test(insight.primary));

  it('collects our report in every form, and passes', async () => {
    const { files, outcomes } = await collect('well');
    for (const file of ['run-host/kubelet-doctor.txt', 'report/report.json', 'report/report.html', 'report/junit.xml'])
      assert.ok(
        files.some((each) => each.endsWith(file)),
        `${file} in ${files.join(' ')}`,
      );
    const host = ofHost(outcomes);
    assert.deepEqual(
      [host?.insight.severity, host?.insight.detail],
      ['debug', 'the kubelet and the apiserver answer and accept the agent'],
    );
    assert.ok(
      files.some((file) => file.includes('kubelet-doctor-pod')),
      'the pod was made, and what became of it is there',
    );
  });

  it('fails with the cause and the fix', async () => {
    await cluster.restartKubelet('n1', { serving: 'self-signed' });
    const host = ofHost((await collect('broken')).outcomes);
    assert.equal(host?.insight.severity, 'error', JSON.stringify(host));
    assert.match(host?.insight.detail ?? '', /\(kubelet-certificate-self-signed\)\. Fix: /);
  });
});
