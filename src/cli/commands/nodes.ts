/** `kubelet-doctor nodes`: may the agent run on control-plane nodes, and on every node it should cover? One row a node. */
import { CHECKS, PLACEMENT_CHECKS } from '../../checks/index.js';
import { type NodeRow, rowsOf } from '../../checks/placement/coverage.js';
import type { Host } from '../../host/host.js';
import { diagnose } from '../../live/diagnose.js';
import type { Check } from '../../model/check.js';
import type { AnyFact, FactData, FactKind } from '../../model/facts.js';
import type { Flags } from '../../setup/options.js';
import { resolveSettings } from '../../setup/resolve.js';
import type { Io } from '../io.js';
import { showProgress } from '../progress.js';
import { unknownCause, usageError } from '../usage.js';

/** Layers without whose answer no list can be had: what fails there is the reason, and is named. */
const WAY: readonly string[] = ['proxy', 'dns', 'tcp', 'tls', 'authn'];

/** Here the questions about nodes are the ones that must be answered. */
const QUESTIONS: readonly Check[] = [
  ...CHECKS.filter(({ target, layer }) => target === 'apiserver' && WAY.includes(layer)).map((check) => ({ ...check, required: false })),
  ...PLACEMENT_CHECKS.map((check) => ({ ...check, required: check.question !== 'node-condition' })),
];

export async function runNodesCommand(flags: Partial<Flags>, host: Host, io: Io): Promise<number> {
  const unknown = unknownCause([...(flags.skip ?? []), ...(flags.only ?? [])]);
  if (unknown) return usageError(io, unknown);
  const resolved = await resolveSettings(flags, host);
  if ('error' in resolved) return usageError(io, resolved.error);
  const settings = { ...resolved, placement: { ...resolved.placement, asked: true } };
  let progress = Promise.resolve({ stop() {} });
  const { report, facts } = await diagnose({
    host,
    settings,
    failOn: flags['fail-on'] ?? 'degrades',
    skip: flags.skip ?? [],
    only: flags.only ?? [],
    budgetMs: settings.timeoutMs,
    checks: QUESTIONS,
    watch: (waiting) => {
      progress = showProgress(io, waiting);
    },
  });
  (await progress).stop();
  const rows = rowsFrom(facts);
  const found = rows && { rows, installed: settings.placement.manifest === undefined };
  const { nodeLines, renderNodes } = await import('../../render/text/nodes.js');
  if (flags.output === 'json') {
    const { renderJson } = await import('../../render/json.js');
    // `summary` stays the first key, as in every report.
    const whole = { ...report, nodes: rows ? nodeLines(rows, report) : [] };
    io.out(renderJson(whole, { pretty: io.outIsTty }));
  } else
    io.out(renderNodes(report, found, { width: io.width, colour: io.colour && flags.color !== false, verbose: flags.verbose === true }));
  return flags['exit-zero'] ? 0 : report.summary.exitCode;
}

function rowsFrom(facts: readonly AnyFact[]): NodeRow[] | undefined {
  const data = <K extends FactKind>(kind: K): FactData[K] | undefined => {
    const fact = facts.find((each) => each.kind === kind && each.target === 'apiserver');
    return fact?.outcome.status === 'observed' ? (fact.outcome.data as FactData[K]) : undefined;
  };
  const nodes = data('nodes');
  const workloads = data('workloads')?.workloads ?? [];
  return nodes && workloads.length > 0 ? rowsOf(nodes.nodes, workloads, data('agent-pods')?.pods) : undefined;
}
