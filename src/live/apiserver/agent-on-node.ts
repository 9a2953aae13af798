/** The agent's pod on this node, as a kubelet may see it: of it the account, its name, the version of its image and what profiles go by; nothing else is kept. */

import { settingsOf } from '../../agent-config/pod-settings.js';
import { isAgentImage, isAgentLabelled, isClusterCheckRunner, stringMap } from '../../agent-config/reduce-workload.js';
import { list, record } from '../../kubernetes/json.js';
import { isHostName } from '../../setup/values.js';
import { type ApiserverClient, refused } from './client.js';

export interface AgentOnNode {
  /** Of its ServiceAccount. */
  namespace: string;
  name: string;
  /** `NAMESPACE/NAME`. */
  pod: string;
  /** By which policies select it. */
  labels: Record<string, unknown>;
  hostNetwork: boolean;
  version?: { value: string; from: string };
  /** As by {@link settingsOf}. */
  settings?: Record<string, string>;
}

/** A node has 110 pods unless it is told otherwise; more than 500 by far is none of ours to page through. */
const MOST_PODS = 500;

/** Undefined where there is none, and where there are agents of several accounts: whose rights are meant is then for the user to say. */
export async function askAgentOnNode(api: ApiserverClient, node: string): Promise<AgentOnNode | undefined> {
  // The field selector is what a kubelet may list by (AuthorizeNodeWithSelectors, KEP-4601).
  const path = `/api/v1/pods?fieldSelector=${encodeURIComponent(`spec.nodeName=${node}`)}&limit=${MOST_PODS}`;
  const outcome = await api.ask<AgentOnNode[]>({ path, maxBytes: 8 << 20 }, (answer, json) =>
    answer.status === 200 ? { status: 'observed', data: list(record(json).items).flatMap(agentIn) } : refused(answer),
  );
  const agents = outcome.status === 'observed' ? outcome.data : [];
  const accounts = new Set(agents.map(({ namespace, name }) => `${namespace}/${name}`));
  return accounts.size === 1 ? agents[0] : undefined;
}

function agentIn(item: unknown): AgentOnNode[] {
  const { metadata, spec } = record(item);
  const { name: pod, namespace, labels } = record(metadata);
  const { serviceAccountName: name, containers, hostNetwork } = record(spec);
  if (typeof pod !== 'string' || typeof namespace !== 'string' || typeof name !== 'string') return [];
  // What is printed in commands must be a name; a real apiserver gives no other.
  if (![pod, namespace, name].every(isHostName)) return [];
  const images = list(containers).map((container) => String(record(container).image ?? '').slice(0, 500));
  const own = stringMap(labels);
  if (isClusterCheckRunner(own) || !(isAgentLabelled(own) || images.some(isAgentImage))) return [];
  const version = images.flatMap((image) => /agent[^:@]{0,100}:v?(\d+\.\d+(?:\.\d+)?)/.exec(image)?.[1] ?? [])[0];
  const settings = settingsOf(list(containers).map(record));
  return [
    {
      namespace,
      name,
      pod: `${namespace}/${pod}`,
      labels: record(labels),
      hostNetwork: hostNetwork === true,
      ...(version && { version: { value: version, from: `image of pod ${pod}` } }),
      ...(settings && { settings }),
    },
  ];
}
