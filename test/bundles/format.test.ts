/** Whose bundle it is: by its files alone, wherever its root is, and with another one in it. Layouts are those of the collectors' sources. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { createRecogniser, versionOf, whyNoBundle } from '../../src/bundles/collectors/format.js';
import { FORMATS } from '../../src/bundles/collectors/formats.js';
import { isHar } from '../../src/bundles/har.js';
import { openPacked } from '../../src/files/packed/packed.js';

/** Each begins with its root, where it has one; the first row of a format has its usual form. */
const LAYOUTS: readonly [id: string, roots: string[], paths: string][] = [
  [
    'ddn',
    ['worker-1/'],
    'worker-1/flare_creation.log worker-1/runtime_config_dump.yaml worker-1/status.log worker-1/k8s/kubelet_config.yaml',
  ],
  ['ddn', ['unknown/'], 'unknown/local unknown/flare_creation.log unknown/status.log'],
  [
    'ddc',
    ['agent-6db/'],
    'agent-6db/flare_creation.log agent-6db/runtime_config_dump.yaml agent-6db/cluster-agent-status.log agent-6db/status.log',
  ],
  [
    'ts',
    ['support-bundle-1/'],
    'support-bundle-1/version.yaml support-bundle-1/cluster-resources/nodes.json support-bundle-1/analysis.json',
  ],
  ['ts', ['x/'], 'x/cluster-info/cluster_version.json'],
  ['ts', ['x/'], 'x/host-collectors/system/hostos_info.json x/version.yaml'],
  ['ts', ['x/'], 'x/analysis.json'],
  [
    'mg',
    ['m/quay-sha256-a/', 'm/quay-sha256-b/'],
    'm/timestamp m/event-filter.html m/quay-sha256-a/version m/quay-sha256-a/cluster-scoped-resources/core/nodes/a.yaml m/quay-sha256-b/namespaces/d/core/pods.yaml',
  ],
  ['mg', ['inspect.local.5/'], 'inspect.local.5/namespaces/agents/core/pods.yaml inspect.local.5/namespaces/agents/agents.yaml'],
  ['mg', ['m/'], 'm/event-filter.html'],
  [
    'mg',
    ['a/', 'b/'],
    'a/cluster-scoped-resources/core/nodes/n.yaml a/namespaces/d/core/pods.yaml b/cluster-scoped-resources/core/nodes/n.yaml',
  ],
  ['cid', ['dump/'], 'dump/nodes.json dump/kube-system/replication-controllers.json dump/kube-system/coredns-1/logs.txt'],
  ['cid', [''], 'nodes.yaml kube-system/daemonsets.yaml'],
  [
    'sos',
    ['sosreport-n1-2026/'],
    'sosreport-n1-2026/version.txt sosreport-n1-2026/sos_commands/kubernetes/journalctl_--no-pager_--unit_kubelet sosreport-n1-2026/sos_reports/sos.txt sosreport-n1-2026/var/log/azure/x',
  ],
  ['ins', [''], 'config/version.json config/node/n1.json'],
  ['ins', ['insights-n1/'], 'insights-n1/insights_commands/date insights-n1/data/x'],
  ['eks', [''], 'system/instance-id.txt kubelet/kubelet.log kubelet/config.json'],
  ['eks', [''], 'system/instance-id.txt kubelet/kubelet_service.txt'],
  ['ran', ['n1-2026/'], 'n1-2026/systeminfo/date n1-2026/rke2/agent-logs/kubelet.log n1-2026/rke2/kubectl/nodes.json'],
  ['ran', ['n1-2026/'], 'n1-2026/systeminfo/date n1-2026/k3s/version'],
  [
    'sbk',
    ['bundle/'],
    'bundle/metadata.yaml bundle/yamls/cluster/v1/nodes.yaml bundle/yamls/namespaced/d/v1/pods.yaml bundle/nodes/n1.zip/logs/kubelet.log',
  ],
  ['tal', [''], '10.0.0.1/service-logs/kubelet.log 10.0.0.1/summary kubernetesResources/nodes.yaml'],
  ['tal', ['out/'], 'out/10.0.0.1/service-logs/kubelet.log'],
  ['kind', ['logs/'], 'logs/docker-info.txt logs/kind-control-plane/kubernetes-version.txt logs/kind-control-plane/kubelet.log'],
  [
    'veld',
    ['velero-bundle/'],
    'velero-bundle/kubecapture/velero.io_v1/velero/backups/daily-2026.json velero-bundle/kubecapture/core_v1/velero/pods/x-2026.json velero-bundle/version.txt',
  ],
  ['veld', [''], 'kubecapture/core_v1/velero/pods/x-2026.json version.txt'],
  ['son', [''], 'meta/config.json resources/cluster/core_v1_nodes.json serverversion.json plugins/e2e/sonobuoy_results.yaml'],
  ['cil', ['cilium-sysdump-1/'], 'cilium-sysdump-1/k8s-nodes-20260105-100000.yaml cilium-sysdump-1/cilium-sysdump.log'],
  ['vel', [''], 'metadata/version resources/pods/namespaces/d/a.json resources/nodes/cluster/n1.json'],
  ['aksp', ['run/n1/'], 'run/n1/kubeletcmd/kubeletcmd run/n1/networkoutbound/x'],
  ['aksi', [''], 'device_0/var/log/azure/cluster-provision.log'],
];

