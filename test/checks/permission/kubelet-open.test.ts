import { kubeletOpen } from '../../../src/checks/permission/kubelet-open/check.js';
import type { Payload } from '../../../src/model/facts.js';
import { atNode, base, failed, pending } from '../facts.js';
import { access, answer, credentials, forbidden, identity, unauthorized } from '../kubelet-answers.js';
import { nodeConfig, nodeProcess } from '../node-facts.js';
import { judgeTable } from '../table.js';

const pods = { payload: { recognised: 'pod-list', items: 14 } } as const;
const configz = (authorizationMode: string): { payload: Payload } => ({
  payload: { recognised: 'kubelet-configuration', kubelet: { authorizationMode } },
});
const nobody = unauthorized('nobody', '/pods');
const agent = [...base(), ...credentials('token'), identity()];

judgeTable(kubeletOpen, [
  { row: 'closed', facts: [...agent, nobody, answer('token', '/pods', 200, '', pods), ...access('pods')], expect: 'pass' },
  { row: 'no answer at all', facts: [...base(), failed('kubelet/http', 'nobody GET /pods', 'ETIMEDOUT')], expect: 'cannot-tell' },
  { row: 'no answer yet', facts: [...base(), pending('kubelet/http', 'nobody GET /pods')], expect: 'cannot-tell' },
  {
    row: 'anonymous access',
    facts: [...agent, answer('nobody', '/pods', 200, '', pods), answer('token', '/configz', 200, '', configz('AlwaysAllow'))],
    expect: { cause: 'kubelet-anonymous-access', certainty: 'proven', severity: 'risk' },
    witnesses: ['kubelet/http'],
    says: /14 pods.*anonymous:\\n {4}enabled: false/,
  },
  {
    row: 'anonymous known but not allowed',
    facts: [...base(), forbidden('nobody', '/pods', 'system:anonymous', 'pods proxy')],
    expect: 'pass',
  },
  { row: 'a page of something else', facts: [...base(), answer('nobody', '/pods', 200, '', { voice: 'unknown' })], expect: 'pass' },
  {
    row: 'AlwaysAllow by its own configuration, whatever our rights are',
    facts: [...agent, nobody, answer('token', '/configz', 200, '', configz('AlwaysAllow')), ...access('proxy')],
    expect: { cause: 'kubelet-always-allow', certainty: 'proven', severity: 'risk' },
    witnesses: ['kubelet/http'],
  },
  {
    row: 'the apiserver denies everything, the kubelet reads out',
    facts: [...agent, nobody, answer('token', '/pods', 200, '', pods), ...access()],
    expect: { cause: 'kubelet-always-allow', certainty: 'suspected', severity: 'risk' },
    says: /allows what the apiserver denies.*\/pods: 200 as system:serviceaccount:datadog:agent/,
  },
  {
    row: 'the same, and its configuration says Webhook: an old decision',
    facts: [...agent, nobody, answer('token', '/configz', 200, '', configz('Webhook')), ...access()],
    expect: 'pass',
    says: /5 minutes/,
  },
  {
    row: 'the apiserver judged another credential',
    facts: [...base(), identity(), nobody, answer('certificate', '/pods', 200, '', pods), ...access()],
    expect: 'pass',
  },
  {
    row: 'on the node: open to everyone by its configuration, nothing asked',
    facts: [atNode(), nodeProcess(), nodeConfig({ 'authentication.anonymous.enabled': true, 'authorization.mode': 'AlwaysAllow' })],
    expect: { cause: 'kubelet-anonymous-access', certainty: 'proven', severity: 'risk' },
    witnesses: ['self/kubelet-config'],
    says: /authorization\.mode: AlwaysAllow \(\/var\/lib\/kubelet\/config\.yaml:5\)/,
  },
  {
    row: 'on the node: AlwaysAllow by its configuration',
    facts: [atNode(), nodeProcess(), nodeConfig({ 'authorization.mode': 'AlwaysAllow' })],
    expect: { cause: 'kubelet-always-allow', certainty: 'proven', severity: 'risk' },
    witnesses: ['self/kubelet-config'],
  },
  {
    row: 'on the node: anonymous access beside webhook authorization',
    facts: [...agent, nobody, nodeProcess(), nodeConfig({ 'authentication.anonymous.enabled': true })],
    expect: 'pass',
  },
]);
