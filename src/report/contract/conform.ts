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

/** Where a value stands. */
type Path = (string | number)[];

/** A value that fits: the one that was given, where nothing is missing from it. Throws a Misfit. */
type Fit = (value: unknown, path: Path) => unknown;

const fits = new WeakMap<Schema, Fit>();

/** A value that fits the schema; throws a Misfit. The schema is read once: `merge` holds thousands of reports against it, and most have all there is. */
export function conform(schema: Schema, value: unknown): unknown {
  const fit = fits.get(schema) ?? fitOf(schema, schema, new Map());
  fits.set(schema, fit);
  return fit(value, []);
}

/** `named`: the definitions that were read so far. */
function fitOf(schema: Schema, root: Schema, named: Map<string, Fit>): Fit {
  const definition = schema.$ref?.replace('#/$defs/', '');
  if (definition !== undefined) return (value, path) => fitOfDefinition(definition, root, named)(value, path);
  const { enum: members, items } = schema;
  if (members)
    return (value, path) => {
      if (!members.includes(value)) throw new Misfit(`${where(path)} is none of ${members.join(', ')}`);
      return value;
    };
  const types = schema.type === undefined ? [] : [schema.type].flat();
  const pattern = schema.pattern === undefined ? undefined : new RegExp(schema.pattern);
  const fitItem = items ? fitOf(items, root, named) : fitAny;
  const fitObject = fitOfObject(schema, root, named);
  return (value, path) => {
    if (types.length > 0 && !types.includes(typeOf(value)) && !(types.includes('number') && typeOf(value) === 'integer'))
      throw new Misfit(`${where(path) || 'it'} is not of type ${types.join(' or ')}`);
    if (typeof value === 'string') {
      if (pattern?.test(value) === false) throw new Misfit(`${where(path)} is written in a way that it never is`);
      return value;
    }
    if (typeof value !== 'object' || value === null) return value;
    return Array.isArray(value) ? fitItems(value, fitItem, path) : fitObject(value, path);
  };
}

function fitOfDefinition(definition: string, root: Schema, named: Map<string, Fit>): Fit {
  const fit = named.get(definition) ?? fitOf(root.$defs?.[definition] ?? {}, root, named);
  named.set(definition, fit);
  return fit;
}

/** What no schema of ours speaks of. */
const fitAny: Fit = (value, path) => {
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? fitItems(value, fitAny, path) : fitAnyObject(value, path);
};

const fitAnyObject = fitOfObject({}, {}, new Map());

function fitItems(value: readonly unknown[], fitItem: Fit, path: Path): unknown {
  let other: unknown[] | undefined;
  for (let at = 0; at < value.length; at += 1) {
    path.push(at);
    const fitted = fitItem(value[at], path);
    path.pop();
    if (fitted !== value[at]) other ??= [...value];
    if (other) other[at] = fitted;
  }
  return other ?? value;
}

function fitOfObject(schema: Schema, root: Schema, named: Map<string, Fit>): (value: object, path: Path) => unknown {
  const known = new Map(Object.entries(schema.properties ?? {}).map(([key, each]) => [key, fitOf(each, root, named)]));
  const isMapping = typeof schema.additionalProperties === 'object';
  const fitRest = typeof schema.additionalProperties === 'object' ? fitOf(schema.additionalProperties, root, named) : undefined;
  const required = schema.required ?? [];
  return (value, path) => {
    const keys = Object.keys(value);
    const strange = isMapping ? 0 : keys.reduce((count, key) => (known.has(key) ? count : count + 1), 0);
    if (strange > BOUNDS.unknownFields) throw new Misfit(`${where(path) || 'it'} has ${strange} fields that no report has`);
    let other: [string, unknown][] | undefined;
    const entries = value as Readonly<Record<string, unknown>>;
    for (const [at, key] of keys.entries()) {
      path.push(key);
      const fitted = (known.get(key) ?? fitRest ?? fitAny)(entries[key], path);
      path.pop();
      if (fitted !== entries[key]) other ??= Object.entries(value);
      if (other) other[at] = [key, fitted];
    }
    const missing = required.filter((key) => !Object.hasOwn(value, key));
    if (!other && missing.length === 0) return value;
    const added = missing.map((key): [string, unknown] => {
      const below = [...path, key];
      return [key, (known.get(key) ?? fitAny)(emptyOf(schema.properties?.[key] ?? {}, root, where(below)), below)];
    });
    // As properties of its own, whatever they are called.
    return Object.fromEntries([...(other ?? Object.entries(value)), ...added]);
  };
}

/** `findings[0].title`, as the user finds it. */
function where(path: Path): string {
  return path.reduce<string>((before, step) => (typeof step === 'number' ? `${before}[${step}]` : before ? `${before}.${step}` : step), '');
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
