/** No secret in any artefact: sentinels in every input, as they are and encoded, looked for in every byte of every output. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { runCommandLine } from '../src/cli/command-line.js';
import { createHost } from '../src/host/create.js';
import { hideSecrets } from '../src/host/hide.js';
import type { Report } from '../src/model/report.js';
import { renderSarif } from '../src/render/sarif.js';
import { SECRETS } from '../src/sim/answers/hostile.js';
import { type RunningWorld, startWorld } from '../src/sim/start.js';
import type { World } from '../src/sim/world.js';
import { recordingIo, runIn } from './scenarios/run.js';

const FORMATS = ['text', 'json', 'markdown', 'html', 'junit', 'line'] as const;
const LOOKS = [...FORMATS.map((format) => ['--output', format]), ['--verbose'], ['--debug'], ['--verbose', '--debug']];

const scratch = await mkdtemp(path.join(tmpdir(), 'kd-secrets-'));
after(() => rm(scratch, { recursive: true }));

/** Where it was planted → the secret. */
type Sentinels = Record<string, string>;

/** As it is, in base64 wherever it stands in something longer, base64url, percent-encoded, and as JSON writes it. */
function formsOf(secret: string): string[] {
  const base64 = ['', ' ', '  '].map((before) => Buffer.from(before + secret).toString('base64'));
  // What of a base64 text depends on the secret alone: not its first and last group.
  const inner = base64.map((text, shift) => text.slice(shift === 0 ? 0 : 4, -4));
  const once = Buffer.from(secret).toString('base64');
  const hex = Buffer.from(secret).toString('hex');
  const others = [hex, hex.toUpperCase(), secret.toUpperCase(), secret.toLowerCase(), Buffer.from(once).toString('base64').slice(0, -4)];
  // Any 16 of it; those of a key's first line are in every key.
  const windows = secret.startsWith('-----')
    ? []
    : Array.from({ length: Math.ceil((secret.length - 15) / 3) }, (_, at) => secret.slice(at * 3, at * 3 + 16));
  const forms = [secret, ...inner, ...inner.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')), ...others, ...windows];
  return [...new Set([...forms, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])].filter((form) => form.length >= 8);
}

let looked = 0;

function expectNone(artefact: string, text: string, sentinels: Sentinels): void {
  for (const [where, secret] of Object.entries(sentinels)) {
    looked += 1;
    for (const form of formsOf(secret)) {
      const at = text.indexOf(form);
      assert.ok(at < 0, `${artefact} holds the secret of ${where} as ${form.slice(0, 24)}: …${text.slice(Math.max(0, at - 120), at + 30)}`);
    }
  }
}

/** Every look at a running world, and what `--save` leaves in both its forms: [artefact, all its bytes]. */
async function artefactsOf(world: RunningWorld, name: string, args: string[] = []): Promise<[string, string][]> {
  const made: [string, string][] = [];
  const inScratch = { ...world, host: { ...world.host, cwd: scratch } };
  for (const look of LOOKS) {
    const { stdout, stderr, code } = await runIn(inScratch, [...look, ...args]);
    assert.ok(code === 0 || code === 1 || code === 3, `${code} ${stderr}`);
    made.push([`${name} ${look.join(' ')}`, `${stdout}\n${stderr}`]);
  }
  const directory = path.join(scratch, name);
  const saved = await runIn(inScratch, ['--save', directory, '-o', 'line', ...args]);
  const packed = await runIn(inScratch, ['--save', `${directory}.tgz`, '-o', 'line', ...args]);
  assert.equal(saved.stderr + packed.stderr, '');
  for (const file of await readdir(directory)) made.push([`${name}/${file}`, await readFile(path.join(directory, file), 'utf8')]);
  assert.equal(made.length, LOOKS.length + 7);
  // For a file alone the command prints it; nothing of a server may be in it for that.
  const report = JSON.parse(await readFile(path.join(directory, 'report.json'), 'utf8'));
  made.push([`${name} sarif`, renderSarif(report, { pretty: true })]);
  made.push([`${name}.tgz`, gunzipSync(await readFile(`${directory}.tgz`)).toString('utf8')]);
  return made;
}

async function offline(...argv: string[]): Promise<string> {
  const { io, text } = recordingIo();
  const code = await runCommandLine(argv, io, { cwd: scratch, env: {} });
  assert.ok(code === 0 || code === 1 || code === 3, `${code} ${text().stderr}`);
  return `${text().stdout}\n${text().stderr}`;
}

const PROXY_PASSWORD = 'sentinel%2Fproxy%40kubeconfig-31f0';
const PLUGIN = {
  token: 'sentinel-plugin-token-64aa0b12',
  inline: 'sentinel-inline-token-0d93ff17',
  password: 'sentinel/inline+password=8812',
  environment: 'sentinel-exec-environment-5b1e',
};

const kubeconfig = (user: string) => `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1", proxy-url: "http://u:${PROXY_PASSWORD}@127.0.0.1:1"}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
current-context: c
users:
- name: u
  user: ${user}
`;

/** Logs its own token, its environment's secret and the encoded forms of both before it fails. */
const script = `const s = [${JSON.stringify(PLUGIN.token)}, process.env.PLUGIN_TOKEN];
for (const t of s) for (const b of ["", " ", "  "]) console.error(Buffer.from(b + t).toString("base64"), encodeURIComponent(t), t);
console.log(JSON.stringify({apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status: {token: s[0]}})); process.exitCode = +process.argv[1];`;
const plugin = (code: number) =>
  kubeconfig(
    JSON.stringify({
      exec: {
        apiVersion: 'client.authentication.k8s.io/v1',
        interactiveMode: 'Never',
        command: process.execPath,
        args: ['-e', script, String(code)],
        env: [{ name: 'PLUGIN_TOKEN', value: PLUGIN.environment }],
      },
    }),
  );

const MANIFEST = `apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: datadog, annotations: {note: sentinel-manifest-note-7f}}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      containers:
      - {name: agent, image: gcr.io/datadoghq/agent:7, env: [{name: DD_API_KEY, value: sentinel-manifest-key-9a31}, {name: DB, value: "pg://u:sentinel-manifest-url-44@db/x"}]}
`;

const WORLDS: { name: string; world: World; args?: string[]; planted: Sentinels }[] = [
  {
    name: 'hostile servers',
    world: {
      hostile: { kubelet: true, apiserver: true },
      agent: {
        env: { DD_APP_KEY: 'sentinel-app-key-environment-3c', HTTP_PROXY: `http://me:${PROXY_PASSWORD}@127.0.0.1:9` },
        files: { '/etc/datadog-agent/datadog.yaml': 'api_key: sentinel-yaml-api-key-12ab\nkubelet_tls_verify: true\n' },
      },
    },
    planted: {
      DD_APP_KEY: 'sentinel-app-key-environment-3c',
      HTTP_PROXY: decodeURIComponent(PROXY_PASSWORD),
      'datadog.yaml': 'sentinel-yaml-api-key-12ab',
    },
  },
  {
    name: 'a datadog.yaml that is no YAML',
    world: { agent: { files: { '/etc/datadog-agent/datadog.yaml': 'api_key: "sentinel-broken-yaml-key-77\n  x: [' } } },
    planted: { 'broken datadog.yaml': 'sentinel-broken-yaml-key-77' },
  },
  {
    name: 'a refused credential that is echoed',
    world: { hostile: { kubelet: true, apiserver: true }, agent: { credential: 'garbage' } },
    planted: {},
  },
  {
    name: 'a proxy with a password',
    world: { network: { proxy: { variable: 'HTTPS_PROXY', behaviour: 'require-407', credentials: true } } },
    planted: {},
  },
  { name: 'a client key', world: { agent: { credential: 'certificate' }, hostile: { kubelet: true } }, planted: {} },
  {
    name: 'inline token and password',
    world: {
      place: 'workstation',
      agent: {
        files: { '/home/me/k.conf': kubeconfig(JSON.stringify({ token: PLUGIN.inline, username: 'u', password: PLUGIN.password })) },
      },
    },
    args: ['--kubeconfig', '/home/me/k.conf'],
    planted: { token: PLUGIN.inline, password: PLUGIN.password, 'proxy-url': decodeURIComponent(PROXY_PASSWORD) },
  },
  ...[0, 3].map((code) => ({
    name: `a plugin that ends with ${code}`,
    world: { place: 'workstation', agent: { files: { '/home/me/k.conf': plugin(code) } } } satisfies World,
    args: ['--kubeconfig', '/home/me/k.conf'],
    planted: { 'plugin token': PLUGIN.token, 'exec env': PLUGIN.environment, 'proxy-url': decodeURIComponent(PROXY_PASSWORD) },
  })),
  {
    name: 'a manifest with plain secrets',
    world: { agent: { files: { '/m.yaml': MANIFEST } } },
    args: ['--manifest', '/m.yaml'],
    planted: { note: 'sentinel-manifest-note-7f', DD_API_KEY: 'sentinel-manifest-key-9a31', DB: 'sentinel-manifest-url-44' },
  },
];

describe('secrets', () => {
  for (const { name, world, args, planted } of WORLDS) {
    it(`of ${name} are in no artefact`, async (t) => {
      const running = await startWorld(world);
      try {
        const before = looked;
        const own = Object.fromEntries(running.secrets.map((secret, at) => [`world secret ${at}`, secret]));
        const sentinels = { ...planted, ...own };
        const artefacts = await artefactsOf(running, name.replaceAll(' ', '-'), args);
        // Worlds that echo did: what stands around the credential is shown.
        if (name.includes('echoed')) assert.ok(artefacts.filter(([, text]) => text.includes('you sent')).length > 3);
        for (const [artefact, text] of artefacts) expectNone(artefact, text, sentinels);
        assert.equal(looked - before, artefacts.length * Object.keys(sentinels).length);
        t.diagnostic(`${Object.keys(sentinels).length} sentinels × ${artefacts.length} artefacts`);
      } finally {
        await running.stop();
      }
    });
  }

  it("of a stranger's report are in nothing that is made of it", async (t) => {
    const jwt = SECRETS.body;
    const sentinels = {
      jwt,
      'url password': 'sentinel-stranger-url-90',
      bearer: 'sentinel1stranger2bearer3',
      cookie: 'sentinel-stranger-cookie-4',
      key: 'sentinel0stranger0key0aa',
      pem: 'c2VudGluZWwtc3RyYW5nZXI',
      basic: 'c2VudGluZWw6c3RyYW5nZXI1',
    };
    const words = [
      `token ${jwt} or ${Buffer.from(jwt).toString('base64')}`,
      'http://u:sentinel-stranger-url-90@proxy:3128/',
      'Authorization: Bearer sentinel1stranger2bearer3',
      'Set-Cookie: session=sentinel-stranger-cookie-4; Path=/',
      'api_key=sentinel0stranger0key0aa',
      '-----BEGIN PRIVATE KEY-----\nc2VudGluZWwtc3RyYW5nZXI\n-----END PRIVATE KEY-----',
      'Basic%20c2VudGluZWw6c3RyYW5nZXI1',
    ].join(' ; ');
    const text = await readFile('test/report/frozen/1.0-expired.json', 'utf8');
    const planted = plant(JSON.parse(text), words) as Report;
    assert.ok(JSON.stringify(planted).split('stranger-cookie').length > 20);
    await writeFile(path.join(scratch, 'stranger.json'), JSON.stringify(planted));
    const artefacts: [string, string][] = [];
    const manifest = { setting: 'manifest', value: `${words.slice(0, 200)}/values.yaml`, origin: 'flag', source: '--manifest' };
    await writeFile(path.join(scratch, 'stranger-file.json'), JSON.stringify({ ...planted, settings: [...planted.settings, manifest] }));
    artefacts.push(['render sarif', await offline('render', 'stranger-file.json', '-o', 'sarif')]);
    for (const format of FORMATS) {
      artefacts.push([`render ${format}`, await offline('render', 'stranger.json', '-o', format)]);
      artefacts.push([`merge ${format}`, await offline('merge', 'stranger.json', '-o', format)]);
    }
    artefacts.push(['diff', await offline('diff', 'stranger.json', 'stranger.json')]);
    await offline('merge', 'stranger.json', '-o', 'line', '--save', 'merged.tgz');
    artefacts.push(['merged.tgz', gunzipSync(await readFile(path.join(scratch, 'merged.tgz'))).toString('utf8')]);
    for (const [artefact, made] of artefacts) expectNone(artefact, made, sentinels);
    t.diagnostic(`${Object.keys(sentinels).length} sentinels × ${artefacts.length} artefacts`);
  });

  it('were looked for, and the gate leaves what is no secret as it is', async (t) => {
    for (const file of (await readdir('test/report/frozen')).filter((each) => !/hostile/.test(each))) {
      const report = JSON.parse(await readFile(path.join('test/report/frozen', file), 'utf8'));
      assert.deepEqual(hideSecrets(report, createHost().redactor), report, file);
    }
    assert.ok(looked > 1900, String(looked));
    t.diagnostic(`${looked} pairs of sentinel and artefact, each in every form`);
  });
});

/** The words behind every free text of a report: names, titles, evidence, commands, settings; not the ids. */
function plant(value: unknown, words: string, key = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => plant(each, words, key));
  if (typeof value === 'string')
    return ['en', 'value', 'node', 'identity', 'command', 'elsewhere', 'decide', 'why'].includes(key) ? `${value} ${words}` : value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plant(each, words, name)]));
}
