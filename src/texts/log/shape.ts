/** Lines that differ in times, sizes and ids alone have one shape: what one of them says, or does not say, all of them do. */
import { FRAGMENTS } from '../fragments/index.js';

/** Numbers that a fragment names, such as errnos and codes of OpenSSL, make another line; so does a status, an address, a port. */
const TOLD: ReadonlySet<number> = new Set(
  FRAGMENTS.flatMap(({ text }) => text.source.replace(/\{[\d,]{1,9}\}/g, '').match(/\d{1,5}/g) ?? []).map(Number),
);
/** So far the prefix of a log goes: there it counts how many digits a number has. */
const PREFIX = 48;

/** Kinds of bytes. */
const OTHER = 0;
const WORD = 1;
const HEX = 2;
const DIGIT = 3;
const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 48 && byte <= 57) return DIGIT;
  if (byte >= 97 && byte <= 102) return HEX;
  return /\w/.test(String.fromCharCode(byte)) || byte >= 128 ? WORD : OTHER;
});
const DOT = 46;
const COLON = 58;
const QUOTE = 34;

/**
 * A number of 53 bits that stands for the shape of a line: two sums, so that no two shapes of a log meet by accident. A loop over bytes: decoding a line
 * and replacing its numbers takes many times as long.
 */
export function shapeOf(bytes: Uint8Array, from: number, to: number): number {
  let a = 0x811c9dc5 | 0;
  let b = 0;
  let before = OTHER;
  let kept = from;
  for (let at = from; at < to; at += 1) {
    let byte = bytes[at] as number;
    let kind = KINDS[byte] as number;
    if (kind >= HEX && at >= kept && (kind === DIGIT || before === OTHER)) {
      const run = runEnd(bytes, at, to, before);
      if (run < 0) kept = -run;
      else if (run > 0) {
        byte = at - from < PREFIX ? 256 + run - at : 256;
        kind = DIGIT;
        at = run - 1;
      }
    }
    a = Math.imul(a ^ byte, 0x01000193);
    b = (Math.imul(b, 31) + byte) | 0;
    before = kind;
  }
  return (a >>> 0) * 0x200000 + ((b >>> 11) ^ (b & 0x7ff));
}

/** Where the number or id that begins here ends: negative where it tells something, 0 where there is none. */
function runEnd(bytes: Uint8Array, from: number, to: number, before: number): number {
  let at = from;
  let value = 0;
  while (at < to && KINDS[bytes[at] as number] === DIGIT) {
    value = value * 10 + (bytes[at] as number) - 48;
    at += 1;
  }
  const next = bytes[at] as number;
  if (at === from + 2 && next === COLON && isTimeFrom(bytes, at)) return at + 6;
  if (before === OTHER && at < to && KINDS[next] === HEX) {
    const id = idEnd(bytes, from, at, to);
    if (id > 0) return id;
  }
  if (at === from) return 0;
  if (next === DOT) {
    const address = addressEnd(bytes, at, to);
    if (address > 0) return -address;
  }
  return TOLD.has(value) || (value >= 400 && value < 600) || isPort(bytes, from) ? -at : at;
}

/** Behind a colon, but for a value of JSON, or behind the word. */
function isPort(bytes: Uint8Array, from: number): boolean {
  return (
    (bytes[from - 1] === COLON && bytes[from - 2] !== QUOTE) ||
    (bytes[from - 2] === 116 && bytes[from - 3] === 114 && bytes[from - 4] === 111 && bytes[from - 5] === 112)
  );
}

/** `:30:15` */
function isTimeFrom(bytes: Uint8Array, at: number): boolean {
  return bytes[at + 3] === COLON && KINDS[bytes[at + 1] ?? 0] === DIGIT && KINDS[bytes[at + 5] ?? 0] === DIGIT;
}

/** Of a container, a pod or a trace: four characters or more, digits and letters; 0 where it is none. */
function idEnd(bytes: Uint8Array, from: number, letter: number, to: number): number {
  let at = letter;
  let digits = letter - from;
  for (; at < to; at += 1) {
    const kind = KINDS[bytes[at] as number] as number;
    if (kind === DIGIT) digits += 1;
    else if (kind !== HEX) break;
  }
  return digits > 0 && at - from >= 4 && (at === to || KINDS[bytes[at] as number] === OTHER) ? at : 0;
}

/** Behind the first number of an IPv4 address; 0 where it is none. */
function addressEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  let dots = 0;
  for (; at < to; at += 1) {
    const byte = bytes[at] as number;
    if (byte === DOT && dots < 3) dots += 1;
    else if (KINDS[byte] !== DIGIT) break;
  }
  return dots === 3 ? at : 0;
}
