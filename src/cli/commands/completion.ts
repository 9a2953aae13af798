import type { Command } from '../arguments/command.js';
import type { Io } from '../io.js';
export function runCompletionCommand(_shell: string, _commands: readonly Command[], _io: Io): number {
  return 0;
}
