/** What is said of a host that is not the node, and of a kubelet that is another node's. */
import { isDnsName } from '../../../kubernetes/names.js';
import type { Evidence, Fix, Problem, Proof, Say, Want } from '../../../model/check.js';
import type { Fact, NodeObject, TlsHandshake } from '../../../model/facts.js';
import { cite, citeBy } from '../../shared/cite.js';
import { given } from '../../shared/decide.js';
import { byHand, fixBy } from '../../shared/fix.js';
import { ALL_KUBELET_FEATURES, settingOf } from '../../shared/kubelet.js';
import { hostFromDownwardApi, hostOfNode } from '../../shared/kubelet-fixes.js';
import { isSameNode } from '../../shared/own-node.js';
import { type Basis, problem, type Said, suspected } from '../../shared/problem.js';
import { inTheirWords, twoWitnesses } from '../../shared/proof.js';
import { failure, seen } from '../../shared/read.js';
import type { Whose } from '../../shared/whose-kubelet.js';
import type { Clues, Dialled } from './clues.js';
import type { WORDS } from './words.js';

type Words = Say<typeof WORDS>;
type Another = Extract<Whose, { whose: 'other' }>;

export function perhapsNotANode(clues: Clues, say: Words): Problem<'kubelet-host-not-a-node'> {
  return problem('kubelet-host-not-a-node', { ...nothingThere(clues, say), ...perhapsDown(clues) });
}

/** An address that no kubelet can have: it refuses a link-local one as its own, and at the others no node is. */
export function neverANode(clues: Clues, say: Words): Problem<'kubelet-host-not-a-node'> {
  const { candidate, why, dns } = given(clues.undialled);
  const { host, port, origin, source } = candidate;
  const address = dns && seen(dns)?.addresses[0]?.address;
  const named = origin === 'node-object' && clues.node;
  return problem('kubelet-host-not-a-node', {
    proof: dns ? inTheirWords(clues.candidates, dns) : inTheirWords(clues.candidates),
    title: say(NEVER[why], { host, port }),
    features: ALL_KUBELET_FEATURES,
    evidence: [
      cite(clues.candidates, say('sawHost', { source, host })),
      ...(dns && address ? [cite(dns, say('sawAddress', { host, address }))] : []),
      ...sawNode(clues, say),
    ],
    fixes: named
      ? [fixBy('node', 'restart', say('fixNodeIp', { node: named.node }), byHand(showNode(clues.nodeName)))]
      : rightHost(clues.node, say),
  });
}

const NEVER = { calico: 'calico', metadata: 'metadata', 'link-local': 'linkLocal', nowhere: 'nowhere' } as const;

/** A kubelet that is down, or a path that is closed, looks the same from here. */
function perhapsDown({ dialled, nodeName }: Clues, wants: Want[] = []): Basis {
  const { broken } = given(dialled);
  const unreachable = broken && failure(broken) === 'ECONNREFUSED' ? 'kubelet-connection-refused' : 'kubelet-connect-timeout';
  return suspected(['kubelet-down', unreachable], [...wants, { need: 'apiserver/node', subject: nodeName, elsewhere: showNode(nodeName) }]);
}

/** Where the right address is not known to answer, or not to, it is asked. */
export function notANode(clues: Clues, say: Words): Problem<'kubelet-host-not-a-node'> {
  const { atOwn } = given(clues.dialled);
  const open = atOwn && !seen(atOwn.tls) && failure(atOwn.tls) === undefined;
  const wants: Want[] = open ? [{ need: 'kubelet/tls', subject: atOwn.endpoint }] : [];
  const proof = proofOfNotANode(clues);
  return problem('kubelet-host-not-a-node', {
    ...nothingThere(clues, say),
    ...(proof ? { proof, wants } : perhapsDown(clues, wants)),
  });
}

/** Nothing answers there, and whose it is: a gateway, by our network; or none of the Node's addresses, where its own address answers. */
function proofOfNotANode({ dialled, candidates, place, nodeFact, node }: Clues): Proof | undefined {
  const { broken, gateway, atOwn } = given(dialled);
  if (!broken) return undefined;
  if (gateway === 'cni') return twoWitnesses(candidates, broken);
  if (gateway) return twoWitnesses(node ? nodeFact : place, broken);
  return atOwn && seen(atOwn.tls) ? twoWitnesses(nodeFact, broken) : undefined;
}

function nothingThere(clues: Clues, say: Words): Said {
  const dialled = given(clues.dialled);
  const { candidate, gateway } = dialled;
  const { host, port } = candidate;
  return {
    title: {
      cni: () => say('calico', { host, port }),
      other: () => say('gateway', { host, port }),
      none: () => say('foreign', { host, port, node: clues.node?.node ?? '' }),
    }[gateway ?? 'none'](),
    features: ALL_KUBELET_FEATURES,
    evidence: [
      sawHost(clues, dialled, say),
      ...(gateway ? [citeBy('self/place', '', say('sawGateways', { gateways: clues.gateways.join(', ') || host }))] : []),
      ...sawNode(clues, say),
      ...sawAttempt(dialled, say),
      ...sawOwn(dialled, say),
    ],
    fixes: rightHost(clues.node, say),
  };
}

