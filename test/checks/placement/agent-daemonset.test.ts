import { agentDaemonset } from '../../../src/checks/placement/agent-daemonset.js';
import { fact, failed, pending } from '../facts.js';
import { workload } from '../placement.js';
import { judgeTable } from '../table.js';

const none = { workloads: [], others: [], brings: [] };
const found = (data: object) => [fact('apiserver/workloads', { by: 'search', ...none, ...data })];
const problem = { cause: 'daemonset-not-found', certainty: 'proven' } as const;
const manifest = fact('self/settings', [{ setting: 'manifest', value: 'x.yaml', origin: 'flag', source: '--manifest' }]);

judgeTable(agentDaemonset, [
  {
    row: 'not asked: the command says how',
    facts: [],
    expect: 'cannot-tell',
    wants: ['apiserver/workloads'],
    says: /kubelet-doctor nodes --daemonset/,
  },
  { row: 'still asked', facts: [pending('apiserver/workloads', '')], expect: 'cannot-tell' },
  {
    row: 'the list failed',
    facts: [failed('apiserver/workloads', '', 'HTTP500')],
    expect: 'cannot-tell',
    says: /DaemonSets could not be listed: the apiserver answered 500/,
  },
  {
    row: 'not all of them were looked through: it may be behind the end',
    facts: found({ cut: { code: 'HTTP500', detail: '', read: 500 } }),
    expect: 'cannot-tell',
    says: /of the DaemonSets, 500 were read: the apiserver answered 500/,
  },
  { row: 'there', facts: found({ workloads: [workload()] }), expect: 'pass' },
  {
    row: 'nobody named one, and none looks like it',
    facts: found({}),
    expect: { ...problem, severity: 'note' },
    witnesses: ['apiserver/workloads'],
  },
  {
    row: 'a DatadogAgent that no operator has looked at',
    facts: found({ unmade: [{ object: 'team-a/dd', seen: false }] }),
    expect: { cause: 'operator-does-not-reconcile', certainty: 'suspected', severity: 'blocks' },
    says: /No DaemonSet comes of DatadogAgent team-a\/dd.*has written no status/,
  },
  {
    row: 'two of them, and what the operator says of one',
    facts: found({
      unmade: [
        { object: 'a/dd', seen: true, error: 'roles exist' },
        { object: 'b/dd', seen: true },
      ],
    }),
    expect: { cause: 'operator-does-not-reconcile', certainty: 'proven' },
    witnesses: ['apiserver/workloads'],
    says: /comes of 2 DatadogAgents.*roles exist.*has written a status/,
  },
  {
    row: 'named, and not there',
    facts: found({ by: 'flag', asked: 'a/b' }),
    expect: { ...problem, severity: 'blocks' },
    witnesses: ['apiserver/workloads'],
    says: /DaemonSet a\/b does not exist"/,
  },
  {
    row: 'named, and another is there',
    facts: found({ by: 'flag', asked: 'a/b', others: ['datadog/datadog-agent'] }),
    expect: problem,
    witnesses: ['apiserver/workloads'],
    says: /kubelet-doctor nodes --daemonset datadog\/datadog-agent/,
  },
  {
    row: 'a name that is none is not printed for pasting',
    facts: found({ by: 'flag', asked: 'a/b', others: ['datadog/$(reboot)'] }),
    expect: problem,
    witnesses: ['apiserver/workloads'],
    neverSays: /--daemonset datadog\/\$/,
  },
  {
    row: 'a manifest without one',
    facts: found({ by: 'manifest', asked: 'x.yaml' }),
    expect: problem,
    witnesses: ['apiserver/workloads'],
    says: /x.yaml contains no agent DaemonSet/,
  },
  {
    row: 'a manifest that is no YAML',
    witnesses: ['apiserver/workloads'],
    facts: [manifest, failed('apiserver/workloads', '', 'ENOTYAML')],
    expect: problem,
  },
  {
    row: 'a manifest that is not there',
    witnesses: ['apiserver/workloads'],
    facts: [manifest, failed('apiserver/workloads', '', 'ENOENT')],
    expect: problem,
  },
  { row: 'a list that is none, and no manifest was named', facts: [failed('apiserver/workloads', '', 'ENOTLIST')], expect: 'cannot-tell' },
  {
    row: 'a connection that breaks is no file that cannot be read',
    facts: [failed('apiserver/workloads', '', 'ECONNRESET')],
    expect: 'cannot-tell',
    says: /the connection was closed/,
  },
]);
