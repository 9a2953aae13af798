/** Does anybody listen at the container runtime's socket? A connection is made and closed; nothing is said on it. */
import { connect } from 'node:net';
import type { Host } from '../../host/host.js';
import type { RuntimeSocket } from '../../model/facts/node.js';

const TIMEOUT_MS = 1000;

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
  return new Promise((resolve) => {
    const socket = connect({ path: found });
    const end = (state: RuntimeSocket['state']) => {
      socket.destroy();
      resolve(state);
    };
    // A backlog that is full: whoever listens does not accept.
    socket.setTimeout(TIMEOUT_MS, () => end('refused'));
    socket.once('connect', () => end('answers'));
    socket.once('error', ({ code = '' }: NodeJS.ErrnoException) => end(STATES[code] ?? 'other'));
  });
}
