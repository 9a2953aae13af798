import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { urlWithoutCredentials } from '../../src/host/secrets/urls.js';
import type { Setting } from '../../src/model/facts.js';
import { readsAsTrue } from '../../src/profiles/datadog-settings.js';
import { OPTION_GROUPS, type OptionType } from '../../src/setup/option-spec.js';
import { type Flags, OPTIONS } from '../../src/setup/options.js';
import { resolveSettings } from '../../src/setup/resolve.js';
import type { Resolved } from '../../src/setup/resolved.js';
import { parseDuration, parseEndpoint, parseHost, parsePort, portAsAgent } from '../../src/setup/values.js';
import { createTestHost, type Files } from '../host/files.js';

const SA = '/var/run/secrets/kubernetes.io/serviceaccount';
const MOUNT: Files = { [`${SA}/token`]: 'x', [`${SA}/ca.crt`]: 'x', [`${SA}/namespace`]: 'dd' };
const SERVICE = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };
const kubeconfig = (user: string, cluster = '') =>
  `current-context: a
contexts: [{name: a, context: {cluster: c, user: u}}, {name: b, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "https://cp:6443"${cluster && `, ${cluster}`}}}]
users: [{name: u, user: ${user}}]
`;
const HOME: Files = {
  '/home/me/.kube/config': kubeconfig('{client-certificate: c.pem, client-key: k.pem}', 'certificate-authority: ca.pem'),
};
const INLINE: Files = { '/home/me/.kube/config': kubeconfig('{token: inline-token-1}', `certificate-authority-data: ${btoa('CA')}`) };

interface Row {
  name: string;
  flags?: Partial<Flags>;
  env?: Record<string, string>;
  files?: Files;
  expect: { [K in keyof Resolved]?: Partial<Resolved[K]> | Resolved[K] };
}

