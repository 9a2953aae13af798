/** Text made harmless, on one line, cut: what report and renderers do alike to words that go onto a screen. */

/** Escapes, C0/C1 controls, DEL, and the marks that reorder or hide text on a screen. Newline and tab are kept. */
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Shows an unsafe character as `\x1b` or `\u202e` instead of obeying it. */
export function neutralise(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** Every string of a JSON-like value, keys too, neutralised. */
export function neutraliseAll<T>(value: T): T {
  return walk(value) as T;
}

function walk(value: unknown): unknown {
  if (typeof value === 'string') return neutralise(value);
  if (Array.isArray(value)) return value.map(walk);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [neutralise(key), walk(each)]));
}

/** On one line, without what surrounds it. A no-break space stays: `wrap` keeps its words together. */
export function oneLine(text: string): string {
  return text.replace(/[ \t\r\n]+/g, ' ').trim();
}

/** Cut to `length` characters, with a mark where something is missing. */
export function cut(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, Math.max(0, length - 1)).join('')}…`;
}