const seen = (paths: readonly string[]) => {
  const recogniser = createRecogniser();
  for (const each of paths) recogniser.see(each);
  return recogniser.found();
};

describe('a bundle is recognised', () => {
  for (const [id, roots, paths] of LAYOUTS)
    it(`${id}: ${paths.slice(0, 60)}`, () => {
      const files = paths.split(' ');
      const found = seen(files);
      assert.equal(found?.format.id, id);
      assert.deepEqual(found?.roots, roots);
      assert.equal(seen(files.toReversed())?.format.id, id, 'in another order');
      const packed = seen(files.map((file) => `a customer/case 7.zip/${file}`));
      assert.deepEqual([packed?.format.id, packed?.roots], [id, roots.map((root) => `a customer/case 7.zip/${root}`)], 'packed once more');
    });

  it('every format has a layout here', () => assert.deepEqual(new Set(LAYOUTS.map(([id]) => id)), new Set(FORMATS.map(({ id }) => id))));

  it('what is nearest to the top wins, whatever lies in it', () => {
    // A mark that is alone, and says little, gives way to any other.
    const outer = LAYOUTS.filter(([, roots, paths]) => roots.length === 1 && !/^[xm]\/[\w.-]+$/.test(paths));
    for (const [id, [root = ''], paths] of outer)
      for (const [, , others] of outer)
        assert.equal(
          seen([...others.split(' ').map((file) => `${root}deep/deeper/below/${file}`), ...paths.split(' ')])?.format.id,
          id,
          `${paths} with ${others}`,
        );
  });

  it('nothing is recognised where nothing stands, and names alone say nothing', () => {
    for (const paths of [['nodes.json'], ['must-gather.local.1/a.log'], ['sosreport-x/etc/hosts'], ['version.yaml', 'status.log'], []])
      assert.equal(seen(paths), undefined, paths.join(' '));
  });

  it('a bundle of 300,000 files takes little time', () => {
    const before = performance.now();
    const recogniser = createRecogniser();
    for (let at = 0; at < 300_000; at += 1) recogniser.see(`m/img/namespaces/ns-${at % 900}/pods/pod-${at}/c/c/logs/current.log`);
    recogniser.see('m/img/version');
    assert.equal(recogniser.found(), undefined);
    assert.ok(performance.now() - before < 15_000);
  });

  it('a path that was made to be slow is not', () => {
    const before = performance.now();
    for (const part of ['a/', 'cluster-info/', 'service-logs/', '/', 'k8s-nodes-'])
      seen([`${part.repeat(4000 / part.length)}k8s-nodes-x.yam`, `${part.repeat(4000 / part.length)}kubelet.log`]);
    assert.ok(performance.now() - before < 2000);
  });
});

