/**
 * The Cluster Agent, as the agent here finds it: asked only where the agent's own settings say that there is one, and only at the address that they
 * name. A TCP connection, a handshake and one request without any credential: the shared token goes nowhere, and of it only its length is kept.
 */
import type { TLSSocket } from 'node:tls';
import { deadline, TOO_LATE } from '../host/deadline.js';
import { LABEL } from '../host/redact.js';
import { whyUndialled } from '../kubernetes/addresses.js';
import { endpointOf } from '../kubernetes/names.js';
import type { ClusterAgentWay, Outcome, Place, TlsHandshake } from '../model/facts.js';
import { openTcp } from '../probes/connection/tcp.js';
import { examineTls } from '../probes/connection/tls.js';
import { NOT_ASKED } from '../probes/connection/wire.js';
import { readsAsTrue } from '../profiles/datadog-settings.js';
import { parseEndpoint } from '../setup/values.js';
import type { LiveContext } from './context.js';
import type { Recorded } from './script/network.js';

type Env = Readonly<Record<string, string | undefined>>;
type Named = Pick<ClusterAgentWay, 'source' | 'fault'> & { host?: string; port?: number };
type Heard = Pick<ClusterAgentWay, 'state' | 'said' | 'fingerprint'>;

const TIMEOUT_MS = 2000;

/** Asks, where an agent's environment says that it has a Cluster Agent. */
export async function askClusterAgent(context: LiveContext, place: Place): Promise<void> {
  const { env } = context.host;
  if (!place.agentEnvironment || !readsAsTrue(env.DD_CLUSTER_AGENT_ENABLED ?? '')) return;
  await context.store.observe({ target: 'self', kind: 'cluster-agent', subject: '' }, async () => {
    const { host, port, source, fault } = nameIn(env);
    const token = env.DD_CLUSTER_AGENT_AUTH_TOKEN;
    const way = { source: context.clean(source, LABEL), ...(token && { tokenLength: token.length }) };
    if (host === undefined || port === undefined) return { status: 'observed', data: { ...way, fault, state: 'not-asked', said: '' } };
    const endpoint = endpointOf(host, port);
    const heard = context.recorded
      ? await recall(context.recorded, { host, endpoint, nowMs: context.host.now() })
      : await listen(context, host, port);
    return 'status' in heard ? heard : { status: 'observed', data: { ...way, endpoint: context.clean(endpoint, LABEL), ...heard } };
  });
}

/**
 * Where it is, as the agent finds it: its URL, or the variables that Kubernetes gives for its Service (Agent 7.x pkg/util/clusteragent
 * getClusterAgentEndpoint). A Service of another namespace, or one that is younger than the pod, has no such variables.
 */
function nameIn(env: Env): Named {
  const url = env.DD_CLUSTER_AGENT_URL;
  if (url) {
    const source = 'DD_CLUSTER_AGENT_URL';
    const named = parseEndpoint(url.includes('://') ? url : `https://${url}`);
    return typeof named === 'string' || url.startsWith('http://') ? { source, fault: 'not-https' } : { source, ...named };
  }
  const service = env.DD_CLUSTER_AGENT_KUBERNETES_SERVICE_NAME || 'datadog-cluster-agent';
  const prefix = service.toUpperCase().replaceAll('-', '_');
  const [host, port] = [env[`${prefix}_SERVICE_HOST`], Number(env[`${prefix}_SERVICE_PORT`])];
  const source = `${prefix}_SERVICE_HOST`;
  return host && port > 0 ? { source, host, port } : { source, fault: 'unset' };
}

async function listen(context: LiveContext, host: string, port: number): Promise<Heard | Outcome<ClusterAgentWay>> {
  const resolved = await context.lookup('self', host);
  if (resolved.status !== 'observed')
    return { state: 'no-name', said: resolved.status === 'failed' ? resolved.code : 'no answer of the resolver' };
  const addresses = resolved.data.addresses.filter(({ address }) => !whyUndialled(address));
  if (addresses.length === 0) return { state: 'not-asked', said: '' };
  const opened = await openTcp(addresses, port, { timeoutMs: context.waitMs(TIMEOUT_MS), signal: context.signal });
  if (!opened.socket) {
    const code = opened.outcome.status === 'failed' ? opened.outcome.code : 'no connection';
    if (code === TOO_LATE) return { status: 'absent', why: 'busy' };
    return unreached(code);
  }
  const seen = await examineTls(opened.socket, {
    serverName: host,
    authorities: [],
    nowMs: context.host.now(),
    timeoutMs: context.waitMs(TIMEOUT_MS),
  });
  if (!seen.socket || seen.outcome.status !== 'observed')
    return { state: 'no-tls', said: seen.outcome.status === 'failed' ? seen.outcome.code : 'no handshake' };
  const { socket } = seen;
  context.onClose(() => socket.destroy());
  const status = await statusOf(socket, host);
  socket.destroy();
  return answered(status, seen.outcome.data);
}

/** The same of what a script heard: nobody is asked. */
async function recall(recorded: Recorded, { host, endpoint, nowMs }: { host: string; endpoint: string; nowMs: number }): Promise<Heard> {
  const resolved = recorded.lookup(host, [host], []);
  if (resolved.status === 'failed') return { state: 'no-name', said: resolved.code };
  const tcp = recorded.tcp(endpoint);
  if (tcp.status === 'failed') return unreached(tcp.code);
  if (tcp.status !== 'observed') return { state: 'not-asked', said: '' };
  const tls = recorded.tls(endpoint, { serverName: host, authorities: [], nowMs });
  if (tls.status === 'failed') return { state: 'no-tls', said: tls.code };
  if (tls.status !== 'observed') return { state: 'not-asked', said: '' };
  const request = { method: 'GET', path: '/version', headers: {}, maxBytes: 0, signal: new AbortController().signal } as const;
  const { status, code } = await recorded.wire(endpoint, 'nobody').exchange(request);
  return code === NOT_ASKED ? { state: 'not-asked', said: '' } : answered(status ?? 0, tls.data);
}

function unreached(code: string): Heard {
  return { state: code === 'ECONNREFUSED' ? 'refused' : code === 'ETIMEDOUT' ? 'silent' : 'no-route', said: code };
}

/** Without its token it refuses everyone; whoever answers otherwise is not judged. */
function answered(status: number, { chain }: TlsHandshake): Heard {
  const state = status === 401 || status === 403 || status === 200 ? 'answers' : 'other';
  return { state, said: String(status), fingerprint: chain[0]?.fingerprint ?? '' };
}

/** Of one request that holds no credential. 0: no answer of HTTP. */
function statusOf(socket: TLSSocket, host: string): Promise<number> {
  return new Promise((resolve) => {
    let text = '';
    const end = () => {
      off();
      resolve(Number(/^HTTP\/1\.\d (\d{3})/.exec(text)?.[1] ?? 0));
    };
    const off = deadline(TIMEOUT_MS, end);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1').slice(0, 4096 - text.length);
      if (text.includes('\r\n') || text.length >= 4096) end();
    });
    for (const event of ['end', 'error', 'close'] as const) socket.on(event, end);
    socket.write(`GET /version HTTP/1.0\r\nHost: ${host}\r\n\r\n`);
  });
}
