import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { kubeletForbidden } from '../../../src/checks/permission/kubelet-forbidden/check.js';
import { canI, grantNodeRights } from '../../../src/manifests/rbac-yaml.js';
import type { AnyFact, Need } from '../../../src/model/facts.js';
import { metricsServer } from '../../../src/profiles/metrics-server.js';
import { base, certificate, fact, failed, nodeObject, pending } from '../facts.js';
import { AGENT, access, answer, credentials, forbidden, identity } from '../kubelet-answers.js';
import { account, answered, byRoles, profile } from '../rights-facts.js';
import { judgeTable } from '../table.js';

const ALL = ['/pods', '/healthz', '/metrics', '/metrics/cadvisor', '/metrics/probes', '/stats/summary', '/configz'];
const reads = (...paths: string[]) => paths.map((path) => answer('token', path, 200));
const open = (...paths: string[]) => paths.map((path) => answer('nobody', path, 200));
const others = (...paths: string[]) => reads(...ALL.filter((path) => !paths.includes(path)));
const agent = [...base(), ...credentials('token'), identity()];
const refused = (user = AGENT, old = false): AnyFact[] =>
  ALL.map((path) => {
    const own = { '/pods': 'pods', '/healthz': 'healthz', '/configz': 'configz' }[path];
    const right = path.startsWith('/metrics') ? 'metrics' : path.startsWith('/stats') ? 'stats' : old ? 'proxy' : `${own} proxy`;
    return forbidden('token', path, user, right, old);
  });
const withheld = { kind: 'http', target: 'kubelet', subject: 'token GET /pods', outcome: { status: 'absent', why: 'withheld' } } as AnyFact;
const debugPod = (facts: AnyFact[]): AnyFact[] =>
  facts.map((f) =>
    f.kind === 'place' && f.outcome.status === 'observed'
      ? { ...f, outcome: { ...f.outcome, data: { ...f.outcome.data, place: 'debug-pod' as const } } }
      : f,
  );
const clientCertificate = (cn: string) => ({ certificate: { ...certificate({ subject: `O=ops, CN=${cn}` }), clientUsage: true } });

const OTHER = 'system:serviceaccount:datadog:other';
const named = () => [account({ user: OTHER, from: 'flag', by: 'review' })];
const reviewsOf = (user: string, ...allowed: string[]) =>
  ['configz', 'healthz', 'metrics', 'pods', 'proxy', 'stats'].map((subresource) =>
    answered({ verb: 'get', group: '', resource: 'nodes', subresource }, allowed.includes(subresource), user),
  );

