import { roleExcess } from '../../../src/checks/permission/role-excess.js';
import { base, fact, failed, nodeObject } from '../facts.js';

import { profile, rights } from '../rights-facts.js';
import { judgeTable } from '../table.js';

const deep = profile({ inDepth: true });
const versions = (...all: string[]) =>
  fact('apiserver/kubelet-versions', { complete: true, versions: all.map((version) => ({ version, nodes: 1, examples: ['n1'] })) });

judgeTable(roleExcess, [
  { row: 'a bare check does not judge it', facts: [...base(), ...rights(profile())], expect: 'not-applicable' },
  { row: 'nodes/proxy not held', facts: [...base(), ...rights(deep, /proxy/), versions('v1.36.0')], expect: 'pass' },
  {
    row: 'held where every kubelet takes less: first grant, then take away',
    witnesses: ['apiserver/access', 'apiserver/kubelet-versions'],
    facts: [...base(), ...rights(deep, /nodes\/(configz|pods)/), versions('v1.33.1', 'v1.36.0')],
    expect: { cause: 'role-grants-too-much', severity: 'risk', certainty: 'proven' },
    says: /"nodes\/configz\\", \\"nodes\/pods\\".*grants 2 rights, no others/,
    neverSays: /\\"nodes\/proxy\\"/,
  },
  {
    row: 'held, as all others are: nothing is granted that is there',
    witnesses: ['apiserver/access', 'apiserver/kubelet-versions'],
    facts: [...base(), ...rights(deep), versions('v1.33.1')],
    expect: { cause: 'role-grants-too-much' },
    says: /Remove nodes\/proxy/,
    neverSays: /kind: ClusterRole/,
  },
  {
    row: 'of the one node that is known',
    witnesses: ['apiserver/access', 'apiserver/node'],
    facts: [...base(), ...rights(deep), nodeObject()],
    expect: { cause: 'role-grants-too-much' },
  },
  {
    row: 'not all kubelets were listed: an older one may be in the rest',
    facts: [
      ...base(),
      ...rights(deep),
      fact('apiserver/kubelet-versions', { complete: false, versions: [{ version: 'v1.36.0', nodes: 1, examples: ['n1'] }] }),
    ],
    expect: 'cannot-tell',
    wants: ['apiserver/kubelet-versions'],
  },
  { row: 'one kubelet of 1.32', facts: [...base(), ...rights(deep), versions('v1.32.4', 'v1.36.0')], expect: 'pass' },
  {
    row: 'container logs through the kubelet need it',
    facts: [...base(), ...rights(profile({ inDepth: true, asked: ['container-logs'] })), versions('v1.36.0')],
    expect: 'pass',
  },
  {
    row: 'a Fargate sidecar asks the node proxy',
    facts: [...base(), ...rights(profile({ inDepth: true, environment: { DD_EKS_FARGATE: 'true' } })), versions('v1.36.0')],
    expect: 'pass',
  },
  {
    row: 'settings that cannot be seen may need it',
    facts: [...base(), ...rights(profile({ inDepth: true, outOfSight: true })), versions('v1.36.0')],
    expect: 'cannot-tell',
    wants: ['self/profile'],
    says: /EKS Fargate/,
  },
  { row: 'versions not asked yet', facts: [...base(), ...rights(deep)], expect: 'cannot-tell', wants: ['apiserver/kubelet-versions'] },
  {
    row: 'versions not ours to list',
    facts: [...base(), ...rights(deep), failed('apiserver/kubelet-versions', '', 'HTTP403')],
    expect: 'not-applicable',
  },
]);
