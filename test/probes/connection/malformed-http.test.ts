/** Answers that are no HTTP, or hardly: whatever a server sends, what comes of it is a fact, within the time given, and never an error of ours. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it, type TestContext, test } from 'node:test';
import { createRedactor } from '../../../src/host/redact.js';
import { openSession } from '../../../src/probes/connection/http.js';
import { bundleModule, bundlePackage } from '../../delivery/bundle.js';
import { connected, tcpServer } from '../loopback.js';
import { sendable } from '../sendable.js';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const chunked = (body: string) => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${body}`;
const headed = (header: string) => `HTTP/1.1 200 OK\r\n${header}\r\nContent-Length: 2\r\n\r\nok`;

/** What is sent → the status of the fact, or its code. */
const ANSWERS: Record<string, [bytes: string, expected: number | RegExp]> = {
  'status 000': ['HTTP/1.1 000 Wat\r\nContent-Length: 3\r\n\r\nwat', /^HPE_INVALID$/],
  'status 042': ['HTTP/1.1 042 Wat\r\nContent-Length: 3\r\n\r\nwat', /^HPE_INVALID$/],
  'status 099, no body': ['HTTP/1.1 099 Wat\r\n\r\n', /^HPE_INVALID$/],
  'status of two digits': ['HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nok', /^HPE_/],
  'status of four digits': ['HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok', /^HPE_/],
  'status below zero': ['HTTP/1.1 -1 X\r\n\r\n', /^HPE_/],
  'status in letters': ['HTTP/1.1 abc X\r\n\r\n', /^HPE_/],
  'no status': ['HTTP/1.1\r\n\r\n', /^HPE_/],
  'status 600': ['HTTP/1.1 600\r\nContent-Length: 0\r\n\r\n', 600],
  'status 999': ['HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n', 999],
  'status 000 after an early one': [`HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 000 X\r\n\r\n`, /^HPE_INVALID$/],
  '100 that nobody asked for': [`HTTP/1.1 100 Continue\r\n\r\n${OK}`, /^HPE_INVALID$/],
  'early hints, then an answer': [`HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${OK}`, 200],
  'early hints alone': ['HTTP/1.1 103 Early Hints\r\n\r\n', /^ECONNRESET$/],
  'another protocol': [
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\u0081\u0000',
    /^HPE_INVALID$/,
  ],
  'another protocol, unnamed': ['HTTP/1.1 101 Switching Protocols\r\n\r\nxx', /^HPE_INVALID$/],
  'an upgrade that is none': ['HTTP/1.1 200 OK\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\nok', 200],
  'HTTP/0.9': ['<html>hello</html>', /^HPE_/],
  'HTTP/1.0': ['HTTP/1.0 200 OK\r\n\r\nok', 200],
  'HTTP/9.9': ['HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\nok', /^HPE_/],
  'HTTP/2': ['\u0000\u0000\u0012\u0004\u0000\u0000\u0000\u0000\u0000', /^HPE_/],
  'a request': ['GET / HTTP/1.1\r\nHost: x\r\n\r\n', /^HPE_/],
  zeros: ['\u0000'.repeat(1000), /^HPE_/],
  nothing: ['', /^ECONNRESET$/],
  'lines without a return': ['HTTP/1.1 200 OK\nContent-Length: 2\n\nok', /^HPE_/],
  'a reason of 100 kB': [`HTTP/1.1 200 ${'O'.repeat(100_000)}\r\nContent-Length: 2\r\n\r\nok`, 200],
  'a header of 100 kB': [headed(`X: ${'a'.repeat(100_000)}`), /^UND_ERR_HEADERS_OVERFLOW$/],
  'a header name of 100 kB': [headed(`${'X'.repeat(100_000)}: a`), /^UND_ERR_HEADERS_OVERFLOW$/],
  '20,000 headers': [headed('X: a\r\n'.repeat(20_000).trimEnd()), /^UND_ERR_HEADERS_OVERFLOW$/],
  'a header name with a space': [headed('X Y: a'), /^HPE_/],
  'a header without a colon': [headed('foo'), /^HPE_/],
  'a header with a zero': [headed('X: a\u0000b'), /^HPE_/],
  'a header in Latin-1': [headed('X: \u00ff\u00fe\u0080'), 200],
  'a folded header': [headed('X: a\r\n b'), /^HPE_/],
  'headers named as parts of an object': [headed('__proto__: x\r\nconstructor: y'), 200],
  'a lifetime no number holds': [headed('Connection: keep-alive\r\nKeep-Alive: timeout=99999999999999999999'), 200],
  'a lifetime below zero': [headed('Connection: keep-alive\r\nKeep-Alive: timeout=-1'), 200],
  'a date no Date holds': [headed('Date: Thu, 99 Foo 99999999 99:99:99 GMT\r\nRetry-After: 99999999999999999999'), 200],
  'two lengths': [headed('Content-Length: 3'), /^UND_ERR_RES_CONTENT_LENGTH_MISMATCH$|^HPE_/],
  'a length below zero': ['HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok', /^HPE_/],
  'a length no number holds': [
    'HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nok',
    /^UND_ERR_RES_CONTENT_LENGTH_MISMATCH$|^HPE_/,
  ],
  'a length in letters': ['HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nok', /^HPE_/],
  'a length with 204': ['HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok', /^UND_ERR_RES_CONTENT_LENGTH_MISMATCH$/],
  'a length and chunks': ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n2\r\nok\r\n0\r\n\r\n', /^HPE_/],
  'a chunk that is none': [chunked('ZZ\r\nok\r\n'), /^HPE_/],
  'a chunk below zero': [chunked('-5\r\nok\r\n'), /^HPE_/],
  'a chunk no number holds': [chunked('FFFFFFFFFFFFFFFFFF\r\nok\r\n'), /^HPE_/],
  'a chunk longer than said': [chunked('2\r\nokXX0\r\n\r\n'), /^HPE_/],
  'a chunk cut off': [chunked('5\r\nok'), /^ECONNRESET$/],
  'an extension of a chunk': [chunked(`2;a=${'b'.repeat(100_000)}\r\nok\r\n0\r\n\r\n`), 200],
  trailers: [chunked('2\r\nok\r\n0\r\nX: y\r\n\r\n'), 200],
  'an encoding unknown': ['HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, identity\r\n\r\nok', 200],
  'a second answer nobody asked for': [`${OK}HTTP/1.1 000 X\r\n\r\n`, 200],
  'rubbish after the answer': [`${OK}JUNK`, 200],
};

