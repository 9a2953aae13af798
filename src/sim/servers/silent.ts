/** A port whose SYNs stay unanswered: a listener that never accepts (a blocked worker) and whose accept queue is full. */
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

const LISTEN_AND_SLEEP = `
const { workerData, parentPort } = require('node:worker_threads');
const server = require('node:net').createServer();
server.on('error', (error) => parentPort.postMessage({ error: error.message }));
server.listen({ host: workerData.host, port: workerData.port, backlog: 1 }, () => {
  parentPort.postMessage({ port: server.address().port });
  Atomics.wait(new Int32Array(workerData.flag), 0, 0);
  process.exit(0);
});`;

const FILLERS = 8;

export interface SilentPort {
  port: number;
  stop(): Promise<void>;
}

/** Starts one; `port` 0 takes a free one. */
export async function startSilentPort(host: string, port: number): Promise<SilentPort> {
  const flag = new SharedArrayBuffer(4);
  const worker = new Worker(LISTEN_AND_SLEEP, { eval: true, execArgv: [], env: {}, workerData: { host, port, flag } });
  worker.unref();
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const heard = await new Promise<{ port?: number; error?: string }>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.ref();
  });
  worker.unref();
  if (heard.port === undefined) {
    await worker.terminate();
    throw new Error(heard.error);
  }
  const fillers = await fillQueue(host, heard.port);
  return {
    port: heard.port,
    async stop() {
      for (const socket of fillers) socket.destroy();
      worker.ref();
      const view = new Int32Array(flag);
      Atomics.store(view, 0, 1);
      Atomics.notify(view, 0);
      await exited;
    },
  };
}

/** The kernel completes a few connections by itself; from then on it drops what comes. The fillers left over go on trying. */
async function fillQueue(host: string, port: number): Promise<Socket[]> {
  let connected = 0;
  const fillers = Array.from({ length: FILLERS }, () => {
    const socket = connect({ host, port });
    socket.on('error', () => {});
    socket.on('connect', () => {
      connected += 1;
    });
    socket.unref();
    return socket;
  });
  for (let before = -1; connected === 0 || connected !== before; ) {
    before = connected;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return fillers;
}
