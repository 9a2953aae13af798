/** The mounts of the agent's container, as they are or as its pod template will make them. Nothing is decided here. */
import type { Evidence, Message, View } from '../../../../model/check.js';
import type { AgentConfiguration, Fact, Mounts, Need } from '../../../../model/facts.js';
import { citeBy } from '../../../shared/cite.js';
import type { Grounds } from '../../../shared/problem.js';
import { failure, seen } from '../../../shared/read.js';
import { effective } from '../../shared/configuration.js';

export const NEEDS = ['self/mounts', 'self/place', 'self/agent-configuration'] as const satisfies readonly Need[];

/** One agent's container, as it is or as it will be. */
export interface Container extends Pick<Mounts, 'host' | 'hidden'> {
  /** Of its workload or file; empty for the one we are in. */
  name: string;
  fact: Fact<'mounts'> | Fact<'agent-configuration'>;
  cite(saw: Message): Evidence;
  /** What of the node its template mounts, and where. */
  template?: string[];
  /** The runtime's socket, where it is at no path that the agent tries. */
  socket?: { looked: readonly string[]; set: boolean; others: readonly string[] };
}

export interface Clues {
  /** Are we in a container whose mounts may be the agent's, and could they not be read? */
  blind: boolean;
  code: string | undefined;
  containers: Container[];
  /** Disks of the node of which nothing is mounted into the container we are in. */
  disks: NonNullable<Mounts['unseenDisks']>;
  mounts: Fact<'mounts'>;
  citeDisk(saw: Message): Evidence;
  /** What a pass rests on. */
  witness: Grounds;
}

export function read(view: View<(typeof NEEDS)[number]>): Clues {
  const fact = view.one('self/mounts');
  const mounts = seen(fact);
  const place = seen(view.one('self/place'));
  const inContainer = !place || place.place === 'agent-pod' || place.place === 'pod';
  const templates = view.all('self/agent-configuration').flatMap(templateOf);
  return {
    blind: inContainer && !mounts && templates.length === 0,
    code: failure(fact),
    containers: [...(inContainer ? ownContainer(fact, mounts) : []), ...templates],
    disks: (inContainer && mounts?.unseenDisks) || [],
    mounts: fact,
    citeDisk: citeMounts(fact),
    witness: [fact, ...view.all('self/agent-configuration')],
  };
}

function ownContainer(fact: Fact<'mounts'>, mounts: Mounts | undefined): Container[] {
  if (!mounts?.agentImage) return [];
  const { host, hidden, missingSocket } = mounts;
  return [{ name: '', fact, host, hidden, ...(missingSocket && { socket: missingSocket }), cite: citeMounts(fact) }];
}

function templateOf(fact: Fact<'agent-configuration'>): Container[] {
  const configuration = seen(fact);
  if (!configuration?.pod) return [];
  const { name, pod } = configuration;
  const cite = (saw: Message) => citeBy('self/agent-configuration', name, saw);
  const socket = socketOutside(configuration);
  const template = pod.disks.map(({ at }) => at);
  return [{ name, fact, host: pod.host, hidden: pod.hidden, template, ...(socket && { socket }), cite }];
}

/** A path below /host that nothing of the node is mounted at: whatever the node has, the container will not. */
function socketOutside({ containers, pod, install }: AgentConfiguration): Container['socket'] {
  const path = containers[0] && effective(containers[0], 'DD_CRI_SOCKET_PATH')?.value;
  if (!path?.startsWith('/host/') || install !== 'container' || !pod) return undefined;
  // Not expected on Autopilot, where the operator leaves the variable and takes the mount away.
  const isExpected = pod.host.some(({ what, mounted }) => what === 'runtime-socket' && mounted);
  const isMounted = pod.disks.some(({ at }) => path === at || path.startsWith(`${at.replace(/\/$/, '')}/`));
  return isMounted || !isExpected ? undefined : { looked: [path], set: true, others: [] };
}

function citeMounts({ reproduce }: Fact<'mounts'>): (saw: Message) => Evidence {
  return (saw) => citeBy('self/mounts', '', saw, reproduce);
}
