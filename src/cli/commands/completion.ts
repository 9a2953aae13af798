import type { Io } from '../io.js';
export function runCompletionCommand(_shell: string, _io: Io): number {
  return 0;
}
