/** `completion bash|zsh|fish`: a script made from the tables. Completing runs nothing and asks no server. */
import type { Command } from '../arguments/command.js';
import { bashScript } from '../completion/bash.js';
import { fishScript } from '../completion/fish.js';
import { type CommandWords, completionModel } from '../completion/model.js';
import { SHELLS, type Shell } from '../completion/shells.js';
import { zshScript } from '../completion/zsh.js';
import type { Io } from '../io.js';
import { usageError } from '../usage.js';

const SCRIPTS: Record<Shell, (commands: readonly CommandWords[]) => string> = { bash: bashScript, zsh: zshScript, fish: fishScript };

export function runCompletionCommand(given: string, commands: readonly Command[], io: Io): number {
  const shell = SHELLS.find((each) => each === given);
  if (!shell) return usageError(io, `completion needs one of ${SHELLS.join(', ')}`);
  io.out(SCRIPTS[shell](completionModel(commands)));
  return 0;
}
