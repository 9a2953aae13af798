/** What is mounted into the container we run in, or that the agent's process runs in. */
import { shellQuote } from '../../kubernetes/names.js';
import { observeMounts } from '../../probes/machine/mounts/mounts.js';
import type { LiveContext } from '../context.js';

export function askMounts({ store, settings: { agent }, host, recorded }: LiveContext): Promise<unknown> {
  const file = `${agent?.processes.root ?? ''}/proc/${agent?.pid ?? 'self'}/mountinfo`;
  return store.observe({ target: 'self', kind: 'mounts', subject: '', reproduce: `cat ${shellQuote(file)}` }, () =>
    observeMounts(host, agent && { host: agent.processes, pid: agent.pid }, recorded?.neighbours),
  );
}
