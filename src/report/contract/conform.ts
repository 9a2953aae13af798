/**
 * JSON that someone else wrote, held against a JSON Schema of ours. What is missing is filled with the emptiest value of its kind (an older
 * minor version did not have it), what is unknown is kept (a later one has more), and what has another shape is refused.
 */

import { BOUNDS } from '../../model/bounds.js';

/** The part of JSON Schema that src/report/contract/schema.ts uses. */
export interface Schema {
  type?: string | readonly string[];
  enum?: readonly unknown[];
  /** Anchored at both ends. */
  pattern?: string;
  $ref?: string;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  $defs?: Readonly<Record<string, Schema>>;
}

/** Where a value has another shape than it must have, in words for one line. */
export class Misfit extends Error {}

const EMPTY: Record<string, () => unknown> = {
  string: () => '',
  array: () => [],
  object: () => ({}),
  integer: () => 0,
  number: () => 0,
  boolean: () => false,
};

/** A new value that fits the schema; throws a Misfit. */
export function conform(schema: Schema, value: unknown, root: Schema = schema, path = ''): unknown {
  const name = schema.$ref?.replace('#/$defs/', '');
  if (name !== undefined) return conform(root.$defs?.[name] ?? {}, value, root, path);
  if (schema.enum) {
    if (!schema.enum.includes(value)) throw new Misfit(`${path} is none of ${schema.enum.join(', ')}`);
    return value;
  }
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.includes(typeOf(value)) && !(types.includes('number') && typeOf(value) === 'integer'))
    throw new Misfit(`${path || 'it'} is not of type ${types.join(' or ')}`);
  if (schema.pattern && typeof value === 'string' && !new RegExp(schema.pattern).test(value))
    throw new Misfit(`${path} is written in a way that it never is`);
  if (Array.isArray(value)) return value.map((each, at) => conform(schema.items ?? {}, each, root, `${path}[${at}]`));
  if (typeof value !== 'object' || value === null) return value;
  return conformObject(schema, value as Record<string, unknown>, root, path);
}

function conformObject(schema: Schema, value: Record<string, unknown>, root: Schema, path: string): Record<string, unknown> {
  const below = (key: string) => (path ? `${path}.${key}` : key);
  const rest = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
  const known = schema.properties ?? {};
  const strange =
    typeof schema.additionalProperties === 'object' ? 0 : Object.keys(value).filter((key) => !Object.hasOwn(known, key)).length;
  if (strange > BOUNDS.unknownFields) throw new Misfit(`${path || 'it'} has ${strange} fields that no report has`);
  const given = Object.entries(value).map(([key, each]) => [
    key,
    conform(Object.hasOwn(known, key) ? (known[key] ?? {}) : rest, each, root, below(key)),
  ]);
  const missing = (schema.required ?? [])
    .filter((key) => !Object.hasOwn(value, key))
    .map((key) => [key, conform(known[key] ?? {}, emptyOf(known[key] ?? {}, root, below(key)), root, below(key))]);
  return Object.fromEntries([...given, ...missing]);
}

function emptyOf(schema: Schema, root: Schema, path: string): unknown {
  const name = schema.$ref?.replace('#/$defs/', '');
  if (name !== undefined) return emptyOf(root.$defs?.[name] ?? {}, root, path);
  const make = EMPTY[[schema.type].flat()[0] ?? ''];
  if (!make) throw new Misfit(`${path} is missing`);
  return make();
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}
