/** The questions put to the kubelet: without a credential, then each path with it, one request at a time and GET only. */
import { KUBELET_PATHS } from '../checks/support/kubelet.js';
import { shellQuote } from '../checks/support/quote.js';
import type { ApiserverEndpoints, HttpAnswer, Outcome } from '../model/facts.js';
import { openTcp } from '../probes/tcp.js';
import { type LiveContext, REQUEST_TIMEOUT_MS } from './context.js';
import type { Presented } from './credentials.js';
import { sessionFor } from './live-apiserver.js';
import type { Reached } from './reach.js';
import { reduceSecondSight } from './reduce.js';
import { reproduceHttp } from './reproduce.js';

/** /healthz first: small, and its refusal is the cheapest. */
const PATH_ORDER = ['/healthz', ...Object.keys(KUBELET_PATHS).filter((p) => p !== '/healthz')];

export interface KubeletQuestions {
  /** The apiserver hosts this kubelet's own client talks to, from its metrics; undefined without the right to read them. */
  apiserverHosts(): Promise<ApiserverEndpoints['endpoints']>;
}

/** Asks the base questions; the returned follow-ups use the same connection. */
export async function askKubelet(
  context: LiveContext,
  reached: Reached,
  presented: Presented,
  ca: string | undefined,
): Promise<KubeletQuestions> {
  const { store, settings } = context;
  const nobody = sessionFor(context, reached, undefined, ca);
  const known = sessionFor(context, reached, presented, ca);
  context.onClose(() => Promise.all([nobody.close(), known.close()]));
  const trusted = reached.handshake.verification.ok || settings.insecure;
  const { as } = presented;

  const get = (session: typeof nobody, path: string, who: typeof as): Promise<Outcome<HttpAnswer>> =>
    store.observe(
      {
        target: 'kubelet',
        kind: 'http',
        subject: `${who} GET ${path}`,
        reproduce: reproduceHttp(reached.endpoint, path, { ...presented.files, as: who }),
      },
      async () => {
        const { outcome } = await session.request({ path, timeoutMs: REQUEST_TIMEOUT_MS, signal: context.signal });
        context.noteClock('kubelet', outcome);
        return outcome;
      },
    );
  const skip = (path: string, why: 'withheld' | 'blocked', detail: string) =>
    store.put({ target: 'kubelet', kind: 'http', subject: `${as} GET ${path}` }, { status: 'absent', why, detail });

  const unasked = get(nobody, '/pods', 'nobody');
  if (as === 'nobody') {
    await unasked;
    return { apiserverHosts: async () => [] };
  }
  if (!trusted) {
    for (const path of PATH_ORDER) skip(path, 'withheld', 'no credential to a kubelet whose certificate does not verify');
    await unasked;
    return { apiserverHosts: async () => [] };
  }
  let stop: string | undefined;
  for (const path of PATH_ORDER) {
    if (stop && path !== '/pods') {
      skip(path, 'blocked', stop);
      continue;
    }
    if (stop?.startsWith('no answer')) {
      skip(path, 'blocked', stop);
      continue;
    }
    const answer = await get(known, path, as);
    if (answer.status === 'failed') stop = `no answer to ${as} GET ${path}`;
    if (answer.status === 'observed' && answer.data.status === 401) stop = `401 to ${as} GET ${path}`;
  }
  await unasked;
  return {
    async apiserverHosts() {
      // 1 MiB: rest_client_requests_total stands behind the kubelet_* families, past the usual 64 KiB.
      const { body } = await known.request({ path: '/metrics', timeoutMs: REQUEST_TIMEOUT_MS, maxBytes: 1 << 20, signal: context.signal });
      return hostsInMetrics(body);
    },
  };
}

/** `rest_client_requests_total{code="200",host="10.0.0.5:6443",…}` names whom the kubelet itself talks to (client-go metrics). */
export function hostsInMetrics(metrics: string): ApiserverEndpoints['endpoints'] {
  const hosts = new Set<string>();
  for (const [, host] of metrics.matchAll(/^rest_client_requests_total\{[^}\n]*host="([0-9a-fA-F.:[\]]{3,60})"/gm))
    if (host) hosts.add(host);
  return [...hosts].slice(0, 3).flatMap((host) => {
    const [, address, port] = /^\[?([0-9a-fA-F.:]+?)\]?:(\d{1,5})$/.exec(host) ?? [];
    return address && port ? [{ address, port: Number(port) }] : [];
  });
}

/** 10248 answers only on the node's own loopback; 10255 shows a kubelet that is alive and unprotected. Plain HTTP, no credential. */
export async function askPlainHealthz(
  context: LiveContext,
  by: 'local-healthz' | 'read-only-port',
  host: string,
  port: number,
): Promise<unknown> {
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}/healthz`;
  return context.store.observe(
    { target: 'kubelet', kind: 'second-sight', subject: by, reproduce: `curl -sS -m 4 ${shellQuote(url)}` },
    async () => {
      const family = host.includes(':') ? 6 : 4;
      const opened = await openTcp([{ address: host, family }], port, {
        timeoutMs: Math.min(2000, context.settings.connectTimeoutMs),
        signal: context.signal,
      });
      if (!opened.socket) {
        if (opened.outcome.status !== 'failed') return { status: 'absent', why: 'not-attempted' };
        const kubelet = opened.outcome.code === 'ECONNREFUSED' ? 'refused' : opened.outcome.code === 'ETIMEDOUT' ? 'timeout' : 'no-route';
        return { status: 'observed', data: { by, status: 0, said: opened.outcome.code, kubelet } };
      }
      const { socket } = opened;
      context.onClose(() => socket.destroy());
      const said = await new Promise<string>((resolve) => {
        let text = '';
        socket.setTimeout(2000, () => resolve(text));
        socket.on('data', (chunk) => {
          text += chunk.toString('latin1').slice(0, 4096 - text.length);
        });
        for (const end of ['end', 'error', 'close'] as const) socket.on(end, () => resolve(text));
        socket.write(`GET /healthz HTTP/1.0\r\nHost: ${host}\r\n\r\n`);
      });
      socket.destroy();
      const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(said)?.[1] ?? 0);
      return {
        status: 'observed',
        data: {
          ...reduceSecondSight(by, status, context.clean(said.split('\r\n\r\n')[1] ?? '', 200)),
          kubelet: status > 0 ? 'answers' : 'timeout',
        },
      };
    },
  );
}
