/** A secret that was told, as it may be written: what is looked for in every text. */
import { bare } from './spelling.js';

/** Below this a "secret" is a word, and redacting it would make holes in every sentence. */
const MIN_SECRET = 4;
/** An encoded form or a cut-off beginning must be this long to be told from chance. */
export const MIN_FORM = 8;

/**
 * No token or key in use is longer. What calls itself one may be a whole file of a stranger's, and each form and line of it is looked for in every text:
 * of such a one the rest is known as it stands, and no more.
 */
const MAX_SECRET = 32 * 1024;

/** Every way a secret is commonly written. Base64 at the three possible alignments, since it may stand inside something longer. */
export function formsOf(secret: string): Set<string> {
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
export function windowedOf(secret: string): { text: string; from?: number }[] {
  const whole = secret.trim().slice(0, MAX_SECRET);
  if (whole.length < MIN_FORM) return [];
  const bytes = Buffer.from(whole);
  const from = whole.startsWith('-----BEGIN') ? ARMOURED : 0;
  const plain = [...new Set([whole, decodedForm(whole)])].map((text) => ({ text: text.replace(ARMOUR, '') }));
  const inBase64 = base64Forms(bytes);
  const base64 = unlessWithin(inBase64).map((text) => ({ text, from }));
  if (whole.length > MAX_FRAGMENTED) return [...plain, ...base64];
  const twice = unlessWithin(inBase64.filter((text) => !/[-_=]/.test(text))).flatMap((text) =>
    unlessWithin(base64Forms(Buffer.from(text))),
  );
  return [...plain, ...base64, ...twice.map((text) => ({ text, from: 2 * from })), { text: bytes.toString('hex'), from: 2 * from }];
}

/** What stands in another of them need not be known by itself: base64 with its padding and without. */
function unlessWithin(texts: readonly string[]): string[] {
  const distinct = [...new Set(texts)];
  return distinct.filter((text) => !distinct.some((other) => other !== text && other.includes(text)));
}
