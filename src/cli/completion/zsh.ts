/** The script for zsh: sourced, or as a file `_kubelet-doctor` in a directory of fpath. */
import type { CommandWords, Flag, Values } from './model.js';

export function zshScript(commands: readonly CommandWords[]): string {
  const standard = commands.find(({ isDefault }) => isDefault)?.name ?? '';
  return `#compdef kubelet-doctor
# zsh completion for kubelet-doctor:
#   source <(kubelet-doctor completion zsh)

_kubelet-doctor_commands() {
  local -a commands=(
${commands.map(({ name, says }) => `    ${quote(`${name}:${says}`)}`).join('\n')}
  )
  _describe command commands
}

_kubelet-doctor() {
  local command=${standard} word
  for word in \${words[2,CURRENT-1]}; do
    case $word in
      ${commands.map(({ name }) => name).join('|')})
        command=$word
        break
        ;;
    esac
  done
  case $command in
${commands.map(oneCommand).join('\n')}
  esac
}

if [ "$funcstack[1]" = "_kubelet-doctor" ]; then
  _kubelet-doctor "$@"
else
  compdef _kubelet-doctor kubelet-doctor
fi`;
}

function oneCommand({ name, flags, argument }: CommandWords): string {
  const rest = argument ? [quote(`*:argument:${actionOf(argument)}`)] : [];
  const specs = [...flags.flatMap(flagSpecs), "'1:command:_kubelet-doctor_commands'", ...rest];
  return [`    ${name})`, '      _arguments -S \\', specs.map((spec) => `        ${spec}`).join(' \\\n'), '      ;;'].join('\n');
}

function flagSpecs({ names, says, value }: Flag): string[] {
  const others = names.length > 1 ? `(${names.join(' ')})` : '';
  const words = `[${says.replace(/[[\]\\:]/g, '\\$&')}]`;
  const takes = value ? `:${value.placeholder.replaceAll(':', '\\:')}:${actionOf(value)}` : '';
  return names.map((name) => quote(`${others}${name}${value && name.startsWith('--') ? '=' : ''}${words}${takes}`));
}

function actionOf(values: Values): string {
  switch (values.kind) {
    case 'words':
      return `(${values.words.join(' ')})`;
    case 'list':
      return `_values -s , value ${values.words.join(' ')}`;
    case 'files':
      return '_files';
    case 'directories':
      return '_files -/';
    case 'free':
      return ' ';
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
