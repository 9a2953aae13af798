/** Where we run, with the name of that node: the first fact, as it decides what else there is to ask. */
import { posix } from 'node:path';
import type { Host } from '../../host/host.js';
import { isDnsName } from '../../kubernetes/names.js';
import { MOUNTED_TOKEN } from '../../kubernetes/service-account.js';
import type { Place } from '../../model/facts.js';
import { readToken } from '../../probes/credentials/token.js';
import { commandLine, startedMs } from '../../probes/machine/process.js';
import { placeAt } from '../../setup/node-files.js';
import type { LiveContext } from '../context.js';
import { ownNodeName } from './own-node.js';

export async function findPlace(context: LiveContext): Promise<Place | undefined> {
  const { store, settings, host } = context;
  const outcome = await store.observe({ target: 'self', kind: 'place', subject: '' }, async () => {
    const at = settings.agent?.place ?? placeAt(settings.seen, settings.root, settings.nodeFiles);
    const node = await ownNodeName(settings, host, at);
    const running = await runningAgent(context, at);
    const script = context.recorded && { pod: await ownPodName(host, at), ...(context.recorded.isCut && { cut: true as const }) };
    const more = { ...(node && { node }), nowMs: host.now(), ...(running && { agentRunning: running }), ...(script && { script }) };
    return { status: 'observed', data: { ...at, ...more } };
  });
  return outcome.status === 'observed' ? outcome.data : undefined;
}

/** By the token, else by the host name where that is the pod's. */
async function ownPodName(host: Host, { vantage, hostName }: Place): Promise<string | undefined> {
  const { outcome } = await readToken(host, MOUNTED_TOKEN);
  const claimed = outcome.status === 'observed' ? outcome.data.token?.pod : undefined;
  return [claimed, vantage === 'pod-network' ? hostName : undefined].find((name) => name !== undefined && isDnsName(name));
}

/** What the agent's container starts with: the agent itself, or in its image's own entry point what looks after it. */
const FIRST = new Set(['agent', 's6-svscan']);

/** The process that was named; else the first of this container, where that is the agent's. */
async function runningAgent({ settings, host }: LiveContext, { place }: Place): Promise<Place['agentRunning']> {
  const { agent, rights } = settings;
  const files = agent?.processes ?? host;
  const pid = agent?.pid ?? 1;
  if (!agent && (place !== 'agent-pod' || !FIRST.has(posix.basename((await commandLine(files, 1))[0] ?? '')))) return undefined;
  const started = await startedMs(files, pid);
  const version = rights.agentVersion?.value;
  return started === undefined ? undefined : { pid, startedMs: started, ...(version && { version }) };
}
