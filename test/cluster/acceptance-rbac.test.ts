/** Every fault of the agent's rights on a real apiserver: named first, cured by what was printed, and our table is kubectl's. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import type { Report } from '../../src/model/report.js';
import { type Cluster, startCluster } from './cluster.js';
import { assertClean, assertFirst, diagnose, fixIn } from './doctor.js';
import { AGENT_RULES, type Agent, applyObject, createServiceAccount, type KubeObject, type PolicyRule } from './identities.js';
import { NODE_IPS } from './net.js';
import { runAsPod } from './pod-place.js';

/** What lets the agent itself read roles and bindings; without it a missing right stands by itself. */
const READ_RBAC: PolicyRule[] = [
  {
    apiGroups: ['rbac.authorization.k8s.io'],
    resources: ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'],
    verbs: ['get', 'list'],
  },
];
const FINE: PolicyRule[] = [
  { apiGroups: [''], resources: ['nodes/metrics', 'nodes/stats', 'nodes/pods', 'nodes/healthz', 'nodes/configz'], verbs: ['get'] },
];
const GROUP = 'rbac.authorization.k8s.io';

let cluster: Cluster;
let readers = 0;

before(async () => {
  cluster = await startCluster({ nodes: { n1: { ip: NODE_IPS.n1 } } });
});
after(() => cluster?.stop());

const role = (name: string, rules: PolicyRule[]) =>
  applyObject(cluster.admin, { apiVersion: `${GROUP}/v1`, kind: 'ClusterRole', metadata: { name }, ...{ rules } });

interface Ref {
  kind?: string;
  name: string;
}

async function bind(name: string, ref: Ref, subject: { namespace: string; name: string }, namespace?: string): Promise<void> {
  const kind = namespace ? 'RoleBinding' : 'ClusterRoleBinding';
  const roleRef = { apiGroup: GROUP, kind: ref.kind ?? 'ClusterRole', name: ref.name };
  const subjects = [{ kind: 'ServiceAccount', ...subject }];
  const metadata = { name, ...(namespace ? { namespace } : {}) };
  await applyObject(cluster.admin, { apiVersion: `${GROUP}/v1`, kind, metadata, ...{ roleRef, subjects } });
}

