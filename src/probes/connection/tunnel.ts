/** CONNECT through an HTTP proxy: a tunnel in which TLS to the real server then runs. */
import { isIP, type Socket } from 'node:net';
import { deadline } from '../../host/deadline.js';
import { printable, SENTENCE } from '../../host/redact.js';
import { elapsedMs } from '../../host/stopwatch.js';
import type { Outcome, TunnelAnswer } from '../../model/facts.js';

/** As much header as Node's own HTTP parser accepts. */
const MAX_HEADER_BYTES = 16 * 1024;

/**
 * Asks the proxy at the other end of `socket` for a tunnel to `host:port`. `proxy` is its URL without credentials, for the fact;
 * `authorization` the value of Proxy-Authorization. Bytes that follow the header stay on the socket for the next layer.
 * Failed codes: EPROXY<status> (EPROXY407, EPROXY403, EPROXY502 …), EPROXYPROTOCOL (no HTTP answer, or a header over 16 KiB), ECONNRESET,
 * ETIMEDOUT, ELATE (host/deadline.ts). On failure the socket is destroyed.
 */
export function openTunnel(
  socket: Socket,
  options: { host: string; port: number; proxy: string; authorization?: string; timeoutMs: number },
): Promise<{ outcome: Outcome<TunnelAnswer>; socket?: Socket }> {
  const { host, port, proxy, authorization, timeoutMs } = options;
  const began = elapsedMs();
  const authority = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const ms = () => Math.round(elapsedMs() - began);
    const stop = () => {
      off();
      socket.on('error', () => {}); // until the next layer listens: an unheard 'error' ends the process
      socket.off('data', read).off('close', closed).off('error', failed);
    };
    const fail = (code: string, detail: string, data?: TunnelAnswer) => {
      stop();
      socket.destroy();
      resolve({ outcome: { status: 'failed', code, detail: printable(detail, SENTENCE), ms: ms(), ...(data ? { data } : {}) } });
    };
    const closed = () => fail('ECONNRESET', 'the proxy closed the connection without answering CONNECT');
    const failed = (error: NodeJS.ErrnoException) => fail(error.code ?? 'ECONNRESET', 'the connection to the proxy broke');
    const read = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) {
        const strange = received.length >= 5 && !received.subarray(0, 5).equals(Buffer.from('HTTP/'));
        if (strange || received.length > MAX_HEADER_BYTES) fail('EPROXYPROTOCOL', 'the proxy does not answer in HTTP');
        return;
      }
      const header = received.subarray(0, Math.min(end, MAX_HEADER_BYTES)).toString('latin1');
      const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |\r|$)/.exec(header)?.[1] ?? 0);
      if (status === 0) return fail('EPROXYPROTOCOL', 'the proxy does not answer in HTTP');
      const answer: TunnelAnswer = { proxy, status, ...voiceOf(header) };
      if (status < 200 || status > 299) return fail(`EPROXY${status}`, `the proxy answered CONNECT ${authority} with ${status}`, answer);
      stop();
      socket.pause();
      const early = received.subarray(end + 4);
      if (early.length > 0) socket.unshift(early);
      resolve({ outcome: { status: 'observed', data: answer, ms: ms() }, socket });
    };
    const off = deadline(timeoutMs, (code) => fail(code, `no answer to CONNECT in ${timeoutMs} ms`));
    if (/[^\x21-\x7e]/.test(authority) || /[^\x20-\x7e]/.test(authorization ?? ''))
      return fail('EPROXYPROTOCOL', 'the name does not fit into an HTTP header');
    if (socket.destroyed) return closed();
    socket.on('data', read).on('close', closed).on('error', failed);
    const credentials = authorization === undefined ? '' : `Proxy-Authorization: ${authorization}\r\n`;
    socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${credentials}\r\n`);
  });
}

/** The proxy's `Server` or `Via`, cleaned and cut. */
function voiceOf(header: string): Pick<TunnelAnswer, 'voice'> {
  const line = /\r\n(?:server|via):[ \t]*([^\r\n]+)/i.exec(header)?.[1];
  return line === undefined ? {} : { voice: printable(line, 100) };
}
