/** What objects say: conditions of nodes, events of pods and DaemonSets, messages of the scheduler and of admission. */
import type { Fragment, Seen } from './fragment.js';

/** A described pod that is none of an agent: what befalls it is not ours. Without a description the text may well be about the agent. */
const notAnothersPod = ({ scene }: Seen) => !(scene?.kind === 'pod' && scene.ofAgent === false);
const isNode = ({ scene }: Seen) => scene?.kind === 'node';
const isAgents = ({ scene, body }: Seen) => scene?.ofAgent === true || /datadog|otel|opentelemetry|\bagent\b/i.test(body);

const ADMISSION = 'Kubernetes 1.20 to 1.36 staging/src/k8s.io/pod-security-admission, plugin/pkg/admission';

export const OBJECTS: readonly Fragment[] = [
  {
    id: 'row-not-ready',
    text: /\sNotReady\b/,
    when: isNode,
    side: 'object',
    means: { causes: ['node-not-ready', 'kubelet-down', 'container-runtime-down'] },
    source: 'kubectl 1.20 to 1.36 get nodes',
  },
  {
    id: 'row-cordoned',
    text: /\sReady,SchedulingDisabled\b|^Unschedulable:\s{1,40}true/,
    when: isNode,
    side: 'object',
    means: { causes: ['node-cordoned'] },
    source: 'kubectl 1.20 to 1.36 get nodes, describe node',
  },
  {
    id: 'row-ready',
    text: /\sReady\s/,
    when: ({ scene, body }) => scene?.kind === 'node' && /\sv\d/.test(body),
    side: 'object',
    means: { works: 'The node was ready: its kubelet runs, and reaches the apiserver.' },
    source: 'kubectl 1.20 to 1.36 get nodes',
  },
  {
    id: 'row-request',
    text: /\s(?:Pending|Denied|Failed|Approved,Failed)\s*$/,
    when: ({ scene }) => scene?.kind === 'request',
    side: 'object',
    means: {
      causes: ['kubelet-certificate-pending'],
      proven: true,
      says: 'The certificate request of this kubelet is not approved or not signed.',
    },
    source: 'kubectl 1.20 to 1.36 get certificatesigningrequests',
  },
  {
    id: 'node-silent',
    text: /Kubelet (?:stopped|never) post(?:ing|ed) node status|NodeStatusUnknown|NodeStatusNeverUpdated|hasn't been updated for \S{1,40}\. Last \w{1,40} is/i,
    speaker: 'controller-manager',
    side: 'object',
    means: {
      causes: ['node-not-ready', 'kubelet-down', 'node-address-dead', 'kubelet-cannot-reach-apiserver'],
      says: 'The node has not reported for longer than its grace period: the kubelet is down, the machine is, or the kubelet does not reach the apiserver.',
    },
    source: 'Kubernetes 1.20 to 1.36 pkg/controller/nodelifecycle/node_lifecycle_controller.go',
  },
  {
    id: 'node-not-ready',
    text: /Node became not ready|Node is NotReady|Node \S{1,253} status is now: NodeNotReady|\bNodeNotReady\b|\bKubeletNotReady\b|condition Ready(?: of node \S{1,253} is| -) (?:false|unknown)|kubelet is not posting ready status|which was running pod \S{1,253} is unresponsive|NodeLost/i,
    side: 'object',
    means: { causes: ['node-not-ready', 'kubelet-down', 'container-runtime-down'] },
    source: 'Kubernetes 1.20 to 1.36 pkg/kubelet/nodestatus/setters.go, pkg/controller/nodelifecycle',
  },
  {
    id: 'pod-security',
    text: /violates? PodSecurity/,
    when: notAnothersPod,
    side: 'object',
    means: { causes: ['pod-security-refuses'], proven: true },
    source: ADMISSION,
  },
  {
    id: 'service-account-missing',
    text: /error looking up service account \S{1,320}: serviceaccount "\S{1,253}" not found/i,
    when: notAnothersPod,
    first: true,
    side: 'object',
    means: { causes: ['service-account-not-found', 'agent-object-missing'] },
    source: `${ADMISSION}/serviceaccount`,
  },
  {
    id: 'admission',
    text: /unable to validate against any (?:security context constraint|pod security policy)|PodSecurityPolicy: unable to admit pod|Host port \d{1,5} is not allowed to be used|exceeded quota|failed quota|insufficient quota to match these scopes|no PriorityClass with name|no providers available to validate pod request|admission webhook .{0,300}denied|denied the request: /i,
    when: notAnothersPod,
    side: 'object',
    means: { causes: ['admission-refuses', 'pod-security-refuses'] },
    source: `${ADMISSION}; OpenShift 3.11 and 4.x security context constraints`,
  },
  {
    id: 'host-path-read-only',
    text: /mkdir \/\S{1,300}: read-only file system|failed to mkdir "?\/\S{1,300}read-only file system|hostPath type check failed/i,
    when: notAnothersPod,
    side: 'object',
    means: {
      causes: ['host-path-not-mounted', 'agent-not-ready-on-node'],
      says: 'A host path that the pod mounts is not there, and the file system of this node does not let it be made (Talos, COS, Bottlerocket): leave this mount out (providers.talos.enabled, providers.gke.cos).',
    },
    source: 'runc 1.x, containerd 1.6 to 2.x; Kubernetes pkg/volume/hostpath',
  },
  {
    id: 'agent-image',
    text: /Failed to pull image|ErrImagePull|ImagePullBackOff|Back-off pulling image/,
    when: ({ scene }) => scene?.ofAgent === true,
    first: true,
    side: 'object',
    means: { causes: ['agent-image-not-pulled', 'agent-not-ready-on-node'] },
    source: 'Kubernetes 1.20 to 1.36 pkg/kubelet/{kuberuntime,images,events}',
  },
  {
    id: 'agent-sandbox',
    text: /FailedCreatePodSandBox|Failed to create pod sandbox/,
    when: ({ scene }) => scene?.ofAgent === true,
    first: true,
    side: 'object',
    means: { causes: ['pod-sandbox-not-created', 'agent-not-ready-on-node'] },
    source: 'Kubernetes 1.20 to 1.36 pkg/kubelet/{kuberuntime,events}',
  },
  {
    id: 'agent-object',
    text: /(?:secret|configmap|serviceaccount) "\S{1,253}" not found/i,
    when: ({ scene }) => scene?.ofAgent === true,
    first: true,
    side: 'object',
    means: { causes: ['agent-object-missing', 'agent-not-ready-on-node'] },
    source: 'Kubernetes 1.20 to 1.36 pkg/kubelet/{kuberuntime,volumemanager}',
  },
  {
    id: 'event-agent-waits',
    text: /Insufficient (?:cpu|memory|ephemeral-storage|pods)|FailedMount|FailedAttachVolume|FailedCreatePodSandBox|ImagePullBackOff|ErrImagePull|CrashLoopBackOff|OOMKilled|CreateContainer(?:Config)?Error|Back-off restarting failed container/,
    when: (seen) => seen.scene?.ofAgent === true && !/Insufficient/.test(seen.body),
    side: 'object',
    means: {
      wrapper:
        "The agent's pod does not start or does not stay: the reason is in its other events, or in `kubectl logs --previous` of the container.",
    },
    source: 'Kubernetes 1.20 to 1.36 pkg/kubelet/{kuberuntime,events}',
  },
  {
    id: 'pod-waits',
    text: /Insufficient (?:cpu|memory|ephemeral-storage|pods)|unbound (?:immediate )?PersistentVolumeClaims|volume node affinity conflict|persistentvolumeclaim "\S{1,253}" not found|FailedMount|FailedAttachVolume|(?:secret|configmap) "\S{1,253}" not found|MountVolume\.\w{1,30} failed|Unable to attach or mount volumes|Multi-Attach error|CrashLoopBackOff|Back-off (?:restarting|pulling)|OOMKilled|CreateContainer(?:Config)?Error|FailedCreatePodSandBox|failed to (?:create|set ?up|setup network for).{0,40}sandbox|plugin type="|NetworkPlugin cni failed|OCI runtime create failed|exec format error|StartError|RunContainerError|Evicted|node was low on resource|node had condition|didn't match pod (?:anti-)?affinity rules|topology spread constraints|Preempt/i,
    when: (seen) => !isAgents(seen),
    side: 'object',
    means: {
      foreign: 'It is about one pod, its image, volumes, network or resources, not about the way between agent, kubelet and apiserver.',
    },
    source: 'Kubernetes 1.20 to 1.36 pkg/kubelet, pkg/scheduler; CNI plugins',
  },
];

