/**
 * Our evaluator of roles and bindings against a real apiserver: generated roles (aggregation, names, subresources, stars, paths), bindings and
 * subjects, and 10,000 pairs of subject and request, each put as a SubjectAccessReview. Seeded: `SEED=…` repeats a run.
 */
import assert from 'node:assert/strict';
import { Agent, request as https } from 'node:https';
import { after, before, describe, it } from 'node:test';
import { list, record } from '../../src/kubernetes/json.js';
import { type AccessRequest, aggregated, isAllowed, type RbacState, type Requester, requesterOf } from '../../src/kubernetes/rbac.js';
import type { RbacBinding, RbacRole } from '../../src/model/facts.js';
import { seeded } from '../support/random.js';
import { type Cluster, startCluster } from './cluster.js';
import { waitFor } from './process.js';

const PAIRS = 10_000;
const AT_ONCE = 40;
const SEED = Number(process.env.SEED ?? 20_261_128);
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

type Json = Record<string, unknown>;

const random = seeded(SEED);
const chance = (p: number) => random() < p;
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
/** One, now and then two or three. */
const few = <T>(from: readonly T[]): T[] => [...new Set(Array.from({ length: 1 + Math.floor(random() * random() * 4) }, () => pick(from)))];

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'delete'];
const GROUPS = ['', 'apps', 'example.com'];
const RESOURCES = ['pods', 'nodes', 'leases', 'things'];
const SUBRESOURCES = ['log', 'proxy', 'metrics', 'lo'];
const NAMES = ['a', 'b', 'a-b'];
const NAMESPACES = ['g1', 'g2', 'g11'];
const PATHS = ['/metrics', '/metrics/slis', '/metrics/', '/healthz', '/logs/a/b', '/met'];
const RULE_PATHS = [...PATHS, '/metrics*', '/metrics/*', '/logs/*', '/m**', '*'];
const ROLE_LABELS = { part: ['x', 'y'], level: ['1', '2'] };
const ACCOUNTS = NAMESPACES.flatMap((namespace) => ['one', 'two'].map((name) => ({ namespace, name })));
const USERS = [
  'eve',
  'mallory',
  'system:anonymous',
  ...ACCOUNTS.map(({ namespace, name }) => `system:serviceaccount:${namespace}:${name}`),
];
const OWN_GROUPS = ['ops', 'dev'];
const SYSTEM_GROUPS = ['system:serviceaccounts', ...NAMESPACES.map((each) => `system:serviceaccounts:${each}`)];

const resource = (): string => {
  const shape = random();
  if (shape < 0.05) return '*';
  if (shape < 0.15) return `*/${pick(SUBRESOURCES)}`;
  if (shape < 0.2) return `${pick(RESOURCES)}/*`;
  return chance(0.5) ? pick(RESOURCES) : `${pick(RESOURCES)}/${pick(SUBRESOURCES)}`;
};

function rule(inNamespace: boolean): Json {
  const verbs = chance(0.1) ? ['*'] : few(VERBS);
  if (!inNamespace && chance(0.3)) return { verbs, nonResourceURLs: few(RULE_PATHS) };
  const groups = chance(0.1) ? ['*'] : few(GROUPS);
  return { verbs, apiGroups: groups, resources: few([resource(), resource()]), ...(chance(0.3) ? { resourceNames: few(NAMES) } : {}) };
}

const rules = (inNamespace: boolean) => Array.from({ length: Math.floor(random() * 3) }, () => rule(inNamespace));

function selector(): Json {
  if (chance(0.6))
    return { matchLabels: { generated: 'yes', part: pick(ROLE_LABELS.part), ...(chance(0.3) ? { level: pick(ROLE_LABELS.level) } : {}) } };
  const key = pick(['part', 'level']);
  const operator = pick(['In', 'NotIn', 'Exists', 'DoesNotExist']);
  const values = /Exist/.test(operator) ? {} : { values: [pick(['x', 'y', '1', '2'])] };
  // Never without a label of ours: the apiserver has roles of its own.
  return { matchLabels: { generated: 'yes' }, matchExpressions: [{ key, operator, ...values }] };
}

