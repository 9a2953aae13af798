import { readOnlyPort } from '../../../src/checks/connection/read-only-port.js';
import type { AnyFact, SecondSight } from '../../../src/model/facts.js';
import { atNode, base, ENDPOINT, fact, failed, handshake } from '../facts.js';
import { answer } from '../kubelet-answers.js';
import { nodeConfig, nodeProcess } from '../node-facts.js';
import { judgeTable } from '../table.js';

const agent = base({ 'kubelet.httpPort': '10255' });
const sight = (status: number, said: string, kubelet: SecondSight['kubelet']): AnyFact =>
  fact('kubelet/second-sight', { by: 'read-only-port', status, said, kubelet }, 'read-only-port');
const refused = sight(0, 'ECONNREFUSED', 'refused');
const alone = base({ 'kubelet.host': '10.0.0.7', 'kubelet.port': '0', 'kubelet.httpPort': '10255' });
const notAgents = agent.map((f) =>
  f.kind === 'place' && f.outcome.status === 'observed' ? fact('self/place', { ...f.outcome.data, agentEnvironment: false }) : f,
);

judgeTable(readOnlyPort, [
  { row: 'asked once, where the agent runs', facts: agent, expect: 'cannot-tell', wants: ['kubelet/second-sight'] },
  { row: "not the agent's place", facts: notAgents, expect: 'not-applicable' },
  { row: 'turned off in the agent', facts: base({ 'kubelet.httpPort': '0' }), expect: 'not-applicable' },
  {
    row: 'closed, and all is well',
    facts: [...agent, refused, fact('kubelet/tls', handshake(), ENDPOINT), answer('token', '/pods', 200)],
    expect: 'pass',
  },
  { row: 'dropped', facts: [...agent, sight(0, 'ETIMEDOUT', 'timeout'), failed('kubelet/tcp', ENDPOINT, 'ETIMEDOUT')], expect: 'pass' },
  {
    row: 'open',
    facts: [...agent, sight(200, 'ok', 'answers')],
    expect: { cause: 'read-only-port-open', severity: 'risk', certainty: 'proven' },
    witnesses: ['kubelet/second-sight'],
    says: /10\.0\.0\.7:10255.*readOnlyPort: 0/,
  },
  {
    row: 'open, of a kubelet that is ill',
    facts: [...agent, sight(500, '[-]syncloop failed: healthz check failed', 'answers')],
    expect: { cause: 'read-only-port-open' },
    witnesses: ['kubelet/second-sight'],
  },
  {
    row: 'open, and all that is left to the agent: its other port first',
    facts: [...alone, sight(200, 'ok', 'answers')],
    expect: { cause: 'read-only-port-open', severity: 'risk' },
    witnesses: ['kubelet/second-sight'],
    says: /HTTPS_KUBELET_PORT=10250.*readOnlyPort: 0/,
    neverSays: /HTTP_KUBELET_PORT=0/,
  },
  { row: 'closed, and all that is left to the agent: another question says so', facts: [...alone, refused], expect: 'pass' },
  { row: 'another server on that port', facts: [...agent, sight(200, '<html>', 'answers')], expect: 'pass' },
  {
    row: 'closed, and 10250 is the trouble',
    facts: [...agent, refused, failed('kubelet/tcp', ENDPOINT, 'ECONNREFUSED')],
    expect: { cause: 'read-only-port-closed', severity: 'note' },
    witnesses: ['kubelet/second-sight', 'kubelet/tcp'],
    says: /after 10250 has failed/,
  },
  {
    row: 'closed, and the certificate of 10250 does not verify',
    facts: [...agent, refused, fact('kubelet/tls', handshake({ verification: { ok: false, code: 'X' } }), ENDPOINT)],
    expect: { cause: 'read-only-port-closed' },
    witnesses: ['kubelet/second-sight', 'kubelet/tls'],
  },
  {
    row: 'on the node: open by its configuration, and it listens',
    facts: [atNode(), nodeProcess({ listening: [{ address: '::', port: 10255 }] }), nodeConfig({ readOnlyPort: 10255 })],
    expect: { cause: 'read-only-port-open', certainty: 'proven', severity: 'risk' },
    witnesses: ['self/kubelet-config', 'self/kubelet-process'],
    says: /readOnlyPort: 10255 \(\/var\/lib\/kubelet\/config\.yaml:5\)/,
  },
  {
    row: 'on the node: configured, and nothing listens there',
    facts: [atNode(), nodeProcess(), nodeConfig({ readOnlyPort: 10255 })],
    expect: 'not-applicable',
  },
]);
