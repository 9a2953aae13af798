/** The script for fish. */
import type { CommandWords, Flag, Values } from './model.js';

export function fishScript(commands: readonly CommandWords[]): string {
  const others = commands.filter(({ isDefault }) => !isDefault).map(({ name }) => name);
  return [
    '# fish completion for kubelet-doctor:',
    '#   kubelet-doctor completion fish > ~/.config/fish/completions/kubelet-doctor.fish',
    'complete -c kubelet-doctor -f',
    ...commands.map(({ name, says }) => line('__fish_use_subcommand', `-a ${name} -d ${quote(says)}`)),
    ...commands.flatMap((command) => {
      const here = command.isDefault
        ? `not __fish_seen_subcommand_from ${others.join(' ')}`
        : `__fish_seen_subcommand_from ${command.name}`;
      const argument = command.argument ? [line(here, takes(command.argument))] : [];
      return [...command.flags.map((flag) => line(here, flagWords(flag))), ...argument];
    }),
  ].join('\n');
}

function line(condition: string, words: string): string {
  return `complete -c kubelet-doctor -n ${quote(condition)} ${words}`;
}

function flagWords({ names, says, value }: Flag): string {
  const spelt = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  return [...spelt, ...(value ? [value.kind === 'files' ? '-r' : '-x', takes(value)] : []), `-d ${quote(says)}`].join(' ');
}

function takes(values: Values): string {
  switch (values.kind) {
    case 'words':
      return `-a ${quote(values.words.join(' '))}`;
    case 'list':
      return `-a ${quote(`(__fish_append , ${values.words.join(' ')})`)}`;
    case 'files':
      return '-F';
    case 'directories':
      return `-a ${quote('(__fish_complete_directories)')}`;
    case 'free':
      return '';
  }
}

function quote(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
