/** `--pseudonyms`: no name of a rich world in any byte of any artefact, and nothing else of the report changed. */
import assert from 'node:assert/strict';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { runCommandLine } from '../../../src/cli/command-line.js';
import { flatten } from '../../../src/judge/rank.js';
import type { Report } from '../../../src/model/report.js';
import { extendPseudonyms, isSubstitute, pseudonymise, reversed } from '../../../src/report/pseudonyms/replace.js';
import { startWorld } from '../../../src/sim/start.js';
import type { World } from '../../../src/sim/world.js';
import { diagnoseWorld, recordingIo, runIn } from '../../scenarios/run.js';

const FORMATS = ['text', 'json', 'markdown', 'html', 'junit', 'line'];
const NAMES = { node: 'berlin-7', namespace: 'acme-watch', serviceAccount: 'acme-reader', pod: 'acme-reader-x7k2p' };
const RICH: World = {
  names: NAMES,
  otherNodes: { 'oslo-3': {} },
  agent: { rights: [], kubeletHost: 'name', env: { HTTP_PROXY: 'http://proxy.acme.corp:3128', NO_PROXY: '.acme.corp,10.77.3.9' } },
  kubelet: { certificate: 'wrong-name' },
};
const AT_HOME: World = { place: 'workstation', names: NAMES, apiserver: { certificate: 'wrong-name' } };
const SECRET = [
  'berlin-7',
  'oslo-3',
  'acme-watch',
  'acme-reader',
  'acme-reader-x7k2p',
  'acme.corp',
  '10.77.3.9',
  'berlin-7.sim',
  '/home/me/',
  'laptop',
];

const scratch = await mkdtemp(path.join(tmpdir(), 'kd-pseudonyms-'));
after(() => rm(scratch, { recursive: true }));

function expectNone(artefact: string, text: string): void {
  for (const name of SECRET) {
    const at = text.toLowerCase().indexOf(name);
    assert.ok(at < 0, `${artefact} holds ${name}: …${text.slice(Math.max(0, at - 80), at + 40)}`);
  }
}

const shape = ({ findings, results, summary, layers }: Report) => ({
  findings: flatten(findings).map(({ cause, severity, certainty, fixes, evidence }) => [
    cause,
    severity,
    certainty,
    fixes.length,
    evidence.length,
  ]),
  results: results.map(({ question, target, outcome, cause }) => [question, target, outcome, cause]),
  layers: layers.map(({ target, layer, state }) => [target, layer, state]),
  summary: [summary.exitCode, summary.verdict, summary.top.id, summary.counts],
});

async function offline(...argv: string[]) {
  const { io, text } = recordingIo();
  const code = await runCommandLine(argv, io, { cwd: scratch, env: {} });
  return { code, ...text() };
}

describe('pseudonyms of a report', () => {
  it('replace names and leave findings, order and exit code as they are; the map restores the original', async () => {
    for (const world of [RICH, AT_HOME]) {
      const { report } = await diagnoseWorld(world);
      const names = extendPseudonyms(new Map(), report);
      const replaced = pseudonymise(report, names);
      expectNone('report', JSON.stringify(replaced));
      assert.ok(JSON.stringify(replaced).includes('node-1'));
      assert.deepEqual(shape(replaced), shape(report));
      assert.deepEqual(pseudonymise(replaced, reversed(names)), report);
      assert.deepEqual([...extendPseudonyms(new Map(), report)], [...names]);
      for (const substitute of names.values()) assert.ok(!JSON.stringify(report).includes(substitute), substitute);
    }
  });

  it('know addresses, users, hosts, UUIDs and home directories anywhere, and leave well-known words', () => {
    const en =
      'system:node:berlin-7 at 10.1.2.3:10250 and [fd00::7]:6443 through https://api.acme.corp:6443/x?n%3Dberlin-7, /home/jane/.kube/config, pod 6e1d9b7a-1111-4222-8333-000000000001';
    const stays =
      '127.0.0.1 ::1 0.0.0.0 10250 default kube-system system:anonymous system:nodes https://kubernetes.io/docs node-role.kubernetes.io/control-plane 12:34:56 v1.36.1 /var/lib/kubelet/pki';
    const value = { en, stays, cause: 'berlin-7' };
    const names = extendPseudonyms(new Map(), value);
    assert.deepEqual(pseudonymise(value, names), {
      en: 'system:node:node-1 at 192.0.2.1:10250 and [2001:db8::1]:6443 through https://host-1.example:6443/x?n%3Dnode-1, /home/user-1/.kube/config, pod 00000000-0000-4000-8000-000000000001',
      stays,
      cause: 'berlin-7',
    });
  });

  it("of an agent's settings: its DaemonSet, what its values come from, and the cluster's name", async () => {
    const key = { configMapKeyRef: { name: 'acme-settings', key: 'host', optional: true } };
    const env = [
      { name: 'DD_KUBERNETES_KUBELET_HOST', valueFrom: key },
      { name: 'DD_CLUSTER_NAME', value: 'acme-prod' },
      { name: 'DD_CLUSTER_NAME', value: 'acme-old' },
    ];
    const daemonSets = [{ name: 'acme-agent', namespace: 'acme-watch', env }];
    const world: World = { place: 'workstation', names: NAMES, agent: { rights: 'everything' }, placement: { daemonSets } };
    const { report } = await diagnoseWorld(world);
    const hidden = JSON.stringify(pseudonymise(report, extendPseudonyms(new Map(), report)));
    assert.match(JSON.stringify(report), /acme-settings.*acme-agent|acme-agent.*acme-settings/s);
    assert.doesNotMatch(hidden, /acme/);
    assert.match(hidden, /env of DaemonSet /);
  });

  it('are the same for two reports with one map, and are never names that occur', () => {
    const first = extendPseudonyms(new Map(), { node: 'berlin-7', namespace: 'node-1' });
    assert.equal(first.get('berlin-7'), 'node-2');
    const second = extendPseudonyms(first, { nodes: ['aachen-1', 'berlin-7'] });
    assert.deepEqual([second.get('berlin-7'), second.get('aachen-1')], ['node-2', 'node-1']);
    assert.equal(new Set(second.values()).size, second.size);
    assert.deepEqual(pseudonymise(['berlin-7', 'xberlin-7', 'berlin-70', 'Berlin-7.'], second), [
      'node-2',
      'xberlin-7',
      'berlin-70',
      'node-2.',
    ]);
  });

  it('are many without ever being the same', () => {
    const nodes = Array.from({ length: 1500 }, (_, at) => ({ node: `n-${at}-x`, address: `10.${at >> 8}.${at & 255}.1` }));
    const names = extendPseudonyms(new Map(), nodes);
    assert.deepEqual([names.size, new Set(names.values()).size], [3000, 3000]);
    assert.ok([...names.values()].every(isSubstitute));
    assert.deepEqual(pseudonymise(pseudonymise(nodes, names), reversed(names)), nodes);
  });
});

