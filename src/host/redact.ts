/**
 * The last gate before anything is kept or shown: what another machine or file said becomes one line of plain text
 * in which no control character acts, no character hides, and no secret stands.
 */

import { escapeOf, INVISIBLE } from '../words/visible.js';
import { createFragments, type Fragments } from './fragments.js';
import { alnum, bare, isBare, lower, type Reading, readAlnum, readBare, readEscaped, readsAsItStands } from './spelling.js';

/** Keeps secrets it was told, and secrets that look like ones, out of text. */
export interface Redactor {
  /** From now on this string never passes `clean`: nor any 16 characters of it, in either case, in base64, hex, or as URLs, HTML and JSON write it. */
  register(secret: string): void;
  /** One printable line of at most `max` (default 512) characters. */
  clean(text: string, max?: number): string;
}

/** A name within a domain, and a domain: the longest that DNS has, and so what Kubernetes calls its objects by. Users and groups are no longer. */
export const LABEL = 63;
export const NAME = 253;
/** Of what others say: a part of a sentence of ours, and a whole one (a path and why it cannot be read, too). */
export const PHRASE = 200;
export const SENTENCE = 300;
/** A value as it was set, and a line that is shown to whoever set it. */
export const LINE = 400;

const MARK = '[redacted]';
const MAX_INPUT = 256 * 1024;
/** Below this a "secret" is a word, and redacting it would make holes in every sentence. */
const MIN_SECRET = 4;
/** An encoded form or a cut-off beginning must be this long to be told from chance. */
const MIN_FORM = 8;

/**
 * No token or key in use is longer. What calls itself one may be a whole file of a stranger's, and each form and line of it is looked for in every text:
 * of such a one the rest is known as it stands, and no more.
 */
const MAX_SECRET = 32 * 1024;

/**
 * One printable line, for text that is not shown before the run's redactor has seen it: secrets by their shape are kept out, but none that this run was
 * told is known here. Where a host is at hand, `host.redactor.clean` knows them.
 */
export function printable(text: string, max?: number): string {
  return unknowing.clean(text, max);
}

/** A redactor with nothing registered yet. One per run, owned by the host. */
export function createRedactor(): Redactor {
  const known: Known = { secrets: new Set(), forms: new Map(), heads: new Set(), fragments: createFragments(), loose: createFragments() };
  return {
    register: (secret) => learn(known, secret),
    clean(text, max = 512) {
      const hidden = hideKnown(text.slice(0, MAX_INPUT), known);
      const visible = isBare(hidden) ? hidden : hidden.replace(INVISIBLE, showEscaped).replace(/\s+/g, ' ').trim();
      return cut(hidePatterns(visible), max);
    },
  };
}

const unknowing = createRedactor();

/** What a text is searched for. */
interface Known {
  /** As they were told: both servers may be shown the same one. */
  secrets: Set<string>;
  /** Each form, and as it is looked for: in small letters, since a server that echoes may change the case; those of a few letters as they are. */
  forms: Map<string, string>;
  /** The beginnings of all forms, in small letters: in a text without one of them is no form, and no beginning of one. */
  heads: Set<string>;
  fragments: Fragments;
  /** Of letters and digits alone. */
  loose: Fragments;
}

function learn({ secrets, forms, heads, fragments, loose }: Known, secret: string): void {
  if (secrets.has(secret)) return;
  secrets.add(secret);
  for (const form of formsOf(secret)) {
    forms.set(form, form.length < MIN_FORM ? form : lower(form));
    heads.add(lower(form).slice(0, MIN_FORM));
  }
  for (const { text, from } of windowedOf(secret)) {
    fragments.add(lower(bare(text)), from);
    loose.add(lower(alnum(text)), from);
  }
}

function showEscaped(character: string): string {
  return /\s/.test(character) ? ' ' : escapeOf(character);
}

function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  // By code points: half a surrogate pair would print as garbage.
  return `${[...text.slice(0, max * 2)].slice(0, Math.max(0, max - 1)).join('')}…`;
}

