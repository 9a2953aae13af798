/** Why no connection to the apiserver comes about, from the top down: is there an address, was it tried, and how does it fail? */
import { type AnswerOf, otherwise, type Row } from '../../shared/decide.js';
import { foundNobody } from '../shared/arp.js';
import type { Clues } from './clues.js';

const met = (code: string) => (c: Clues) => c.code === code;

export const DECISION = [
  ['not-tried', (c) => !c.sought],
  ['environment-missing', (c) => !c.candidate && c.inPod],
  ['address-unset', (c) => !c.candidate],
  ['connected', (c) => c.connected],
  ['waiting', (c) => c.waiting],
  ['not-tried', (c) => !c.failed],
  ['service-broken', (c) => c.service && c.working !== undefined],

  ['reset', met('ECONNRESET')],
  ['silent-in-tls', (c) => c.inTls && c.code === 'ETIMEDOUT'],
  ['not-tls', met('ERR_SSL_WRONG_VERSION_NUMBER')],
  ['tls-fails', (c) => c.inTls],
  ['silent', met('ETIMEDOUT')],
  ['service-refused', (c) => c.service && c.code === 'ECONNREFUSED'],
  ['refused', met('ECONNREFUSED')],
  ['nobody-there', foundNobody],
  ['rejected', met('EHOSTUNREACH')],
  ['no-route', otherwise],
] as const satisfies readonly Row<string, Clues>[];

export type Answer = AnswerOf<typeof DECISION>;
