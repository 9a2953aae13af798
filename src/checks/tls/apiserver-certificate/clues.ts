/** What is known of the apiserver's certificate, of the CA it is verified with, and of both clocks. Nothing is decided here. */
import type { View } from '../../../model/check.js';
import type { Candidate, Certificate, Fact, Need, Place, TlsHandshake } from '../../../model/facts.js';
import { inPod, serverNow } from '../../shared/apiserver.js';
import { agentsCandidate, settingOf } from '../../shared/kubelet.js';
import { failure, seen, subjectOf } from '../../shared/read.js';
import { changedFor } from '../shared/certificate.js';

export const NEEDS = [
  'apiserver/candidates',
  'apiserver/tls',
  'apiserver/http',
  'apiserver/authority',
  'apiserver/clock',
  'self/settings',
  'self/place',
] as const satisfies readonly Need[];

export interface Clues {
  candidates: Candidate[];
  endpoint: string;
  tls: Fact<'tls'>;
  handshake: TlsHandshake;
  /** The request for which another certificate was shown than to the look before. */
  changed: ReturnType<typeof changedFor>;
  leaf: Certificate;
  /** The CA that is configured, the one that was used, and one that should have been and could not be read. */
  configured: string | undefined;
  inUse: string | undefined;
  unread: Fact<'authority'> | undefined;
  /** Our clock, and the server's where it was seen. */
  now: number;
  theirNow: number;
  clock: Fact<'clock'>;
  place: Place | undefined;
  inPod: boolean;
  settings: Fact<'settings'>;
}

/** Nothing where no handshake showed a certificate. */
export function read(view: View<(typeof NEEDS)[number]>): Clues | undefined {
  const found = view.one('apiserver/candidates');
  const candidate = agentsCandidate(found);
  const endpoint = candidate ? subjectOf(candidate) : '';
  const tls = view.one('apiserver/tls', endpoint);
  const handshake = seen(tls);
  const leaf = handshake?.chain[0];
  if (!candidate || !handshake || !leaf) return undefined;
  const settings = view.one('self/settings');
  const place = seen(view.one('self/place'));
  const now = place?.nowMs ?? 0;
  const clock = view.one('apiserver/clock');
  const configured = settingOf(settings, 'apiserver.ca')?.value;
  return {
    candidates: seen(found) ?? [],
    endpoint,
    tls,
    handshake,
    changed: changedFor(handshake, view.all('apiserver/http')),
    leaf,
    configured,
    inUse: handshake.trials.find((trial) => trial.inUse)?.authority,
    unread: view.all('apiserver/authority').find((fact) => failure(fact) && (!configured || fact.subject === configured)),
    now,
    theirNow: serverNow(place, seen(clock)) ?? now,
    clock,
    place,
    inPod: inPod(place),
    settings,
  };
}