function clusterRole(at: number): Json {
  const labels = {
    generated: 'yes',
    ...(chance(0.4) ? { part: pick(ROLE_LABELS.part) } : {}),
    ...(chance(0.3) ? { level: pick(ROLE_LABELS.level) } : {}),
  };
  const metadata = { name: `g${at}`, labels };
  if (at % 7 === 0)
    return {
      metadata,
      aggregationRule: { clusterRoleSelectors: Array.from({ length: 1 + Math.floor(random() * 2) }, selector) },
      rules: null,
    };
  return { metadata, rules: rules(false) };
}

function subject(namespace?: string): Json {
  const shape = random();
  if (shape < 0.25) return { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: pick(USERS) };
  if (shape < 0.5)
    return {
      kind: 'Group',
      apiGroup: 'rbac.authorization.k8s.io',
      name: pick([
        ...OWN_GROUPS,
        ...OWN_GROUPS,
        ...SYSTEM_GROUPS,
        ...(chance(0.1) ? ['system:authenticated', 'system:unauthenticated'] : []),
      ]),
    };
  const account = pick(ACCOUNTS);
  return { kind: 'ServiceAccount', name: account.name, ...(namespace && chance(0.4) ? {} : { namespace: account.namespace }) };
}

const WRITTEN = {
  clusterRoles: Array.from({ length: 42 }, (_, at) => clusterRole(at)),
  roles: NAMESPACES.flatMap((namespace) =>
    Array.from({ length: 8 }, (_, at) => ({ metadata: { namespace, name: `g${at}` }, rules: rules(true) })),
  ),
  clusterRoleBindings: Array.from({ length: 24 }, (_, at) => ({
    metadata: { name: `gb${at}` },
    // The last ones name roles that are not there.
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `g${Math.floor(random() * 45)}` },
    subjects: Array.from({ length: Math.floor(random() * 3) }, () => subject()),
  })),
  roleBindings: NAMESPACES.flatMap((namespace) =>
    Array.from({ length: 12 }, (_, at) => ({
      metadata: { namespace, name: `gb${at}` },
      roleRef: chance(0.5)
        ? { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: `g${Math.floor(random() * 9)}` }
        : { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `g${Math.floor(random() * 45)}` },
      subjects: Array.from({ length: 1 + Math.floor(random() * 2) }, () => subject(namespace)),
    })),
  ),
};

const strings = (value: unknown) => list(value).map(String);

/** As the facts hold them, read by nothing but this test: what the program keeps of them is cut to size. */
function stateOf(
  clusterRoles: unknown[],
  roles: unknown[],
  clusterRoleBindings: unknown[],
  roleBindings: unknown[],
): { written: RbacState; stored: RbacState } {
  const placed = (object: unknown) => {
    const { name, namespace } = record(record(object).metadata);
    return { name: String(name), ...(namespace ? { namespace: String(namespace) } : {}) };
  };
  const role = (kind: RbacRole['kind'], object: unknown): RbacRole => ({
    kind,
    ...placed(object),
    rules: list(record(object).rules).map((each) => {
      const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = record(each);
      return {
        verbs: strings(verbs),
        groups: strings(apiGroups),
        resources: strings(resources),
        names: strings(resourceNames),
        paths: strings(nonResourceURLs),
      };
    }),
  });
  const bindingOf = (kind: RbacBinding['kind'], object: unknown): RbacBinding => {
    const { roleRef, subjects } = record(object);
    return {
      kind,
      ...placed(object),
      role: { kind: String(record(roleRef).kind), name: String(record(roleRef).name) },
      subjects: list(subjects).map((each) => {
        const { kind: of, name, namespace } = record(each);
        return { kind: String(of), name: String(name), ...(namespace ? { namespace: String(namespace) } : {}) };
      }),
    };
  };
  const bindings = [
    ...clusterRoleBindings.map((each) => bindingOf('ClusterRoleBinding', each)),
    ...roleBindings.map((each) => bindingOf('RoleBinding', each)),
  ];
  const stored = [...clusterRoles.map((each) => role('ClusterRole', each)), ...roles.map((each) => role('Role', each))];
  const written = aggregated([
    ...clusterRoles.map((object) => {
      const { aggregationRule, metadata } = record(object);
      const selectors = list(record(aggregationRule).clusterRoleSelectors).map((each) => {
        const { matchLabels, matchExpressions } = record(each);
        return {
          matchLabels: record(matchLabels) as Record<string, string>,
          matchExpressions: list(matchExpressions).map((expression) => {
            const { key, operator, values } = record(expression);
            return { key: String(key), operator: String(operator), values: strings(values) };
          }),
        };
      });
      const labels = record(record(metadata).labels) as Record<string, string>;
      return { ...role('ClusterRole', object), labels, ...(aggregationRule ? { aggregates: selectors } : {}) };
    }),
    ...roles.map((each) => role('Role', each)),
  ]);
  return { written: { roles: written, bindings }, stored: { roles: stored, bindings } };
}

