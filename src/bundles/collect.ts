/** What a bundle lacks, as the commands that read it from the cluster: into files that are then known to be whole. */
import type { Cluster } from './apiserver.js';
import { kindOfResource } from './kinds.js';

/** What the questions about agents, their rights and their nodes read; none of them is a Secret. */
const ASKED = [
  'nodes',
  'namespaces',
  'daemonsets',
  'pods',
  'events',
  'serviceaccounts',
  'clusterroles',
  'clusterrolebindings',
  'roles',
  'rolebindings',
  'networkpolicies',
  'certificatesigningrequests',
] as const;

/** A directory of the reader's. */
export const COLLECTED = 'collected';

/** One command a list. */
export function commandsFor({ whole }: Cluster): string[] {
  return ASKED.flatMap((resource) => {
    const kind = kindOfResource(resource);
    if (!kind || whole.of(kind).is === 'whole') return [];
    return [`kubectl get ${resource}${kind.isNamespaced ? ' -A' : ''} -o json > ${COLLECTED}/${resource}.all.json`];
  });
}