describe('--pseudonyms', () => {
  for (const [name, world] of Object.entries({ 'in the pod': RICH, 'at a workstation': AT_HOME })) {
    it(`leaves no name in any artefact: ${name}`, async (t) => {
      const running = await startWorld(world);
      try {
        const there = { ...running, host: { ...running.host, cwd: scratch } };
        const [map, saved] = [`${name}.map`, path.join(scratch, name.replaceAll(' ', '-'))];
        let count = 0;
        const plain = await runIn(there, ['-o', 'json']);
        assert.ok(SECRET.some((each) => plain.stdout.includes(each)));
        for (const look of [...FORMATS.map((format) => ['-o', format]), ['--verbose', '--debug']]) {
          const ran = await runIn(there, [...look, '--pseudonyms', map]);
          assert.equal(ran.code, plain.code, ran.stderr);
          expectNone(look.join(' '), ran.stdout + ran.stderr);
          count += 1;
        }
        await runIn(there, ['--pseudonyms', map, '--save', saved, '-o', 'line']);
        await runIn(there, ['--pseudonyms', map, '--save', `${saved}.tgz`, '-o', 'line']);
        for (const file of await readdir(saved)) expectNone(file, await readFile(path.join(saved, file), 'utf8'));
        expectNone('archive', gunzipSync(await readFile(`${saved}.tgz`)).toString('utf8'));
        assert.equal((await lstat(path.join(scratch, map))).mode & 0o777, 0o600);
        assert.equal((await offline('judge', `${saved}.tgz`, '-o', 'json')).code, plain.code);
        t.diagnostic(`${SECRET.length} names × ${count + 8} artefacts`);
      } finally {
        await running.stop();
      }
    });
  }

  it('serves render and merge with one map', async () => {
    const { report } = await diagnoseWorld(RICH);
    await writeFile(path.join(scratch, 'r.json'), JSON.stringify(report));
    await writeFile(path.join(scratch, 'oslo-3.json'), 'broken');
    const rendered = await offline('render', 'r.json', '-o', 'json', '--pseudonyms', 'shared.map');
    for (const format of FORMATS) {
      const merged = await offline('merge', 'r.json', 'oslo-3.json', '-o', format, '--pseudonyms', 'shared.map');
      assert.equal(merged.code, report.summary.exitCode, merged.stderr);
      expectNone(`merge ${format}`, merged.stdout + merged.stderr);
      expectNone(`render ${format}`, (await offline('render', 'r.json', '-o', format, '--pseudonyms', 'shared.map')).stdout);
    }
    assert.equal((await offline('render', 'r.json', '-o', 'json', '--pseudonyms', 'shared.map')).stdout, rendered.stdout);
  });

  it('refuses a map that would be sent, a link, and a file that is none', async () => {
    const { report } = await diagnoseWorld({});
    await writeFile(path.join(scratch, 'one.json'), JSON.stringify(report));
    await writeFile(path.join(scratch, 'precious'), '{"a":1}');
    await symlink('elsewhere', path.join(scratch, 'link'));
    await mkdir(path.join(scratch, 'out'));
    await symlink('out', path.join(scratch, 'also-out'));
    const tried = async (map: string, ...more: string[]) => {
      const { code, stdout, stderr } = await offline('merge', 'one.json', '--pseudonyms', map, ...more);
      assert.deepEqual([code, stdout], [2, ''], stderr);
      return stderr;
    };
    assert.match(await tried('link'), /symbolic link/);
    assert.match(await tried('precious'), /cannot be read as a map/);
    assert.equal(await readFile(path.join(scratch, 'precious'), 'utf8'), '{"a":1}');
    // Substitutes stand in commands: a map of another's making has none but ours.
    for (const substitute of ['$(touch x)', 'node-1; sh', 'node-1\nx', '', 'evil.example']) {
      await writeFile(path.join(scratch, 'sent.json'), JSON.stringify({ pseudonymsVersion: '1.0', names: { datadog: substitute } }));
      assert.match(await tried('sent.json'), /cannot be read as a map/);
    }
    assert.match(await tried('out/map', '--save', 'out'), /which you may send/);
    assert.match(await tried('also-out/map', '--save', 'out'), /which you may send/);
    assert.match(await tried('x.tgz', '--save', 'x.tgz'), /which you may send/);
    assert.match(await tried('nowhere/map'), /directory does not exist/);
    assert.deepEqual(await readdir(path.join(scratch, 'out')), []);
  });
});
