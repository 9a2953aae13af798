import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { it } from 'node:test';
import { createHost } from '../../src/host/create.js';
import { createTestHost } from './files.js';

it('reads files and directories, and says why not', async (t) => {
  const host = createTestHost(t, {
    '/etc/a': 'text',
    '/cwd/relative': 'here',
    '/etc/link': { link: '/etc/a' },
    '/etc/up': { link: '../etc/a' },
    '/etc/loop': { link: 'loop' },
    '/etc/dangling': { link: '/nowhere' },
    '/etc/escape': { link: '../../../../../../../../../etc/a' },
    '/big': 'x'.repeat(100),
  });
  execFileSync('mkfifo', [join(host.root, 'fifo')]);
  const server = createServer().listen(join(host.root, 'socket'));
  t.after(() => server.close());
  const rows: [path: string, expected: string][] = [
    ['/etc/a', 'text'],
    ['relative', 'here'],
    ['/etc/link', 'text'],
    ['/etc/up', 'text'],
    ['/etc/escape', 'text'],
    ['/etc/../etc/a', 'text'],
    ['/etc/missing', 'ENOENT'],
    ['/etc/a/below', 'ENOENT'],
    ['/etc/dangling', 'ENOENT'],
    ['/etc/loop', 'ELOOP'],
    ['/etc', 'EISDIR'],
    ['/fifo', 'ENOTFILE'],
    ['/socket', 'ENOTFILE'],
    ['/big', 'ETOOBIG'],
  ];
  for (const [path, expected] of rows) {
    const read = await host.readFile(path, 50);
    assert.equal(read.ok ? read.text : read.code, expected, path);
  }
  const bad = await host.readFile('/a\0b');
  assert.equal(bad.ok, false);
  assert.deepEqual(await host.listDirectory('/etc'), ['a', 'dangling', 'escape', 'link', 'loop', 'up']);
  assert.deepEqual(await host.listDirectory('/none'), []);
});

it('reads to a limit exactly, and /proc, whose files have no size', async (t) => {
  const host = createTestHost(t, { '/exact': 'x'.repeat(50) });
  assert.equal((await host.readFile('/exact', 50)).ok, true);
  assert.equal((await host.readFile('/exact', 49)).ok, false);
  const real = createHost();
  const mounts = await real.readFile('/proc/self/mountinfo');
  assert.ok(!mounts.ok || mounts.text.length > 0);
  const device = await real.readFile('/dev/zero');
  assert.equal(device.ok ? '' : device.code, 'ENOTFILE');
});

it('says that a file is closed to us', { skip: process.getuid?.() === 0 && 'root may read everything' }, async (t) => {
  const host = createTestHost(t, { '/secret': 'x' });
  chmodSync(join(host.root, 'secret'), 0);
  const read = await host.readFile('/secret');
  assert.equal(read.ok ? '' : read.code, 'EACCES');
});

it('never shows what the environment keeps secret, and shows its paths', () => {
  const host = createHost({
    env: {
      DD_API_KEY: '0123456789abcdef0123456789abcdef',
      DD_KUBELET_AUTH_TOKEN_PATH: '/var/run/agent/token',
      AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI',
      SECRET_NAME: 'datadog-agent',
      HTTPS_PROXY: 'http://me:p@ss/w0rd@proxy:3128',
    },
  });
  assert.equal(host.redactor.clean('key 0123456789abcdef0123456789abcdef'), 'key [redacted]');
  assert.equal(host.redactor.clean('wJalrXUtnFEMI'), '[redacted]');
  assert.equal(host.redactor.clean('user datadog-agent'), 'user datadog-agent');
  assert.equal(host.redactor.clean('at /var/run/agent/token'), 'at /var/run/agent/token');
  assert.doesNotMatch(host.redactor.clean('cannot parse http://me:p@ss/w0rd@proxy:3128'), /w0rd/);
});

it('has defaults on any machine', () => {
  const host = createHost({ root: '/host/' });
  assert.equal(host.root, '/host');
  assert.equal(host.dnsPort, 53);
  assert.ok(Math.abs(host.now() - Date.now()) < 1000);
  assert.ok(createHost().interfaceAddresses().length >= 0);
});

it('reads a file only on a mount that is allowed, by what was opened and not by its name', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const { root } = createTestHost(t, { '/etc/a': 'text' });
  const asked: string[] = [];
  const host = (allowed: boolean) => createHost({ root, mayRead: async (mount) => asked.push(mount) > 0 && allowed });
  assert.equal((await host(true).readFile('/etc/a')).ok, true);
  const refused = await host(false).readFile('/etc/a');
  assert.equal(!refused.ok && refused.code, 'EXDEV');
  assert.match(asked.join(), /^(\d+),\1$/);
});

it("hides who asks a proxy, with a scheme or without, as Go and curl read it, and passwords in any variable's URL", () => {
  for (const [name, value] of Object.entries({
    HTTPS_PROXY: 'ProxyUser77:ProxyPassSentinel9183@proxy:3128',
    https_proxy: 'http://ProxyUser77:ProxyPassSentinel9183@proxy:3128',
    ALL_PROXY: 'socks5://ProxyUser77:Proxy%50assSentinel9183@proxy',
    DATABASE_URL: 'postgres://ProxyUser77:ProxyPassSentinel9183@db/x',
  })) {
    const { redactor } = createHost({ env: { [name]: value } });
    const basic = Buffer.from('ProxyUser77:ProxyPassSentinel9183').toString('base64');
    for (const said of [
      'ProxyPassSentinel9183',
      'proxypasssentinel9183',
      'ProxyUser77',
      basic,
      `realm="ProxyUser77:ProxyPassSentinel9183"`,
    ])
      assert.doesNotMatch(redactor.clean(`it said ${said} to us`), /sentinel|User77|UHJveH/i, `${name}: ${said}`);
  }
});
