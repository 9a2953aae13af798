/** Text made harmless, on one line, cut: what report and renderers do alike to words that go onto a screen. */
import { neutralise } from '../words/visible.js';

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
