/** What `judge FILE --collect` prints, run by a shell with the real kubectl against a real apiserver: the lists are whole, and nothing is left to list. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { runCommandLine } from '../../src/cli/command-line.js';
import type { Report } from '../../src/model/report.js';
import { recordingIo } from '../scenarios/run.js';
import { type Cluster, startCluster } from './cluster.js';
import { NODE_IPS } from './net.js';

const exec = promisify(execFile);
const missing = spawnSync('kubectl', ['version', '--client']).status === 0 ? false : 'no kubectl on PATH';

async function printed(...words: string[]): Promise<string> {
  const { io, text } = recordingIo();
  await runCommandLine(words, io);
  return text().stdout;
}

describe('what --collect prints', { skip: missing }, () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await startCluster({ nodes: { n1: { ip: NODE_IPS.n1 } } });
  });
  after(() => cluster?.stop());

  it('fills what the bundle lacks', async () => {
    const scratch = path.join(cluster.dir, 'collected-by-hand');
    await mkdir(scratch);
    const log = path.join(scratch, 'agent.json');
    await writeFile(log, JSON.stringify({ kind: 'Pod', apiVersion: 'v1', metadata: { name: 'x', namespace: 'y' }, spec: {} }));
    const commands = await printed('judge', log, '--collect');
    const lists = commands.split('\n').filter((line) => /^(?:mkdir|kubectl get|cp) /.test(line));
    assert.equal(lists.length, 14, commands);
    await exec('sh', ['-ec', lists.join('\n')], {
      cwd: scratch,
      env: { PATH: process.env.PATH, HOME: scratch, KUBECONFIG: cluster.adminKubeconfig },
    });
    const folder = path.join(scratch, 'collected');
    const { where, results } = JSON.parse(await printed('judge', folder, '-o', 'json')) as Report;
    assert.equal(where.bundle?.nodes, 1);
    assert.equal(results.find(({ question }) => question === 'agent-daemonset')?.outcome, 'problem', 'that there is none is certain');
    assert.doesNotMatch(await printed('judge', folder, '--collect'), /kubectl get/);
  });
});