const rows: Row[] = [
  {
    name: 'nothing at all',
    expect: {
      node: undefined,
      kubelet: {
        host: undefined,
        hostSource: 'none',
        port: 10250,
        httpPort: 10255,
        caPath: undefined,
        caSource: 'none',
        tokenPath: undefined,
        agentVerifies: true,
        usesKubeconfig: false,
        useApiServer: false,
        eksFargate: false,
      },
      apiserver: { url: undefined, from: 'none', insecureInKubeconfig: false, agentVerifies: true },
      insecure: false,
      noExec: false,
      timeoutMs: 30_000,
      connectTimeoutMs: 4000,
    },
  },
  {
    name: "in the agent's pod",
    files: MOUNT,
    env: { ...SERVICE, DD_KUBERNETES_KUBELET_HOST: '10.0.0.7', DD_KUBERNETES_KUBELET_NODENAME: 'n1' },
    expect: {
      node: 'n1',
      kubelet: {
        host: '10.0.0.7',
        hostSource: 'DD_KUBERNETES_KUBELET_HOST',
        caPath: `${SA}/ca.crt`,
        caSource: 'service account',
        tokenPath: `${SA}/token`,
      },
      apiserver: {
        url: { host: '10.96.0.1', port: 443, path: '' },
        from: 'service-environment',
        caPath: `${SA}/ca.crt`,
        tokenPath: `${SA}/token`,
      },
    },
  },
  {
    name: 'a pod without a token',
    env: SERVICE,
    expect: {
      kubelet: { tokenPath: undefined, caPath: undefined },
      apiserver: { from: 'service-environment', tokenPath: undefined, caPath: undefined },
    },
  },
  {
    name: 'an IPv6 cluster',
    env: { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443', DD_KUBERNETES_KUBELET_HOST: 'fd00::7' },
    expect: { kubelet: { host: 'fd00::7' }, apiserver: { url: { host: 'fd00::1', port: 443, path: '' } } },
  },
  { name: 'half a service environment is none', env: { KUBERNETES_SERVICE_HOST: '10.96.0.1' }, expect: { apiserver: { from: 'none' } } },
  {
    name: 'every variable of the agent',
    files: MOUNT,
    env: {
      ...SERVICE,
      DD_KUBERNETES_HTTPS_KUBELET_PORT: '10251',
      DD_KUBERNETES_HTTP_KUBELET_PORT: '0',
      DD_KUBELET_TLS_VERIFY: 'false',
      DD_KUBELET_CLIENT_CA: '/ca.pem',
      DD_KUBELET_CLIENT_CRT: '/c.pem',
      DD_KUBELET_CLIENT_KEY: '/k.pem',
      DD_KUBELET_AUTH_TOKEN_PATH: '/t',
      DD_KUBELET_USE_API_SERVER: 'true',
      DD_EKS_FARGATE: '1',
      DD_KUBERNETES_APISERVER_CA_PATH: '/api-ca.pem',
      DD_KUBERNETES_APISERVER_TLS_VERIFY: 'f',
    },
    expect: {
      kubelet: {
        port: 10251,
        httpPort: 0,
        agentVerifies: false,
        caPath: '/ca.pem',
        certPath: '/c.pem',
        keyPath: '/k.pem',
        tokenPath: '/t',
        useApiServer: true,
        eksFargate: true,
      },
      apiserver: { caPath: '/api-ca.pem', agentVerifies: false, tokenPath: `${SA}/token`, certPath: undefined },
      insecure: false,
    },
  },
  {
    name: 'verification as viper reads it: yes is no',
    env: { DD_KUBELET_TLS_VERIFY: 'yes' },
    expect: { kubelet: { agentVerifies: false } },
  },
  {
    name: 'an empty variable is unset',
    env: { DD_KUBELET_TLS_VERIFY: '', DD_KUBERNETES_KUBELET_HOST: '', NODE_NAME: '' },
    expect: { node: undefined, kubelet: { agentVerifies: true, host: undefined } },
  },
  { name: 'HTTPS turned off for the agent', env: { DD_KUBERNETES_HTTPS_KUBELET_PORT: '0' }, expect: { kubelet: { port: 0 } } },
  {
    name: 'a port that is none',
    env: { DD_KUBERNETES_HTTPS_KUBELET_PORT: 'abc', DD_KUBERNETES_HTTP_KUBELET_PORT: '99999' },
    expect: { kubelet: { port: 0, httpPort: 0 } },
  },
  {
    name: 'a certificate beside the token, as the agent sends them',
    files: MOUNT,
    env: { ...SERVICE, DD_KUBELET_CLIENT_CRT: '/c', DD_KUBELET_CLIENT_KEY: '/k' },
    expect: { kubelet: { certPath: '/c', keyPath: '/k', tokenPath: `${SA}/token` } },
  },
  {
    name: 'half a certificate is none',
    files: MOUNT,
    env: { ...SERVICE, DD_KUBELET_CLIENT_CRT: '/c' },
    expect: { kubelet: { certPath: undefined, keyPath: undefined, tokenPath: `${SA}/token` } },
  },
  { name: 'NODE_NAME', env: { NODE_NAME: 'n2' }, expect: { node: 'n2' } },
  { name: 'a NODE_NAME that is none', env: { NODE_NAME: '../x' }, expect: { node: undefined } },
  {
    name: 'flags before all',
    files: { ...MOUNT, '/cwd/ca': 'x', '/cwd/t': 'x', '/cwd/c': 'x', '/cwd/k': 'x' },
    env: {
      ...SERVICE,
      DD_KUBERNETES_KUBELET_HOST: '10.0.0.7',
      DD_KUBERNETES_HTTPS_KUBELET_PORT: '1',
      DD_KUBELET_CLIENT_CA: '/x',
      DD_KUBELET_AUTH_TOKEN_PATH: '/x',
      NODE_NAME: 'n2',
    },
    flags: {
      node: 'n1',
      'kubelet-host': 'n1.example',
      'kubelet-port': '10253',
      'kubelet-ca': 'ca',
      'kubelet-token-file': './t',
      apiserver: 'https://api:6443',
      'apiserver-ca': '/cwd/ca',
      'apiserver-client-cert': 'c',
      'apiserver-client-key': 'k',
      'insecure-skip-tls-verify': true,
      exec: false,
      timeout: '1m',
      'connect-timeout': '500ms',
    },
    expect: {
      node: 'n1',
      kubelet: {
        host: 'n1.example',
        hostSource: '--kubelet-host',
        port: 10253,
        caPath: '/cwd/ca',
        caSource: '--kubelet-ca',
        tokenPath: '/cwd/t',
        certPath: undefined,
      },
      apiserver: {
        url: { host: 'api', port: 6443, path: '' },
        from: 'flag',
        caPath: '/cwd/ca',
        certPath: '/cwd/c',
        keyPath: '/cwd/k',
        tokenPath: undefined,
      },
      insecure: true,
      noExec: true,
      timeoutMs: 60_000,
      connectTimeoutMs: 500,
    },
  },
  {
    name: 'one token for both',
    files: { '/cwd/t': 'x' },
    flags: { 'token-file': 't' },
    expect: { kubelet: { tokenPath: '/cwd/t' }, apiserver: { tokenPath: '/cwd/t' } },
  },
  {
    name: 'a token for each',
    files: { '/cwd/t': 'x', '/cwd/k': 'x' },
    flags: { 'token-file': 't', 'kubelet-token-file': 'k' },
    expect: { kubelet: { tokenPath: '/cwd/k' }, apiserver: { tokenPath: '/cwd/t' } },
  },
  { name: 'no connection outlasts the run', flags: { timeout: '2' }, expect: { timeoutMs: 2000, connectTimeoutMs: 2000 } },
  { name: 'a bracketed address', flags: { 'kubelet-host': '[fd00::7]' }, expect: { kubelet: { host: 'fd00::7' } } },
  {
    name: 'at a workstation: the kubeconfig for both servers',
    files: HOME,
    expect: {
      kubelet: {
        caPath: '/home/me/.kube/ca.pem',
        caSource: 'kubeconfig /home/me/.kube/config',
        certPath: '/home/me/.kube/c.pem',
        keyPath: '/home/me/.kube/k.pem',
        usesKubeconfig: true,
      },
      apiserver: {
        url: { host: 'cp', port: 6443, path: '' },
        from: 'kubeconfig',
        caPath: '/home/me/.kube/ca.pem',
        certPath: '/home/me/.kube/c.pem',
        keyPath: '/home/me/.kube/k.pem',
      },
    },
  },
  {
    name: 'inline: no paths, the CA for both',
    files: INLINE,
    expect: {
      kubelet: { caPem: 'CA', caPath: undefined, tokenPath: undefined, usesKubeconfig: true },
      apiserver: { caPem: 'CA', caPath: undefined, tokenPath: undefined },
    },
  },
  {
    name: 'flags for the kubelet beside a kubeconfig',
    files: { ...HOME, '/cwd/t': 'x' },
    flags: { 'kubelet-token-file': 't' },
    expect: { kubelet: { tokenPath: '/cwd/t', certPath: undefined }, apiserver: { certPath: '/home/me/.kube/c.pem' } },
  },
  {
    name: 'a pod before KUBECONFIG and ~/.kube/config',
    files: { ...MOUNT, ...HOME },
    env: { ...SERVICE, KUBECONFIG: '/home/me/.kube/config' },
    expect: { apiserver: { from: 'service-environment', kubeconfig: undefined }, kubelet: { tokenPath: `${SA}/token` } },
  },
  {
    name: '--kubeconfig before the pod',
    files: { ...MOUNT, ...HOME },
    env: SERVICE,
    flags: { kubeconfig: '/home/me/.kube/config' },
    expect: {
      apiserver: { from: 'kubeconfig', url: { host: 'cp', port: 6443, path: '' } },
      kubelet: { usesKubeconfig: true, certPath: '/home/me/.kube/c.pem', tokenPath: undefined },
    },
  },
  {
    name: '--context before the pod',
    files: { ...MOUNT, ...HOME },
    env: SERVICE,
    flags: { context: 'b' },
    expect: { apiserver: { from: 'kubeconfig' } },
  },
  {
    name: "the agent's kubeconfig is for the apiserver alone",
    files: { ...MOUNT, '/agent/kubeconfig': kubeconfig('{tokenFile: t}') },
    env: { ...SERVICE, DD_KUBERNETES_KUBECONFIG_PATH: '/agent/kubeconfig' },
    expect: {
      apiserver: { from: 'kubeconfig', tokenPath: '/agent/t' },
      kubelet: { usesKubeconfig: false, tokenPath: `${SA}/token`, caPath: `${SA}/ca.crt` },
    },
  },
  {
    name: 'KUBECONFIG before ~/.kube/config',
    files: { ...HOME, '/k': kubeconfig('{tokenFile: /t}') },
    env: { KUBECONFIG: '/k' },
    expect: { apiserver: { tokenPath: '/t' } },
  },
  {
    name: '--apiserver replaces the address alone, and the name that belonged to it',
    files: {
      '/home/me/.kube/config': kubeconfig(
        '{tokenFile: t}',
        'tls-server-name: k, certificate-authority: ca.pem, proxy-url: "http://me:pw-sentinel@proxy:3128"',
      ),
    },
    flags: { apiserver: '10.0.0.1:6443' },
    expect: {
      apiserver: {
        url: { host: '10.0.0.1', port: 6443, path: '' },
        from: 'flag',
        serverName: undefined,
        caPath: '/home/me/.kube/ca.pem',
        tokenPath: '/home/me/.kube/t',
        proxyUrl: 'http://me:pw-sentinel@proxy:3128',
      },
    },
  },
  {
    name: 'what a kubeconfig says of TLS',
    files: {
      '/home/me/.kube/config': kubeconfig('{}', 'tls-server-name: k, insecure-skip-tls-verify: true').replace(
        'https://cp:6443',
        'https://rancher/k8s/clusters/c-1/',
      ),
    },
    expect: {
      apiserver: { url: { host: 'rancher', port: 443, path: '/k8s/clusters/c-1' }, serverName: 'k', insecureInKubeconfig: true },
      insecure: false,
    },
  },
  {
    name: 'an empty ~/.kube/config is none',
    files: { '/home/me/.kube/config': 'apiVersion: v1\nkind: Config\ncontexts: null\ncurrent-context: ""\n' },
    expect: { apiserver: { from: 'none' } },
  },
];

describe('resolveSettings', () => {
  for (const { name, flags = {}, env = {}, files = {}, expect } of rows) {
    it(name, async (t) => {
      const resolved = await resolveSettings(flags, createTestHost(t, files, { env }));
      assert.ok(!('error' in resolved), 'error' in resolved ? resolved.error : '');
      for (const [key, wanted] of Object.entries(expect)) {
        const got: unknown = resolved[key as keyof Resolved];
        if (typeof wanted !== 'object' || wanted === null) assert.equal(got, wanted, key);
        else
          for (const [part, value] of Object.entries(wanted))
            assert.deepEqual((got as Record<string, unknown>)[part], value, `${key}.${part}`);
      }
    });
  }
});

describe('resolveSettings: one line for what is wrong', () => {
  const errors: [flags: Record<string, unknown>, line: RegExp, env?: Record<string, string>, files?: Files][] = [
    [{ 'kubelet-port': '70000' }, /^--kubelet-port 70000 is not a port; give a number from 1 to 65535$/],
    [{ 'kubelet-port': 'https' }, /^--kubelet-port https is not a port/],
    [{ 'kubelet-host': 'https://10.0.0.7:10250' }, /^--kubelet-host https:\/\/10\.0\.0\.7:10250 is not an address or a name/],
    [{ 'kubelet-host': '10.0.0.7:10250' }, /give the port with --kubelet-port$/],
    [{ 'kubelet-host': '\x1b[31m' }, /^--kubelet-host \\x1b\[31m is not an address/],
    [{ node: 'n1/../../secrets' }, /^--node n1\/\.\.\/\.\.\/secrets is not a node name/],
    [
      { apiserver: 'http://10.0.0.1' },
      /^--apiserver http:\/\/10\.0\.0\.1 is http, which would send the credential unencrypted; write https/,
    ],
    [{ apiserver: 'https://me:SENTINEL@10.0.0.1' }, /^--apiserver https:\/\/\[redacted\]@10\.0\.0\.1 contains a user name/],
    [{ apiserver: 'a b' }, /^--apiserver a b is not a URL or host:port/],
    [{ timeout: 'soon' }, /^--timeout soon is not a duration; write 500ms, 4s, 2m or 1h$/],
    [{ timeout: '0' }, /^--timeout 0 is out of range; give 1ms to 24h$/],
    [{ 'connect-timeout': '-1s' }, /^--connect-timeout -1s is not a duration/],
    [{ 'token-file': 'gone' }, /^--token-file gone: no such file; check the path$/],
    [{ 'kubelet-ca': '/etc' }, /^--kubelet-ca \/etc: is a directory; name a readable file$/, {}, { '/etc/x': '' }],
    [{ 'kubelet-client-cert': 'c' }, /^--kubelet-client-cert needs --kubelet-client-key, which may name the same file$/],
    [{ 'apiserver-client-key': 'c' }, /^--apiserver-client-key needs --apiserver-client-cert/],
    [{ 'kubelet-host': ['a', 'b'] }, /^--kubelet-host is given more than once/],
    [{ 'kubelet-host': '' }, /^--kubelet-host has an empty value/],
    [{ kubeconfig: '/gone' }, /^--kubeconfig: \/gone: no such file; check the path$/],
    [{ kubeconfig: '/k' }, /^--kubeconfig: \/k:2: /, {}, { '/k': 'a: b\n\tc: d\n' }],
    [{ context: 'zz' }, /^--context: \/home\/me\/\.kube\/config: has no context "zz"; did you mean "a"\? known: "a", "b"$/, {}, HOME],
    [{}, /^KUBECONFIG: \/gone: no such file/, { KUBECONFIG: '/gone' }],
    [{}, /^DD_KUBERNETES_KUBECONFIG_PATH: \/gone: no such file/, { DD_KUBERNETES_KUBECONFIG_PATH: '/gone' }],
    [{}, /^~\/\.kube\/config: \/home\/me\/\.kube\/config:1: /, {}, { '/home/me/.kube/config': '{' }],
    [
      {},
      /^~\/\.kube\/config: .*the server of cluster "c" is http,.*--apiserver$/,
      {},
      { '/home/me/.kube/config': kubeconfig('{}').replace('https', 'http') },
    ],
  ];
  for (const [flags, line, env = {}, files = {}] of errors) {
    it(`${Object.keys(flags).join()} ${line.source}`, async (t) => {
      const resolved = await resolveSettings(flags as Partial<Flags>, createTestHost(t, files, { env }));
      assert.ok('error' in resolved);
      assert.match(resolved.error, line);
      assert.doesNotMatch(resolved.error, /[\n\x1b]|SENTINEL/);
    });
  }
});

describe('the list of settings', () => {
  it('names each with its origin and source, once, and shows no secret', async (t) => {
    const host = createTestHost(
      t,
      {
        ...MOUNT,
        '/home/me/.kube/config': kubeconfig('{token: SENTINEL-token}', 'proxy-url: "http://me:SENTINEL-pw@proxy:3128"'),
        '/cwd/t': 'SENTINEL-file',
      },
      {
        env: {
          ...SERVICE,
          DD_KUBERNETES_KUBELET_HOST: '10.0.0.7',
          HTTPS_PROXY: 'http://u:SENTINEL/x@p:1',
          NO_PROXY: '10.0.0.0/8',
          DD_API_KEY: 'SENTINEL-key',
        },
      },
    );
    const resolved = await resolveSettings({ context: 'a', 'kubelet-token-file': 't', 'connect-timeout': '2' }, host);
    assert.ok(!('error' in resolved));
    const by = new Map(resolved.settings.map((s) => [s.setting, s]));
    assert.equal(by.size, resolved.settings.length);
    const expected: [setting: string, value: string, origin: string, source: string][] = [
      ['kubelet.host', '10.0.0.7', 'agent environment', 'DD_KUBERNETES_KUBELET_HOST'],
      ['kubelet.port', '10250', 'default', ''],
      ['kubelet.ca', `${SA}/ca.crt`, 'file', 'service account'],
      ['kubelet.token', '/cwd/t', 'flag', '--kubelet-token-file'],
      ['apiserver.url', 'https://cp:6443', 'file', 'kubeconfig /home/me/.kube/config'],
      ['apiserver.proxy', 'http://proxy:3128', 'file', 'kubeconfig /home/me/.kube/config'],
      ['apiserver.credential', 'user u', 'file', 'kubeconfig /home/me/.kube/config'],
      ['kubeconfig', '/home/me/.kube/config', 'file', '~/.kube/config'],
      ['context', 'a', 'flag', '--context'],
      ['connect-timeout', '2s', 'flag', '--connect-timeout'],
      ['timeout', '30s', 'default', ''],
      ['HTTPS_PROXY', 'http://p:1', 'environment', 'HTTPS_PROXY'],
      ['NO_PROXY', '10.0.0.0/8', 'environment', 'NO_PROXY'],
    ];
    for (const [setting, value, origin, source] of expected) assert.deepEqual(by.get(setting), { setting, value, origin, source });
    assert.doesNotMatch(JSON.stringify(resolved.settings), /SENTINEL/);
  });

  /** A sound value of every type. */
  const SOUND: Record<OptionType, unknown> = {
    text: 'a',
    node: 'a',
    host: 'h',
    port: '1',
    endpoint: 'h',
    account: 'a/b',
    workload: 'a/b',
    process: '1',
    profile: 'metrics-server',
    version: '1.31',
    duration: '1s',
    file: 'f',
    directory: '/cwd',
    // Of the paths, the kubeconfig alone feeds a setting.
    path: 'k',
    choice: 'x',
    list: [],
    switch: true,
  };

  it('has an entry for every option that feeds a setting', async (t) => {
    const files = Object.fromEntries(['f', 'k'].map((name) => [`/cwd/${name}`, name === 'k' ? kubeconfig('{}') : 'x']));
    const flags: Record<string, unknown> = {};
    for (const { name, type } of OPTIONS) {
      // It excludes --kubeconfig, and has a test of its own (agent-host).
      if (name === 'agent-process') continue;
      // Excludes --verbose, and feeds no setting.
      if (name === 'quiet') continue;
      flags[name.replace(/^no-/, '')] = name.startsWith('no-') ? false : SOUND[type];
    }
    const resolved = await resolveSettings(flags as Partial<Flags>, createTestHost(t, files));
    assert.ok(!('error' in resolved));
    for (const option of OPTIONS) {
      if (!('setting' in option) || option.name === 'agent-process') continue;
      const found: Setting | undefined = resolved.settings.find((s) => s.setting === option.setting);
      assert.equal(found?.origin, 'flag', `${option.name} feeds ${option.setting}`);
      // --token-file is for both; each server says which of them it took.
      assert.equal(found?.source, `--${option.name}`);
    }
  });
});

describe('values', () => {
  const check = <T>(name: string, read: (text: string) => T, table: [text: string, value: T][]) =>
    it(name, () => {
      for (const [text, value] of table) assert.deepEqual(read(text), value, text);
    });
  check('durations', parseDuration, [
    ['4s', 4000],
    ['500ms', 500],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['1.5s', 1500],
    ['4', 4000],
    [' 4s ', 4000],
    ['', undefined],
    ['4 s', undefined],
    ['s', undefined],
    ['1d', undefined],
    ['0s', undefined],
    ['-4s', undefined],
    ['1e3', undefined],
    ['25h', undefined],
    ['999999999h', undefined],
  ]);
  check('ports', parsePort, [
    ['1', 1],
    ['65535', 65_535],
    ['65536', undefined],
    ['0', undefined],
    ['', undefined],
    ['10250x', undefined],
    ['-1', undefined],
    ['1e3', undefined],
  ]);
  check('ports of the agent', portAsAgent, [
    ['10250', 10_250],
    ['0', 0],
    ['abc', 0],
    ['', 0],
  ]);
  check('booleans of the agent', readsAsTrue, [
    ['true', true],
    ['1', true],
    ['T', true],
    ['TRUE', true],
    ['True', true],
    ['yes', false],
    ['on', false],
    ['tRUE', false],
    ['0', false],
    ['', false],
  ]);
  check('hosts', parseHost, [
    ['10.0.0.7', '10.0.0.7'],
    ['n1', 'n1'],
    ['N1.Example.', 'N1.Example.'],
    ['fd00::7', 'fd00::7'],
    ['[fd00::7]', 'fd00::7'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['', undefined],
    ['a b', undefined],
    ['a/b', undefined],
    ['a:1', undefined],
    ['-a', undefined],
    ['$(x)', undefined],
    ['a'.repeat(64), undefined],
  ]);
  check('endpoints', (text) => parseEndpoint(text), [
    ['10.0.0.1:6443', { host: '10.0.0.1', port: 6443, path: '' }],
    ['api', { host: 'api', port: 443, path: '' }],
    ['https://api', { host: 'api', port: 443, path: '' }],
    ['https://api:443/', { host: 'api', port: 443, path: '' }],
    ['HTTPS://API:6443', { host: 'api', port: 6443, path: '' }],
    ['https://r/k8s/clusters/c-1', { host: 'r', port: 443, path: '/k8s/clusters/c-1' }],
    ['[fd00::1]:6443', { host: 'fd00::1', port: 6443, path: '' }],
    ['fd00::1', { host: 'fd00::1', port: 443, path: '' }],
    ['https://[fd00::1]', { host: 'fd00::1', port: 443, path: '' }],
  ]);
  check('proxies', urlWithoutCredentials, [
    ['http://me:pw@p:1', 'http://p:1'],
    ['http://p:1', 'http://p:1'],
    ['me:p@ss/w@p:1', 'p:1'],
    ['p:1', 'p:1'],
  ]);
});

it('every option of the table stands below a heading of --help-all', () => {
  for (const { name, group } of OPTIONS) assert.ok(OPTION_GROUPS.includes(group), name);
});
