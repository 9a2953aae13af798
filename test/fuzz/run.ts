/**
 * Coverage-guided fuzzing by hand: `npx tsx test/fuzz/run.ts FOLDER SECONDS [TARGET…]`. FOLDER is one with Jazzer.js in it, which is no dependency of
 * ours: `npm install --prefix FOLDER @jazzer.js/core`. Inputs it keeps stay below FOLDER; what it finds becomes a small row in test/support/adversarial.ts.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { SEEDS } from './seeds.js';
import { TARGETS } from './targets.js';

const [, , folder, seconds = '600', ...named] = process.argv;
if (!folder) throw new Error('usage: npx tsx test/fuzz/run.ts FOLDER SECONDS [TARGET...]');
const jazzer = path.resolve(folder, 'node_modules/.bin/jazzer');
for (const name of named.length > 0 ? named : Object.keys(TARGETS)) {
  const work = path.resolve(folder, 'kd', name);
  mkdirSync(path.join(work, 'corpus'), { recursive: true });
  for (const [at, seed] of (SEEDS[name] ?? []).entries()) writeFileSync(path.join(work, 'corpus', `seed-${at}`), seed);
  const contents = `import { TARGETS } from ${JSON.stringify(path.resolve('test/fuzz/targets.ts'))}; export const fuzz = TARGETS[${JSON.stringify(name)}];`;
  buildSync({
    stdin: { contents, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    loader: { '.md': 'text' },
    outfile: path.join(work, 'target.cjs'),
    define: { 'import.meta.url': '"file:///"' },
    logLevel: 'error',
  });
  const limits = [`-max_total_time=${seconds}`, '-max_len=20000', '-timeout=10', '-rss_limit_mb=2048'];
  const { status } = spawnSync(jazzer, [path.join(work, 'target.cjs'), path.join(work, 'corpus'), '-i', work, '--', ...limits], {
    cwd: work,
    stdio: 'inherit',
  });
  console.log(`${name}: ${status === 0 ? 'nothing found' : `ended with ${status}; see ${work}`}`);
}
