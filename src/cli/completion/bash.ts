/** The script for bash. Run as a program it answers kubectl, which asks `kubectl_complete-kubelet_doctor` for `kubectl kubelet-doctor`. */
import type { CommandWords, Values } from './model.js';

export function bashScript(commands: readonly CommandWords[]): string {
  const standard = commands.find(({ isDefault }) => isDefault)?.name ?? '';
  const flags = commands.flatMap(({ name, flags: all }) => all.map((flag) => ({ command: name, ...flag })));
  const valued = [...new Set(flags.flatMap(({ names, value }) => (value ? names : [])))];
  // Where an option means the same for every command, one line says it.
  const cases = new Map<string, string[]>();
  for (const { command, names, value } of flags) {
    if (!value) continue;
    const does = shellWords(value);
    cases.set(does, [...(cases.get(does) ?? []), ...names.map((name) => `'${command} ${name}'`)]);
  }
  return `#!/usr/bin/env bash
# bash completion for kubelet-doctor:
#   source <(kubelet-doctor completion bash)
# For kubectl kubelet-doctor, save it in a directory of PATH as kubectl_complete-kubelet_doctor and make it executable.

_kubelet_doctor() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command="" words="" kind="words" head="" i
  COMPREPLY=()
  # bash breaks --output=json into three words.
  if [[ $cur == "=" ]]; then
    cur=""
  elif [[ $prev == "=" ]]; then
    prev="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in
      ${valued.join('|')}) i=$((i + 1)) ;;
      ${commands.map(({ name }) => name).join('|')})
        command="\${COMP_WORDS[i]}"
        break
        ;;
    esac
  done
  case "\${command:-${standard}} $prev" in
${[...cases].map(([does, when]) => `    ${when.join('|')}) ${does} ;;`).join('\n')}
    *)
      if [[ $cur == -* ]]; then
        case "\${command:-${standard}}" in
${commands.map(({ name, flags: all }) => `          ${name}) words="${all.flatMap(({ names }) => names).join(' ')}" ;;`).join('\n')}
        esac
      else
        case "$command" in
          "") words="${commands.map(({ name }) => name).join(' ')}" ;;
${commands.flatMap(({ name, argument }) => (argument ? [`          ${name}) ${shellWords(argument)} ;;`] : [])).join('\n')}
        esac
      fi
      ;;
  esac
  local IFS=$' \\t\\n'
  case "$kind" in
    words) COMPREPLY=($(compgen -W "$words" -- "$cur")) ;;
    list)
      [[ $cur == *,* ]] && head="\${cur%,*},"
      COMPREPLY=($(compgen -P "$head" -W "$words" -- "\${cur##*,}"))
      compopt -o nospace 2>/dev/null
      ;;
    files | directories)
      _kubelet_doctor_files=1
      IFS=$'\\n'
      if [[ $kind == files ]]; then
        COMPREPLY=($(compgen -f -- "$cur"))
      else
        COMPREPLY=($(compgen -d -- "$cur"))
      fi
      compopt -o filenames 2>/dev/null
      ;;
  esac
}

if [[ -n "\${BASH_SOURCE[0]}" && "\${BASH_SOURCE[0]}" == "$0" ]]; then
  # kubectl gives the words so far, the last one unfinished, and reads a word a line and a directive of cobra: 4, no file names; 0, file names.
  COMP_WORDS=(kubelet-doctor)
  for word in "$@"; do
    if [[ $word == --*=* ]]; then COMP_WORDS+=("\${word%%=*}" "=" "\${word#*=}"); else COMP_WORDS+=("$word"); fi
  done
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
  _kubelet_doctor_files=""
  _kubelet_doctor
  if [[ -n $_kubelet_doctor_files ]]; then
    echo ":0"
  else
    [[ \${#COMPREPLY[@]} -gt 0 ]] && printf '%s\\n' "\${COMPREPLY[@]}"
    echo ":4"
  fi
else
  complete -F _kubelet_doctor kubelet-doctor
fi`;
}

function shellWords(values: Values): string {
  if (values.kind === 'words') return `words="${values.words.join(' ')}"`;
  if (values.kind === 'list') return `kind=list words="${values.words.join(' ')}"`;
  return `kind=${values.kind}`;
}
