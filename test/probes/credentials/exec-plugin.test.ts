import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHost } from '../../../src/host/create.js';
import { type ExecConfig, runExecPlugin } from '../../../src/probes/credentials/exec-plugin.js';
import { createRoot } from '../../host/files.js';
import { busyLoop } from '../../support/busy-loop.js';
import { stopwatch } from '../../support/stopwatch.js';

const V1BETA1 = 'client.authentication.k8s.io/v1beta1';
const V1 = 'client.authentication.k8s.io/v1';
const answer = (status: unknown, apiVersion = V1BETA1) =>
  `cat <<'E'\n${JSON.stringify({ kind: 'ExecCredential', apiVersion, status })}\nE\n`;

function plugin(t: TestContext, script: string, more: Partial<ExecConfig> = {}) {
  const directory = createRoot(t, { plugin: `#!/bin/sh\n${script}` });
  const command = join(directory, 'plugin');
  chmodSync(command, 0o755);
  const host = createHost({ env: { PATH: process.env.PATH }, root: '', home: directory, cwd: directory });
  const exec: ExecConfig = {
    command,
    args: [],
    env: [],
    apiVersion: V1BETA1,
    provideClusterInfo: false,
    file: join(directory, 'config'),
    origin: 'named',
    ...more,
  };
  const run = (options: { timeoutMs?: number; allowed?: boolean; signal?: AbortSignal } = {}) =>
    runExecPlugin(host, exec, { timeoutMs: 5000, allowed: true, ...options });
  return { directory, host, run };
}

