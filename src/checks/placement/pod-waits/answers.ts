/** What `pod-waits` says of each kind: the title in the words of who refuses, and what fits the reason. */

import { isPlatform, type PlatformName } from '../../../kubernetes/kubelet/platforms.js';
import type { Wait, WaitKind } from '../../../kubernetes/kubelet/pod-waits.js';
import { isDnsName } from '../../../kubernetes/names.js';
import type { Evidence, Fix, Message } from '../../../model/check.js';
import type { AgentWorkload, PortHolder } from '../../../model/facts/placement.js';
import { cutTo } from '../../shared/brief.js';
import { citeBy } from '../../shared/cite.js';
import { byHand, fixBy, orBy } from '../../shared/fix.js';
import type { WaitGroup } from '../shared/waits.js';
import type { Words } from './words.js';

export interface Clues extends WaitGroup {
  wait: Wait;
  workload: AgentWorkload | undefined;
  /** Whose node it is. */
  platform: PlatformName | undefined;
  /** Who has a port of the node that the agent asks for. */
  holders: readonly PortHolder[];
}

interface Answer {
  title: Message;
  evidence?: Evidence[];
  fixes: Fix[];
}

type Answers = Readonly<Record<Exclude<WaitKind, 'volume'>, (clues: Clues, say: Words) => Answer>>;

/** What a title has room for beside the longest of these sentences. */
const quoted = ({ wait }: Clues, room = 32): { said: string } => ({ said: cutTo(wait.said, room) });

export const ANSWERS: Answers = {
  'host-path': (clues, say) => ({
    title: say('hostPath', { path: cutTo(clues.wait.path ?? '', 44), ...quoted(clues, 24) }),
    evidence: sawVolume(clues, say),
    fixes: withoutPath(clues, say),
  }),
  object: (clues, say) => {
    const { kind = 'Secret', name = '', key } = clues.wait.object ?? {};
    const { namespace } = clues.pod;
    const isNamed = isDnsName(namespace) && isDnsName(name);
    const look = byHand(isNamed ? `kubectl -n ${namespace} get ${kind.toLowerCase()} ${name} -o yaml` : undefined);
    if (key !== undefined)
      return {
        title: say('key', { kind, name: cutTo(name, 30), key: cutTo(key, 16) }),
        fixes: [fixBy('agent', 'config', say('fixKey', { kind, name }), look)],
      };
    const create = byHand(isNamed ? creationOf(kind, namespace, name) : undefined);
    return {
      title: say('object', { kind, name: cutTo(name, 36) }),
      fixes: [fixBy('agent', 'config', say('fixObject', { kind, name, namespace }), create)],
    };
  },
  'host-port': hostPort,
  room: (clues, say) => {
    const isPods = /pods$/i.test(clues.wait.said);
    const first = isPods ? fixBy('node', 'config', say('fixPods')) : fixBy('cluster', 'config', say('fixRoom'), onNode(clues));
    const value = clues.workload?.manager === 'helm' ? byHand('agents.priorityClassCreate=true') : {};
    return { title: say('room', quoted(clues)), fixes: [first, orBy('agent', 'restart', say('fixPriority'), value)] };
  },
  scheduling: (clues, say) => ({
    title: say('scheduling', quoted(clues, 36)),
    fixes: [fixBy('agent', 'config', say('fixScheduling'), byHand(describe(clues)))],
  }),
  'image-missing': (clues, say) => image(clues, say('imageMissing', quoted(clues)), fixBy('agent', 'restart', say('fixImage')), say),
  'image-denied': (clues, say) => {
    const { namespace } = clues.pod;
    const secret = `kubectl -n ${namespace} create secret docker-registry NAME --from-file=./config.json`;
    const pull = fixBy('agent', 'config', say('fixPull', { namespace }), byHand(isDnsName(namespace) ? secret : undefined));
    return image(clues, say('imageDenied', quoted(clues)), pull, say);
  },
  'image-limit': (clues, say) => image(clues, say('imageLimit', quoted(clues)), fixBy('agent', 'config', say('fixLimit')), say),
  'image-network': (clues, say) => image(clues, say('imageNetwork', quoted(clues)), fixBy('network', 'config', say('fixReach')), say),
  image: (clues, say) =>
    image(clues, say('image', { reason: cutTo(clues.wait.said, 36) }), fixBy('agent', 'config', say('fixPolicy')), say),
  'sandbox-network': (clues, say) => ({
    title: say('network', quoted(clues, 42)),
    fixes: [fixBy('cluster', 'config', say('fixNetwork'), onNode(clues))],
  }),
  sandbox: (clues, say) => ({
    title: say('sandbox', quoted(clues, 30)),
    fixes: [fixBy('cluster', 'config', say('fixSandbox'), onNode(clues))],
  }),
};

function image(clues: Clues, title: Message, fix: Fix, say: Words): Answer {
  const images = [...new Set(clues.workload?.template.images ?? [])].join(', ');
  const saw = images === '' ? [] : [citeBy('apiserver/workloads', '', say('sawImages', { images }))];
  return { title, evidence: saw, fixes: [fix] };
}

