/** `kubelet-doctor render FILE`: a saved report in another format, as it was found then. */
import type { Host } from '../../host/host.js';
import type { Flags } from '../../setup/options.js';
import type { Io } from '../io.js';
import { reportFrom } from '../saved-input.js';
import { withReport } from '../with-report.js';

/** 0: it was rendered. What was found is in the report. */
export function runRenderCommand(file: string, flags: Partial<Flags>, host: Host, io: Io, given?: string | Buffer): Promise<number> {
  return withReport({ ...flags, 'exit-zero': true }, host, io, { find: () => reportFrom(file, host, given) });
}