describe('runExecPlugin', () => {
  it('takes a token, and knows it from then on', async (t) => {
    const { host, run } = plugin(t, `echo "got plugin-token-1" >&2\n${answer({ token: 'plugin-token-1' })}`);
    assert.deepEqual(await run(), { ok: true, token: 'plugin-token-1' });
    assert.equal(host.redactor.clean('plugin-token-1'), '[redacted]');
  });

  it('takes a certificate and its key', async (t) => {
    const { run } = plugin(t, answer({ clientCertificateData: 'CERT', clientKeyData: 'some-private-key' }));
    assert.deepEqual(await run(), { ok: true, certPem: 'CERT', keyPem: 'some-private-key' });
  });

  it('passes arguments, variables, KUBERNETES_EXEC_INFO, and no stdin', async (t) => {
    const script = `printf '%s\\n' "$1" "$2" "$MINE" "$PATH" > "$0.out"; printf '%s' "$KUBERNETES_EXEC_INFO" > "$0.info"; cat > "$0.stdin"\n${answer({ token: 'plugin-token-1' }, V1)}`;
    const { directory, run } = plugin(t, script, {
      apiVersion: V1,
      interactiveMode: 'IfAvailable',
      args: ['get', 'a b'],
      env: [{ name: 'MINE', value: 'yes' }],
      provideClusterInfo: true,
      cluster: { server: 'https://x:6443', caPem: 'CA', insecure: false, tlsServerName: 'k', config: { a: 1 } },
    });
    assert.equal((await run()).ok, true);
    const written = (name: string) => readFileSync(join(directory, `plugin.${name}`), 'utf8');
    assert.deepEqual(written('out').split('\n').slice(0, 4), ['get', 'a b', 'yes', process.env.PATH]);
    assert.deepEqual(JSON.parse(written('info')), {
      kind: 'ExecCredential',
      apiVersion: V1,
      spec: {
        interactive: false,
        cluster: { server: 'https://x:6443', 'tls-server-name': 'k', 'certificate-authority-data': btoa('CA'), config: { a: 1 } },
      },
    });
    assert.equal(written('stdin'), '');
  });

  const failures: [name: string, script: string, more: Partial<ExecConfig>, code: string, detail: RegExp][] = [
    [
      'not there',
      '',
      { command: '/nowhere/aws', installHint: 'install\nthe aws cli' },
      'EPLUGINMISSING',
      /^\/nowhere\/aws is not installed here; install the aws cli$/,
    ],
    ['not in PATH', '', { command: 'no-such-plugin-anywhere' }, 'EPLUGINMISSING', /^no-such-plugin-anywhere is not installed here$/],
    ['not executable', '', { command: '/etc' }, 'EPLUGINMISSING', /cannot be run \(EACCES\)/],
    ['ends with an error', 'echo "\x1b[31mno\nlogin" >&2; exit 3', {}, 'EPLUGINFAILED', /ended with 3: \\x1b\[31mno login$/],
    ['killed', 'kill -9 $$', {}, 'EPLUGINFAILED', /ended with SIGKILL/],
    ['says nothing', 'exit 0', {}, 'EPLUGINFAILED', /printed nothing/],
    ['says something else', 'echo hello', {}, 'EPLUGINFAILED', /did not print JSON$/],
    ['another kind', 'echo \'{"kind":"Status"}\'', {}, 'EPLUGINFAILED', /no ExecCredential/],
    ['a list', 'echo []', {}, 'EPLUGINFAILED', /did not answer in apiVersion client/],
    ['null', 'echo null', {}, 'EPLUGINFAILED', /no ExecCredential/],
    ['another version', answer({ token: 'x' }, V1), {}, 'EPLUGINFAILED', /did not answer in apiVersion client/],
    ['no status', answer(undefined), {}, 'EPLUGINFAILED', /neither a token/],
    ['a certificate without its key', answer({ clientCertificateData: 'CERT' }), {}, 'EPLUGINFAILED', /neither a token/],
    [
      'an unknown apiVersion',
      'exit 0',
      { apiVersion: 'client.authentication.k8s.io/v1alpha1' },
      'EPLUGINFAILED',
      /was not run: apiVersion/,
    ],
    ['v1 without interactiveMode', 'exit 0', { apiVersion: V1 }, 'EPLUGINFAILED', /was not run: interactiveMode is missing/],
    ['that wants a terminal', 'exit 0', { interactiveMode: 'Always' }, 'EPLUGINFAILED', /was not run: interactiveMode is Always/],
    ['without a command', '', { command: '' }, 'EPLUGINFAILED', /has no command/],
    [
      'of a file on the node',
      '',
      { file: '/home/me/.kube/config', origin: 'found' },
      'ENOEXEC',
      /you did not name \/home\/me\/\.kube\/config/,
    ],
  ];
  for (const [name, script, more, code, detail] of failures) {
    it(`fails: ${name}`, async (t) => {
      const ran = await plugin(t, script, more).run();
      assert.ok(!ran.ok);
      assert.equal(ran.code, code, ran.detail);
      assert.match(ran.detail, detail);
    });
  }

  it('shows the end of a long stderr, and no secret in it', async (t) => {
    const script = `i=0; while [ $i -lt 300 ]; do echo "line $i of a traceback" >&2; i=$((i+1)); done; echo "the error, with eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln" >&2; exit 1`;
    const ran = await plugin(t, script).run();
    assert.ok(!ran.ok);
    assert.match(ran.detail, /the error, with \[redacted\]$/);
    assert.ok(ran.detail.length < 700);
  });

  it('repeats nothing it was given, nor what it printed: its arguments, its variables, ours', async (t) => {
    const given = {
      PLUGIN_ENTRY: 'EntryValueWithoutAnyDigit',
      argument: 'ArgumentSentinel7731',
      behind: 'behind-a-flag-only',
      DB_PASS: 'DbPassSentinel1',
      GITHUB_PAT: 'ghp_SentinelSentinelSentinel',
      UNNAMED: 'unnamed+value/3371',
      stdout: 'NoJson7712345678',
      fetched: 'Fetched0From1Elsewhere2Abc',
    };
    const { host, run } = plugin(
      t,
      `echo "token: ${given.stdout}"; echo "cannot log in as me: $* ; $(env) <${given.stdout}> ${given.fetched} $2 /etc/x.conf" >&2; exit 1`,
      {
        args: [`--value=${given.argument}`, '--password', given.behind],
        env: [{ name: 'PLUGIN_ENTRY', value: given.PLUGIN_ENTRY }],
      },
    );
    Object.assign(host.env, { DB_PASS: given.DB_PASS, GITHUB_PAT: given.GITHUB_PAT, UNNAMED: given.UNNAMED });
    for (const script of ['', 'more']) {
      const ran = await run();
      assert.ok(!ran.ok, script);
      for (const [what, secret] of Object.entries(given)) assert.ok(!ran.detail.includes(secret), `${what}: ${ran.detail}`);
      assert.match(ran.detail, /ended with 1: /);
      assert.match(ran.detail, /\/etc\/x\.conf$/);
    }
  });

  it('is not run with --no-exec', async (t) => {
    const { directory, run } = plugin(t, 'touch "$0.ran"');
    const ran = await run({ allowed: false });
    assert.equal(!ran.ok && ran.code, 'ENOEXEC');
    assert.equal(existsSync(join(directory, 'plugin.ran')), false);
  });

  it('is ended with all its children when the time is over', async (t) => {
    const { directory, run } = plugin(t, '(sleep 0.5; touch "$0.late") &\necho waiting >&2\nsleep 30');
    const lived = stopwatch();
    const ran = await run({ timeoutMs: 200 });
    assert.ok(!ran.ok);
    assert.equal(ran.code, 'EPLUGINTIMEOUT');
    assert.match(ran.detail, /within 200 ms: waiting$/);
    assert.ok(lived() < 450);
    await sleep(500);
    assert.equal(existsSync(join(directory, 'plugin.late')), false);
  });

  it('did not time out where we were too busy to hear it', async (t) => {
    const { run } = plugin(t, 'sleep 30');
    const busy = busyLoop();
    const ran = await run({ timeoutMs: 200 });
    clearInterval(busy);
    assert.equal(!ran.ok && ran.code, 'ELATE');
  });

  it('is ended with the run', async (t) => {
    const abort = new AbortController();
    const { run } = plugin(t, 'sleep 30');
    setTimeout(() => abort.abort(), 50);
    const ran = await run({ signal: abort.signal });
    assert.equal(!ran.ok && ran.code, 'EPLUGINTIMEOUT');
  });

  it('does not wait for what it leaves running', async (t) => {
    const { run } = plugin(t, `sleep 2 &\n${answer({ token: 'plugin-token-1' })}`);
    const lived = stopwatch();
    assert.equal((await run()).ok, true);
    assert.ok(lived() < 1500);
  });
});
