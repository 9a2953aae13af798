/** Readers of JSON that someone else wrote: nothing about its shape is believed. */

/** The object, or an empty one. */
export function record(json: unknown): Record<string, unknown> {
  return json !== null && typeof json === 'object' ? (json as Record<string, unknown>) : {};
}

/** The array, or an empty one. */
export function list(json: unknown): unknown[] {
  return Array.isArray(json) ? json : [];
}

/** What stands at the end of a path of keys; undefined where there is none. */
export function valueAt(json: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (Object.hasOwn(record(at), key) ? record(at)[key] : undefined), json) ?? undefined;
}