/** An agent without a right of its own, but for reading roles (bound apart, and by no name that looks like its own). */
async function bareAgent(name: string): Promise<Agent> {
  const agent = await cluster.createAgent({ name, rules: [] });
  await cluster.admin('DELETE', `/apis/${GROUP}/v1/clusterrolebindings/datadog-${name}`);
  await cluster.admin('DELETE', `/apis/${GROUP}/v1/clusterroles/datadog-${name}`);
  readers += 1;
  await role(`look-${readers}`, READ_RBAC);
  await applyObject(cluster.admin, {
    apiVersion: `${GROUP}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: `look-${readers}` },
    ...{
      roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: `look-${readers}` },
      // By its user name: so that it is not taken for the agent's own binding.
      subjects: [{ apiGroup: GROUP, kind: 'User', name: `system:serviceaccount:datadog:${name}` }],
    },
  });
  await settled();
  return agent;
}

/** The authorizer follows by watch. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 700));

/** Named first; what it printed is taken by the server's dry run, applied, and the next run is clean. */
async function namedAndCured(agent: Agent, cause: string, env: Record<string, string> = {}): Promise<void> {
  const first = assertFirst(await diagnose(cluster, agent, { env }), cause);
  const yaml = fixIn(first, 'yaml');
  await dryRun(yaml);
  await cluster.applyYaml(yaml);
  await settled();
  assertClean(await diagnose(cluster, agent, { env, args: ['--wait'] }));
}

/** `kubectl apply --dry-run=server`, as its server sees it, and by kubectl where it is. */
async function dryRun(yaml: string): Promise<void> {
  for (const document of parseAllDocuments(yaml)) {
    const object = document.toJS() as KubeObject | null;
    if (!object) continue;
    const plural = `${object.kind.toLowerCase()}s`;
    const group = object.apiVersion === 'v1' ? '/api/v1' : `/apis/${object.apiVersion}`;
    const at = object.metadata.namespace ? `/namespaces/${object.metadata.namespace}` : '';
    const path = `${group}${at}/${plural}/${object.metadata.name}?dryRun=All&fieldManager=test&force=true&fieldValidation=Strict`;
    await cluster.admin('PATCH', path, object, 'application/apply-patch+yaml');
  }
  if (await kubectl(['version', '--client'])) {
    const applied = await kubectl(['apply', '--dry-run=server', '--validate=strict', '-f', '-'], yaml);
    assert.match(applied ?? '', /server dry run/);
  }
}

/** Output of kubectl as admin; undefined where there is none on PATH. */
async function kubectl(args: string[], stdin?: string): Promise<string | undefined> {
  const running = promisify(execFile)('kubectl', [...(args[0] === 'version' ? [] : ['--kubeconfig', cluster.adminKubeconfig]), ...args]);
  running.child.stdin?.end(stdin ?? '');
  try {
    return (await running).stdout;
  } catch (error) {
    const failed = error as { code?: unknown; stdout?: string; stderr?: string };
    if (failed.code === 'ENOENT') return undefined;
    // `auth can-i` says no with exit code 1.
    if (args.includes('auth')) return failed.stdout ?? '';
    throw new Error(failed.stderr, { cause: error });
  }
}

describe('roles and bindings', () => {
  it('says since when: who changed the role last', async () => {
    const agent = await bareAgent('dated');
    await role('datadog-dated', FINE);
    await bind('datadog-dated', { name: 'datadog-dated' }, { namespace: 'datadog', name: 'dated' });
    await new Promise((resolve) => setTimeout(resolve, 1100)); // managedFields have seconds
    const rules = FINE.map((rule) => ({ ...rule, resources: ['nodes/metrics', 'nodes/stats'] }));
    const path = `/apis/${GROUP}/v1/clusterroles/datadog-dated?fieldManager=helm`;
    await cluster.admin('PATCH', path, { rules }, 'application/merge-patch+json');
    await settled();
    const { evidence } = assertFirst(await diagnose(cluster, agent), 'kubelet-permission-missing');
    const since = evidence.find(({ saw }) => saw.id.startsWith('since.'))?.saw.en ?? '';
    assert.match(since, /^since (\S+ )?\d\d:\d\d UTC: ClusterRole datadog-dated changed by helm$/);
  });

  it('the whole ClusterRole is missing, its binding left behind', async () => {
    const agent = await bareAgent('whole');
    await bind('datadog-whole', { name: 'datadog-whole' }, { namespace: 'datadog', name: 'whole' });
    await settled();
    await namedAndCured(agent, 'role-missing');
  });

  it('neither role nor binding', async () => {
    await namedAndCured(await bareAgent('nothing'), 'role-missing');
  });

  it('one rule is missing', async () => {
    const agent = await bareAgent('onerule');
    await role('datadog-onerule', [
      { apiGroups: [''], resources: ['nodes/metrics', 'nodes/pods', 'nodes/healthz', 'nodes/configz'], verbs: ['get'] },
    ]);
    await bind('datadog-onerule', { name: 'datadog-onerule' }, { namespace: 'datadog', name: 'onerule' });
    await settled();
    await namedAndCured(agent, 'kubelet-permission-missing');
  });

  it('the binding is missing', async () => {
    const agent = await bareAgent('unbound');
    await role('datadog-unbound', FINE);
    await namedAndCured(agent, 'binding-missing');
  });

  it('the binding dangles', async () => {
    const agent = await bareAgent('dangling');
    await role('datadog-dangling', FINE);
    await bind('datadog-dangling', { name: 'datadog-danglign' }, { namespace: 'datadog', name: 'dangling' });
    await settled();
    await namedAndCured(agent, 'dangling-binding');
  });

  it('a RoleBinding for nodes/*', async () => {
    const agent = await bareAgent('narrow');
    await role('datadog-narrow', FINE);
    await bind('datadog-narrow', { name: 'datadog-narrow' }, { namespace: 'datadog', name: 'narrow' }, 'datadog');
    await settled();
    await namedAndCured(agent, 'role-binding-too-narrow');
  });

  it('the wrong namespace in the subject', async () => {
    const agent = await bareAgent('elsewhere');
    await role('datadog-elsewhere', FINE);
    await bind('datadog-elsewhere', { name: 'datadog-elsewhere' }, { namespace: 'default', name: 'elsewhere' });
    await settled();
    await namedAndCured(agent, 'binding-subject-differs');
  });

  it('nodes/logs instead of nodes/log', async () => {
    const agent = await cluster.createAgent({
      name: 'typo',
      rules: [...FINE, { apiGroups: [''], resources: ['nodes/logs'], verbs: ['get'] }],
    });
    const first = assertFirst(await diagnose(cluster, agent, { args: ['--feature', 'node-logs'] }), 'role-grants-nothing');
    await dryRun(fixIn(first, 'yaml'));
    await cluster.applyYaml(fixIn(first, 'yaml'));
    await settled();
    assertClean(await diagnose(cluster, agent, { args: ['--feature', 'node-logs', '--wait'] }));
  });

  it('create limited by name', async () => {
    const agent = await cluster.createAgent({
      name: 'limited',
      rules: [
        ...FINE,
        {
          apiGroups: [''],
          resources: ['configmaps'],
          resourceNames: ['datadog-leader-election'],
          verbs: ['get', 'update', 'create'],
        },
      ],
    });
    await namedAndCured(agent, 'create-limited-by-name', { DD_LEADER_ELECTION: 'true' });
  });
});

describe('features', () => {
  const events: PolicyRule = { apiGroups: [''], resources: ['events'], verbs: ['get', 'list', 'watch'] };
  const token = (verbs: string[]): PolicyRule => ({ apiGroups: [''], resources: ['configmaps'], resourceNames: ['datadogtoken'], verbs });
  const lockOn = (group: string, resource: string): PolicyRule[] => [
    { apiGroups: [group], resources: [resource], resourceNames: ['datadog-leader-election'], verbs: ['get', 'update'] },
    { apiGroups: [group], resources: [resource], verbs: ['create'] },
  ];
  const lock = lockOn('', 'configmaps');
  const collecting = { DD_COLLECT_KUBERNETES_EVENTS: 'true' };

  it('the ConfigMap of the lock is forbidden, and Leases are no help', async () => {
    const leases = lockOn('coordination.k8s.io', 'leases');
    const agent = await cluster.createAgent({ name: 'nolock', rules: [...AGENT_RULES, events, token(['get', 'update']), ...leases] });
    await namedAndCured(agent, 'leader-lock-forbidden', collecting);
  });

  it('the Lease of the lock is forbidden to an agent that is told to take one', async () => {
    const agent = await cluster.createAgent({ name: 'nolease', rules: [...AGENT_RULES, events, token(['get', 'update']), ...lock] });
    await namedAndCured(agent, 'leader-lock-forbidden', { ...collecting, DD_LEADER_ELECTION_DEFAULT_RESOURCE: 'leases' });
  });

  it('update of ConfigMap datadogtoken is forbidden', async () => {
    const agent = await cluster.createAgent({ name: 'notoken', rules: [...AGENT_RULES, events, token(['get']), ...lock] });
    await namedAndCured(agent, 'event-bookmark-forbidden', collecting);
  });

  it('events are forbidden', async () => {
    const agent = await cluster.createAgent({ name: 'noevents', rules: [...AGENT_RULES, token(['get', 'update']), ...lock] });
    await namedAndCured(agent, 'permission-missing', collecting);
  });

  it('are off unless asked for: the rights of the chart are enough', async () => {
    assertClean(await diagnose(cluster, await cluster.createAgent({ name: 'plain' })));
  });
});

it('nodes/pods on a kubelet that is too old', async () => {
  await cluster.restartKubelet('n1', { preFineGrained: true, version: 'v1.31.14' });
  try {
    const agent = await cluster.createAgent({ name: 'toonew', rules: FINE });
    await namedAndCured(agent, 'fine-grained-permission-too-new');
  } finally {
    await cluster.restartKubelet('n1');
    await cluster.waitForNodes(['n1']);
  }
});

interface RbacReport extends Report {
  rbac: {
    user: string;
    by: string;
    needs: { right: string; state: string }[];
    rows: { verb: string; asked: string; command: string; state: string }[];
  };
}

/** `kubelet-doctor rbac …` at a workstation with this kubeconfig. */
async function rbac(args: string[], kubeconfig = cluster.adminKubeconfig) {
  const { default: path } = await import('node:path');
  const command = path.resolve('bin/kubelet-doctor.js');
  const result = await runAsPod(cluster, {
    network: 'host',
    env: { KUBERNETES_SERVICE_HOST: undefined, KUBERNETES_SERVICE_PORT: undefined },
    argv: [process.execPath, command, 'rbac', '--kubeconfig', kubeconfig, ...args],
  });
  return result;
}

describe('kubelet-doctor rbac', () => {
  const ALL = ['--service-account', 'datadog/table', '--feature', 'all'];

  it('agrees row by row with kubectl auth can-i', async (t) => {
    await cluster.createAgent({
      name: 'table',
      rules: [...AGENT_RULES, { apiGroups: [''], resources: ['events', 'pods'], verbs: ['list'] }],
    });
    const { stdout, stderr, code } = await rbac([...ALL, '--output', 'json']);
    assert.equal(code, 1, stderr);
    const { rbac: table } = JSON.parse(stdout) as RbacReport;
    assert.ok(table.rows.length > 30, String(table.rows.length));
    assert.ok(table.rows.some((row) => row.state === 'allowed') && table.rows.some((row) => row.state === 'denied'));
    if (!(await kubectl(['version', '--client']))) return t.skip('no kubectl on PATH');
    let agreed = 0;
    for (const row of table.rows) {
      const [, ...args] = row.command.split(' ');
      const said = (await kubectl(args))?.trim().split('\n').at(-1);
      assert.equal(said, row.state === 'allowed' ? 'yes' : 'no', row.command);
      agreed += 1;
    }
    t.diagnostic(`${agreed} of ${table.rows.length} rows agree with kubectl auth can-i`);
  });

  it('prints what closes the gap; applied, the next table is clean', async () => {
    const { stdout } = await rbac([...ALL, '--missing', '--yaml']);
    await dryRun(stdout);
    await cluster.applyYaml(stdout);
    await settled();
    const again = await rbac([...ALL, '--output', 'json']);
    const { rbac: table } = JSON.parse(again.stdout) as RbacReport;
    assert.deepEqual(
      table.needs.filter((need) => need.state !== 'allowed'),
      [],
    );
    assert.equal(again.code, 0, again.stdout.slice(0, 500));
  });

  it('prints whole manifests that the server takes, for every profile, and serves with them', async () => {
    for (const [profile, namespace, name] of [
      ['datadog-agent', 'datadog', 'fresh-agent'],
      ['datadog-cluster-agent', 'datadog', 'fresh-cluster-agent'],
      ['metrics-server', 'kube-system', 'fresh-metrics-server'],
    ] as const) {
      const args = ['--profile', profile, '--service-account', `${namespace}/${name}`, '--feature', 'all'];
      const { stdout } = await rbac([...args, '--yaml']);
      await dryRun(stdout);
      await cluster.applyYaml(stdout);
      await settled();
      const { stdout: said } = await rbac([...args, '--output', 'json']);
      const { rbac: table } = JSON.parse(said) as RbacReport;
      assert.deepEqual(
        table.rows.filter((row) => row.state !== 'allowed'),
        [],
        profile,
      );
    }
  });

  it('asks by impersonation where SubjectAccessReview is refused, and says so where both are', async () => {
    await createServiceAccount(cluster.admin, 'ops', 'helper');
    const use = async (args: string[]) => {
      const token = await cluster.serviceAccountToken('ops', 'helper');
      const { writeSecrets } = await import('./identities.js');
      const secretsDir = await writeSecrets(cluster.dir, { token, 'ca.crt': cluster.ca.certPem, namespace: 'ops' });
      const { default: path } = await import('node:path');
      const argv = [process.execPath, path.resolve('bin/kubelet-doctor.js'), 'rbac', ...args];
      return runAsPod(cluster, { secretsDir, argv });
    };
    const refused = await use(['--service-account', 'datadog/table', '--output', 'json']);
    assert.equal(refused.code, 3, refused.stdout);
    const open = (JSON.parse(refused.stdout) as RbacReport).rbac.rows;
    assert.ok(
      open.every((row) => row.state === 'unanswered'),
      'not allowed to ask is never missing',
    );
    await cluster.grant('ops', 'helper', [{ apiGroups: [''], resources: ['serviceaccounts'], verbs: ['impersonate'] }]);
    const asked = await use(['--service-account', 'datadog/table', '--output', 'json']);
    const { rbac: table } = JSON.parse(asked.stdout) as RbacReport;
    assert.equal(table.by, 'impersonation');
    assert.ok(
      table.rows.every((row) => row.state !== 'unanswered'),
      asked.stdout.slice(0, 500),
    );
  });
});
