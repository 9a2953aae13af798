/** What a file of the project loads, read from its text. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

const STATIC = /^(?:import|export)\b(?! type\b)[^;'"]*?from '([^']+)'|^import '([^']+)'/gm;

/** Names it imports as it is loaded: no types, nothing loaded later. */
export function loadedBy(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(STATIC)].map((m) => m[1] ?? m[2] ?? '');
}

/** The file and every file of the project that is loaded with it. */
export function filesBehind(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const name of loadedBy(file))
    if (name.startsWith('.') && name.endsWith('.js')) filesBehind(path.join(path.dirname(file), name.replace(/\.js$/, '.ts')), seen);
  return seen;
}
