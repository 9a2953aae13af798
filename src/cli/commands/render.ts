/** `kubelet-doctor render FILE`: a saved report in another format, as it was found then. */
import type { Host } from '../../host/host.js';
import type { Io } from '../io.js';
import { openDisguise } from '../pseudonyms.js';
import { type RenderOptions, renderReport } from '../render.js';
import { reportFrom } from '../saved-input.js';
import { usageError } from '../usage.js';

/** 0: it was rendered. What was found is in the report. */
export async function runRenderCommand(
  file: string,
  options: RenderOptions & { pseudonyms?: string },
  host: Host,
  io: Io,
): Promise<number> {
  const opened = await openDisguise(options, host);
  if ('error' in opened) return usageError(io, opened.error);
  const read = await reportFrom(file, host);
  if ('error' in read) return usageError(io, read.error);
  const report = (await opened.disguise?.replace(read.report)) ?? read.report;
  const unkept = await opened.disguise?.keep();
  if (unkept) return usageError(io, unkept);
  io.out(await renderReport(report, options, io));
  return 0;
}
