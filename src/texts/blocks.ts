/** Output of one command over several lines, of which none says all: `curl -v`, `openssl s_client`, `systemctl status`. */
import type { TextRecord } from './reading.js';
import { isLogged } from './unwrap.js';

export interface Block {
  /** `last`: this line is its last. `not`: it is not of it any more. */
  push(line: string): 'more' | 'last' | 'not';
  record(): TextRecord;
}

interface Kind {
  begins: RegExp;
  /** Its last line. */
  ends: RegExp;
  /** Lines without which nothing is lost: bytes, certificates, progress. */
  skip: RegExp;
  most: number;
  /** Its second line, where the first alone does not tell. */
  second?: RegExp;
  /** What is read of its text, if it is whole. */
  as?: (text: string) => Omit<TextRecord, 'line'>;
}

const KINDS: readonly Kind[] = [
  {
    begins: /\*\s{1,3}(?:Trying \S|Host \S{1,253} was resolved|Could not resolve host|About to connect)/,
    ends: /^curl: \(\d{1,3}\)/,
    skip: /^\s{0,8}(?:[{}] \[|\* {2}(?:CAfile|CApath|start date|expire date)|\* TLSv1|\* ALPN|\s{0,8}%|\s{0,4}\d{1,3}\s{1,8}\d{1,3}\s)/,
    most: 150,
  },
  {
    begins: /^\s{0,8}(?:CONNECTED\(\d{1,8}\)|(?:\S{0,80}[$#>] ?|#)?(?:sudo )?openssl s_client\b)/,
    ends: /^\s{0,8}Verify return code: /,
    skip: /^(?:[A-Za-z\d+/=]{40,80}$|-----|\s{1,8}\d{4} - |---$|\s{0,8}(?:Session-ID|Master-Key|PSK|SRP|Start Time|Timeout|Resumption|TLS session ticket))/,
    most: 250,
  },
  { begins: /^\s{0,4}[●×○*] ?[\w@-]{1,60}\.service(?: - |$)/, ends: /^\s{1,12}Active: /, skip: /^$/, most: 8 },
  // A condition of a node as YAML or JSON; those of pods have a time of their own.
  {
    begins: /^\s{0,40}(?:- )?"?lastHeartbeatTime"?:/,
    ends: /^\s{0,40}"?type"?: /,
    skip: /Time"?:/,
    most: 12,
    as: asCondition,
  },
  // In the order of the type in Go.
  {
    begins: /^\s{0,40}(?:- )?"?type"?: "?[A-Z]\w{1,60}"?,?$/,
    second: /^\s{0,40}"?status"?: "?(?:True|False|Unknown)"?,?$/,
    ends: /^\s{0,40}"?message"?: /,
    skip: /TransitionTime"?:/,
    most: 12,
    as: asCondition,
  },
];

/** A condition's fields, in the order of a row of `kubectl describe`. */
const FIELDS = [
  /(?:^|[ "])type"?: "?([A-Z]\w{1,100})/,
  /[ "]status"?: "?(True|False|Unknown)\b/,
  /[ "]reason"?: "?(\w{1,200})/,
  /[ "]message"?: "?(.{0,2000}?)"?,?(?= "?(?:lastTransitionTime|reason|status|type)"?: |$)/,
];

/** Of a node's alone: those of pods have other times. */
function asCondition(text: string): Omit<TextRecord, 'line'> {
  if (!/lastHeartbeatTime/.test(text)) return { text };
  return { text: FIELDS.map((field) => field.exec(text)?.[1] ?? '').join(' '), scene: { kind: 'node' } };
}

const asIs = (text: string) => ({ text });

/** Characters of a block that are read. */
const MOST_BLOCK = 6000;

export function asBlock(first: string, line: number): Block | undefined {
  const kind = KINDS.find(({ begins }) => begins.test(first));
  if (!kind) return undefined;
  let text = first.trim();
  let lines = 1;
  let isWhole = false;
  return {
    push(next) {
      lines += 1;
      if (lines > kind.most || /^[\w.@~:-]{0,80}[$#] \S/.test(next) || (isLogged(next) && !kind.ends.test(next))) return 'not';
      if (lines === 2 && kind.second && !kind.second.test(next)) return 'not';
      if (!kind.skip.test(next) && text.length < MOST_BLOCK) text += ` ${next.trim()}`;
      isWhole = kind.ends.test(next);
      return isWhole ? 'last' : 'more';
    },
    record: () => ({ line, ...((isWhole && kind.as) || asIs)(text.slice(0, MOST_BLOCK)) }),
  };
}
