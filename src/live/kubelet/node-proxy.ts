/** The kubelet by way of the apiserver, for a place that does not reach its port. */

import { SENTENCE } from '../../host/redact.js';
import { record } from '../../kubernetes/json.js';
import type { HttpAnswer } from '../../model/facts.js';
import { recognisePayload } from '../../probes/connection/payload.js';
import type { ApiserverClient } from '../apiserver/client.js';
import type { LiveContext } from '../context.js';
import { reproduceRaw } from '../reproduce.js';

/**
 * The kubelet's paths through the node proxy, one after the other. The kubelet sees the apiserver's own client certificate there: what
 * it answers says how it is, and nothing of the agent's rights at it.
 */
export async function askThroughNodeProxy(context: LiveContext, api: ApiserverClient, node: string): Promise<void> {
  for (const path of PROXIED_PATHS) {
    const whole = `/api/v1/nodes/${encodeURIComponent(node)}/proxy${path}`;
    const outcome = await context.store.observe(
      { target: 'kubelet', kind: 'proxied', subject: `GET ${path}`, reproduce: reproduceRaw(whole) },
      () =>
        api.ask<HttpAnswer>({ path: whole, about: 'its answer' }, (answer, json, body) => {
          const { kind, message } = record(json);
          // The apiserver's own refusals and its failures to get through are Status objects; a kubelet answers in plain text.
          if (kind === 'Status' && answer.status === 403)
            return { status: 'absent', why: 'no-permission', detail: 'this account may not get nodes/proxy' };
          if (kind === 'Status')
            return { status: 'failed', code: `HTTP${answer.status}`, detail: context.clean(String(message ?? ''), SENTENCE) };
          const payload = answer.status < 300 ? { payload: recognisePayload(path, body) } : {};
          return {
            status: 'observed',
            data: {
              ...answer,
              path,
              body: answer.status >= 400 || path === '/healthz' ? context.clean(body, SENTENCE) : '',
              voice: 'kubelet',
              ...payload,
            },
          };
        }),
    );
    // Without the right, or a way through, the next path fares no better.
    if (outcome.status === 'absent' || (outcome.status === 'failed' && path === PROXIED_PATHS[0])) return;
  }
}

/** What the agent reads, less the small and the secret; /healthz first. */
const PROXIED_PATHS = ['/healthz', '/pods', '/stats/summary', '/metrics', '/metrics/cadvisor', '/configz'] as const;
