/**
 * Which cluster a printed command is for. Whoever named a context or a kubeconfig asks another cluster than `kubectl` alone would, and a fix that is
 * pasted without that name changes the wrong one. The flags are written here and nowhere else.
 */
import { shellQuote } from './names.js';

/** What was named; empty where kubectl asks the same cluster by itself. */
export interface Aim {
  kubeconfig?: string;
  context?: string;
}

/** Of our commands those that ask a cluster and are not about another process, whose own environment says which. */
const OURS = 'kubelet-doctor(?: (?:check|nodes|rbac|settings))?(?![\\w-]| \\w)(?!.* --agent-process\\b)(?!.* --manifest\\b)';
/** Where a shell takes a word as a program. */
const BEFORE = '(?<=^\\s*|[|;&(`]\\s*|\\b(?:sudo|then|do|else|if) )';
const PROGRAM = new RegExp(`${BEFORE}(?:(?:kubectl|oc)(?=\\s)|${OURS})`, 'gm');

const WORD = `(?:[A-Za-z0-9_./:=@%+,-]|'[^'\\n]*'|\\\\')+`;
/** Read from its start on: a report's words meet it, and a look back from each of their places would take the square of their length. */
const AIMED = new RegExp(`\\b(kubectl|oc|kubelet-doctor)( [a-z]+)?((?: --(?:kubeconfig|context)=${WORD}){1,2})`, 'g');
const FLAG = new RegExp(` --(kubeconfig|context)=${WORD}`, 'g');
const NAMES_ONE = / --(?:kubeconfig|context)=/;

/** Named by whoever ran this; a name that no shell takes as it is printed is a placeholder, so that the wrong cluster is never asked. */
export function aimed(command: string, aim: Aim): string {
  const flags = [named('kubeconfig', 'FILE', aim.kubeconfig), named('context', 'NAME', aim.context)].join('');
  return flags ? withFlags(withoutAim(command), flags) : command;
}

/** For the cluster that another command is for. */
export function aimedAs(command: string, other: string): string {
  const [[, , , flags = ''] = []] = other.matchAll(AIMED);
  return withFlags(command, flags);
}

/** As it was before; or without the file alone. */
export function withoutAim(command: string, which: keyof Aim | 'both' = 'both'): string {
  if (!NAMES_ONE.test(command)) return command;
  return command.replace(
    AIMED,
    (_, program: string, verb = '', flags: string) =>
      `${program}${verb}${flags.replace(FLAG, (flag, name: string) => (which === 'both' || which === name ? '' : flag))}`,
  );
}

function named(flag: string, placeholder: string, value: string | undefined): string {
  if (!value) return '';
  return ` --${flag}=${/^[^\x00-\x1f\x7f]+$/.test(value) && !value.includes('[redacted]') ? shellQuote(value) : placeholder}`;
}

function withFlags(command: string, flags: string): string {
  return outsideHereDocuments(command, (line) => line.replace(PROGRAM, (program) => `${program}${flags}`));
}

/** Lines of a here-document are no commands. */
function outsideHereDocuments(command: string, change: (line: string) => string): string {
  let end: string | undefined;
  return command
    .split('\n')
    .map((line) => {
      if (end !== undefined) {
        if (line.trim() === end) end = undefined;
        return line;
      }
      end = /<<-?\s*['"]?(\w+)/.exec(line)?.[1];
      return change(line);
    })
    .join('\n');
}
