/** What others collect, judged from the archive to the first three lines: the format, its collector, its time and nodes, and the fault that was put in. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { runCommandLine } from '../../src/cli/command-line.js';
import { openPacked } from '../../src/files/packed/packed.js';
import { recordingIo } from '../support/io.js';
import { seeded } from '../support/random.js';
import {
  ciliumSysdump,
  eks,
  kindLogs,
  labelled,
  rancherServer,
  sonobuoy,
  sos,
  sosNew,
  supportBundleKit,
  talos,
  veleroAlone,
  veleroBucket,
  veleroDebug,
  zipped,
} from './collected.js';
import { SENTINELS } from './made.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'kd-collected-'));
after(() => rmSync(scratch, { recursive: true }));

async function printed(name: string, bytes: Buffer, ...words: string[]) {
  const file = path.join(scratch, name);
  writeFileSync(file, bytes);
  const { io, text } = recordingIo();
  const code = await runCommandLine(['judge', file, ...words], io);
  return { code, ...text() };
}

/** All that is printed of it, in the widest text and as JSON. */
async function judged(name: string, bytes: Buffer) {
  const run = (...words: string[]) => printed(name, bytes, ...words);
  const [plain, verbose, json, collect] = [await run(), await run('-v'), await run('-o', 'json'), await run('--collect')];
  const report = JSON.parse(json.stdout || '{}');
  for (const sentinel of SENTINELS)
    for (const each of [plain, verbose, json, collect]) assert.ok(!`${each.stdout}${each.stderr}`.includes(sentinel), sentinel);
  const causes: string[] = [];
  const walk = (findings: { cause: string; consequences?: [] }[] = []): void => {
    for (const { cause, consequences } of findings) {
      causes.push(cause);
      walk(consequences);
    }
  };
  walk(report.findings);
  return { lines: plain.stdout.split('\n'), all: verbose.stdout, causes, report, stderr: plain.stderr };
}

/** What a part of a cluster may not be said to lack. */
const MISSING = [
  'role-missing',
  'binding-missing',
  'daemonset-not-found',
  'agent-missing-on-node',
  'service-account-not-found',
  'permission-missing',
];

interface Row {
  name: string;
  bytes: () => Buffer | Promise<Buffer>;
  first: RegExp;
  third: RegExp;
  found: readonly string[];
  not?: readonly string[];
  /** What is said of what was not read. */
  unread?: RegExp;
}

