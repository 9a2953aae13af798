/** NetworkPolicies that limit the egress of a pod, our own or the agent's: its labels, and the policies of its namespace that select them. */

import { lastChange } from '../../agent-config/last-change.js';
import { stringMap } from '../../agent-config/reduce-workload.js';
import { NAME, printable } from '../../host/redact.js';
import { list, record } from '../../kubernetes/json.js';
import { isDnsName } from '../../kubernetes/names.js';
import type { EgressPolicies, EgressRule, Outcome } from '../../model/facts.js';
import type { LiveContext } from '../context.js';
import { type ApiserverClient, refused } from './client.js';
import { askAll } from './rights-objects.js';

export const MAX_POLICIES = 100;

/** What of a pod decides which policies are about it. */
interface Selected {
  labels: Record<string, unknown>;
  hostNetwork: boolean;
}

/**
 * `isAgents`: of the agent's pod, which is not the one we are in. `seen`: what a list has said of it. `isTemplate`: of its pods nothing is known, and that
 * is what their DaemonSet, of this name, makes them of.
 */
export async function askEgressPolicies(
  context: LiveContext,
  api: ApiserverClient,
  {
    namespace,
    pod,
    isAgents = false,
    seen,
    isTemplate = false,
  }: { namespace: string; pod: string; isAgents?: boolean; seen?: Selected; isTemplate?: boolean },
): Promise<unknown> {
  if (!isDnsName(namespace) || !isDnsName(pod)) return undefined;
  const at = encodeURIComponent(namespace);
  const path = `/apis/networking.k8s.io/v1/namespaces/${at}/networkpolicies?limit=${MAX_POLICIES}`;
  return context.store.observe(
    {
      target: 'apiserver',
      kind: 'egress-policies',
      subject: '',
      reproduce: `kubectl -n ${namespace} get networkpolicies -o yaml`,
    },
    async () => {
      const ours: Outcome<Selected> = seen
        ? { status: 'observed', data: seen }
        : await api.ask<Selected>(
            { path: `/api/v1/namespaces/${at}/pods/${encodeURIComponent(pod)}`, maxBytes: 1 << 20 },
            (answer, json) => {
              if (answer.status !== 200) return refused(answer);
              const { metadata, spec } = record(json);
              return {
                status: 'observed',
                data: { labels: record(record(metadata).labels), hostNetwork: record(spec).hostNetwork === true },
              };
            },
          );
      if (ours.status === 'failed') return { status: 'failed', code: ours.code, detail: ours.detail };
      if (ours.status !== 'observed') return ours;
      const whose = `${namespace}/${pod}`;
      const which = {
        ...(isTemplate ? { daemonset: whose } : isAgents && { pod: whose }),
        ...(ours.data.hostNetwork && { hostNetwork: true }),
      };
      const found = await api.ask<EgressPolicies>({ path, maxBytes: 1 << 20 }, (answer, json) =>
        answer.status === 200 ? { status: 'observed', data: { ...reduceEgress(json, ours.data.labels), ...which } } : refused(answer),
      );
      // Only for a policy that may be printed: what it would change.
      if (found.status !== 'observed' || found.data.policies.length === 0 || !found.data.labels) return found;
      const selected = await selectedBy(api, `/api/v1/namespaces/${at}/pods`, found.data.labels);
      return selected === undefined ? found : { ...found, data: { ...found.data, selected } };
    },
  );
}

/** How many pods have these labels and are in no host's network, by a list that was read to its end. */
async function selectedBy(api: ApiserverClient, path: string, labels: Record<string, string>): Promise<number | undefined> {
  const listed = await askAll(api, path, (item) => {
    const { metadata, spec, status } = record(item);
    const own = record(record(metadata).labels);
    const has = Object.entries(labels).every(([key, value]) => own[key] === value);
    const runs = record(spec).hostNetwork !== true && !['Succeeded', 'Failed'].includes(String(record(status).phase));
    return has && runs ? [item] : [];
  });
  return listed.status === 'observed' && listed.data.complete && listed.data.items.length > 0 ? listed.data.items.length : undefined;
}

/** Only policies that select these labels and speak of egress; without `policyTypes` one does if it has egress rules. */
export function reduceEgress(json: unknown, labels: Record<string, unknown>): EgressPolicies {
  const { items, metadata } = record(json);
  const policies = list(items).flatMap((item) => {
    const { podSelector, policyTypes, egress } = record(record(item).spec);
    const types = list(policyTypes);
    const limits = types.length > 0 ? types.includes('Egress') : egress !== undefined;
    if (!limits || !selects(podSelector, labels)) return [];
    const name = printable(String(record(record(item).metadata).name ?? ''), NAME);
    return [{ policy: name, rules: list(egress).slice(0, 100).map(reduceRule), ...lastChange(item, 'f:spec') }];
  });
  const kept = lasting(labels);
  return { policies, complete: !record(metadata).continue, ...(Object.keys(kept).length > 0 && { labels: kept }) };
}

/** Set anew by controllers for each revision or pod, and by charts for each version. */
const PASSING =
  /^(controller-revision-hash|pod-template-hash|pod-template-generation|helm\.sh\/chart|app\.kubernetes\.io\/version|chart|heritage|checksum\/.*|(apps|statefulset|batch)\.kubernetes\.io\/.*)$/;

function lasting(labels: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(stringMap(labels)).filter(([key]) => !PASSING.test(key)));
}

/** A label selector of metav1; an empty one selects every pod. */
function selects(selector: unknown, labels: Record<string, unknown>): boolean {
  const { matchLabels, matchExpressions } = record(selector);
  const equal = Object.entries(record(matchLabels)).every(([key, value]) => labels[key] === value);
  return (
    equal &&
    list(matchExpressions).every((expression) => {
      const { key, operator, values } = record(expression);
      const value = labels[String(key)];
      switch (operator) {
        case 'In':
          return value !== undefined && list(values).includes(value);
        case 'NotIn':
          return value === undefined || !list(values).includes(value);
        case 'Exists':
          return value !== undefined;
        default:
          return value === undefined;
      }
    })
  );
}

function reduceRule(rule: unknown): EgressRule {
  const { ports, to } = record(rule);
  const asked = list(ports).map(record);
  return {
    ...(asked.length > 0 && {
      ports: asked.flatMap(({ port, endPort, protocol }) => {
        if (protocol !== undefined && protocol !== 'TCP') return [];
        if (port === undefined) return [{ from: 1, to: 65_535 }];
        return typeof port === 'number' ? [{ from: port, to: Number(endPort) || port }] : [];
      }),
    }),
    ...(list(to).length > 0 && {
      blocks: list(to).flatMap((peer) => {
        const { cidr, except } = record(record(peer).ipBlock);
        return typeof cidr === 'string' ? [{ cidr: printable(cidr, 60), except: list(except).map((e) => printable(String(e), 60)) }] : [];
      }),
    }),
  };
}