function session(t: TestContext, port: number) {
  const opened = openSession({
    host: '127.0.0.1',
    port,
    open: () => connected(port),
    credential: sendable({ token: 'abc' }),
    clean: createRedactor().clean,
    now: () => 0,
  });
  t.after(() => opened.close());
  return opened;
}

/** Twice: what is left on a connection is no harm to the next question either. */
async function askTwice(t: TestContext, serve: (socket: Socket) => void, timeoutMs = 20_000) {
  const stray: unknown[] = [];
  const keep = (error: unknown) => stray.push(error);
  process.on('uncaughtException', keep).on('unhandledRejection', keep);
  t.after(() => void process.off('uncaughtException', keep).off('unhandledRejection', keep));
  const asked = session(t, await tcpServer(t, (socket) => void socket.on('error', () => {}).once('data', () => serve(socket))));
  const first = await asked.request({ path: '/pods', timeoutMs });
  const second = await asked.request({ path: '/healthz', timeoutMs });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(stray, []);
  return [first.outcome, second.outcome];
}

/** Whole; and byte by byte, where a parser has a state for each. */
const WAYS: Record<string, (socket: Socket, bytes: Buffer) => void> = {
  'at once': (socket, bytes) => void socket.end(bytes),
  'byte by byte': (socket, bytes) => {
    socket.setNoDelay(true);
    const next = (at: number): void => {
      if (socket.destroyed) return;
      if (at === bytes.length) return void socket.end();
      // Long runs of the same are no new state.
      const length = at < 300 ? 1 : 4096;
      socket.write(bytes.subarray(at, at + length), () => setImmediate(next, Math.min(at + length, bytes.length)));
    };
    next(0);
  },
};

for (const [way, send] of Object.entries(WAYS)) {
  describe(`an answer that comes ${way}`, () => {
    for (const [what, [bytes, expected]] of Object.entries(ANSWERS)) {
      it(what, async (t) => {
        const [first, second] = await askTwice(t, (socket) => send(socket, Buffer.from(bytes, 'latin1')));
        assert.ok(first && second);
        if (first.status === 'observed') assert.equal(first.data.status, expected);
        else {
          assert.ok(first.status === 'failed' && expected instanceof RegExp, `${JSON.stringify(first)}, and not ${expected}`);
          assert.match(first.code, expected);
          if (first.code.startsWith('HPE_')) assert.equal(first.detail, 'the server does not answer in HTTP');
        }
        // Of the second question the same, or, where the first left the connection open, that it broke: never anything of ours.
        assert.ok(
          second.status === 'observed' || (second.status === 'failed' && /^(HPE_|UND_ERR_|ECONNRESET$)/.test(second.code)),
          JSON.stringify(second),
        );
      });
    }
  });
}

test('answers before the last that never end are a timeout, and the time is kept', async (t) => {
  for (const early of ['HTTP/1.1 102 Processing\r\n\r\n', `HTTP/1.1 103 Early Hints\r\nX: ${'a'.repeat(1000)}\r\n\r\n`]) {
    const flood = (socket: Socket) => {
      const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write(early.repeat(100))), 1);
      t.after(() => clearInterval(timer));
    };
    const [first] = await askTwice(t, flood, 300);
    assert.ok(first?.status === 'failed' && first.code === 'ETIMEDOUT', JSON.stringify(first));
  }
});

/**
 * A server can make an assertion of undici fail, and Node words it by parsing the file it stands in: of a bundle, seconds without a timer. The error that
 * is worded there is cheap only where the bundles bring their own `assert`.
 */
test('no bundle words an assertion of its libraries with the help of Node', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'kd-bundle-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const split = path.join(directory, 'split');
  await bundlePackage(split);
  await bundleModule(path.join(directory, 'single.mjs'));
  const files = readdirSync(split).map((name) => path.join(split, name));
  const texts = [...files, path.join(directory, 'single.mjs')].map((file) => readFileSync(file, 'utf8'));
  assert.equal(texts.filter((text) => text.includes('an assertion does not hold')).length, 2);
  // yargs takes `assert` without the prefix, for what the program itself gives it.
  for (const text of texts) assert.ok(!/["']node:assert(?:\/strict)?["']/.test(text), 'a bundle loads node:assert');
});
