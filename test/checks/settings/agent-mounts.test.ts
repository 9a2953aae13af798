import { agentMounts } from '../../../src/checks/settings/agent/agent-mounts/check.js';
import type { HostMount } from '../../../src/model/facts/agent.js';
import type { Mounts } from '../../../src/model/facts.js';
import { agent, settings } from '../configurations.js';
import { atWorkstation, base, fact, failed } from '../facts.js';
import { judgeTable } from '../table.js';

const PATHS: Record<HostMount, string> = {
  proc: '/host/proc',
  cgroup: '/host/sys/fs/cgroup',
  'runtime-socket': '/host/var/run',
  'pod-logs': '/var/log/pods',
};
const mounts = (change: Partial<Mounts> = {}, missing: HostMount[] = []) =>
  fact('self/mounts', {
    agentImage: true,
    host: (Object.keys(PATHS) as HostMount[]).map((what) => ({ what, path: PATHS[what], mounted: !missing.includes(what) })),
    hidden: [],
    ...change,
  });

/** A DaemonSet that names its runtime's socket, and what it mounts. */
const withPath = (path: string, host: Mounts['host'] = [{ what: 'runtime-socket', path: '/host/var/run', mounted: true }]) =>
  agent(settings(`DD_CRI_SOCKET_PATH=${path}`), {
    pod: { hostNetwork: false, noToken: false, host, hidden: [], disks: host.map(({ path: at }) => ({ from: '/var/run', at })) },
  });

judgeTable(agentMounts, [
  { row: 'not looked at', facts: base(), expect: 'cannot-tell' },
  { row: 'mountinfo cannot be read', facts: [...base(), failed('self/mounts', '', 'EACCES')], expect: 'cannot-tell', says: /EACCES/ },
  {
    row: "another container with the agent's variables",
    facts: [...base(), mounts({ agentImage: false }, ['proc'])],
    expect: 'not-applicable',
  },
  {
    row: 'at a workstation',
    facts: [atWorkstation()],
    expect: 'not-applicable',
  },
  { row: 'all there', facts: [...base(), mounts()], expect: 'pass' },
  {
    row: 'processes and logs are missing: a patch with exactly these',
    facts: [...base(), mounts({}, ['proc', 'pod-logs'])],
    expect: { cause: 'host-mounts-missing', severity: 'degrades', certainty: 'proven' },
    witnesses: ['self/mounts'],
    says: /lacks mounts of its node: \/host\/proc, \/var\/log\/pods.*mountPath: \/host\/proc.*mountPath: \/var\/log\/pods/,
    neverSays: /cgroups/,
  },
  {
    row: 'the cgroups and the runtime',
    facts: [...base(), mounts({}, ['cgroup', 'runtime-socket'])],
    expect: { cause: 'host-mounts-missing' },
    witnesses: ['self/mounts'],
    says: /container images, states/,
  },
  {
    row: 'a ConfigMap over conf.d',
    facts: [...base(), mounts({ hidden: [{ path: '/etc/datadog-agent/conf.d', checks: ['kubelet', 'disk'] }] }, ['proc'])],
    expect: { cause: 'integration-config-hidden', severity: 'blocks' },
    witnesses: ['self/mounts'],
    says: /conf\.d stops checks: kubelet, disk.*subPath/,
  },
  {
    row: 'a mount over one check',
    facts: [...base(), mounts({ hidden: [{ path: '/etc/datadog-agent/conf.d/disk.d', checks: ['disk'] }] })],
    expect: { cause: 'integration-config-hidden', severity: 'degrades' },
    witnesses: ['self/mounts'],
  },
  { row: 'a pod template with all of them', facts: [agent(settings())], expect: 'pass' },
  {
    row: 'a pod template without /proc, with its name and what it mounts',
    facts: [
      agent(settings(), {
        pod: {
          hostNetwork: false,
          noToken: false,
          host: [{ what: 'proc', path: '/host/proc', mounted: false }],
          hidden: [],
          disks: [{ from: '/var/run', at: '/host/var/run' }],
        },
      }),
    ],
    expect: { cause: 'host-mounts-missing', severity: 'degrades' },
    witnesses: ['self/agent-configuration'],
    says: /lacks mounts of its node: \/host\/proc.*\(DaemonSet datadog\/datadog-agent\).*mounts: \/host\/var\/run/,
  },
  {
    row: 'a data disk of the node',
    facts: [...base(), mounts({ unseenDisks: [{ device: '/dev/sdb1', at: '/data' }] })],
    expect: { cause: 'partition-not-mounted', severity: 'note', certainty: 'proven' },
    witnesses: ['self/mounts'],
    says: /no disk metrics for \/data.*\/dev\/sdb1.*mountPath: \/host\/data.*path: \/data/,
  },
  {
    row: 'a disk with a name of which no command is made',
    facts: [...base(), mounts({ unseenDisks: [{ device: '/dev/sdb1', at: '/my disk' }] })],
    expect: { cause: 'partition-not-mounted' },
    witnesses: ['self/mounts'],
    neverSays: /mountPath/,
  },
  { row: 'every disk is seen', facts: [...base(), mounts({ unseenDisks: [] })], expect: 'pass' },
  {
    row: "the runtime's socket is not at the path that is set: the one that is there",
    facts: [...base(), mounts({ missingSocket: { looked: ['/host/run/a.sock'], set: true, others: ['/host/run/b.sock'] } })],
    expect: { cause: 'agent-runtime-socket-wrong', severity: 'degrades', certainty: 'proven' },
    witnesses: ['self/mounts'],
    says: /No runtime socket at \/host\/run\/a\.sock.*DD_CRI_SOCKET_PATH=\/host\/run\/b\.sock/,
  },
  {
    row: 'at none of the usual paths, and another is there',
    facts: [
      ...base(),
      mounts({ missingSocket: { looked: ['/var/run/a', '/host/var/run/a'], set: false, others: ['/host/run/k3s/c.sock'] } }),
    ],
    expect: { cause: 'agent-runtime-socket-wrong' },
    witnesses: ['self/mounts'],
    says: /does not look for the runtime at \/host\/run\/k3s\/c\.sock/,
  },
  {
    row: 'no socket at all: where the node has it is to be found out',
    facts: [...base(), mounts({ missingSocket: { looked: ['/host/run/a.sock'], set: true, others: [] } })],
    expect: { cause: 'agent-runtime-socket-wrong' },
    witnesses: ['self/mounts'],
    says: /find \/host\/run/,
    neverSays: /DD_CRI_SOCKET_PATH=/,
  },
  {
    row: 'of a template: the path is below no mount',
    facts: [withPath('/host/run/containerd/c.sock')],
    expect: { cause: 'agent-runtime-socket-wrong' },
    witnesses: ['self/agent-configuration'],
    says: /its pod template mounts: \/host\/var\/run/,
  },
  {
    row: 'of a template for a platform that allows no such mount',
    facts: [withPath('/host/run/containerd/c.sock', [])],
    expect: 'pass',
  },
  {
    row: 'of a template: the path is below a mount, and what the node has is not known',
    facts: [withPath('/host/var/run/c.sock')],
    expect: 'pass',
  },
]);