interface Pair {
  who: Requester;
  request: AccessRequest;
}

/** Half of them from a rule that there is, so that allowed and denied are both common. */
function pair(state: RbacState): Pair {
  const who = requesterOf(pick(USERS), chance(0.3) ? few(OWN_GROUPS) : []);
  const concrete = (values: readonly string[], others: readonly string[]) => {
    const value = pick(values.length > 0 ? values : ['*']);
    return value.includes('*') ? pick(others) : value;
  };
  const namespace = chance(0.75) ? { namespace: pick(NAMESPACES) } : {};
  const known = chance(0.6) ? pick(state.roles.flatMap((role) => role.rules)) : undefined;
  const verb = known && chance(0.9) ? concrete(known.verbs, VERBS) : pick(VERBS);
  if (known ? known.paths.length > 0 : chance(0.15)) {
    const path = known && chance(0.8) ? pick(known.paths).replace(/\*+$/, () => pick(['', 'x', '/a'])) : pick(PATHS);
    return { who, request: { verb, group: '', resource: '', path: path.startsWith('/') ? path : `/${path}` } };
  }
  const [resource = '', sub] = (known && chance(0.9) ? pick(known.resources) : pick(RESOURCES)).split('/');
  const subresource = sub && !sub.includes('*') ? sub : chance(sub ? 0.7 : 0.25) ? pick(SUBRESOURCES) : undefined;
  const name = known && known.names.length > 0 && chance(0.8) ? pick(known.names) : chance(0.3) ? pick(NAMES) : undefined;
  const group = known && chance(0.9) ? concrete(known.groups, GROUPS) : pick(GROUPS);
  return {
    who,
    request: {
      verb,
      group,
      resource: resource === '*' ? pick(RESOURCES) : resource,
      ...(subresource ? { subresource } : {}),
      ...(name ? { name } : {}),
      ...namespace,
    },
  };
}

let cluster: Cluster;

before(async () => {
  cluster = await startCluster({ nodes: {} });
});
after(async () => {
  await cluster?.stop();
});

/** Reviews over connections that are kept: 10,000 handshakes would be most of the time. */
function reviewer(): { review(pair: Pair): Promise<boolean>; close(): void } {
  const { url } = cluster.apiserver;
  const { certPem, keyPem } = cluster.adminCertificate;
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE, ca: cluster.ca.certPem, cert: certPem, key: keyPem });
  const review = ({ who, request: { path, verb, ...attributes } }: Pair) =>
    new Promise<boolean>((resolve, reject) => {
      const asked = path === undefined ? { resourceAttributes: { verb, ...attributes } } : { nonResourceAttributes: { verb, path } };
      const body = JSON.stringify({
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: { user: who.user, groups: who.groups, ...asked },
      });
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const target = `${url}/apis/authorization.k8s.io/v1/subjectaccessreviews`;
      const sent = https(target, { method: 'POST', agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
        response.on('end', () => {
          const { status, code, message } = record(JSON.parse(Buffer.concat(chunks).toString()));
          if (response.statusCode !== 201) return reject(new Error(`${code} ${message} ${body}`));
          resolve(record(status).allowed === true);
        });
      });
      sent.on('error', reject).end(body);
    });
  return { review, close: () => agent.destroy() };
}

