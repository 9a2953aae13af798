/** All fragments, in the order in which they are tried: what tells before what wraps, errors of a library between. */

import type { Speaker } from '../reading.js';
import { AGENT } from './agent.js';
import { APISERVER } from './apiserver.js';
import type { Fragment } from './fragment.js';
import { KUBELET } from './kubelet.js';
import { NETWORK_ERRORS } from './network.js';
import { OBJECTS } from './objects.js';
import { OTHERS } from './others.js';
import { TLS_ERRORS } from './tls.js';

const SENTENCES = [...KUBELET, ...AGENT, ...APISERVER, ...OTHERS, ...OBJECTS];

/** Sentences that say something whatever stands behind them. */
export const TELLING = SENTENCES.filter(({ means }) => 'causes' in means || 'by' in means || 'foreign' in means);
/** Errors, each of the server that it is about. */
export const ERRORS = [...TLS_ERRORS, ...NETWORK_ERRORS];
export const WRAPPING = SENTENCES.filter(({ means }) => 'wrapper' in means || 'works' in means);
export const FRAGMENTS: readonly Fragment[] = [...SENTENCES, ...ERRORS];

/** Who prints it: as it says itself, or by the table it stands in. Errors of libraries are those of any client. */
export function printedBy(fragment: Fragment): Speaker {
  if (fragment.speaker !== undefined) return fragment.speaker;
  if (KUBELET.includes(fragment)) return 'kubelet';
  if (OBJECTS.includes(fragment)) return 'object';
  return fragment.side === 'server' ? 'apiserver' : 'client';
}
