import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { KubeConfig } from '@kubernetes/client-node';
import { createHost } from '../../../src/host/create.js';
import { type LoadedKubeconfig, loadKubeconfig } from '../../../src/probes/credentials/kubeconfig.js';
import { createRoot, createTestHost } from '../../host/files.js';
import { CASES, type Case } from '../kubeconfig-table.js';

/** What all readers agree on: names, the server, and contents rather than paths. */
type Reading = Record<string, unknown>;

const file = (path: string | undefined) => (path ? readFileSync(path, 'utf8') : undefined);
const decoded = (data: string | undefined | null) => (data ? Buffer.from(data, 'base64').toString() : undefined);
const present = (reading: Reading): Reading =>
  Object.fromEntries(Object.entries(reading).filter(([, v]) => v !== undefined && v !== null && v !== ''));

function ours({ context, user, cluster, credential, namespace, impersonate }: LoadedKubeconfig): Reading {
  return present({
    context,
    user,
    cluster: cluster.name,
    namespace,
    server: cluster.server,
    ca: cluster.caPem ?? file(cluster.caPath),
    insecure: cluster.insecure,
    tlsServerName: cluster.tlsServerName,
    proxyUrl: cluster.proxyUrl,
    cert: credential.certPem ?? file(credential.certPath),
    key: credential.keyPem ?? file(credential.keyPath),
    token: credential.token ?? file(credential.tokenFile)?.trim(),
    username: credential.username,
    as: impersonate?.user,
    groups: impersonate?.groups.join(),
    extra: Object.keys(impersonate?.extra ?? {}).length > 0 ? JSON.stringify(impersonate?.extra) : undefined,
    command: credential.exec?.command,
    args: credential.exec?.args.join(' '),
    execEnv: credential.exec?.env.map(({ name, value }) => `${name}=${value}`).join(),
  });
}

interface KubectlUser {
  token?: string;
  tokenFile?: string;
  username?: string;
  as?: string;
  'as-groups'?: string[];
  'as-user-extra'?: Record<string, string[]>;
  'client-certificate-data'?: string;
  'client-key-data'?: string;
  exec?: { command: string; args?: string[] | null; env?: { name: string; value: string }[] | null };
}

/** `kubectl config view --minify --raw --flatten`: one context, files read in. Undefined when kubectl refuses. */
async function byKubectl(directory: string, { list = ['config'], context }: Case): Promise<Reading | undefined> {
  const args = ['config', 'view', '--minify', '--raw', '--flatten', '-o', 'json', ...(context ? [`--context=${context}`] : [])];
  const KUBECONFIG = list.map((name) => join(directory, name)).join(':');
  const env = { PATH: process.env.PATH, HOME: directory, KUBECONFIG };
  const ran = await promisify(execFile)('kubectl', args, { env }).catch(() => undefined);
  if (!ran) return undefined;
  const view = JSON.parse(ran.stdout);
  const cluster = view.clusters[0].cluster as Record<string, string | boolean>;
  const user = (view.users?.[0]?.user ?? {}) as KubectlUser;
  const from = (path: string) => resolve(directory, list[0]?.includes('/') ? list[0].replace(/\/[^/]*$/, '') : '', path);
  const command = user.exec?.command;
  return present({
    context: view['current-context'],
    user: view.contexts[0].context.user,
    cluster: view.contexts[0].context.cluster,
    namespace: view.contexts[0].context.namespace,
    server: cluster.server,
    ca: decoded(cluster['certificate-authority-data'] as string),
    insecure: cluster['insecure-skip-tls-verify'] ?? false,
    tlsServerName: cluster['tls-server-name'],
    proxyUrl: cluster['proxy-url'],
    cert: decoded(user['client-certificate-data']),
    key: decoded(user['client-key-data']),
    token: user.tokenFile ? file(from(user.tokenFile))?.trim() : user.token,
    username: user.username,
    as: user.as,
    groups: user['as-groups']?.join(),
    extra: user['as-user-extra'] && JSON.stringify(user['as-user-extra']),
    command: command?.includes('/') ? from(command) : command,
    args: user.exec?.args?.join(' '),
    execEnv: user.exec?.env?.map(({ name, value }) => `${name}=${value}`).join(),
  });
}

