/** A process of its own for the real command in a simulated world: `child.ts HOST_JSON ARGS…`. The environment is the process's and the world's. */
import { processIo } from '../../src/cli/io.js';
import { main } from '../../src/main.js';

const [, , host = '{}', ...argv] = process.argv;
const overrides = JSON.parse(host);
process.exitCode = await main(argv, { io: processIo(), host: { ...overrides, env: { ...process.env, ...overrides.env } } });