const itemsOf = async (path: string) => (await cluster.admin<{ items: unknown[] }>('GET', `${RBAC}/${path}`)).items;

describe(`agreement with the apiserver's RBAC (SEED=${SEED})`, () => {
  it('holds for every generated pair of subject and request', { timeout: 300_000 }, async (t) => {
    for (const name of NAMESPACES) await cluster.admin('POST', '/api/v1/namespaces', { metadata: { name } });
    for (const each of WRITTEN.clusterRoles) await cluster.admin('POST', `${RBAC}/clusterroles`, each);
    for (const each of WRITTEN.roles) await cluster.admin('POST', `${RBAC}/namespaces/${each.metadata.namespace}/roles`, each);
    for (const each of WRITTEN.clusterRoleBindings) await cluster.admin('POST', `${RBAC}/clusterrolebindings`, each);
    for (const each of WRITTEN.roleBindings)
      await cluster.admin('POST', `${RBAC}/namespaces/${each.metadata.namespace}/rolebindings`, each);

    // With the apiserver's own roles and bindings. What the controller fills in is what `aggregated` says.
    const plain = ({ roles }: RbacState) =>
      roles
        .map((role) => JSON.stringify([role.kind, role.namespace, role.name, role.rules.map((each) => JSON.stringify(each)).sort()]))
        .sort();
    const { written } = await waitFor('the controller to have aggregated every role as we do', async () => {
      const state = stateOf(
        await itemsOf('clusterroles'),
        await itemsOf('roles'),
        await itemsOf('clusterrolebindings'),
        await itemsOf('rolebindings'),
      );
      return JSON.stringify(plain(state.written)) === JSON.stringify(plain(state.stored)) ? state : undefined;
    });

    const generated = { ...written, roles: written.roles.filter(({ name }) => /^g\d+$/.test(name)) };
    const pairs = Array.from({ length: PAIRS }, () => pair(generated));
    const { review, close } = reviewer();
    // The authorizer's informers lag behind what was written a moment ago.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const counts = { allowed: 0, denied: 0, path: 0, named: 0, subresource: 0, namespaced: 0 };
    const wrong: string[] = [];
    let next = 0;
    const began = performance.now();
    const worker = async () => {
      for (let at = next++; at < pairs.length; at = next++) {
        const each = pairs[at] as Pair;
        const [ours, theirs] = [isAllowed(written, each.who, each.request), await review(each)];
        counts[theirs ? 'allowed' : 'denied'] += 1;
        if (theirs && each.request.path) counts.path += 1;
        if (theirs && each.request.name) counts.named += 1;
        if (theirs && each.request.subresource) counts.subresource += 1;
        if (theirs && each.request.namespace) counts.namespaced += 1;
        if (ours !== theirs) wrong.push(JSON.stringify({ ours, theirs, ...each }));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    close();
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    t.diagnostic(`SEED=${SEED}: ${PAIRS - wrong.length} of ${PAIRS} pairs agree, in ${seconds} s: ${JSON.stringify(counts)}`);
    assert.deepEqual(wrong.slice(0, 20), [], `SEED=${SEED}: ${wrong.length} of ${PAIRS} differ`);
    assert.ok(
      Object.values(counts).every((count) => count >= 100),
      `SEED=${SEED}: a kind of request is hardly there: ${JSON.stringify(counts)}`,
    );
  });
});
