/** What a file of `rows` holds: measures that are taken together, each with its limit. */
export interface Figure {
  /** What is measured, e.g. `--help : bare Node, CPU`. */
  measure: string;
  /** The most it may be; without one it is for information. */
  limit?: number;
  figure: number;
  /** `×` of a ratio, else what is counted. */
  unit: '×' | 's' | 'MiB' | 'MB' | '';
  /** What it is made of, e.g. `178 ms : 92 ms`. */
  of?: string;
}

export interface Bench {
  /** How many times each thing is measured. */
  runs: number;
  /** A folder for what is measured; it is removed at the end. */
  scratch: string;
}

/** Figures as they come: a long family is read while it runs. A measure that cannot be taken here says why in a line of text. */
export type Family = (bench: Bench) => AsyncIterable<Figure | string>;

/** One median over the other. */
export function ratio(measure: string, limit: number | undefined, [ours, theirs]: readonly [number, number]): Figure {
  const of = `${Math.round(ours)} ms : ${Math.round(theirs)} ms`;
  return { measure, ...(limit !== undefined && { limit }), figure: ours / theirs, unit: '×', of };
}
