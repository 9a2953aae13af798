import { identity } from '../../../src/checks/authentication/identity/check.js';
import type { AnyFact, Identity, Setting, TokenClaims } from '../../../src/model/facts.js';
import { atNode, base, certificate, fact, failed } from '../facts.js';
import { AGENT, answer } from '../kubelet-answers.js';
import { judgeTable } from '../table.js';

const review = (change: Partial<Identity> = {}) =>
  fact('apiserver/identity', { user: AGENT, groups: [], by: 'review', pod: 'agent-x', node: 'n1', ...change });
const token = (change: Partial<TokenClaims> = {}) =>
  fact(
    'apiserver/credential',
    { as: 'token', source: '/run/token', token: { audiences: [], legacy: false, subject: AGENT, pod: 'agent-x', node: 'n1', ...change } },
    'token',
  );
const node = (value: string, origin: Setting['origin']): AnyFact[] => [
  base()[0]!,
  fact('self/settings', [{ setting: 'node', value, origin, source: 'DD_KUBERNETES_KUBELET_NODENAME' }]),
];
const as = (value: string): AnyFact => fact('self/settings', [{ setting: 'apiserver.as', value, origin: 'flag', source: '--as' }]);
const debugPod = atNode({ place: 'debug-pod', serviceEnvironment: true });

const DEFAULT = review({ user: 'system:serviceaccount:default:default' });
const n1 = { host: 'n1', port: 10250, origin: 'token', source: 'the token' } as const;
const byFlag = (value: string) => fact('self/settings', [{ setting: 'kubelet.host', value, origin: 'flag', source: '--kubelet-host' }]);

judgeTable(identity, [
  { row: 'as the token says', facts: [...node('n1', 'agent environment'), token(), review()], expect: 'pass' },
  { row: 'not reviewed', facts: base(), expect: 'cannot-tell' },
  { row: 'not known at all', facts: [...base(), review({ user: 'system:anonymous' })], expect: 'not-applicable' },
  { row: 'no claims to compare', facts: [...base(), review({ pod: undefined, node: undefined })], expect: 'pass' },
  {
    row: 'another user than the token: impersonation or a proxy',
    facts: [...base(), token(), review({ user: 'system:serviceaccount:proxy:gateway', pod: undefined })],
    expect: { cause: 'identity-unexpected', severity: 'degrades' },
    witnesses: ['apiserver/identity', 'apiserver/credential'],
    says: /SelfSubjectReview: system:serviceaccount:proxy:gateway"/,
  },
  {
    row: 'another user on purpose: --as',
    facts: [base()[0]!, as('jane'), token(), review({ user: 'jane', pod: undefined })],
    expect: 'pass',
  },
  {
    row: 'in the name of somebody whom we may not impersonate',
    facts: [base()[0]!, as('jane'), token(), failed('apiserver/identity', '', 'EIMPERSONATION')],
    expect: { cause: 'impersonation-forbidden', severity: 'degrades' },
    witnesses: ['apiserver/identity'],
    says: /may not impersonate jane \(--as\)/,
  },
  {
    row: 'the user of the certificate, which is sent beside the token',
    facts: [
      ...base(),
      token(),
      fact(
        'apiserver/credential',
        { as: 'certificate', source: '/tls.crt', certificate: { ...certificate({ subject: 'O=ops\nCN=lab-admin' }), clientUsage: true } },
        'certificate',
      ),
      review({ user: 'lab-admin', pod: undefined }),
    ],
    expect: 'pass',
  },
  {
    row: 'another pod',
    facts: [...base(), token(), review({ pod: 'agent-y' })],
    expect: { cause: 'identity-unexpected', severity: 'risk' },
    witnesses: ['apiserver/identity', 'apiserver/credential'],
  },
  {
    row: "another node than the agent's settings say: a copied token",
    facts: [...node('n2', 'agent environment'), token(), review()],
    expect: { cause: 'identity-unexpected', severity: 'risk' },
    witnesses: ['apiserver/identity', 'self/settings'],
    says: /settings name n2.*node n2 \(DD_KUBERNETES_KUBELET_NODENAME\)/,
  },
  { row: 'another node by flag: asked about on purpose', facts: [...node('n2', 'flag'), token(), review()], expect: 'pass' },
  {
    row: 'kubectl debug: the default ServiceAccount',
    facts: [debugPod, review({ user: 'system:serviceaccount:default:default' })],
    expect: { cause: 'debug-pod-foreign-identity', severity: 'note' },
    witnesses: ['apiserver/identity'],
    says: /Permissions not checked: the token belongs to default\/default.*kubelet-doctor --service-account NAMESPACE\/NAME.*--agent-process auto.*--token-file agent.token/,
  },
  {
    row: 'the same, and the kubelet answered: what is known is said',
    facts: [debugPod, DEFAULT, fact('kubelet/candidates', [n1]), answer('nobody', '/pods', 401), byFlag('10.0.0.7')],
    expect: { cause: 'debug-pod-foreign-identity', severity: 'note' },
    witnesses: ['apiserver/identity'],
    says: /Kubelet reached; permissions not checked.*kubelet-doctor --kubelet-host 10\.0\.0\.7 --service-account NAMESPACE\/NAME/,
  },
  {
    row: 'the same, and no address of the kubelet is known',
    facts: [debugPod, DEFAULT, fact('kubelet/candidates', [])],
    expect: { cause: 'debug-pod-foreign-identity', severity: 'note' },
    witnesses: ['apiserver/identity'],
    says: /Kubelet address unknown; permissions not checked.*--kubelet-host ADDRESS --service-account/,
  },
  {
    row: 'a host that is no name never gets into the command',
    facts: [debugPod, DEFAULT, byFlag('$(id)')],
    expect: { cause: 'debug-pod-foreign-identity' },
    witnesses: ['apiserver/identity'],
    neverSays: /\$\(id\)/,
  },
  {
    row: 'kubectl debug, the agent named: it is the one who is judged',
    facts: [debugPod, DEFAULT, fact('apiserver/account', { user: AGENT, from: 'flag', by: 'review' })],
    expect: 'pass',
  },
  {
    row: 'the same, though its rights are not ours to ask for',
    facts: [debugPod, DEFAULT, failed('apiserver/account', '', 'HTTP403', { user: AGENT, from: 'flag', by: 'impersonation' })],
    expect: 'pass',
  },
  { row: "a debug pod with the agent's ServiceAccount", facts: [debugPod, token(), review()], expect: 'pass' },
]);
