/** Out of its wrapping: prefixes of logs, JSON and quoting are taken away; what they told of time, node and speaker is kept. */
import { tooMuchJson } from '../model/bounds.js';
import type { Speaker } from './reading.js';
import { speakerOfFile, speakerOfPath, speakerOfProgram } from './speakers.js';

export interface Unwrapped {
  /** On one line, without quoting: what the patterns read. */
  body: string;
  time?: string;
  node?: string;
  speaker?: Speaker;
  /** A prefix of a log was there: the line begins a record. */
  isLogged: boolean;
}

/** Characters of a record that are read; beyond them is the end of a stack trace, or no text. */
export const MOST_TEXT = 8000;

/** A prefix, and what its groups tell. Tried again and again, since one wraps another: kubectl's around CRI's around klog's. */
const PREFIXES: readonly { text: RegExp; tells: (groups: readonly string[]) => Partial<Unwrapped> }[] = [
  // kubectl logs --prefix
  {
    text: /^\[pod\/([\w.-]{1,253})\/([\w.-]{1,63})\] /,
    tells: ([, pod = '', container = '']) => ({ speaker: speakerOfProgram(container) ?? speakerOfProgram(pod) }),
  },
  // stern, k9s: pod and container; docker compose: the service, and a rule
  {
    text: /^([a-z\d][a-z\d.-]{5,252})(?: ([a-z\d][a-z\d-]{0,62}))? {1,4}(?=\d{4}-\d\d-\d\d[T ]\d\d:|[IWEF]\d{4} \d\d:|\{"|(?:time|ts|level)=)/,
    tells: ([, pod = '', container = '']) => ({ speaker: speakerOfProgram(container) ?? speakerOfProgram(pod) }),
  },
  {
    text: /^([a-z\d][\w.-]{1,100}?)(?:[-_]\d{1,4})? {0,60}\| (?=\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:|[IWEF]\d{4} \d\d:|\{"|(?:time|ts|level)=)/,
    tells: ([, service = '']) => ({ speaker: speakerOfProgram(service) }),
  },
  // talosctl logs: the node
  { text: /^((?:\d{1,3}\.){3}\d{1,3}): (?=[{IWEF\d])/, tells: ([, node]) => ({ node }) },
  // kubectl logs --timestamps, CRI files, journalctl -o short-iso
  {
    text: /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)(?: (?:stdout|stderr) [FP])?[ \t]{1,8}/,
    tells: ([, time]) => ({ time }),
  },
  // journald, short
  {
    text: /^([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,6})?) (?=[\w.-]{1,253} [\w@.-]{1,64}(?:\[\d{1,9}\])?: )/,
    tells: ([, time]) => ({ time }),
  },
  {
    text: /^(?:([\w.-]{1,253}) )?([\w@.-]{1,64})\[\d{1,9}\]: /,
    tells: ([, node, unit = '']) => ({ node, speaker: speakerOfProgram(unit) }),
  },
  // klog; people cut its columns
  {
    text: /^[IWEF]\d{4}(?: (\d\d:\d\d(?::\d\d)?(?:\.\d{1,6})?))?\s{1,8}(?:\d{1,9}\s{1,8})?([\w./-]{1,80}\.go):\d{1,6}\] ?/,
    tells: ([, time, file = '']) => ({ time, speaker: speakerOfFile(file) }),
  },
  // Datadog Agent 6 and later, and its Python ancestor
  {
    text: /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:[.,]\d{1,6})?(?: [A-Z]{2,5})?) \| ([A-Z-]{2,16}) \| (?:TRACE|DEBUG|INFO|WARN|ERROR|CRITICAL) \| (?:\([^|]{0,300}?\) \| )?/,
    tells: ([, time, component = '']) => ({ time, speaker: component === 'CLUSTER' ? 'cluster-agent' : 'node-agent' }),
  },
  {
    text: /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:[.,]\d{1,6})?(?: [A-Z]{2,5})?) \| [A-Z]{2,8} \| dd\.\w{1,20} \| [^|]{0,200}\| /,
    tells: ([, time]) => ({ time, speaker: 'node-agent' }),
  },
  // Go's log, Python's logging, log4j
  {
    text: /^\[?(\d{4}[-/]\d\d[-/]\d\d \d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?[+-]\d{4}| UTC| Z)?)\]?[ \t]{1,4}(?:[-|] )?/,
    tells: ([, time]) => ({ time }),
  },
  // kubelet-doctor and others print the level alone
  {
    text: /^\[?(?:TRACE|DEBUG|INFO|WARN(?:ING)?|ERROR|FATAL|CRITICAL|error|warn|info|debug|fatal)\]?(?:[:\t] ?| {1,4}[-|] )/,
    tells: () => ({}),
  },
];

