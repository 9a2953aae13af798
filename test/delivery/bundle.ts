/**
 * The bundles: the package's, in scripts; one file, an ES module for Node; and a CommonJS script, which is what a single executable application
 * begins with.
 */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { knownCauses } from '../../src/checks/known.js';
import type { World } from '../../src/sim/world.js';
import { type Group, writeJoined } from './chunks.js';
import { withCluster } from './cluster.js';
import { appendNotices, writeNotices } from './notices.js';

/** What `node:` modules and packages look up at run time: a require beside ES modules, and a URL of oneself in CommonJS. */
const REQUIRE = "import{createRequire as kdRequire}from'node:module';const require=kdRequire(import.meta.url);";
const URL_IN_COMMONJS = "const kdUrl=require('node:url').pathToFileURL(process.execPath).href;";

/** The simulator stays out: `demo` says so. */
const withoutSimulator: Plugin = {
  name: 'without-simulator',
  setup({ onResolve }) {
    onResolve({ filter: /\/commands\/demo\.js$/ }, ({ resolveDir }) => ({ path: path.join(resolveDir, 'commands/demo-left-out.ts') }));
  },
};

/** Of undici what is never reached: HTTP/2, which no connection of ours negotiates, bodies that are forms, and Node's own client and server. */
const withoutRestOfUndici: Plugin = {
  name: 'without-rest-of-undici',
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /[\\/]undici[\\/]lib[\\/](?:dispatcher[\\/]client-h2|web[\\/]fetch[\\/]body)\.js$/ }, () => ({ contents: '' }));
    onResolve({ filter: /^node:http$/ }, ({ importer }) =>
      /[\\/]undici[\\/]lib[\\/]/.test(importer) ? { path: path.resolve('src/probes/connection/plain-http.cjs') } : undefined,
    );
  },
};

/** yargs reads words and draws nothing, and its parser loads no file of settings. */
export const withoutDrawing: Plugin = {
  name: 'without-drawing',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:module$/ }, ({ importer }) =>
      /[\\/]yargs-parser[\\/]/.test(importer) ? { path: 'createRequire', namespace: 'left-out' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path: name }) => ({ contents: `export const ${name} = undefined;` }));
    onResolve({ filter: /\/platform-shims\/esm\.mjs$/ }, () => ({ path: path.resolve('src/cli/arguments/yargs-shim.ts') }));
  },
};

/** Of package.json what src/version.ts reads: the rest is for npm, and every command would parse it. */
const withVersion: Plugin = {
  name: 'with-version',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]package\.json$/ }, ({ path: file }) => {
      if (path.dirname(file) !== path.resolve('.')) return undefined;
      const { version, homepage, bugs } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
      return { contents: JSON.stringify({ version, homepage, bugs }), loader: 'json' };
    });
  },
};

/** What every cause says of itself, computed now: its reader needs none of the checks. */
const withCauses: Plugin = {
  name: 'with-causes',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/index\.js$/ }, ({ importer }) =>
      importer === path.resolve('src/checks/known.ts') ? { path: 'causes', namespace: 'causes' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'causes' }, () => {
      const data = JSON.stringify(JSON.stringify(knownCauses()));
      return { contents: `const data = ${data}; export const knownCauses = () => JSON.parse(data);` };
    });
  },
};

const COMMON: BuildOptions = {
  bundle: true,
  platform: 'node',
  loader: { '.md': 'text' },
  alias: { 'node:assert': path.resolve('src/probes/connection/plain-assert.cjs') },
  legalComments: 'none',
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: 'warning',
  plugins: [withoutRestOfUndici, withoutDrawing, withVersion, withCauses],
};

const CHECK = ['src/cli/commands/check.ts', 'src/live/judging.ts', 'src/render/text/report.ts'];
const READER = 'src/cli/arguments/read.ts';
const TABLES = ['src/cli/commands/causes.ts', 'src/cli/commands/help.ts'];
const OTHERS = ['src/cli/commands/read.ts', 'src/cli/commands/script.ts', 'src/cli/commands/manifest.ts'];

/**
 * Before any command stand the launcher's part, which --version is content with, and the table of commands; before most the reader of words. Then the
 * parts of a check: what others read of it who come to no diagnosis, and the rest.
 */
const JOINED: readonly Group[] = [
  { name: 'main', head: 'src/main.ts' },
  { name: 'command-line', head: 'src/cli/command-line.ts', between: [[...CHECK, READER], TABLES] },
  { name: 'arguments', head: READER },
  { name: 'parts', between: [CHECK, OTHERS] },
  { name: 'check', head: 'src/cli/commands/check.ts' },
  { name: 'judging', head: 'src/live/judging.ts' },
  { name: 'yaml', head: 'src/probes/credentials/kubeconfig-file.ts' },
  { name: 'text', head: 'src/render/text/report.ts' },
];

/** With the simulator; a command loads only the chunks it needs. What each is made of. */
export async function bundlePackage(outdir: string): Promise<Metafile> {
  const form: BuildOptions = { outdir, target: 'node20', legalComments: 'none', logLevel: 'warning' };
  // esbuild cuts ES modules alone; what is written are scripts, for those can be compiled ahead.
  const made = await build({
    ...COMMON,
    ...form,
    format: 'esm',
    entryPoints: { 'kubelet-doctor': path.resolve('src/start.ts'), main: path.resolve('src/main.ts') },
    splitting: true,
    chunkNames: 'chunk-[hash]',
    define: { 'import.meta.url': '__filename', 'import.meta.dirname': '__dirname' },
    metafile: true,
    write: false,
  });
  const scripts: BuildOptions = { ...form, format: 'cjs', platform: 'neutral', supported: { 'dynamic-import': false } };
  const metafile = await writeJoined(made, JOINED, { ...scripts, minifySyntax: true, minifyWhitespace: true });
  writeFileSync(path.join(outdir, 'package.json'), '{ "type": "commonjs" }');
  return metafile;
}

/** Of a package, for the Node that runs this: what it takes to ask a cluster, so there is one meanwhile. */
export async function compileAhead(outdir: string): Promise<void> {
  const world: World = { agent: { rights: 'everything' }, placement: { nodes: { n2: {} } } };
  const begin = [path.resolve('test/delivery/compile-ahead.cjs'), path.resolve(outdir, 'kubelet-doctor.js')];
  await withCluster(world, async ({ kubeconfig }) => {
    await promisify(execFile)(process.execPath, [...begin, kubeconfig]);
  });
}

const ALONE: BuildOptions & { metafile: true } = {
  ...COMMON,
  metafile: true,
  entryPoints: [path.resolve('src/single.ts')],
  plugins: [withoutRestOfUndici, withoutDrawing, withVersion, withCauses, withoutSimulator],
};

/** Returns its path. Executable as it is, where Node is on PATH; the licences of what is in it are in it as well. */
export async function bundleModule(outfile: string): Promise<string> {
  const { metafile } = await build({
    ...ALONE,
    outfile,
    format: 'esm',
    target: 'node20',
    banner: { js: `#!/usr/bin/env node\n${REQUIRE}` },
  });
  appendNotices(outfile, metafile);
  writeNotices(outfile, metafile);
  return outfile;
}

/** The licences stand beside it. A single executable application loads nothing but itself and Node's own modules: an import() becomes a require. */
export async function bundleScript(outfile: string): Promise<string> {
  const { metafile } = await build({
    ...ALONE,
    outfile,
    format: 'cjs',
    target: 'node24',
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'kdUrl' },
    banner: { js: URL_IN_COMMONJS },
  });
  writeNotices(outfile, metafile);
  return outfile;
}
