/** From words to a command: yargs reads them by the tables of commands and options; what it refuses becomes one line and exit code 2. */
import yargs, { type Argv } from 'yargs';
import { createHost } from '../host/create.js';
import type { Host } from '../host/host.js';
import type { OptionSpec } from '../setup/option-spec.js';
import { optionsHelp } from '../setup/option-texts.js';
import { VERSION } from '../version.js';
import { COMMANDS, type Command } from './command-table.js';
import type { Io } from './io.js';
import { explainRefusal } from './refusal.js';
import { usageError } from './usage.js';

const EXIT_CODES =
  'Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage, 3 nothing found but a required question stayed unanswered.';
/** Options that are yargs' own. */
const OF_ANY: readonly OptionSpec[] = [
  { name: 'version', alias: 'V', type: 'switch', description: 'Show version number' },
  { name: 'help', alias: 'h', type: 'switch', description: 'Show help' },
];

/** Parses and runs; the exit code. */
export async function runCommandLine(argv: readonly string[], io: Io, overrides: Partial<Host> = {}): Promise<number> {
  let run: (() => Promise<number>) | undefined;
  let refusal: string | undefined;
  const host = createHost(overrides);
  const timeoutGiven = argv.some((word) => word === '--timeout' || word.startsWith('--timeout='));

  const parser = yargs()
    .scriptName('kubelet-doctor')
    .parserConfiguration({
      'boolean-negation': false,
      'duplicate-arguments-array': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'populate--': false,
      'dot-notation': false,
      'camel-case-expansion': false,
    })
    .locale('en')
    .usage("$0 [check]\n\nWhy can't the agent on this node talk to the kubelet and the apiserver, and what exactly fixes it?");
  for (const command of COMMANDS)
    parser.command(
      wordsOf(command),
      command.says,
      (builder) => withWords(builder, command),
      (parsed) => {
        run = () => command.run(parsed, { host, io, timeoutGiven, runWords: runCommandLine });
      },
    );
  parser
    .version(VERSION)
    .alias('version', 'V')
    .hide('version')
    .help()
    .alias('help', 'h')
    .hide('help')
    .strict()
    .wrap(Math.min(io.width, 100))
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      refusal = explainRefusal(message ?? error?.message ?? 'cannot read the arguments');
    });

  let shown = '';
  await parser.parseAsync([...argv], {}, (_error: unknown, _argv: unknown, output: string) => {
    shown = output;
  });
  if (refusal !== undefined) return usageError(io, refusal);
  if (run) return run();
  io.out(shown);
  return 0;
}

function wordsOf({ name, positionals = [], isDefault }: Command): string[] {
  const behind = positionals.map((each) => (each.isOptional ? ` [${each.name}]` : ` <${each.name}>`));
  return [`${name}${behind.join('')}`, ...(isDefault ? ['$0'] : [])];
}

/** yargs has no place for `FILE` behind `--kubeconfig`: it reads the options, and their help is ours. */
function withWords(builder: Argv, { positionals = [], options, shape, isDefault }: Command): Argv {
  for (const { name, description, choices, isOptional } of positionals)
    builder.positional(name, { type: 'string', description, demandOption: !isOptional, ...(choices && { choices }) });
  for (const option of options) builder.option(option.name, { ...readingOf(option), hidden: true });
  builder.epilogue(optionsHelp([...options, ...OF_ANY]));
  if (isDefault) builder.epilogue(EXIT_CODES);
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

function wordsIn(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
}
