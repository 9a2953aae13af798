/** From words to a command: its row of the table says what it reads and runs; what is refused becomes one line and exit code 2. */
import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { createHost } from '../host/create.js';
import type { Host } from '../host/host.js';
import { VERSION } from '../version.js';
import { readWords, type Words } from './arguments/words.js';
import { COMMANDS } from './command-table.js';
import { harmless, type Io } from './io.js';
import { usageError } from './usage.js';

/** Parses and runs; the exit code. */
export async function runCommandLine(typed: readonly string[], given: Io, overrides: Partial<Host> = {}): Promise<number> {
  const io = harmless(given);
  const host = createHost(overrides);
  const argv = withDoor(typed, host.cwd);
  const words = readWords(argv);
  if (words.wantsHelp) return showHelp(words, io);
  if (words.wantsVersion) {
    io.out(VERSION);
    return 0;
  }
  const command = COMMANDS.find(({ name }) => name === words.first) ?? COMMANDS.find(({ isDefault }) => isDefault);
  if (!command) throw new Error('no command is the default');
  const { readArguments } = await import('./arguments/read.js');
  const read = await readArguments(argv, words, command, host.cwd);
  if ('refusal' in read) return usageError(io, read.refusal);
  const { parsed } = read;
  const repeated = command.options.find(({ name, type }) => type !== 'list' && Array.isArray(parsed[name]));
  if (repeated) return usageError(io, `--${repeated.name} is given more than once; give it once`);
  // What follows is no option any more, and a word that nothing reads would be dropped in silence.
  if (argv.includes('--') && (command.positionals ?? []).length === 0)
    return usageError(io, `${command.name} reads nothing after --; write its options without it`);
  const timeoutGiven = argv.some((word) => word === '--timeout' || word.startsWith('--timeout='));
  return command.run(parsed, { host, io, timeoutGiven, runWords: runCommandLine, commands: COMMANDS });
}

/** A file, or `-`, in the place of a command is to be read. A word that is both is the command. */
function withDoor(typed: readonly string[], cwd: string): readonly string[] {
  const { first } = readWords(typed);
  if (first === undefined || COMMANDS.some(({ name }) => name === first)) return typed;
  return first === '-' || existsSync(posix.resolve(cwd, first)) ? ['read', ...typed] : typed;
}

/** `help COMMAND --help-all` means that command. */
async function showHelp({ first, bare, wantsAll }: Words, io: Io): Promise<number> {
  const { runHelpCommand, showHelpOf } = await import('./commands/help.js');
  return first === 'help' && bare[1] !== undefined
    ? runHelpCommand(bare[1], wantsAll, COMMANDS, io)
    : showHelpOf(first, wantsAll, COMMANDS, io);
}
