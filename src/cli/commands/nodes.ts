/** `kubelet-doctor nodes`: may the agent run on control-plane nodes, and on every node it should cover? One row a node. */
import type { Host } from '../../host/host.js';
import type { Diagnosis } from '../../live/diagnose.js';
import { BOUNDS } from '../../model/bounds.js';
import type { Flags } from '../../setup/options.js';
import { resolveSettings } from '../../setup/resolve.js';
import { inEnglish } from '../../words/language.js';
import { ask, unlessNowhere } from '../ask.js';
import type { Io } from '../io.js';
import { lookOf, renderBeside } from '../render.js';
import { withReport } from '../with-report.js';

export function runNodesCommand(flags: Partial<Flags>, host: Host, io: Io): Promise<number> {
  return withReport(flags, host, io, {
    asks: true,
    find: async () => {
      const wrong = flags.manifest && (await withoutDaemonSet(flags.manifest, host));
      if (wrong) return { error: wrong };
      const settings = await resolveSettings(flags, host);
      if ('error' in settings) return settings;
      const asked = { ...settings, placement: { ...settings.placement, asked: true, brief: true as const } };
      const found = await ask(asked, flags, host, io, { checks: () => questions(flags), withoutKubelet: true });
      return unlessNowhere(found, 'kubelet-doctor nodes --kubeconfig FILE');
    },
    show: (diagnosis) => showNodes(diagnosis, flags, io),
  });
}

/** A file that cannot be read, or holds nothing to place, is a wrong argument, and no fault of a cluster. */
async function withoutDaemonSet(file: string, host: Host): Promise<string | undefined> {
  const read = await host.readFile(file, BOUNDS.manifest);
  if (!read.ok) return `--manifest ${host.redactor.clean(file, 200)}: ${read.detail}`;
  const { nothingIn, parseManifest } = await import('../../agent-config/manifest.js');
  const manifest = parseManifest(read.text, file);
  if ('error' in manifest) return `--manifest: ${manifest.error}`;
  if (manifest.daemonSets.length > 0) return undefined;
  return `--manifest ${host.redactor.clean(file, 200)}: ${nothingIn(manifest)}: nothing of it runs on the nodes`;
}

/** Loaded, with all that decides, while the first answers are under way. */
async function questions({ manifest }: Partial<Flags>) {
  const { NODES_AND_WAY, NODES_OF_FILE } = await import('../../checks/topics.js');
  return manifest ? NODES_OF_FILE : NODES_AND_WAY;
}

async function showNodes({ report, facts }: Diagnosis, flags: Partial<Flags>, io: Io): Promise<string> {
  const { foundNodes, nodeLines, nodesUnread } = await import('../../report/tables/nodes.js');
  const found = foundNodes(facts, flags.manifest === undefined);
  return renderBeside(
    report,
    () =>
      inEnglish(() => {
        const unread = found[0] ? nodesUnread(found[0]) : [];
        return {
          nodes: found.flatMap(({ rows, name }) => nodeLines(rows, report, name)),
          ...(unread.length > 0 && { nodesUnread: unread }),
        };
      }),
    async () => (await import('../../render/text/nodes.js')).renderNodes(report, found, lookOf(flags, io)),
    flags,
    io,
  );
}
