/** What is known of the kubelet's certificate: as it is served, as it lies on the node's disk, and by whose clock. Nothing is decided here. */
import { type PlatformName, platformOfNode } from '../../../kubernetes/kubelet/platforms.js';
import type { View } from '../../../model/check.js';
import type { Certificate, Fact, Need, NodeCertificate, Place, TlsHandshake } from '../../../model/facts.js';
import { internalIp } from '../../shared/address.js';
import { inPod, serverNow } from '../../shared/apiserver.js';
import { agentsCandidate, agentsEndpoint, agentVerifies, settingOf } from '../../shared/kubelet.js';
import { isThisNode } from '../../shared/on-node.js';
import { seen } from '../../shared/read.js';
import { changedFor } from '../shared/certificate.js';

export const NEEDS = [
  'kubelet/candidates',
  'kubelet/tls',
  'kubelet/http',
  'kubelet/proxy',
  'kubelet/clock',
  'apiserver/clock',
  'self/settings',
  'self/place',
  'apiserver/node',
  'self/kubelet-process',
  'self/node-certificate',
] as const satisfies readonly Need[];

type Seen = View<(typeof NEEDS)[number]>;

/** On the node itself: what lies on disk, which a running kubelet need not serve. */
export interface Disk {
  file: (NodeCertificate & { fact: Fact<'node-certificate'> }) | undefined;
  /** Our clock; 0 where it is not known. */
  now: number;
  /** Does the agent verify? What is wrong with a certificate that nobody looks at is a risk. */
  verifies: boolean;
}

export interface Clues extends Disk {
  endpoint: string;
  tls: Fact<'tls'>;
  handshake: TlsHandshake;
  /** The request for which another certificate was shown than to the look before. */
  changed: ReturnType<typeof changedFor>;
  leaf: Certificate;
  proxied: boolean;
  /** The agent's CA for the kubelet, and the one for the apiserver. */
  authority: string;
  apiserverAuthority: string | undefined;
  /** A clock that is not ours; undefined where there is none. */
  otherNow: number | undefined;
  otherClock: Fact<'clock'>;
  /** By the other clock where there is one. */
  theirNow: number;
  /** What the node is known to be called and to be reached at. */
  own: ReadonlySet<string | undefined>;
  /** Of these, what spec.nodeName is, and status.hostIP. */
  nodeNames: ReadonlySet<string | undefined>;
  hostIp: string | undefined;
  /** Who built the node. */
  platform: PlatformName | undefined;
}

export function readDisk(view: Seen): Disk {
  const place = seen(view.one('self/place'));
  const here = isThisNode(seen(view.one('self/kubelet-process')), place, agentsCandidate(view.one('kubelet/candidates')));
  const [file] = view.all('self/node-certificate').flatMap((fact) => {
    const found = seen(fact);
    return here && found?.role === 'serving' ? [{ ...found, fact }] : [];
  });
  return { file, now: place?.nowMs ?? 0, verifies: agentVerifies(view.one('self/settings')) };
}

/** Nothing where no handshake showed a certificate. */
export function read(view: Seen): Clues | undefined {
  const endpoint = agentsEndpoint(view.one('kubelet/candidates'));
  if (!endpoint) return undefined;
  const tls = view.one('kubelet/tls', endpoint);
  const handshake = seen(tls);
  const leaf = handshake?.chain[0];
  if (!handshake || !leaf) return undefined;
  const disk = readDisk(view);
  const settings = view.one('self/settings');
  const node = seen(view.one('apiserver/node'));
  const names = [settingOf(settings, 'node')?.value, node?.node];
  const place = seen(view.one('self/place'));
  const clock = otherClock(view.one('kubelet/clock'), view.one('apiserver/clock'), place);
  const otherNow = serverNow(place, seen(clock));
  return {
    ...disk,
    endpoint,
    tls,
    handshake,
    changed: changedFor(handshake, view.all('kubelet/http')),
    leaf,
    proxied: seen(view.one('kubelet/proxy', endpoint))?.via === 'proxy',
    authority: settingOf(settings, 'kubelet.ca')?.value ?? 'none',
    apiserverAuthority: settingOf(settings, 'apiserver.ca')?.value,
    otherNow,
    otherClock: clock,
    theirNow: otherNow ?? disk.now,
    own: new Set([...names, ...(node?.addresses ?? []).map((a) => a.address)]),
    nodeNames: new Set(names),
    hostIp: internalIp(node),
    platform: platformOfNode(node),
  };
}

type Clock = Fact<'clock'>;
const SAME_MS = 60_000;

/** A clock that is not ours: the kubelet's, or the apiserver's where the kubelet's is our own. */
function otherClock(kubelet: Clock, apiserver: Clock, place: Place | undefined): Clock {
  return sharesOurClock(kubelet, place) ? apiserver : kubelet;
}

/** Is the kubelet on our machine, as the agent's always is? Then its clock is ours, right or wrong. */
function sharesOurClock(kubelet: Clock, place: Place | undefined): boolean {
  const offset = Math.abs(seen(kubelet)?.offsetMs ?? 0);
  return (inPod(place) || place?.place === 'node') && offset < SAME_MS;
}
