/** Pods and nodes as kubectl prints them: of pods that are no agent's no fault is ours, and of a node whose kubelet or runtime is down that is said. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printable } from '../../src/host/redact.js';
import { answerOf, readText } from '../../src/texts/index.js';
import { createLogReader, isWrong } from '../../src/texts/log/log.js';
import {
  type Condition,
  describeNode,
  describePod,
  type Event,
  eventObjects,
  eventRows,
  nodeConditions,
  type Pod,
  podRows,
} from './kubectl.js';

/** Event: reason and message, as Kubernetes 1.28 to 1.36 words them (pkg/kubelet, pkg/scheduler, pkg/controller), CSI, CNI and runtimes behind it. */
type Row = readonly [
  reason: string,
  message: string,
  more?: { type?: 'Normal'; from?: string; status?: string; state?: string; object?: string },
];

const IP = '10.244.3.9';
const PULL = 'Failed to pull image "registry.test/web:1": ';
const SANDBOX = 'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "0b0f8ab6b5d0": ';
const SCHEDULER = { from: 'default-scheduler', status: 'Pending', state: 'State:          Waiting' };
const WAITS = (reason: string) => ({ status: reason, state: `State:          Waiting\n      Reason:       ${reason}` });
const ENDED = (reason: string, code: number) => ({
  status: reason,
  state: `State:          Waiting\n      Reason:       CrashLoopBackOff\n    Last State:     Terminated\n      Reason:       ${reason}\n      Exit Code:    ${code}`,
});

