/** `kubelet-doctor diff OLD NEW`: what a change, an upgrade or a week did. */
import type { Host } from '../../host/host.js';
import { jsonText } from '../../render/json.js';
import { renderDiff } from '../../render/text/diff.js';
import { compareReports } from '../../report/diff.js';
import type { Flags } from '../../setup/options.js';
import { inEnglish } from '../../words/language.js';
import { type Io, outText } from '../io.js';
import { lookOf } from '../render.js';
import { reportFrom } from '../saved-input.js';
import { usageError } from '../usage.js';

/** 0: they were compared, whatever came of it. */
export async function runDiffCommand(older: string, newer: string, flags: Partial<Flags>, host: Host, io: Io): Promise<number> {
  const [old, now] = [await reportFrom(older, host), await reportFrom(newer, host)];
  if ('error' in old) return usageError(io, old.error);
  if ('error' in now) return usageError(io, now.error);
  const compare = () => compareReports(old.report, now.report);
  if (flags.output === 'json') io.out(jsonText(inEnglish(compare), { pretty: io.outIsTty }));
  else outText(io, renderDiff(compare(), lookOf(flags, io)));
  return 0;
}
