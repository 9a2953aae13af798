/** Ports that are of no use, proxies, DNS: what a client meets on the way. */
import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { connect, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { type RunningWorld, startWorld } from '../../src/sim/start.js';
import type { ProxyWorld, World } from '../../src/sim/world.js';
import { ask } from './client.js';

async function withWorld(world: World, use: (running: RunningWorld) => Promise<void>): Promise<void> {
  const running = await startWorld(world);
  try {
    await use(running);
  } finally {
    await running.stop();
  }
}

/** As long as an answer may take that is sure to come: no busy machine is taken for silence. */
const ANSWERED = 30_000;

/** connected, a code, or `silent` after the wait. */
function dial(host: string, port: number, waitMs: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const done = (result: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => done('silent'), waitMs);
    socket.on('connect', () => done('connected'));
    socket.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
  });
}

/** handshaken, a code, or `silent` after the wait. */
function shake(host: string, port: number, waitMs: number, through?: Socket): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectTls({ ...(through ? { socket: through } : { host, port }), rejectUnauthorized: false });
    const done = (result: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => done('silent'), waitMs);
    socket.on('secureConnect', () => done(`handshaken with ${socket.getPeerCertificate().issuer.CN}`));
    socket.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
  });
}

describe('ports of no use', { concurrency: true }, () => {
  it('closed: refused', () =>
    withWorld({ kubelet: { listen: 'closed' }, apiserver: { listen: 'closed' } }, async ({ addresses }) => {
      for (const { host, port } of [addresses.kubelets.n1!, addresses.apiserver, addresses.service]) {
        assert.equal(await dial(host, port, ANSWERED), 'ECONNREFUSED');
      }
    }));

  it('silent: not even TCP, for as many as come', () =>
    withWorld({ kubelet: { listen: 'silent' }, apiserver: { listen: 'silent' } }, async ({ addresses }) => {
      const ways = [addresses.kubelets.n1!, addresses.kubelets.n1!, addresses.apiserver, addresses.service];
      assert.deepEqual(await Promise.all(ways.map(({ host, port }) => dial(host, port, 500))), ['silent', 'silent', 'silent', 'silent']);
    }));

  it('a silent or closed gateway at the port of the kubelet', () =>
    Promise.all([
      withWorld({ agent: { kubeletHost: 'gateway' } }, async ({ addresses, host }) => {
        assert.equal(host.env.DD_KUBERNETES_KUBELET_HOST, addresses.gateway);
        assert.equal(await dial(addresses.gateway, Number(host.env.DD_KUBERNETES_HTTPS_KUBELET_PORT), 500), 'silent');
      }),
      withWorld({ agent: { kubeletHost: 'gateway', gateway: 'closed' } }, async ({ addresses, host }) => {
        assert.equal(await dial(addresses.gateway, Number(host.env.DD_KUBERNETES_HTTPS_KUBELET_PORT), ANSWERED), 'ECONNREFUSED');
      }),
    ]).then(() => {}));

  it('hang: TCP, then nothing; hang-http: TLS, then nothing', () =>
    Promise.all([
      withWorld({ kubelet: { listen: 'hang' } }, async (world) => {
        const { host, port } = world.addresses.kubelets.n1!;
        assert.equal(await dial(host, port, ANSWERED), 'connected');
        assert.equal(await shake(host, port, 500), 'silent');
        assert.equal(world.connections.kubelet, 2);
      }),
      withWorld({ kubelet: { listen: 'hang-http' } }, async (world) => {
        const { host, port } = world.addresses.kubelets.n1!;
        assert.equal(await shake(host, port, ANSWERED), 'handshaken with kubernetes');
        const answer = ask({ host, port }, { path: '/healthz', ca: world.caPem }).then(
          () => 'answered',
          (error: NodeJS.ErrnoException) => error.code,
        );
        while (world.requests.length === 0) await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 5))]);
        const waited = new Promise((resolve) => setTimeout(() => resolve('silent'), 400));
        assert.equal(await Promise.race([answer, waited]), 'silent');
        assert.equal(world.requests.length, 1);
      }),
    ]).then(() => {}));

  it('reset: as soon as we speak', () =>
    withWorld({ kubelet: { listen: 'reset' } }, async ({ addresses }) => {
      const { host, port } = addresses.kubelets.n1!;
      assert.equal(await dial(host, port, ANSWERED), 'connected');
      assert.equal(await shake(host, port, ANSWERED), 'ECONNRESET');
    }));

  it('plain HTTP where TLS is expected', () =>
    withWorld({ kubelet: { listen: 'plain-http' } }, async ({ addresses }) => {
      const { host, port } = addresses.kubelets.n1!;
      assert.match(await shake(host, port, ANSWERED), /ERR_SSL_WRONG_VERSION_NUMBER|EPROTO|ERR_SSL_PACKET_LENGTH_TOO_LONG/);
      const answer = await fetch(`http://${host}:${port}/healthz`);
      assert.equal(await answer.text(), 'ok');
    }));

  it('impostors speak in other voices', () =>
    Promise.all([
      withWorld({ kubelet: { listen: 'impostor' } }, async ({ addresses, caPem }) => {
        const { status, headers, body } = await ask(addresses.kubelets.n1!, { path: '/pods', ca: caPem });
        assert.equal(status, 403);
        assert.match(body, /"message": "forbidden: User \\"system:anonymous\\" cannot get path \\"\/pods\\""/);
        assert.ok(!headers.some(([name]) => name.startsWith('X-Kubernetes-Pf')));
      }),
      withWorld({ kubelet: { listen: 'impostor-html' } }, async ({ addresses, caPem }) => {
        const { status, body } = await ask(addresses.kubelets.n1!, { path: '/pods', ca: caPem });
        assert.equal(status, 403);
        assert.match(body, /^<html>/);
      }),
    ]).then(() => {}));

  it('a service address apart from the endpoint', () =>
    Promise.all([
      withWorld({ apiserver: { serviceAddress: 'dead' } }, async ({ addresses, caPem, host }) => {
        assert.equal(host.env.KUBERNETES_SERVICE_HOST, addresses.service.host);
        assert.equal(await dial(addresses.service.host, addresses.service.port, ANSWERED), 'ECONNREFUSED');
        assert.equal((await ask(addresses.apiserver, { path: '/version', ca: caPem })).status, 200);
      }),
      withWorld({ apiserver: { serviceAddress: 'silent' } }, async ({ addresses, caPem }) => {
        assert.equal(await dial(addresses.service.host, addresses.service.port, 500), 'silent');
        assert.equal((await ask(addresses.apiserver, { path: '/version', ca: caPem })).status, 200);
      }),
    ]).then(() => {}));
});

