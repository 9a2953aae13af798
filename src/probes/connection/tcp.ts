/** Opens a TCP connection to the next hop. Never waits for the kernel's own timer (about 130 s for an unanswered SYN). */
import { connect, type Socket } from 'node:net';
import { deadline } from '../../host/deadline.js';
import { elapsedMs } from '../../host/stopwatch.js';
import { whyUndialled } from '../../kubernetes/addresses.js';
import type { Outcome, TcpConnection } from '../../model/facts.js';

/** Delay before the next address is tried beside the last one (RFC 8305 suggests 150–250 ms). */
const STAGGER_MS = 150;
const MAX_ADDRESSES = 8;

/** Codes that speak of this machine's own families, not of the server: an IPv6 address on an IPv4-only pod. */
const LOCAL_CODES = new Set(['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL']);

const WORDS: Readonly<Record<string, string>> = {
  ETIMEDOUT: 'no answer',
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network unreachable',
  ECANCELLED: 'cancelled',
};

/** Of an address at which a cloud gives credentials away, or which no machine has. */
export const NEVER_DIALLED = {
  status: 'absent',
  why: 'not-ours',
  detail: 'a cloud metadata or link-local address is never dialled',
} as const satisfies Outcome<never>;

type Try = TcpConnection['tries'][number];

/**
 * Connects to the first of `addresses` (at most 8, and none that is never dialled) that answers; all of them share one timeout, so several black holes cost one.
 * The socket handed back swallows its later errors (a layer above sees `close`) and belongs to the caller, who destroys it.
 * Failed codes: ETIMEDOUT, ELATE (host/deadline.ts), ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EACCES, … as the kernel says; ENOTFOUND without any address;
 * ECANCELLED by `signal`. Tries that were given up because another address connected are left out of `tries`.
 */
export function openTcp(
  addresses: { address: string; family: 4 | 6 }[],
  port: number,
  options: { timeoutMs: number; signal?: AbortSignal },
): Promise<{ outcome: Outcome<TcpConnection>; socket?: Socket }> {
  const began = elapsedMs();
  const elapsed = () => Math.round(elapsedMs() - began);
  const targets = addresses.filter(({ address }) => !whyUndialled(address)).slice(0, MAX_ADDRESSES);
  const { timeoutMs, signal } = options;
  const stagger = Math.min(STAGGER_MS, timeoutMs / (targets.length + 1)); // every address gets its turn
  if (targets.length < Math.min(1, addresses.length)) return Promise.resolve({ outcome: NEVER_DIALLED });
  if (targets.length === 0)
    return Promise.resolve({ outcome: { status: 'failed', code: 'ENOTFOUND', detail: 'no address to connect to', ms: 0 } });

  return new Promise((resolve) => {
    const results: (Try | undefined)[] = targets.map(() => undefined);
    const open = new Map<number, Socket>();
    const timers = new Set<NodeJS.Timeout>();
    let started = 0;
    let settled = false;

    const later = (ms: number, run: () => void) => {
      timers.add(setTimeout(run, ms));
    };
    const finish = (outcome: Outcome<TcpConnection>, socket?: Socket) => {
      if (settled) return;
      settled = true;
      off();
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      for (const other of open.values()) if (other !== socket) other.destroy();
      resolve(socket ? { outcome, socket } : { outcome });
    };
    const tries = () => results.filter((one) => one !== undefined);
    const fail = (code: string) => {
      const detail = tries()
        .map((one) => `${one.address} port ${one.port}: ${WORDS[one.result] ?? one.result} after ${one.ms} ms`)
        .join('; ');
      finish({ status: 'failed', code, detail, ms: elapsed(), data: { tries: tries() } });
    };
    const giveUp = (code: string) => {
      for (const [index, target] of targets.entries()) {
        if (index < started) results[index] ??= { address: target.address, port, result: code, ms: elapsed() };
      }
      // Of one address that refused and one that was waited for too late nothing is known in all.
      fail(code === 'ETIMEDOUT' ? tellingCode(tries()) : code);
    };
    const cancel = () => giveUp('ECANCELLED');

    const start = () => {
      const index = started;
      const target = targets[index];
      if (settled || !target) return;
      started += 1;
      const startedAt = elapsedMs();
      const record = (result: string) => {
        results[index] = { address: target.address, port, result, ms: Math.round(elapsedMs() - startedAt) };
        open.delete(index);
      };
      const failed = (code: string) => {
        if (settled || results[index]) return;
        record(code);
        if (tries().length === targets.length) fail(tellingCode(tries()));
        else if (index + 1 === started) start();
      };
      let socket: Socket;
      try {
        socket = connect({ host: target.address, port, family: target.family, autoSelectFamily: false, noDelay: true });
      } catch (error) {
        failed(codeOf(error)); // a port out of range, an address that is none
        return;
      }
      open.set(index, socket);
      // Stays for the socket's life: between two layers nobody else listens, and an unheard 'error' ends the process.
      socket.on('error', (error) => failed(codeOf(error)));
      socket.once('connect', () => {
        if (settled) return;
        record('connected');
        finish({ status: 'observed', data: { tries: tries() }, ms: elapsed() }, socket);
      });
      later(stagger, () => {
        if (started === index + 1) start();
      });
    };

    const off = deadline(timeoutMs, giveUp);
    if (signal?.aborted) cancel();
    else {
      signal?.addEventListener('abort', cancel, { once: true });
      start();
    }
  });
}

/** One code for several tries: what all say, else the first address's; what only says that a family is missing here counts last. */
function tellingCode(tries: Try[]): string {
  const telling = tries.filter((one) => !LOCAL_CODES.has(one.result));
  return (telling[0] ?? tries[0])?.result ?? 'ETIMEDOUT';
}

function codeOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return typeof code === 'string' ? code : 'ECONNFAILED';
}
