/** Which process --agent-process auto means, and what is said where one cannot be the agent. */
import type { Host } from '../host/host.js';
import type { Place } from '../model/facts.js';
import { type AgentProcess, chooseMain, findAgentProcesses, withoutClusterAgent } from '../probes/machine/agent-process.js';
import { podOfProcess } from '../probes/machine/process.js';

const LOOK = "give the id of the agent's process, or auto";

/** The one agent that is in sight, of our own pod where we are in one. */
export async function chooseAgent(processes: Host, own: Host, beside: Place): Promise<{ pid: number } | { error: string }> {
  const { found, seen } = await findAgentProcesses(processes);
  const agents = withoutClusterAgent(found);
  if (agents.length === 0)
    return {
      error: `--agent-process auto: none of the ${seen} processes visible here is an agent; ${
        seen < 8 ? 'start the debug container with kubectl debug --target=CONTAINER' : 'name it: --agent-process PID'
      }`,
    };
  // With hostPID the pods of the whole node are in sight: the agent of another pod is another agent. A debug pod has none of its own.
  const ownPod = beside.place === 'debug-pod' || beside.place === 'node' ? undefined : await podOfProcess(own, 'self');
  const mine = ownPod === undefined ? agents : agents.filter(({ pod }) => pod === ownPod);
  const groups = new Set(mine.map(({ group }) => group));
  const main = groups.size === 1 ? chooseMain(mine) : undefined;
  if (main) return { pid: main.pid };
  const which = mine.length > 0 ? mine : agents;
  const heads = [...new Set(which.map(({ group }) => group))].flatMap(
    (group) => chooseMain(which.filter((each) => each.group === group)) ?? [],
  );
  const list = heads.slice(0, 8).map(describe).join('; ');
  const more = heads.length > 8 ? ` and ${heads.length - 8} more` : '';
  const why = mine.length > 0 ? `${groups.size} agents run here` : 'no agent runs in this pod, only in others';
  return { error: `--agent-process auto: ${why} (${list}${more}); name one: --agent-process ${heads[0]?.pid ?? 'PID'}` };
}

function describe({ pid, program, hostName, pod }: AgentProcess): string {
  return `${pid}: ${program}${hostName ? ` on ${hostName}` : ''}${pod ? `, pod ${pod}` : ''}`;
}

/** Why a process cannot be the agent, and what to do; see `readAgent` for the codes. */
export function whyNoAgent(pid: number, { code, detail }: { code: string; detail: string }): string {
  const flag = `--agent-process ${pid}`;
  if (code === 'KTHREAD') return `${flag}: is a kernel thread, not an agent; ${LOOK}`;
  if (code === 'ENOENT' || code === 'ESRCH') return `${flag}: process not found; ${LOOK}`;
  if (code === 'ETOOBIG') return `${flag}: its environment is too large to be an agent's; ${LOOK}`;
  if (code !== 'EACCES') return `${flag}: its environment cannot be read (${code}); ${LOOK}`;
  const root = '{"securityContext":{"runAsUser":0,"runAsNonRoot":false,"capabilities":{"add":["SYS_PTRACE"]}}}';
  const whose = detail && ` (${detail})`;
  return `${flag}: this user may not read its environment${whose}; run as root with SYS_PTRACE: sudo on a node, kubectl debug --profile=sysadmin, or --profile=general --custom FILE with ${root}`;
}
