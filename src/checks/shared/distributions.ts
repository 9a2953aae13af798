/**
 * What differs between distributions and is the same for several causes: who signs the kubelet's certificate, where the agent's settings are
 * written; what runs need to know of a node too is in `kubernetes/kubelet/platforms.ts`. What concerns one cause alone stands with that cause.
 */
import { PLATFORM, PLATFORMS } from '../../kubernetes/kubelet/platforms.js';
import type { Distributions } from '../../model/check.js';

/** Where a setting of the kubelet is changed, and what restarts. */
export const KUBELET_SETTINGS = column('settings');

/** Where the kubelet's log is, and what its service is called. */
export const KUBELET_LOG = column('log');

/** Where the kubelet's own credential for the apiserver is. */
export const KUBELET_KUBECONFIG = column('kubeconfig');

/** What runs go by as well (judge/on-platform.ts); kubeadm first. */
function column(of: 'settings' | 'log' | 'kubeconfig'): Distributions {
  const names = [
    'kubeadm',
    'k3s',
    'RKE2',
    'microk8s',
    ...PLATFORMS.filter((name) => !/kubeadm|k3s|RKE2|microk8s/.test(name)).reverse(),
  ] as const;
  return Object.fromEntries(names.flatMap((name) => (PLATFORM[name][of] ? [[name, PLATFORM[name][of]]] : [])));
}

/** Who signs the kubelet's serving certificate, and what approves its request. */
export const SERVING_CERTIFICATE = {
  kubeadm:
    'self-signed by default. `serverTLSBootstrap: true` in `/var/lib/kubelet/config.yaml` requests one from the cluster CA; kubeadm includes no approver.',
  k3s: "`serving-kubelet.crt` below `/var/lib/rancher/k3s/agent` is signed by the server CA: the ServiceAccount's `ca.crt` verifies it.",
  RKE2: 'as k3s, below `/var/lib/rancher/rke2/agent`.',
  EKS: 'serverTLSBootstrap is on; the certificate is `/var/lib/kubelet/pki/kubelet-server-current.pem`.',
  AKS: 'nodes labelled `kubernetes.azure.com/kubelet-serving-ca=cluster` have one of the cluster CA. Others have the self-signed `/etc/kubernetes/certs/kubeletserver.crt`, which names the node: dial `spec.nodeName` with `hostCAPath` set to that file, or upgrade the node image. `serverTLSBootstrap` is not yours to set.',
  OpenShift: "serverTLSBootstrap is on, with a separate signer: the ServiceAccount's `ca.crt` may not contain it.",
  Talos: 'self-signed unless `rotate-server-certificates: "true"` is in `machine.kubelet.extraArgs`; then it needs an approver.',
} as const satisfies Distributions;

/** Where the agent's kubelet settings are written. */
export const AGENT_KUBELET = {
  'Helm chart': '`datadog.kubelet`: `host`, `hostCAPath`, `tlsVerify`. The host defaults to `status.hostIP`.',
  operator: '`spec.global.kubelet` of the DatadogAgent object: `host`, `hostCAPath`, `tlsVerify`.',
  'plain manifests': '`DD_KUBERNETES_KUBELET_HOST` and `DD_KUBELET_CLIENT_CA` in the env of **every** container of the DaemonSet.',
} as const satisfies Distributions;

/** Where the agent's rights come from. */
export const AGENT_RIGHTS = {
  'Helm chart':
    '`agents.rbac.create` and `clusterAgent.rbac.create` create roles for the enabled features; a feature enabled by an environment variable gets none.',
  operator: 'the operator creates roles for the features of the DatadogAgent object, and reverts manual edits.',
  'plain manifests': "ClusterRole, ServiceAccount and binding are in your files: compare `namespace` in `subjects` with the agent's.",
} as const satisfies Distributions;

/** Where tolerations and selectors of the agent are written. */
export const AGENT_PLACEMENT = {
  'Helm chart': '`agents.tolerations`, `agents.nodeSelector`, `agents.affinity`; the default has no tolerations.',
  operator: '`spec.override.nodeAgent.tolerations` of the DatadogAgent object.',
  'plain manifests': '`spec.template.spec` of the DaemonSet; a change replaces the pods one by one.',
} as const satisfies Distributions;

/** Name and effect of control-plane taints. */
export const CONTROL_PLANE_TAINTS = {
  kubeadm: '`node-role.kubernetes.io/master` up to 1.23, both names in 1.24, `node-role.kubernetes.io/control-plane` only from 1.25.',
  k3s: 'no taint by default; labels have the value `true`, so a selector with an empty value does not match.',
  RKE1: '`node-role.kubernetes.io/controlplane:NoSchedule` (no hyphen) and `node-role.kubernetes.io/etcd:NoExecute`.',
  RKE2: 'no taint by default, and labels with the value `true`, as k3s.',
  microk8s: 'no taint; the label is `node.kubernetes.io/microk8s-controlplane`.',
  OpenShift: 'still `node-role.kubernetes.io/master:NoSchedule`; infra nodes `node-role.kubernetes.io/infra`.',
  Talos: '`node-role.kubernetes.io/control-plane:NoSchedule`, unless `allowSchedulingOnControlPlanes` is set.',
  EKS: 'control-plane nodes are not in the node list; their metrics are in `metrics.eks.amazonaws.com` (1.28 and later).',
  GKE: 'control-plane nodes are not in the node list; no toleration is needed.',
  AKS: 'control-plane nodes are not in the node list; no toleration is needed.',
} as const satisfies Distributions;
