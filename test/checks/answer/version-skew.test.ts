import { versionSkew } from '../../../src/checks/answer/version-skew.js';
import { base, fact, nodeObject } from '../facts.js';

import { judgeTable } from '../table.js';

const server = (gitVersion: string) => fact('apiserver/version', { gitVersion, major: 1, minor: Number(gitVersion.split('.')[1]) });

judgeTable(versionSkew, [
  { row: 'nothing known', facts: base(), expect: 'cannot-tell' },
  {
    row: 'no version one could read',
    facts: [...base(), server('v1.36.2'), nodeObject({ kubeletVersion: 'unknown' })],
    expect: 'cannot-tell',
  },
  { row: 'the same', facts: [...base(), server('v1.36.2'), nodeObject({ kubeletVersion: 'v1.36.0' })], expect: 'pass' },
  { row: 'three behind', facts: [...base(), server('v1.36.2'), nodeObject({ kubeletVersion: 'v1.33.4-gke.100' })], expect: 'pass' },
  {
    row: 'four behind',
    facts: [...base({ node: 'n1' }), server('v1.36.2'), nodeObject({ kubeletVersion: 'v1.32.9' })],
    expect: { cause: 'kubelet-version-skew', severity: 'risk', certainty: 'proven' },
    witnesses: ['apiserver/node', 'apiserver/version'],
    says: /4 minor versions behind.*kubectl drain n1/,
  },
  {
    row: 'before 1.25 two were the limit',
    facts: [...base(), server('v1.27.1'), nodeObject({ kubeletVersion: 'v1.24.1' })],
    expect: { cause: 'kubelet-version-skew' },
    witnesses: ['apiserver/node', 'apiserver/version'],
  },
  {
    row: 'newer than its apiserver',
    facts: [...base(), server('v1.35.0+k3s1'), nodeObject({ kubeletVersion: 'v1.36.2' })],
    expect: { cause: 'kubelet-version-skew' },
    witnesses: ['apiserver/node', 'apiserver/version'],
    says: /newer than apiserver/,
  },
]);
