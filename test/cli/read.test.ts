/** One door: `kubelet-doctor FILE` and `-` tell by what is in it whether it is judged, rendered or read. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { runCommandLine } from '../../src/cli/command-line.js';
import { openGiven } from '../../src/files/given.js';
import { textsSchema } from '../../src/texts/schema.js';
import { diagnoseWorld, recordingIo } from '../scenarios/run.js';

const REFUSED = 'Get "https://192.0.2.7:10250/pods": dial tcp 192.0.2.7:10250: connect: connection refused';
const DAEMONSET = `apiVersion: apps/v1
kind: DaemonSet
metadata: {name: datadog-agent, namespace: datadog}
spec:
  template:
    spec:
      containers:
      - name: agent
        image: gcr.io/datadoghq/agent:7.70.0
        env:
        - {name: DD_KUBELET_TLS_VERIFY, value: "false"}
`;
const ANSWERS =
  '@@ kubelet-doctor-answers 1\n@@ began 1795876088\n@@ host\n|agent-x\n@@ env\n|KUBERNETES_SERVICE_HOST=192.0.2.1\n|KUBERNETES_SERVICE_PORT=443\n@@ token ENOENT /var/run/secrets/kubernetes.io/serviceaccount/token\n@@ dns kubernetes.default.svc 0\n|@exit 2\n';

let directory: string;
before(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'kubelet-doctor-read-'));
});
after(() => rmSync(directory, { recursive: true }));

async function read(text: string | Buffer, ...words: string[]) {
  const file = path.join(directory, 'given');
  writeFileSync(file, text);
  const { io, text: said } = recordingIo();
  return { code: await runCommandLine([file, ...words], io, { env: {}, cwd: directory }), ...said() };
}

describe('read', () => {
  it('reads a text, and ends with 1 where a cause of ours is in it', async () => {
    const { code, stdout } = await read(`${REFUSED}\n`);
    assert.equal(code, 1);
    assert.match(stdout, /points to kubelet-down/);
    assert.equal((await read('the quick brown fox\n')).code, 0);
  });

  it('as JSON it keeps to the schema of explain', async () => {
    const { code, stdout } = await read(`2026-11-28T10:00:00Z ${REFUSED}\n2026-11-28T10:00:09Z ${REFUSED}\nnothing\n`, '-o', 'json');
    const json = JSON.parse(stdout) as { exitCode: number; lines: number; readings: { seen: { count: number } }[] };
    const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(textsSchema);
    assert.ok(validate(json), JSON.stringify(validate.errors));
    assert.deepEqual([code, json.exitCode, json.lines, json.readings[0]?.seen.count], [1, 1, 3, 2]);
  });

  it('judges facts, renders a report, and the answers of the script', async () => {
    const { stdout: report } = await diagnoseWorld({ kubelet: { listen: 'closed' } });
    const rendered = await read(report);
    assert.equal(rendered.code, 0);
    assert.match(rendered.stdout, /refuse/);
    const judged = await read(ANSWERS);
    assert.match(judged.stderr, /not asked by the script: the end is missing/);
    assert.notEqual(judged.code, 0);
  });

  it('judges each of several pods, and writes no two documents into one', async () => {
    const whole = ANSWERS.replace('|agent-x', '|agent-y');
    const two = await read(`${ANSWERS}\n${whole}`, '-o', 'json');
    assert.equal(two.stdout.trim().split('\n').length, 2);
    const html = await read(`${ANSWERS}\n${whole}`, '-o', 'html');
    assert.deepEqual([html.code, html.stdout], [2, '']);
    assert.match(html.stderr, /holds the answers of 2 pods; --output html is one document; give one at a time/);
    const outside = await read(ANSWERS.replace(/\|KUBERNETES_SERVICE.*\n/g, ''));
    assert.equal(outside.code, 2);
    assert.match(outside.stderr, /ran in no pod/);
  });

  it('names each of several files', async () => {
    writeFileSync(path.join(directory, 'a.txt'), `${REFUSED}\n`);
    writeFileSync(path.join(directory, 'b.txt'), 'nothing\n');
    const { io, text } = recordingIo();
    assert.equal(await runCommandLine(['a.txt', 'b.txt'], io, { env: {}, cwd: directory }), 1);
    assert.match(text().stdout, /^a\.txt:\n[\s\S]*\n\nb\.txt:\nThis text says nothing/);
    const html = recordingIo();
    assert.equal(await runCommandLine(['read', 'a.txt', 'b.txt', '-o', 'html'], html.io, { env: {}, cwd: directory }), 2);
    assert.match(html.text().stderr, /--output html is one document; give one at a time/);
  });

  it('shows the settings of a manifest', async () => {
    const { stdout } = await read(DAEMONSET);
    assert.match(stdout, /DD_KUBELET_TLS_VERIFY/);
  });

  it('reads no word that is a command, and refuses one that is neither', async () => {
    const { io, text } = recordingIo();
    assert.equal(await runCommandLine(['no-such-file'], io, { env: {}, cwd: directory }), 2);
    assert.match(text().stderr, /no-such-file/);
    writeFileSync(path.join(directory, 'version'), REFUSED);
    const version = recordingIo();
    assert.equal(await runCommandLine(['version'], version.io, { env: {}, cwd: directory }), 0);
  });

  it('splits what comes in pieces, and cuts a line that has no end', async () => {
    async function* pieces() {
      yield Buffer.from('one\r\ntw');
      yield Buffer.from('o\n');
      for (let at = 0; at < 40; at += 1) yield Buffer.alloc(1000, 'x');
      yield Buffer.from('\nlast');
    }
    const given = await openGiven('-', pieces());
    assert.ok(!('error' in given));
    const lines: string[] = [];
    for await (const line of given.lines()) lines.push(line);
    assert.deepEqual([lines[0], lines[1], lines.at(-1)], ['one', 'two', 'last']);
    assert.ok(lines.length === 4 && (lines[2]?.length ?? 0) <= 32 * 1024);
  });

  it('is not content with nothing, as a command that failed prints it', async () => {
    for (const nothing of ['', '\n \n', '\uFEFF']) {
      const { code, stdout, stderr } = await read(nothing);
      assert.deepEqual([code, stdout], [2, ''], JSON.stringify(nothing));
      assert.match(stderr, /is empty/);
    }
  });

  it('reads what Windows writes as what it says, wherever it is cut', async () => {
    const wide = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le');
    assert.equal((await read(wide(`${REFUSED}\r\n`))).code, 1);
    async function* pieces() {
      for (const byte of wide('one\r\nzwölf\r\n')) yield Buffer.of(byte);
    }
    const given = await openGiven('-', pieces());
    assert.ok(!('error' in given));
    const lines: string[] = [];
    for await (const line of given.lines()) lines.push(line);
    assert.deepEqual(lines, ['one', 'zwölf']);
  });

  it('prints a text in no format that is for reports, and keeps the code of --exit-zero in JSON', async () => {
    for (const format of ['html', 'markdown', 'junit', 'sarif', 'line']) {
      const { code, stdout, stderr } = await read(`${REFUSED}\n`, '--output', format);
      assert.deepEqual([code, stdout], [2, ''], format);
      assert.match(stderr, /use text or json/);
    }
    const { code, stdout } = await read(`${REFUSED}\n`, '-o', 'json', '--exit-zero');
    assert.deepEqual([code, (JSON.parse(stdout) as { exitCode: number }).exitCode], [0, 1]);
  });

  it('reads what one gzip holds, and of one that is cut off what is there', async () => {
    const many = `${Array.from({ length: 5000 }, (_, at) => `${at} ${'x'.repeat(at % 90)}`).join('\n')}\n`;
    const packed = gzipSync(`${REFUSED}\n${many}`);
    assert.equal((await read(packed)).code, 1);
    const { code, stdout, stderr } = await read(packed.subarray(0, packed.length / 2));
    assert.equal(code, 1);
    assert.match(stdout, /points to kubelet-down/);
    assert.match(stderr, /is cut off; what comes before was read/);
    const none = await read(packed.subarray(0, 12));
    assert.deepEqual([none.code, none.stdout], [2, '']);
    assert.match(none.stderr, /is cut off/);
    const { stdout: report } = await diagnoseWorld({ kubelet: { listen: 'closed' } });
    assert.match((await read(gzipSync(report))).stdout, /refuse/);
  });

  it('says of how many lines only the beginning was read', async () => {
    const { stdout } = await read(`${REFUSED}\n${'x'.repeat(20_000)}\n${'y'.repeat(9000)}\n`);
    assert.match(stdout, /Of 2 lines only the beginning was read/);
    const { stdout: json } = await read(`${'x'.repeat(40_000)} ${REFUSED}\n`, '-o', 'json');
    assert.equal((JSON.parse(json) as { cut: number }).cut, 1);
  });

  it('does of a text what the flags of a report do, or refuses in one line', async () => {
    const two = `${REFUSED}\ntoken audiences ["vault"] is invalid for the target audiences ["x"]\nKubelet connection check failed\n`;
    const skipped = await read(two, '--skip', 'kubelet-down,kubelet-connection-refused,kubelet-port-differs,kubelet-rejected-by-firewall');
    assert.match(skipped.stdout, /points to token-wrong-audience/);
    assert.doesNotMatch(skipped.stdout, /kubelet-down/);
    const only = await read(two, '--only', 'token-expired');
    assert.equal(only.code, 0);
    assert.match(only.stdout, /--only and --skip/);
    const quiet = await read(two, '--quiet');
    assert.equal(quiet.stdout.trimEnd().split('\n').length, 2);
    assert.match(quiet.stdout, /points to .*\nFix: /);
    const verbose = await read(two, '--verbose');
    assert.match(verbose.stdout, /only wraps another error/);
    assert.doesNotMatch(verbose.stdout, /Also said/);
    const failOn = await read(two, '--fail-on', 'risk');
    assert.deepEqual([failOn.code, failOn.stdout], [2, '']);
    assert.match(failOn.stderr, /leave --fail-on out/);
  });

  it('says in one line what cannot be read', async () => {
    const { code, stderr } = await read(Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]));
    assert.equal(code, 2);
    assert.equal(stderr.split('\n').length, 1);
  });
});
