/** Reads YAML field by field as Go's decoders would: strict about types, and able to say in which line something is wrong. */
import { type Document, LineCounter } from 'yaml';
import { printable, SENTENCE } from '../host/redact.js';
import { yamlFault, yamlThrown } from './yaml-faults.js';
import { parseFirst } from './yaml-parse.js';

/** One mapping of a YAML file. An absent or null field reads as undefined, false or empty; one of the wrong type throws what {@link readYaml} returns. */
export interface Fields {
  keys(): string[];
  has(key: string): boolean;
  /** Empty text counts as absent, as Go's zero values do. */
  text(key: string): string | undefined;
  flag(key: string): boolean;
  texts(key: string): string[];
  /** Standard base64 of UTF-8 text, decoded. */
  base64(key: string): string | undefined;
  fields(key: string): Fields;
  /** A list of mappings. */
  each(key: string): Fields[];
  raw(key: string): unknown;
  /** The line its value stands in, from 1. */
  line(key: string): number;
  /** What to throw for a fault found by the reader: `file:line: what`. */
  fault(what: string, key?: string): Error;
}

type Step = string | number;
interface Faulty {
  (path: Step[], what: string): Error;
  line(path: Step[]): number;
}

/** What we say of a wrong file, told apart from what a library throws. */
const FAULT = 'YamlFault';

/**
 * Parses and reads a file; whatever is wrong becomes one line. As kubectl: YAML 1.1 (`yes` is true, `n` is false), only the first document,
 * and of a key given twice the last. JSON is YAML.
 */
export function readYaml<T extends object>(text: string, file: string, read: (root: Fields) => T): T | { error: string } {
  const lines = new LineCounter();
  try {
    const documents = parseFirst(text, lines);
    if (typeof documents === 'string') return { error: printable(`${file} ${documents}`, SENTENCE) };
    const [document] = documents;
    const [first] = document?.errors ?? [];
    if (first) return { error: printable(`${file}:${lines.linePos(first.pos[0]).line}: ${yamlFault(first)}`, SENTENCE) };
    const line = (path: Step[]) => lineOf(document, path, lines);
    const fault: Faulty = Object.assign(
      (path: Step[], what: string) => Object.assign(new Error(`${file}:${line(path)}: ${what}`), { name: FAULT }),
      { line },
    );
    // The alias limit stops a few lines from growing into gigabytes.
    return read(createFields(document?.toJS({ maxAliasCount: 100 }), [], fault));
  } catch (thrown) {
    const error = thrown as Error;
    return { error: printable(error.name === FAULT ? error.message : `${file}: ${yamlThrown(error)}`, SENTENCE) };
  }
}

/** The line where the value stands, or the nearest enclosing value that has a place (a merged `<<` key has none). */
function lineOf(document: Document.Parsed | undefined, path: Step[], lines: LineCounter): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document?.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function createFields(value: unknown, path: Step[], fault: Faulty): Fields {
  const name = path.filter((step) => typeof step === 'string').join('.') || 'the file';
  if (value !== undefined && value !== null && (typeof value !== 'object' || Array.isArray(value)))
    throw fault(path, `${name} must be a mapping`);
  const from = (value ?? {}) as Record<string, unknown>;
  const at = (key: string) => [...path, key];
  const get = (key: string) => (Object.hasOwn(from, key) ? (from[key] ?? undefined) : undefined);

  const text = (key: string) => {
    const found = get(key);
    if (found === undefined || found === '') return undefined;
    if (typeof found !== 'string') throw fault(at(key), `${key} must be text; put quotes around it`);
    return found;
  };
  const list = (key: string) => {
    const found = get(key) ?? [];
    if (!Array.isArray(found)) throw fault(at(key), `${key} must be a list`);
    return found as unknown[];
  };
  return {
    keys: () => Object.keys(from),
    has: (key) => get(key) !== undefined,
    text,
    flag(key) {
      const found = get(key) ?? false;
      if (typeof found !== 'boolean') throw fault(at(key), `${key} must be true or false`);
      return found;
    },
    texts: (key) =>
      list(key).map((item, i) => {
        if (typeof item !== 'string') throw fault([...at(key), i], `${key} must hold text only; put quotes around it`);
        return item;
      }),
    base64(key) {
      const encoded = text(key)?.replace(/[\r\n]/g, '');
      if (encoded === undefined) return undefined;
      // As strict as Go's base64.StdEncoding; Buffer.from would skip over anything.
      if (encoded.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) throw fault(at(key), `${key} is not base64`);
      return Buffer.from(encoded, 'base64').toString('utf8');
    },
    fields: (key) => createFields(get(key), at(key), fault),
    each: (key) => list(key).map((item, i) => createFields(item, [...at(key), i], fault)),
    raw: get,
    line: (key) => fault.line(at(key)),
    fault: (what, key) => fault(key === undefined ? path : at(key), what),
  };
}
