/** Values kept as their JSON: equal ones of thousands of reports are one string, so that all fit in memory. */

declare const value: unique symbol;

/** The JSON of a `T`, made by `pack`. */
export type Json<T> = string & { readonly [value]: T };

export function pack<T>(whole: T): Json<T> {
  return JSON.stringify(whole) as Json<T>;
}

export function unpack<T>(json: Json<T>): T {
  return JSON.parse(json) as T;
}

/** Packs, and gives the same string for equal values. */
export function packer(): <T>(whole: T) => Json<T> {
  const texts = new Map<string, string>();
  return <T>(whole: T): Json<T> => {
    const text = pack(whole);
    const known = texts.get(text);
    if (known === undefined) texts.set(text, text);
    return (known ?? text) as Json<T>;
  };
}
