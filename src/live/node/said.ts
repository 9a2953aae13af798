/** What logs at hand say: the agent's own where it is a process beside us, and the kubelet's where it is a file of this node. */
import { SENTENCE } from '../../host/redact.js';
import { shellQuote } from '../../kubernetes/names.js';
import type { NodeFiles } from '../../setup/node-files.js';
import type { LogPlace } from '../../texts/log/said.js';
import type { LiveContext } from '../context.js';
import { kubeletLogs, readAgentLog, readNodeLog } from './logs.js';

/** Of --agent-process: its own log file. */
export async function hearAgent(context: LiveContext): Promise<void> {
  const { agent, agentLog } = context.settings;
  if (!agent || agentLog === undefined) return;
  await putStatements(context, { log: agentLog, by: 'node-agent' }, await readAgentLog(agent.host, agentLog));
}

/** In a node's shell. */
export async function hearKubelet(context: LiveContext, { host, live, kubelet }: NodeFiles): Promise<void> {
  for (const place of await kubeletLogs(host, kubelet.flags)) await putStatements(context, place, await readNodeLog(host, place.log, live));
}

/** Lines after which others have their turn: who waits for an answer meanwhile must not hear it late. */
const AT_ONCE = 500;

async function putStatements({ store, clean, signal }: LiveContext, place: LogPlace, lines: readonly string[] | undefined): Promise<void> {
  if (!lines) return;
  const log = clean(place.log, SENTENCE);
  // Loaded here: most places have no log.
  const { createStatements, subjectOfStatement } = await import('../../texts/log/said.js');
  const statements = createStatements({ ...place, log }, clean);
  for (const [at, line] of lines.entries()) {
    if (at % AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) return;
    statements.push(line);
  }
  for (const statement of statements.end())
    store.put(
      {
        target: 'self',
        kind: 'said',
        subject: clean(subjectOfStatement(statement), SENTENCE),
        reproduce: `tail -n 100 ${shellQuote(log)}`,
      },
      { status: 'observed', data: statement, ms: 0 },
    );
}
