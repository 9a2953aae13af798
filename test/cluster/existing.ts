/**
 * What any cluster can prove, without a fault switch: run by `KUBECONFIG=FILE npm run test:cluster -- --existing` against kind or whatever
 * stands behind it, and by existing.test.ts against our own. Read-only, as the tool itself.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Report } from '../../src/model/report.js';
import { reportSchema } from '../../src/report/contract/schema.js';

const COMMAND = path.resolve('bin/kubelet-doctor.js');
const KUBECTL = spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).status === 0;

function doctor(...args: string[]): { code: number; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], { encoding: 'utf8', timeout: 120_000 });
  return { code: status ?? -1, stdout, stderr };
}

const kubectl = (...args: string[]): string => execFileSync('kubectl', args, { encoding: 'utf8', timeout: 60_000 }).trim();

describe('an existing cluster', { skip: KUBECTL ? false : 'kubectl is not on PATH to name a node' }, () => {
  const node = KUBECTL ? kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}') : '';

  it('is diagnosed: the report is as promised, and nothing crashes', () => {
    const { code, stdout, stderr } = doctor('check', '--node', node, '--output', 'json');
    assert.ok([0, 1, 3].includes(code), `${code} ${stderr}`);
    const report = JSON.parse(stdout) as Report;
    const validate = new Ajv2020({ strict: false }).compile(reportSchema);
    assert.ok(validate(report), JSON.stringify(validate.errors));
    assert.deepEqual(
      report.results.filter((r) => r.outcome === 'crashed'),
      [],
    );
    assert.equal(report.where.node, node);
  });

  it('knows us as kubectl does, and allows us what kubectl says it does', () => {
    const { stderr } = doctor('check', '--node', node, '--debug');
    const facts = stderr.split('\n').filter((line) => line.startsWith('{'));
    const access = facts.map((line) => JSON.parse(line)).filter((fact) => fact.kind === 'access' && fact.outcome.status === 'observed');
    assert.ok(access.length >= 6, `${access.length} access answers`);
    for (const { outcome } of access) {
      const { verb, resource, subresource, name, allowed } = outcome.data;
      if (resource !== 'nodes') continue;
      // kubectl reads TYPE/NAME: nodes/metrics would be a node called metrics.
      const what = [verb, name ? `${resource}/${name}` : resource, `--subresource=${subresource}`];
      const said = spawnSync('kubectl', ['auth', 'can-i', ...what], { encoding: 'utf8' }).stdout.trim();
      assert.equal(said === 'yes', allowed, what.join(' '));
    }
  });
});
