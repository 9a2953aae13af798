/** Where output goes, as values: tests and the demo give their own. stdout is the report and nothing else. */

import { writeSync } from 'node:fs';
import { neutralise } from '../words/visible.js';
import { asciiOnly } from './ascii.js';
import { machineFault, writerTo } from './output.js';

export interface Io {
  /** Writes one line (the newline is added). */
  out(line: string): void;
  err(line: string): void;
  outIsTty: boolean;
  errIsTty: boolean;
  /** Columns of the terminal; 80 when piped. */
  width: number;
  colour: boolean;
  /** The locale has no more than ASCII. */
  ascii: boolean;
}

export const DEFAULT_COLUMNS = 80;
/** No finding has this code. */
const EXIT_CRASH = 2;

/** How wide a terminal is; undefined where it does not know. */
export function columnsOf({ columns }: { columns?: number }): number | undefined {
  return columns !== undefined && Number.isInteger(columns) && columns > 0 ? columns : undefined;
}

/** Prints text for people. What programs read goes through `out` as it is. */
export function outText(io: Io, text: string): void {
  io.out(io.ascii ? asciiOnly(text) : text);
}

/** The gate in front of both streams: a word of a command line, a path or a name in an error acts on no terminal and hides nothing on it. */
export function harmless(io: Io): Io {
  return { ...io, out: (line) => io.out(neutralise(line, io.colour)), err: (line) => io.err(neutralise(line)) };
}

/** The process's own streams. A reader that goes away (`| head`) ends the output, not the program; any other failure is told in one line. */
export function processIo(): Io {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  // A crash must not end as findings do: Node's own code for it is 1.
  process.on('uncaughtException', (error) => {
    try {
      writeSync(2, `kubelet-doctor: ${machineFault(error) ?? `internal error: ${String(error?.message ?? error).split('\n')[0]}`}\n`);
    } catch {
      // Where nothing can be told, the code still tells.
    }
    process.exit(EXIT_CRASH);
  });
  const { env } = process;
  const [out, err] = [writerTo(1, process.stdout), writerTo(2, process.stderr)];
  const outIsTty = process.stdout.isTTY === true;
  const ascii = isAsciiLocale(env);
  return {
    out: (line) => out(`${line}\n`),
    err: (line) => err(`${ascii ? asciiOnly(line) : line}\n`),
    outIsTty,
    errIsTty: process.stderr.isTTY === true,
    width: (outIsTty && columnsOf(process.stdout)) || DEFAULT_COLUMNS,
    colour: wantsColour(env, outIsTty),
    ascii,
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** https://no-color.org: NO_COLOR counts where it is set and not empty. FORCE_COLOR as in chalk, where 0 and false mean none. */
export function wantsColour({ NO_COLOR, FORCE_COLOR, TERM }: Environment, isTty: boolean): boolean {
  if (NO_COLOR || FORCE_COLOR === '0' || FORCE_COLOR === 'false') return false;
  return isTty ? TERM !== 'dumb' : Boolean(FORCE_COLOR);
}

/** The first of the three that is set decides (locale(7)). Where none is, as in most containers, nothing is known of the terminal: UTF-8, then. */
export function isAsciiLocale({ LC_ALL, LC_CTYPE, LANG }: Environment): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG;
  return locale === 'C' || locale === 'POSIX';
}
