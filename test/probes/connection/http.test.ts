import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type net from 'node:net';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createRedactor } from '../../../src/host/redact.js';
import { openSession, type Session, type SessionOptions } from '../../../src/probes/connection/http.js';
import { openVerifiedTls } from '../../../src/probes/connection/tls.js';
import { createAuthority, issueCertificate } from '../../../src/sim/state/pki.js';
import { closedPort, connected, listen, tcpServer } from '../loopback.js';
import { sendable } from '../sendable.js';
import { ANSWERED, within } from '../within.js';

const NOW = Date.parse('2026-11-22T01:20:30Z');

function session(t: TestContext, port: number, options: Partial<SessionOptions> = {}): Session {
  const opened = openSession({
    host: '127.0.0.1',
    port,
    open: () => connected(port),
    credential: sendable({ token: 'abc' }),
    clean: createRedactor().clean,
    now: () => NOW,
    userAgent: 'kubelet-doctor/0.1.0',
    ...options,
  });
  t.after(() => opened.close());
  return opened;
}

/** A plain HTTP server. */
const httpServer = (t: TestContext, serve: RequestListener): Promise<number> =>
  listen(t, createServer({ keepAliveTimeout: 60_000 }, serve));

/** A server that answers each request with these bytes, then with the next. */
function byteServer(t: TestContext, ...answers: (string | ((socket: net.Socket) => void))[]): Promise<number> {
  let next = 0;
  return tcpServer(t, (socket) => {
    socket.on('data', () => {
      const answer = answers[Math.min(next, answers.length - 1)] ?? '';
      next += 1;
      if (typeof answer === 'string') socket.write(answer);
      else answer(socket);
    });
  });
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 2\r\n\r\nok';

test('a request as it arrives, and the answer as a fact', async (t) => {
  const heard: { method?: string; url?: string; headers: NodeJS.Dict<string | string[]>; body: string }[] = [];
  const port = await httpServer(t, async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    heard.push({ method: request.method, url: request.url, headers: request.headers, body });
    response.sendDate = false;
    response.writeHead(403, { 'Content-Type': 'text/plain; charset=utf-8', Date: 'Sun, 22 Nov 2026 01:20:40 GMT', 'Retry-After': '7' });
    response.end('Forbidden (user=system:anonymous, verb=get, resource=nodes, subresource(s)=[pods proxy])\n');
  });
  const asked = session(t, port);
  const { outcome, body, json, truncated } = await asked.request({ path: '/pods?x=1', timeoutMs: ANSWERED });
  assert.ok(outcome.status === 'observed', JSON.stringify(outcome));
  assert.deepEqual(outcome.data, {
    method: 'GET',
    path: '/pods?x=1',
    as: 'token',
    status: 403,
    body: 'Forbidden (user=system:anonymous, verb=get, resource=nodes, subresource(s)=[pods proxy])',
    voice: 'kubelet',
    serverTimeMs: Date.parse('2026-11-22T01:20:40Z'),
    retryAfterSeconds: 7,
  });
  assert.ok(body.endsWith('\n'), "body.endsWith('\\n')");
  assert.deepEqual([json, truncated], [undefined, false]);
  await asked.request({ method: 'POST', path: '/apis', body: { kind: 'X' }, timeoutMs: ANSWERED });
  assert.deepEqual(
    heard.map(({ method, url, body: sent, headers }) => [method, url, sent, headers.authorization, headers['user-agent'], headers.host]),
    [
      ['GET', '/pods?x=1', '', 'Bearer abc', 'kubelet-doctor/0.1.0', `127.0.0.1:${port}`],
      ['POST', '/apis', '{"kind":"X"}', 'Bearer abc', 'kubelet-doctor/0.1.0', `127.0.0.1:${port}`],
    ],
  );
  assert.equal(heard[1]?.headers['content-type'], 'application/json');
  assert.deepEqual([asked.connections, asked.requests], [1, 2], 'the connection is kept');
});

test('the host header', async (t) => {
  const table: [string, number, string][] = [
    ['fd00::7', 10250, '[fd00::7]:10250'],
    ['kubernetes.default.svc', 443, 'kubernetes.default.svc'],
    ['my_node', 6443, 'my_node:6443'],
  ];
  for (const [host, port, expected] of table) {
    const heard: (string | undefined)[] = [];
    const real = await httpServer(t, (request, response) => response.end(String(heard.push(request.headers.host))));
    const asked = session(t, real, { host, port, open: () => connected(real), credential: undefined });
    assert.equal((await asked.request({ path: '/', timeoutMs: ANSWERED })).outcome.status, 'observed');
    assert.deepEqual(heard, [expected]);
  }
});

