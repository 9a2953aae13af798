/** The texts of kubelet, scheduler and runtimes, as they print them: what a pod waits for. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isAbout, isUntold, type Told, type Wait, waitOf } from '../../src/kubernetes/kubelet/pod-waits.js';

const MOUNT = 'MountVolume.SetUp failed for volume';
const OWN_NODE = "12 node(s) didn't satisfy plugin(s) [NodeAffinity]";

const TEXTS: readonly [reason: string, message: string, wait: Partial<Wait> | undefined][] = [
  [
    'CreateContainerError',
    'failed to generate spec: failed to mkdir "/etc/group": mkdir /etc/group: read-only file system',
    { kind: 'host-path', path: '/etc/group', said: 'read-only file system' },
  ],
  ['CreateContainerError', 'container create failed: mkdir /usr/src: read-only file system', { kind: 'host-path', path: '/usr/src' }],
  [
    'RunContainerError',
    'error mounting "/etc/agent/ca" to rootfs at "/ca": mount src=/etc/agent/ca, dst=/ca: not a directory: Are you trying to mount a directory onto a file (or vice-versa)?',
    { kind: 'host-path', path: '/etc/agent/ca', said: 'not a directory' },
  ],
  [
    'RunContainerError',
    'error mounting "/var/lib/kubelet/pods/6f9619ff-8b86-d011-b42d-00cf4fc964ff/volumes/x" to rootfs at "/x": not a directory',
    undefined,
  ],
  [
    'CreateContainerConfigError',
    'secret "datadog-secret" not found',
    { kind: 'object', object: { kind: 'Secret', name: 'datadog-secret' } },
  ],
  ['CreateContainerConfigError', 'configmap "checks" not found', { kind: 'object', object: { kind: 'ConfigMap', name: 'checks' } }],
  [
    'CreateContainerConfigError',
    "couldn't find key api-key in Secret datadog/datadog-secret",
    { kind: 'object', object: { kind: 'Secret', name: 'datadog-secret', key: 'api-key' } },
  ],
  ['CreateContainerConfigError', 'container has runAsNonRoot and image will run as root (pod: "a", container: agent)', undefined],
  [
    'Unschedulable',
    `0/13 nodes are available: 1 node(s) didn't have free ports for the requested pod ports, ${OWN_NODE}.`,
    { kind: 'host-port' },
  ],
  [
    'Unschedulable',
    `0/13 nodes are available: 1 Insufficient memory, ${OWN_NODE}. preemption: 0/13 nodes are available: 1 No preemption victims found for incoming pod, 12 Preemption is not helpful for scheduling.`,
    { kind: 'room', said: 'Insufficient memory' },
  ],
  ['Unschedulable', '0/3 nodes are available: 1 Too many pods.', { kind: 'room', said: 'Too many pods' }],
  [
    'Unschedulable',
    '0/3 nodes are available: 1 node(s) had untolerated taint {dedicated: gpu}.',
    { kind: 'scheduling', said: 'untolerated taint {dedicated: gpu}' },
  ],
  ['Unschedulable', "0/3 nodes are available: 1 node(s) didn't match pod anti-affinity rules.", { kind: 'scheduling' }],
  [
    'NodePorts',
    "Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
    { kind: 'host-port' },
  ],
  [
    'OutOfmemory',
    "Pod was rejected: Node didn't have enough resource: memory, requested: 9, used: 8, capacity: 10",
    { kind: 'room', said: 'OutOfmemory' },
  ],
  ['ImagePullBackOff', 'Back-off pulling image "a/b:1"', { kind: 'image' }],
  [
    'ErrImagePull',
    'failed to pull and unpack image "a/b:1": failed to resolve reference "a/b:1": a/b:1: not found',
    { kind: 'image-missing', said: 'not found' },
  ],
  [
    'ErrImagePull',
    'failed to resolve reference "a/b:1": failed to authorize: failed to fetch oauth token: unexpected status from GET request: 401 Unauthorized',
    { kind: 'image-denied' },
  ],
  ['ErrImagePull', 'pull access denied, repository does not exist or may require authorization', { kind: 'image-denied' }],
  [
    'ErrImagePull',
    'httpReadSeeker: failed open: unexpected status code 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit',
    { kind: 'image-limit' },
  ],
  ['ErrImagePull', 'dial tcp: lookup gcr.io on 10.0.0.2:53: no such host', { kind: 'image-network', said: 'no such host' }],
  ['ErrImageNeverPull', 'Container image "a:1" is not present with pull policy of Never', { kind: 'image' }],
  [
    'InvalidImageName',
    'Failed to apply default image tag "A/B": couldn\'t parse image name "A/B": invalid reference format',
    { kind: 'image-missing' },
  ],
  ['CrashLoopBackOff', 'exit code 1 (Error): open /etc/group: read-only file system', undefined],
  ['CrashLoopBackOff', 'exit code 1 (Error): dial tcp 10.0.0.1:443: i/o timeout', undefined],
];

describe('by its own status', () => {
  for (const [reason, message, expected] of TEXTS)
    it(`${reason}: ${message.slice(0, 90)}`, () => {
      const wait = waitOf({ reason, message });
      assert.equal(wait?.kind, expected?.kind);
      for (const [name, value] of Object.entries(expected ?? {})) assert.deepEqual(wait?.[name as keyof Wait], value);
    });
});

const EVENTS: readonly [pod: string, reason: string, message: string, wait: Partial<Wait> | undefined][] = [
  [
    'ContainerCreating',
    'FailedMount',
    `${MOUNT} "kubelet-ca" : hostPath type check failed: /etc/kubernetes/certs/kubeletserver.crt is not a file`,
    { kind: 'host-path', volume: 'kubelet-ca', path: '/etc/kubernetes/certs/kubeletserver.crt', said: 'is not a file' },
  ],
  [
    'ContainerCreating',
    'FailedMount',
    `${MOUNT} "ca" : hostPath type check failed: /etc/ca is not a file, it's a Directory`,
    { kind: 'host-path', said: "is not a file, it's a Directory" },
  ],
  [
    'ContainerCreating',
    'FailedMount',
    `${MOUNT} "ca" : hostPath /etc/ca doesn't exist`,
    { kind: 'host-path', said: "doesn't exist", path: '/etc/ca' },
  ],
  [
    'ContainerCreating',
    'FailedMount',
    `${MOUNT} "dsdsocket" : mkdir /var/run/datadog: read-only file system`,
    { kind: 'host-path', volume: 'dsdsocket', path: '/var/run/datadog' },
  ],
  [
    'ContainerCreating',
    'FailedMount',
    `${MOUNT} "tmp" : mkdir /var/lib/kubelet/pods/6f9619ff-8b86-d011-b42d-00cf4fc964ff/volumes: read-only file system`,
    { kind: 'volume' },
  ],
  [
    '',
    'FailedMount',
    `${MOUNT} "installinfo" : configmap "datadog-installinfo" not found`,
    { kind: 'object', volume: 'installinfo', object: { kind: 'ConfigMap', name: 'datadog-installinfo' } },
  ],
  [
    'ContainerCreating',
    'FailedMount',
    'Unable to attach or mount volumes: unmounted volumes=[a], unattached volumes=[], failed to process volumes=[]: context deadline exceeded',
    { kind: 'volume' },
  ],
  [
    'ContainerCreating',
    'FailedCreatePodSandBox',
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "ab": plugin type="calico" failed (add): connection is unauthorized',
    { kind: 'sandbox-network', said: 'plugin type="calico" failed' },
  ],
  [
    'ContainerCreating',
    'NetworkNotReady',
    'network is not ready: container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
    { kind: 'sandbox-network' },
  ],
  [
    'ContainerCreating',
    'FailedCreatePodSandBox',
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for "gvisor" is configured',
    { kind: 'sandbox', said: 'failed to get sandbox runtime: no runtime for "gvisor" is configured' },
  ],
  [
    'ImagePullBackOff',
    'Failed',
    'Failed to pull image "a/b:1": rpc error: code = NotFound desc = failed to pull and unpack image "a/b:1": a/b:1: not found',
    { kind: 'image-missing' },
  ],
  // Of what is over: it was scheduled, and its volumes are mounted.
  ['ContainerCreating', 'FailedScheduling', '0/3 nodes are available: 1 Insufficient cpu.', undefined],
  ['ImagePullBackOff', 'FailedMount', `${MOUNT} "ca" : hostPath /etc/ca doesn't exist`, { kind: 'image' }],
  ['CrashLoopBackOff', 'FailedMount', `${MOUNT} "ca" : hostPath /etc/ca doesn't exist`, undefined],
];

describe('by its events', () => {
  for (const [pod, reason, message, expected] of EVENTS)
    it(`${pod || 'Pending'}, ${reason}: ${message.slice(0, 90)}`, () => {
      const own = pod === 'ImagePullBackOff' ? { reason: pod, message: 'Back-off pulling image "a/b:1"' } : { reason: pod };
      const wait = waitOf(own, [{ reason, message }]);
      assert.equal(wait?.kind, expected?.kind);
      for (const [name, value] of Object.entries(expected ?? {})) assert.deepEqual(wait?.[name as keyof Wait], value);
    });

  it('the most telling of several, whatever their order', () => {
    const vague = { reason: 'FailedMount', message: 'Unable to attach or mount volumes: context deadline exceeded' };
    const telling = { reason: 'FailedMount', message: `${MOUNT} "ca" : hostPath /etc/ca doesn't exist` };
    for (const events of [
      [vague, telling],
      [telling, vague],
    ])
      assert.equal(waitOf({ reason: 'ContainerCreating' }, events)?.kind, 'host-path');
  });
});

it('events are asked for where the status does not say it', () => {
  const asks: readonly [Told, boolean][] = [
    [{ reason: 'ContainerCreating' }, true],
    [{}, true],
    [{ reason: 'ImagePullBackOff', message: 'Back-off pulling image "a"' }, true],
    [{ reason: 'ImagePullBackOff', message: 'Back-off pulling image "a": ErrImagePull: a: not found' }, false],
    [{ reason: 'Unschedulable', message: '0/1 nodes are available: 1 Insufficient cpu.' }, false],
    [{ reason: 'CrashLoopBackOff', message: 'exit code 1 (Error)' }, false],
  ];
  for (const [pod, expected] of asks) assert.equal(isUntold(pod), expected, JSON.stringify(pod));
  assert.ok(!isAbout({ reason: 'Unhealthy' }, { reason: 'ContainerCreating' }));
});

it('a text without an end takes no time', () => {
  const long = `failed to mkdir "/${'a/'.repeat(200_000)}`;
  const before = process.cpuUsage().user;
  for (const reason of ['Failed', 'FailedMount', 'Unschedulable', 'FailedCreatePodSandBox', 'ErrImagePull'])
    waitOf({ reason, message: long.repeat(4) });
  assert.ok(process.cpuUsage(undefined).user - before < 2_000_000);
});
