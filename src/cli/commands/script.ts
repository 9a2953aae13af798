/** `kubelet-doctor script`: asks nobody, and prints what asks. */
import { scriptText } from '../../live/script/text.js';
import { VERSION } from '../../version.js';
import type { Io } from '../io.js';

export function runScriptCommand(io: Io): number {
  io.out(scriptText(VERSION).trimEnd());
  return 0;
}
