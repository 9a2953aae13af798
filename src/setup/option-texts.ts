/** The tables of options as people read them: in the README, and as `--help`. */
import { OPTION_GROUPS, type OptionSpec } from './option-spec.js';
import { OPTIONS } from './options.js';

/** The README's section: one table a group. */
export function optionsTable(): string {
  const options: readonly OptionSpec[] = OPTIONS;
  return OPTION_GROUPS.map((group) => {
    const rows = options
      .filter((option) => option.group === group)
      .map((option) => {
        const choices = option.choices ? `: ${option.choices.map((choice) => `\`${choice}\``).join(', ')}` : '';
        // A bar ends the cell, in code as well.
        const value = option.value ? ` ${option.value.replaceAll('|', '\\|')}` : '';
        return `| \`--${option.name}${value}\` | ${option.description}${choices} | ${option.default ? `\`${option.default}\`` : ''} |`;
      });
    return [`**${group}**`, '', '| Option | Meaning | Default |', '| --- | --- | --- |', ...rows, ''].join('\n');
  }).join('\n');
}

/** For --help: a line an option, below its heading, its two columns apart by a tab. */
export function optionsHelp(options: readonly OptionSpec[]): string {
  return [...OPTION_GROUPS, undefined]
    .map((group) => ({ heading: group ?? 'Options', rows: options.filter((option) => option.group === group) }))
    .filter(({ rows }) => rows.length > 0)
    .map(({ heading, rows }) => [`${heading}:`, ...rows.map(helpLine), ''].join('\n'))
    .join('\n');
}

function helpLine({ name, alias, value, description, choices, default: standard }: OptionSpec): string {
  const lead = alias ? `  -${alias}, ` : ' '.repeat(6);
  const known = choices ? ` [choices: ${choices.map((choice) => `"${choice}"`).join(', ')}]` : '';
  return `${lead}--${name}${value ? ` ${value}` : ''}  \t${description}${known}${standard ? ` [default: ${standard}]` : ''}`;
}
