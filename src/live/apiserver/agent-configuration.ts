/** How the agents of installed DaemonSets are configured; their ConfigMaps are read where that is ours. */
import { type ConfigMaps, configMapsOf, dataOf, managedBy, readTemplate } from '../../agent-config/template-settings.js';
import { printable, SENTENCE } from '../../host/redact.js';
import { record } from '../../kubernetes/json.js';
import type { AgentWorkload } from '../../model/facts/placement.js';
import type { Outcome } from '../../model/facts.js';
import { putConfiguration } from '../agent-configuration.js';
import type { LiveContext } from '../context.js';
import { type ApiserverClient, refused } from './client.js';

/** Pod specs of DaemonSets by `NAMESPACE/NAME`, until their settings are read. They hold secrets, and go no further. */
export type Templates = Map<string, unknown>;

const MAX_CONFIG_MAP = 2 << 20;
const keyOf = ({ namespace, name }: AgentWorkload) => `${namespace}/${name}`;

export function keepTemplate(templates: Templates, workload: AgentWorkload, daemonSet: unknown): void {
  templates.set(keyOf(workload), record(record(record(daemonSet).spec).template).spec);
}

/** Writes one fact a DaemonSet. */
export async function askConfigurations(
  { store }: LiveContext,
  api: ApiserverClient,
  workloads: readonly AgentWorkload[],
  templates: Templates,
): Promise<void> {
  await Promise.all(
    workloads.map(async (workload) => {
      const podSpec = templates.get(keyOf(workload));
      // Another agent has settings of its own, and needs other mounts.
      if (podSpec === undefined || !workload.datadog) return;
      const maps = await askConfigMaps(api, workload.namespace, configMapsOf(podSpec));
      const configuration = readTemplate(podSpec, 'workload', printable(`DaemonSet ${keyOf(workload)}`, SENTENCE), maps);
      putConfiguration(store, managedBy(configuration, workload));
    }),
  );
}

async function askConfigMaps(api: ApiserverClient, namespace: string, names: readonly string[]): Promise<ConfigMaps> {
  const read = names.map(async (name) => {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps/${encodeURIComponent(name)}`;
    const found = await api.ask<Record<string, string> | 'missing'>(
      { path, maxBytes: MAX_CONFIG_MAP },
      (answer, json): Outcome<Record<string, string> | 'missing'> => {
        if (answer.status === 404) return { status: 'observed', data: 'missing' };
        return answer.status === 200 ? { status: 'observed', data: dataOf(json) } : refused(answer);
      },
    );
    return found.status === 'observed' ? ([[name, found.data]] as const) : [];
  });
  return new Map((await Promise.all(read)).flat());
}
