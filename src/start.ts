/**
 * What bin/kubelet-doctor.js loads: it runs the scripts beside it. What V8 compiled of them where they were built is taken by the same Node, and by no
 * other, which compiles them as ever. Nothing is written.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import type * as start from './main.js';

const HERE = import.meta.dirname;
/** V8 itself refuses the code of another version or of other flags, but may not know another processor. */
export const COMPILED = join(HERE, `compiled-${process.version}-${process.platform}-${process.arch}`);

/** Two sums of 32 bits. */
const SEAL = 8;

const modules = new Map<string, { exports: object }>();
/** Those that have run so far, for the builder. */
export const scripts = new Map<string, Script>();

export const { main, processIo } = load('main.js') as typeof start;

/** What a script exports. It runs once. */
function load(name: string): object {
  const known = modules.get(name);
  if (known) return known.exports;
  const module = { exports: {} };
  modules.set(name, module);
  const filename = join(HERE, name);
  const written = readFileSync(filename);
  const cachedData = compiled(name, written);
  const text = `(function(require,module,__filename){${written.toString()}\n})`;
  const script = new Script(text, { filename, ...(cachedData && { cachedData }) });
  scripts.set(name, script);
  script.runInThisContext()(need, module, filename);
  return module.exports;
}

/** All else is bundled: what remains is Node's own. */
function need(name: string): object | undefined {
  return name.startsWith('./') ? load(name.slice(2)) : process.getBuiltinModule(name);
}

/** V8 looks at the length of a script alone, and runs damaged code into a crash: both are looked at here, by their sums. */
function compiled(name: string, script: Buffer): Buffer | undefined {
  try {
    const file = readFileSync(join(COMPILED, `${name}.bin`));
    const code = file.subarray(0, -SEAL);
    return sealOf(code, script).equals(file.subarray(-SEAL)) ? code : undefined;
  } catch {
    return undefined;
  }
}

/** What stands behind the code of a script, so that V8 finds it where it must begin: the sums of both. */
export function sealOf(code: Buffer, script: Buffer): Buffer {
  const { crc32 } = process.getBuiltinModule('node:zlib');
  return Buffer.from(Uint32Array.of(crc32(code), crc32(script)).buffer);
}
