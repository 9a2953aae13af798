/** A DNS server over UDP: A records of a small table, or the ways in which cluster DNS fails. */
import { createSocket } from 'node:dgram';
import type { NetworkWorld } from '../world.js';

export interface DnsServer {
  host: string;
  port: number;
  /** Questions asked, e.g. `A kubernetes.default.svc.cluster.local`. */
  questions: string[];
  stop(): Promise<void>;
}

const TYPES: Record<number, string> = { 1: 'A', 12: 'PTR', 28: 'AAAA', 33: 'SRV' };
const NOERROR = 0;
const SERVFAIL = 2;
const NXDOMAIN = 3;

interface Query {
  id: number;
  name: string;
  type: number;
  /** Where the question section ends. */
  end: number;
}

function readQuery(packet: Buffer): Query | undefined {
  const labels: string[] = [];
  let at = 12;
  for (let length = packet[at]; length; length = packet[at]) {
    if (at + 1 + length > packet.length) return undefined;
    labels.push(packet.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  if (at + 5 > packet.length) return undefined;
  return { id: packet.readUInt16BE(0), name: labels.join('.').toLowerCase(), type: packet.readUInt16BE(at + 1), end: at + 5 };
}

function reply(packet: Buffer, query: Query, code: number, addresses: string[]): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(query.id, 0);
  header.writeUInt16BE(0x8580 | code, 2); // response, authoritative, recursion desired and available
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  const answers = addresses.map((address) => {
    const record = Buffer.alloc(16);
    record.writeUInt16BE(0xc00c, 0); // the name of the query
    record.writeUInt16BE(1, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt32BE(5, 6);
    record.writeUInt16BE(4, 10);
    Buffer.from(address.split('.').map(Number)).copy(record, 12);
    return record;
  });
  return Buffer.concat([header, packet.subarray(12, query.end), ...answers]);
}

/** Starts one on a free port. `names` are fully qualified, lower case, without the last dot. */
export async function startDns(
  host: string,
  mode: NonNullable<NetworkWorld['dns']>,
  names: ReadonlyMap<string, string>,
): Promise<DnsServer> {
  const questions: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (packet, from) => {
    const query = readQuery(packet);
    if (!query) return;
    questions.push(`${TYPES[query.type] ?? query.type} ${query.name}`);
    if (mode === 'dead') return;
    const address = mode === 'ok' ? names.get(query.name) : undefined;
    const code = mode === 'servfail' ? SERVFAIL : address === undefined ? NXDOMAIN : NOERROR;
    const addresses = address !== undefined && query.type === 1 ? [address] : [];
    socket.send(reply(packet, query, code, addresses), from.port, from.address, () => {});
  });
  socket.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, host, resolve);
  });
  const { port } = socket.address();
  const close = () => new Promise<void>((resolve) => socket.close(() => resolve()));
  if (mode !== 'refused') return { host, port, questions, stop: close };
  await close();
  return { host, port, questions, stop: async () => {} };
}
