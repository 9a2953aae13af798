/** What a row of a table of options says. */

/** Headings of --help-all, in their order. */
export const OPTION_GROUPS = ['Kubelet', 'Apiserver', 'Rights', 'Placement', 'Run', 'Output'] as const;

/**
 * What a value is: by it the value is read, and whoever typed another is told what to write (src/setup/flag-errors.ts). All but switches and
 * lists stay the text that was typed. `file` is read by us, and `directory` looked into; a `path` is judged by whoever opens it.
 */
export type OptionType =
  | 'text'
  | 'node'
  | 'host'
  | 'port'
  | 'endpoint'
  | 'account'
  | 'workload'
  | 'process'
  | 'profile'
  | 'version'
  | 'duration'
  | 'file'
  | 'directory'
  | 'path'
  | 'choice'
  | 'list'
  | 'switch';

/** How an option stands to others; `says` follows its name, and `{other}` in it is theirs. */
interface Relation {
  says: string;
}

export interface OptionSpec {
  name: string;
  type: OptionType;
  /** Missing: an option of one command, below `Options`. */
  group?: (typeof OPTION_GROUPS)[number];
  /** One line, no full stop. */
  description: string;
  /** Placeholder of the value in --help and on the pages. */
  value?: string;
  /** As shown and as used when the option is not given. */
  default?: string;
  choices?: readonly string[];
  /** One letter. */
  alias?: string;
  /** Its name of before, which is still understood and shown nowhere. */
  formerly?: string;
  /** The setting it feeds, as --verbose shows it. */
  setting?: string;
  /** Of a file: how much of it is read, where that is not what is read of any file. */
  maxBytes?: number;
  /** Without that option it means nothing. */
  needs?: Relation & { option: string };
  /** Beside one of those it cannot be. */
  excludes?: Relation & { options: readonly string[] };
}

export type KeyOf<N extends string> = N extends `no-${infer Positive}` ? Positive : N;

/** The key of an option among the flags. */
export function keyOf<N extends string>(name: N): KeyOf<N> {
  return name.replace(/^no-/, '') as KeyOf<N>;
}