/** What is in it comes from a file of the person's: in a command line others could read it. */
function creationOf(kind: 'ConfigMap' | 'Secret', namespace: string, name: string): string {
  return kind === 'Secret'
    ? `kubectl -n ${namespace} create secret generic ${name} --from-file=./api-key`
    : `kubectl -n ${namespace} create configmap ${name} --from-file=FILE`;
}

function describe({ pod: { namespace, pod } }: Clues): string | undefined {
  return isDnsName(namespace) && isDnsName(pod) ? `kubectl -n ${namespace} describe pod ${pod}` : undefined;
}

function onNode({ pod: { node } }: Clues): Pick<Fix, 'steps'> {
  return byHand(isDnsName(node) ? `kubectl get pods -A -o wide --field-selector spec.nodeName=${node}` : undefined);
}

function hostPort(clues: Clues, say: Words): Answer {
  const { holders, workload, pod } = clues;
  const held = holders.filter(({ node }) => node === pod.node);
  const [first] = held;
  const ports = workload?.template.hostPorts ?? [];
  const sawPorts = ports.length > 0 ? [citeBy('apiserver/workloads', '', say('sawPorts', { ports: ports.join(', ') }))] : [];
  if (!first) return { title: say('port'), evidence: sawPorts, fixes: [fixBy('cluster', 'config', say('fixPort'), onNode(clues))] };
  const holder = ownerOf(first);
  const look = byHand(commandOn(first));
  return {
    title: say('portHeld', { port: first.ports[0] ?? '', holder: cutTo(holder, 36) }),
    evidence: [
      ...held.slice(0, 3).map((each) => {
        const saw = say('sawHolder', { node: each.node, pod: `${each.namespace}/${each.pod}`, ports: each.ports.join(', ') });
        return citeBy('apiserver/agent-pods', '', saw, commandOn(each));
      }),
      ...sawPorts,
    ],
    fixes: [fixBy('cluster', 'config', say('fixHolder', { holder }), look)],
  };
}

/** `DaemonSet NAMESPACE/NAME`, or the pod that is no one's. */
function ownerOf({ namespace, owner, pod }: PortHolder): string {
  const [kind, name] = owner.split('/');
  return kind && name ? `${kind} ${namespace}/${name}` : `Pod ${namespace}/${pod}`;
}

function commandOn({ namespace, pod }: PortHolder): string | undefined {
  return isDnsName(namespace) && isDnsName(pod) ? `kubectl -n ${namespace} get pod ${pod} -o wide` : undefined;
}

function volumeOf({ wait, workload }: Clues): string | undefined {
  return wait.volume ?? workload?.template.hostPaths?.find(({ path }) => path === wait.path)?.volume;
}

function sawVolume(clues: Clues, say: Words): Evidence[] {
  const [volume, path] = [volumeOf(clues), clues.wait.path];
  return volume && path ? [citeBy('apiserver/workloads', '', say('sawVolume', { volume, path }))] : [];
}

/**
 * What leaves out the volumes that a platform lacks, by the chart (helm-charts 1611, 2105, 2448) and by the operator (1.29; `talos` 1.31), and the
 * paths that it is about.
 */
const PROVIDERS: readonly { platform: PlatformName; paths: RegExp; chart: string; operator: string }[] = [
  { platform: 'Talos', paths: /^\/(etc|usr\/src|lib\/modules)(\/|$)/, chart: 'providers.talos.enabled=true', operator: 'talos' },
  { platform: 'GKE', paths: /^\/usr\/src(\/|$)/, chart: 'providers.gke.cos=true', operator: 'gke-cos' },
  { platform: 'GKE Autopilot', paths: /^\//, chart: 'providers.gke.autopilot=true', operator: 'gke-autopilot' },
];

function withoutPath(clues: Clues, say: Words): Fix[] {
  const { wait, platform, workload } = clues;
  const volume = volumeOf(clues);
  const remove = volume ? say('fixVolume', { volume }) : say('fixMount');
  const fitting = PROVIDERS.filter(({ paths }) => paths.test(wait.path ?? ''));
  const own = fitting.find((each) => each.platform === platform);
  const isReadOnly = /read-only/i.test(wait.said);
  const written = (all: typeof PROVIDERS, lead: boolean) =>
    all.map(({ platform: name, chart, operator }) => {
      const line = workload?.manager === 'operator' ? `agent.datadoghq.com/cluster-provider: ${operator}` : chart;
      return lead ? `${line.padEnd(40)}# ${name === 'GKE' ? 'Container-Optimized OS' : name}` : line;
    });
  if (own)
    return [
      fixBy('agent', 'config', say('fixPlatform', { platform: own.platform }), byHand(written([own], false).join('\n'))),
      orBy('agent', 'config', remove),
    ];
  // On a known platform without a provider, and on a system that can be written to, no provider helps.
  if (platform === undefined && isReadOnly && fitting.length > 0)
    return [fixBy('agent', 'config', say('fixProvider'), byHand(written(fitting, true).join('\n'))), orBy('agent', 'config', remove)];
  return [fixBy('agent', 'config', volume ? say('fixVolume', { volume }) : say('fixMount')), orBy('node', 'config', say('fixPath'))];
}

export const platformIn = (name: string | undefined): PlatformName | undefined => (isPlatform(name) ? name : undefined);
