/** The cluster's DNS, as far as an agent asks it: A records of the apiserver's service and of the nodes, over UDP. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { DNS_IP, SERVICE_IP } from './net.js';

const SERVICE_NAME = 'kubernetes.default.svc.cluster.local';
const TYPE_A = 1;
const NXDOMAIN = 3;

/** Running until `stop`. While `silent` is true it hears questions and answers none. */
export interface DnsServer {
  silent: boolean;
  /** Names asked so far, lower case, in order. */
  asked: string[];
  stop(): Promise<void>;
}

/** The resolv.conf a pod of this namespace has (dnsPolicy ClusterFirst). */
export function resolvConf(namespace: string): string {
  return `search ${namespace}.svc.cluster.local svc.cluster.local cluster.local\nnameserver ${DNS_IP}\noptions ndots:5\n`;
}

/** Reads the one question of a query: its name, its type, and where it ends. */
function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** An authoritative answer: the address if there is one and an A record was asked for, NXDOMAIN for unknown names. */
function answer(query: Buffer, { type, end }: { type: number; end: number }, address: string | undefined): Buffer {
  const withRecord = address !== undefined && type === TYPE_A;
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8580 | (address === undefined ? NXDOMAIN : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(withRecord ? 1 : 0, 6);
  const question = query.subarray(12, end);
  if (!withRecord) return Buffer.concat([header, question]);
  // Name = pointer to the question, type A, class IN, 5 s, four bytes.
  const record = [0xc0, 12, 0, TYPE_A, 0, 1, 0, 0, 0, 5, 0, 4, ...address.split('.').map(Number)];
  return Buffer.concat([header, question, Buffer.from(record)]);
}

/** Starts answering on 10.96.0.10:53 for the service and for `nodes` (name to address, may change later). */
export async function startDns(nodes: () => ReadonlyMap<string, { ip: string }>): Promise<DnsServer> {
  const socket: Socket = createSocket('udp4');
  const server: DnsServer = { silent: false, asked: [], stop: () => new Promise((resolve) => socket.close(() => resolve())) };
  socket.on('message', (query: Buffer, from: RemoteInfo) => {
    const question = readQuestion(query);
    server.asked.push(question.name);
    const address = question.name === SERVICE_NAME ? SERVICE_IP : nodes().get(question.name)?.ip;
    if (!server.silent) socket.send(answer(query, question, address), from.port, from.address);
  });
  await new Promise<void>((resolve, reject) => socket.once('error', reject).bind(53, DNS_IP, resolve));
  return server;
}
