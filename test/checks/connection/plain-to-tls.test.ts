import { plainToTls } from '../../../src/checks/connection/plain-to-tls.js';
import type { AnyFact } from '../../../src/model/facts.js';
import { base, fact } from '../facts.js';
import { judgeTable } from '../table.js';

const SAYS = 'Client sent an HTTP request to an HTTPS server.';
const plain = (status: number, said: string): AnyFact =>
  fact('kubelet/second-sight', { by: 'read-only-port', status, said, kubelet: 'unknown' }, 'read-only-port');

judgeTable(plainToTls, [
  { row: 'not asked', facts: base({ 'kubelet.httpPort': '10255' }), expect: 'not-applicable' },
  { row: 'off', facts: [...base({ 'kubelet.httpPort': '0' }), plain(400, SAYS)], expect: 'not-applicable' },
  { row: 'it speaks plain HTTP', facts: [...base({ 'kubelet.httpPort': '10255' }), plain(200, 'ok')], expect: 'pass' },
  { row: 'a 400 of another kind', facts: [...base({ 'kubelet.httpPort': '10255' }), plain(400, 'Bad Request')], expect: 'pass' },
  {
    row: 'it speaks TLS, and HTTPS is tried first',
    facts: [...base({ 'kubelet.httpPort': '10250' }), plain(400, SAYS)],
    expect: { cause: 'plain-http-to-tls-port', certainty: 'proven', severity: 'note' },
    witnesses: ['kubelet/second-sight'],
    says: /"DD_KUBERNETES_HTTP_KUBELET_PORT=0"/,
  },
  {
    row: 'it speaks TLS, and is all that is left',
    facts: [...base({ 'kubelet.httpPort': '10250', 'kubelet.port': '0' }), plain(400, SAYS)],
    expect: { cause: 'plain-http-to-tls-port', certainty: 'proven', severity: 'blocks' },
    witnesses: ['kubelet/second-sight'],
    says: /DD_KUBERNETES_HTTPS_KUBELET_PORT=10250/,
  },
]);