export function anotherNodes(clues: Clues, say: Words): Problem<'kubelet-host-not-a-node'> {
  const dialled = given(clues.reached);
  const { node, by, fact } = given(dialled.meant);
  const whose = given(dialled.whose?.whose === 'other' ? dialled.whose : undefined);
  const source = fact.kind === 'settings' ? (settingOf(clues.settings, 'node')?.source ?? '') : '';
  // A Node that was read may be the one that a mistaken variable names.
  const isMeant = clues.node !== undefined && isSameNode(clues.node.node, node);
  const own = rightHost(isMeant ? clues.node : undefined, say);
  const { endpoint, candidate } = dialled;
  return problem('kubelet-host-not-a-node', {
    // A certificate that nobody vouches for may say anything; one at the Node's own address may be of before the node was renamed.
    ...(whose.trusted
      ? { proof: inTheirWords(fact, whose.fact, ...(whose.beside ? [whose.beside] : [])) }
      : suspected([certificateFault(seen(dialled.tls))], [{ need: 'apiserver/node', elsewhere: showNode(clues.nodeName) }])),
    title: whose.node ? say('another', { endpoint, otherNode: whose.node, node }) : say('anotherUnnamed', { endpoint, node }),
    features: ALL_KUBELET_FEATURES,
    evidence: [
      sawHost(clues, dialled, say),
      cite(fact, say(MEANT[by], { node, source })),
      ...WITNESS[whose.witness](dialled, whose, say),
      ...(isMeant ? sawNode(clues, say) : []),
    ],
    fixes:
      candidate.origin !== 'setting' || (isMeant && dialled.isOfNode)
        ? between(say)
        : by === 'flag'
          ? withoutFlag(clues, node, own, say)
          : own,
  });
}

/** What is wrong with a certificate by which it is only suspected. */
function certificateFault(handshake: TlsHandshake | undefined): string {
  if (handshake?.trusted) return 'kubelet-certificate-name-mismatch';
  return handshake?.chain[0]?.selfSigned ? 'kubelet-certificate-self-signed' : 'kubelet-certificate-unknown-authority';
}

/** The address is the right one by all that names it: no setting is wrong. */
function between(say: Words): Fix[] {
  return [fixBy('network', 'config', say('fixBetween'), byHand('env | grep -i _proxy | sort\nkubectl get nodes -o wide'))];
}

const MEANT = { flag: 'meantFlag', token: 'meantToken', identity: 'meantIdentity', setting: 'meantSetting', place: 'meantPlace' } as const;

/** How it is known to be another's. */
const WITNESS: Record<Another['witness'], (dialled: Dialled, another: Another, say: Words) => Evidence[]> = {
  itself: (_, { fact, node = '' }, say) => [
    cite(fact, say('sawPods', { path: fact.subject.slice(fact.subject.indexOf('/')), otherNode: node })),
  ],
  certificate: ({ tls, endpoint }, _, say) => {
    const { subject = '', names = [] } = seen(tls)?.chain[0] ?? {};
    return [cite(tls, say('sawSubject', { endpoint, subject, names: names.slice(0, 6).join(', ') }))];
  },
  addresses: ({ tls }, { beside }, say) => [sawPrint(tls, say), ...(beside ? [sawPrint(beside, say)] : [])],
};

function sawPrint(tls: Fact<'tls'>, say: Words): Evidence {
  return cite(tls, say('sawPrint', { endpoint: tls.subject, print: seen(tls)?.chain[0]?.fingerprint ?? '' }));
}

function sawHost({ candidates }: Clues, { candidate }: Dialled, say: Words): Evidence {
  const { source, host } = candidate;
  return cite(candidates, say('sawHost', { source, host }));
}

export function sawNode({ nodeFact, node }: Clues, say: Words): Evidence[] {
  if (!node) return [];
  const addresses = node.addresses.map(({ type, address }) => `${type} ${address}`).join(', ') || 'no address';
  return [cite(nodeFact, say('sawNode', { node: node.node, addresses }))];
}

function sawAttempt({ endpoint, broken, pending }: Dialled, say: Words): Evidence[] {
  if (broken) return [cite(broken, say('sawFailure', { endpoint, code: failure(broken) ?? '' }))];
  return pending ? [cite(pending, say('sawWaiting', { endpoint }))] : [];
}

function sawOwn({ atOwn }: Dialled, say: Words): Evidence[] {
  if (!atOwn) return [];
  const { endpoint, tls } = atOwn;
  if (seen(tls)) return [cite(tls, say('sawAnswer', { endpoint }))];
  const code = failure(tls);
  return code === undefined ? [] : [cite(tls, say('sawFailure', { endpoint, code }))];
}

/** The address of the node that a pod runs on; and for a try on this one alone, the Node's own. */
export function rightHost(node: NodeObject | undefined, say: Words): Fix[] {
  return [hostFromDownwardApi(say('fixHost')), ...hostOfNode(say('fixHostNow'), node)];
}

/** Who names both node and host by flags has no setting to change. */
function withoutFlag({ given: host }: Clues, node: string, own: Fix[], say: Words): Fix[] {
  if (host?.origin !== 'flag') return [fixBy('workstation', 'nothing', say('fixNode')), ...own];
  const look = byHand(isDnsName(node) ? `kubectl get node ${node} -o wide` : undefined);
  return [fixBy('workstation', 'nothing', say('fixFlag'), look)];
}

export function showNode(node: string | undefined): string {
  return `kubectl get ${node ? `node ${node}` : 'nodes'} -o wide`;
}
