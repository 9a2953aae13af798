/** How much of a packed thing is gone through: looked at before anything is kept of it, and over all archives in it together. */
import { BOUNDS } from '../../model/bounds.js';
import { BadArchive } from '../bad-archive.js';
import type { Why } from './types.js';

export interface Limits {
  entries: number;
  /** Bytes of all, unpacked, whether they are read or passed over. */
  unpacked: number;
  /** Bytes that are read. */
  read: number;
  held: number;
  nesting: number;
  names: number;
  seconds: number;
}

export const LIMITS: Limits = {
  entries: BOUNDS.entries,
  unpacked: BOUNDS.archive,
  read: BOUNDS.archiveRead,
  held: BOUNDS.held,
  nesting: BOUNDS.archives,
  names: BOUNDS.names,
  seconds: BOUNDS.archiveSeconds,
};

/** Nothing that was packed for being read gets smaller than that; what is smaller was made to be unpacked. */
const RATIO = 500;
const RATIO_FROM = 512 * 1024 * 1024;

/** A limit was met: nothing more is read of the whole. */
export class Spent extends BadArchive {}

/** An archive in another that is left out for another reason than damage. */
export class LeftOut extends BadArchive {
  constructor(
    readonly why: Why,
    words: string,
  ) {
    super(words);
  }
}

export interface Budget {
  limits: Limits;
  skipped: { path: string; why: Why }[];
  unnamed: number;
  /** Throws where the time is over. */
  inTime(): void;
  /** Counts an entry; false where another had its name. */
  entry(path: string): boolean;
  /** Bytes of the file that was given. */
  given(bytes: number): void;
  unpacked(bytes: number): void;
  read(bytes: number): void;
  skip(path: string, why: Why): void;
}

/** Throws where it is longer than any system opens. */
export function nameInBounds(path: string): void {
  if (path.length > BOUNDS.name) throw new Spent(`contains a name of more than ${BOUNDS.name} characters`);
}

/** For one going through. */
export function createBudget(limits: Limits): Budget {
  const until = performance.now() + limits.seconds * 1000;
  const seen = new Set<string>();
  let [entries, names, given, unpacked, read] = [0, 0, 0, 0, 0];
  const inTime = () => {
    if (performance.now() > until) throw new Spent(`takes more than ${limits.seconds} seconds to read`);
  };
  return {
    limits,
    skipped: [],
    unnamed: 0,
    inTime,
    entry(path) {
      inTime();
      entries += 1;
      if (entries > limits.entries) throw new Spent(`contains more than ${limits.entries} entries`);
      nameInBounds(path);
      names += path.length;
      if (names > limits.names) throw new Spent(`contains more than ${limits.names} bytes of names`);
      if (seen.has(path)) return false;
      seen.add(path);
      return true;
    },
    given(bytes) {
      given += bytes;
    },
    unpacked(bytes) {
      inTime();
      unpacked += bytes;
      if (unpacked > limits.unpacked) throw new Spent(`unpacks to more than ${limits.unpacked} bytes`);
      if (unpacked > RATIO_FROM && given > 0 && unpacked > RATIO * given) throw new Spent(`unpacks to more than ${RATIO} times its size`);
    },
    read(bytes) {
      inTime();
      read += bytes;
      if (read > limits.read) throw new Spent(`contains more than ${limits.read} bytes to be read`);
    },
    skip(path, why) {
      if (this.skipped.length < BOUNDS.unread) this.skipped.push({ path: path.slice(0, BOUNDS.name), why });
      else this.unnamed += 1;
    },
  };
}