judgeTable(kubeletForbidden, [
  { row: 'reads everything', facts: [...agent, ...reads(...ALL)], expect: 'pass' },
  {
    row: 'all of them, of an agent that lives on the open read-only port: not lost yet',
    facts: [
      ...base({ 'kubelet.host': '10.0.0.7', 'kubelet.port': '0', 'kubelet.httpPort': '10255' }),
      ...credentials('token'),
      identity(),
      ...refused(),
      fact('kubelet/second-sight', { by: 'read-only-port', status: 200, said: 'ok', kubelet: 'answers' }, 'read-only-port'),
    ],
    expect: { cause: 'kubelet-permission-missing', severity: 'risk', certainty: 'suspected' },
    says: /the agent asks 10\.0\.0\.7:10255 alone/,
  },
  {
    row: 'one path: stats, with the YAML that closes the gap',
    facts: [
      ...agent,
      ...others('/stats/summary'),
      forbidden('token', '/stats/summary', AGENT, 'stats'),
      ...access('pods', 'proxy', 'metrics'),
    ],
    expect: { cause: 'kubelet-permission-missing', certainty: 'proven', severity: 'blocks' },
    witnesses: ['apiserver/access', 'kubelet/http'],
    says: /denies the agent nodes\/stats.*\/stats\/summary: 403.*system:serviceaccount:datadog:agent: get nodes\/stats denied.*resources: \[\\"nodes\/stats\\"\].*--subresource=stats/,
    neverSays: /nodes\/metrics|nodes\/proxy/,
  },
  {
    row: 'GKE: the pod list from the apiserver first, as Autopilot grants no one nodes/proxy',
    facts: [...agent, nodeObject({ kubeletVersion: 'v1.31.4-gke.100' }), ...refused(AGENT, true), ...access()],
    expect: { cause: 'kubelet-permission-missing' },
    witnesses: [...Array<Need>(3).fill('apiserver/access'), ...ALL.map((): Need => 'kubelet/http')],
    says: /"fixes":\[\{"owner":"agent".*?DD_KUBELET_USE_API_SERVER=true.*?useApiServer.*nodes\/proxy/,
  },
  {
    row: 'Autopilot by the name of its node: without nodes/proxy in the role',
    facts: [...agent, nodeObject({ kubeletVersion: 'v1.31.4-gke.100', platform: 'GKE Autopilot' }), ...refused(AGENT, true), ...access()],
    expect: { cause: 'kubelet-permission-missing' },
    witnesses: [...Array<Need>(3).fill('apiserver/access'), ...ALL.map((): Need => 'kubelet/http')],
    says: /"fixes":\[\{"owner":"agent".*?DD_KUBELET_USE_API_SERVER=true/,
    neverSays: /\[\\"nodes\/proxy|nodes\/proxy\\"\]/,
  },
  {
    row: 'all paths, new text: fine-grained rights',
    facts: [...agent, ...refused(), ...access()],
    expect: { cause: 'kubelet-permission-missing', severity: 'blocks' },
    witnesses: [
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'kubelet/http',
      'kubelet/http',
      'kubelet/http',
      'kubelet/http',
      'kubelet/http',
      'kubelet/http',
      'kubelet/http',
    ],
    says: /refuses every path.*nodes\/configz\\", \\"nodes\/healthz\\", \\"nodes\/metrics\\", \\"nodes\/pods\\", \\"nodes\/stats\\"/,
    neverSays: /nodes\/proxy\\"/,
  },
  {
    row: 'refused, and nobody may ask whether that still holds: it may be remembered',
    facts: [...agent, ...refused()],
    expect: { cause: 'kubelet-permission-missing', certainty: 'suspected' },
    wants: ['apiserver/access', 'kubelet/http'],
    says: /"alternatives":\["kubelet-decision-cached"\].*kubelet-doctor --wait/,
  },
  {
    row: 'all paths, old text: nodes/proxy, or the pod list from the apiserver',
    facts: [...agent, ...refused(AGENT, true)],
    expect: { cause: 'kubelet-permission-missing', severity: 'blocks' },
    says: /\[\\"nodes\/metrics\\", \\"nodes\/proxy\\", \\"nodes\/stats\\"\].*DD_KUBELET_USE_API_SERVER=true/,
  },
  {
    row: 'only /configz: an optional feature',
    facts: [...agent, ...others('/configz'), forbidden('token', '/configz', AGENT, 'configz proxy'), ...access('pods', 'healthz')],
    expect: { cause: 'kubelet-permission-missing', severity: 'degrades' },
    witnesses: ['apiserver/access', 'kubelet/http'],
  },
  {
    row: 'pod list taken from the apiserver: /pods is not needed',
    facts: [
      ...base({ 'agent.useApiServer': 'true' }),
      ...credentials('token'),
      identity(),
      ...others('/pods'),
      forbidden('token', '/pods', AGENT, 'pods proxy'),
      ...access('metrics'),
    ],
    expect: 'pass',
  },
  {
    row: 'a client certificate: bound as a user, named by our own file',
    facts: [
      ...base(),
      ...credentials('certificate', '/tls.crt', clientCertificate('ops@example')),
      forbidden('certificate', '/pods', 'ops@example', 'pods proxy'),
    ],
    expect: { cause: 'kubelet-permission-missing' },
    says: /kind: User\\n {4}apiGroup: rbac.authorization.k8s.io\\n {4}name: \\"ops@example\\"/,
  },
  {
    row: 'a name only the kubelet said: no YAML of it',
    facts: [...base(), identity(), forbidden('token', '/pods', 'system:serviceaccount:evil:admin', 'pods proxy'), ...access('pods')],
    expect: { cause: 'kubelet-permission-missing' },
    neverSays: /kind: ClusterRole|--as=/,
  },
  {
    row: 'a subresource only the kubelet said: not granted',
    facts: [...agent, forbidden('token', '/pods', AGENT, 'pods * proxy'), ...access()],
    expect: { cause: 'kubelet-permission-missing' },
    witnesses: ['apiserver/access', 'apiserver/access', 'apiserver/access', 'apiserver/access', 'apiserver/access', 'kubelet/http'],
    neverSays: /nodes\/\*/,
  },
  {
    row: 'fine-grained rights, kubelet 1.31',
    facts: [
      ...agent,
      nodeObject({ kubeletVersion: 'v1.31.14' }),
      ...others('/pods', '/healthz', '/configz'),
      forbidden('token', '/pods', AGENT, 'proxy', true),
      forbidden('token', '/healthz', AGENT, 'proxy', true),
      forbidden('token', '/configz', AGENT, 'proxy', true),
      ...access('pods', 'healthz', 'configz', 'metrics', 'stats'),
    ],
    expect: { cause: 'fine-grained-permission-too-new', certainty: 'proven', severity: 'blocks' },
    witnesses: ['apiserver/access', 'kubelet/http', 'kubelet/http', 'kubelet/http'],
    says: /v1\.31\.14.*nodes\/proxy\\"\]/,
  },
  {
    row: 'fine-grained rights, kubelet 1.32 with the gate off: by its own words',
    facts: [...agent, ...others('/pods'), forbidden('token', '/pods', AGENT, 'proxy'), ...access('pods', 'metrics', 'stats')],
    expect: { cause: 'fine-grained-permission-too-new' },
    witnesses: ['apiserver/access', 'kubelet/http'],
  },
  {
    row: 'the right is there now: a refusal remembered',
    facts: [...agent, ...refused(), ...access('pods', 'healthz', 'configz', 'metrics', 'stats')],
    expect: { cause: 'kubelet-decision-cached', severity: 'blocks' },
    witnesses: ['kubelet/http', 'apiserver/access', 'apiserver/access', 'apiserver/access', 'apiserver/access', 'apiserver/access'],
    says: /up to 30 s.*nodes\/metrics allowed/,
  },
  {
    row: 'withheld: judged by the apiserver, for this version',
    facts: [...agent, nodeObject({ kubeletVersion: 'v1.31.0' }), withheld, ...access('metrics', 'stats')],
    expect: { cause: 'kubelet-permission-missing', severity: 'blocks' },
    witnesses: ['apiserver/access'],
    says: /"observedAt":"apiserver".*may not get nodes\/proxy.*nodes\/proxy denied \(\/pods, \/healthz, \/configz\).*nodes\/proxy\\"\]/,
  },
  {
    row: 'withheld: fine-grained rights on an old kubelet',
    facts: [...agent, nodeObject({ kubeletVersion: 'v1.31.0' }), withheld, ...access('metrics', 'stats', 'pods', 'healthz', 'configz')],
    expect: { cause: 'fine-grained-permission-too-new' },
    witnesses: ['apiserver/access'],
  },
  {
    row: 'withheld: everything held',
    facts: [...agent, nodeObject(), withheld, ...access('metrics', 'stats', 'pods', 'healthz', 'configz')],
    expect: 'pass',
    says: /according to the apiserver/,
  },
  {
    row: 'withheld, version unknown (or 1.32): the smaller rights may be enough',
    facts: [...agent, nodeObject({ kubeletVersion: 'v1.32.1' }), withheld, ...access('metrics', 'stats', 'pods', 'healthz', 'configz')],
    expect: 'cannot-tell',
    wants: ['apiserver/node'],
    says: /--as=system:serviceaccount:datadog:agent/,
  },
  {
    row: 'version unknown, but no right at all would do',
    facts: [...agent, withheld, ...access('metrics', 'stats')],
    expect: { cause: 'kubelet-permission-missing' },
    witnesses: ['apiserver/access', 'apiserver/access', 'apiserver/access'],
  },
  {
    row: 'a kubelet that gives everything to anyone needs no right',
    facts: [...agent, withheld, answer('nobody', '/pods', 200), ...access()],
    expect: 'not-applicable',
  },
  {
    row: 'nor does a named account that the apiserver gives none',
    facts: [...agent, ...named(), ...open(...ALL), ...reviewsOf(OTHER)],
    expect: 'not-applicable',
  },
  {
    row: "nor a kubelet's own identity, whose rights are none of the agent's",
    facts: [...base(), identity('system:node:n1'), ...open(...ALL)],
    expect: 'not-applicable',
  },
  {
    row: 'open for some paths alone: for the others a right is needed',
    facts: [...agent, withheld, ...open('/pods', '/healthz'), forbidden('nobody', '/metrics', 'system:anonymous', 'metrics'), ...access()],
    expect: { cause: 'kubelet-permission-missing' },
    witnesses: ['apiserver/access', 'apiserver/access', 'apiserver/access'],
    says: /denied \(\/metrics, \/metrics\/cadvisor, \/metrics\/probes\).*denied \(\/stats\/summary\).*denied \(\/configz\)/,
  },
  {
    row: 'open to anyone, and refused to us: the refusal counts',
    facts: [...agent, ...refused(), answer('nobody', '/pods', 200), ...access()],
    expect: { cause: 'kubelet-permission-missing' },
    witnesses: [
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'kubelet/http',
      'kubelet/http',
      'kubelet/http',
      'kubelet/http',
      'kubelet/http',
      'kubelet/http',
      'kubelet/http',
    ],
  },
  {
    row: 'as system:anonymous: not the rights of our identity',
    facts: [...agent, nodeObject(), forbidden('token', '/pods', 'system:anonymous', 'pods proxy'), ...access('metrics', 'stats', 'proxy')],
    expect: 'pass',
  },
  {
    row: "a proxy's 403",
    facts: [...agent, answer('token', '/pods', 403, '<html>', { voice: 'proxy' }), ...access('metrics', 'stats', 'proxy')],
    expect: 'not-applicable',
  },
  { row: 'nobody said anything', facts: [...base(), failed('kubelet/http', 'nobody GET /pods', 'ETIMEDOUT')], expect: 'cannot-tell' },
  { row: 'no answer yet', facts: [...agent, pending('kubelet/http', 'token GET /pods')], expect: 'cannot-tell' },
  {
    row: "kubectl debug: the default ServiceAccount's rights are not judged",
    facts: [...debugPod(base()), identity('system:serviceaccount:default:default'), ...access()],
    expect: 'cannot-tell',
    wants: ['apiserver/access'],
  },
  {
    row: 'of an account that does not exist nothing is said to be held or missing',
    facts: [...base(), identity(), failed('apiserver/account', '', 'ENOACCOUNT', { user: OTHER, from: 'flag', by: 'review' })],
    expect: 'cannot-tell',
    says: /no such ServiceAccount/,
  },
  {
    row: 'another, about whom we may not ask: the commands are about that one',
    facts: [
      ...debugPod(base()),
      identity('system:serviceaccount:default:default'),
      failed('apiserver/account', '', 'HTTP403', { user: OTHER, from: 'flag', by: 'impersonation' }),
    ],
    expect: 'cannot-tell',
    says: /review the permissions of system:serviceaccount:datadog:other nor impersonate it.*--as=system:serviceaccount:datadog:other/,
    neverSays: /--as=system:serviceaccount:default/,
  },
  {
    row: "a kubelet's own identity has no rights on nodes, and needs none",
    facts: [...base(), ...refused('system:node:n1')],
    expect: 'cannot-tell',
  },
  {
    row: 'a named account: by the reviews alone, whatever the kubelet let us read',
    facts: [...agent, ...named(), nodeObject(), ...reads(...ALL), ...reviewsOf(OTHER, 'pods', 'healthz', 'configz', 'metrics')],
    expect: { cause: 'kubelet-permission-missing', certainty: 'proven' },
    witnesses: ['apiserver/access'],
    says: /may not get nodes\/stats.*system:serviceaccount:datadog:other: get nodes\/stats denied.*name: \\"other\\"/,
  },
  {
    row: 'a named account, and nobody may ask about it: what we may read ourselves is no answer',
    facts: [...agent, failed('apiserver/account', '', 'HTTP403', { user: OTHER, from: 'flag', by: 'impersonation' }), ...reads(...ALL)],
    expect: 'cannot-tell',
    wants: ['apiserver/access'],
  },
  {
    row: 'a named account on many nodes: the oldest kubelet counts',
    facts: [
      ...agent,
      ...named(),
      ...reviewsOf(OTHER, 'pods', 'healthz', 'configz', 'metrics', 'stats'),
      fact('apiserver/kubelet-versions', {
        complete: true,
        versions: [
          { version: 'v1.31.4', nodes: 1, examples: ['n7'] },
          { version: 'v1.36.0', nodes: 2, examples: ['n1', 'n2'] },
        ],
      }),
    ],
    expect: { cause: 'fine-grained-permission-too-new' },
    witnesses: ['apiserver/access'],
    says: /v1\.31\.4 on n7/,
  },
  {
    row: "the account of the agent's pod on this node, asked about as its kubelet: no right at all",
    facts: [
      ...base(),
      identity('system:node:n1'),
      account({ user: OTHER, from: 'pod', by: 'review', pod: 'datadog/agent-x' }),
      nodeObject(),
      ...reviewsOf(OTHER),
    ],
    expect: { cause: 'kubelet-permission-missing', certainty: 'proven', severity: 'blocks' },
    witnesses: ['apiserver/access', 'apiserver/access', 'apiserver/access', 'apiserver/access', 'apiserver/access'],
    says: /has no kubelet permissions.*datadog:other: get nodes\/pods denied.*datadog\.other/,
  },
  {
    row: 'by the roles of a bundle: no right at all, and no server is said to say so',
    facts: [...base(), account({ user: OTHER, from: 'workload', by: 'roles' }), nodeObject(), ...byRoles(reviewsOf(OTHER))],
    expect: { cause: 'kubelet-permission-missing', certainty: 'proven', severity: 'blocks' },
    witnesses: ['apiserver/access', 'apiserver/access', 'apiserver/access', 'apiserver/access', 'apiserver/access'],
    says: /By its roles, the agent has no kubelet permissions.*by the roles in this bundle, \S+ may not get nodes\/pods/,
    neverSays: /access review|According to the apiserver/,
  },
  {
    row: 'by the roles of a bundle: some',
    facts: [
      ...base(),
      account({ user: OTHER, from: 'workload', by: 'roles' }),
      nodeObject(),
      ...byRoles(reviewsOf(OTHER, 'metrics', 'stats', 'healthz', 'configz')),
    ],
    expect: { cause: 'kubelet-permission-missing', certainty: 'proven', severity: 'blocks' },
    witnesses: ['apiserver/access'],
    says: /By its roles, the agent may not get nodes\//,
  },
  {
    row: 'by the roles of a bundle: all',
    facts: [
      ...base(),
      account({ user: OTHER, from: 'workload', by: 'roles' }),
      nodeObject(),
      ...byRoles(reviewsOf(OTHER, 'metrics', 'stats', 'healthz', 'configz', 'pods', 'proxy')),
    ],
    expect: 'pass',
    says: /by the roles in this bundle; no server was asked/,
  },
  {
    row: 'another profile does not read these paths',
    facts: [...agent, fact('self/profile', profile({}, metricsServer)), ...refused(), ...access()],
    expect: 'not-applicable',
  },
  {
    row: "an identity by an older server's refusal is not put into YAML",
    facts: [...base(), fact('apiserver/identity', { user: AGENT, groups: [], by: 'refusal' }), ...refused(), ...access()],
    expect: { cause: 'kubelet-permission-missing' },
    witnesses: [
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'kubelet/http',
      'kubelet/http',
      'kubelet/http',
      'kubelet/http',
      'kubelet/http',
      'kubelet/http',
      'kubelet/http',
    ],
    neverSays: /kind: ClusterRole/,
  },
]);

describe('rbac-yaml', () => {
  it('quotes names, sorts, and never replaces a role of another set', () => {
    const yaml = grantNodeRights('system:serviceaccount:on:123', ['stats', 'metrics', 'stats'])?.yaml ?? '';
    assert.match(yaml, /name: "kubelet-doctor-on\.123-[0-9a-f]{8}"\nrules/);
    assert.notEqual(yaml.slice(0, 120), grantNodeRights('system:serviceaccount:on:123', ['metrics'])?.yaml.slice(0, 120));
    assert.match(yaml, /name: "123"\n {4}namespace: "on"$/);
    assert.equal(yaml, grantNodeRights('system:serviceaccount:on:123', ['metrics', 'stats'])?.yaml);
  });
  it('prints nothing for names it does not trust', () => {
    for (const user of [
      'system:serviceaccount:a:b:c',
      'system:serviceaccount:A:b',
      'system:anonymous',
      'system:node:n1',
      'a b',
      'a"b',
      'x\ny',
    ])
      assert.equal(grantNodeRights(user, ['metrics'])?.yaml, undefined, user);
    assert.equal(grantNodeRights(AGENT, ['*'])?.yaml, undefined);
    assert.equal(grantNodeRights(AGENT, [])?.yaml, undefined);
  });
  it('asks kubectl for the subresource, not for a node of that name', () => {
    assert.equal(canI('me', ['stats']), 'kubectl auth can-i get nodes --subresource=stats --as=me');
  });
});
