/** A must-gather of a large cluster, with all that is read past in it: 500 nodes and their agents in YAML, and logs of other programs. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Family } from '../family.js';
import { measure, ours } from '../measure.js';

const NODES = 500;
const NAMESPACES = 60;
const PODS = 150;
const MIB = 1024 * 1024;

export const family: Family = async function* ({ scratch }) {
  const root = path.join(scratch, 'must-gather.local.1');
  const bytes = await writeBundle(path.join(root, 'quay-io-image-sha256'));
  const size = `${(bytes / MIB).toFixed(0)} MiB`;
  const { ms, cpuMs, peakMiB } = await measure(ours(['judge', root, '--exit-zero'], { withPeak: true }));
  yield {
    measure: `judge of a must-gather of ${NODES} nodes, ${size}`,
    limit: 60,
    figure: ms / 1000,
    unit: 's',
    of: `CPU ${(cpuMs / 1000).toFixed(0)} s`,
  };
  yield { measure: `judge of a must-gather of ${NODES} nodes, ${size}: peak memory`, limit: 300, figure: peakMiB, unit: 'MiB' };
};

/** How many bytes. */
async function writeBundle(root: string): Promise<number> {
  let bytes = 0;
  const write = async (name: string, text: string) => {
    bytes += text.length;
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  };
  await write('version', 'openshift/must-gather\n4.16.0\n');
  await write('timestamp', '2026-01-05 10:00:00.1 +0000 UTC\n');
  for (let at = 0; at < NODES; at += 1) await write(`cluster-scoped-resources/core/nodes/n${at}.yaml`, nodeAt(at));
  for (let at = 0; at < NAMESPACES; at += 1) {
    const namespace = at === 0 ? 'datadog' : `openshift-${at}`;
    const pods = Array.from({ length: PODS }, (_, pod) => podAt(pod, namespace));
    const name = (pod: number) => `namespaces/${namespace}/pods/p${pod}`;
    await write(`namespaces/${namespace}/${namespace}.yaml`, `---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${namespace}\n`);
    await write(`namespaces/${namespace}/apps/daemonsets.yaml`, '---\napiVersion: apps/v1\nitems: []\nkind: DaemonSetList\nmetadata: {}\n');
    await write(
      `namespaces/${namespace}/core/pods.yaml`,
      `---\napiVersion: v1\nitems:\n${pods.map((pod) => `- ${pod.replaceAll('\n', '\n  ').trimEnd()}\n`).join('')}kind: PodList\nmetadata: {}\n`,
    );
    for (const [pod, text] of pods.entries()) {
      await write(`${name(pod)}/p${pod}.yaml`, `---\n${text}`);
      await write(`${name(pod)}/c/c/logs/current.log`, LOG);
    }
  }
  return bytes;
}

const repeated = (count: number, text: (at: number) => string): string => Array.from({ length: count }, (_, at) => text(at)).join('');

const LOG = repeated(
  150,
  (at) =>
    `2026-01-05T09:${String(at % 60).padStart(2, '0')}:00.000000000Z I0105 09:00:00.000000 1 controller.go:123] "Reconciled" object="x/y${at}"\n`,
);

const managed = (count: number) =>
  `  managedFields:\n${repeated(count, (at) => `  - apiVersion: v1\n    fieldsType: FieldsV1\n    fieldsV1:\n      f:metadata:\n        f:annotations:\n          f:a${at}: {}\n    manager: m${at}\n    operation: Update\n    time: "2026-01-05T09:00:00Z"\n`)}`;

const nodeAt = (at: number) => `---
apiVersion: v1
kind: Node
metadata:
  labels:
    kubernetes.io/hostname: n${at}
    kubernetes.io/os: linux
${managed(40)}  name: n${at}
spec: {}
status:
  addresses:
  - address: 10.0.${Math.floor(at / 250)}.${(at % 250) + 1}
    type: InternalIP
  conditions:
  - lastHeartbeatTime: "2026-01-05T09:59:00Z"
    lastTransitionTime: "2026-01-01T09:59:00Z"
    reason: KubeletReady
    status: "True"
    type: Ready
  daemonEndpoints:
    kubeletEndpoint:
      Port: 10250
  images:
${repeated(50, (image) => `  - names:\n    - quay.io/openshift@sha256:${'ab'.repeat(32)}\n    sizeBytes: 12345${image}\n`)}  nodeInfo:
    kubeletVersion: v1.29.1
    osImage: Red Hat Enterprise Linux CoreOS
`;

const podAt = (at: number, namespace: string) => `apiVersion: v1
kind: Pod
metadata:
${managed(10)}  name: p${at}
  namespace: ${namespace}
  ownerReferences:
  - apiVersion: apps/v1
    controller: true
    kind: DaemonSet
    name: d
spec:
  containers:
  - env:
${repeated(40, (variable) => `    - name: V${variable}\n      value: ${'x'.repeat(50)}\n`)}    image: quay.io/x@sha256:${'cd'.repeat(32)}
    name: c
  nodeName: n${at}
status:
  conditions:
  - status: "True"
    type: Ready
  phase: Running
`;
