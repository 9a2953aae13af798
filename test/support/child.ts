/** A process of its own for the real command in a simulated world: `child.ts HOST_JSON ARGS…`. The environment is the process's and the world's; file 3 is told, at the end, how long it lived. */
import { writeSync } from 'node:fs';
import { processIo } from '../../src/cli/io.js';
import { main } from '../../src/main.js';
import { stopwatch } from './stopwatch.js';

const lived = stopwatch();
process.once('exit', () => {
  try {
    writeSync(3, String(lived()));
  } catch {
    // Nobody listens: on a terminal of script(1) there is no file 3.
  }
});
const [, , host = '{}', ...argv] = process.argv;
const overrides = JSON.parse(host);
process.exitCode = await main(argv, { io: processIo(), host: { ...overrides, env: { ...process.env, ...overrides.env } } });