function byClientNode(directory: string, { list = ['config'], context }: Case): Reading | undefined {
  try {
    const [first, ...rest] = list.map((name) => {
      const config = new KubeConfig();
      config.loadFromFile(join(directory, name));
      return config;
    });
    // preserveContext only where there is one: its own loader lets the *last* file's current-context win, kubectl the first.
    for (const config of rest) first?.mergeConfig(config, Boolean(first.currentContext));
    if (context) first?.setCurrentContext(context);
    const [cluster, user, chosen] = [first?.getCurrentCluster(), first?.getCurrentUser(), first?.getContextObject(first.currentContext)];
    if (!cluster || !chosen) return undefined;
    return present({
      context: chosen.name,
      user: chosen.user,
      cluster: cluster.name,
      namespace: chosen.namespace,
      server: cluster.server,
      ca: decoded(cluster.caData) ?? file(cluster.caFile),
      insecure: cluster.skipTLSVerify,
      tlsServerName: cluster.tlsServerName,
      proxyUrl: cluster.proxyUrl,
      cert: decoded(user?.certData) ?? file(user?.certFile),
      key: decoded(user?.keyData) ?? file(user?.keyFile),
      token: user?.token,
      username: user?.username,
      as: user?.impersonateUser,
    });
  } catch {
    return undefined;
  }
}

const kubectlIsHere = spawnSync('kubectl', ['version', '--client'], { encoding: 'utf8' }).status === 0;

describe('agreement', { concurrency: 8 }, () => {
  for (const row of CASES) {
    it(row.name, async (t) => {
      const directory = createRoot(t, row.files);
      const host = createHost({ env: {}, root: '', home: directory, cwd: directory });
      const kubeconfigEnv = (row.list ?? ['config']).join(':');
      const loaded = await loadKubeconfig(host, { kubeconfigEnv, context: row.context });
      const reading = 'error' in loaded ? undefined : ours(loaded);
      if (row.error) {
        assert.ok('error' in loaded, 'is refused');
        assert.match(loaded.error, row.error);
        assert.doesNotMatch(loaded.error, /\n/);
      } else {
        assert.ok(reading, 'error' in loaded ? loaded.error : '');
      }
      if (kubectlIsHere && !row.kubectlDiffers) assert.deepEqual(reading, await byKubectl(directory, row), 'kubectl');
      if (!row.clientNodeDiffers) {
        const theirs = byClientNode(directory, row);
        // It does not hand on groups and extra, and leaves exec as it was written.
        const { groups: _g, extra: _e, command: _c, args: _a, execEnv: _v, ...common } = reading ?? {};
        assert.deepEqual(reading && common, theirs, 'client-node');
      }
    });
  }
  it('has kubectl to agree with', { skip: !kubectlIsHere && 'no kubectl on PATH' }, () => {});
});

const CONFIG = `current-context: a
contexts: [{name: a, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "https://x"}}]
users: [{name: u, user: USER}]
`;
const withUser = (user: string) => ({ '/home/me/.kube/config': CONFIG.replace('USER', user) });

