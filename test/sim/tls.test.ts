/** What clients see of each certificate fault: the codes recorded from real kubelets. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect, type PeerCertificate } from 'node:tls';
import { Agent, request } from 'undici';
import { type RunningWorld, startWorld } from '../../src/sim/start.js';
import type { Clock } from '../../src/sim/state/clock.js';
import type { Way } from '../../src/sim/state/filesystem.js';
import type { CertificateFault, World } from '../../src/sim/world.js';
import { clockByHand } from '../support/clock.js';
import { ask, keepAlive } from './client.js';

/** The code of a failure, or the status of an answer. */
async function outcome(asked: Promise<{ status: number }>): Promise<string> {
  return asked.then(
    ({ status }) => String(status),
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
}

async function viaUndici({ host, port }: Way, ca: string): Promise<{ status: number }> {
  const dispatcher = new Agent({ connect: { ca } });
  try {
    const { statusCode, body } = await request(`https://${host}:${port}/healthz`, { dispatcher });
    await body.dump();
    return { status: statusCode };
  } finally {
    await dispatcher.destroy();
  }
}

interface Seen {
  peer: PeerCertificate;
  alpn: string | false | null;
}

function handshake({ host, port }: Way): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] }, () => {
      resolve({ peer: socket.getPeerCertificate(true), alpn: socket.alpnProtocol });
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

const CODES: Record<CertificateFault, string[]> = {
  good: ['401'],
  'expires-soon': ['401'],
  'address-only': ['401'],
  'own-leaf': ['DEPTH_ZERO_SELF_SIGNED_CERT'],
  'self-signed': ['SELF_SIGNED_CERT_IN_CHAIN'],
  'other-ca': ['UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  expired: ['CERT_HAS_EXPIRED'],
  'not-yet-valid': ['CERT_NOT_YET_VALID'],
  'wrong-name': ['ERR_TLS_CERT_ALTNAME_INVALID'],
  'no-san': ['ERR_TLS_CERT_ALTNAME_INVALID'],
  'for-clients': ['INVALID_PURPOSE'],
  // node:https reports the write that failed or the alert, whichever comes first.
  pending: ['ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', 'EPROTO'],
};

async function withWorld(world: World, use: (running: RunningWorld) => Promise<void>, clock?: Clock): Promise<void> {
  const running = await startWorld(world, clock);
  try {
    await use(running);
  } finally {
    await running.stop();
  }
}

describe('serving certificates', { concurrency: true }, () => {
  for (const [fault, codes] of Object.entries(CODES) as [CertificateFault, string[]][]) {
    it(`${fault}: kubelet and apiserver`, () =>
      withWorld({ kubelet: { certificate: fault }, apiserver: { certificate: fault } }, async ({ addresses, caPem }) => {
        const kubelet = addresses.kubelets.n1!;
        const seen = await outcome(ask(kubelet, { path: '/healthz', ca: caPem }));
        assert.ok(codes.includes(seen), seen);
        assert.equal(await outcome(viaUndici(kubelet, caPem)), codes[0]);
        const api = await outcome(ask(addresses.service, { path: '/nope', ca: caPem }));
        assert.ok((codes[0] === '401' ? ['403'] : codes).includes(api), api);
      }));
  }

  it("the kubelet's own: leaf and throw-away CA, its name the only SAN", () =>
    withWorld({ kubelet: { certificate: 'self-signed' } }, async ({ addresses }) => {
      const { peer } = await handshake(addresses.kubelets.n1!);
      assert.match(String(peer.subject.CN), /^n1@\d+$/);
      assert.match(String(peer.issuer.CN), /^n1-ca@\d+$/);
      assert.equal(peer.subjectaltname, 'DNS:n1');
    }));

  it('a kubelet of 1.36 negotiates no ALPN; older ones and the apiserver do', () =>
    withWorld({ otherNodes: { n2: { version: '1.31' } } }, async ({ addresses }) => {
      assert.equal((await handshake(addresses.kubelets.n1!)).alpn, false);
      assert.equal((await handshake(addresses.kubelets.n2!)).alpn, 'http/1.1');
      assert.equal((await handshake(addresses.apiserver)).alpn, 'http/1.1');
    }));

  it('a wrong clock of ours makes every certificate look wrong, and the Date header shows it', async () => {
    const HOURS = 3_600_000;
    for (const [clockOffsetMs, code] of [
      [-2 * HOURS, 'CERT_NOT_YET_VALID'],
      [730 * 24 * HOURS, 'CERT_HAS_EXPIRED'],
    ] as const) {
      const clock = clockByHand();
      await withWorld(
        { network: { clockOffsetMs } },
        async ({ addresses, caPem, cluster }) => {
          const kubelet = addresses.kubelets.n1!;
          assert.equal(await outcome(ask(kubelet, { path: '/healthz', ca: caPem })), code);
          assert.equal(await outcome(ask(addresses.apiserver, { path: '/version', ca: caPem })), code);
          assert.equal(clock.now() - cluster.now(), clockOffsetMs);
          const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
          const { headers, body } = await request(`https://${kubelet.host}:${kubelet.port}/healthz`, { dispatcher });
          await body.dump();
          await dispatcher.destroy();
          assert.equal(headers.date, new Date(cluster.now()).toUTCString());
        },
        clock,
      );
    }
  });

  it('speaks plainly to a client that speaks HTTP', () =>
    withWorld({}, async ({ addresses }) => {
      const { host, port } = addresses.kubelets.n1!;
      const { statusCode, body } = await request(`http://${host}:${port}/healthz`);
      assert.equal(statusCode, 400);
      assert.equal(await body.text(), 'Client sent an HTTP request to an HTTPS server.\n');
    }));

  it('counts connections and says which one a request came on', () =>
    withWorld({}, async (world) => {
      const kubelet = world.addresses.kubelets.n1!;
      const agent = keepAlive();
      for (const path of ['/healthz', '/pods']) await ask(kubelet, { path, ca: world.caPem, agent });
      await ask(kubelet, { path: '/metrics', ca: world.caPem, authorization: 'Bearer garbage' });
      agent.destroy();
      assert.equal(world.connections.kubelet, 2);
      assert.deepEqual(
        world.requests.map(({ server, path, credential, connection }) => [server, path, credential, connection]),
        [
          ['kubelet n1', '/healthz', 'none', 1],
          ['kubelet n1', '/pods', 'none', 1],
          ['kubelet n1', '/metrics', 'token', 2],
        ],
      );
    }));
});