/** CONNECT through the world's proxy; what it says, and the tunnel when it opened one. */
function tunnel({ addresses, host }: RunningWorld, target: string): Promise<{ said: string; socket: Socket }> {
  const proxy = addresses.proxy!;
  const password = new URL(host.env.HTTPS_PROXY ?? '').password;
  return new Promise((resolve, reject) => {
    const socket = connect(proxy);
    socket.on('error', reject);
    socket.once('data', (said) => resolve({ said: said.toString().split('\r\n')[0] ?? '', socket }));
    socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${password ? 'Proxy-Authorization: Basic eDp5\r\n' : ''}\r\n`);
  });
}

describe('proxies', { concurrency: true }, () => {
  const throughProxy = async (behaviour: ProxyWorld['behaviour'], use: (world: RunningWorld) => Promise<void>) =>
    withWorld({ network: { proxy: { variable: 'HTTPS_PROXY', noProxy: '{node}.sim', behaviour, onlyWayTo: ['apiserver'] } } }, use);

  it('forwards, to names only it knows too', () =>
    throughProxy('forward', async (world) => {
      assert.equal(world.host.env.KUBERNETES_SERVICE_HOST, 'kubernetes.sim');
      assert.equal(world.host.env.NO_PROXY, 'n1.sim');
      const { said, socket } = await tunnel(world, `kubernetes.sim:${world.addresses.service.port}`);
      assert.equal(said, 'HTTP/1.1 200 Connection established');
      assert.equal(await shake('', 0, ANSWERED, socket), 'handshaken with kubernetes');
      assert.equal(world.connections.proxy, 1);
      assert.deepEqual(world.requests[0]?.server, 'proxy');
    }));

  it('refuses and wants a password', () =>
    Promise.all([
      throughProxy('refuse-403', async (world) => assert.equal((await tunnel(world, 'n1.sim:10250')).said, 'HTTP/1.1 403 Forbidden')),
      throughProxy('require-407', async (world) =>
        assert.equal((await tunnel(world, 'n1.sim:10250')).said, 'HTTP/1.1 407 Proxy Authentication Required'),
      ),
    ]).then(() => {}));

  it('answers itself', () =>
    throughProxy('intercept', async (world) => {
      const { socket } = await tunnel(world, 'n1.sim:10250');
      assert.equal(await shake('', 0, ANSWERED, socket), 'handshaken with Corporate Web Gateway CA');
    }));
});

describe('DNS', { concurrency: true }, () => {
  const resolver = ({ host }: RunningWorld, nameserver: string, timeout = ANSWERED) => {
    const asked = new Resolver({ timeout, tries: 1 });
    asked.setServers([`${nameserver}:${host.dnsPort}`]);
    return asked;
  };
  const nameserverOf = ({ addresses }: RunningWorld) => addresses.gateway.replace(/\.1$/, addresses.gateway === '127.0.0.1' ? '.1' : '.53');
  const code = (asked: Promise<unknown>) =>
    asked.then(
      () => 'answered',
      (error: NodeJS.ErrnoException) => error.code,
    );
  const NAME = 'kubernetes.default.svc.cluster.local';

  it('answers for the cluster and for more names of the world', () =>
    withWorld({ network: { names: { 'db.example': '{gateway}' } } }, async (world) => {
      const asked = resolver(world, nameserverOf(world));
      assert.deepEqual(await asked.resolve4(NAME), [world.addresses.service.host]);
      assert.deepEqual(await asked.resolve4('db.example'), [world.addresses.gateway]);
      assert.equal(await code(asked.resolve6(NAME)), 'ENODATA');
      assert.equal(await code(asked.resolve4('nobody.example')), 'ENOTFOUND');
      assert.ok(world.questions.includes(`A ${NAME}`));
    }));

  for (const [dns, expected] of [
    ['dead', 'ETIMEOUT'],
    ['refused', 'ECONNREFUSED'],
    ['nxdomain', 'ENOTFOUND'],
    ['servfail', 'ESERVFAIL'],
  ] as const) {
    it(`${dns}: ${expected}`, () =>
      withWorld({ network: { dns } }, async (world) => {
        assert.equal(await code(resolver(world, nameserverOf(world), dns === 'dead' ? 300 : ANSWERED).resolve4(NAME)), expected);
      }));
  }
});