describe('loadKubeconfig', () => {
  it('takes ~/.kube/config last, an explicit path first', async (t) => {
    const host = createTestHost(t, {
      ...withUser('{token: home-token-1}'),
      '/k/explicit': CONFIG.replace('USER', '{token: other-token-1}'),
    });
    const home = await loadKubeconfig(host, {});
    assert.ok(!('error' in home));
    assert.deepEqual(
      [home.source, home.path, home.credential],
      ['kubeconfig /home/me/.kube/config', '/home/me/.kube/config', { token: 'home-token-1' }],
    );
    const explicit = await loadKubeconfig(host, { path: '../k/explicit', kubeconfigEnv: '/none' });
    assert.equal('error' in explicit ? explicit.error : explicit.path, '/k/explicit');
  });

  it('gives an entry whole to the first file that has it', async (t) => {
    const host = createTestHost(t, {
      '/a': 'users: [{name: u, user: {as: someone}}]\n',
      '/b': CONFIG.replace('USER', '{token: never-used-1}'),
    });
    const loaded = await loadKubeconfig(host, { kubeconfigEnv: '/a:/b' });
    assert.deepEqual('error' in loaded ? loaded : loaded.credential, {});
  });

  it('reads a half that is a file when the other is inline', async (t) => {
    const host = createTestHost(t, {
      ...withUser(`{client-certificate-data: ${btoa('CERT')}, client-key: key.pem}`),
      '/home/me/.kube/key.pem': 'KEY',
    });
    const loaded = await loadKubeconfig(host, {});
    assert.deepEqual('error' in loaded ? loaded : loaded.credential, { certPem: 'CERT', keyPem: 'KEY' });
  });

  it('registers every secret and keeps no password', async (t) => {
    const host = createTestHost(t, {
      '/home/me/.kube/config': CONFIG.replace('"https://x"', '"https://x", proxy-url: "http://me:proxy-secret@proxy:3128"').replace(
        'USER',
        `{token: token-secret-1, username: admin, password: password-secret, client-certificate: c.pem, client-key-data: ${btoa('key-secret-1')}, exec: {command: x, env: [{name: MY_TOKEN, value: env-secret-1}]}}`,
      ),
      '/home/me/.kube/c.pem': 'CERT',
    });
    const loaded = await loadKubeconfig(host, {});
    assert.ok(!('error' in loaded));
    assert.ok(!JSON.stringify(loaded).includes('password-secret'));
    for (const secret of ['proxy-secret', 'token-secret-1', 'password-secret', 'key-secret-1', 'env-secret-1']) {
      assert.equal(host.redactor.clean(`x ${secret}`), 'x [redacted]');
    }
  });

  it('hands cluster information to a plugin that asks for it', async (t) => {
    const host = createTestHost(
      t,
      withUser(
        '{exec: {command: ./bin/plugin, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, provideClusterInfo: true}}',
      ),
    );
    const loaded = await loadKubeconfig(host, {});
    assert.ok(!('error' in loaded));
    const { exec } = loaded.credential;
    assert.equal(exec?.command, '/home/me/.kube/bin/plugin');
    assert.equal(exec?.file, '/home/me/.kube/config');
    assert.equal(exec?.cluster?.server, 'https://x');
  });

  const errors: [name: string, files: Record<string, string>, request: Parameters<typeof loadKubeconfig>[1], code: string, line: RegExp][] =
    [
      ['no such file', {}, { path: '/gone' }, 'ENOENT', /^\/gone: no such file$/],
      ['a list of files that are all gone', {}, { kubeconfigEnv: '/a:/b' }, 'ENOENT', /^\/a: no such file$/],
      ['a directory', { '/d/x': '' }, { path: '/d' }, 'EISDIR', /^\/d: is a directory$/],
      ['too large', { '/big': '#'.repeat(1024 * 1024 + 1) }, { path: '/big' }, 'ETOOBIG', /larger than 1048576 bytes/],
      ['an auth-provider', withUser('{auth-provider: {name: gcp}}'), {}, 'ECONTEXT', /auth-provider "gcp".*exec plugin/],
      ['a certificate without its key', withUser('{client-certificate: x.pem}'), {}, 'ECONTEXT', /no client-key/],
      [
        'no server',
        { '/k': CONFIG.replace('server: "https://x"', '').replace('USER', '{}') },
        { path: '/k' },
        'ECONTEXT',
        /cluster "c" has no server/,
      ],
      [
        'aliases without end',
        {
          '/k': `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
            .split('')
            .map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefgh'[i]}`).join()}]`)
            .join('\n')}\n`,
        },
        { path: '/k' },
        'EYAML',
        /alias/i,
      ],
      ['nesting without end', { '/k': `a: ${'['.repeat(100_000)}` }, { path: '/k' }, 'EYAML', /^\/k/],
      [
        'a terminal escape in a name',
        { '/k': CONFIG.replace('USER', '{}').replaceAll('current-context: a', 'current-context: "\\e[31m"') },
        { path: '/k' },
        'ECONTEXT',
        /no context "\\x1b\[31m"/,
      ],
    ];
  for (const [name, files, request, code, line] of errors) {
    it(`refuses: ${name}`, async (t) => {
      const loaded = await loadKubeconfig(createTestHost(t, files), request);
      assert.ok('error' in loaded);
      assert.equal(loaded.code, code, loaded.error);
      assert.match(loaded.error, line);
      assert.doesNotMatch(loaded.error, /\n/);
    });
  }
  it('goes on with a token beside an auth-provider', async (t) => {
    const loaded = await loadKubeconfig(createTestHost(t, withUser('{auth-provider: {name: gcp}, token: abcdefgh}')), {});
    assert.ok(!('error' in loaded));
  });
});
