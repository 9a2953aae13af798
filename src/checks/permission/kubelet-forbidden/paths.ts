/** What both servers say of one path of the kubelet; nothing is decided here. */
import type { Fact, HttpAnswer } from '../../../model/facts.js';
import type { KubeletPath } from '../../shared/kubelet.js';
import { ANONYMOUS, FINE, isAllowed, type Refusal, refusalOf, subresourcesOf } from '../../shared/kubelet-answers.js';

export interface PathClues {
  path: KubeletPath;
  /** Let through by the kubelet, with the credential. */
  read: boolean;
  /** The kubelet's own refusal of whoever it took us for. */
  refused: Refused | undefined;
  /** Anyone may read it. */
  open: boolean;
  /** By the apiserver: a right that this kubelet asks for is there, or none is of those it may ask for. */
  allowed: boolean;
  denied: boolean;
  /** The right is there by which newer kubelets give it. */
  allowedForNewer: boolean;
  /** The subresource of nodes to grant, where it is lost. */
  grant: string;
}

export interface Refused {
  status: number;
  body: string;
  fact: Fact<'http'>;
}

export interface Kubelet {
  version: string | undefined;
  /** By which fact. */
  versionBy: 'apiserver/node' | 'apiserver/kubelet-versions';
  /** Does it know fine-grained rights? Undefined where nobody can say; what is granted then is nodes/proxy only for `classic`. */
  fine: boolean | undefined;
  classic: boolean;
}

/** What the apiserver says of each subresource of nodes. */
export type Reviews = ReadonlyMap<string, { allowed: boolean; fact: Fact<'access'> }>;

/** What was asked, and of whom; `factOf`: the fact that an answer came as. */
export interface Asked {
  mine: readonly HttpAnswer[];
  open: ReadonlySet<string>;
  reviews: Reviews;
  kubelet: Kubelet;
  factOf(answer: HttpAnswer): Fact<'http'>;
}

export function readPath(path: KubeletPath, { mine, open, reviews, kubelet: { fine, classic }, factOf }: Asked): PathClues {
  const here = mine.filter((answer) => answer.path === path);
  const read = here.some(isAllowed);
  const refusal = read ? undefined : here.find(personalRefusal);
  const own = FINE[path];
  const asked = subresourcesOf(path, fine ?? false);
  // Of unknown version, the kubelet may be one that asks for the smaller right.
  const perhaps = own && fine === undefined ? [own, ...asked] : asked;
  const says = (subresource: string) => reviews.get(subresource)?.allowed;
  return {
    path,
    read,
    refused: refusal && { status: refusal.status, body: refusal.body, fact: factOf(refusal) },
    open: open.has(path),
    allowed: asked.some(says),
    denied: perhaps.every((subresource) => says(subresource) === false),
    allowedForNewer: own !== undefined && fine === false && says(own) === true,
    grant: subresourcesOf(path, !classic)[0]!,
  };
}

/** A refusal of somebody: as system:anonymous nobody was recognised, which is authentication's matter. */
export function personalRefusal(answer: HttpAnswer): Refusal | undefined {
  const refusal = refusalOf(answer);
  return refusal?.user === ANONYMOUS ? undefined : refusal;
}

/**
 * The paths this kubelet gives to whoever asks, without a credential. Where only its pod list was asked for, that speaks for all: to nobody it is
 * open by AlwaysAllow, or by a binding that somebody made on purpose.
 */
export function openPaths(toNobody: readonly HttpAnswer[], all: readonly string[]): ReadonlySet<string> {
  const allowed = toNobody.filter(isAllowed).map(({ path }) => path);
  return new Set(allowed.includes('/pods') && toNobody.length === 1 ? all : allowed);
}
