/**
 * Does the container runtime live? A connection alone says nothing: the kernel accepts it for a process that is frozen. So it is greeted as every gRPC
 * client greets (the preface of HTTP/2 and empty settings, RFC 9113 3.4), which a living one answers in milliseconds; nothing is asked of it.
 */
import { connect } from 'node:net';
import { deadline, TOO_LATE } from '../../host/deadline.js';
import type { Host } from '../../host/host.js';
import type { RuntimeSocket } from '../../model/facts/node.js';

const TIMEOUT_MS = 2000;
const GREETING = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])]);

const STATES: Record<string, RuntimeSocket['state']> = {
  ECONNREFUSED: 'refused',
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  EACCES: 'denied',
  EPERM: 'denied',
};

/** What came of it, or that we were too late to hear. */
type Heard = RuntimeSocket['state'] | typeof TOO_LATE;

/** `endpoint` as the kubelet is configured: `unix:///run/…` or a bare path. Another kind, and a path too long for a socket, is `other`. */
export async function observeRuntimeSocket(host: Host, endpoint: string, timeoutMs = TIMEOUT_MS): Promise<Heard> {
  const path = endpoint.replace(/^unix:\/\//, '');
  if (!path.startsWith('/')) return 'other';
  const found = await host.locate(path);
  const state = await greet(found, timeoutMs);
  // One silence may be ours, or the runtime's busiest moment.
  return state === 'silent' ? greet(found, timeoutMs) : state;
}

function greet(path: string, timeoutMs: number): Promise<Heard> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    let connected = false;
    const end = (state: Heard) => {
      callOff();
      socket.destroy();
      resolve(state);
    };
    // A backlog that is full: whoever listens does not accept.
    const callOff = deadline(timeoutMs, (code) => end(code === TOO_LATE ? TOO_LATE : 'silent'));
    socket.once('connect', () => {
      connected = true;
      socket.write(GREETING);
    });
    socket.once('data', () => end('answers'));
    // Whoever hangs up on a greeting lives, and is no runtime that a kubelet could talk to.
    socket.once('close', () => end('refused'));
    socket.once('error', ({ code = '' }: NodeJS.ErrnoException) => end(connected ? 'refused' : (STATES[code] ?? 'other')));
  });
}
