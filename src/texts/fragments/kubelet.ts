/** What the kubelet prints in its log, and answers. */
import type { Fragment, Seen } from './fragment.js';

const K = 'Kubernetes 1.31 to 1.36 pkg/kubelet';
const REACH = ['kubelet-cannot-reach-apiserver'];

export const KUBELET: readonly Fragment[] = [
  {
    id: 'kubelet-webhook',
    first: true,
    text: /Failed to make webhook (?:authenticator|authorizer) request/,
    speaker: 'kubelet',
    target: 'apiserver',
    means: {
      causes: REACH,
      says: 'The kubelet cannot ask the apiserver about tokens or rights: it refuses callers with 401, 403 or 500 meanwhile.',
    },
    source: 'Kubernetes 1.31 to 1.36 staging/src/k8s.io/apiserver/plugin/pkg/{authenticator,authorizer}/webhook',
  },
  {
    id: 'kubelet-authorization-error',
    first: true,
    text: /Authorization error(?: \(user=|" err=| user=)/,
    speaker: 'kubelet',
    target: 'apiserver',
    means: { causes: REACH, says: 'The kubelet knows who asks, and cannot ask the apiserver whether they may.' },
    source: `${K}/server/server.go (500)`,
  },
  {
    id: 'kubelet-authorization-attributes',
    text: /Authorization error: could not determine attributes/,
    speaker: 'kubelet',
    target: 'kubelet',
    means: { causes: ['kubelet-endpoint-fails'] },
    source: `${K}/server/server.go`,
  },
  {
    id: 'kubelet-debug-endpoints',
    text: /Debug endpoints are disabled/,
    target: 'kubelet',
    means: { causes: ['kubelet-debug-handlers-off'], proven: true },
    source: `${K}/server/server.go (405)`,
  },
  {
    id: 'kubelet-anonymous-register',
    first: true,
    text: /(?:Unable to register node with API server|cannot create resource "nodes"|error getting node).{0,400}system:anonymous|system:anonymous" cannot create resource "nodes"/,
    speaker: 'kubelet',
    target: 'apiserver',
    means: {
      causes: ['credential-not-sent', 'kubelet-kubeconfig-broken'],
      says: 'The kubelet shows no credential to the apiserver: see the user in its kubeconfig.',
    },
    source: `${K}/kubelet_node_status.go`,
  },
  {
    id: 'kubelet-listen-read-only',
    text: /Starting to listen read-only/,
    speaker: 'kubelet',
    target: 'read-only-port',
    means: { causes: ['read-only-port-open'] },
    source: `${K}/server/server.go`,
  },
  {
    id: 'kubelet-listen-fails',
    text: /Failed to listen and serve.{0,300}(?:address already in use|cannot assign requested address)|listen tcp \S{0,80}:10250: bind/,
    speaker: 'kubelet',
    target: 'kubelet',
    means: { causes: ['kubelet-down', 'kubelet-port-taken', 'not-a-kubelet'], says: "Another program has the kubelet's port." },
    source: `${K}/server/server.go`,
  },
  {
    id: 'kubelet-bootstrap-kubeconfig',
    text: /unable to load bootstrap kubeconfig|invalid kubeconfig: |error loading config file.{0,120}kubelet\.conf|failed to run Kubelet: .{0,200}kubeconfig|bootstrap-kubelet\.conf.{0,80}no such file/i,
    speaker: 'kubelet',
    target: 'apiserver',
    means: { causes: ['kubelet-kubeconfig-broken', 'kubelet-down'] },
    source: `${K}/certificate/bootstrap/bootstrap.go, Kubernetes cmd/kubelet/app/server.go`,
  },
  {
    id: 'runtime-socket',
    text: /validate service connection|validate CRI v1 (?:runtime|image) API|(?:unable to determine runtime API version|getting? (?:runtime|version).{0,80}failed|Failed to create existing container|rpc error).{0,300}(?:containerd|crio|cri-o|docker|dockershim|cri-dockerd|runtime)\.sock|Cannot connect to the Docker daemon|failed to get (?:sandbox|container) .{0,100}\.sock/i,
    target: 'runtime',
    anywhere: true,
    when: ({ speaker }) => speaker !== 'node-agent' && speaker !== 'other-agent',
    means: { causes: ['container-runtime-down'] },
    source: 'Kubernetes 1.31 to 1.36 staging/src/k8s.io/cri-client, google.golang.org/grpc; Docker Engine client',
  },
  {
    id: 'runtime-down',
    text: /container runtime is (?:down|not up)|container runtime not ready|RuntimeReady=false|"?runtime is down|ContainerRuntimeUnhealthy(?!\s{1,80}False)|ContainerdUnhealthy|ContainerdTaskHung|(?:containerd|docker|crio)\.service: (?:Failed|Main process exited)|(?:(?:List\w{1,30}|Status|Version)(?: with filter)? from runtime service failed|PodSandboxStatus of sandbox).{0,300}code = (?:DeadlineExceeded|Unavailable)|list (?:all )?(?:containers|pod ?sandbox\w{0,3}|images): rpc error: code = (?:DeadlineExceeded|Unavailable)/i,
    target: 'runtime',
    means: { causes: ['container-runtime-down'] },
    source: `${K}/{runtime,kubelet}.go; node-problem-detector`,
  },
  {
    id: 'network-not-ready',
    text: /container runtime network not ready|cni plugin not initialized|NetworkPluginNotReady|cni config uninitialized|No CNI configuration file in|network plugin is not ready/i,
    // A runtime says it at each start, before the plugin writes its configuration.
    when: ({ body }) => !/during init/.test(body),
    target: 'runtime',
    means: {
      causes: ['node-not-ready'],
      says: 'The network plugin (CNI) of the node is not set up: pods without the host network do not start there.',
    },
    source: `${K}/kubelet.go`,
  },
  {
    id: 'pleg-start',
    text: /pleg has yet to be successful|container runtime status check may not have completed yet/,
    when: ({ body, scene }) => scene?.kind !== 'node' && !/runtime is down|last seen active/.test(body),
    target: 'kubelet',
    means: { foreign: 'The kubelet says this in its first seconds. Where it goes on for minutes, its container runtime does not answer.' },
    source: `${K}/{runtime,kubelet}.go`,
  },
  {
    id: 'pleg',
    text: /PLEG is not healthy|is not healthy: pleg was last seen/,
    target: 'kubelet',
    means: {
      causes: ['kubelet-unhealthy', 'container-runtime-down'],
      says: 'The kubelet waits for its container runtime: it lists containers too slowly, or not at all.',
    },
    source: `${K}/{runtime,kubelet}.go`,
  },
  {
    id: 'kubelet-partial-stats',
    text: /Partial failure issuing cadvisor/,
    speaker: 'kubelet',
    means: { foreign: 'The kubelet has no figures yet of a container that has just started or ended; it serves those of all others.' },
    source: 'Kubernetes 1.20 to 1.36 pkg/kubelet/stats/cadvisor_stats_provider.go',
  },
  {
    id: 'kubelet-restarts',
    text: /\b(?:KubeletUnhealthy|FrequentKubeletRestart)\b(?!\s{1,80}False)|kubelet was found unhealthy/,
    target: 'kubelet',
    means: {
      causes: ['kubelet-unhealthy', 'kubelet-down'],
      says: 'The watch over this node (node-problem-detector) finds the kubelet ill or restarting.',
    },
    source: 'node-problem-detector 0.8 to 1.34 pkg/healthchecker, config/kernel-monitor and systemd-monitor',
  },
  {
    id: 'kubelet-out-of-memory',
    text: /System OOM encountered, victim process: kubelet\b|Out of memory: Killed process \d{1,9} \(kubelet\)/,
    target: 'kubelet',
    means: {
      causes: ['kubelet-down', 'node-not-ready'],
      says: 'The kernel killed the kubelet for want of memory; systemd starts it again.',
    },
    source: `${K}/oom/oom_watcher_linux.go; Linux 5.x and 6.x mm/oom_kill.c`,
  },
  {
    id: 'other-socket',
    text: /dial unix (?!\S{0,200}(?:containerd|crio|cri-o|docker|dockershim|cri-dockerd|runtime)\S{0,40}\.sock)\/\S{1,200}\.sock/,
    means: {
      foreign:
        'It is about the socket of another program of this machine: a storage driver, a network or device plugin. No agent or kubelet is asked by it.',
    },
    source: 'google.golang.org/grpc 1.4x to 1.7x; CSI drivers, device plugins, Cilium',
  },
  {
    id: 'kubelet-start',
    text: /failed to load kubelet config file|failed to validate kubelet (?:configuration|flags)|failed to run Kubelet|Failed to start ContainerManager|failed to parse kubelet flag|running with swap on is not supported|misconfiguration: kubelet cgroup driver|kubelet\.service: (?:Failed with result|Main process exited|Start request repeated too quickly|Scheduled restart job)|kubelet\.service.{0,60}(?:Active: (?:failed|inactive|activating \(auto-restart\)))|unit kubelet\.service (?:entered failed state|not found)|Unit kubelet\.service could not be found/i,
    speaker: 'kubelet',
    target: 'kubelet',
    means: { causes: ['kubelet-down'], says: 'The kubelet ends at its start; the text says why.' },
    source: 'Kubernetes 1.31 to 1.36 cmd/kubelet/app/server.go; systemd 24x to 25x',
  },
  {
    id: 'kubeadm-healthz',
    text: /kubelet (?:isn't running or healthy|is not running|isn't running|is unhealthy)|(?:localhost|127\.0\.0\.1):10248\/healthz.{0,200}(?:refused|failed|deadline|EOF)|The kubelet is not healthy after/i,
    target: 'kubelet',
    means: { causes: ['kubelet-down'] },
    source: 'Kubernetes 1.20 to 1.36 cmd/kubeadm/app/util/apiclient/wait.go',
  },
  {
    id: 'serving-csr',
    text: /Certificate request was not signed|certificate signing request .{0,80}(?:is )?(?:denied|failed)|unable to rotate certs/i,
    when: ({ body }) => !/apiserver-client-kubelet|kube-apiserver-client/.test(body),
    speaker: 'kubelet',
    target: 'apiserver',
    means: {
      causes: ['kubelet-certificate-pending'],
      says: 'No one approved or signed the serving certificate that the kubelet asked for.',
    },
    source: 'Kubernetes 1.31 to 1.36 staging/src/k8s.io/client-go/util/certificate',
  },
  {
    id: 'client-csr',
    first: true,
    text: /Failed while requesting a signed certificate from the control plane|cannot create certificate signing request|(?:Certificate request was not signed|unable to rotate certs).{0,400}apiserver-client-kubelet|apiserver-client-kubelet.{0,400}(?:not signed|unable to rotate)/,
    speaker: 'kubelet',
    target: 'apiserver',
    means: { causes: [...REACH, 'kubelet-kubeconfig-broken'] },
    source: 'Kubernetes 1.31 to 1.36 staging/src/k8s.io/client-go/util/certificate/certificate_manager.go',
  },
  {
    id: 'kubelet-status',
    text: /Error updating node status|Unable to update node status|update node status exceeds retry count|Failed to ensure lease exists|failed to ensure (?:node )?lease exists|Failed to update (?:node )?lease|Unable to register node with API server|Error getting the current node from lister|node "[^"]{1,253}" not found|Error getting node" err=/i,
    speaker: 'kubelet',
    target: 'apiserver',
    when: isOfKubelet,
    means: { causes: REACH, says: 'The kubelet cannot write its Node or Lease. Sooner or later the node is marked NotReady.' },
    source: `${K}/kubelet_node_status.go, Kubernetes 1.31 to 1.36 staging/src/k8s.io/component-helpers/apimachinery/lease/controller.go`,
  },
  {
    id: 'handshake-eof',
    text: /TLS handshake error from .{1,80}: (?:EOF|read tcp .{0,200}(?:reset by peer|i\/o timeout)|i\/o timeout|tls: unsupported SSLv2)/,
    side: 'server',
    means: { foreign: 'Something connected and went away without a TLS handshake: a port probe or a load balancer. It shows no fault.' },
    source: 'Go 1.20 to 1.25 net/http/server.go',
  },
  {
    id: 'kubelet-pod-sync',
    text: /Error syncing pod|CrashLoopBackOff|CreateContainer(?:Config)?Error|RunContainerError|back-off \S{1,20} restarting failed container|OOMKill|Evicted|evict(?:ing|ed) pod|Killing container with a grace period|nestedpendingoperations|Unable to attach or mount volumes|MountVolume\.\w{1,30} failed|FailedMount|failed to "(?:StartContainer|KillContainer|CreatePodSandbox|KillPodSandbox)"/i,
    when: ({ speaker, scene }) => speaker === 'kubelet' && scene === undefined,
    means: { foreign: 'It is about a pod of this node, not about the way between agent, kubelet and apiserver.' },
    source: `${K}/{pod_workers,kuberuntime}`,
  },
  {
    id: 'kubelet-authenticate',
    text: /Unable to authenticate the request/,
    target: 'kubelet',
    side: 'server',
    means: { wrapper: 'The reason stands behind it, in err="…".' },
    source: `${K}/server/server.go, staging/src/k8s.io/apiserver/pkg/endpoints/filters/authentication.go`,
  },
  {
    id: 'kubelet-works',
    text: /Successfully registered node|kubelet is posting ready status|"?Starting to listen"? |Node became ready|Certificate rotation (?:detected|is enabled)|Recorded event message.{0,80}NodeReady/,
    speaker: 'kubelet',
    means: { works: 'The kubelet runs, and reached the apiserver at that time.' },
    source: `${K}/kubelet_node_status.go`,
  },
];

/** client-go's leader election and the lease controller of other programs use words like these. */
function isOfKubelet({ body, speaker }: Seen): boolean {
  // Whose certificate is wrong says more than that the Node could not be written.
  if (/lock: |lock="|leaderelection|x509: /.test(body)) return false;
  return (
    speaker === 'kubelet' ||
    /kube-node-lease|node status|register node|current node from lister|lease exists|"Failed to update lease"|failed to update lease, error|error getting node/i.test(
      body,
    )
  );
}
