/** Whether a proxy keeps a connection from its server, from the top down; and how: what is wrong behind the proxy. */
import { type AnswerOf, firstThatHolds, otherwise, type Row } from '../../shared/decide.js';
import { failure, seen } from '../../shared/read.js';
import type { Clues, Path } from './clues.js';

/** `none` where it delivers, or has not failed yet. */
const TROUBLE = [
  ['none', (p) => !p.proxied],
  ['unreachable', (p) => p.hop !== undefined],
  ['refuses', (p) => failure(p.tunnel) !== undefined],
  // An alert is a server's own word; whatever came back after that is not the proxy's doing.
  ['none', (p) => /ALERT/.test(failure(p.tls) ?? '')],
  ['breaks', (p) => failure(p.tls) !== undefined],
  ['answers', (p) => p.answer !== undefined],
  ['opens', isSignedByNobodyKnown],
  ['none', otherwise],
] as const satisfies readonly Row<string, Path>[];

export type Trouble = Exclude<AnswerOf<typeof TROUBLE>, 'none'>;

export function troubleOn(path: Path): Trouble | undefined {
  const trouble = firstThatHolds(TROUBLE, path);
  return trouble === 'none' ? undefined : trouble;
}

/** A proxy that opens TLS signs so. Not the kubelet's own make, and not a CA that lies at hand. */
function isSignedByNobodyKnown({ tls }: Path): boolean {
  const handshake = seen(tls);
  const leaf = handshake?.chain[0];
  if (!handshake || !leaf || handshake.trusted || leaf.selfSigned || /-ca@\d+$/.test(leaf.issuer)) return false;
  return !handshake.trials.some(({ verifies }) => verifies);
}

const hasTrouble = ({ path }: Clues): boolean => path !== undefined && troubleOn(path) !== undefined;

export const DECISION = [
  ['no-address', (c) => !c.path],
  ['undecided', (c) => !c.path?.decided],
  ['excepted', (c) => !c.path?.proxied && Boolean(c.path?.decided?.matched)],
  ['direct', (c) => !c.path?.proxied],
  ['socks', (c) => /^socks/i.test(c.path?.proxied?.proxy ?? '')],
  ['captured', hasTrouble],
  ['delivers', (c) => c.path !== undefined && (seen(c.path.tls) ?? failure(c.path.tls)) !== undefined],
  ['waiting', otherwise],
] as const satisfies readonly Row<string, Clues>[];

export type Answer = AnswerOf<typeof DECISION>;
