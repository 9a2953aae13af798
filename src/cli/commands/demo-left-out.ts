/** Stands in for demo.ts in the one file, the executable and the image: the simulator mints certificates, and is larger than all the rest. */
import type { Io } from '../io.js';
import { usageError } from '../usage.js';
import type { runDemoCommand as withSimulator } from './demo.js';

export const runDemoCommand: typeof withSimulator = async (_flags, io: Io) =>
  usageError(io, 'demo is not included in this build; the npm package has it: npx kubelet-doctor demo');