/** Every way a secret is commonly written. Base64 at the three possible alignments, since it may stand inside something longer. */
function formsOf(secret: string): Set<string> {
  const decoded = decodedForm(secret);
  return decoded === secret ? formsOfOne(secret) : new Set([...formsOfOne(secret), ...formsOfOne(decoded)]);
}

/** A password in a URL is percent-encoded there, and plain in the header that is made of it. */
function decodedForm(secret: string): string {
  try {
    return decodeURIComponent(secret);
  } catch {
    return secret;
  }
}

function formsOfOne(secret: string): Set<string> {
  const forms = new Set<string>();
  const whole = secret.trim();
  const plain = bare(whole);
  if (plain.length < MIN_SECRET) return forms;
  forms.add(plain);
  if (whole.length > MAX_SECRET) return new Set([...forms, ...formsOfOne(whole.slice(0, MAX_SECRET))]);
  const escaped = JSON.stringify(whole).slice(1, -1);
  // Through bytes, since encodeURIComponent throws on half a surrogate pair.
  const encoded = encodeURIComponent(Buffer.from(whole).toString());
  const candidates = [
    escaped,
    // Go's encoding/json escapes these three (its HTML-safe default).
    escaped.replace(/[&<>]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
    encoded,
    encoded.replace(/%[0-9A-F]{2}/g, (c) => c.toLowerCase()),
    encoded.replace(/%20/g, '+'),
    ...base64Forms(Buffer.from(whole)),
    Buffer.from(whole).toString('hex'),
    Buffer.from(Buffer.from(whole).toString('base64'))
      .toString('base64')
      .replace(/={1,2}$/, ''),
    // A PEM's lines, a token broken by a newline; and a JWT's signature, the part that makes it a credential.
    ...whole.split(/\s+/).filter((part) => part.length >= 16 && !part.includes('-----')),
    ...whole.split('.').slice(2),
  ];
  for (const form of candidates.map(bare)) if (form.length >= MIN_FORM) forms.add(form);
  return forms;
}

function base64Forms(bytes: Buffer): string[] {
  const forms = [bytes.toString('base64')];
  for (const [shift, skip] of [
    [0, 0],
    [1, 2],
    [2, 3],
  ] as const) {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    // Only the characters that depend on the secret alone: not those shared with the bytes before or after it.
    forms.push(text.slice(skip, Math.floor((8 * (shift + bytes.length)) / 6)));
  }
  return forms.flatMap((form) => [form, form.replace(/\+/g, '-').replace(/\//g, '_')]);
}

/** A key file's first line is in every key file, plain and in base64. */
const ARMOUR = /-----(?:BEGIN|END) [A-Z0-9 ]{1,40}-----/g;
const ARMOURED = 64;
/** Beyond this only what is sent and its base64 are known part by part. */
const MAX_FRAGMENTED = 4096;

/** What is known by any 16 characters of it; `from` where those before are in other texts too. URL, HTML and JSON forms are read, not listed. */
function windowedOf(secret: string): { text: string; from?: number }[] {
  const whole = secret.trim().slice(0, MAX_SECRET);
  if (whole.length < MIN_FORM) return [];
  const bytes = Buffer.from(whole);
  const from = whole.startsWith('-----BEGIN') ? ARMOURED : 0;
  const plain = [...new Set([whole, decodedForm(whole)])].map((text) => ({ text: text.replace(ARMOUR, '') }));
  const inBase64 = [...new Set(base64Forms(bytes))];
  const base64 = inBase64.map((text) => ({ text, from }));
  if (whole.length > MAX_FRAGMENTED) return [...plain, ...base64];
  const twice = inBase64.filter((text) => !/[-_=]/.test(text)).flatMap((text) => [...new Set(base64Forms(Buffer.from(text)))]);
  return [...plain, ...base64, ...twice.map((text) => ({ text, from: 2 * from })), { text: bytes.toString('hex'), from: 2 * from }];
}

function hideKnown(text: string, known: Known): string {
  const { forms, heads, fragments, loose } = known;
  if (forms.size === 0 || (readsAsItStands(text) && !mayHold(text, known))) return text;
  const ranges: [from: number, to: number][] = [];
  const addOf = (reading: Reading) => {
    let places: ReturnType<Reading['places']> | undefined;
    return (at: number, length: number) => {
      places ??= reading.places();
      ranges.push([places.from[at] as number, places.to[at + length - 1] as number]);
    };
  };
  for (const reading of [readBare(text), readEscaped(text)]) {
    if (!reading) continue;
    const add = addOf(reading);
    const small = lower(reading.text);
    fragments.find(small, add);
    if (!hasAny(small, heads)) continue;
    for (const [form, sought] of forms) {
      const within = form.length < MIN_FORM ? reading.text : small;
      for (let at = within.indexOf(sought); at >= 0; at = within.indexOf(sought, at + sought.length)) add(at, sought.length);
      // A few letters at the end are a word in another case.
      const begun = beginningAtEnd(reading.text, form);
      if (begun > 0) add(reading.text.length - begun, begun);
    }
  }
  const letters = readAlnum(text);
  loose.find(lower(letters.text), addOf(letters));
  return ranges.length === 0 ? text : replaceRanges(text, ranges);
}

/** Of a text that has one reading: thousands of names hold nothing, and no place in them is worked out. */
function mayHold(text: string, { heads, fragments, loose }: Known): boolean {
  const small = lower(text);
  return hasAny(small, heads) || fragments.find(small) || loose.find(alnum(small));
}

function hasAny(text: string, parts: ReadonlySet<string>): boolean {
  for (const part of parts) if (text.includes(part)) return true;
  return false;
}

/** Length of the beginning of `form` that `text` ends with: a body cut at a limit may end inside a secret. */
function beginningAtEnd(text: string, form: string): number {
  if (text.length < MIN_FORM || form.length <= MIN_FORM) return 0;
  if (!form.includes(text.slice(-MIN_FORM))) return 0;
  // Knuth, Morris and Pratt: `form` may be made so that it nearly begins at each of its characters.
  const fallback = new Uint32Array(form.length);
  for (let at = 1, length = 0; at < form.length; at += 1) {
    while (length > 0 && form[at] !== form[length]) length = fallback[length - 1] as number;
    if (form[at] === form[length]) length += 1;
    fallback[at] = length;
  }
  let begun = 0;
  for (let at = Math.max(0, text.length - form.length); at < text.length; at += 1) {
    while (begun > 0 && (begun === form.length || text[at] !== form[begun])) begun = fallback[begun - 1] as number;
    if (text[at] === form[begun]) begun += 1;
  }
  return begun >= MIN_FORM ? begun : 0;
}

function replaceRanges(text: string, ranges: [from: number, to: number][]): string {
  let out = '';
  let at = 0;
  for (const [from, to] of ranges.sort((a, b) => a[0] - b[0] || b[1] - a[1])) {
    if (from >= at) out += text.slice(at, from) + MARK;
    at = Math.max(at, to);
  }
  return out + text.slice(at);
}

/** `"token": "…"`, `password: …`, `api_key=…`; but not `system:serviceaccount:secret:x`, where a colon joins. */
const SECRET_KEYS =
  /((?:token|password|passwd|passphrase|[_-](?:pass|pwd)|[?&]sig|secret|client[_-]key[_-]data|(?:api|app|application|secret|access|account|storage|private|signing|encryption)[_-]?key)\\?["']?(?:\s*=\s*|:\s+|\s*:(?=\\?["'])|%3D)\\?["']?)([^\s"',;}&\\]+)/gi;

/** What a command was started with: `--password …`, `curl -u user:…`. */
const SECRET_FLAGS =
  /(--(?:password|passphrase|token|secret|api-key)\s+["']?|\bcurl\s[^|;]{0,200}?\s(?:-u|--user)[\s=]["']?[^\s:"']{1,64}:)([^\s"',;]+)/gi;

/** Tokens of GitHub and Slack; and a key file in base64, unlike a certificate. */
const TOKENS = /\bgh[pousr]_[A-Za-z0-9]{20,}|\bxox[abeoprs]-[\w-]{10,}|LS0tLS1CRUdJTi(?!BDRVJUSUZJQ0FUR)[\w+/=-]{8,}/g;

/** Each of the shapes below has one of these in it; a name has none. */
const SHAPED = /[ :=%]|eyJ|ZXlK|gh[pousr]_|xox|LS0t/;

/** Secrets by their shape, for those nobody registered: another client's token in an error page, a key in a plugin's stderr. */
function hidePatterns(text: string): string {
  if (!SHAPED.test(text)) return text;
  const begun = text
    .replace(/-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/gs, MARK)
    .replace(/eyJ[\w-]{8,}(?:\.[\w-]*){0,4}/g, MARK)
    .replace(TOKENS, MARK)
    // The same in base64 once more, as in a Secret's data.
    .replace(/ZXlK[\w+/-]{16,}={0,2}/g, MARK)
    .replace(/\b((?:set-)?cookie["']?\s*[:=]\s*["']?[^\s=;,"']{1,64}=)([^\s;,"']+)/gi, keepWords);
  return withoutUsers(begun)
    .replace(/\b((?:bearer|basic)(?: |%20))([^\s"',;]+)/gi, keepWords)
    .replace(/\b(authorization["']?\s*[:=]\s*["']?)([^\s"',;]+)/gi, keepWords)
    .replace(SECRET_FLAGS, keepWords)
    .replace(SECRET_KEYS, keepWords);
}

/** Who a URL is asked as. Each word could be a scheme, so it is looked for where there is a URL alone. */
function withoutUsers(text: string): string {
  return text.includes('://') ? text.replace(/([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#]*@/gi, `$1${MARK}@`) : text;
}

/** `bearer token`, `Basic realm=…`, `token: expired`, `token=/path` are speech, not secrets; so is where a command of ours puts one in, `$(cat …)`, `%s`. */
function keepWords(all: string, before: string, value: string): string {
  const speech =
    /^[A-Z]?[a-z]{0,15}[.:)`]*$/.test(value) ||
    // A field of Kubernetes behind "token: "; a password may be chosen so, a token is not.
    (/token\W*$/i.test(before) && /^[a-z]{3,}(?:[A-Z][a-z]{2,}){2,5}[.:)`]*$/.test(value)) ||
    /^(?:realm|error|scope)=/i.test(value) ||
    /^[/<$[({]/.test(value) ||
    value === '%s' ||
    value === 'kubelet-doctor';
  return speech ? all : `${before}${MARK}`;
}

/** A proxy URL without its user and password, whatever characters they hold. */
export function urlWithoutCredentials(url: string): string {
  return url.replace(/^([a-z0-9+.-]+:\/\/)?.*@/is, '$1');
}

/** A name for a user that may be said; what has digits in it may be half of a password. */
const PLAIN_USER = /^[a-z][a-z._-]*$/i;

/**
 * Whoever a URL is asked as: its password, its user, and both as they are sent. By the last `@`, not as `new URL` reads it: a password may hold any
 * sign, the scheme may be missing (Go and curl add `http://`), and what does not parse must not be shown either.
 */
export function registerUserInfo(url: string, redactor: Redactor): void {
  const userInfo = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(.*)@[^@]*$/is.exec(url.trim())?.[1] ?? '';
  const colon = userInfo.indexOf(':');
  const user = colon < 0 ? '' : userInfo.slice(0, colon);
  redactor.register(userInfo);
  redactor.register(userInfo.slice(colon + 1));
  if (user.length >= MIN_FORM && !PLAIN_USER.test(user)) redactor.register(user);
}
