/** `--help` and `help COMMAND`, made from the tables of commands and options: examples first, then the options used most, all of them with --help-all. */
import { proseWidth, wrap } from '../../render/style.js';
import { OPTION_GROUPS, type OptionSpec } from '../../setup/option-spec.js';
import type { Command, Positional } from '../arguments/command.js';
import { COMMON_OPTIONS } from '../arguments/options.js';
import { TOPICS } from './topics.js';

const PURPOSE = 'Find out why the agent on a node cannot talk to the kubelet or the apiserver, and what fixes it.';
const EXIT_CODES =
  'Exit codes: 0 nothing found at or above --fail-on, 1 something found, 2 wrong usage, 3 nothing found but a required check could not run.';
/** So many options need no second page. */
const FEW = 12;

type Row = readonly [term: string, says: string];

/** `kubelet-doctor --help`: of all commands, and of check, which needs no word. */
export function mainHelp(commands: readonly Command[], showAll: boolean, width: number): string {
  const check = commands.find(({ isDefault }) => isDefault);
  return [
    ...wrap(PURPOSE, proseWidth(width)),
    '',
    'Usage: kubelet-doctor [COMMAND] [OPTIONS]',
    ...(check ? examples(check) : []),
    ...part(
      'Commands',
      commands.map(({ name, says }): Row => [name, says]),
      width,
    ),
    ...part(
      'Topics',
      Object.entries(TOPICS).map(([name, { says }]): Row => [name, says]),
      width,
    ),
    ...(check ? options(check, showAll, width) : []),
    '',
    ...wrap(EXIT_CODES, proseWidth(width)),
    '',
    ...(showAll ? [] : wrap('All options of check: kubelet-doctor --help-all', proseWidth(width))),
    ...wrap('More: kubelet-doctor help COMMAND, kubelet-doctor help TOPIC', proseWidth(width)),
  ].join('\n');
}

export function commandHelp(command: Command, showAll: boolean, width: number): string {
  const { name, says, positionals = [], options: all } = command;
  const shown = shownOptions(command, showAll);
  return [
    ...wrap(`${says}.`, proseWidth(width)),
    '',
    `Usage: ${['kubelet-doctor', name, ...positionals.map(placeholder), ...(all.length > 0 ? ['[OPTIONS]'] : [])].join(' ')}`,
    ...part(
      'Arguments',
      positionals.map((each): Row => [each.name.toUpperCase(), argument(each)]),
      width,
    ),
    ...examples(command),
    ...options(command, showAll, width),
    ...(shown.length < all.length ? ['', `All options: kubelet-doctor ${name} --help-all`] : []),
  ].join('\n');
}

/** `FILE`, `FILE...`, `[SUBJECT]`. */
export function placeholder({ name, isOptional, isMany }: Positional): string {
  const word = `${name.toUpperCase()}${isMany ? '...' : ''}`;
  return isOptional ? `[${word}]` : word;
}

function argument({ description, choices }: Positional): string {
  return choices ? `${description}: ${choices.join(', ')}` : description;
}

function examples({ examples: given }: Command): string[] {
  if (given.length === 0) return [];
  return ['', 'Examples:', ...given.flatMap(([does, words]) => [`  # ${does}`, `  ${words}`])];
}

function shownOptions({ options: all, common = [] }: Command, showAll: boolean): readonly OptionSpec[] {
  const isCommon = ({ name }: OptionSpec) => COMMON_OPTIONS.includes(name) || common.some((each) => each === name);
  return showAll || all.length <= FEW ? all : all.filter(isCommon);
}

/** All of them below the headings of their groups; a few in one list. */
function options(command: Command, showAll: boolean, width: number): string[] {
  const shown = shownOptions(command, showAll);
  if (!showAll || shown.length <= FEW)
    return part(shown.length < command.options.length ? 'Common options' : 'Options', shown.map(optionRow), width);
  return [...OPTION_GROUPS, undefined].flatMap((group) =>
    part(group ? `${group} options` : 'Options', shown.filter((option) => option.group === group).map(optionRow), width),
  );
}

function optionRow({ name, alias, value, description, choices, default: standard }: OptionSpec): Row {
  const known = choices ? `: ${choices.join(', ')}` : '';
  const term = `${alias ? `-${alias}, ` : '    '}--${name}${value ? ` ${value}` : ''}`;
  return [term, `${description}${known}${standard ? ` (default: ${standard})` : ''}`];
}

/** A heading and two columns; a term that is too long for its column has its words on the next line. */
function part(heading: string, rows: readonly Row[], width: number): string[] {
  if (rows.length === 0) return [];
  const most = proseWidth(width);
  const longest = Math.max(...rows.map(([term]) => term.length));
  const column = Math.min(longest, Math.floor(most / 2.5)) + 4;
  return [
    '',
    `${heading}:`,
    ...rows.flatMap(([term, says]) => {
      const fits = term.length + 4 <= column;
      return [...(fits ? [] : [`  ${term}`]), ...wrap(says, most, (fits ? `  ${term}` : '').padEnd(column))];
    }),
  ];
}
