/** Fields of a mapping that someone wrote, read as Go's decoders would: strict about types, and able to say in which line something is wrong. */

/** One mapping of a YAML file. An absent or null field reads as undefined, false or empty; one of the wrong type throws what `readYaml` returns. */
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

export type Step = string | number;
/** Makes what is thrown for a fault; knows the line of a path. */
export interface Faulty {
  (path: Step[], what: string): Error;
  line(path: Step[]): number;
}

/** What we say of a wrong file, told apart from what a library throws. */
export const FAULT = 'YamlFault';

/** Of a mapping, or of nothing; anything else is a fault. */
export function createFields(value: unknown, path: Step[], fault: Faulty): Fields {
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
