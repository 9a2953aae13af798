/** `kubelet-doctor merge` with reports as the real command wrote them in simulated worlds: three nodes, one from two networks, broken files among them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCommandLine } from '../../src/cli/command-line.js';
import { flatten } from '../../src/judge/rank.js';
import type { Report } from '../../src/model/report.js';
import type { World } from '../../src/sim/world.js';
import { diagnoseWorld, recordingIo } from '../scenarios/run.js';

const scratch = await mkdtemp(path.join(tmpdir(), 'kd-merge-'));
after(() => rm(scratch, { recursive: true }));

async function merge(...argv: string[]) {
  return offline('merge', ...argv);
}

async function offline(...argv: string[]) {
  const { io, text } = recordingIo();
  const code = await runCommandLine(argv, io, { cwd: scratch });
  return { code, ...text() };
}

async function merged(...argv: string[]): Promise<Report> {
  const { stdout } = await merge(...argv, '-o', 'json');
  return JSON.parse(stdout) as Report;
}

/** What a real run in the world reports, as that of another node: every simulated world has the same one. */
async function observe(file: string, node: string, world: World): Promise<void> {
  const { report } = await diagnoseWorld(world);
  const text = JSON.stringify(report).replaceAll(/(?<![\w.-])n1(?![\w-])/g, node);
  await writeFile(path.join(scratch, 'reports', file), text);
}

before(async () => {
  await mkdir(path.join(scratch, 'reports'));
  await observe('a.json', 'a', {});
  await observe('b.json', 'b', { kubelet: { certificate: 'expired' } });
  await observe('c.json', 'c', { kubelet: { certificate: 'expired' } });
  const whole = await readFile(path.join(scratch, 'reports', 'b.json'), 'utf8');
  await writeFile(path.join(scratch, 'reports', 'cut.json'), whole.slice(0, 9000));
});

