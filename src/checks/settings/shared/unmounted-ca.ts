/** The CA file of the kubelet that a node lacks: its agent's pod is never started, so no process of it can say so; the kubelet does, in an event. */
import { type Wait, waitOf } from '../../../kubernetes/kubelet/pod-waits.js';
import type { Problem, Say, View } from '../../../model/check.js';
import type { PodEvent } from '../../../model/facts/placement.js';
import type { Fact, Need } from '../../../model/facts.js';
import { cite } from '../../shared/cite.js';
import { byHand, fixBy, orBy } from '../../shared/fix.js';
import { isKubeletCa, WITHOUT_AGENT } from '../../shared/kubelet.js';
import { problem } from '../../shared/problem.js';
import { inTheirWords } from '../../shared/proof.js';
import { seen } from '../../shared/read.js';

export const UNMOUNTED_NEEDS = ['apiserver/workloads', 'apiserver/agent-pods', 'apiserver/pod-events'] as const satisfies readonly Need[];

export const UNMOUNTED_WORDS = {
  unmounted: 'Kubelet CA file {path}: "{said}"',
  sawEvent: '{reason} ({count} times, last {last}): {message}',
  fixDrop: 'Remove the override: use the CA of the ServiceAccount',
  fixAks: 'Remove the AKS overrides datadog.kubelet.hostCAPath and .host',
  fixFile: 'Name a CA file that every node has',
} as const;

/** The self-signed certificate of AKS nodes without serving certificate rotation; with it the file is gone. */
export const isOfAks = (path: string): boolean => path.endsWith('/kubeletserver.crt');

interface Unmounted {
  fact: Fact<'pod-events'>;
  event: PodEvent;
  wait: Wait;
  /** No agent is ready. */
  isAll: boolean;
}

/** Of an agent's pod that waits for it. */
export function unmountedIn(
  view: View<(typeof UNMOUNTED_NEEDS)[number]>,
  say: Say<typeof UNMOUNTED_WORDS>,
): Problem<'kubelet-ca-file-missing'> | undefined {
  const [workloads = [], pods = []] = [
    seen(view.one('apiserver/workloads'))?.workloads,
    seen(view.one('apiserver/agent-pods'))?.pods.filter(({ leaving }) => !leaving),
  ];
  const isAll = pods.every(({ ready }) => !ready);
  for (const fact of view.all('apiserver/pod-events')) {
    const pod = pods.find((each) => !each.ready && `${each.namespace}/${each.pod}` === fact.subject);
    const told = seen(fact) ?? [];
    const wait = pod && waitOf(pod, told);
    const event = told.find(({ message }) => wait !== undefined && message.includes(wait.said));
    const workload = workloads.find(({ namespace, name }) => namespace === pod?.namespace && pod.owner === `DaemonSet/${name}`);
    if (wait && event && isKubeletCa(wait, workload)) return notMounted({ fact, event, wait, isAll }, say);
  }
  return undefined;
}

function notMounted({ fact, event, wait, isAll }: Unmounted, say: Say<typeof UNMOUNTED_WORDS>): Problem<'kubelet-ca-file-missing'> {
  const { path = '', said } = wait;
  const { reason, count, last, message } = event;
  const labels = byHand(isOfAks(path) ? 'kubectl get nodes -L kubernetes.azure.com/kubelet-serving-ca' : undefined);
  return problem('kubelet-ca-file-missing', {
    proof: inTheirWords(fact),
    severity: isAll ? 'blocks' : 'degrades',
    title: say('unmounted', { path, said }),
    features: WITHOUT_AGENT,
    evidence: [cite(fact, say('sawEvent', { reason, count, last, message }))],
    fixes: [fixBy('agent', 'config', isOfAks(path) ? say('fixAks') : say('fixDrop'), labels), orBy('agent', 'config', say('fixFile'))],
  });
}
