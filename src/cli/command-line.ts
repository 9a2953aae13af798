/** From words to a command: yargs reads them by the tables of commands and options; what it refuses becomes one line and exit code 2. */
import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import yargs, { type Argv } from 'yargs';
import { createHost } from '../host/create.js';
import type { Host } from '../host/host.js';
import type { OptionSpec } from '../setup/option-spec.js';
import { VERSION } from '../version.js';
import type { Command, Parsed } from './arguments/command.js';
import { explainRefusal } from './arguments/refusal.js';
import { readWords, type Words } from './arguments/words.js';
import { COMMANDS } from './command-table.js';
import { harmless, type Io } from './io.js';
import { usageError } from './usage.js';

/** Parses and runs; the exit code. */
export async function runCommandLine(typed: readonly string[], given: Io, overrides: Partial<Host> = {}): Promise<number> {
  const io = harmless(given);
  const argv = withDoor(typed, createHost(overrides).cwd);
  const words = readWords(argv);
  if (words.wantsHelp) return showHelp(words, io);
  if (words.wantsVersion) {
    io.out(VERSION);
    return 0;
  }
  let chosen: { command: Command; parsed: Parsed } | undefined;
  let refusal: string | undefined;
  const host = createHost(overrides);
  // Its own working directory, which yargs would ask for, may have been deleted.
  const parser = yargs([], host.cwd)
    .scriptName('kubelet-doctor')
    .parserConfiguration({
      'boolean-negation': false,
      // What is given twice is refused, not dropped in silence.
      'duplicate-arguments-array': true,
      'greedy-arrays': false,
      'parse-numbers': false,
      'populate--': false,
      'dot-notation': false,
      'camel-case-expansion': false,
    })
    .locale('en');
  for (const command of COMMANDS)
    parser.command(
      wordsOf(command),
      // Its help is not shown, and yet drawn for every command that is named: without words and options it costs nothing.
      false,
      (builder) => withWords(builder, command),
      (parsed) => {
        chosen = { command, parsed };
      },
    );
  parser
    .version(false)
    .help(false)
    .strict()
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      refusal = explainRefusal(message ?? error?.message ?? 'cannot read the arguments', words);
    });
  await parser.parseAsync([...argv]);
  if (refusal !== undefined || !chosen) return usageError(io, refusal ?? explainRefusal('', words));
  const { command, parsed } = chosen;
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

function wordsOf({ name, positionals = [], isDefault }: Command): string[] {
  const behind = positionals.filter(({ isMany }) => !isMany).map((each) => (each.isOptional ? ` [${each.name}]` : ` <${each.name}>`));
  return [`${name}${behind.join('')}`, ...(isDefault ? ['$0'] : [])];
}

function withWords(builder: Argv, { positionals = [], options, shape }: Command): Argv {
  for (const { name, choices, isOptional, isMany } of positionals)
    if (!isMany) builder.positional(name, { type: 'string', demandOption: !isOptional, ...(choices && { choices }) });
  for (const option of options) builder.option(option.name, { ...readingOf(option), hidden: true });
  return shape ? shape(builder) : builder;
}

function readingOf({ type, choices, alias, formerly }: OptionSpec) {
  return {
    ...(type === 'switch' ? { type: 'boolean' as const } : { type: 'string' as const, requiresArg: true }),
    ...(type === 'list' && { coerce: wordsIn }),
    ...(choices && { choices }),
    alias: [alias, formerly].filter((name) => name !== undefined),
  };
}

/** A list may be given in parts: `--skip A --skip B,C`. */
function wordsIn(given: string | readonly string[]): string[] {
  return [given]
    .flat()
    .flatMap((text) => text.split(','))
    .map((word) => word.trim())
    .filter(Boolean);
}
