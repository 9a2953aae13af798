/** The table of options as people read it in the README. */
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
