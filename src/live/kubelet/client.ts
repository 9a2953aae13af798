/** Asking the kubelet: without a credential, then each path with it, one request at a time and GET only. */
import { KUBELET_PATHS } from '../../checks/shared/kubelet.js';
import { isAnswer } from '../../checks/shared/kubelet-answers.js';
import { deadline, TOO_LATE } from '../../host/deadline.js';
import { PHRASE } from '../../host/redact.js';
import { isIp, shellQuote } from '../../kubernetes/names.js';
import type { CredentialKind } from '../../model/facts/connection.js';
import type { ApiserverEndpoints, HttpAnswer, Outcome, SecondSight } from '../../model/facts.js';
import type { Authority } from '../../probes/connection/gate.js';
import type { Session } from '../../probes/connection/http.js';
import { openTcp } from '../../probes/connection/tcp.js';
import { reduceSecondSight } from '../apiserver/reduce.js';
import type { Presented } from '../connection/credentials.js';
import { passTo, sessionFor } from '../connection/http-session.js';
import type { Reached } from '../connection/reach.js';
import { type LiveContext, REQUEST_TIMEOUT_MS } from '../context.js';
import { reproduceHttp } from '../reproduce.js';
import type { Recorded } from '../script/network.js';

/** /healthz first: small, and its refusal is the cheapest. */
const PATH_ORDER = ['/healthz', ...Object.keys(KUBELET_PATHS).filter((p) => p !== '/healthz')];

const METRICS = '/metrics';
/** rest_client_requests_total stands behind the kubelet_* families, past the usual 64 KiB. */
const METRICS_BYTES = 1 << 20;

/** What the answers to the base questions tell whoever asks further. */
export interface KubeletClient {
  /** The apiserver hosts this kubelet's own client talks to, from its metrics; undefined without the right to read them. */
  apiserverHosts(): Promise<ApiserverEndpoints['endpoints']>;
}

/** Asks the base questions; the returned follow-ups use the same connection. */
export async function askKubelet(
  context: LiveContext,
  reached: Reached,
  presented: Presented,
  authority: Authority,
): Promise<KubeletClient> {
  const nobody = sessionFor(context, reached, undefined);
  context.onClose(() => nobody.close());
  // One request in flight: a kubelet in trouble is asked gently, and one that answers nobody is not asked six times more.
  const unasked = await get(context, reached, nobody, '/pods', presented, 'nobody');
  const silent = unasked.status === 'failed' && unasked.code === 'ETIMEDOUT';
  let known = await askAs(context, reached, presented, authority, silent);
  // One of both is enough to the kubelet, as to the agent that sends both.
  if (known?.refused && presented.beside) known = await askAs(context, reached, presented.beside, authority, silent);
  // Nothing was sent, and it gives its pods to nobody in particular: what else it gives answers for whoever would ask.
  const isOpen = unasked.status === 'observed' && isAnswer('/pods', unasked.data);
  if (!known && isOpen) {
    for (const path of PATH_ORDER.filter((other) => other !== '/pods')) {
      const outcome = await get(context, reached, nobody, path, presented, 'nobody');
      if (outcome.status !== 'observed') break;
    }
  }
  return {
    async apiserverHosts() {
      if (!known || known.refused) return [];
      return hostsInMetrics(known.metrics);
    },
  };
}

/** Every path with one credential; undefined when there is none to send, or nobody to whom it may be sent. */
async function askAs(context: LiveContext, reached: Reached, presented: Presented, authority: Authority, hangs: boolean) {
  const { as, held } = presented;
  if (!held) return undefined;
  const skip = (path: string, why: 'withheld' | 'blocked', detail: string) =>
    context.store.put({ target: 'kubelet', kind: 'http', subject: `${as} GET ${path}` }, { status: 'absent', why, detail });
  const passed = passTo(context, reached, held, authority);
  if (!('send' in passed)) {
    for (const path of PATH_ORDER) skip(path, 'withheld', passed.detail);
    return undefined;
  }
  if (hangs) {
    for (const path of PATH_ORDER) skip(path, 'blocked', 'no answer to a request without a credential');
    return undefined;
  }
  const session = sessionFor(context, reached, passed.send);
  context.onClose(() => session.close());
  let [answered, silent, refused, metrics] = [0, 0, false, ''];
  for (const path of PATH_ORDER) {
    // One slow path says nothing of the others; a kubelet that never answered, or two silent paths, would cost a timeout for each.
    if (silent > (answered > 0 ? 1 : 0)) skip(path, 'blocked', 'no answer to an earlier path');
    else if (refused && path !== '/pods') skip(path, 'blocked', '401 to an earlier path');
    else {
      const { outcome, body } = await ask(context, reached, session, path, presented, as);
      if (path === METRICS) metrics = body;
      if (outcome.status === 'observed') answered += 1;
      // A connection that is cut costs no timeout.
      else if (outcome.status === 'failed' && outcome.code === 'ETIMEDOUT') silent += 1;
      refused ||= outcome.status === 'observed' && outcome.data.status === 401;
    }
  }
  return { metrics, refused };
}

