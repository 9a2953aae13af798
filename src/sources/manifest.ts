/** DaemonSets of a manifest file (rendered Helm output, many documents, Lists), to be judged before they are installed. */
import { clean } from '../host/redact.js';
import type { AgentWorkload } from '../model/placement.js';
import { readYamlDocuments } from '../probes/yaml-documents.js';
import { list, record } from './json.js';
import { reduceDaemonSet } from './reduce-workload.js';

export interface Manifest {
  daemonSets: AgentWorkload[];
  /** Names of the PriorityClasses it brings along. */
  priorityClasses: string[];
}

/** An error is one line, `file:line: what`. Values of other objects are never looked at. */
export function parseManifest(text: string, file: string): Manifest | { error: string } {
  const documents = readYamlDocuments(text, file);
  if ('error' in documents) return documents;
  const objects = documents.flatMap(unlisted);
  const named = (kind: string) => objects.filter((object) => object.kind === kind);
  return {
    daemonSets: named('DaemonSet').flatMap((object) => reduceDaemonSet(object) ?? []),
    priorityClasses: named('PriorityClass').map((object) => clean(String(record(object.metadata).name), 253)),
  };
}

function unlisted(json: unknown): Record<string, unknown>[] {
  const object = record(json);
  return /List$/.test(String(object.kind)) ? list(object.items).map(record) : [object];
}
