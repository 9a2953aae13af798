/** Where output goes, as values: tests and the demo give their own. stdout is the report and nothing else. */

export interface Io {
  /** Writes one line (the newline is added). */
  out(line: string): void;
  err(line: string): void;
  outIsTty: boolean;
  errIsTty: boolean;
  /** Columns of the terminal; 80 when piped. */
  width: number;
  colour: boolean;
}

export const DEFAULT_COLUMNS = 80;

/** How wide a terminal is; undefined where it does not know. */
export function columnsOf({ columns }: { columns?: number }): number | undefined {
  return columns !== undefined && Number.isInteger(columns) && columns > 0 ? columns : undefined;
}

/** The process's own streams. A reader that goes away (`| head`) ends the output, not the program. */
export function processIo(): Io {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const outIsTty = process.stdout.isTTY === true;
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    outIsTty,
    errIsTty: process.stderr.isTTY === true,
    width: (outIsTty && columnsOf(process.stdout)) || DEFAULT_COLUMNS,
    // https://no-color.org: set and not empty.
    colour: !NO_COLOR && (outIsTty ? TERM !== 'dumb' : Boolean(FORCE_COLOR) && FORCE_COLOR !== '0'),
  };
}
