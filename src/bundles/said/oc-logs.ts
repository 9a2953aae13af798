/**
 * openshift/oc pkg/cli/admin/inspect writes each container's log twice: what could be read without verifying the kubelet's certificate alone is in the
 * second of the two.
 */
import type { Entry } from '../../files/packed/types.js';
import { SENTENCE } from '../../host/redact.js';
import type { Statement } from '../../model/facts/said.js';
import type { Clean } from '../../texts/index.js';
import { type PodName, podAt } from './logs.js';

const CURRENT = /^(.*\/logs\/)current(\.insecure)?\.log$/;

interface Container {
  pod: PodName;
  isSecure: boolean;
  isInsecure: boolean;
}

interface OcLogs {
  wants(path: string): boolean;
  /** Which of the two there is; what stands in it is a log as any other. */
  note(entry: Entry): Promise<void>;
  /** `nodeOf`: where a pod runs. */
  unverified(nodeOf: (pod: PodName) => string | undefined): Statement[];
}

/** One a bundle; `clean` is the run's. */
export function createOcLogs(clean: Clean): OcLogs {
  const containers = new Map<string, Container>();
  return {
    wants: (path) => CURRENT.test(path),
    async note(entry) {
      const [, folder = '', insecure] = CURRENT.exec(entry.path) ?? [];
      const pod = podAt(entry.path);
      if (folder === '' || !pod) return;
      const isThere = (await entry.head()).length > 0;
      const before = containers.get(folder) ?? { pod, isSecure: false, isInsecure: false };
      containers.set(folder, { ...before, ...(isThere && (insecure ? { isInsecure: true } : { isSecure: true })) });
    },
    unverified: (nodeOf) => unverified([...containers.values()], nodeOf, clean),
  };
}

/**
 * Containers whose logs the apiserver got only without verifying the certificate of their kubelet. One may be chance; that no log of a node came by
 * the other way is not.
 */
function unverified(all: readonly Container[], nodeOf: (pod: PodName) => string | undefined, clean: Clean): Statement[] {
  const nodes = all.map(({ pod }) => nodeOf(pod) ?? '');
  return [...new Set(nodes)].flatMap((node): Statement[] => {
    const containers = all.filter((_, at) => nodes[at] === node);
    const insecure = containers.filter(({ isSecure, isInsecure }) => isInsecure && !isSecure);
    const [first] = insecure;
    if (!first || node === '' || containers.some(({ isSecure }) => isSecure)) return [];
    const log = clean(`namespaces/${first.pod.namespace}/pods/${first.pod.name}`, SENTENCE);
    const sample = 'current.log is empty, current.insecure.log is not';
    return [
      {
        log,
        speaker: 'apiserver',
        node,
        server: 'kubelet',
        side: 'client',
        causes: ['kubelet-certificate-unknown-authority', 'kubelet-certificate-expired', 'kubelet-certificate-name-mismatch'].map(
          (cause) => ({
            cause,
            certainty: 'suspected',
          }),
        ),
        count: insecure.length,
        sample,
        rests: sample,
        lasts: true,
        isHistory: false,
      },
    ];
  });
}
