/** What the two reports show, side by side. Nothing is decided here. */
import { isSameHost } from '../../../kubernetes/addresses.js';
import type { Evidence, Severity } from '../../../model/check.js';
import type { Target } from '../../../model/facts.js';
import type { Pair } from '../shared/pair.js';

/** What looks the same for a path and for a server; a cause that says more (a policy that was read, a wrong address) stays as it is. */
const SILENT: ReadonlySet<string> = new Set([
  'kubelet-connect-timeout',
  'kubelet-rejected-by-firewall',
  'kubelet-no-route',
  'kubelet-down',
  'kubelet-connection-refused',
  'node-address-dead',
  'apiserver-connect-timeout',
  'apiserver-connection-refused',
  'apiserver-no-route',
]);
/** Layers that only the server's own answer can show to work. */
const ANSWERING = ['tcp', 'tls', 'payload'] as const;

export interface Clues {
  target: Target;
  node: string;
  /** `kubelet 10.0.0.7:10250`, as the pod dialled it and as the host did. */
  server: string;
  hostServer: string;
  hostAddress: string;
  podAddress: string;
  /** What the pod's report found. */
  cause: string;
  severity: Severity;
  isSilent: boolean;
  hostAnswers: boolean;
  /** Where the host's network met silence too: how it shows. */
  hostSilence: readonly Evidence[] | undefined;
  sameAddress: boolean;
  /** NaN where a report has no time. */
  apartMs: number;
}

export function read({ target, node, finding, pod, host }: Pair): Clues {
  return {
    target,
    node,
    server: `${target} ${pod.address}`.trim(),
    hostServer: `${target} ${host.address}`.trim(),
    hostAddress: host.address,
    podAddress: pod.address,
    cause: finding.cause,
    severity: finding.severity,
    isSilent: SILENT.has(finding.cause),
    hostAnswers: ANSWERING.some((layer) => host.works.includes(layer)),
    hostSilence: host.found.find(({ cause }) => SILENT.has(cause))?.evidence,
    sameAddress: isSameHost(pod.address, host.address),
    apartMs: Math.abs(Date.parse(pod.startedAt) - Date.parse(host.startedAt)),
  };
}