const NOT_OURS: readonly Row[] = [
  [
    'BackOff',
    'Back-off restarting failed container main in pod web-6c5f7d9b4-x7k2p_shop(3fa85f64-5717-4562-b3fc-2c963f66afa6)',
    ENDED('OOMKilled', 137),
  ],
  [
    'BackOff',
    'Back-off restarting failed container main in pod web-6c5f7d9b4-x7k2p_shop(3fa85f64-5717-4562-b3fc-2c963f66afa6)',
    ENDED('Error', 1),
  ],
  ['BackOff', 'Back-off pulling image "registry.test/web:1"', WAITS('ImagePullBackOff')],
  [
    'Failed',
    `${PULL}rpc error: code = NotFound desc = failed to pull and unpack image "registry.test/web:1": failed to resolve reference "registry.test/web:1": registry.test/web:1: not found`,
    WAITS('ErrImagePull'),
  ],
  [
    'Failed',
    `${PULL}failed to pull and unpack image "docker.io/library/web:1": failed to resolve reference "docker.io/library/web:1": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
    WAITS('ErrImagePull'),
  ],
  [
    'Failed',
    `${PULL}failed to resolve reference "registry.test/web:1": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://auth.registry.test/token?scope=repository%3Aweb%3Apull: 401 Unauthorized`,
  ],
  [
    'Failed',
    `${PULL}failed to pull and unpack image: failed to resolve reference: failed to do request: Head "https://registry.test/v2/web/manifests/1": dial tcp: lookup registry.test on 10.96.0.10:53: no such host`,
  ],
  [
    'Failed',
    `${PULL}failed to do request: Head "https://registry.test/v2/web/manifests/1": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
  ],
  [
    'Failed',
    `${PULL}failed to do request: Head "https://192.0.2.40:5000/v2/web/manifests/1": dial tcp 192.0.2.40:5000: connect: no route to host`,
  ],
  ['Failed', `${PULL}toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading`],
  [
    'Failed',
    `${PULL}failed to copy: httpReadSeeker: failed open: unexpected status code https://registry.test/v2/web/blobs/sha256:9f: 403 Forbidden`,
  ],
  ['Failed', 'Error: ErrImagePull'],
  ['ErrImageNeverPull', 'Container image "web:1" is not present with pull policy of Never', WAITS('ErrImageNeverPull')],
  [
    'InspectFailed',
    'Failed to apply default image tag "registry.test/WEB:1": couldn\'t parse image name "registry.test/WEB:1": invalid reference format: repository name (WEB) must be lowercase',
    WAITS('InvalidImageName'),
  ],
  [
    'FailedToRetrieveImagePullSecret',
    'Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.',
  ],
  [
    'FailedScheduling',
    '0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.',
    SCHEDULER,
  ],
  [
    'FailedScheduling',
    '0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    SCHEDULER,
  ],
  [
    'FailedScheduling',
    "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    SCHEDULER,
  ],
  [
    'FailedScheduling',
    '0/3 nodes are available: 1 node(s) had untolerated taint {dedicated: gpu}, 2 Insufficient memory. preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.',
    SCHEDULER,
  ],
  ['FailedScheduling', "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.", SCHEDULER],
  [
    'FailedScheduling',
    "0/3 nodes are available: 3 node(s) didn't match pod topology spread constraints (missing required label).",
    SCHEDULER,
  ],
  ['FailedScheduling', "0/3 nodes are available: 3 node(s) didn't have free ports for the requested pod ports.", SCHEDULER],
  ['FailedScheduling', '0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) had volume node affinity conflict.', SCHEDULER],
  ['FailedScheduling', 'persistentvolumeclaim "data" not found', SCHEDULER],
  ['FailedScheduling', 'running PreBind plugin "VolumeBinding": binding volumes: timed out waiting for the condition', SCHEDULER],
  ['FailedMount', 'MountVolume.SetUp failed for volume "settings" : configmap "settings" not found', WAITS('ContainerCreating')],
  [
    'FailedMount',
    'Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[data kube-api-access-x7k2p]: timed out waiting for the condition',
  ],
  [
    'FailedAttachVolume',
    'Multi-Attach error for volume "pvc-3fa85f64" Volume is already exclusively attached to one node and can\'t be attached to another',
    { from: 'attachdetach-controller' },
  ],
  [
    'FailedAttachVolume',
    'AttachVolume.Attach failed for volume "pvc-3fa85f64" : rpc error: code = DeadlineExceeded desc = context deadline exceeded',
    { from: 'attachdetach-controller' },
  ],
  [
    'FailedMount',
    'MountVolume.MountDevice failed for volume "pvc-3fa85f64" : kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name ebs.csi.test not found in the list of registered CSI drivers',
  ],
  [
    'FailedMount',
    'MountVolume.SetUp failed for volume "nfs" : mount failed: exit status 32 Mounting command: mount Output: mount.nfs: Connection refused',
  ],
  [
    'FailedMount',
    'MountVolume.SetUp failed for volume "pvc-3fa85f64" : rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /var/lib/kubelet/plugins/csi.test/csi.sock: connect: connection refused"',
  ],
  ['FailedMount', 'MountVolume.SetUp failed for volume "kube-api-access-x7k2p" : object "shop"/"kube-root-ca.crt" not registered'],
  [
    'FailedMount',
    'MountVolume.SetUp failed for volume "vault" : rpc error: code = Unknown desc = error making mount request: Put "https://vault.vault.svc:8200/v1/auth/kubernetes/login": x509: certificate signed by unknown authority',
  ],
  ['Unhealthy', `Readiness probe failed: Get "http://${IP}:8080/healthz": dial tcp ${IP}:8080: connect: connection refused`],
  ['Unhealthy', `Readiness probe failed: Get "https://${IP}:10250/readyz": dial tcp ${IP}:10250: connect: connection refused`],
  ['Unhealthy', `Liveness probe failed: Get "https://${IP}:6443/livez": net/http: TLS handshake timeout`],
  [
    'Unhealthy',
    `Liveness probe failed: Get "http://${IP}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
  ],
  ['Unhealthy', `Readiness probe failed: Get "http://${IP}:8080/": EOF`],
  ['Unhealthy', 'Liveness probe failed: HTTP probe failed with statuscode: 500'],
  ['Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 401'],
  ['Unhealthy', `Startup probe failed: dial tcp ${IP}:5432: i/o timeout`],
  ['Unhealthy', `Readiness probe failed: timeout: failed to connect service "${IP}:50051" within 1s: context deadline exceeded`],
  ['Unhealthy', 'Readiness probe failed: error: this service is Unauthorized: connection to https://kubernetes.default.svc refused'],
  [
    'Unhealthy',
    'Readiness probe errored and resulted in unknown state: rpc error: code = NotFound desc = failed to exec in container: failed to load task: no running task found: task 0b0f8ab6 not found',
  ],
  ['ProbeWarning', 'Liveness probe warning: Probe terminated redirects, Response body: <a href="https://login.test/">Found</a>.'],
  ['Killing', 'Container main failed liveness probe, will be restarted', { type: 'Normal' }],
  [
    'FailedCreatePodSandBox',
    `${SANDBOX}plugin type="calico" failed (add): error getting ClusterInformation: connection is unauthorized: Unauthorized`,
    WAITS('ContainerCreating'),
  ],
  [
    'FailedCreatePodSandBox',
    `${SANDBOX}plugin type="aws-cni" name="aws-cni" failed (add): add cmd: failed to assign an IP address to container`,
  ],
  [
    'FailedCreatePodSandBox',
    `${SANDBOX}plugin type="cilium-cni" failed (add): unable to connect to Cilium agent: failed to create cilium agent client after 30.0 seconds timeout: Get "http://localhost/v1/config": dial unix /var/run/cilium/cilium.sock: connect: no such file or directory`,
  ],
  [
    'FailedCreatePodSandBox',
    `${SANDBOX}plugin type="flannel" failed (add): loadFlannelSubnetEnv failed: open /run/flannel/subnet.env: no such file or directory`,
  ],
  [
    'FailedCreatePodSandBox',
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to reserve sandbox name "web_shop_3fa8_0": name "web_shop_3fa8_0" is reserved for "0b0f8ab6b5d0"',
  ],
  [
    'FailedKillPod',
    'error killing pod: failed to "KillPodSandbox" for "3fa85f64" with KillPodSandboxError: "rpc error: code = Unknown desc = failed to destroy network for sandbox: plugin type=\\"calico\\" failed (delete): error getting ClusterInformation: connection is unauthorized: Unauthorized"',
  ],
  ['SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.', { type: 'Normal' }],
  [
    'Failed',
    'Error: failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "serve": executable file not found in $PATH: unknown',
    WAITS('RunContainerError'),
  ],
  ['Failed', 'Error: failed to start container "main": exec /app/serve: exec format error', WAITS('CrashLoopBackOff')],
  ['Failed', 'Error: secret "db" not found', WAITS('CreateContainerConfigError')],
  ['Failed', "Error: couldn't find key password in Secret shop/db", WAITS('CreateContainerConfigError')],
  [
    'Failed',
    'Error: container has runAsNonRoot and image will run as root (pod: "web_shop(3fa8)", container: main)',
    WAITS('CreateContainerConfigError'),
  ],
  [
    'Failed',
    'Error: failed to generate container "0b0f8ab6" spec: failed to generate spec: failed to mkdir "/data": mkdir /data: read-only file system',
    WAITS('CreateContainerError'),
  ],
  [
    'Evicted',
    'The node was low on resource: memory. Threshold quantity: 100Mi, available: 52Mi. Container main was using 812Mi, request is 0, has larger consumption of memory.',
    { status: 'Evicted' },
  ],
  ['Evicted', 'The node had condition: [DiskPressure]. ', { status: 'Evicted' }],
  ['Preempted', 'Preempted by pod 3fa85f64-5717-4562-b3fc-2c963f66afa6 on node w-3', { from: 'default-scheduler', status: 'Terminating' }],
  [
    'UnexpectedAdmissionError',
    'Allocate failed due to no healthy devices present; cannot allocate unhealthy devices nvidia.com/gpu, which is unexpected',
    { status: 'UnexpectedAdmissionError' },
  ],
  ['OutOfcpu', "Node didn't have enough resource: cpu, requested: 4000, used: 1000, capacity: 4000", { status: 'OutOfcpu' }],
  ['FailedPostStartHook', 'PostStartHook failed: rpc error: code = Unknown desc = command error: exit status 1'],
  [
    'DNSConfigForming',
    'Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: 192.0.2.53 192.0.2.54 192.0.2.55',
  ],
  [
    'MissingClusterDNS',
    'pod: "web_shop(3fa8)". kubelet does not have ClusterDNS IP configured and cannot create Pod using "ClusterFirst" policy. Falling back to "Default" policy.',
  ],
  ['TaintManagerEviction', 'Marking for deletion Pod shop/web-6c5f7d9b4-x7k2p', { type: 'Normal', from: 'taint-eviction-controller' }],
];

/** Events of objects that are no pods. */
const OBJECTS: readonly (readonly [object: string, ...Row])[] = [
  [
    'replicaset/web-6c5f7d9b4',
    'FailedCreate',
    'Error creating: pods "web-6c5f7d9b4-" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=10, limited: pods=10',
  ],
  [
    'replicaset/web-6c5f7d9b4',
    'FailedCreate',
    'Error creating: pods "web-6c5f7d9b4-" is forbidden: error looking up service account shop/web: serviceaccount "web" not found',
  ],
  [
    'replicaset/web-6c5f7d9b4',
    'FailedCreate',
    'Error creating: pods "web-6c5f7d9b4-x7k2p" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true',
  ],
  [
    'replicaset/web-6c5f7d9b4',
    'FailedCreate',
    'Error creating: Internal error occurred: failed calling webhook "inject.test": failed to call webhook: Post "https://inject.mesh.svc:443/mutate?timeout=10s": dial tcp 10.96.5.5:443: connect: connection refused',
  ],
  [
    'statefulset/db',
    'FailedCreate',
    'create Pod db-0 in StatefulSet db failed error: pods "db-0" is forbidden: no PriorityClass with name gold was found',
  ],
  [
    'horizontalpodautoscaler/web',
    'FailedGetResourceMetric',
    'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server is currently unable to handle the request (get pods.metrics.k8s.io)',
  ],
  [
    'persistentvolumeclaim/data',
    'ProvisioningFailed',
    'failed to provision volume with StorageClass "fast": rpc error: code = DeadlineExceeded desc = context deadline exceeded',
  ],
  ['persistentvolumeclaim/data', 'ProvisioningFailed', 'storageclass.storage.k8s.io "fast" not found'],
  [
    'service/web',
    'SyncLoadBalancerFailed',
    'Error syncing load balancer: failed to ensure load balancer: AccessDenied: status code: 403, request id: 3fa85f64',
  ],
  [
    'endpoints/web',
    'FailedToUpdateEndpoint',
    'Failed to update endpoint shop/web: Operation cannot be fulfilled on endpoints "web": the object has been modified; please apply your changes to the latest version and try again',
  ],
  ['job/import', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit'],
  ['ingress/web', 'Sync', 'failed to sync: Get "https://203.0.113.9/api": dial tcp 203.0.113.9:443: i/o timeout'],
  [
    'certificate/web',
    'Failed',
    'The certificate request has failed to complete and will be retried: Failed to wait for order resource "web-1" to become ready: order is in "errored" state: 403 urn:ietf:params:acme:error:unauthorized',
  ],
  ['node/w-3', 'InvalidDiskCapacity', 'invalid capacity 0 on image filesystem'],
  [
    'node/w-3',
    'FreeDiskSpaceFailed',
    'Failed to garbage collect required amount of images. Attempted to free 1073741824 bytes, but only found 0 bytes eligible to free.',
  ],
  ['node/w-3', 'CIDRNotAvailable', 'Node w-3 status is now: CIDRNotAvailable'],
  ['node/w-3', 'SystemOOM', 'System OOM encountered, victim process: java, pid: 24511'],
  ['node/w-3', 'CheckLimitsForResolvConf', "Resolv.conf file '/etc/resolv.conf' contains search line consisting of more than 3 domains!"],
];

const ready = (status: Condition['status'], reason: string, message: string): Condition => ({ type: 'Ready', status, reason, message });
const SOCKET = 'dial unix /run/containerd/containerd.sock: connect: no such file or directory';

/** Conditions and events of a node, and the cause that goes first. */
const NODES: readonly (readonly [cause: RegExp, conditions: readonly Condition[], events?: readonly Event[], taints?: string])[] = [
  [/^node-not-ready$/, [ready('Unknown', 'NodeStatusUnknown', 'Kubelet stopped posting node status.')]],
  [/^node-not-ready$/, [ready('Unknown', 'NodeStatusNeverUpdated', 'Kubelet never posted node status.')]],
  [
    /^node-not-ready$/,
    ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'].map((type) => ({
      ...ready('Unknown', 'NodeStatusUnknown', 'Kubelet stopped posting node status.'),
      type,
    })),
    [{ reason: 'NodeNotReady', message: 'Node w-3 status is now: NodeNotReady', type: 'Normal', from: 'node-controller' }],
    'node.kubernetes.io/unreachable:NoExecute\n                    node.kubernetes.io/unreachable:NoSchedule',
  ],
  [/^container-runtime-down$/, [ready('False', 'KubeletNotReady', 'container runtime is down')]],
  [
    /^container-runtime-down$/,
    [
      ready(
        'False',
        'KubeletNotReady',
        '[container runtime is down, PLEG is not healthy: pleg was last seen active 5m2.1s ago; threshold is 3m0s]',
      ),
    ],
  ],
  [
    /^container-runtime-down$/,
    [
      ready(
        'False',
        'KubeletNotReady',
        'container runtime not ready: RuntimeReady=false reason:ContainerdNotReady message:containerd is not ready',
      ),
    ],
  ],
  [
    /^kubelet-unhealthy$/,
    [ready('False', 'KubeletNotReady', 'PLEG is not healthy: pleg was last seen active 12m0.4s ago; threshold is 3m0s')],
  ],
  [
    /^node-not-ready$/,
    [
      ready(
        'False',
        'KubeletNotReady',
        'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
      ),
    ],
  ],
  [
    /^(?:node-not-ready|kubelet-unhealthy)$/,
    [
      ready(
        'False',
        'KubeletNotReady',
        '[container runtime status check may not have completed yet, PLEG is not healthy: pleg has yet to be successful]',
      ),
    ],
  ],
  [/^node-not-ready$/, [ready('False', 'KubeletNotReady', 'CSINode is not yet initialized')]],
  [/^node-not-ready$/, [ready('False', 'KubeletNotReady', 'node is shutting down')]],
  [/^node-not-ready$/, [ready('False', 'KubeletNotReady', 'missing node capacity for resources: ephemeral-storage')]],
  [
    /^node-not-ready$/,
    [
      ready(
        'False',
        'KubeletNotReady',
        '[failed to get running pods: rpc error: code = Unknown desc = failed, nodes have not yet been read at least once, cannot construct node object]',
      ),
    ],
  ],
  [
    /^container-runtime-down$/,
    [],
    [
      {
        reason: 'ContainerGCFailed',
        message: `rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: ${SOCKET}"`,
      },
    ],
  ],
  [
    /^container-runtime-down$/,
    [],
    [
      {
        reason: 'ImageGCFailed',
        message: `failed to get image stats: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: ${SOCKET}"`,
      },
    ],
  ],
  [
    /^container-runtime-down$/,
    [
      {
        type: 'ContainerRuntimeUnhealthy',
        status: 'True',
        reason: 'ContainerdUnhealthy',
        message: 'Timeout when running plugin "/home/kubernetes/bin/health-checker"',
      },
    ],
  ],
  [
    /^kubelet-(?:down|unhealthy)$/,
    [
      {
        type: 'KubeletUnhealthy',
        status: 'True',
        reason: 'KubeletUnhealthy',
        message: 'kubelet:kubelet was found unhealthy; repair flag : true',
      },
    ],
  ],
  [
    /^kubelet-(?:down|unhealthy)$/,
    [
      {
        type: 'FrequentKubeletRestart',
        status: 'True',
        reason: 'FrequentKubeletRestart',
        message: 'Found 6 matching logs, which meets the threshold of 5',
      },
    ],
  ],
  [/^kubelet-down$/, [], [{ reason: 'SystemOOM', message: 'System OOM encountered, victim process: kubelet, pid: 1201' }]],
  [
    /^node-not-ready$/,
    [ready('Unknown', 'NodeStatusUnknown', 'Kubelet stopped posting node status.')],
    [{ reason: 'Starting', message: 'Starting kubelet.', type: 'Normal' }],
  ],
  [/^node-not-ready$/, [ready('False', 'KubeletNotReady', 'error getting node from the apiserver')]],
];

