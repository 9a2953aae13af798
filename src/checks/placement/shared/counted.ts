/**
 * What may be counted. Only a list that was read to its end has a number of all, and only of such a list can it be said that something is not in it:
 * `Whole` is made here alone, from a list that says so of itself. Of any other list there is a first part and the reason why it is no more.
 */
import type { ListCut } from '../../../model/facts/placement.js';

declare const TO_THE_END: unique symbol;

/** A list read to its end. */
export interface Whole<T> {
  readonly items: readonly T[];
  readonly [TO_THE_END]: true;
}

/** The first part of a list. */
export interface Part<T> {
  readonly items: readonly T[];
  readonly cut: ListCut;
}

export type Listed<T> = Whole<T> | Part<T>;

/** Facts of a file may lack the reason. */
const unknownCut = (read: number): ListCut => ({ code: 'UNKNOWN', detail: '', read });

/** The one way to a `Whole`. */
export function listedOf<T>(items: readonly T[], { complete, cut }: { complete: boolean; cut?: ListCut }): Listed<T> {
  return complete && !cut ? ({ items } as Whole<T>) : { items, cut: cut ?? unknownCut(items.length) };
}

export function isWhole<T>(listed: Listed<T>): listed is Whole<T> {
  return !('cut' in listed);
}

/** The same items seen otherwise: as far as the list was read. */
export function mapListed<T, U>(listed: Listed<T>, items: readonly U[]): Listed<U> {
  return { ...listed, items } as Listed<U>;
}

/** `2 of 3 nodes`: needs the whole of them. */
export function ofAll(count: number, { items }: Whole<unknown>, noun: string): string {
  return `${count} of ${items.length} ${noun}${items.length === 1 ? '' : 's'}`;
}

/** `2 of the first 500 nodes`: what can be said of a part. All that a bundle contains was read, and is no first part: `2 of the 500 nodes seen`. */
export function ofFirst(count: number, { items, cut }: Part<unknown>, noun: string): string {
  const nouns = `${items.length} ${noun}${items.length === 1 ? '' : 's'}`;
  return cut.code === 'ENOTINBUNDLE' ? `${count} of the ${nouns} seen` : `${count} of the first ${nouns}`;
}
