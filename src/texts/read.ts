/** One record → what it says: out of its wrapping, by its tries, cleaned. */

import type { Seen } from './fragments/fragment.js';
import { FRAGMENTS } from './fragments/index.js';
import type { Clean, Meaning, Reading, Scene, Speaker, TextRecord } from './reading.js';
import { refusedIn } from './refused.js';
import { aimOf } from './target.js';
import { unwrap } from './unwrap.js';
import { type Judged, judgeText } from './verdict.js';

/** Characters of a record that are shown, and of the piece that an answer rests on. */
export const SHOWN = 400;
const RESTS = 160;
/** The longest way to write a time. */
const TIME = 40;
/** The longest name that DNS has. */
const NAME = 253;

/** Without one of these a record says nothing that is known; most lines of a log are left here. Each fragment has one, in each of its words. */
export const MAY_TELL =
  /fail|error|unable|impossible|cannot|can't|could ?n[o']t|forbidden|unauthori[sz]ed|must be|denied|refus|reset\b|time[d ]?\s?out|timeout|deadline|x509|certificate|verif|remote error|handshake|EOF|unknown|PLEG|pleg|invalid|does(?:n't| not)|mismatch|exceeded|disabled|deprecated|Warning|nodes are available|read-only|KUBERNETES_SERVICE|unavailable|stale-token|socket mounted|getaddrinfo|issued in the future|hasn't been updated|unreachable|status:? ?"?(?:code)?\D{0,8}[45]\d\d|\b(?:40[0-9]|429|50[0-4])\b|E(?:CONN|HOST|NET|TIMED|NOTFOUND|AI_AGAIN|PERM)|Errno|ERR_|CERT_|SIGNED|Pending|malformed|self.?signed|is down|skipping|Crash|OOM|Evict|Terminat|SchedulingDisabled|quota|constraint|PriorityClass|<html|[Ss]uccessful|acquired lease|became leader|new leader|posting ready|Starting to listen|closed|aborted|hang up|hangup|broken pipe|stream|Unhealthy|Verify return|DEPTH_ZERO|Unschedulable:\s+true|\sReady\s+<?\w|too many requests|\bv1\b .{0,40}deprec|\(user=|tokens? used|drop|isn't|Active: |HTTPS? (?:request|response)|misbehaving|lost\b|Proxy Auth|Squid|tunnel|too old|Killed process|not permitted|cannot be fulfilled|latest version|Service Unavailable|Bad Gateway|Bad Request|kubelet\.service|Frequent[A-Z]|\bno[rt]?\b|not ?ready|not ?valid|has (?:expired|asked|received|been)|violate|(?:never|stopped) post|back-?off|BadStatusLine|unsupported|uninitiali|initiali[sz]ing|condition|exited|TaskHung|criutil|containerdutil|too (?:weak|small|long|quickly)|synced|dial (?:tcp|udp|unix)|lookup|resolve|empty|doctype|got "|ErrImage|from proxy|proxyconnect|\balert\b|on kubelet|kubelet (?:request|data)|getting credentials|provide credentials|Incomplete|insufficient|Killing container|konnectivity|try again|ENOENT|EACCES|exceeds|misconfig|NoRoute|NotAfter|issue[dr]|oversized|plugin type|plaintext|preempt|protocol version|version number|RemoteDisconnected|became ready|NodeReady|NodeStatus|reject|resourceVersion|unbound|unrecognized|affinity|validate |unresponsive|while (?:reading|parsing)|waiting|shutting down|componentstatus|status check|non-200|valid for|: bind|legacy|problem|server returned|fall ?back|low on|scheduled restart|received HTTP|curl: \(\d|gateway|etcdserver|=false/i;

/** What a flag is for, as programs print them all where one of them is wrong, and a field of an object. */
const USAGE = /^\s{1,20}(?:-\w, {1,4})?--[a-z][\w-]{1,80}(?:[ =]\S{1,60})?\s{2,80}\S|^\s{0,80}(?:- )?"?description"?: ?\S/;

/** What was found for a body, by who speaks; a log says the same thing many times, and its times are not of the body. */
interface Found {
  seen: Seen;
  judged: Judged;
}
const MOST_KNOWN = 2000;

/**
 * Reads records one by one, and knows again what it has read. What one record says; nothing where it is of no known kind. `by`: whose log it is, where
 * the record does not tell.
 */
export function createTextReader(clean: Clean, by?: Speaker): (record: TextRecord) => Reading | undefined {
  const known = new Map<string, Found | undefined>();
  return (record) => {
    if (!MAY_TELL.test(record.text) || USAGE.test(record.text)) return undefined;
    const { body, time, node, speaker = record.speaker ?? by } = unwrap(record.text);
    const key = record.scene === undefined ? `${speaker ?? ''} ${body}` : undefined;
    const found = key !== undefined && known.has(key) ? known.get(key) : foundIn(body, speaker, record.scene);
    if (known.size >= MOST_KNOWN) known.clear();
    if (key !== undefined) known.set(key, found);
    return found && readingOf(found, record, { time, node }, clean);
  };
}

function foundIn(body: string, told: Speaker | undefined, scene: Scene | undefined): Found | undefined {
  const speaker = told ?? FRAGMENTS.find((each) => each.speaker !== undefined && each.text.test(body))?.speaker ?? 'unknown';
  const isServers = /TLS handshake error from|Unable to authenticate the request/.test(body);
  const side = isServers ? 'server' : scene ? 'object' : 'client';
  let first: Found | undefined;
  for (const part of triesIn(body)) {
    const aim = aimOf(part, scene === undefined || scene.kind === 'check');
    const own = speaker === 'apiserver' ? ('apiserver' as const) : ('kubelet' as const);
    const target = isServers && !/https?:\/\//.test(part) ? { ...aim, server: own } : aim;
    const seen: Seen = { body: part, speaker, target, side, refused: refusedIn(part), scene };
    const judged = judgeText(seen);
    if (judged?.verdict.kind === 'cause') return { seen, judged };
    if (judged) first ??= { seen, judged };
  }
  return first;
}

function readingOf({ seen, judged }: Found, record: TextRecord, told: { time?: string; node?: string }, clean: Clean): Reading {
  const { fragment, verdict } = judged;
  const { host, port, path, server } = seen.target;
  return {
    speaker: seen.speaker === 'unknown' && record.scene ? 'object' : seen.speaker,
    target: {
      server: fragment?.target ?? (fragment === undefined ? seen.refused?.by : undefined) ?? server,
      host: host === undefined || host === '' ? undefined : clean(host, NAME),
      port,
      path: path === undefined ? undefined : clean(path, RESTS),
    },
    side: fragment?.side ?? seen.side,
    record: {
      line: record.line,
      text: clean(record.text, SHOWN),
      time: told.time === undefined ? undefined : clean(told.time, TIME),
      node: nodeOf(told.node, record, clean),
    },
    user: seen.refused && clean(seen.refused.user, NAME),
    fragment: fragment?.id,
    verdict: cleanVerdict(verdict, clean),
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