/** Of a node that is well, and of what is no fault of its kubelet. */
const WELL: readonly (readonly [conditions: readonly Condition[], events?: readonly Event[]])[] = [
  [[]],
  [
    [{ type: 'DiskPressure', status: 'True', reason: 'KubeletHasDiskPressure', message: 'kubelet has disk pressure' }],
    [{ reason: 'EvictionThresholdMet', message: 'Attempting to reclaim ephemeral-storage' }],
  ],
  [
    [
      {
        type: 'MemoryPressure',
        status: 'True',
        reason: 'KubeletHasInsufficientMemory',
        message: 'kubelet has insufficient memory available',
      },
    ],
  ],
  [
    [{ type: 'NetworkUnavailable', status: 'False', reason: 'CalicoIsUp', message: 'Calico is running on this node' }],
    [{ reason: 'NodeReady', message: 'Node w-3 status is now: NodeReady', type: 'Normal' }],
  ],
  [
    [
      { type: 'KernelDeadlock', status: 'False', reason: 'KernelHasNoDeadlock', message: 'kernel has no deadlock' },
      { type: 'FrequentKubeletRestart', status: 'False', reason: 'NoFrequentKubeletRestart', message: 'kubelet is functioning properly' },
      {
        type: 'ContainerRuntimeUnhealthy',
        status: 'False',
        reason: 'ContainerRuntimeIsHealthy',
        message: 'Container runtime on the node is functioning properly',
      },
    ],
  ],
  [[], [{ reason: 'Rebooted', message: 'Node w-3 has been rebooted, boot id: 3fa85f64-5717-4562-b3fc-2c963f66afa6' }]],
];

