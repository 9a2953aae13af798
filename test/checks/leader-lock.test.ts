import { leaderLock } from '../../src/checks/leader-lock.js';
import { base } from './facts.js';
import { profile, rights } from './rights-facts.js';
import { judgeTable } from './table.js';

const on = (version?: string) =>
  profile({ asked: ['leader-election'], ...(version ? { agentVersion: { value: version, from: '--agent-version' } } : {}) });

judgeTable(leaderLock, [
  { row: 'off', facts: [...base(), ...rights(profile())], expect: 'not-applicable' },
  { row: 'held', facts: [...base(), ...rights(on())], expect: 'pass' },
  {
    row: 'newest: a Lease; create without its name',
    facts: [...base(), ...rights(on(), /leases/)],
    expect: { cause: 'leader-lock-forbidden', certainty: 'proven', severity: 'degrades' },
    says: /locks on a lease.*resourceNames: \[\\"datadog-leader-election\\"\]\\n {4}verbs: \[\\"get\\", \\"update\\"\].*verbs: \[\\"create\\"\]/,
  },
  {
    row: '7.46: a ConfigMap',
    facts: [...base(), ...rights(on('7.46.0'), /configmaps/)],
    expect: { cause: 'leader-lock-forbidden' },
    says: /configmap/,
  },
  {
    row: 'Agent 5: Endpoints',
    facts: [...base(), ...rights(on('5.32'), /endpoints/)],
    expect: { cause: 'leader-lock-forbidden' },
    says: /endpoints/,
  },
  { row: 'not ours to ask', facts: [...base(), ...rights(on(), undefined, /leases/)], expect: 'cannot-tell' },
]);
