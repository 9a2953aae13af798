/** One `http` block: what curl said of the connection, then the answer as the script kept it. */
import type { CredentialKind } from '../../model/facts/connection.js';
import type { Outcome, TcpConnection, TunnelAnswer } from '../../model/facts.js';
import type { Headers } from '../../probes/connection/payload.js';
import { type Exchange, NOT_ASKED } from '../../probes/connection/wire.js';
import type { Block } from './answers.js';

interface Meta {
  /** curl's own words. */
  said: string[];
  /** curl's exit code (curl(1), EXIT CODES); -1 where it is not known. */
  exit: number;
  ms: number;
  rest: string[];
}

/** Everything up to `@exit N` is curl's; what a server says comes after it. */
export function metaOf({ lines }: Block): Meta {
  const end = lines.findIndex((line) => /^@exit \d+$/.test(line));
  const said = lines.slice(0, Math.max(end, 0));
  const seconds = said.map((line) => /^@time ([\d.]+)/.exec(line)?.[1]).find((found) => found !== undefined);
  const exit = end < 0 ? -1 : Number(lines[end]?.slice(6));
  return { said, exit, ms: Math.round(Number(seconds ?? 0) * 1000), rest: end < 0 ? [] : lines.slice(end + 1) };
}

/** By openssl alone nothing is said of the connection. */
export function isByCurl(block: Block): boolean {
  return metaOf(block).said.some((line) => /^(\*|curl:)/.test(line));
}

interface Asked {
  endpoint: string;
  as: CredentialKind;
  method: string;
  path: string;
  json: string | undefined;
}

export function isExchange({ kind, words }: Block, { endpoint, as, method, path, json }: Asked): boolean {
  const [to, by, how, , what, ...body] = words;
  return (
    kind === 'http' &&
    to === endpoint &&
    by === (as === 'nobody' ? 'anonymous' : as) &&
    how === method &&
    what === path &&
    body.join(' ') === (json ?? '')
  );
}

/** As a wire would give it. Dates are moved to the script's first moment, which is the run's one time. */
export function exchangeIn(block: Block | undefined, beganMs: number): Exchange {
  const nothing = { headers: {}, body: '', truncated: false };
  if (!block) return { ...nothing, code: NOT_ASKED, detail: 'the script did not ask this' };
  const { exit, ms, rest } = metaOf(block);
  const { status, headers, body } = headOf(rest);
  const failed = codeOf(exit);
  if (status === 0) return { ...nothing, code: failed ?? 'ECONNRESET', detail: WORDS[failed ?? ''] ?? '', ms };
  const laterMs = Number(block.words[3] ?? 0) * 1000 - beganMs;
  return {
    status,
    headers: moved(headers, laterMs),
    body,
    truncated: false,
    ms,
    ...(failed && { code: failed, detail: WORDS[failed] ?? '' }),
  };
}

const WORDS: Readonly<Record<string, string>> = {
  ETIMEDOUT: 'no complete answer in 6000 ms',
  ECONNRESET: 'the server closed the connection',
  HPE_INVALID: 'the server does not answer in HTTP',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its issuer is not a CA in use',
};

function codeOf(exit: number): string | undefined {
  switch (exit) {
    case 0:
      return undefined;
    // A body that the script cut is none that failed.
    case 23:
      return undefined;
    case 28:
      return 'ETIMEDOUT';
    case 1:
    case 8:
      return 'HPE_INVALID';
    case 60:
      return 'UNABLE_TO_VERIFY_LEAF_SIGNATURE';
    default:
      return 'ECONNRESET';
  }
}

export function headOf(lines: readonly string[]): { status: number; headers: Record<string, string>; body: string } {
  const end = lines.indexOf('');
  const head = end < 0 ? lines : lines.slice(0, end);
  const headers = head.slice(1).flatMap((line) => {
    const [, name, value] = /^([A-Za-z0-9-]{1,80}): ?(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value] as const];
  });
  return {
    status: Number(/^HTTP\/\S+ (\d{3})/.exec(head[0] ?? '')?.[1] ?? 0),
    headers: Object.fromEntries(headers),
    body: end < 0 ? '' : lines.slice(end + 1).join('\n'),
  };
}

