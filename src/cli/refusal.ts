/** yargs' refusals in our own words, with the nearest known option or command. */
import type { OptionSpec } from '../setup/option-spec.js';
import { OPTIONS } from '../setup/options.js';
import { COMMANDS } from './command-table.js';
import { nearest } from './usage.js';

const ROWS: readonly OptionSpec[] = OPTIONS;

/** By what yargs says; the first that fits. */
const REFUSALS: readonly [says: RegExp, answer: (...parts: string[]) => string][] = [
  [/^Invalid values: Argument: ([^,]+), Given: (.*), Choices: (.*)$/s, notAChoice],
  [/^Not enough arguments following: ([\w-]+)/, noValue],
  [/^Missing required argument: (\w+)/, missing],
  [/^Unknown (?:arguments?|commands?): ([^,]+)/, unknown],
];

export function explainRefusal(message: string): string {
  const line = message
    .split('\n')
    .map((part) => part.trim())
    .filter(Boolean)
    .join(' ');
  for (const [says, answer] of REFUSALS) {
    const [, ...parts] = says.exec(line) ?? [];
    if (parts.length > 0) return answer(...parts);
  }
  return `${line}; \`kubelet-doctor --help\` shows the options`;
}

function notAChoice(option = '', given = '', choices = ''): string {
  // What stands without a flag has a name for yargs alone.
  const named = option === 'what' ? '' : `--${option} `;
  return `${named}${given.replaceAll('"', '')} is not known; it is one of ${choices.replaceAll('"', '')}`;
}

function noValue(bare = ''): string {
  const row = ROWS.find(({ name, alias, formerly }) => [name, alias, formerly].includes(bare));
  return `--${row?.name ?? bare} needs a value${row?.value ? `: --${row.name} ${row.value}` : ''}`;
}

function missing(needed = ''): string {
  if (needed === 'file') return 'name the file: what --save wrote, a report.json or a facts.json';
  if (needed === 'old' || needed === 'new') return 'diff needs two files, the older report and the newer one';
  return `explain needs a ${needed}; \`kubelet-doctor list\` shows them all`;
}

function unknown(word = ''): string {
  // yargs names an unknown flag in both spellings; the dashed one is what was typed.
  const dashed = word.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const flag = nearest(
    dashed,
    ROWS.map(({ name }) => name),
  );
  const command = nearest(
    word,
    COMMANDS.map(({ name }) => name),
  );
  if (flag === dashed) return `--${dashed} is no option of this command; \`kubelet-doctor check --help\` shows what it is for`;
  if (flag) return `there is no option --${dashed}; did you mean --${flag}?`;
  if (command) return `there is no command ${JSON.stringify(word)}; did you mean ${command}?`;
  return `there is no option or command ${JSON.stringify(word)}; \`kubelet-doctor --help\` shows them`;
}
