/** `kubelet-doctor render FILE`: a saved report in another format, as it was found then. */
import type { Host } from '../../host/host.js';
import type { Io } from '../io.js';
import { type RenderOptions, renderReport } from '../render.js';
import { reportFrom } from '../saved-input.js';
import { usageError } from '../usage.js';

/** 0: it was rendered. What was found is in the report. */
export async function runRenderCommand(file: string, options: RenderOptions, host: Host, io: Io): Promise<number> {
  const read = await reportFrom(file, host);
  if ('error' in read) return usageError(io, read.error);
  io.out(await renderReport(read.report, options, io));
  return 0;
}
