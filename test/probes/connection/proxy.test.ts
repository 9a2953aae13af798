import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseProxy, proxyAddress, proxyDisagreements } from '../../../src/probes/connection/proxy.js';

/** NO_PROXY, host, port → the token that lets it go directly, or `proxy`. Agrees with golang.org/x/net/http/httpproxy as of Go 1.26. */
const EXCEPTIONS: [string, string, number, string][] = [
  ['', 'example.com', 443, 'proxy'],
  ['*', 'example.com', 443, '*'],
  ['foo, * ,bar', '10.0.0.1', 10250, '*'],
  ['*', 'fd00::1', 10250, '*'],
  ['example.com', 'example.com', 443, 'example.com'],
  ['example.com', 'foo.example.com', 443, 'example.com'],
  ['example.com', 'fooexample.com', 443, 'proxy'],
  ['.example.com', 'foo.example.com', 443, '.example.com'],
  ['.example.com', 'example.com', 443, 'proxy'],
  ['*.example.com', 'foo.example.com', 443, '*.example.com'],
  ['*.example.com', 'example.com', 443, 'proxy'],
  ['a*.example.com', 'ab.example.com', 443, 'proxy'],
  ['EXAMPLE.com', 'foo.Example.COM', 443, 'EXAMPLE.com'],
  ['foo,  example.com  ', 'example.com', 443, 'example.com'],
  ['foo example.com', 'example.com', 443, 'proxy'],
  ['example.com:443', 'example.com', 443, 'example.com:443'],
  ['example.com:443', 'example.com', 6443, 'proxy'],
  ['.svc', 'kubernetes.default.svc', 443, '.svc'],
  ['svc', 'kubernetes.default.svc', 443, 'svc'],
  ['.svc', 'kubernetes.default.svc.cluster.local', 443, 'proxy'],
  ['10.0.0.1', '10.0.0.1', 443, '10.0.0.1'],
  ['10.0.0.1', '10.0.0.10', 443, 'proxy'],
  ['10.0.0.1:10250', '10.0.0.1', 10250, '10.0.0.1:10250'],
  ['10.0.0.1:10250', '10.0.0.1', 443, 'proxy'],
  ['10.0.0', '10.0.0.1', 443, 'proxy'],
  ['10.', '10.0.0.1', 443, 'proxy'],
  ['.0.0.1', '10.0.0.1', 443, 'proxy'],
  ['10.0.0.0/8', '10.96.0.1', 443, '10.0.0.0/8'],
  ['10.0.0.0/8', '11.0.0.1', 443, 'proxy'],
  ['10.0.0.0/8', 'node-1', 443, 'proxy'],
  ['10.0.0.0/8:443', '10.96.0.1', 443, 'proxy'],
  ['10.0.0.0/33', '10.96.0.1', 443, 'proxy'],
  ['0.0.0.0/0', '192.0.2.1', 443, '0.0.0.0/0'],
  ['0.0.0.0/0', 'fd00::1', 443, 'proxy'],
  ['::/0', '192.0.2.1', 443, 'proxy'],
  ['fd00::/8', 'fd00::1', 443, 'fd00::/8'],
  ['fd00::1', '[fd00::1]', 443, 'fd00::1'],
  ['fd00:0:0::1', 'fd00::1', 443, 'fd00:0:0::1'],
  ['[fd00::1]:443', 'fd00::1', 443, '[fd00::1]:443'],
  ['[fd00::1]:443', 'fd00::1', 6443, 'proxy'],
  ['[fd00::1]', 'fd00::1', 443, 'proxy'],
  ['10.0.0.0/8', '::ffff:10.0.0.1', 443, '10.0.0.0/8'],
  [':443', 'example.com', 443, 'proxy'],
  [',,', 'example.com', 443, 'proxy'],
  ['example.com', 'fe80::1%.example.com', 443, 'proxy'],
];

test('NO_PROXY', () => {
  for (const [noProxy, host, port, expected] of EXCEPTIONS) {
    const { decision, url } = chooseProxy({ HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: noProxy }, { host, port });
    const what = `${noProxy} for ${host} port ${port}`;
    assert.equal(decision.via === 'direct' ? decision.matched : 'proxy', expected, what);
    assert.equal(decision.variable, decision.via === 'direct' ? 'NO_PROXY' : 'HTTPS_PROXY', what);
    assert.equal(url?.hostname, decision.via === 'direct' ? undefined : 'proxy', what);
    assert.equal(decision.noProxy, noProxy === '' ? undefined : noProxy, what);
  }
});

