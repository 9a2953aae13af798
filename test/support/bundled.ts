/** What runs as a process of its own is bundled first, as it is shipped: tsx takes a second to start, and itself runs a process. */
import { buildSync } from 'esbuild';

/** Bundles this file of the project below a folder; dynamic imports stay apart, as in the package. Its outcome is named like it, with `.mjs`. */
export function bundleInto(folder: string, entry: string): void {
  buildSync({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'esm',
    splitting: true,
    loader: { '.md': 'text' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    banner: { js: "import{createRequire as kdRequire}from'node:module';const require=kdRequire(import.meta.url);" },
    logLevel: 'silent',
  });
}