test('a payload is recognised and nothing of it kept; JSON goes to the caller alone', async (t) => {
  const pods = { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [{ spec: { env: 'S3NTINEL' } }] };
  const port = await httpServer(t, (_request, response) =>
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(pods)),
  );
  const { outcome, json } = await session(t, port).request({ path: '/pods', timeoutMs: ANSWERED });
  assert.ok(outcome.status === 'observed', JSON.stringify(outcome));
  assert.deepEqual([outcome.data.payload, outcome.data.body], [{ recognised: 'pod-list', items: 1 }, '']);
  assert.doesNotMatch(JSON.stringify(outcome), /S3NTINEL/);
  assert.deepEqual(json, pods);
});

test('a health check is quoted, cleaned and cut', async (t) => {
  const port = await httpServer(t, (_request, response) => response.end(`ok\x1b[31m${'x'.repeat(2000)}`));
  const { outcome } = await session(t, port).request({ path: '/healthz', timeoutMs: ANSWERED });
  assert.ok(outcome.status === 'observed', JSON.stringify(outcome));
  assert.equal(outcome.data.body.length, 512);
  assert.ok(!outcome.data.body.includes('\x1b'), JSON.stringify(outcome));
});

test('a body is read so far and no further, though it never ends', async (t) => {
  const port = await httpServer(t, (request, response) => {
    if (request.url === '/metrics') return void response.end('# HELP x\n');
    response.write(`{"kind":"PodList","items":[${'{},'.repeat(30_000)}`);
    if (request.url === '/long') return void response.end();
    if (request.url === '/stuck') return;
    const timer = setInterval(() => response.write('{},'.repeat(10_000)), 5);
    response.once('close', () => clearInterval(timer));
  });
  for (const [path, connections] of [
    ['/long', 1], // the rest is read too: the connection is kept
    ['/stuck', 2], // what is left unread takes its connection along
    ['/endless', 2],
  ] as const) {
    const asked = session(t, port);
    const { outcome, body, truncated, json } = await within(1000, () => asked.request({ path, timeoutMs: ANSWERED }));
    assert.ok(outcome.status === 'observed', JSON.stringify(outcome));
    assert.deepEqual([body.length, truncated, json], [64 * 1024, true, undefined]);
    assert.deepEqual(outcome.data.payload, { recognised: 'pod-list' });
    const after = await asked.request({ path: '/metrics', timeoutMs: ANSWERED });
    assert.ok(after.outcome.status === 'observed' && after.outcome.data.payload?.recognised === 'metrics', JSON.stringify(after.outcome));
    assert.equal(asked.connections, connections, path);
  }
  assert.equal((await session(t, port).request({ path: '/endless', timeoutMs: ANSWERED, maxBytes: 10 })).body.length, 10);
});

test('a body of just the bound is whole', async (t) => {
  const port = await httpServer(t, (_request, response) => response.end('{"a":"0123"}'));
  const { truncated, json } = await session(t, port).request({ path: '/x', timeoutMs: ANSWERED, maxBytes: 12 });
  assert.deepEqual([truncated, json], [false, { a: '0123' }]);
});