test('localhost and loopback addresses are never proxied', () => {
  for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '::1', '[::1]', '::ffff:127.0.0.1']) {
    const choice = chooseProxy({ HTTPS_PROXY: 'http://proxy:3128' }, { host, port: 10250 });
    assert.deepEqual(choice, { decision: { via: 'direct' } }, host);
  }
  assert.equal(chooseProxy({ HTTPS_PROXY: 'http://proxy:3128' }, { host: 'LOCALHOST', port: 1 }).decision.via, 'proxy', 'as Go has it');
});

test('which variable decides', () => {
  const to = { host: 'node-1', port: 10250 };
  const table: [Record<string, string>, string | undefined, string | undefined][] = [
    [{}, undefined, undefined],
    [{ HTTP_PROXY: 'http://p:1' }, undefined, undefined],
    [{ ALL_PROXY: 'http://p:1' }, undefined, undefined],
    [{ HTTPS_PROXY: 'http://up:1', https_proxy: 'http://low:2' }, 'HTTPS_PROXY', 'http://up:1'],
    [{ https_proxy: 'http://low:2' }, 'https_proxy', 'http://low:2'],
    [{ HTTPS_PROXY: '', https_proxy: 'http://low:2' }, 'https_proxy', 'http://low:2'],
    [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: 'other', no_proxy: 'node-1' }, 'HTTPS_PROXY', 'http://p:1'],
    [{ HTTPS_PROXY: 'http://p:1', no_proxy: 'node-1' }, 'no_proxy', undefined],
  ];
  for (const [env, variable, proxy] of table) {
    const { decision } = chooseProxy(env, to);
    assert.equal(decision.variable, variable, JSON.stringify(env));
    assert.equal(decision.proxy, proxy, JSON.stringify(env));
  }
});

test('proxy URLs', () => {
  const table: [string, string | undefined, { host: string; port: number } | undefined, string?][] = [
    ['proxy:3128', 'http://proxy:3128', { host: 'proxy', port: 3128 }],
    ['10.0.0.9', 'http://10.0.0.9:80', { host: '10.0.0.9', port: 80 }],
    ['http://proxy', 'http://proxy:80', { host: 'proxy', port: 80 }],
    ['https://proxy', 'https://proxy:443', { host: 'proxy', port: 443 }],
    ['http://[fd00::9]:8080', 'http://[fd00::9]:8080', { host: 'fd00::9', port: 8080 }],
    ['socks5://proxy', 'socks5://proxy:1080', { host: 'proxy', port: 1080 }, 'socks5'],
    ['http://proxy:port', undefined, undefined],
  ];
  for (const [text, proxy, address, unsupported] of table) {
    const choice = chooseProxy({ HTTPS_PROXY: text }, { host: 'node-1', port: 10250 });
    assert.equal(choice.decision.proxy, proxy, text);
    assert.deepEqual(choice.url && proxyAddress(choice.url), address, text);
    assert.equal(choice.unsupported, unsupported, text);
    assert.equal(choice.decision.variable, 'HTTPS_PROXY', 'named even where it is ignored');
  }
});

test('credentials stay out of the decision', () => {
  const env = { HTTPS_PROXY: 'http://us%40er:s3cret@proxy:3128', NO_PROXY: 'http://us:s3cret@node-2,node-3' };
  const choice = chooseProxy(env, { host: 'node-1', port: 10250 });
  assert.equal(choice.authorization, `Basic ${Buffer.from('us@er:s3cret').toString('base64')}`);
  assert.doesNotMatch(JSON.stringify(choice.decision), /s3cret|us%40er/);
  assert.equal(chooseProxy({ HTTPS_PROXY: 'http://us@p' }, { host: 'n', port: 1 }).authorization, `Basic ${btoa('us:')}`);
});

test('an explicit proxy is used whatever the environment says', () => {
  const env = { HTTPS_PROXY: 'http://other:1', NO_PROXY: '*' };
  const { decision } = chooseProxy(
    env,
    { host: '127.0.0.1', port: 6443 },
    { url: 'http://u:s3cret@proxy:3128', source: 'kubeconfig proxy-url' },
  );
  assert.deepEqual(decision, { via: 'proxy', proxy: 'http://proxy:3128', variable: 'kubeconfig proxy-url' });
});

test('the two spellings of a variable that differ', () => {
  assert.deepEqual(proxyDisagreements({ HTTPS_PROXY: 'a', https_proxy: 'b', NO_PROXY: 'c', no_proxy: 'c', HTTP_PROXY: 'd' }), [
    { upper: 'HTTPS_PROXY', lower: 'https_proxy' },
  ]);
  assert.deepEqual(proxyDisagreements({ HTTPS_PROXY: '', https_proxy: 'b' }), []);
});
