/** What a row of the table of commands says. */
import type { Argv } from 'yargs';
import type { Host } from '../../host/host.js';
import type { OptionSpec } from '../../setup/option-spec.js';
import type { OptionName } from '../../setup/options.js';
import type { Io } from '../io.js';

/** Runs a command line in a place of the simulator. */
export type RunWords = (argv: readonly string[], io: Io, host: Partial<Host>) => Promise<number>;

/** Where a command runs. */
export interface Surroundings {
  host: Host;
  io: Io;
  /** --timeout is on the command line. */
  timeoutGiven: boolean;
  runWords: RunWords;
  /** The whole table: handed over, because it is what calls us. */
  commands: readonly Command[];
}

/** What yargs made of the words: options by name, `_` the bare words. */
export interface Parsed {
  _: (string | number)[];
  [name: string]: unknown;
}

export interface Positional {
  name: string;
  description: string;
  choices?: readonly string[];
  isOptional?: true;
  /** One or more. */
  isMany?: true;
}

export interface Command {
  name: string;
  says: string;
  /** It is run where no command is named. */
  isDefault?: true;
  positionals?: readonly Positional[];
  options: readonly OptionSpec[];
  /** Options that its --help shows in addition to those that are common everywhere. */
  common?: readonly (OptionName | 'collect' | 'pod')[];
  /** For --help: what it does, and the words. */
  examples: readonly (readonly [does: string, words: string])[];
  /** What yargs must know in addition. */
  shape?(builder: Argv): Argv;
  run(parsed: Parsed, surroundings: Surroundings): Promise<number>;
}
