/** The words of the command line before yargs reads them: which command is named, and whether its help or the version is asked for. */
import { COMMANDS } from '../command-table.js';

export interface Words {
  /** The first bare word, a command or not. */
  first?: string;
  bare: readonly string[];
  wantsHelp: boolean;
  /** --help-all. */
  wantsAll: boolean;
  wantsVersion: boolean;
}

const VALUED = new Set(
  COMMANDS.flatMap(({ options }) => options)
    .filter(({ type }) => type !== 'switch')
    .flatMap(({ name, alias, formerly }) => [`--${name}`, ...(alias ? [`-${alias}`] : []), ...(formerly ? [`--${formerly}`] : [])]),
);

export function readWords(argv: readonly string[]): Words {
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  // The value of an option is no word of ours; what begins with a dash is an option even where a value is due.
  const free = words.filter((word, at) => word.startsWith('-') || !VALUED.has(words[at - 1] ?? ''));
  const has = (...names: string[]) => names.some((name) => free.includes(name));
  const bare = free.filter((word) => !word.startsWith('-') || word === '-');
  return {
    first: bare[0],
    bare,
    wantsHelp: has('--help', '-h', '--help-all'),
    wantsAll: has('--help-all'),
    wantsVersion: has('--version', '-V'),
  };
}
