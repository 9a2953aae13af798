import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Host } from '../../../src/host/host.js';
import { createRedactor } from '../../../src/host/redact.js';
import { createResolver } from '../../../src/probes/connection/dns.js';
import { namesToAsk, parseResolvConf } from '../../../src/probes/connection/resolv-conf.js';
import { ANSWERED, within } from '../within.js';

/** What the server says to a question: addresses, a response code, or nothing at all. */
type Say = { a?: string; aaaa?: Buffer; rcode?: number } | 'silent';

const NXDOMAIN = 3;
const SERVFAIL = 2;
const REFUSED = 5;

/** A nameserver on loopback (RFC 1035 §4, one question a message). `asked` lists the questions as `A name`. */
async function nameserver(t: TestContext, say: (name: string, type: 'A' | 'AAAA') => Say, address = '127.0.0.1', port = 0) {
  const asked: string[] = [];
  const socket = dgram.createSocket('udp4');
  socket.on('message', (message, from) => {
    const labels: string[] = [];
    let at = 12;
    for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
      labels.push(message.subarray(at + 1, at + 1 + length).toString());
      at += 1 + length;
    }
    const type = message.readUInt16BE(at + 1) === 28 ? 'AAAA' : 'A';
    asked.push(`${type} ${labels.join('.')}`);
    const answer = say(labels.join('.'), type);
    if (answer === 'silent') return;
    const data = type === 'A' ? answer.a && Buffer.from(answer.a.split('.').map(Number)) : answer.aaaa;
    const header = Buffer.from(message.subarray(0, 12));
    header.writeUInt16BE(0x8180 | (answer.rcode ?? 0), 2);
    header.writeUInt16BE(data ? 1 : 0, 6);
    header.writeUInt32BE(0, 8); // the question's EDNS record is not repeated
    const record = Buffer.from([0xc0, 12, 0, type === 'A' ? 1 : 28, 0, 1, 0, 0, 0, 5, 0, data ? data.length : 0]);
    socket.send(Buffer.concat([header, message.subarray(12, at + 5), ...(data ? [record, data] : [])]), from.port, from.address);
  });
  socket.bind(port, address);
  await once(socket, 'listening');
  t.after(() => socket.close());
  return { port: (socket.address() as AddressInfo).port, asked };
}

function hostWith(files: Record<string, string>, dnsPort: number, hostName = 'pod-1'): Host {
  return {
    env: {},
    root: '/host',
    home: '/',
    hostName,
    cwd: '/',
    dnsPort,
    redactor: createRedactor(),
    now: () => 0,
    async readFile(path) {
      const text = files[path];
      if (text === undefined) return { ok: false, path, code: 'ENOENT', detail: 'is missing' };
      return { ok: true, path, bytes: Buffer.from(text), text };
    },
    listDirectory: async () => [],
    locate: async (path) => path,
    interfaceAddresses: () => [],
  };
}

const POD_CONF = 'nameserver 127.0.0.1\nsearch lab.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n';
const resolverWith = (port: number, conf = POD_CONF, hosts = '') =>
  createResolver(hostWith({ '/etc/resolv.conf': conf, '/etc/hosts': hosts }, port));

test('an address needs no question', async () => {
  const resolver = await resolverWith(1);
  for (const [name, address, family] of [
    ['10.0.0.7', '10.0.0.7', 4],
    ['[fd00::7]', 'fd00::7', 6],
    ['::1', '::1', 6],
  ] as const) {
    const outcome = await resolver.lookup(name, { timeoutMs: 100 });
    assert.ok(outcome.status === 'observed', JSON.stringify(outcome));
    assert.deepEqual(outcome.data, { addresses: [{ address, family }], from: 'literal', asked: [], nameservers: ['127.0.0.1'] });
  }
});

test('the hosts file comes first, in any case, with all its addresses', async () => {
  const resolver = await resolverWith(
    1,
    POD_CONF,
    '# kubelet-managed\n::1 localhost\n127.0.0.1\tlocalhost loghost # mine\n10.0.0.7 Node-1\nbad node-2\n',
  );
  const local = await resolver.lookup('LOCALHOST', { timeoutMs: 100 });
  assert.ok(local.status === 'observed', JSON.stringify(local));
  assert.equal(local.data.from, 'hosts');
  assert.deepEqual(local.data.addresses, [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ]);
  const node = await resolver.lookup('node-1', { timeoutMs: 100 });
  assert.ok(node.status === 'observed' && node.data.addresses[0]?.address === '10.0.0.7', JSON.stringify(node));
});

test('the search list is asked in order, both families each', async (t) => {
  const server = await nameserver(t, (name, type) => {
    if (name !== 'kubernetes.default.svc.cluster.local') return { rcode: NXDOMAIN };
    return type === 'A' ? { a: '10.96.0.1' } : { aaaa: Buffer.from('fd000000000000000000000000000001', 'hex') };
  });
  const resolver = await resolverWith(server.port);
  const outcome = await resolver.lookup('kubernetes.default', { timeoutMs: ANSWERED });
  assert.ok(outcome.status === 'observed', JSON.stringify(outcome));
  assert.deepEqual(outcome.data, {
    addresses: [
      { address: '10.96.0.1', family: 4 },
      { address: 'fd00::1', family: 6 },
    ],
    from: 'dns',
    asked: ['kubernetes.default.lab.svc.cluster.local', 'kubernetes.default.svc.cluster.local'],
    nameservers: ['127.0.0.1'],
  });
  assert.equal(server.asked.length, 4);
  assert.deepEqual(resolver.search, ['lab.svc.cluster.local', 'svc.cluster.local', 'cluster.local']);
});