/** Keys of a JSON log by what they hold. */
const KEYS = {
  time: ['time', 'ts', 'timestamp', '@timestamp', 't'],
  message: ['msg', 'message', 'MESSAGE', 'log', 'event'],
  error: ['err', 'error', 'error.message', 'exception', 'reason'],
  file: ['file', 'caller', 'source'],
  node: ['_HOSTNAME', 'node', 'node_name', 'hostname'],
  program: ['SYSLOG_IDENTIFIER', '_SYSTEMD_UNIT', 'agent', 'logger', 'container_name'],
} as const;

export function unwrap(text: string): Unwrapped {
  let left = text.slice(0, MOST_TEXT).replace(COLOURS, '').replace(DECORATION, '');
  const told: Partial<Unwrapped> = {};
  let isLogged = false;
  for (let round = 0; round < 6; round += 1) {
    const json = readJson(left);
    if (json) {
      isLogged = true;
      merge(told, json);
      left = json.body;
      continue;
    }
    const prefix = PREFIXES.find((each) => each.text.test(left));
    if (!prefix) break;
    const groups = prefix.text.exec(left) ?? [];
    merge(told, prefix.tells(groups));
    isLogged = true;
    left = left.slice((groups[0] ?? '').length);
  }
  const logfmt = /^(?:time|ts|level|t)=/.test(left);
  if (logfmt) merge(told, readLogfmt(left));
  const body = unquote(left);
  return { body, time: told.time, node: told.node, speaker: told.speaker ?? speakerOfPath(body), isLogged: isLogged || logfmt };
}

/** Does the line begin a record of a log? */
export function isLogged(line: string): boolean {
  const bare = line.replace(DECORATION, '');
  return bare.startsWith('{"') || /^(?:time|ts|level|t)=/.test(bare) || PREFIXES.some(({ text }) => text.test(bare));
}

/** What was told first is nearest to the outside; a program is known better further in, its node further out. */
function merge(told: Partial<Unwrapped>, more: Partial<Unwrapped>): void {
  told.time ??= more.time;
  told.node ??= more.node;
  if (more.speaker !== undefined) told.speaker ??= more.speaker;
}

/** Marks of Markdown and of mail around what is quoted, and the name that a supervisor puts before a line. */
const DECORATION = /^\s{0,40}(?:(?:>|\*\*|`{1,3}|-|\||\u2502)\s?){0,6}(?:\[ [A-Z-]{2,12} \] )?/;
/** Colours of a terminal. */
const COLOURS = /\u001b\[[\d;]{0,20}[A-Za-z]/g;

/** A record that is a JSON object: message and error first, the rest behind, so that it reads as a line of text does. */
function readJson(text: string): (Partial<Unwrapped> & { body: string }) | undefined {
  if (!text.startsWith('{') || tooMuchJson(text, 2000) !== undefined) return undefined;
  let object: Record<string, unknown>;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    object = parsed as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const first = (keys: readonly string[]) =>
    keys.map((key) => object[key]).find((value) => typeof value === 'string' || typeof value === 'number');
  const inner = first(KEYS.message);
  const known: readonly string[] = [...KEYS.time, ...KEYS.message];
  const rest = Object.entries(object).flatMap(([key, value]) => (known.includes(key) ? [] : [`${key}=${flat(value)}`]));
  const error = first(KEYS.error);
  const body = [inner, error === undefined ? undefined : `err="${String(error)}"`, ...rest].filter((part) => part !== undefined).join(' ');
  const file = /([\w@./-]{1,120}\.go)(?::\d{1,6})?/.exec(String(first(KEYS.file) ?? ''))?.[1];
  return {
    body: body.slice(0, MOST_TEXT),
    time: timeOf(first(KEYS.time)),
    node: textOf(first(KEYS.node)),
    speaker: speakerOfProgram(textOf(first(KEYS.program)) ?? '') ?? (file === undefined ? undefined : speakerOfFile(file)),
  };
}

/** Seconds or milliseconds since the epoch, as a kubelet that logs JSON (`ts`) and zap write them, are a date. */
function timeOf(value: unknown): string | undefined {
  const ms = typeof value !== 'number' ? 0 : value > 1e12 && value < 1e14 ? value : value > 1e9 && value < 1e11 ? value * 1000 : 0;
  return ms > 0 ? new Date(ms).toISOString() : textOf(value);
}

const textOf = (value: unknown) => (value === undefined ? undefined : String(value));

function flat(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, inner]) => `${key}: ${flat(inner)}`)
    .join(' ');
}

/** `time="…" level=error msg="…" error="…"`: k3s, containerd, and whoever logs with logrus or logfmt. */
function readLogfmt(text: string): Partial<Unwrapped> {
  const time = /\b(?:time|ts)="?([\d:TZ.+ -]{10,40})/.exec(text)?.[1];
  const node = /\b(?:node|hostname)="?([\w.-]{1,253})/.exec(text)?.[1];
  return { time, node };
}

/** `\"` and `\n` of one or more quotings undone, typographic quotes too, on one line. */
function unquote(text: string): string {
  return text
    .replace(/\\{1,15}"/g, '"')
    .replace(/\\{1,15}[nrt](?![a-z])/g, ' ')
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/\s{1,4000}/g, ' ')
    .trim();
}
