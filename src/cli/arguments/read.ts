/** From words to the options of one command: yargs reads them by its row of the table. It is loaded for the command that runs, and knows no other. */
import yargs, { type Argv } from 'yargs';
import type { OptionSpec } from '../../setup/option-spec.js';
import type { Command, Parsed } from './command.js';
import { explainRefusal } from './refusal.js';
import type { Words } from './words.js';

/** What was read, or why it cannot be, in one line. */
export async function readArguments(
  argv: readonly string[],
  words: Words,
  command: Command,
  cwd: string,
): Promise<{ parsed: Parsed } | { refusal: string }> {
  let parsed: Parsed | undefined;
  let refusal: string | undefined;
  // Its own working directory, which yargs would ask for, may have been deleted.
  const parser = yargs([], cwd)
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
    .locale('en')
    .command(
      wordsOf(command),
      // Its help is not shown, and yet drawn for every command that is named: without words and options it costs nothing.
      false,
      (builder) => withWords(builder, command, typed(argv)),
      (given) => {
        parsed = given;
      },
    )
    .version(false)
    .help(false)
    .strict()
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      refusal = explainRefusal(message ?? error?.message ?? 'cannot read the arguments', words);
    });
  await parser.parseAsync([...argv]);
  return refusal === undefined && parsed ? { parsed } : { refusal: refusal ?? explainRefusal('', words) };
}

function wordsOf({ name, positionals = [], isDefault }: Command): string[] {
  const behind = positionals.filter(({ isMany }) => !isMany).map((each) => (each.isOptional ? ` [${each.name}]` : ` <${each.name}>`));
  return [`${name}${behind.join('')}`, ...(isDefault ? ['$0'] : [])];
}

/** Every word that may name an option. Of the others in the table yargs has nothing to know: that takes it as long as to read those that are there. */
function typed(argv: readonly string[]): ReadonlySet<string> {
  const names = argv.flatMap((word) => {
    const [, dashes, name] = /^(--?)([^=]+)/.exec(word) ?? [];
    return name === undefined ? [] : dashes === '-' ? [...name] : [name];
  });
  return new Set(names);
}

function withWords(builder: Argv, { positionals = [], options, shape }: Command, names: ReadonlySet<string>): Argv {
  for (const { name, choices, isOptional, isMany } of positionals)
    if (!isMany) builder.positional(name, { type: 'string', demandOption: !isOptional, ...(choices && { choices }) });
  const given = options.filter(({ name, alias, formerly }) =>
    [name, alias, formerly].some((each) => each !== undefined && names.has(each)),
  );
  for (const option of given) builder.option(option.name, { ...readingOf(option), hidden: true });
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
