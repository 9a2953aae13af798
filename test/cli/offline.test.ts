/** `render`, `judge` and `diff` open no socket, resolve no name, run nothing and write nothing: proven by taking all of that away. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { FACTS_VERSION } from '../../src/model/facts-file.js';
import { jsonText } from '../../src/render/json.js';
import { expired } from '../report/samples.js';
import { bundleInto } from '../support/bundled.js';

const scratch = await mkdtemp(path.join(tmpdir(), 'kd-offline-'));
after(() => rm(scratch, { recursive: true }));
bundleInto(path.join(scratch, 'dist'), 'src/main.ts');
const starter = path.join(scratch, 'start.mjs');
await writeFile(
  starter,
  "import { main, processIo } from './dist/main.mjs';\nprocess.exitCode = await main(process.argv.slice(2), { io: processIo() });\n",
);
const report = path.join(scratch, 'report.json');
await writeFile(report, jsonText(expired(), { pretty: true }));
const facts = path.join(scratch, 'facts.json');
const { tool, startedAt, durationMs, settings, evidence } = expired();
const choices = { failOn: 'degrades', skip: [], only: [] };
await writeFile(facts, JSON.stringify({ factsVersion: FACTS_VERSION, tool, startedAt, durationMs, ...choices, settings, facts: evidence }));

function run(...argv: string[]) {
  const env = { ...process.env, HTTPS_PROXY: 'http://127.0.0.1:1', KUBERNETES_SERVICE_HOST: '127.0.0.1', TS_OUTPUT_DIR: scratch };
  const ended = spawnSync(process.execPath, ['--import', path.resolve('test/support/no-io.mjs'), starter, ...argv], {
    encoding: 'utf8',
    env,
  });
  return { code: ended.status, stdout: ended.stdout, stderr: ended.stderr };
}

describe('offline', () => {
  it('the barrier is one: check does not pass it', () => {
    const { code, stderr } = run('check', '--kubelet-host', '127.0.0.1', '--timeout', '2s');
    assert.deepEqual([code, /FORBIDDEN/.test(stderr)], [99, true], stderr);
  });

  for (const [service, kubeconfigNamed] of [
    [['|KUBERNETES_SERVICE_HOST=127.0.0.1', '|KUBERNETES_SERVICE_PORT=1'], ['|DD_KUBERNETES_KUBECONFIG_PATH=/k']],
    [['|KUBERNETES_SERVICE_HOST=127.0.0.1', '|KUBERNETES_SERVICE_PORT=1'], []],
    [[], []],
  ] as const)
    it(`read of what a script printed asks no server that is named in it, and runs nothing (${service.length + kubeconfigNamed.length} variables)`, async () => {
      const plugin = 'apiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts: [{name: c, context: {cluster: c, user: u}}]\n';
      const more = `clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]\nusers: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: touch, args: [${scratch}/ran]}}}]`;
      const kubeconfig = (plugin + more).split('\n').map((line) => `|${line}`);
      const lines = [
        ...['@@ kubelet-doctor-answers 1', '@@ began 1795876088', '@@ host', '|node-debugger-n1-abcde', '@@ env', '|KUBECONFIG=/k'],
        ...[...service, ...kubeconfigNamed, '|DD_KUBERNETES_KUBELET_HOST=127.0.0.1'],
        ...['|DD_CLUSTER_AGENT_ENABLED=true', '|DD_CLUSTER_AGENT_URL=https://127.0.0.1:5005'],
        ...[
          '@@ file ok /k',
          ...kubeconfig,
          '@@ file ok /root/.kube/config',
          ...kubeconfig,
          '@@ folder /host',
          '|etc',
          '|proc',
          '|usr',
          '|var',
        ],
        ...['@@ folder /root/.kube', '|config', '@@ token ENOENT /t', '@@ dns kubernetes.default.svc 0', '|127.0.0.1 STREAM x', '|@exit 0'],
        ...['@@ file ok /proc/1/cgroup', '|0::/kubepods/x'],
        ...['@@ http 127.0.0.1:10250 anonymous GET 1795876088 /pods', '|* Connected to 127.0.0.1 (127.0.0.1) port 10250 (#0)', '|@exit 0'],
        ...['|HTTP/1.1 401 Unauthorized', '|', '|Unauthorized', '@@ end'],
      ];
      const answers = path.join(scratch, 'answers.txt');
      await writeFile(answers, `${lines.join('\n')}\n`);
      const before = await readdir(scratch);
      const { code, stderr, stdout } = run('read', answers);
      assert.doesNotMatch(stderr, /FORBIDDEN/);
      assert.notEqual(code, 99, stderr);
      assert.ok(stdout.length > 100, stdout);
      assert.deepEqual(await readdir(scratch), before);
    });

  for (const output of ['text', 'json', 'markdown', 'html', 'junit']) {
    it(`render -o ${output}`, async () => {
      const before = await readdir(scratch);
      const { code, stdout, stderr } = run('render', report, '-o', output);
      assert.deepEqual([code, stderr, stdout.length > 500], [0, '', true]);
      assert.deepEqual(await readdir(scratch), before);
    });
  }

  it('judge', () => {
    const { code, stdout, stderr } = run('judge', facts, '-o', 'json');
    assert.equal(stderr, '');
    const judged = JSON.parse(stdout);
    assert.equal(code, judged.summary.exitCode);
    assert.equal(judged.startedAt, startedAt);
  });

  it('render -o sarif: a report of servers stands in no file', () => {
    const { code, stdout, stderr } = run('render', report, '-o', 'sarif');
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^kubelet-doctor: -o sarif is for .* --manifest FILE.*\n$/);
  });

  it('settings of a file', async () => {
    const values = path.join(scratch, 'values.yaml');
    await writeFile(values, 'datadog: { kubelet: { tlsVerify: true } }\n');
    const { code, stdout, stderr } = run('settings', '--manifest', values);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /DD_KUBELET_TLS_VERIFY +│ true/);
  });

  it('diff', () => {
    const { code, stdout, stderr } = run('diff', report, report);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^No change: the same findings/);
  });
});
