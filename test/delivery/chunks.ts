/**
 * What is always loaded together is one file. esbuild gives modules a chunk of their own for every set of entries that reach them, so that two dozen
 * small ones stand before each command; Node takes a millisecond for each. A second pass joins them; an import of a joined chunk becomes one of the
 * file it is in, where its exports bear its name.
 */
import path from 'node:path';
import { type BuildOptions, type BuildResult, build, type Metafile, type Plugin } from 'esbuild';

export interface Group {
  /** Of its file, without `.js`. */
  name: string;
  /** The source whose chunk, and whatever that loads at once, it holds. */
  head?: string;
  /** It holds, too, whatever both one of these and one of those load at once. */
  between?: readonly [these: readonly string[], those: readonly string[]];
}

/** Writes the chunks of the first pass, those of the groups joined. What each file is made of, by source. */
export async function writeJoined(
  made: BuildResult<{ metafile: true; write: false }>,
  groups: readonly Group[],
  rest: BuildOptions,
): Promise<Metafile> {
  const outputs = new Map(Object.entries(made.metafile.outputs).map(([file, output]) => [path.basename(file), output]));
  const texts = new Map(made.outputFiles.map((file) => [path.basename(file.path), file.text]));
  const groupOf = new Map<string, string>();
  const headOf = new Map(groups.flatMap(({ name, head }) => (head === undefined ? [] : [[name, chunkOf(head)]])));
  for (const { name, head, between: [these, those] = [[], []] } of groups) {
    const others = new Set(those.flatMap(loadedBy));
    const found = [...(head === undefined ? [] : loadedBy(head)), ...these.flatMap(loadedBy).filter((chunk) => others.has(chunk))];
    for (const chunk of found) if (!groupOf.has(chunk)) groupOf.set(chunk, name);
  }

  function chunkOf(source: string): string {
    const found = [...outputs].find(([, { entryPoint }]) => entryPoint === source)?.[0];
    if (!found) throw new Error(`${source} begins no chunk`);
    return found;
  }
  /** The chunk of a source, and all that are loaded with it. */
  function loadedBy(source: string): string[] {
    const found = new Set([chunkOf(source)]);
    for (const chunk of found)
      for (const { kind, path: file } of outputs.get(chunk)?.imports ?? [])
        if (kind === 'import-statement' && outputs.has(path.basename(file))) found.add(path.basename(file));
    return [...found];
  }
  const joined = (chunk: string, exported: string) => `${path.basename(chunk, '.js').replaceAll('-', '_')}_${exported}`;
  const list = (chunk: string, write: (name: string) => string) => (outputs.get(chunk)?.exports ?? []).map(write).join();

  const plugin: Plugin = {
    name: 'joined',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^(group|chunk|pointer):/ }, ({ path: name, kind }) => {
        const [namespace, chunk] = name.split(':');
        if (kind !== 'entry-point') return undefined;
        return namespace === 'pointer' ? { path: chunk, namespace: 'elsewhere' } : { path: chunk, namespace };
      });
      // All that is left for run time is Node's own.
      onResolve({ filter: /^\w/ }, ({ path: name }) => ({ path: name, external: true }));
      onResolve({ filter: /^\.\// }, ({ path: name, importer, kind, pluginData }) => {
        const chunk = path.basename(name);
        const [to, from] = [groupOf.get(chunk), pluginData ?? groupOf.get(importer)];
        if (to === undefined) return { path: name, external: true };
        if (to === from) return { path: chunk, namespace: 'chunk' };
        if (kind !== 'dynamic-import') return { path: chunk, namespace: 'elsewhere' };
        if (headOf.get(to) === chunk) return { path: `./${to}.js`, external: true };
        // A file of its own, which says where its content is.
        return { path: name, external: true };
      });
      onLoad({ filter: /.*/, namespace: 'chunk' }, ({ path: chunk }) => ({ contents: texts.get(chunk) ?? '' }));
      onLoad({ filter: /.*/, namespace: 'elsewhere' }, ({ path: chunk }) => ({
        contents: `export {${list(chunk, (name) => `${joined(chunk, name)} as ${name}`)}} from "../${groupOf.get(chunk)}.js"`,
      }));
      onResolve({ filter: /^\.\.\//, namespace: 'elsewhere' }, ({ path: name }) => ({ path: name.slice(1), external: true }));
      onLoad({ filter: /.*/, namespace: 'group' }, ({ path: name }) => {
        const within = [...groupOf].filter(([, group]) => group === name).map(([chunk]) => chunk);
        const contents = within.map((chunk) => `export {${list(chunk, (each) => `${each} as ${joined(chunk, each)}`)}} from "./${chunk}";`);
        const head = headOf.get(name);
        return { contents: [...(head === undefined ? [] : [`export * from "./${head}";`]), ...contents].join('\n'), pluginData: name };
      });
    },
  };
  const singles = [...texts.keys()].filter((chunk) => !groupOf.has(chunk));
  const heads = new Set(headOf.values());
  const later = new Set(
    [...outputs.values()].flatMap(({ imports }) =>
      imports.flatMap((each) => (each.kind === 'dynamic-import' ? [path.basename(each.path)] : [])),
    ),
  );
  const pointers = [...groupOf.keys()].filter((chunk) => later.has(chunk) && !heads.has(chunk));
  const { metafile } = await build({
    ...rest,
    entryPoints: Object.fromEntries([
      ...groups.map(({ name }) => [name, `group:${name}`]),
      ...singles.map((chunk) => [path.basename(chunk, '.js'), `chunk:${chunk}`]),
      ...pointers.map((chunk) => [path.basename(chunk, '.js'), `pointer:${chunk}`]),
    ]),
    bundle: true,
    metafile: true,
    plugins: [plugin],
  });
  for (const output of Object.values(metafile.outputs))
    output.inputs = Object.assign(
      {},
      ...Object.keys(output.inputs).map((input) => outputs.get(input.replace(/^chunk:/, ''))?.inputs ?? {}),
    );
  return metafile;
}
