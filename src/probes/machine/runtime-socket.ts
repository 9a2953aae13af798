/**
 * Does the container runtime live? A connection alone says nothing: the kernel accepts it for a process that is frozen. So it is greeted as every gRPC
 * client greets (the preface of HTTP/2 and empty settings, RFC 9113 3.4), which a living one answers in milliseconds; nothing is asked of it.
 */
import { connect } from 'node:net';
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

/** `endpoint` as the kubelet is configured: `unix:///run/…` or a bare path. Another kind, and a path too long for a socket, is `other`. */
export async function observeRuntimeSocket(host: Host, endpoint: string): Promise<RuntimeSocket['state']> {
  const path = endpoint.replace(/^unix:\/\//, '');
  if (!path.startsWith('/')) return 'other';
  const found = await host.locate(path);
  const state = await greet(found);
  // One silence may be ours, or the runtime's busiest moment.
  return state === 'silent' ? greet(found) : state;
}

function greet(path: string): Promise<RuntimeSocket['state']> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    let connected = false;
    const end = (state: RuntimeSocket['state']) => {
      socket.destroy();
      resolve(state);
    };
    // A backlog that is full: whoever listens does not accept.
    socket.setTimeout(TIMEOUT_MS, () => end('silent'));
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
