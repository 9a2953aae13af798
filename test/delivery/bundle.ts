/** The one-file bundles: an ES module for Node, and a CommonJS script, which is what a single executable application begins with. */
import path from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const ENTRY = path.resolve('src/single.ts');
/** What `node:` modules and packages look up at run time: a require beside ES modules, and a URL of oneself in CommonJS. */
const REQUIRE_IN_MODULE =
  "#!/usr/bin/env node\nimport{createRequire as kdRequire}from'node:module';const require=kdRequire(import.meta.url);";
const URL_IN_COMMONJS = "const kdUrl=require('node:url').pathToFileURL(process.execPath).href;";

/** The simulator stays out: `demo` says so. */
const withoutSimulator: Plugin = {
  name: 'without-simulator',
  setup({ onResolve }) {
    onResolve({ filter: /\/commands\/demo\.js$/ }, ({ resolveDir }) => ({ path: path.join(resolveDir, 'commands/demo-left-out.ts') }));
  },
};

const COMMON: BuildOptions = {
  entryPoints: [ENTRY],
  bundle: true,
  platform: 'node',
  plugins: [withoutSimulator],
  alias: { 'node:assert': path.resolve('src/probes/connection/plain-assert.cjs') },
  legalComments: 'none',
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: 'warning',
};

/** Returns its path. Executable as it is, where Node is on PATH. */
export async function bundleModule(outfile: string): Promise<string> {
  await build({ ...COMMON, outfile, format: 'esm', target: 'node20', banner: { js: REQUIRE_IN_MODULE } });
  return outfile;
}

/** A single executable application loads nothing but itself and Node's own modules: an import() becomes a require. */
export async function bundleScript(outfile: string): Promise<string> {
  await build({
    ...COMMON,
    outfile,
    format: 'cjs',
    target: 'node24',
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'kdUrl' },
    banner: { js: URL_IN_COMMONJS },
  });
  return outfile;
}