test('failures, each with its code and what was asked', async (t) => {
  const table: [string, Say, string, number][] = [
    ['no such name', { rcode: NXDOMAIN }, 'ENOTFOUND', 4],
    ['a name without addresses', {}, 'ENOTFOUND', 4],
    ['a server that fails', { rcode: SERVFAIL }, 'ESERVFAIL', 4],
    ['a server that refuses', { rcode: REFUSED }, 'EREFUSED', 1],
    ['a silent server: one deadline, however long the search list', 'silent', 'ETIMEOUT', 1],
  ];
  for (const [what, say, code, names] of table) {
    await t.test(what, async (t) => {
      const server = await nameserver(t, () => say);
      const resolver = await resolverWith(server.port);
      const timeoutMs = say === 'silent' ? 400 : ANSWERED;
      const outcome = await within(700, () => resolver.lookup('node-1', { timeoutMs }));
      assert.ok(outcome.status === 'failed', JSON.stringify(outcome));
      assert.equal(outcome.code, code);
      assert.equal(outcome.data?.asked.length, names);
      assert.equal(outcome.data?.asked[0], 'node-1.lab.svc.cluster.local');
      assert.deepEqual(outcome.data?.nameservers, ['127.0.0.1']);
    });
  }
});

test('nobody listening is told from nobody answering', async (t) => {
  const server = await nameserver(t, () => 'silent', '127.0.0.2');
  const resolver = await resolverWith(server.port);
  const outcome = await within(500, () => resolver.lookup('node-1', { timeoutMs: ANSWERED }));
  assert.ok(outcome.status === 'failed', JSON.stringify(outcome));
  assert.equal(outcome.code, 'ECONNREFUSED');
});

test('a dead first nameserver leaves time for the second', async (t) => {
  const dead = await nameserver(t, () => 'silent', '127.0.0.1');
  await nameserver(t, (_name, type) => (type === 'A' ? { a: '10.0.0.7' } : {}), '127.0.0.2', dead.port);
  const resolver = await resolverWith(dead.port, 'nameserver 127.0.0.1\nnameserver 127.0.0.2\n');
  const outcome = await resolver.lookup('node-1', { timeoutMs: 4000 });
  assert.ok(outcome.status === 'observed', JSON.stringify(outcome));
  assert.equal(outcome.data.addresses[0]?.address, '10.0.0.7');
});

test('a resolver that drops AAAA questions does not cost the deadline', async (t) => {
  const server = await nameserver(t, (_name, type) => (type === 'A' ? { a: '10.0.0.7' } : 'silent'));
  const resolver = await resolverWith(server.port, 'nameserver 127.0.0.1\n');
  const outcome = await within(600, () => resolver.lookup('node-1', { timeoutMs: ANSWERED }));
  assert.ok(outcome.status === 'observed', JSON.stringify(outcome));
});

test('cancelling ends it at once', async (t) => {
  const server = await nameserver(t, () => 'silent');
  const resolver = await resolverWith(server.port);
  const stopper = new AbortController();
  setTimeout(() => stopper.abort(), 50);
  for (const signal of [stopper.signal, AbortSignal.abort()]) {
    const outcome = await within(500, () => resolver.lookup('node-1', { timeoutMs: 20_000, signal }));
    assert.ok(outcome.status === 'failed', JSON.stringify(outcome));
    assert.equal(outcome.code, 'ECANCELLED');
  }
});

test('resolv.conf is read as glibc reads it', () => {
  const read = (text: string, hostName = 'n1') => parseResolvConf(text, hostName);
  assert.deepEqual(read(''), { nameservers: ['127.0.0.1'], search: [], ndots: 1 });
  assert.deepEqual(read('', 'n1.corp.example').search, ['corp.example'], 'the host name has a domain');
  assert.deepEqual(read('nameserver fd00::a\n nameserver 10.0.0.1 \nnameserver junk\n').nameservers, ['fd00::a', '10.0.0.1']);
  assert.equal(read('nameserver 1.1.1.1\n'.repeat(5)).nameservers.length, 3);
  assert.deepEqual(read('search a b\ndomain c\n').search, ['c'], 'the last one counts');
  assert.deepEqual(read('domain c\nsearch a. b\n').search, ['a', 'b']);
  assert.equal(read('options ndots:2 timeout:1\n').ndots, 2);
  assert.equal(read('options ndots:99\n').ndots, 15);
  assert.deepEqual(read('; nameserver 9.9.9.9\n# search x\n'), { nameservers: ['127.0.0.1'], search: [], ndots: 1 });
});

test('names are asked in the order of glibc, at most six', () => {
  const search = ['a', 'b'];
  const table: [string, number, string[]][] = [
    ['n1', 1, ['n1.a', 'n1.b', 'n1']],
    ['n1.x', 1, ['n1.x', 'n1.x.a', 'n1.x.b']],
    ['n1.x', 5, ['n1.x.a', 'n1.x.b', 'n1.x']],
    ['n1.x.', 5, ['n1.x']],
  ];
  for (const [name, ndots, names] of table) assert.deepEqual(namesToAsk(name, { search, ndots }), names);
  const many = namesToAsk('n1', { search: ['a', 'b', 'c', 'd', 'e', 'f', 'g'], ndots: 1 });
  assert.deepEqual(many, ['n1.a', 'n1.b', 'n1.c', 'n1.d', 'n1.e', 'n1']);
});
