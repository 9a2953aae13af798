/** What a bundle's logs say, and what was refused to whoever collected it: facts of the node that each speaks of. */
import type { Entry } from '../../files/packed/types.js';
import { SENTENCE } from '../../host/redact.js';
import type { Clean } from '../../texts/index.js';
import type { Listener, Told } from '../read.js';
import { flareSpeaker, refusedPods, withKubelet } from './flare.js';
import { BODY, createFlareFiles, refusedFact } from './flare-files.js';
import { createFlares, flareRootOf } from './flares.js';
import { type About, createMemory, createWhose, type Heard } from './heard.js';
import { isLogError, type LogFile, logAt, MAY_BE_ERROR, podAt } from './logs.js';
import { createNodenames } from './nodenames.js';
import { clockIn } from './ntp.js';
import { createOcLogs } from './oc-logs.js';
import { type Edit, nothing, statementsOf } from './one-log.js';
import { createPrintedLogs } from './printed-logs.js';

/** Whose flare a file is in, where it may be in one. */
function inFlare(path: string): { flare?: string } {
  const flare = flareRootOf(path);
  return flare === undefined ? {} : { flare };
}

/** One a bundle; `clean` is the run's. */
export function createHearing(clean: Clean): Listener {
  const memory = createMemory();
  const flare = createFlareFiles(clean);
  const flares = createFlares();
  const nodenames = createNodenames();
  const ocLogs = createOcLogs(clean);
  const printed = createPrintedLogs(clean);

  let [named, left]: [string[], string[]] = [[], []];

  /** What their files say; what those of the Cluster Agent say, and of one flare alone, is of no node by itself. */
  async function toldInFlares(several: ReturnType<typeof flares.several>, { ofName }: ReturnType<typeof createWhose>): Promise<Told[]> {
    const all = [...several];
    left = all.flatMap(([root, of]) => ('left' in of ? [`${clean(root, SENTENCE)}: ${of.left}`] : []));
    named = [...new Set(all.flatMap(([, of]) => ('node' in of ? [of.node] : [])))];
    const rootsOf = (node: string) => all.flatMap(([root, of]) => ('node' in of && of.node === node ? [root] : []));
    const told: Told[] = [];
    for (const node of [undefined, ...named]) {
      const roots = node === undefined ? all.map(([root]) => root) : rootsOf(node);
      const isIn = (path: string) => roots.includes(flareRootOf(path) ?? path) === (node !== undefined);
      memory.keep(flare.refusals(isIn), node === undefined ? {} : { node });
      const at = node === undefined ? undefined : (ofName(node) ?? node);
      told.push(...(await flare.facts(isIn)).map((fact) => ({ ...(at !== undefined && { node: at }), fact })));
    }
    named = named.map((node) => ofName(node) ?? node);
    return told;
  }

  const refusals: (Heard & { body: string })[] = [];
  const aboutOf = ({ path }: Entry, { pod, node }: LogFile): About => ({
    ...(pod && { pod }),
    ...(node !== undefined && { node }),
    ...inFlare(path),
  });

  async function hearLog(entry: Entry, file: LogFile, edit?: Edit): Promise<void> {
    memory.keep(await statementsOf(entry, file, clean, edit), aboutOf(entry, file));
  }

  /** Of an agent, with the whole of what its kubelet refuses to the end. */
  async function hearAgent(entry: Entry, file: LogFile): Promise<void> {
    let body: string | undefined;
    const statements = await statementsOf(entry, file, clean, (line) => {
      body ??= refusedPods(line);
      return line;
    });
    memory.keep(statements, aboutOf(entry, file));
    const statement = statements.find(({ lasts, causes }) => lasts && causes[0]?.cause === 'kubelet-permission-missing');
    if (body !== undefined && statement) refusals.push({ statement, ...aboutOf(entry, file), body: clean(body, BODY) });
  }

  return {
    wants(path, head) {
      flares.see(path, head);
      return (
        flare.wants(path, head) ||
        flareSpeaker(path) !== undefined ||
        nodenames.wants(path) ||
        isLogError(path) ||
        ocLogs.wants(path) ||
        MAY_BE_ERROR.test(path) ||
        logAt(path) !== undefined
      );
    },
    async hear(entry) {
      const { path } = entry;
      if (flare.takes(path)) return flare.hear(entry);
      if (nodenames.wants(path)) return nodenames.hear(entry);
      await ocLogs.note(entry);
      memory.keep(await clockIn(entry, clean), inFlare(path));
      const [pod, speaker, file] = [podAt(path), flareSpeaker(path), logAt(path)];
      const isRotated = /\.log\.\d+$/.test(path);
      if (speaker) await hearLog(entry, { by: speaker, isEarlier: isRotated }, isRotated ? withKubelet : flare.noted(path));
      else if (isLogError(path)) await hearLog(entry, { by: 'apiserver', ...(pod && { pod }), isEarlier: false });
      else if (file) await (file.by === 'node-agent' && !file.isEarlier ? hearAgent : hearLog)(entry, file);
      else if (MAY_BE_ERROR.test(path) && pod) await hearLog(entry, { pod, isEarlier: false }, nothing);
    },
    overhear(line) {
      const ended = printed(line);
      if (ended) memory.keep(...ended);
    },
    async told(_now, index) {
      const whose = createWhose(index, nodenames);
      const several = flares.several();
      const told = await toldInFlares(several, whose);
      memory.keep(ocLogs.unverified(whose.ofPod));
      const ofFlare = <T extends Heard>(heard: T): T[] => {
        const of = heard.flare === undefined ? undefined : several.get(heard.flare);
        if (of === undefined) return [heard];
        return 'left' in of ? [] : [{ ...heard, node: of.node }];
      };
      const said = memory.all().flatMap(ofFlare).flatMap(whose.told);
      const refused = refusals
        .flatMap(ofFlare)
        .flatMap(({ body, ...heard }) => whose.told(heard).map((of) => ({ ...of, fact: refusedFact(body) })));
      // One of each node: they are told of one path. What a kubelet refuses while it does not reach its apiserver may be that.
      const once = refused.filter(
        ({ node }, at) =>
          refused.findIndex((other) => other.node === node) === at && !said.some((each) => each.node === node && isCutOff(each)),
      );
      return [...said, ...once, ...told];
    },
    nodes: () => named,
    unread: () => left,
  };
}

/** A kubelet that says to its end that it does not reach the apiserver. */
function isCutOff({ fact: { kind, outcome } }: Told): boolean {
  if (kind !== 'said' || outcome.status !== 'observed') return false;
  const { speaker, server, lasts, isHistory } = outcome.data;
  return speaker === 'kubelet' && server === 'apiserver' && lasts && !isHistory;
}
