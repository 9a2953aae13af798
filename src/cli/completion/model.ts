/** What can stand where on a command line, from the tables: the part of completion that is the same for every shell. */
import { knownCauses } from '../../checks/known.js';
import { PROFILES } from '../../profiles/index.js';
import type { OptionSpec } from '../../setup/option-spec.js';
import type { Command } from '../arguments/command.js';
import { TOPICS } from '../help/topics.js';

/** The words of a fixed set, several of it with commas, something on disk, or what only its user knows. */
export type Values = { kind: 'words' | 'list'; words: readonly string[] } | { kind: 'files' | 'directories' | 'free' };

export interface Flag {
  /** `--output`, `-o`. */
  names: readonly string[];
  says: string;
  /** Missing: a switch. */
  value?: Values & { placeholder: string };
}

export interface CommandWords {
  name: string;
  says: string;
  isDefault: boolean;
  flags: readonly Flag[];
  /** Missing: it takes no bare words. */
  argument?: Values;
}

const OF_ALL: readonly Flag[] = [
  { names: ['--help', '-h'], says: 'show the help of the command' },
  { names: ['--help-all'], says: 'show all options' },
];

export function completionModel(commands: readonly Command[]): CommandWords[] {
  const sets: Sets = {
    causes: knownCauses().map(({ cause }) => cause),
    features: [...new Set(PROFILES.flatMap(({ features }) => features.map(({ feature }) => feature))), 'all'].sort(),
    profiles: PROFILES.map(({ profile }) => profile),
  };
  return commands.map(({ name, says, isDefault = false, options, positionals = [] }): CommandWords => {
    const [first] = positionals;
    const argument: Values | undefined =
      name === 'help'
        ? { kind: 'words', words: [...commands.map((each) => each.name), ...Object.keys(TOPICS)] }
        : name === 'explain'
          ? { kind: 'words', words: sets.causes }
          : first?.choices
            ? { kind: 'words', words: first.choices }
            : first && { kind: 'files' };
    return { name, says, isDefault, flags: [...options.map((option) => flagOf(option, sets)), ...OF_ALL], ...(argument && { argument }) };
  });
}

interface Sets {
  causes: readonly string[];
  features: readonly string[];
  profiles: readonly string[];
}

function flagOf(option: OptionSpec, sets: Sets): Flag {
  const { name, alias, description, value } = option;
  const names = [`--${name}`, ...(alias ? [`-${alias}`] : [])];
  return { names, says: description, ...(value !== undefined && { value: { ...valuesOf(option, sets), placeholder: value } }) };
}

function valuesOf({ name, type, choices }: OptionSpec, { causes, features, profiles }: Sets): Values {
  if (choices) return { kind: 'words', words: choices };
  switch (type) {
    case 'list':
      return name === 'feature'
        ? { kind: 'list', words: features }
        : name === 'as-group'
          ? { kind: 'free' }
          : { kind: 'list', words: causes };
    case 'profile':
      return { kind: 'words', words: profiles };
    case 'process':
      return { kind: 'words', words: ['auto'] };
    case 'file':
    case 'path':
      return { kind: 'files' };
    case 'directory':
      return { kind: 'directories' };
    default:
      return { kind: 'free' };
  }
}
