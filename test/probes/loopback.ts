/** Servers on loopback for the probes' tests. Everything opened here is closed when the test that asked for it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import type { TestContext } from 'node:test';
import tls from 'node:tls';
import { openTcp } from '../../src/probes/connection/tcp.js';
import type { KeyPair } from '../../src/sim/state/pki.js';
import { ANSWERED } from './within.js';

/**
 * Listens on a free port of `host`; connections are cut when the test ends. Of a TLS server only those after the handshake: Node 20.20 crashes when
 * a TLSSocket is destroyed after the socket under it, so the others are left to the client's end.
 */
export async function listen(t: TestContext, server: net.Server, host = '127.0.0.1'): Promise<number> {
  const open = new Set<net.Socket>();
  server.on(server instanceof tls.Server ? 'secureConnection' : 'connection', (socket: net.Socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => open.delete(socket));
  });
  t.after(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  server.listen(0, host);
  await once(server, 'listening');
  return (server.address() as net.AddressInfo).port;
}

/** A TCP server; `serve` gets each connection. Without it connections are accepted and met with silence. */
export function tcpServer(t: TestContext, serve: (socket: net.Socket) => void = () => {}, host?: string): Promise<number> {
  return listen(t, net.createServer(serve), host);
}

/** A TLS server with this certificate; `serve` gets each connection after the handshake. */
export function tlsServer(
  t: TestContext,
  pair: KeyPair,
  options: tls.TlsOptions = {},
  serve: (socket: tls.TLSSocket) => void = () => {},
  host?: string,
): Promise<number> {
  const server = tls.createServer({ cert: pair.certPem, key: pair.keyPem, ...options }, (socket) => {
    socket.on('error', () => {});
    serve(socket);
  });
  server.on('tlsClientError', () => {});
  return listen(t, server, host);
}

/** A port nothing listens on. */
export async function closedPort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A socket connected by the probe itself; the server's end of the test closes it. */
export async function connected(port: number, address = '127.0.0.1'): Promise<net.Socket> {
  const { socket } = await openTcp([{ address, family: net.isIP(address) === 6 ? 6 : 4 }], port, { timeoutMs: ANSWERED });
  if (!socket) throw new Error(`no connection to ${address} port ${port}`);
  return socket;
}

/** A port on which SYNs stay unanswered: a stopped process with a full accept queue. With 0.0.0.0 on all of 127.0.0.0/8. */
export async function blackHole(t: TestContext, host = '127.0.0.1'): Promise<number> {
  const listening =
    "require('net').createServer().listen({port:0,host:process.argv[1],backlog:1},function(){console.log(this.address().port)})";
  const child: ChildProcess = spawn(process.execPath, ['-e', listening, host], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  const port = Number(String(line));
  child.kill('SIGSTOP');
  for (let filled = true, i = 0; filled && i < 16; i += 1) filled = await connects(t, port);
  return port;
}

async function connects(t: TestContext, port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  return await Promise.race([once(socket, 'connect').then(() => true), new Promise<boolean>((resolve) => setTimeout(resolve, 100, false))]);
}

/** Is ::1 there? */
export async function hasIpv6(): Promise<boolean> {
  const server = net.createServer().listen(0, '::1');
  return await new Promise((resolve) => {
    server.once('listening', () => server.close(() => resolve(true)));
    server.once('error', () => resolve(false));
  });
}