/** Reasons of the scheduler, `2 node(s) had untolerated taint {…}`; each with what it means for an agent. */
export const SCHEDULING: readonly {
  text: RegExp;
  causes: readonly string[];
  says?: string;
  /** Said of every node but the one, for a pod that is meant for one. */
  last?: true;
}[] = [
  { text: /taints? \{node-role\.kubernetes\.io\/(?:master|control-?plane|etcd)/, causes: ['control-plane-taint-not-tolerated'] },
  { text: /taints? \{node\.kubernetes\.io\/(?:not-ready|unreachable)/, causes: ['node-not-ready'] },
  { text: /were? not ready/, causes: ['node-not-ready'] },
  { text: /taints? \{node\.kubernetes\.io\/unschedulable|were unschedulable/, causes: ['node-cordoned'] },
  { text: /taint/, causes: ['node-taint-not-tolerated', 'control-plane-taint-not-tolerated'] },
  {
    text: /didn't have free ports|node\(s\) didn't have free port/,
    causes: ['agent-not-ready-on-node', 'host-port-taken', 'several-agents-on-node'],
    says: 'A host port that the pod asks for is taken on these nodes: often by another release of the same agent.',
  },
  { text: /Insufficient|Too many pods/, causes: ['node-without-room-for-agent', 'agent-not-ready-on-node'] },
  { text: /didn't match (?:Pod's )?(?:node (?:affinity|selector)|node affinity\/selector)/i, causes: ['node-not-selected'], last: true },
];
export const SCHEDULER = /\b0\/\d{1,5} nodes are available:? ?/;
