/** Addresses of a world: a /24 of its own inside 127/8 where the system has one (Linux), else 127.0.0.1 for everything. */
import { createServer } from 'node:net';

export interface Addresses {
  gateway: string;
  apiserver: string;
  kubelet: string;
  /** Address of the n-th further node. */
  other(n: number): string;
  proxy: string;
  service: string;
  nameserver: string;
}

let wide: Promise<boolean> | undefined;
let worlds = 0;

/** Is every address of 127/8 ours to listen on? */
function hasLoopbackNet(): Promise<boolean> {
  wide ??= new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(0, '127.77.77.77', () => server.close(() => resolve(true)));
  });
  return wide;
}

/** Addresses nobody else in this process, and hardly anybody else on this machine, uses. */
export async function newAddresses(): Promise<Addresses> {
  worlds += 1;
  const net = `127.${1 + (process.pid % 250)}.${worlds % 256}`;
  const at = (await hasLoopbackNet()) ? (last: number) => `${net}.${last}` : () => '127.0.0.1';
  return {
    gateway: at(1),
    apiserver: at(10),
    kubelet: at(11),
    other: (n) => at(12 + n),
    proxy: at(20),
    service: at(30),
    nameserver: at(53),
  };
}

/** A port of this address where nothing listens. */
export function closedPort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 1));
    });
  });
}