const ROWS: Readonly<Record<string, Row>> = {
  'Velero, alone: a part': {
    name: 'daily-data.tar.gz',
    bytes: veleroAlone,
    first: /^ClusterRoleBinding datadog-agent is for default\/datadog-agent, not datadog\/datadog-agent \(suspected\)$/,
    third: /^Bundle: Velero backup \(collector 1\.1\.0\), 2 nodes, 2026-01-05 09:59 UTC$/,
    found: ['host-mounts-missing'],
    not: [...MISSING, 'kubelet-permission-missing'],
  },
  'Velero, with what says that it is whole': {
    name: 'bucket.zip',
    bytes: () => veleroBucket({ includedNamespaces: ['*'], includeClusterResources: true }),
    first: /^ClusterRoleBinding datadog-agent is for default\/datadog-agent, not datadog\/datadog-agent$/,
    third: /^Bundle: Velero backup \(collector 1\.1\.0\), 2 nodes, Kubernetes v1\.31\.2, 2026-01-05 09:59 UTC$/,
    found: ['kubelet-permission-missing', 'binding-subject-differs'],
  },
  'Velero, with no log that tells what labels kept out': {
    name: 'bucket-2.zip',
    bytes: () => veleroBucket({ includedNamespaces: ['*'], includeClusterResources: true }, ''),
    first: /^ClusterRoleBinding datadog-agent is for default\/datadog-agent, not datadog\/datadog-agent \(suspected\)$/,
    third: /^Bundle: Velero backup /,
    found: ['host-mounts-missing'],
    not: [...MISSING, 'kubelet-permission-missing'],
    unread: /not read: daily-logs\.gz of the backup \(which objects the label velero\.io\/exclude-from-backup kept out\)$/,
  },
  'Velero, that left a binding out for its label': {
    name: 'bucket-3.zip',
    bytes: () =>
      veleroBucket({ includedNamespaces: ['*'], includeClusterResources: true }, labelled('clusterrolebindings.rbac.authorization.k8s.io')),
    first: /^ClusterRoleBinding datadog-agent is for default\/datadog-agent, not datadog\/datadog-agent \(suspected\)$/,
    third: /^Bundle: Velero backup /,
    found: ['host-mounts-missing'],
    not: [...MISSING, 'kubelet-permission-missing'],
  },
  'support-bundle-kit': {
    name: 'bundle.zip',
    bytes: supportBundleKit,
    first: /^All 2 nodes: ClusterRoleBinding datadog-agent is for default\/datadog-agent, not datadog\/datadog-agent$/,
    third: /^Bundle: support-bundle-kit bundle \(Harvester, Longhorn\), 2 nodes, Kubernetes v1\.31\.2\+rke2r1, 2026-01-05 10:00 UTC$/,
    found: ['kubelet-permission-missing'],
    not: ['role-missing', 'binding-missing'],
  },
  'Cilium sysdump': {
    name: 'cilium-sysdump-20260105-190040.zip',
    bytes: ciliumSysdump,
    first: /^1 of 2 nodes \(n2\) is not ready: no new agent starts there$/,
    third: /^Bundle: Cilium sysdump \(collector v0\.16\.24\), 2 nodes, Kubernetes v1\.31\.2, 2026-01-05 10:00 UTC$/,
    found: ['node-not-ready'],
    not: MISSING,
  },
  'Talos, with its nodes': {
    name: 'support.zip',
    bytes: () => talos(true),
    first: /^1 of 2 nodes: Log shows: apiserver not reachable from the kubelet/,
    third: /^Bundle: talosctl support bundle \(collector v1\.12\.1\), 2 nodes, 2026-01-05 09:59 UTC$/,
    found: ['kubelet-anonymous-access', 'kubelet-cannot-reach-apiserver', 'node-not-ready'],
    not: MISSING,
  },
  'Talos, without': {
    name: 'support-2.zip',
    bytes: () => talos(false),
    first: /^1 of 2 nodes: Log shows: apiserver not reachable from the kubelet/,
    third: /^Bundle: talosctl support bundle \(collector v1\.12\.1\), 2 nodes, 2026-01-05 10:00 UTC$/,
    found: ['kubelet-anonymous-access', 'kubelet-cannot-reach-apiserver'],
    not: MISSING,
  },
  kind: {
    name: 'logs.tar.gz',
    bytes: kindLogs,
    first: /^1 of 2 nodes: Log shows: apiserver not reachable from the kubelet/,
    third: /^Bundle: kind export logs \(collector 0\.31\.0\), 2 nodes, Kubernetes v1\.35\.0, 2026-01-05 10:00 UTC$/,
    found: ['kubelet-permission-missing', 'kubelet-cannot-reach-apiserver'],
    not: MISSING,
  },
  'EKS, by another name': {
    name: 'case-7.tar.gz',
    bytes: eks,
    first: /^Log shows: apiserver not reachable from the kubelet/,
    third: /^Bundle: EKS log collection, ip-192-0-2-1\.us-west-2\.compute\.internal, 2024-05-06 12:33 UTC$/,
    found: ['kubelet-cannot-reach-apiserver'],
    not: MISSING,
  },
  'EKS, by its own name': {
    name: 'eks_i-0123456789abcdef0_2024-05-06_1234-UTC_0.7.9.tar.gz',
    bytes: eks,
    first: /^Log shows: apiserver not reachable from the kubelet/,
    third: /^Bundle: EKS log collection \(collector 0\.7\.9\), ip-192-0-2-1\.us-west-2\.compute\.internal, 2024-05-06 12:33 UTC$/,
    found: ['kubelet-cannot-reach-apiserver'],
  },
  'Rancher, a server whose apiserver is down': {
    name: 'server-1-2026-01-05_10_00_00.tar.gz',
    bytes: rancherServer,
    first: /^Log shows: connection refused by the apiserver/,
    third: /^Bundle: Rancher's log collection, 2026-01-05 10:00 UTC$/,
    found: ['apiserver-connection-refused'],
    not: MISSING,
  },
  sos: {
    name: 'sosreport.tar.gz',
    bytes: sos,
    first: /^1 of 2 nodes: Log shows: node not ready/,
    third: /^Bundle: sos report \(collector 4\.0\), 2 nodes, Kubernetes v1\.31\.2, 2026-01-05 10:00 UTC$/,
    found: ['node-not-ready', 'kubelet-down'],
    not: MISSING,
  },
  'sos, newer': {
    name: 'sosreport-n1.tar.gz',
    bytes: sosNew,
    first: /^All 2 nodes: ClusterRoleBinding datadog-agent is for default\/datadog-agent, not datadog\/datadog-agent$/,
    third: /^Bundle: sos report \(collector 4\.8\.2\), 2 nodes, Kubernetes v1\.31\.2, 2026-01-05 10:00 UTC$/,
    found: ['node-not-ready', 'kubelet-permission-missing'],
    not: ['role-missing', 'daemonset-not-found', 'agent-missing-on-node'],
  },
  'velero debug': {
    name: 'bundle-2026-01-05-10-00-40.tar.gz',
    bytes: veleroDebug,
    first: /^Not answered: Does the agent reach its kubelet\? No bundle tells$/,
    third: /^Bundle: velero debug bundle \(collector v1\.17\.1\), /,
    found: [],
    not: [...MISSING, 'kubelet-permission-missing'],
  },
  Sonobuoy: {
    name: '202601051000_sonobuoy_x.tar.gz',
    bytes: sonobuoy,
    first: /^All 2 nodes: ClusterRoleBinding datadog-agent is for default\/datadog-agent, not datadog\/datadog-agent$/,
    third: /^Bundle: Sonobuoy results \(collector v0\.57\.2\), 2 nodes, Kubernetes v1\.31\.2, 2026-01-05 09:59 UTC$/,
    found: ['kubelet-anonymous-access', 'kubelet-cannot-reach-apiserver', 'kubelet-permission-missing'],
  },
  'Sonobuoy, of what a label selects': {
    name: '202601051000_sonobuoy_y.tar.gz',
    bytes: () => sonobuoy('app=shop'),
    first: /^All 2 nodes: ClusterRoleBinding datadog-agent is for default\/datadog-agent, not datadog\/datadog-agent \(suspected\)$/,
    third: /^Bundle: Sonobuoy results/,
    found: ['kubelet-anonymous-access', 'kubelet-cannot-reach-apiserver'],
    not: [...MISSING, 'kubelet-permission-missing'],
  },
};

