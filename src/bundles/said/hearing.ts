/** What a bundle's logs say, and what was refused to whoever collected it: facts of the node that each speaks of. */
import type { Entry } from '../../files/packed/types.js';
import type { Clean } from '../../texts/index.js';
import type { Listener } from '../read.js';
import { flareSpeaker, withKubelet } from './flare.js';
import { createFlareFiles } from './flare-files.js';
import { createMemory, createWhose } from './heard.js';
import { isLogError, type LogFile, logAt, MAY_BE_ERROR, podAt } from './logs.js';
import { createNodenames } from './nodenames.js';
import { clockIn } from './ntp.js';
import { createOcLogs } from './oc-logs.js';
import { type Edit, nothing, statementsOf } from './one-log.js';
import { createPrintedLogs } from './printed-logs.js';

/** One a bundle; `clean` is the run's. */
export function createHearing(clean: Clean): Listener {
  const memory = createMemory();
  const flare = createFlareFiles(clean);
  const nodenames = createNodenames();
  const ocLogs = createOcLogs(clean);
  const printed = createPrintedLogs(clean);

  async function hearLog(entry: Entry, file: LogFile, edit?: Edit): Promise<void> {
    const about = { ...(file.pod && { pod: file.pod }), ...(file.node !== undefined && { node: file.node }) };
    memory.keep(await statementsOf(entry, file, clean, edit), about);
  }

  return {
    wants: (path, head) =>
      flare.wants(path, head) ||
      flareSpeaker(path) !== undefined ||
      nodenames.wants(path) ||
      isLogError(path) ||
      ocLogs.wants(path) ||
      MAY_BE_ERROR.test(path) ||
      logAt(path) !== undefined,
    async hear(entry) {
      const { path } = entry;
      if (flare.takes(path)) return flare.hear(entry);
      if (nodenames.wants(path)) return nodenames.hear(entry);
      await ocLogs.note(entry);
      memory.keep(await clockIn(entry, clean));
      const [pod, speaker, file] = [podAt(path), flareSpeaker(path), logAt(path)];
      const isRotated = /\.log\.\d+$/.test(path);
      if (speaker) await hearLog(entry, { by: speaker, isEarlier: isRotated }, isRotated ? withKubelet : flare.noted);
      else if (isLogError(path)) await hearLog(entry, { by: 'apiserver', ...(pod && { pod }), isEarlier: false });
      else if (file) await hearLog(entry, file);
      else if (MAY_BE_ERROR.test(path) && pod) await hearLog(entry, { pod, isEarlier: false }, nothing);
    },
    overhear(line) {
      const ended = printed(line);
      if (ended) memory.keep(...ended);
    },
    async told(_now, index) {
      const whose = createWhose(index, nodenames);
      memory.keep(flare.refusals());
      memory.keep(ocLogs.unverified(whose.ofPod));
      return [...memory.all().flatMap(whose.told), ...(await flare.facts()).map((fact) => ({ fact }))];
    },
  };
}