describe("the collector's version", () => {
  const rows: readonly [id: string, text: string, archive: string, version: string | undefined][] = [
    [
      'ts',
      'apiVersion: troubleshoot.sh/v1beta2\nkind: SupportBundle\nspec:\n  versionNumber: v0.123.14-14-gf6c4386\n',
      'a',
      'v0.123.14-14-gf6c4386',
    ],
    ['mg', 'openshift/must-gather\n4.0-art-dev\n', 'a', '4.0-art-dev'],
    ['mg', 'another/gather\n1.0\n', 'a', undefined],
    ['sos', 'sos report: 4.8.1\n\nARGV: sos report\n', 'a', '4.8.1'],
    ['sos', 'sosreport: 3.9\n', 'a', '3.9'],
    ['ddn', '===============\nAgent (v7.60.0)\n===============\n', 'a', '7.60.0'],
    ['son', '{"Description":"DEFAULT","Version":"v0.57.1","ResultsDir":"/tmp"}', 'a', 'v0.57.1'],
    ['vel', '1.1.0\n', 'a', '1.1.0'],
    ['eks', '', 'eks_i-0123_2026-01-05_1000-UTC_0.7.9.tar.gz', '0.7.9'],
    ['eks', '', 'case.tar.gz', undefined],
    ['ts', 'versionNumber: \u001b[2J', 'a', undefined],
    ['kind', 'v1.31.0', 'a', undefined],
  ];
  for (const [id, text, archive, version] of rows)
    it(`${id}: ${version}`, () => assert.equal(versionOf(FORMATS.find((each) => each.id === id) ?? assert.fail(), text, archive), version));
});

it('of each it is known what to do where nothing of it is read', () => {
  for (const { id, instead } of FORMATS) assert.match(instead, /\b(?:kubectl|oc adm) /, id);
});

it('a HAR is told from a log that is JSON', () => {
  assert.ok(isHar('{"log":{"version":"1.2","creator":{}'));
  assert.ok(!isHar('{"log": "a line"}'));
});

/** What lies in the folders of the table there. */
const ROOT = path.join(process.env.KD_SAMPLES ?? '', 'bundles');
const SAMPLES = process.env.KD_SAMPLES && existsSync(ROOT) ? ROOT : undefined;
const EXPECTED: Readonly<Record<string, string>> = {
  'cluster-info-dump': 'cid',
  'datadog-flare': 'ddn',
  'eks-log-collector': 'eks',
  'must-gather': 'mg',
  rancher: 'ran',
  sonobuoy: 'son',
  troubleshoot: 'ts',
};
describe('the samples', { skip: SAMPLES === undefined && 'KD_SAMPLES names no folder' }, () => {
  for (const [folder, id] of Object.entries(EXPECTED))
    it(folder, async () => {
      const archives = readdirSync(path.join(ROOT, folder)).filter((name) => /\.(t?gz|xz|zip)$/.test(name));
      assert.ok(archives.length > 0);
      for (const name of archives) {
        const packed = await openPacked(path.join(ROOT, folder, name));
        assert.ok(!('error' in packed), name);
        const recogniser = createRecogniser();
        for await (const entry of packed.entries()) recogniser.see(entry.path);
        await packed.close();
        assert.equal(packed.fault, undefined, name);
        assert.equal(recogniser.found()?.format.id, name.includes('cluster-agent') ? 'ddc' : id, name);
      }
    });
});

describe('a folder with no marks of a bundle', () => {
  const filled = (names: readonly string[]): string => {
    const top = mkdtempSync(path.join(tmpdir(), 'kd-names-'));
    for (const name of names) {
      mkdirSync(path.dirname(path.join(top, name)), { recursive: true });
      writeFileSync(path.join(top, name), '');
    }
    return top;
  };
  const MANY = Array.from({ length: 60 }, (_, at) => `${at % 5}/${at}`);

  const ROWS: [name: string, names: readonly string[], RegExp | undefined][] = [
    ['is refused where it is large', MANY.map((each) => `src/${each}.js`), /more than 50 files .*; name the bundle's own folder/],
    [
      'names the bundle in it',
      [...MANY.map((each) => `${each}.js`), 'case/mg/cluster-scoped-resources/core/nodes/n1.yaml'],
      /; name the bundle in it: case\/mg\/ \(must-gather\)$/,
    ],
    ['is gone through where it is of objects', MANY.map((each) => `${each}.yaml`), undefined],
    ['is gone through where it is small', ['a.js', 'b/c.ts'], undefined],
    [
      'is none where the bundle is large',
      [...MANY.map((each) => `mg/data/${each}.bin`), 'mg/cluster-scoped-resources/core/nodes/n1.yaml'],
      undefined,
    ],
    ['may not be there', [], undefined],
  ];
  for (const [name, names, words] of ROWS)
    it(name, () => {
      const top = filled(names);
      try {
        const why = whyNoBundle(names.length > 0 ? top : path.join(top, 'none'), 50);
        if (words) assert.match(why ?? '', words);
        else assert.equal(why, undefined);
      } finally {
        rmSync(top, { recursive: true });
      }
    });
});
