/** Texts that people paste → what they say. Pure; `clean` is the caller's, who knows the secrets of the run. */

import type { Seen } from './fragments/fragment.js';
import { FRAGMENTS } from './fragments/index.js';
import type { Clean, Meaning, Reading, TextRecord } from './reading.js';
import { recordsOf } from './records.js';
import { refusedIn } from './refused.js';
import { aimOf } from './target.js';
import { unwrap } from './unwrap.js';
import { type Judged, judgeText } from './verdict.js';

export type { Fragment } from './fragments/fragment.js';
export type { Addressee, Certainty, Clean, Meaning, Reading, Scene, Server, Speaker, TextRecord } from './reading.js';
export { createRecordReader, type RecordReader, recordsOf } from './records.js';
export { FRAGMENTS };

/** Characters of a record that are shown, and of the piece that an answer rests on. */
const SHOWN = 400;
const RESTS = 160;
/** The longest way to write a time. */
const TIME = 40;
/** The longest name that DNS has. */
const NAME = 253;

/** Without one of these a record says nothing that is known; most lines of a log are left here. */
const MAY_TELL =
  /fail|error|unable|impossible|cannot|can't|could ?n[o']t|forbidden|unauthori[sz]ed|must be|denied|refus|reset\b|time[d ]?\s?out|timeout|deadline|x509|certificate|verif|remote error|handshake|\bEOF|no such|not found|unknown|not ?ready|PLEG|pleg|invalid|not valid|does(?:n't| not)|mismatch|exceeded|disabled|deprecated|Warning|nodes are available|violates|read-only|KUBERNETES_SERVICE|not healthy|not (?:set|up)|unavailable|has (?:expired|asked|received|been)|stale-token|issued in the future|stopped posting|never posted|not defined|not allowed|no agent|no route|unreachable|status:? ?"?(?:code)?\D{0,8}[45]\d\d|\b(?:40[0-9]|429|50[0-4])\b|E(?:CONN|HOST|NET|TIMED|NOTFOUND|AI_AGAIN)|Errno|ERR_|CERT_|SIGNED|Pending|malformed|self.?signed|is down|skipping|BackOff|Crash|OOM|Evict|Terminat|NotReady|SchedulingDisabled|quota|constraint|PriorityClass|<html|[Ss]uccessful|acquired lease|became leader|new leader|posting ready|Starting to listen|closed|aborted|hang up|hangup|broken pipe|stream|Unhealthy|Verify return|DEPTH_ZERO|Unschedulable:\s+true|\sReady\s+<?\w|too many requests|\bv1\b .{0,40}deprec|\(user=|tokens? used|drop|isn't|Active: |HTTPS? (?:request|response)|misbehaving/i;

/** What one record says; nothing where it is of no known kind. */
export function readRecord(record: TextRecord, clean: Clean): Reading | undefined {
  if (!MAY_TELL.test(record.text)) return undefined;
  const { body, time, node, speaker: told } = unwrap(record.text);
  const speaker = told ?? FRAGMENTS.find((each) => each.speaker !== undefined && each.text.test(body))?.speaker ?? 'unknown';
  const isServers = /TLS handshake error from|Unable to authenticate the request/.test(body);
  const side = isServers ? 'server' : record.scene ? 'object' : 'client';
  let first: { seen: Seen; judged: Judged } | undefined;
  for (const part of triesIn(body)) {
    const aim = aimOf(part, record.scene === undefined || record.scene.kind === 'check');
    const target =
      isServers && !/https?:\/\//.test(part)
        ? { ...aim, server: speaker === 'apiserver' ? ('apiserver' as const) : ('kubelet' as const) }
        : aim;
    const seen: Seen = { body: part, speaker, target, side, refused: refusedIn(part), scene: record.scene };
    const judged = judgeText(seen);
    if (judged) first ??= { seen, judged };
    if (judged?.verdict.kind === 'cause') {
      first = { seen, judged };
      break;
    }
  }
  if (!first) return undefined;
  const { seen, judged } = first;
  const { fragment } = judged;
  const { host, port, path } = seen.target;
  return {
    speaker: speaker === 'unknown' && record.scene ? 'object' : speaker,
    target: {
      server: fragment?.target ?? (fragment === undefined ? seen.refused?.by : undefined) ?? seen.target.server,
      host: host === undefined || host === '' ? undefined : clean(host, NAME),
      port,
      path: path === undefined ? undefined : clean(path, RESTS),
    },
    side: fragment?.side ?? side,
    record: {
      line: record.line,
      text: clean(record.text, SHOWN),
      time: time === undefined ? undefined : clean(time, TIME),
      node: nodeOf(node, record, clean),
    },
    user: seen.refused && clean(seen.refused.user, NAME),
    fragment: fragment?.id,
    verdict: cleanVerdict(judged.verdict, clean),
  };
}

function nodeOf(node: string | undefined, { text, scene }: TextRecord, clean: Clean): string | undefined {
  const named =
    (scene?.kind === 'node' ? scene.name : scene?.node) ?? node ?? /\b(?:node|nodeName)="?([a-z0-9][\w.-]{0,252})"?/.exec(text)?.[1];
  return named === undefined ? undefined : clean(named, NAME);
}

function cleanVerdict(verdict: Meaning, clean: Clean): Meaning {
  return { ...verdict, rests: clean(verdict.rests, RESTS) };
}

/**
 * `Errors: [Get "https://…": A Get "http://…": B]` holds an error for each try; those of HTTPS count, for the Agent turns to plain HTTP only after they
 * failed (Datadog Agent 6 to 7.7x pkg/util/kubernetes/kubelet).
 */
function triesIn(body: string): string[] {
  const tries = body.split(/(?=\bGet "?https?:\/\/)/).filter((part) => part.trim() !== '');
  if (tries.filter((part) => part.startsWith('Get ')).length < 2) return [body];
  const secure = tries.filter((part) => part.startsWith('Get ') && /^Get "?https:/.test(part));
  return [...secure, ...tries.filter((part) => part.startsWith('Get ') && !secure.includes(part)), body].slice(0, MOST_TRIES);
}
const MOST_TRIES = 8;

/** Lines that a terminal wrapped are read once more as one text, where none of them says enough alone. */
const MOST_JOINED = 30;

/** Each record of a text that says something, in its order. */
export function readText(text: string, clean: Clean): Reading[] {
  const lines = text.split('\n');
  const readings = [...recordsOf(lines)].flatMap((record) => readRecord(record, clean) ?? []);
  if (readings.some(({ verdict }) => verdict.kind === 'cause') || lines.length < 2 || lines.length > MOST_JOINED) return readings;
  const joined = readRecord({ line: 1, text: lines.map((line) => line.trim()).join(' ') }, clean);
  return joined?.verdict.kind === 'cause' && readings.every(({ side }) => side !== 'object') ? [joined] : readings;
}

/** Causes that stand beside another without being its reason. */
const BESIDE = new Set([
  'node-cordoned',
  'read-only-port-closed',
  'read-only-port-open',
  'component-status-deprecated',
  'endpoints-deprecated',
]);
const RANKS: Record<Meaning['kind'], number> = { cause: 0, wrapper: 2, 'not-ours': 3, works: 4 };

/** The one that is answered where one answer is wanted: causes before wrappers, a cause said often before one said once, else the first. */
export function answerOf(readings: readonly Reading[]): Reading | undefined {
  const times = new Map<string, number>();
  const idOf = ({ verdict }: Reading) => (verdict.kind === 'cause' ? (verdict.causes[0]?.cause ?? '') : verdict.kind);
  for (const reading of readings) times.set(idOf(reading), (times.get(idOf(reading)) ?? 0) + 1);
  const rank = (reading: Reading) => RANKS[reading.verdict.kind] + (BESIDE.has(idOf(reading)) ? 1 : 0);
  return [...readings].sort((a, b) => rank(a) - rank(b) || (times.get(idOf(b)) ?? 0) - (times.get(idOf(a)) ?? 0))[0];
}
