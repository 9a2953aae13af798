/** Stands in for demo.ts in the one file, the executable and the image: the simulator mints certificates, and is larger than all the rest. */
import type { Io } from '../io.js';
import { usageError } from '../usage.js';
import type { runDemoCommand as withSimulator } from './demo.js';

export const runDemoCommand: typeof withSimulator = async (_flags, io: Io) =>
  usageError(io, 'this build has no demo; use the npm package: npx kubelet-doctor demo');