test('failures, each with its code', async (t) => {
  const head = 'HTTP/1.1 401 Unauthorized\r\nContent-Type: text/plain\r\nContent-Length: 12\r\n\r\nUnau';
  /** What, the server's answer, code, status of the header that had come. */
  const table: [string, string | ((socket: net.Socket) => void), string, number | undefined][] = [
    ['no header', () => {}, 'ETIMEDOUT', undefined],
    ['half a header', 'HTTP/1.1 200 OK\r\nContent-', 'ETIMEDOUT', undefined],
    ['half a body', head, 'ETIMEDOUT', 401],
    ['closed without an answer', (socket) => socket.end(), 'ECONNRESET', undefined],
    ['reset', (socket) => socket.resetAndDestroy(), 'ECONNRESET', undefined],
    ['closed in the body', (socket) => socket.end(head), 'ECONNRESET', 401],
    ['not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 'HPE_INVALID', undefined],
    ['an endless header', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(40_000)}`, 'UND_ERR_HEADERS_OVERFLOW', undefined],
  ];
  for (const [what, answer, code, status] of table) {
    await t.test(what, async (t) => {
      const asked = session(t, await byteServer(t, answer));
      // Before the end of its time everything has come that will; on a busy machine, too.
      const timeoutMs = code === 'ETIMEDOUT' ? 1000 : ANSWERED;
      const { outcome, body } = await within(code === 'ETIMEDOUT' ? 1450 : 600, () => asked.request({ path: '/pods', timeoutMs }));
      assert.ok(outcome.status === 'failed', JSON.stringify(outcome));
      assert.equal(outcome.code, code);
      assert.equal(outcome.data?.status, status);
      if (status) assert.equal(body, 'Unau');
      assert.deepEqual([asked.connections, asked.requests], [1, 1], 'nothing is tried twice');
    });
  }
});

test('why there is no connection is passed on', async (t) => {
  const table: [SessionOptions['open'], string][] = [
    [async () => ({ code: 'CERT_HAS_EXPIRED', detail: 'too late' }), 'CERT_HAS_EXPIRED'],
    [async () => ({ code: 'ERR_TLS_CERT_ALTNAME_INVALID', detail: 'another name' }), 'ERR_TLS_CERT_ALTNAME_INVALID'],
    [async () => ({ code: 'UND_ERR_SOCKET', detail: 'a code that undici would try again for ever' }), 'UND_ERR_SOCKET'],
    [() => Promise.reject(new Error('thrown')), 'ECONNRESET'],
    [() => new Promise(() => {}), 'ETIMEDOUT'],
  ];
  for (const [open, code] of table) {
    const asked = session(t, await closedPort(), { open });
    for (let i = 0; i < 2; i += 1) {
      const { outcome } = await asked.request({ path: '/pods', timeoutMs: 100 });
      assert.ok(outcome.status === 'failed' && outcome.code === code, `${code}: ${JSON.stringify(outcome)}`);
    }
    assert.equal(asked.connections, 0);
  }
});

test('a token that no header can hold is an outcome that does not show it', async (t) => {
  const port = await byteServer(t, OK);
  const { outcome } = await session(t, port, { credential: sendable({ token: 'S3NTI\nNEL' }) }).request({
    path: '/pods',
    timeoutMs: ANSWERED,
  });
  assert.ok(outcome.status === 'failed', JSON.stringify(outcome));
  assert.doesNotMatch(JSON.stringify(outcome), /S3NTI/);
});

test('an idle connection the server closed is opened again, once', async (t) => {
  // Closed between the requests: noticed before the next one is written.
  const idle = session(t, await byteServer(t, (socket) => socket.end(OK)));
  for (let i = 1; i <= 3; i += 1) {
    assert.equal((await idle.request({ path: '/healthz', timeoutMs: ANSWERED })).outcome.status, 'observed');
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(idle.connections, i);
  }
  // Closed just as the next one arrives: the request is lost, and asked again on a new connection.
  const race = session(t, await byteServer(t, OK, (socket) => socket.resetAndDestroy(), OK));
  await race.request({ path: '/healthz', timeoutMs: ANSWERED });
  assert.equal((await race.request({ path: '/pods', timeoutMs: ANSWERED })).outcome.status, 'observed');
  assert.deepEqual([race.connections, race.requests], [2, 3]);
  // And not a third time.
  const gone = session(t, await byteServer(t, OK, (socket) => socket.resetAndDestroy()));
  await gone.request({ path: '/healthz', timeoutMs: ANSWERED });
  const { outcome } = await gone.request({ path: '/pods', timeoutMs: ANSWERED });
  assert.ok(outcome.status === 'failed' && outcome.code === 'ECONNRESET', JSON.stringify(outcome));
  assert.deepEqual([gone.connections, gone.requests], [2, 3]);
});

test('one request at a time, each with its own time', async (t) => {
  let running = 0;
  let most = 0;
  const port = await httpServer(t, (_request, response) => {
    running += 1;
    most = Math.max(most, running);
    setTimeout(() => {
      running -= 1;
      response.end('ok');
    }, 300);
  });
  const asked = session(t, port);
  const all = await Promise.all([1, 2, 3, 4, 5].map((i) => asked.request({ path: `/${i}`, timeoutMs: 1200 })));
  assert.deepEqual(
    all.map(({ outcome }) => outcome.status),
    ['observed', 'observed', 'observed', 'observed', 'observed'],
  );
  assert.deepEqual([most, asked.connections], [1, 1]);
});

test('redirects are not followed', async (t) => {
  const heard: (string | undefined)[] = [];
  const port = await httpServer(t, (request, response) => {
    heard.push(request.url);
    response.writeHead(302, { Location: 'http://127.0.0.1:1/evil' }).end();
  });
  const { outcome } = await session(t, port).request({ path: '/pods', timeoutMs: ANSWERED });
  assert.ok(outcome.status === 'observed' && outcome.data.status === 302, JSON.stringify(outcome));
  assert.deepEqual(heard, ['/pods']);
});

test('cancelled, or closed under way', async (t) => {
  const port = await byteServer(t, () => {});
  const stopper = new AbortController();
  setTimeout(() => stopper.abort(), 30);
  const cancelled = await session(t, port).request({ path: '/', timeoutMs: 5000, signal: stopper.signal });
  assert.ok(cancelled.outcome.status === 'failed' && cancelled.outcome.code === 'ECANCELLED', JSON.stringify(cancelled.outcome));
  const closing = session(t, port);
  setTimeout(() => closing.close(), 30);
  const closed = await closing.request({ path: '/', timeoutMs: 5000 });
  assert.ok(closed.outcome.status === 'failed' && closed.outcome.code === 'ECONNRESET', JSON.stringify(closed.outcome));
  const late = await within(200, () => closing.request({ path: '/', timeoutMs: 5000 }));
  assert.ok(late.outcome.status === 'failed' && late.outcome.code === 'ECONNRESET', JSON.stringify(late.outcome));
});

test('Retry-After as a date counts from the clock of the server', async (t) => {
  const port = await httpServer(t, (_request, response) => {
    response.sendDate = false;
    const dates = { Date: 'Sun, 22 Nov 2026 02:00:00 GMT', 'Retry-After': 'Sun, 22 Nov 2026 02:00:30 GMT' };
    response.writeHead(429, dates).end('Too many requests, please try again later.');
  });
  const { outcome } = await session(t, port).request({ path: '/version', timeoutMs: ANSWERED });
  assert.ok(outcome.status === 'observed', JSON.stringify(outcome));
  assert.deepEqual([outcome.data.retryAfterSeconds, outcome.data.voice], [30, 'apiserver']);
});

test('over TLS, on the connection that was verified', async (t) => {
  const authority = await createAuthority('ca');
  const pair = await issueCertificate(authority, { commonName: 'n1', dnsNames: ['n1'] });
  const server = createSecureServer({ cert: pair.certPem, key: pair.keyPem }, (_request, response) => response.end('ok'));
  const port = await listen(t, server);
  const asked = session(t, port, {
    host: 'n1',
    open: async () => {
      const opened = await openVerifiedTls(await connected(port), {
        serverName: 'n1',
        credential: sendable({ token: 'abc' }, { ca: authority.certPem }),
        timeoutMs: ANSWERED,
      });
      return opened.ok ? opened.socket : opened;
    },
  });
  for (let i = 0; i < 3; i += 1) {
    const { outcome } = await asked.request({ path: '/healthz', timeoutMs: ANSWERED });
    assert.ok(outcome.status === 'observed' && outcome.data.payload?.recognised === 'healthz-ok', JSON.stringify(outcome));
  }
  assert.deepEqual([asked.connections, asked.requests], [1, 3]);
});

test('a large answer: the limit is for each silence, and it may come compressed, within the same bound', async (t) => {
  const items = JSON.stringify({ items: Array.from({ length: 2000 }, (_, at) => `item ${at}`) });
  const heard: unknown[] = [];
  const port = await httpServer(t, (request, response) => {
    heard.push(request.headers['accept-encoding']);
    if (request.url === '/slow') {
      let rest = items;
      const next = () => {
        if (rest === '') return void response.end();
        response.write(rest.slice(0, 4000));
        rest = rest.slice(4000);
        setTimeout(next, 150);
      };
      return next();
    }
    const body = request.url === '/bomb' ? gzipSync('x'.repeat(20_000_000)) : gzipSync(items);
    response.writeHead(200, { 'content-encoding': 'gzip' });
    response.end(request.url === '/torn' ? body.subarray(0, 200) : body);
  });
  const asked = session(t, port);
  const ask = (path: string, more: object) => asked.request({ path, timeoutMs: ANSWERED, maxBytes: 100_000, ...more });
  const slow = await ask('/slow', { timeoutMs: 600, large: true });
  assert.equal(slow.outcome.status, 'observed', JSON.stringify(slow.outcome));
  assert.equal((await ask('/slow', { timeoutMs: 600 })).outcome.status, 'failed', 'other answers have their time in all');
  assert.deepEqual((await ask('/packed', { large: true })).json, JSON.parse(items));
  const bomb = await ask('/bomb', { large: true });
  assert.deepEqual([bomb.truncated, bomb.body.length], [true, 100_000]);
  assert.equal((await ask('/torn', { large: true })).outcome.status, 'failed');
  assert.deepEqual(heard, ['gzip', undefined, 'gzip', 'gzip', 'gzip']);
});