describe('merge', () => {
  it('says where the trouble is, what fixes it, and what it was made of', async () => {
    const { code, stdout, stderr } = await merge('reports');
    const [cause = '', fix = '', where = ''] = stdout.split('\n');
    assert.equal(code, 1);
    assert.match(cause, /^2 of 3 nodes: /);
    assert.match(fix, /^Fix \(node\): /);
    assert.match(where, /^Merged from 3 of 4 reports of 3 nodes/);
    assert.match(stderr, /^kubelet-doctor: reports\/cut\.json: [^\n]+$/);
    assert.match(stdout, /Not read, and not in this report: 1 file\n- reports\/cut\.json: /);
    assert.match(stdout, /\nb and c +\S*X/);
  });

  it('names files that could not be read in every format', async () => {
    for (const output of ['text', 'json', 'markdown', 'html', 'junit']) {
      const { stdout } = await merge('reports', '-o', output);
      assert.match(stdout, /reports\/cut\.json/, output);
    }
  });

  it('JUnit has a suite for each node, and SARIF is refused: nodes stand in no file', async () => {
    const junit = (await merge('reports', '-o', 'junit')).stdout;
    assert.deepEqual(
      [...junit.matchAll(/<testsuite name="kubelet-doctor ([^"]+)"[^>]* failures="(\d+)"/g)].map(([, name, failures]) => [
        name,
        failures !== '0',
      ]),
      [
        ['b', true],
        ['c', true],
        ['a', false],
        ['files not read', false],
      ],
    );
    const sarif = await merge('reports', '-o', 'sarif');
    assert.deepEqual([sarif.code, sarif.stdout], [2, '']);
    assert.match(sarif.stderr, /-o sarif is for .* --manifest FILE/);
  });

  it('two networks of one node prove the path of the pod', async () => {
    await mkdir(path.join(scratch, 'sides'));
    const { report: pod } = await diagnoseWorld({ kubelet: { listen: 'silent' } });
    const { report: host } = await diagnoseWorld({});
    // Worlds of a simulation have addresses of their own; these are two sides of one.
    const side = (report: Report, vantage: string) => ({
      ...report,
      where: { ...report.where, node: 'n1', vantage, kubelet: '10.0.0.7:10250' },
    });
    await writeFile(path.join(scratch, 'sides', 'pod.json'), JSON.stringify(side(pod, 'pod network')));
    await writeFile(path.join(scratch, 'sides', 'host.json'), JSON.stringify(side(host, 'host network')));
    const { code, stdout } = await merge('sides');
    assert.equal(code, 1);
    const [cause = '', , where = ''] = stdout.split('\n');
    assert.match(cause, /The agent.s pod on n1 cannot reach kubelet 10\.0\.0\.7:10250/);
    assert.match(where, /^Merged from 2 reports of n1 \(host network, pod network\)/);
    assert.match(stdout, /Seen: n1, host network: kubelet 10\.0\.0\.7:10250 answers/);
    assert.doesNotMatch(stdout, /of 1 node/);
    const { stdout: explained } = await offline('explain', 'pod-network-path-blocked');
    assert.match(explained, /NetworkPolicy/);
  });

  it('is of no use without a file, and takes no option it does not know', async () => {
    assert.match((await merge()).stderr, /^kubelet-doctor: merge needs FILE\.\.\.: [^\n]+$/);
    assert.deepEqual([(await merge()).code, (await merge('reports', '--fial-on', 'risk')).code], [2, 2]);
    assert.match((await merge('--help')).stdout, /merge FILE/);
  });

  it('nothing that could be read: one line a file, no report, exit code 2', async () => {
    const { code, stdout, stderr } = await merge('reports/cut.json', 'nowhere.json');
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(
      stderr,
      /^kubelet-doctor: reports\/cut\.json: [^\n]+\nkubelet-doctor: nowhere\.json: no such file\nkubelet-doctor: none of the files is a readable report/,
    );
  });

  it('--fail-on, --skip, --only and --exit-zero as in a check', async () => {
    assert.equal((await merge('reports', '--fail-on', 'blocks')).code, 1);
    assert.equal((await merge('reports', '--exit-zero')).code, 0);
    assert.equal((await merge('reports/a.json')).code, 0);
    assert.deepEqual(
      flatten((await merged('reports', '--only', 'kubelet-certificate-expired')).findings).map(({ cause }) => cause),
      ['kubelet-certificate-expired'],
    );
    assert.ok(
      !flatten((await merged('reports', '--skip', 'kubelet-certificate-expired')).findings).some(({ cause }) => cause.endsWith('-expired')),
    );
    const { code, stderr } = await merge('reports', '--only', 'kubelet-certificate-expried');
    assert.deepEqual([code, /did you mean kubelet-certificate-expired/.test(stderr)], [2, true]);
  });

  it('the order of files makes no difference', async () => {
    const files = ['reports/a.json', 'reports/b.json', 'reports/c.json'];
    assert.deepEqual(await merged(...files), await merged(...files.reverse()));
  });

  it('what it printed as JSON is rendered and compared like any report', async () => {
    const { stdout } = await merge('reports', '-o', 'json');
    await writeFile(path.join(scratch, 'merged.json'), stdout);
    const direct = await merge('reports');
    assert.equal((await offline('render', 'merged.json')).stdout, direct.stdout);
    await writeFile(path.join(scratch, 'well.json'), JSON.stringify(await merged('reports/a.json')));
    const { stdout: diff } = await offline('diff', 'well.json', 'merged.json');
    assert.match(diff, /kubelet-certificate-expired/);
    assert.match((await merge('merged.json')).stderr, /merged\.json: is merged already/);
  });

  it('--save keeps everything but facts, which a merged report has none of', async () => {
    const { code, stdout } = await merge('reports', '--save', 'all.tgz');
    assert.equal(code, 1);
    assert.equal((await offline('render', 'all.tgz')).stdout, stdout);
    const { code: judged, stderr } = await offline('judge', 'all.tgz');
    assert.equal(judged, 2);
    assert.match(stderr, /^kubelet-doctor: all\.tgz: is a merged report, which has no facts; [^\n]+$/);
  });

  it('--save --force over a bundle of one node leaves none of its facts', async () => {
    const at = path.join(scratch, 'there');
    await mkdir(at);
    await writeFile(path.join(at, 'facts.json'), '{"factsVersion":"1.0"}');
    assert.equal((await merge('reports', '--save', 'there', '--force')).code, 1);
    const files = await readdir(at);
    assert.deepEqual(files.sort(), ['index.json', 'junit.xml', 'report.html', 'report.json', 'report.md', 'report.txt']);
    const index = JSON.parse(await readFile(path.join(at, 'index.json'), 'utf8')) as { files: { file: string }[]; factsVersion?: string };
    assert.ok(!index.files.some(({ file }) => file === 'facts.json'));
    assert.equal(index.factsVersion, undefined);
    assert.equal((await merge('there')).code, 2, 'a bundle of a merged report is merged already');
  });

  it('reads bundles of --save like reports', async () => {
    const text = await readFile(path.join(scratch, 'reports', 'b.json'), 'utf8');
    await mkdir(path.join(scratch, 'bundle'));
    await writeFile(path.join(scratch, 'bundle', 'index.json'), '{}');
    await writeFile(path.join(scratch, 'bundle', 'report.json'), text);
    assert.deepEqual(
      (await merged('bundle')).merged?.grid.map(({ node }) => node),
      ['b'],
    );
  });

  it('- reads reports from standard input, one a line', async () => {
    const lines = await Promise.all(['a', 'b'].map((name) => readFile(path.join(scratch, 'reports', `${name}.json`), 'utf8')));
    const start =
      'import { main, processIo } from "./src/main.ts"; process.exitCode = await main(process.argv.slice(1), { io: processIo() });';
    for (const word of ['-', '/dev/stdin']) {
      const args = ['--import', 'tsx', '--input-type=module', '-e', start, 'merge', word, '-o', 'json'];
      const { stdout, stderr, status } = spawnSync(process.execPath, args, { input: `${lines.join('\n')}\n{"cut`, encoding: 'utf8' });
      assert.equal(status, 1, stderr);
      const report = JSON.parse(stdout) as Report;
      assert.deepEqual([report.merged?.read, report.merged?.unread.map(({ file }) => file)], [2, ['-:3']]);
      assert.match(stderr, /^kubelet-doctor: -:3: [^\n]+\n$/);
    }
  });
});