const verdictOf = (text: string) => answerOf(readText(text, printable))?.verdict;
const first = (text: string) => {
  const verdict = verdictOf(text);
  return verdict?.kind === 'cause' ? verdict.causes[0]?.cause : undefined;
};
/** As a file is read. */
function readWhole(text: string) {
  const reader = createLogReader(printable);
  for (const line of text.split('\n')) reader.push(line);
  return reader.end();
}

describe('pods that are no agent', () => {
  for (const [reason, message, { type, from, status, state } = {}] of NOT_OURS)
    it(`${reason}: ${message.slice(0, 70)}`, () => {
      const event: Event = { reason, message, ...(type && { type }), ...(from && { from }) };
      const pod: Pod = {
        name: 'web-6c5f7d9b4-x7k2p',
        image: 'registry.test/web:1',
        events: [event],
        ...(status && { status }),
        ...(state && { state }),
      };
      for (const text of [
        describePod(pod),
        ...podRows(pod),
        ...eventRows(`pod/${pod.name}`, event),
        ...eventObjects(`Pod/${pod.name}`, event),
      ]) {
        assert.equal(first(text), undefined, `${text}\n${JSON.stringify(verdictOf(text))}`);
        assert.equal(isWrong(readWhole(text)), false, text);
      }
      assert.notEqual(verdictOf(describePod(pod)), undefined, 'it is said to be not ours');
    });
});

