/** What each server's clock shows, what ours alone makes invalid, and what keeps it right. Nothing is decided here. */
import type { View } from '../../../model/check.js';
import type { ClockComparison, Fact, Need, Place, TimeSync, TokenClaims } from '../../../model/facts.js';
import type { Grounds } from '../../shared/problem.js';
import { seen } from '../../shared/read.js';

export const NEEDS = [
  'apiserver/clock',
  'kubelet/clock',
  'apiserver/tls',
  'kubelet/tls',
  'apiserver/credential',
  'kubelet/credential',
  'self/place',
  'self/settings',
  'self/time-sync',
] as const satisfies readonly Need[];

export const SERVERS = ['apiserver', 'kubelet'] as const;
export type Server = (typeof SERVERS)[number];

type Seen = View<(typeof NEEDS)[number]>;

export interface Compared extends ClockComparison {
  server: Server;
  fact: Fact<'clock'>;
  reproduce: string | undefined;
}

export interface Clues {
  place: Place | undefined;
  /** By our clock. */
  now: number | undefined;
  /** Servers that told the time, and those of them whose time is not ours. */
  compared: Compared[];
  off: Compared[];
  /** Invalid by our clock, and valid by that of the first server that differs. */
  certificates: { server: Server; fact: Fact<'tls'> }[];
  tokens: Server[];
  sync: TimeSync | undefined;
  syncFact: Fact<'time-sync'>;
  settings: Fact<'settings'>;
  /** What a pass rests on. */
  witness: Grounds;
}

export function read(view: Seen): Clues {
  const place = seen(view.one('self/place'));
  const now = place?.nowMs;
  const compared = SERVERS.flatMap((server) => comparedWith(view, server));
  const off = compared.filter(isOff);
  const [first] = off;
  const clocks = first && now !== undefined ? { now, theirNow: now - first.offsetMs } : undefined;
  const syncFact = view.one('self/time-sync');
  return {
    place,
    now,
    compared,
    off,
    certificates: clocks ? SERVERS.flatMap((server) => hurtCertificate(view, server, clocks)) : [],
    tokens: clocks ? SERVERS.filter((server) => isTokenHurt(view, server, clocks)) : [],
    sync: seen(syncFact),
    syncFact,
    settings: view.one('self/settings'),
    witness: SERVERS.map((server) => view.one(`${server}/clock`)),
  };
}

function comparedWith(view: Seen, server: Server): Compared[] {
  const fact = view.one(`${server}/clock`);
  const found = seen(fact);
  if (!found) return [];
  return [{ server, fact, ...found, reproduce: fact.reproduce }];
}

const NOTICED_MS = 60_000;

export function isOff({ offsetMs, toleranceMs }: ClockComparison): boolean {
  return Math.abs(offsetMs) - toleranceMs >= NOTICED_MS;
}

export function agree(one: ClockComparison, other: ClockComparison): boolean {
  return Math.abs(one.offsetMs - other.offsetMs) <= one.toleranceMs + other.toleranceMs + NOTICED_MS;
}

interface Clocks {
  now: number;
  theirNow: number;
}

function hurtCertificate(view: Seen, server: Server, { theirNow }: Clocks): Clues['certificates'] {
  const fact = view.all(`${server}/tls`).find((tls) => {
    const handshake = seen(tls);
    const leaf = handshake?.chain[0];
    return handshake && leaf && !handshake.validNow && Date.parse(leaf.notBefore) <= theirNow && theirNow < Date.parse(leaf.notAfter);
  });
  return fact ? [{ server, fact }] : [];
}

function isTokenHurt(view: Seen, server: Server, { now, theirNow }: Clocks): boolean {
  const claims = seen(view.one(`${server}/credential`, 'token'))?.token;
  return claims !== undefined && !isInTime(now, claims) && isInTime(theirNow, claims);
}

function isInTime(at: number, { notBefore = 0, expiresAt = Infinity }: TokenClaims): boolean {
  return at >= notBefore * 1000 && at < expiresAt * 1000;
}
