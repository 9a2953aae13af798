/** What a namespace lets in: its Pod Security level, its quotas, and what it refused of late. */

import { NAME, printable } from '../../../host/redact.js';
import { list, record } from '../../../kubernetes/json.js';
import { isDnsName } from '../../../kubernetes/names.js';
import type { NamespacePolicy, RefusedCreate } from '../../../model/facts/placement.js';
import type { Outcome } from '../../../model/facts.js';
import type { LiveContext } from '../../context.js';
import { type ApiserverClient, refused } from '../client.js';
import { denied, pages } from '../lists/pages.js';
import { reduceRefusedCreate } from '../reduce-placement.js';

/** `priorityClass`: one that the agent's pods ask for. A manifest was refused nothing yet. */
export async function askNamespace(
  { store, settings }: LiveContext,
  api: ApiserverClient,
  namespace: string,
  priorityClass: string | undefined,
): Promise<void> {
  const by = (command: string) => (isDnsName(namespace) ? { reproduce: command } : {});
  const policy = { target: 'apiserver', kind: 'namespace-policy', subject: namespace } as const;
  await store.observe({ ...policy, ...by(`kubectl get namespace ${namespace} --show-labels`) }, () =>
    askPolicy(api, namespace, priorityClass),
  );
  if (settings.placement.manifest) return;
  const events = { target: 'apiserver', kind: 'refused-creates', subject: namespace } as const;
  await store.observe({ ...events, ...by(`kubectl -n ${namespace} get events --field-selector reason=FailedCreate`) }, () =>
    askRefusedCreates(api, namespace),
  );
}

async function askPolicy(api: ApiserverClient, namespace: string, priorityClass: string | undefined): Promise<Outcome<NamespacePolicy>> {
  const own = await api.ask<NamespacePolicy>({ path: `/api/v1/namespaces/${encodeURIComponent(namespace)}` }, (answer, json) => {
    if (answer.status !== 200) return refused(answer);
    const enforce = record(record(record(json).metadata).labels)['pod-security.kubernetes.io/enforce'];
    return {
      status: 'observed',
      data: { namespace, ...(typeof enforce === 'string' ? { enforce: printable(enforce, 30) } : {}), quotas: [] },
    };
  });
  if (own.status !== 'observed') return denied(own);
  const quotas = await api.ask<string[]>(
    { path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/resourcequotas?limit=20` },
    (answer, json) =>
      answer.status === 200
        ? { status: 'observed', data: list(record(json).items).map((item) => printable(String(record(record(item).metadata).name), NAME)) }
        : refused(answer),
  );
  const exists = priorityClass
    ? await api.ask<boolean>({ path: `/apis/scheduling.k8s.io/v1/priorityclasses/${encodeURIComponent(priorityClass)}` }, (answer) =>
        answer.status === 200 || answer.status === 404 ? { status: 'observed', data: answer.status === 200 } : refused(answer),
      )
    : undefined;
  const data = {
    ...own.data,
    quotas: quotas.status === 'observed' ? quotas.data : [],
    ...(exists?.status === 'observed' ? { priorityClassExists: exists.data } : {}),
  };
  return { status: 'observed', data };
}

async function askRefusedCreates(api: ApiserverClient, namespace: string): Promise<Outcome<RefusedCreate[]>> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events?fieldSelector=${encodeURIComponent('reason=FailedCreate')}`;
  const events = await pages<RefusedCreate>(api, path, 2, reduceRefusedCreate);
  return events.status === 'observed' ? { status: 'observed', data: events.data.items.slice(0, 100) } : denied(events);
}
