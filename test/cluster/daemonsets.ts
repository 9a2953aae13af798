/** Agents as DaemonSets on the real cluster, and what the tool prints about them, done: the little of kubectl that it prints. */
import assert from 'node:assert/strict';
import type { Admin } from './ask.js';
import { waitFor } from './process.js';

export interface DaemonSetOptions {
  namespace?: string;
  name?: string;
  /** Added to the pod template's spec. */
  spec?: Record<string, unknown>;
  /** Added to the container. */
  container?: Record<string, unknown>;
}

interface DaemonSetStatus {
  metadata: { generation: number };
  status: { observedGeneration?: number; desiredNumberScheduled: number; updatedNumberScheduled?: number; numberReady: number };
}

const path = (namespace: string, name = '') => `/apis/apps/v1/namespaces/${namespace}/daemonsets${name && `/${name}`}`;

const HOST_PATHS = ['/proc', '/sys/fs/cgroup', '/var/run'];
/** As the chart has it. */
const ASKS_FOR = {
  env: [{ name: 'DD_KUBERNETES_KUBELET_HOST', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } }],
  volumeMounts: HOST_PATHS.map((path, at) => ({ name: `host-${at}`, mountPath: `/host${path}`, readOnly: true })),
};

/** An agent that looks like Datadog's, with a grace period of its own so that an update takes no half minute. */
export async function createDaemonSet(
  admin: Admin,
  { namespace = 'datadog', name = 'datadog-agent', spec = {}, container = {} }: DaemonSetOptions = {},
): Promise<void> {
  const labels = { app: name, 'app.kubernetes.io/component': 'agent', 'app.kubernetes.io/name': 'datadog-agent' };
  const containers = [{ name: 'agent', image: 'gcr.io/datadoghq/agent:7.70.0', ...ASKS_FOR, ...container }];
  const volumes = HOST_PATHS.map((path, at) => ({ name: `host-${at}`, hostPath: { path } }));
  const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers, volumes, ...spec } };
  await admin('POST', path(namespace), {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace, labels },
    spec: { selector: { matchLabels: labels }, updateStrategy: { rollingUpdate: { maxUnavailable: '100%' } }, template },
  });
}

/** Waits until every pod the controller wants is there and ready. */
export async function waitForDaemonSet(admin: Admin, desired: number, namespace = 'datadog', name = 'datadog-agent'): Promise<void> {
  await waitFor(`${desired} ready pods of ${namespace}/${name}`, async () => {
    const { metadata, status } = await admin<DaemonSetStatus>('GET', path(namespace, name));
    const settled = status.observedGeneration === metadata.generation && (status.updatedNumberScheduled ?? 0) === desired;
    return (settled && status.desiredNumberScheduled === desired && status.numberReady === desired) || undefined;
  });
}

/** Deletes the DaemonSets of these namespaces and waits until their pods are gone. */
export async function removeDaemonSets(admin: Admin, namespaces: string[]): Promise<void> {
  for (const namespace of namespaces) await admin('DELETE', path(namespace));
  await waitFor('the pods to be gone', async () => {
    const left = await Promise.all(namespaces.map((each) => admin<{ items: unknown[] }>('GET', `/api/v1/namespaces/${each}/pods`)));
    return left.every(({ items }) => items.length === 0) || undefined;
  });
}

/** What a shell makes of quoted words. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'((?:[^']|'\\'')*)'|(\S+)/g)].map(([, quoted, plain]) => quoted?.replaceAll("'\\''", "'") ?? plain ?? '');
}

/** A printed command without the flags that name the cluster: the tests ask it with a client of their own. */
export function unaimed(command: string): string {
  return command.replace(/ --(?:kubeconfig|context)=\S+/g, '');
}

/** Does what `kubectl` would do with a command we print: patch, label, delete. Anything else is a failure. */
export async function applyCommand(admin: Admin, command: string): Promise<void> {
  const words = wordsOf(unaimed(command));
  assert.equal(words.shift(), 'kubectl', command);
  const namespace = words[0] === '-n' ? (words.splice(0, 2)[1] ?? '') : '';
  const [verb, kind, name = '', ...rest] = words;
  if (verb === 'patch' && kind === 'daemonset') {
    assert.deepEqual(rest.slice(0, 2), ['--type=json', '-p'], command);
    await admin('PATCH', path(namespace, name), JSON.parse(rest[2] ?? ''), 'application/json-patch+json');
  } else if (verb === 'set' && kind === 'env') {
    const [flag, container = '', ...changes] = rest;
    assert.equal(flag, '-c', command);
    await setEnv(admin, path(namespace, name.replace(/^daemonset\//, '')), container, changes);
  } else if (verb === 'delete' && kind === 'daemonset') await admin('DELETE', path(namespace, name));
  else if (verb === 'label' && kind === 'namespace') {
    const [, label = '', value = ''] = /^([^=]+)=(.*)$/.exec(rest[0] ?? '') ?? [];
    assert.equal(rest[1], '--overwrite', command);
    await admin('PATCH', `/api/v1/namespaces/${name}`, { metadata: { labels: { [label]: value } } }, 'application/merge-patch+json');
  } else assert.fail(`not a command that the test knows: ${command}`);
}

type Entry = { name: string; value?: string; $patch?: 'delete' };

/** kubectl set env: `NAME=value` sets, `NAME-` takes away. */
async function setEnv(admin: Admin, daemonSet: string, container: string, changes: string[]): Promise<void> {
  const env = changes.map((change): Entry => {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/.exec(change) ?? [];
    return change.endsWith('-') && !name ? { name: change.slice(0, -1), $patch: 'delete' } : { name, value };
  });
  const patch = { spec: { template: { spec: { containers: [{ name: container, env }] } } } };
  await admin('PATCH', daemonSet, patch, 'application/strategic-merge-patch+json');
}
