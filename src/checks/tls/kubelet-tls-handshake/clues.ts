/** What is known of the handshake, of the answer after it, and of the same kubelet from a second side. Nothing is decided here. */
import type { View } from '../../../model/check.js';
import type { Candidate, Fact, Need, ServingRequest } from '../../../model/facts.js';
import { readSecondSide, type SecondSide } from '../../connection/shared/second-side.js';
import { fromAfar } from '../../shared/address.js';
import { agentsCandidate } from '../../shared/kubelet.js';
import { seen, subjectOf } from '../../shared/read.js';

export const NEEDS = [
  'self/place',
  'self/settings',
  'kubelet/candidates',
  'kubelet/proxy',
  'kubelet/tls',
  'kubelet/http',
  'kubelet/serving-requests',
  'kubelet/second-sight',
  'apiserver/lease',
  'apiserver/node',
] as const satisfies readonly Need[];

/** How a handshake that failed ended. `internal-error` is the alert of a kubelet without a certificate. */
type Ending = 'internal-error' | 'plain' | 'version' | 'silent' | 'cut';

export interface Clues {
  candidate: Candidate;
  endpoint: string;
  handshake: 'done' | 'pending' | 'not-tried' | Ending;
  tls: Fact<'tls'>;
  /** GET /pods without a credential: any answer will do. */
  http: Fact<'http'>;
  requests: Fact<'serving-requests'>;
  /** This node's own requests for a serving certificate; undefined while they are not known. */
  own: ServingRequest[] | undefined;
  side: SecondSide;
  settings: Fact<'settings'>;
  proxied: boolean;
  /** At a workstation, and the address was found, not named. */
  afar: boolean;
}

/** Nothing while there is no address to try. */
export function read(view: View<(typeof NEEDS)[number]>): Clues | undefined {
  const candidate = agentsCandidate(view.one('kubelet/candidates'));
  if (!candidate) return undefined;
  const endpoint = subjectOf(candidate);
  const tls = view.one('kubelet/tls', endpoint);
  const settings = view.one('self/settings');
  const place = seen(view.one('self/place'));
  const side = readSecondSide(view.all('kubelet/second-sight'), view.one('apiserver/lease'), view.one('apiserver/node'), settings, place);
  const requests = view.one('kubelet/serving-requests');
  return {
    candidate,
    endpoint,
    handshake: handshakeOf(tls),
    tls,
    http: view.one('kubelet/http', 'nobody GET /pods'),
    requests,
    own: seen(requests)?.filter((r) => r.matchesNode || (side.name !== undefined && r.requestor === `system:node:${side.name}`)),
    side,
    settings,
    proxied: seen(view.one('kubelet/proxy', endpoint))?.via === 'proxy',
    afar: fromAfar(place, candidate),
  };
}

function handshakeOf({ outcome }: Fact<'tls'>): Clues['handshake'] {
  if (outcome.status === 'observed') return 'done';
  if (outcome.status === 'pending') return 'pending';
  return outcome.status === 'failed' ? endingOf(outcome.code, outcome.detail) : 'not-tried';
}

const PLAIN = /wrong version number|http request|packet length too long/;
const VERSION =
  /protocol version|handshake failure|no protocols available|unsupported protocol|no shared cipher|no ciphers|insufficient security/;

/** From Node's code or, where that is only EPROTO, from OpenSSL's text. */
function endingOf(code: string, detail: string): Ending {
  const said = `${code} ${detail}`.replaceAll('_', ' ').toLowerCase();
  if (/alert internal error|alert number 80\b/.test(said)) return 'internal-error';
  if (PLAIN.test(said)) return 'plain';
  if (VERSION.test(said)) return 'version';
  return /etimedout|timeout/.test(said) ? 'silent' : 'cut';
}
