/** Whatever file is named, or lies where one is read: the command ends soon, with a report or with one line, and shows nothing of a secret. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { linkSync, lstatSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { main } from '../../src/main.js';
import { recordingIo } from '../support/io.js';
import { stopwatch } from '../support/stopwatch.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'kd-hostile-'));
const SENTINEL = 'sentinel-0123456789abcdef-of-a-file';
const listener = createServer();
after(() => {
  listener.close();
  rmSync(scratch, { recursive: true });
});

const aliases = Array.from({ length: 12 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(10).fill(`*l${i}`).join(', ')}]`).join('\n');
const TEXTS: Record<string, string | Buffer> = {
  empty: '',
  binary: Buffer.concat([Buffer.from([0, 1, 2, 0xff, 0xfe, 0x80]), Buffer.from(SENTINEL), Buffer.alloc(64)]),
  huge: `${SENTINEL}\n`.repeat(600_000),
  'one long line': 'x'.repeat(700_000),
  'a bomb of aliases': `kind: Config\napi_key: ${SENTINEL}\nl0: &l0 [x]\n${aliases}\n`,
  'nested deeply': `${'['.repeat(20_000)}${SENTINEL}`,
  'of another kind': `apiVersion: v1\nkind: Secret\nstringData: { api_key: ${SENTINEL} }\n`,
  'no YAML and no PEM': `-----BEGIN CERTIFICATE-----\n${SENTINEL}\n{"a": [\n`,
};
/** Path of each hostile thing. */
const files: Record<string, string> = {};

before(async () => {
  for (const [name, content] of Object.entries(TEXTS)) {
    files[name] = path.join(scratch, name);
    writeFileSync(files[name], content);
  }
  const special = (name: string) => {
    files[name] = path.join(scratch, name);
    return files[name];
  };
  execFileSync('mkfifo', [special('a FIFO')]);
  mkdirSync(special('a directory'));
  symlinkSync(special('a loop of links'), path.join(scratch, 'a loop of links'));
  symlinkSync(path.join(scratch, 'nothing'), special('a dangling link'));
  symlinkSync('/dev/zero', special('an endless device'));
  await new Promise<void>((resolve) => listener.listen(special('a socket'), resolve));
});

/** Every option that names a file, and the words that go with it; then the commands that take one. */
const USES: Record<string, (file: string) => string[]> = {
  '--kubelet-ca': (file) => ['--kubelet-ca', file],
  '--kubelet-client-cert': (file) => ['--kubelet-client-cert', file, '--kubelet-client-key', file],
  '--kubelet-token-file': (file) => ['--kubelet-token-file', file],
  '--apiserver-ca': (file) => ['--apiserver-ca', file],
  '--apiserver-client-cert': (file) => ['--apiserver-client-cert', file, '--apiserver-client-key', file],
  '--token-file': (file) => ['--token-file', file],
  '--kubeconfig': (file) => ['--kubeconfig', file],
  '--manifest': (file) => ['nodes', '--manifest', file],
  'settings --manifest': (file) => ['settings', '--manifest', file],
  '--profile': (file) => ['--profile', `${path.dirname(file)}/${path.basename(file)}`],
  '--root': (file) => ['--root', file],
  '--pseudonyms': (file) => ['--pseudonyms', file],
  render: (file) => ['render', file],
  judge: (file) => ['judge', file],
  diff: (file) => ['diff', file, file],
  merge: (file) => ['merge', file],
};
const NOBODY = ['--apiserver', 'https://127.0.0.1:1', '--kubelet-host', '127.0.0.1', '--kubelet-port', '1', '--timeout', '4s'];
const OFFLINE = new Set(['render', 'judge', 'diff', 'merge']);

async function run(words: string[], root?: string): Promise<{ code: number; stdout: string; stderr: string; ms: number }> {
  const { io, text } = recordingIo();
  const lived = stopwatch();
  const code = await main(words, { io, host: { env: {}, home: '/nowhere', ...(root && { root, cwd: '/' }) } });
  return { code, ...text(), ms: lived() };
}

function assertCalm({ code, stdout, stderr, ms }: Awaited<ReturnType<typeof run>>, what: string): void {
  assert.ok(ms < 6000, `${what}: ${Math.round(ms)} ms`);
  assert.ok([0, 1, 2, 3].includes(code), `${what}: ${code}`);
  if (code === 2) {
    assert.equal(stdout, '', `${what}: nothing but the line`);
    // `merge` has a line for each file that it could not read, and goes on.
    assert.ok(stderr.trimEnd().split('\n').length <= (what.startsWith('merge ') ? 2 : 1), `${what}: ${stderr.slice(0, 400)}`);
    assert.ok(!/internal error|\n? +at /.test(stderr), `${what}: ${stderr.slice(0, 400)}`);
  }
  assert.ok(!`${stdout}${stderr}`.includes(SENTINEL), `${what} shows what is in the file`);
}

describe('a file that is named', () => {
  for (const [use, words] of Object.entries(USES))
    it(`${use}: any kind of thing ends in a report or in one line`, async () => {
      for (const [what, file] of Object.entries(files))
        assertCalm(await run([...words(file), ...(OFFLINE.has(use) ? [] : NOBODY)]), `${use} ${what}`);
    });
});

describe('a file that lies where one is read', () => {
  const PLACES = [
    '/etc/datadog-agent/datadog.yaml',
    '/home/me/.kube/config',
    '/var/run/secrets/kubernetes.io/serviceaccount/token',
    '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
    '/var/lib/kubelet/config.yaml',
    '/etc/kubernetes/kubelet.conf',
    '/var/lib/kubelet/pki/kubelet.crt',
    '/proc/self/mountinfo',
    '/proc/700/cmdline',
    '/etc/resolv.conf',
    '/etc/hosts',
  ];
  for (const place of PLACES)
    it(`${place}: any kind of thing ends in a report or in one line`, async () => {
      for (const [what, file] of Object.entries(files)) {
        const root = mkdtempSync(path.join(scratch, 'root-'));
        mkdirSync(path.join(root, path.dirname(place)), { recursive: true });
        mkdirSync(path.join(root, 'var/lib/kubelet'), { recursive: true });
        // As itself, not as a link out of the root. A FIFO and a socket are no less themselves under a second name.
        const itself = what === 'an endless device' ? files['a FIFO']! : file;
        const kind = lstatSync(itself);
        if (kind.isDirectory()) mkdirSync(path.join(root, place));
        else if (kind.isSymbolicLink()) symlinkSync(readlinkSync(itself), path.join(root, place));
        else linkSync(itself, path.join(root, place));
        assertCalm(await run(NOBODY, root), `${place} ${what}`);
        rmSync(root, { recursive: true });
      }
    });
});