describe('a bundle of another program, from the archive to what is printed', () => {
  for (const [what, { name, bytes, first, third, found, not = [], unread }] of Object.entries(ROWS))
    it(what, async () => {
      const { lines, causes, stderr } = await judged(name, await bytes());
      if (process.env.SHOW) console.log(lines.join('\n'), causes, stderr);
      assert.match(lines[2] ?? '', third, lines.slice(0, 4).join('\n'));
      assert.match(lines[0] ?? '', first);
      for (const cause of found) assert.ok(causes.includes(cause), `${cause} in ${causes}`);
      for (const cause of not) assert.ok(!causes.includes(cause), `${cause} in ${causes}`);
      if (unread) assert.match(stderr, unread);
    });
});

describe('a bundle that is damaged', () => {
  const random = seeded(19);
  const below = (most: number) => Math.floor(random() * most);
  const cut = (bytes: Buffer) => bytes.subarray(0, below(bytes.length));
  const flipped = (bytes: Buffer) => {
    const copy = Buffer.from(bytes);
    for (let times = 1 + below(40); times > 0; times -= 1) copy[below(copy.length)] = below(256);
    return copy;
  };
  /** The archive is sound, and what is in its files is not. */
  const inside = async (bytes: Buffer, change: (content: Buffer) => Buffer) => {
    const file = path.join(scratch, 'sound');
    writeFileSync(file, bytes);
    const packed = await openPacked(file);
    assert.ok(!('error' in packed));
    const tree: Record<string, Buffer> = {};
    for await (const entry of packed.entries()) {
      const content = (await entry.whole(1 << 20)) ?? Buffer.alloc(0);
      tree[entry.path] = below(3) === 0 && content.length > 0 ? change(content) : content;
    }
    await packed.close();
    return zipped(tree);
  };
  const noise = () => Buffer.from(Array.from({ length: below(3000) }, () => below(256)));

  for (const [what, { bytes }] of Object.entries(ROWS))
    it(`${what}: ends with a report or one line, and says no secret`, async () => {
      const sound = await bytes();
      const damaged = [cut(sound), flipped(sound), await inside(sound, cut), await inside(sound, flipped), await inside(sound, noise)];
      for (const [at, each] of damaged.entries()) {
        const { code, stdout, stderr } = await printed(`damaged-${at}`, each);
        assert.ok(code === 2 ? stderr.split('\n').length <= 2 : stdout.includes('Bundle: ') || stdout.includes('"findings"'), stderr);
        for (const sentinel of SENTINELS) assert.ok(!`${stdout}${stderr}`.includes(sentinel), sentinel);
        assert.doesNotMatch(`${stdout}${stderr}`, /internal error/);
      }
    });
});
