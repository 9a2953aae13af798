/** What an executable loads at its start, by the dynamic linker's own word. */
import { run } from './tools.js';

/** Absolute paths of the libraries and of the linker itself; the kernel's vdso is no file. */
export function librariesOf(executable: string): string[] {
  const lines = run('ldd', [executable]).split('\n');
  const missing = lines.find((line) => line.includes('not found'));
  if (missing) throw new Error(`${executable} cannot start here: ${missing.trim()}`);
  return lines.flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}
