/** What is found in whatever was packed, and what is said of the whole. */
import type { Form } from './kinds.js';

export interface Entry {
  /** Joined by `/`; of an archive in an archive: `outer.zip/inner`. Of a compressed file its own name, though what is read is its content. */
  path: string;
  /** As the archive says it, where it does; of a compressed file that of what is compressed. */
  size?: number;
  /** When it was written, ms since the epoch, as a tar says it. */
  written?: number;
  /** The first 4 KiB, or all where there is less; what comes after reads them again. */
  head(): Promise<Buffer>;
  /** Undefined where there is more than so many bytes, or it is damaged: `skipped` says which. Like `lines` and `chunks`: once, and while it is the current entry. */
  whole(most: number): Promise<Buffer | undefined>;
  /** As UTF-8, each at most 16 KiB of it. */
  lines(): AsyncGenerator<string>;
  chunks(): AsyncGenerator<Buffer>;
}

export type Why =
  | 'link'
  | 'device'
  | 'socket'
  | 'points outside'
  | 'twice'
  | 'encrypted'
  | 'binary'
  | 'damaged'
  | 'nested too deep'
  | 'too large'
  | 'cannot be read'
  | 'of another kind';

export interface Packed {
  form: Form;
  /** Never throws for what it reads. What is not read of an entry is passed over. May be called again, but not of standard input. */
  entries(): AsyncGenerator<Entry>;
  /** What was not given as an entry, or not whole: at most 1,000 of them are named. Grows while the entries are gone through, as do the next. */
  skipped: readonly { path: string; why: Why }[];
  /** How many there are that `skipped` does not name. */
  unnamed: number;
  /** Why it ended before its end, in words that go after its name: it is damaged, cut off or too large. Nothing may be called missing from it then. */
  fault?: string;
  close(): Promise<void>;
}
