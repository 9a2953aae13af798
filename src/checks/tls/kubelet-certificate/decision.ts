/** What is wrong with the kubelet's certificate, from the top down: who signed it, its dates, its names. */
import type { TlsHandshake } from '../../../model/facts.js';
import { type AnswerOf, otherwise, type Row } from '../../shared/decide.js';
import { lifeAt, otherFault } from '../shared/certificate.js';
import type { Clues } from './clues.js';

export const DECISION = [
  ['changes', (c) => c.changed !== undefined],
  ['not-accepted', (c) => otherFault(c.handshake) !== undefined],
  ['self-signed', (c) => !c.handshake.trusted && isOwnMake(c.handshake)],
  ['unknown-authority', (c) => !c.handshake.trusted],

  // Not the leaf's date: another certificate of the chain is out of time.
  ['not-accepted', (c) => !c.handshake.validNow && c.now > 0 && lifeAt(c.now, c.leaf) === 'within'],
  ['skewed', (c) => !c.handshake.validNow && lifeAt(c.theirNow, c.leaf) === 'within'],
  ['expired', (c) => !c.handshake.validNow && lifeAt(c.theirNow, c.leaf) === 'after'],
  ['not-yet-valid', (c) => !c.handshake.validNow],

  ['without-san', (c) => c.leaf.names.length === 0],
  ['name-mismatch', (c) => !c.handshake.nameMatches],

  ['expires-soon', (c) => c.now > 0 && expiresSoon(c)],
  ['verifies', otherwise],
] as const satisfies readonly Row<string, Clues>[];

export type Answer = AnswerOf<typeof DECISION>;

/** The kubelet's own make: leaf and CA are `HOST@unix` and `HOST-ca@unix` (client-go util/cert/cert.go), or a lone self-signed leaf. */
function isOwnMake({ chain: [leaf] }: TlsHandshake): boolean {
  return leaf !== undefined && (leaf.selfSigned || /-ca@\d+$/.test(leaf.issuer));
}

const MONTH_MS = 30 * 86_400_000;

/** Within a month, or the last tenth of a short-lived certificate's life: rotation renews at 70 to 90 % of it. */
function expiresSoon({ leaf, now }: Clues): boolean {
  const [start, end] = [Date.parse(leaf.notBefore), Date.parse(leaf.notAfter)];
  return end - now < Math.min(MONTH_MS, (end - start) / 10);
}
