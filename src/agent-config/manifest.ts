/**
 * Agents of a file, to be judged before they are installed: DaemonSets of a manifest (rendered Helm output, many documents, Lists), values of
 * the chart, DatadogAgents of the operator.
 */

import { readYamlDocuments } from '../files/yaml-documents.js';
import { NAME, printable, SENTENCE } from '../host/redact.js';
import { list, record } from '../kubernetes/json.js';
import type { AgentWorkload } from '../model/facts/placement.js';
import type { AgentConfiguration } from '../model/facts.js';
import { reduceDaemonSet } from './reduce-workload.js';
import { type ConfigMaps, dataOf, managedBy, readTemplate } from './template-settings.js';
import { agentInValues } from './values-file.js';

export interface Manifest {
  daemonSets: AgentWorkload[];
  /** How those of Datadog's agent are configured. */
  configurations: AgentConfiguration[];
  /** Names of the PriorityClasses it brings along. */
  priorityClasses: string[];
  /** The key by which values of it make no agent. */
  off?: string;
}

/** An error is one line, `file:line: what`. Of other objects only ConfigMaps that an agent's variables name are looked at. */
export function parseManifest(text: string, file: string): Manifest | { error: string } {
  const documents = readYamlDocuments(text, file);
  if ('error' in documents) return documents;
  const objects = documents.flatMap(unlisted);
  const named = (kind: string) => objects.filter((object) => object.kind === kind);
  const maps: ConfigMaps = new Map(named('ConfigMap').map((object) => [String(record(object.metadata).name), dataOf(object)]));
  const installed = named('DaemonSet').flatMap((object) => {
    const workload = reduceDaemonSet(object);
    if (!workload) return [];
    const name = `DaemonSet ${workload.name} in ${file}`;
    const configuration = readTemplate(record(record(object.spec).template).spec, 'file', printable(name, SENTENCE), maps);
    return [{ workload, configuration: managedBy(configuration, workload) }];
  });
  const values = objects.flatMap((object) => agentInValues(object, file) ?? []);
  const agents = [...installed, ...values.flatMap((each) => ('off' in each ? [] : [each]))];
  const [off] = values.flatMap((each) => ('off' in each ? [each.off] : []));
  return {
    daemonSets: agents.map(({ workload }) => workload),
    configurations: agents.filter(({ workload }) => workload.datadog).map(({ configuration }) => configuration),
    priorityClasses: named('PriorityClass').map((object) => printable(String(record(object.metadata).name), NAME)),
    ...(off !== undefined && { off }),
  };
}

/** The objects of a List. */
export function unlisted(json: unknown): Record<string, unknown>[] {
  const object = record(json);
  return /List$/.test(String(object.kind)) ? list(object.items).map(record) : [object];
}

/** Why nothing of it runs on nodes, or is an agent of Datadog's: for whoever named the wrong file. */
export function nothingIn({ daemonSets, off }: Manifest): string {
  if (off !== undefined) return `makes no agent (${off})`;
  const names = daemonSets.map(({ name }) => name);
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  if (names.length === 0) return 'contains no DaemonSet, chart values or DatadogAgent';
  return `contains ${names.length} DaemonSet${names.length === 1 ? '' : 's'} (${names.slice(0, 3).join(', ')}${more}), none of Datadog's agent`;
}
