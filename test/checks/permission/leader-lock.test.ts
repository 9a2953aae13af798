import { leaderLock } from '../../../src/checks/permission/leader-lock.js';
import type { Choices } from '../../../src/profiles/resolve.js';
import { base } from '../facts.js';
import { answered, byRoles, profile, rights } from '../rights-facts.js';
import { judgeTable } from '../table.js';

const on = (version?: string, change: Partial<Choices> = {}) =>
  profile({ asked: ['leader-election'], ...(version ? { agentVersion: { value: version, from: '--agent-version' } } : {}), ...change });
const leases = { environment: { DD_LEADER_ELECTION_DEFAULT_RESOURCE: 'leases' } };
const FORBIDDEN = { cause: 'leader-lock-forbidden', certainty: 'proven', severity: 'degrades' } as const;
const LEASES = { group: 'coordination.k8s.io', resource: 'leases', namespace: 'datadog' };
/** Answers about the other kind of lock. */
const leasesAre = (allowed: boolean) => [
  ...['get', 'update'].map((verb) => answered({ ...LEASES, verb, name: 'datadog-leader-election' }, allowed)),
  answered({ ...LEASES, verb: 'create' }, allowed),
];
const afar = on(undefined, { outOfSight: true });

judgeTable(leaderLock, [
  { row: 'off', facts: [...base(), ...rights(profile())], expect: 'not-applicable' },
  {
    row: 'held but for its name, which a setting chooses that cannot be seen',
    facts: [...base(), ...rights(afar, /(get|update) configmaps/), ...leasesAre(false)],
    expect: 'cannot-tell',
    wants: ['self/profile'],
    says: /a lock named datadog-leader-election; DD_LEADER_LEASE_NAME/,
  },
  { row: 'held', facts: [...base(), ...rights(on())], expect: 'pass' },
  {
    row: 'by default a ConfigMap, whatever the role says of leases; create without its name',
    facts: [...base(), ...rights(on(), /configmaps/), ...leasesAre(true)],
    expect: FORBIDDEN,
    witnesses: ['apiserver/access', 'apiserver/access', 'apiserver/access'],
    says: /locks on a ConfigMap: the default.*resources: \[\\"configmaps\\"\]\\n {4}resourceNames: \[\\"datadog-leader-election\\"\]\\n {4}verbs: \[\\"get\\", \\"update\\"\].*verbs: \[\\"create\\"\]/,
    neverSays: /leases/,
  },
  {
    row: 'by the roles of a bundle',
    facts: [...base(), ...byRoles(rights(on(), /configmaps/))],
    expect: FORBIDDEN,
    witnesses: ['apiserver/access', 'apiserver/access', 'apiserver/access'],
    says: /by the roles in this bundle, \S+ may not get configmaps/,
  },
  { row: 'told to use a Lease: held', facts: [...base(), ...rights(on('7.82.0', leases))], expect: 'pass' },
  {
    row: 'told to use a Lease',
    facts: [...base(), ...rights(on('7.82.0', leases), /leases/)],
    expect: FORBIDDEN,
    witnesses: ['apiserver/access', 'apiserver/access', 'apiserver/access'],
    says: /locks on a Lease: DD_LEADER_ELECTION_DEFAULT_RESOURCE=leases/,
    neverSays: /configmaps/,
  },
  {
    row: 'told so, and too old to know the setting: a ConfigMap',
    facts: [...base(), ...rights(on('7.46.0', leases), /configmaps/)],
    expect: FORBIDDEN,
    witnesses: ['apiserver/access', 'apiserver/access', 'apiserver/access'],
    says: /ConfigMap: agent 7\.46\.0/,
  },
  {
    row: 'Agent 5: Endpoints',
    facts: [...base(), ...rights(on('5.32'), /endpoints/)],
    expect: { cause: 'leader-lock-forbidden' },
    witnesses: ['apiserver/access', 'apiserver/access', 'apiserver/access'],
    says: /Endpoints/,
  },
  { row: 'its settings out of sight: the default is held', facts: [...base(), ...rights(afar), ...leasesAre(false)], expect: 'pass' },
  {
    row: 'its settings out of sight, and a role with leases alone: that depends on the setting',
    facts: [...base(), ...rights(afar, /configmaps/), ...leasesAre(true)],
    expect: 'cannot-tell',
    wants: ['self/profile'],
    says: /may lock on a Lease but not on a ConfigMap; DD_LEADER_ELECTION_DEFAULT_RESOURCE.*kubectl -n datadog get pods/,
  },
  {
    row: 'its settings out of sight, and the rights to neither: both are granted, so that it works either way',
    facts: [...base(), ...rights(afar, /configmaps/), ...leasesAre(false)],
    expect: FORBIDDEN,
    witnesses: ['apiserver/access', 'apiserver/access', 'apiserver/access', 'apiserver/access', 'apiserver/access', 'apiserver/access'],
    says: /neither.*resources: \[\\"(configmaps|leases)\\"\].*resources: \[\\"(configmaps|leases)\\"\]/,
  },
  { row: 'not ours to ask', facts: [...base(), ...rights(on(), undefined, /configmaps/)], expect: 'cannot-tell' },
]);
