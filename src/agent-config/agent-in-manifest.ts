/** Of a manifest what `rbac` goes by: the pods of one account, their variables, and which checks run where. */
import { readYamlDocuments } from '../files/yaml-documents.js';
import { text } from '../host/text.js';
import { list, record } from '../kubernetes/json.js';
import type { RunsWhere } from '../profiles/resolve.js';
import type { Profile } from '../profiles/types.js';
import { unlisted } from './manifest.js';
import { checksOf, checksOfRunners, settingsOf } from './pod-settings.js';
import { isClusterCheckRunner, stringMap } from './reduce-workload.js';
import { dataOf } from './template-settings.js';

export interface AgentInManifest {
  /** `Deployment datadog-cluster-agent`. */
  workload: string;
  /** Undefined where some stand elsewhere. */
  settings?: Record<string, string>;
  version?: string;
  checks?: Record<string, RunsWhere>;
}

interface Workload {
  name: string;
  namespace: string;
  labels: Record<string, string>;
  spec: Record<string, unknown>;
}

/** Undefined where none of its pods is this account's; an error is one line, `file:line: what`. */
export function agentInManifest(
  yaml: string,
  file: string,
  account: { namespace: string; name: string },
  profile: Profile,
): AgentInManifest | undefined | { error: string } {
  const documents = readYamlDocuments(yaml, file);
  if ('error' in documents) return documents;
  const objects = documents.flatMap(unlisted);
  const workloads = objects.flatMap(workloadIn);
  const own = workloads.find(
    ({ namespace, spec }) => spec.serviceAccountName === account.name && (!namespace || namespace === account.namespace),
  );
  if (!own) return undefined;
  const containers = list(own.spec.containers).map(record);
  const settings = settingsOf(containers);
  const [version] = containers.flatMap(
    ({ image }) => /(?:agent|server)[^:@]{0,100}:v?(\d+\.\d+(?:\.\d+)?)/.exec(text(image, 500))?.[1] ?? [],
  );
  const checks = checksIn(objects, workloads, profile, own);
  return { workload: own.name, ...(settings && { settings }), ...(version && { version }), ...(checks && { checks }) };
}

function checksIn(objects: Record<string, unknown>[], workloads: Workload[], profile: Profile, own: Workload): AgentInManifest['checks'] {
  if (!profile.features.some(({ check }) => check)) return undefined;
  const clusterAgent = profile.runner ? workloads.find(({ labels }) => labels['app.kubernetes.io/component'] === 'cluster-agent') : own;
  if (!clusterAgent) return undefined;
  const maps = objects.filter(({ kind }) => kind === 'ConfigMap').map((map) => [text(record(map.metadata).name), dataOf(map)] as const);
  const checks = checksOf(clusterAgent.spec, new Map(maps));
  if (profile.runner) return checksOfRunners(checks);
  // An install of a file without runners has none.
  const hasRunners = workloads.some(({ labels }) => isClusterCheckRunner(labels));
  return Object.fromEntries(Object.entries(checks).map(([check, runs]) => [check, runs === 'somewhere' && !hasRunners ? 'here' : runs]));
}

function workloadIn({ kind, metadata, spec }: Record<string, unknown>): Workload[] {
  const { name, namespace } = record(metadata);
  const template = record(record(spec).template);
  if (!/^(DaemonSet|Deployment|StatefulSet)$/.test(text(kind)) || typeof name !== 'string') return [];
  const labels = stringMap(record(template.metadata).labels);
  return [{ name: `${text(kind)} ${text(name)}`, namespace: text(namespace), labels, spec: record(template.spec) }];
}
