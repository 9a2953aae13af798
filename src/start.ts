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
  const cachedData = compiled(name);
  const text = `(function(require,module,__filename){${readFileSync(filename, 'utf8')}\n})`;
  const script = new Script(text, { filename, ...(cachedData && { cachedData }) });
  scripts.set(name, script);
  script.runInThisContext()(need, module, filename);
  return module.exports;
}

/** All else is bundled: what remains is Node's own. */
function need(name: string): object | undefined {
  return name.startsWith('./') ? load(name.slice(2)) : process.getBuiltinModule(name);
}

function compiled(name: string): Buffer | undefined {
  try {
    return readFileSync(join(COMPILED, `${name}.bin`));
  } catch {
    return undefined;
  }
}