function moved(headers: Record<string, string>, laterMs: number): Headers {
  const date = Date.parse(headers.date ?? '');
  return Number.isNaN(date) ? headers : { ...headers, date: new Date(date - laterMs).toUTCString() };
}

/** What the kernel said, as curl quotes it (strerror(3), glibc and musl). */
const REASONS: readonly [RegExp, string][] = [
  [/connection refused/i, 'ECONNREFUSED'],
  [/no route to host|host is unreachable/i, 'EHOSTUNREACH'],
  [/network (is )?unreachable/i, 'ENETUNREACH'],
  [/connection reset/i, 'ECONNRESET'],
  [/permission denied|operation not permitted/i, 'EACCES'],
  [/timed out|timeout/i, 'ETIMEDOUT'],
];

function reasonIn(text: string): string | undefined {
  return REASONS.find(([words]) => words.test(text))?.[1];
}

/** `* Connected to NAME (ADDRESS) port N`, `* connect to ADDRESS port N failed: …` (curl lib/connect.c). */
export function tcpIn(block: Block, endpoint: string): Outcome<TcpConnection> {
  const { said, exit, ms } = metaOf(block);
  const port = Number(/:(\d+)$/.exec(endpoint)?.[1]);
  const one = (address: string, result: string, at = port) => ({ address, port: at, result, ms: result === 'connected' ? 0 : ms });
  const failures = said.flatMap((line) => {
    const [, address, at] =
      /^\* {1,4}(?:connect to|Immediate connect fail for) ([0-9a-fA-F.:]{2,60}?):?(?: port (\d{1,5}))?(?: |$)/.exec(line) ?? [];
    const why = line.slice(line.lastIndexOf(': ') + 2);
    return address && why ? [one(address, reasonIn(why) ?? 'ECONNFAILED', Number(at ?? port))] : [];
  });
  for (const line of said) {
    const [, address, at] = /^\* Connected to \S+ \(([0-9a-fA-F.:]+)\) port (\d+)/.exec(line) ?? [];
    if (address) return { status: 'observed', data: { tries: [...failures, one(address, 'connected', Number(at))] }, ms: 0 };
  }
  const trying = said.flatMap((line) => /^\* +Trying \[?([0-9a-fA-F.:]+?)\]?:\d+/.exec(line)?.[1] ?? []);
  const silent = trying.filter((address) => !failures.some((failure) => failure.address === address));
  const tries = [
    ...failures,
    ...silent.map((address) => one(address, exit === 28 ? 'ETIMEDOUT' : (reasonIn(said.join(' ')) ?? 'ECONNFAILED'))),
  ];
  const code = tries[0]?.result ?? 'ETIMEDOUT';
  const detail = tries
    .map(({ address, port: at, result }) => `${address} port ${at}: ${TRIES[result] ?? result} after ${ms} ms`)
    .join('; ');
  return { status: 'failed', code, detail, ms, data: { tries } };
}

const TRIES: Readonly<Record<string, string>> = {
  ETIMEDOUT: 'no answer',
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network unreachable',
};

/** `* CONNECT tunnel failed, response 407`, before curl 7.84 `* Received HTTP code 407 from proxy after CONNECT`. */
export function tunnelIn(block: Block, proxy: string): Outcome<TunnelAnswer> {
  const said = metaOf(block).said.join('\n');
  const status = Number(/(?:response|HTTP code|replied) (\d{3})/.exec(said)?.[1] ?? 0);
  if (status >= 200 && status <= 299) return { status: 'observed', data: { proxy, status }, ms: 0 };
  if (status > 0)
    return { status: 'failed', code: `EPROXY${status}`, detail: `the proxy answered CONNECT with ${status}`, data: { proxy, status } };
  return { status: 'failed', code: reasonIn(said) ?? 'ECONNRESET', detail: 'no answer to CONNECT' };
}
