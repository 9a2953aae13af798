/**
 * The same kubelet seen from a second side: through the apiserver's node proxy, on the node itself, by its Lease and its Node object.
 * What is not known stays undefined: silence of a second side is no evidence.
 */

import { heartbeatOf } from '../../../kubernetes/kubelet/heartbeat.js';
import type { Evidence, Message, Want } from '../../../model/check.js';
import type { Fact, NodeObject, Place, SecondSight } from '../../../model/facts.js';
import { isOf, nodeName } from '../../shared/address.js';
import { cite } from '../../shared/cite.js';
import { seen } from '../../shared/read.js';

/** What a second look at the kubelet gave; `unknown` (it was about our rights) counts as not looked. */
export type Sight = Exclude<SecondSight['kubelet'], 'unknown'>;

export interface SecondSide {
  /** Valid name of the node, when known. */
  name?: string;
  node?: NodeObject;
  heartbeat: ReturnType<typeof heartbeatOf>;
  /** What the apiserver's node proxy met. */
  apiserver?: Sight;
  /** What 10248 on the node itself said; only from that node's own network. */
  local?: Sight;
  /** May 10248 be asked from here? */
  onNode: boolean;
  facts: { sights: Fact<'second-sight'>[]; lease: Fact<'lease'>; node: Fact<'node'> };
}

/** Reads all of it. */
export function readSecondSide(
  sights: Fact<'second-sight'>[],
  lease: Fact<'lease'>,
  node: Fact<'node'>,
  settings: Fact<'settings'>,
  place: Place | undefined,
): SecondSide {
  const name = nodeName(settings, node);
  const onNode = place?.vantage === 'host-network' && (name === undefined || firstLabel(name) === firstLabel(place.hostName));
  const by = (what: SecondSight['by']): Sight | undefined => {
    const sight = sights.map((fact) => seen(fact)).find((s) => s?.by === what)?.kubelet;
    return sight === 'unknown' ? undefined : sight;
  };
  return {
    name,
    node: seen(node),
    heartbeat: heartbeatOf(seen(lease), seen(node)),
    apiserver: by('node-proxy'),
    local: onNode ? by('local-healthz') : undefined,
    onNode,
    facts: { sights, lease, node },
  };
}

/** The kubelet renewed its Lease within the last interval: it runs. */
export function justRenewed({ heartbeat }: SecondSide): boolean {
  return heartbeat === 'fresh';
}

/** Its Lease has not run out: it runs, or stopped less than 40 seconds ago. */
export function leaseHolds({ heartbeat }: SecondSide): boolean {
  return heartbeat === 'fresh' || heartbeat === 'late';
}

/** No sign of life any more: the Lease ran out, or (Lease unknown) the control plane has given the node up. */
export function hasFallenSilent({ heartbeat }: SecondSide): boolean {
  return heartbeat === 'stale';
}

/** What its heartbeat is read from: the Lease, or the Node object where the Lease is not known. */
export function heartbeatFact({ facts }: SecondSide): Fact<'lease'> | Fact<'node'> {
  return seen(facts.lease) ? facts.lease : facts.node;
}

/** The apiserver got a connection to it, whatever came after. */
export function apiserverReaches({ apiserver }: SecondSide): boolean {
  return apiserver === 'answers' || apiserver === 'tls-failed';
}

/** Whose address it is: of this Node, of another, or unknown while the Node object is. */
export type Owner = 'own' | 'foreign' | 'unknown';

export function ownerOf({ node }: SecondSide, hosts: readonly string[]): Owner {
  if (!node || node.addresses.length === 0) return 'unknown';
  return isOf(node, hosts) ? 'own' : 'foreign';
}

/**
 * Every side not yet known: what the engine should fetch, and what somebody else could run. The most telling first. Once the apiserver is known
 * to reach it, heartbeats tell nothing more.
 */
export function wantsOfSecondSide(side: SecondSide): Want[] {
  const name = side.name ?? 'NODE';
  const wants: (Want | undefined)[] = [
    side.apiserver
      ? undefined
      : { need: 'kubelet/second-sight', subject: 'node-proxy', elsewhere: `kubectl get --raw /api/v1/nodes/${name}/proxy/healthz` },
    side.onNode && !side.local
      ? { need: 'kubelet/second-sight', subject: 'local-healthz', elsewhere: 'curl -sS http://127.0.0.1:10248/healthz' }
      : undefined,
    !seen(side.facts.lease) && !apiserverReaches(side)
      ? { need: 'apiserver/lease', subject: side.name, elsewhere: `kubectl -n kube-node-lease get lease ${name} -o yaml` }
      : undefined,
    side.node
      ? undefined
      : {
          need: 'apiserver/node',
          subject: side.name,
          elsewhere: apiserverReaches(side) ? undefined : `kubectl get ${side.name ? `node ${side.name}` : 'nodes'} -o wide`,
        },
  ];
  return wants.filter((want) => want !== undefined);
}

/** The look of a second side of which this holds: for a proof. */
export function sightThat({ facts }: SecondSide, holds: (sight: SecondSight) => boolean): Fact<'second-sight'> | undefined {
  return facts.sights.find((fact) => {
    const sight = seen(fact);
    return sight !== undefined && holds(sight);
  });
}

const ASKED_AT: Readonly<Record<SecondSight['by'], string>> = {
  'node-proxy': "the apiserver's node proxy",
  'local-healthz': 'its health port 10248 on this node',
  'read-only-port': 'its read-only port',
};

/** Without an answer there is no status: 0 is none. */
function saidBy({ status, said }: SecondSight): string {
  return status > 0 ? `${status} ${said}`.trim() : said;
}

/** Cites what is known of each side. */
export function citeSecondSide(
  { facts }: SecondSide,
  words: {
    sight(by: string, said: string): Message;
    lease(ageSeconds: number): Message;
    node(node: NodeObject): Message;
  },
): Evidence[] {
  const [lease, node] = [seen(facts.lease), seen(facts.node)];
  return [
    ...facts.sights.flatMap((fact) => {
      const sight = seen(fact);
      return sight ? [cite(fact, words.sight(ASKED_AT[sight.by], saidBy(sight)))] : [];
    }),
    ...(lease ? [cite(facts.lease, words.lease(Math.round(lease.ageSeconds)))] : []),
    ...(node ? [cite(facts.node, words.node(node))] : []),
  ];
}

function firstLabel(name: string): string {
  return name.split('.')[0]?.toLowerCase() ?? '';
}
