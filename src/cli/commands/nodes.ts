/** `kubelet-doctor nodes`: may the agent run on control-plane nodes, and on every node it should cover? One row a node. */
import { situationOf } from '../../checks/placement/shared/placement.js';
import { NODES_AND_WAY } from '../../checks/topics.js';
import type { Host } from '../../host/host.js';
import type { Diagnosis } from '../../live/diagnose.js';
import { factOf } from '../../report/facts.js';
import type { Flags } from '../../setup/options.js';
import { resolveSettings } from '../../setup/resolve.js';
import { inEnglish } from '../../words/language.js';
import { ask } from '../ask.js';
import type { Io } from '../io.js';
import { lookOf, renderBeside } from '../render.js';
import { withReport } from '../with-report.js';

export function runNodesCommand(flags: Partial<Flags>, host: Host, io: Io): Promise<number> {
  return withReport(flags, host, io, {
    asks: true,
    find: async () => {
      const settings = await resolveSettings(flags, host);
      if ('error' in settings) return settings;
      const asked = { ...settings, placement: { ...settings.placement, asked: true } };
      return ask(asked, flags, host, io, { checks: NODES_AND_WAY, withoutKubelet: true });
    },
    show: (diagnosis) => showNodes(diagnosis, flags, io),
  });
}

/** The rows are those that the checks judged. */
async function showNodes({ report, facts }: Diagnosis, flags: Partial<Flags>, io: Io): Promise<string> {
  const at = situationOf({
    workloads: factOf(facts, 'apiserver/workloads'),
    nodes: factOf(facts, 'apiserver/nodes'),
    pods: factOf(facts, 'apiserver/agent-pods'),
  });
  const found = typeof at !== 'string' && 'rows' in at ? { ...at, installed: flags.manifest === undefined } : undefined;
  const { nodeLines, nodesUnread, renderNodes } = await import('../../render/text/nodes.js');
  return renderBeside(
    report,
    () =>
      inEnglish(() => {
        const unread = found ? nodesUnread(found) : [];
        return { nodes: found ? nodeLines(found.rows, report) : [], ...(unread.length > 0 && { nodesUnread: unread }) };
      }),
    () => renderNodes(report, found, lookOf(flags, io)),
    flags,
    io,
  );
}