describe('other objects', () => {
  for (const [object, reason, message] of OBJECTS)
    it(`${object}: ${message.slice(0, 70)}`, () => {
      for (const text of [...eventRows(object, { reason, message, from: 'controller' }), ...eventObjects(object, { reason, message })])
        assert.equal(first(text), undefined, `${text}\n${JSON.stringify(verdictOf(text))}`);
    });
});

describe('nodes', () => {
  for (const [cause, conditions, events, taints] of NODES)
    it(`${conditions.at(-1)?.message ?? events?.[0]?.message}`, () => {
      const texts = [
        describeNode(conditions, events, taints),
        ...(conditions.length > 0 ? nodeConditions(conditions) : []),
        ...(events ?? []).filter(({ type }) => type !== 'Normal').flatMap((event) => eventRows('node/w-3', event)),
      ];
      for (const text of texts) {
        assert.match(first(text) ?? JSON.stringify(verdictOf(text)) ?? 'nothing', cause, text);
        assert.equal(isWrong(readWhole(text)), true, text);
      }
      assert.equal(answerOf(readText(texts[0] ?? '', printable))?.record.node, 'w-3');
    });
  for (const [conditions, events] of WELL)
    it(`that are well: ${conditions.at(-1)?.message ?? events?.[0]?.message ?? 'all'}`, () => {
      for (const text of [describeNode(conditions, events), ...nodeConditions(conditions)])
        assert.equal(first(text), undefined, `${text}\n${JSON.stringify(verdictOf(text))}`);
    });
});
