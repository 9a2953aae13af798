/** What of a Velero backup is whole: by the rules of its own filters, and only where it ended well. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { backupScope } from '../../src/bundles/collectors/velero.js';
import { backupLog, isBackupLog, whyNotAll } from '../../src/bundles/collectors/velero-log.js';
import { kindOf } from '../../src/bundles/kinds.js';
import { backup, backupLine, labelled } from './collected.js';
import { entryOf } from './entries.js';

type Json = Record<string, unknown>;

/** `Kind`, or `Kind/NAMESPACE`, of which all are in it. */
const taken = (spec: Json, status: Json = {}): string[] => {
  const scope = backupScope(backup(spec, status));
  return ['Node', 'ClusterRole', 'Namespace', 'Pod', 'Pod/datadog', 'Pod/shop', 'DaemonSet', 'Event'].filter((each) => {
    const [kind, namespace] = each.split('/');
    return scope?.takesAll(kindOf(kind) ?? assert.fail(), namespace);
  });
};

const ALL = ['Node', 'ClusterRole', 'Namespace', 'Pod', 'Pod/datadog', 'Pod/shop', 'DaemonSet', 'Event'];
const without = (...left: string[]) => ALL.filter((each) => !left.includes(each.split('/')[0] ?? ''));
const CLUSTER = ['Node', 'ClusterRole', 'Namespace'];

describe('a Velero backup holds all', () => {
  const rows: [what: string, spec: Json, whole: string[]][] = [
    ['by default', {}, ALL],
    ['with * for namespaces', { includedNamespaces: ['*'] }, ALL],
    ['of one namespace', { includedNamespaces: ['datadog'] }, ['Pod/datadog']],
    [
      'of one namespace, with what is of the cluster',
      { includedNamespaces: ['datadog'], includeClusterResources: true },
      ['Node', 'ClusterRole', 'Pod/datadog'],
    ],
    ['but for a namespace', { excludedNamespaces: ['shop'] }, ['Pod/datadog']],
    ['but for namespaces by a pattern', { excludedNamespaces: ['sh*'] }, ['Pod/datadog']],
    ['but for what is of the cluster', { includeClusterResources: false }, without(...CLUSTER)],
    ['but for events', { excludedResources: ['events'] }, without('Event')],
    [
      'but for events, by their short name and their group',
      { excludedResources: ['ev', 'nodes.longhorn.io', 'events.events.k8s.io'] },
      without('Event'),
    ],
    ['of named kinds', { includedResources: ['pods', 'daemonsets.apps'] }, ['Pod', 'Pod/datadog', 'Pod/shop', 'DaemonSet']],
    ["of another API's kind of that name", { includedResources: ['nodes.longhorn.io'] }, []],
    ['of named kinds of a namespace', { includedNamespaceScopedResources: ['pods'] }, ['Namespace', 'Pod', 'Pod/datadog', 'Pod/shop']],
    ['of named kinds of the cluster', { includedClusterScopedResources: ['clusterroles'] }, without('Node')],
    ['of no kind of the cluster', { excludedClusterScopedResources: ['*'] }, without(...CLUSTER)],
    ['of no kind of a namespace', { excludedNamespaceScopedResources: ['*'] }, ['Namespace']],
    ['of what labels choose', { labelSelector: { matchLabels: { app: 'x' } } }, []],
    ['of what one of several labels choose', { orLabelSelectors: [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }] }, []],
    ['with an empty selector', { labelSelector: {} }, ALL],
    ['of what a policy elsewhere says', { resourcePolicy: { kind: 'configmap', name: 'x' } }, []],
  ];
  for (const [what, spec, whole] of rows) it(what, () => assert.deepEqual(taken(spec), whole));

  it('only where it ended well', () => {
    for (const phase of ['InProgress', 'PartiallyFailed', 'Failed', 'Finalizing', undefined]) assert.deepEqual(taken({}, { phase }), []);
    assert.deepEqual(taken({}, { errors: 1 }), []);
    for (const bad of [undefined, null, 7, [], 'x', { kind: 'Backup' }, { kind: 'Backup', status: { phase: 'Completed' }, spec: null }])
      assert.ok(backupScope(bad) === undefined || bad !== undefined);
  });
});

describe('the log of a Velero backup', () => {
  const read = async (log: string) => {
    const scope = backupScope(backup({})) ?? assert.fail();
    const told = await backupLog(entryOf('daily-logs.gz', log));
    return ['Pod', 'Pod/datadog', 'Pod/shop', 'Node', 'DaemonSet'].filter((each) => {
      const [kind, namespace] = each.split('/');
      return whyNotAll(scope, told, kindOf(kind) ?? assert.fail(), namespace) === undefined;
    });
  };
  const EVERYTHING = ['Pod', 'Pod/datadog', 'Pod/shop', 'Node', 'DaemonSet'];
  const DONE = backupLine('Backed up a total of 10 items');

  const rows: [what: string, log: string, whole: string[]][] = [
    ['tells of nothing that was left out', DONE, EVERYTHING],
    ['tells of a pod', DONE + labelled('pods', 'shop'), ['Pod/datadog', 'Node', 'DaemonSet']],
    ['tells of a node', DONE + labelled('nodes'), ['Pod', 'Pod/datadog', 'Pod/shop', 'DaemonSet']],
    ['tells of a DaemonSet, by its group', labelled('daemonsets.apps', 'shop'), ['Pod', 'Pod/datadog', 'Pod/shop', 'Node']],
    [
      'is JSON',
      '{"backup":"velero/daily","level":"info","msg":"Excluding item because it has label velero.io/exclude-from-backup=true","name":"n","namespace":"","resource":"nodes","time":"2026-01-05T10:00:01Z"}\n',
      ['Pod', 'Pod/datadog', 'Pod/shop', 'DaemonSet'],
    ],
    [
      'tells of another reason',
      DONE + backupLine('Excluding item because namespace is excluded', ' name=x namespace=shop resource=pods'),
      EVERYTHING,
    ],
    ['has warnings alone, as it was told', backupLine('Plugin is slow', '', 'warning'), []],
    ['is empty', '', []],
    ['is of something else', 'hello velero.io/exclude-from-backup\n', []],
  ];
  for (const [what, log, whole] of rows) it(what, async () => assert.deepEqual(await read(log), whole));

  it('lies beside the backup', () => {
    assert.deepEqual(
      ['backups/daily/daily-logs.gz', 'daily-logs.gz', 'daily/daily-results.gz', 'restores/x/restore-x-logs.gz', 'logs.gz'].map(
        isBackupLog,
      ),
      [true, true, false, true, false],
    );
  });
});
