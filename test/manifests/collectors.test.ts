/** What other collectors are given: shapes that parse, an analysis that tells the verdicts apart, one line of 80 bytes, a result with `done`. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { runCommandLine } from '../../src/cli/command-line.js';
import { renderJson } from '../../src/render/json.js';
import { renderLine } from '../../src/render/line.js';
import { startWorld } from '../../src/sim/start.js';
import { hostile, SAMPLES } from '../report/samples.js';
import { recordingIo, runIn } from '../scenarios/run.js';

async function printed(...words: string[]): Promise<string> {
  const { io, text } = recordingIo();
  assert.equal(await runCommandLine(['manifest', ...words], io), 0, text().stderr);
  return text().stdout;
}

interface TextAnalyze {
  textAnalyze: { regexGroups: string; outcomes: Record<string, { when?: string; message: string }>[] };
}

describe('manifest troubleshoot', () => {
  it('has a host command, a pod and a DaemonSet, each with an analyzer that names the verdict', async () => {
    const { spec } = parse(await printed('troubleshoot', '--image', 'r/kd:1')) as {
      spec: { hostCollectors: object[]; collectors: object[]; hostAnalyzers: TextAnalyze[]; analyzers: TextAnalyze[] };
    };
    assert.deepEqual([...spec.hostCollectors, ...spec.collectors].flatMap(Object.keys), ['run', 'runPod', 'runDaemonSet']);
    for (const { textAnalyze } of [...spec.hostAnalyzers, ...spec.analyzers])
      for (const [name, build] of Object.entries({ ...SAMPLES, hostile })) {
        const report = build();
        // Go spells a named group (?P<…>); the rest of the pattern means the same to both.
        const groups = new RegExp(textAnalyze.regexGroups.replaceAll('(?P<', '(?<')).exec(renderJson(report, { pretty: false }))?.groups;
        assert.equal(groups?.Verdict, report.summary.verdict, name);
        assert.equal(JSON.parse(`"${groups?.Title}"`), report.summary.top.title, name);
        const outcome = textAnalyze.outcomes.find((each) =>
          Object.values(each).some(({ when }) => when === `Verdict = ${groups?.Verdict}`),
        );
        const kind = { pass: 'pass', fail: 'fail', warn: 'warn', incomplete: 'warn' }[report.summary.verdict];
        assert.deepEqual(Object.keys(outcome ?? {}), [kind], name);
      }
  });
});

describe('manifest for others', () => {
  it('prints a plugin of Sonobuoy, a configuration of node-problem-detector and an image for must-gather', async () => {
    const plugin = parse(await printed('sonobuoy', '--image', 'r/kd:1'));
    assert.deepEqual([plugin['sonobuoy-config'].driver, plugin['sonobuoy-config']['result-format']], ['DaemonSet', 'junit']);
    assert.ok(plugin.podSpec.initContainers[0].env.some((each: { name: string }) => each.name === 'SONOBUOY_RESULTS_DIR'));
    assert.equal(JSON.parse(await printed('npd')).pluginConfig.max_output_length, 80);
    assert.match(await printed('must-gather', '--image', 'r/kd:1'), /^FROM r\/kd:1 AS kubelet-doctor$/m);
    assert.match(await printed('access'), /kind: ClusterRoleBinding/);
  });
});

describe('--output line', () => {
  for (const [name, build] of Object.entries({ ...SAMPLES, hostile }))
    it(`is at most 80 printable bytes: ${name}`, () => assert.match(renderLine(build()), /^[\x20-\x7e]{2,80}$/));
});

describe('SONOBUOY_RESULTS_DIR', () => {
  it('gets an archive, and `done` that names it', async () => {
    const scratch = await mkdtemp(path.join(tmpdir(), 'kd-sonobuoy-'));
    const world = await startWorld({});
    try {
      const host = { ...world.host, env: { ...world.host.env, SONOBUOY_RESULTS_DIR: scratch } };
      const ran = await runIn({ ...world, host }, ['--output', 'line']);
      assert.deepEqual([ran.code, ran.stderr], [0, '']);
      const archive = await readFile(path.join(scratch, 'done'), 'utf8');
      assert.equal(archive, path.join(scratch, 'kubelet-doctor.tar.gz'));
      assert.equal((await stat(archive)).mode & 0o777, 0o600);
    } finally {
      await world.stop();
      await rm(scratch, { recursive: true });
    }
  });
});
