/** TCP sockets that listen, from the kernel's list of one process's network namespace (Linux Documentation/networking/proc_net_tcp.rst). */
import type { Host } from '../../host/host.js';

const MAX_BYTES = 4 << 20;
const LISTEN = '0A';

/** Those on these ports; undefined where the list cannot be read. Addresses in the short form: `0.0.0.0`, `::`, `127.0.0.1`. */
export async function observeListening(
  host: Host,
  pid: number,
  ports: ReadonlySet<number>,
): Promise<{ address: string; port: number }[] | undefined> {
  const [v4, v6] = await Promise.all(['tcp', 'tcp6'].map((file) => host.readFile(`/proc/${pid}/net/${file}`, MAX_BYTES)));
  // A kernel without IPv6 has no second list; without the first one nothing is known.
  if (!v4?.ok) return undefined;
  const found = [v4, v6].flatMap((file) => (file?.ok ? socketsIn(file.text) : []));
  const wanted = found.filter(({ port }) => ports.has(port)).map((socket) => [`${socket.address} ${socket.port}`, socket] as const);
  return [...new Map(wanted).values()];
}

function socketsIn(text: string): { address: string; port: number }[] {
  return text.split('\n').flatMap((line) => {
    const [, hex, port, state] = /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) /.exec(line) ?? [];
    return hex && port && state === LISTEN ? [{ address: addressOf(hex), port: Number.parseInt(port, 16) }] : [];
  });
}

/** Words of 32 bits, each as the machine holds it: on little-endian ones the last byte first. */
function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, 'hex').reverse()]);
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16));
  const mapped = /^0:0:0:0:0:ffff:/.test(groups.join(':'));
  return mapped ? bytes.slice(12).join('.') : new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