async function get(...asked: Parameters<typeof ask>): Promise<Outcome<HttpAnswer>> {
  return (await ask(...asked)).outcome;
}

/** The body is for who reads in it what is no fact yet. */
async function ask(
  context: LiveContext,
  reached: Reached,
  session: Session,
  path: string,
  { files }: Presented,
  as: CredentialKind,
): Promise<{ outcome: Outcome<HttpAnswer>; body: string }> {
  const reproduce = reproduceHttp(reached.endpoint, path, { ...files, as });
  let body = '';
  const outcome = await context.store.observe({ target: 'kubelet', kind: 'http', subject: `${as} GET ${path}`, reproduce }, async () => {
    const reply = await session.request({
      path,
      timeoutMs: context.waitMs(REQUEST_TIMEOUT_MS),
      signal: context.signal,
      ...(path === METRICS && { maxBytes: METRICS_BYTES }),
    });
    context.noteClock('kubelet', reply.outcome);
    body = reply.body;
    return reply.outcome;
  });
  return { outcome, body };
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
      if (context.recorded) return heardPlain(context, by, context.recorded.plain(host, port));
      // Resolved by our own resolver: a lookup of the system's holds the process for twenty seconds when DNS is dead.
      const literal = [{ address: host, family: host.includes(':') ? (6 as const) : (4 as const) }];
      const resolved = isIp(host) ? undefined : await context.lookup('kubelet', host);
      if (resolved && resolved.status !== 'observed') return { status: 'absent', why: 'blocked', detail: 'the name does not resolve' };
      const opened = await openTcp(resolved?.data.addresses ?? literal, port, {
        timeoutMs: Math.min(1000, context.settings.connectTimeoutMs),
        signal: context.signal,
      });
      if (!opened.socket) {
        if (opened.outcome.status !== 'failed') return { status: 'absent', why: 'not-attempted' };
        if (opened.outcome.code === TOO_LATE) return { ...opened.outcome, data: undefined };
        return { status: 'observed', data: unheard(by, opened.outcome.code) };
      }
      const { socket } = opened;
      context.onClose(() => socket.destroy());
      let tooLate = false;
      const said = await new Promise<string>((resolve) => {
        let text = '';
        // In all, not since the last byte: what comes one by one for ever would never end.
        const off = deadline(2000, (code) => {
          tooLate = code === TOO_LATE;
          resolve(text);
        });
        socket.once('close', off);
        socket.on('data', (chunk) => {
          text += chunk.toString('latin1').slice(0, 4096 - text.length);
          if (text.length >= 4096) resolve(text);
        });
        for (const end of ['end', 'error', 'close'] as const) socket.on(end, () => resolve(text));
        socket.write(`GET /healthz HTTP/1.0\r\nHost: ${host}\r\n\r\n`);
      });
      socket.destroy();
      if (tooLate && said === '') return { status: 'failed', code: TOO_LATE, detail: '' };
      const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(said)?.[1] ?? 0);
      return {
        status: 'observed',
        data: {
          ...reduceSecondSight(by, status, context.clean(said.split('\r\n\r\n')[1] ?? '', PHRASE)),
          kubelet: status >= 100 ? 'answers' : said === '' ? 'timeout' : 'unknown',
        },
      };
    },
  );
}

/** The same of what a script heard. */
function heardPlain(
  context: LiveContext,
  by: 'local-healthz' | 'read-only-port',
  heard: ReturnType<Recorded['plain']>,
): Outcome<SecondSight> {
  if (!heard) return { status: 'absent', why: 'not-attempted' };
  if ('code' in heard) return { status: 'observed', data: unheard(by, heard.code) };
  const { status, body } = heard;
  return { status: 'observed', data: { ...reduceSecondSight(by, status, context.clean(body, PHRASE)), kubelet: 'answers' } };
}

function unheard(by: SecondSight['by'], code: string): SecondSight {
  const kubelet = code === 'ECONNREFUSED' ? 'refused' : code === 'ETIMEDOUT' ? 'timeout' : 'no-route';
  return { by, status: 0, said: code, kubelet };
}
