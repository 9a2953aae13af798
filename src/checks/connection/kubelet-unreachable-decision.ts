/**
 * Why a kubelet cannot be connected to: our own failure and what a second side knows → one cause. Silence, refusal and "no route" each look
 * the same for several causes; only a second side makes one of them certain.
 */

import { isIp } from '../../kubernetes/names.js';
import type { Candidate } from '../../model/facts.js';
import { internalIp, kubeletPort } from '../shared/address.js';
import { apiserverReaches, hasFallenSilent, justRenewed, leaseHolds, type Owner, type SecondSide } from './second-side.js';

export type UnreachableCause =
  | 'kubelet-connect-timeout'
  | 'kubelet-down'
  | 'kubelet-connection-refused'
  | 'kubelet-rejected-by-firewall'
  | 'kubelet-no-route'
  | 'node-address-dead'
  | 'kubelet-port-differs'
  | 'kubelet-server-disabled';

export interface Diagnosis {
  cause: UnreachableCause;
  certainty: 'proven' | 'suspected';
  alternatives: string[];
  /** Is the kubelet known to run? */
  alive?: boolean;
}

export interface FailedAttempt {
  code: string;
  ms: number;
  candidate: Candidate;
  /** Whose address we dialled, by the Node object. */
  owner: Owner;
  side: SecondSide;
  /** The Node object names another port; `portOpen` says what that one did, when tried. */
  other: boolean;
  portOpen: boolean | undefined;
}

/** Nobody answers ARP for an address: EHOSTUNREACH after three probes of a second. A firewall's ICMP comes within milliseconds. */
export const ARP_GIVES_UP_MS = 2000;

const proven = (cause: UnreachableCause): Diagnosis => ({ cause, certainty: 'proven', alternatives: [] });
const suspected = (cause: UnreachableCause, ...alternatives: string[]): Diagnosis => ({ cause, certainty: 'suspected', alternatives });

/** Our side and the second side → one cause. */
export function diagnose(see: FailedAttempt): Diagnosis {
  const ordinary = byCode(see);
  if (!see.other || see.portOpen === false) return ordinary;
  return see.portOpen ? proven('kubelet-port-differs') : suspected('kubelet-port-differs', ordinary.cause);
}

function byCode(see: FailedAttempt): Diagnosis {
  const { owner } = see;
  const gone = hasFallenSilent(see.side);
  const reaches = apiserverReaches(see.side);
  switch (see.code) {
    case 'ETIMEDOUT':
      return silence(see.side, owner);
    case 'ECONNREFUSED':
      return refusal(see, owner);
    case 'ENETUNREACH':
      return proven('kubelet-no-route');
    case 'EPERM':
    case 'EACCES':
      return proven('kubelet-rejected-by-firewall');
    case 'EHOSTUNREACH':
      if (see.ms >= ARP_GIVES_UP_MS)
        return owner === 'own' && reaches ? suspected('kubelet-no-route', 'node-address-dead') : proven('node-address-dead');
      if (owner === 'own' && reaches) return proven('kubelet-rejected-by-firewall');
      return gone
        ? suspected('node-address-dead', 'kubelet-rejected-by-firewall', 'kubelet-no-route')
        : suspected('kubelet-rejected-by-firewall', 'kubelet-no-route', 'node-address-dead');
    default:
      return suspected('kubelet-rejected-by-firewall', 'kubelet-connection-reset', 'kubelet-down');
  }
}

/** No answer to the SYN. A frozen process would still accept, so this is the path, the machine or the address. */
function silence(side: SecondSide, owner: Owner): Diagnosis {
  const wrongAddress = owner === 'own' ? [] : ['kubelet-host-not-a-node'];
  if (side.apiserver === 'refused' || side.local === 'refused')
    return hasFallenSilent(side) ? proven('kubelet-down') : suspected('kubelet-down', 'kubelet-connect-timeout', 'kubelet-server-disabled');
  if (apiserverReaches(side) || side.local === 'answers' || justRenewed(side)) {
    const filtered = owner === 'own' ? proven('kubelet-connect-timeout') : suspected('kubelet-connect-timeout', ...wrongAddress);
    return { ...filtered, alive: true };
  }
  if (hasFallenSilent(side))
    return side.apiserver && owner === 'own'
      ? proven('node-address-dead')
      : suspected('node-address-dead', 'kubelet-connect-timeout', ...wrongAddress);
  return suspected('kubelet-connect-timeout', 'node-address-dead', ...wrongAddress);
}

/** A reset to the SYN: a closed port, or a firewall that pretends to be one. */
function refusal({ candidate, side }: FailedAttempt, owner: Owner): Diagnosis {
  const gone = hasFallenSilent(side);
  if (apiserverReaches(side)) {
    if (owner === 'foreign') return proven('kubelet-connection-refused');
    if (owner === 'unknown') return suspected('kubelet-connection-refused', 'kubelet-rejected-by-firewall', 'kubelet-host-not-a-node');
    // One address, the registered port, and the apiserver gets in: what refuses us is not the kubelet.
    const addresses = new Set(side.node?.addresses.map((a) => a.address).filter(isIp));
    return addresses.size === 1 && internalIp(side.node) === candidate.host && kubeletPort(side.node) === candidate.port
      ? proven('kubelet-rejected-by-firewall')
      : suspected('kubelet-rejected-by-firewall', 'kubelet-connection-refused');
  }
  if (side.local === 'answers')
    return side.apiserver === 'refused'
      ? proven('kubelet-server-disabled')
      : suspected('kubelet-server-disabled', 'kubelet-connection-refused', 'kubelet-rejected-by-firewall');
  if (side.apiserver === 'refused' || side.local === 'refused') {
    // On the node itself both of its ports refuse.
    if (gone || (side.local === 'refused' && owner !== 'foreign' && !leaseHolds(side))) return proven('kubelet-down');
    // A fresh Lease may be the last act of a kubelet that just went down, or the sign of one without a server, which is far rarer:
    // only the next renewal tells.
    return suspected('kubelet-down', 'kubelet-server-disabled');
  }
  if (gone) return owner === 'own' ? proven('kubelet-down') : suspected('kubelet-down', 'kubelet-host-not-a-node');
  if (justRenewed(side))
    return suspected('kubelet-connection-refused', 'kubelet-rejected-by-firewall', 'kubelet-server-disabled', 'kubelet-down');
  return suspected('kubelet-down', 'kubelet-connection-refused', 'kubelet-rejected-by-firewall');
}
