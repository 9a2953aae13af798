/** yargs' refusals in our own words, with the nearest known option or command. */

import { nearest } from '../../kubernetes/near.js';
import type { OptionSpec } from '../../setup/option-spec.js';
import { COMMANDS } from '../command-table.js';
import { placeholder } from '../help/text.js';
import type { Command } from './command.js';
import type { Words } from './words.js';

/** By what yargs says; the first that fits. */
const REFUSALS: readonly [says: RegExp, answer: (words: Words, ...parts: string[]) => string][] = [
  [/^Invalid values: Argument: ([^,]+), Given: (.*), Choices: (.*)$/s, notAChoice],
  [/^Not enough arguments following: ([\w-]+)/, noValue],
  [/^Missing required argument: (\w+)/, missing],
  [/^Not enough non-option arguments/, missing],
  [/^Unknown (?:arguments?|commands?): ([^,]+)/, unknown],
];

export function explainRefusal(message: string, words: Words): string {
  const line = message
    .split('\n')
    .map((part) => part.trim())
    .filter(Boolean)
    .join(' ');
  for (const [says, answer] of REFUSALS) {
    const match = says.exec(line);
    if (match) return answer(words, ...match.slice(1));
  }
  return `${line || 'cannot read the arguments'}; \`kubelet-doctor --help\` shows the options`;
}

/** The command that the words name, or the one that needs no name. */
function commandOf({ first }: Words): Command | undefined {
  return COMMANDS.find(({ name }) => name === first) ?? COMMANDS.find(({ isDefault }) => isDefault);
}

/** Of this command, else of any. */
function optionNamed(bare: string, words: Words): OptionSpec | undefined {
  const rows = [...(commandOf(words)?.options ?? []), ...COMMANDS.flatMap(({ options }) => options)];
  return rows.find(({ name, alias, formerly }) => [name, alias, formerly].includes(bare));
}

/** Habits of kubectl. */
const OTHER_FORMATS: Readonly<Record<string, string>> = { yaml: 'json, which YAML readers accept', wide: '--verbose' };

function notAChoice(words: Words, given = '', value = '', choices = ''): string {
  const known = choices.replaceAll('"', '');
  const word = value.replaceAll('"', '');
  const option = optionNamed(given, words);
  if (!option) return `${commandOf(words)?.name} does not know ${JSON.stringify(word)}; choose one of ${known}`;
  const instead = option.name === 'output' ? OTHER_FORMATS[word] : undefined;
  return `--${option.name} ${word} is not supported; ${instead ? `use ${instead} (formats: ${known})` : `choose one of ${known}`}`;
}

function noValue(words: Words, bare = ''): string {
  const row = optionNamed(bare, words);
  return `--${row?.name ?? bare} needs a value${row?.value ? `: --${row.name} ${row.value}` : ''}`;
}

function missing(words: Words): string {
  const command = commandOf(words);
  if (!command) return 'something is missing; `kubelet-doctor --help` shows the commands';
  const needs = (command.positionals ?? []).map(placeholder).join(' ');
  return `${command.name} needs ${needs}; \`kubelet-doctor ${command.name} --help\` shows examples`;
}

function unknown(words: Words, word = ''): string {
  if (words.bare.includes(word)) return unknownWord(words, word);
  const names = (commands: readonly Command[]) => [...new Set(commands.flatMap(({ options }) => options).map(({ name }) => name))];
  const dashes = word.length === 1 ? '-' : '--';
  const command = commandOf(words);
  const known = command ? names([command]) : [];
  const elsewhere = COMMANDS.filter(({ options }) => options.some(({ name, alias }) => name === word || alias === word));
  if (elsewhere.length > 0)
    return `${command?.name} has no option ${dashes}${word}; it is for ${elsewhere.map(({ name }) => name).join(', ')}`;
  const close = word.length > 1 ? (nearest(word, known) ?? nearest(word, names(COMMANDS))) : undefined;
  const help = `\`kubelet-doctor ${command?.isDefault ? '' : `${command?.name} `}--help-all\` lists them`;
  return `unknown option ${dashes}${word}; ${close ? `did you mean --${close}?` : help}`;
}

/** A word where no command begins so, or behind a command that has enough of them. */
function unknownWord(words: Words, word: string): string {
  const command = COMMANDS.find(({ name }) => name === words.first);
  if (command) {
    const takes = (command.positionals ?? []).map(placeholder).join(' ');
    return `${command.name} takes ${takes ? `only ${takes}` : 'no arguments'}; leave out ${JSON.stringify(word)}`;
  }
  const close = nearest(
    word,
    COMMANDS.map(({ name }) => name),
  );
  return `unknown command ${JSON.stringify(word)}; ${close ? `did you mean ${close}?` : '`kubelet-doctor --help` lists them'}`;
}
