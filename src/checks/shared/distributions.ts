/**
 * What differs between distributions and is the same for several causes: where the kubelet's settings and log are, who signs its certificate,
 * where the agent's settings are written. What concerns one cause alone stands with that cause.
 */
import type { Distributions } from '../../model/check.js';

/** Where a setting of the kubelet is changed, and what restarts. */
export const KUBELET_SETTINGS = {
  kubeadm: '`/var/lib/kubelet/config.yaml` on the node, then `systemctl restart kubelet`; containers keep running.',
  k3s: '`kubelet-arg:` in `/etc/rancher/k3s/config.yaml`, then restart the service `k3s` or `k3s-agent`, which contains the kubelet.',
  RKE2: '`kubelet-arg:` in `/etc/rancher/rke2/config.yaml`, then restart `rke2-server` or `rke2-agent`.',
  microk8s: 'flags in `/var/snap/microk8s/current/args/kubelet`, then `snap restart microk8s.daemon-kubelite`.',
  EKS: '`/etc/kubernetes/kubelet/config.json` (AL2023) or `kubelet-config.json` (AL2). Change the launch template: replaced nodes lose edits.',
  GKE: 'set it in the node pool; edits on a node are lost when it is recreated.',
  AKS: 'flags in `/etc/default/kubelet`, or `/etc/default/kubeletconfig.json`. Edits on a node are lost with the next node image.',
  OpenShift:
    'create a KubeletConfig object; the Machine Config Operator rolls it out. Do not edit `/etc/kubernetes/kubelet.conf`: it is generated.',
  Talos: '`machine.kubelet.extraConfig` or `extraArgs` in the machine configuration; the node has no shell.',
  Bottlerocket: '`settings.kubernetes` through the API or user data; `/etc/kubernetes/kubelet/config` is generated.',
} as const satisfies Distributions;

/** Where the kubelet's log is, and what its service is called. */
export const KUBELET_LOG = {
  kubeadm: '`journalctl -u kubelet` on the node.',
  k3s: '`journalctl -u k3s` on a server, `journalctl -u k3s-agent` on an agent: the kubelet has no separate service.',
  RKE2: '`/var/lib/rancher/rke2/agent/logs/kubelet.log`; the service is `rke2-server` or `rke2-agent`.',
  microk8s: '`journalctl -u snap.microk8s.daemon-kubelite`.',
  OpenShift: '`oc adm node-logs NODE -u kubelet`; no shell on the node needed.',
  Talos: '`talosctl -n NODE logs kubelet`; the node has no shell.',
} as const satisfies Distributions;

/** Who signs the kubelet's serving certificate, and what approves its request. */
export const SERVING_CERTIFICATE = {
  kubeadm:
    'self-signed by default. `serverTLSBootstrap: true` in `/var/lib/kubelet/config.yaml` requests one from the cluster CA; kubeadm includes no approver.',
  k3s: "`serving-kubelet.crt` below `/var/lib/rancher/k3s/agent` is signed by the server CA: the ServiceAccount's `ca.crt` verifies it.",
  RKE2: 'as k3s, below `/var/lib/rancher/rke2/agent`.',
  EKS: 'serverTLSBootstrap is on; the certificate is `/var/lib/kubelet/pki/kubelet-server-current.pem`.',
  AKS: 'nodes labelled `kubernetes.azure.com/kubelet-serving-ca=cluster` have one of the cluster CA; others have the self-signed `/etc/kubernetes/certs/kubeletserver.crt`.',
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
  'Helm chart': '`agents.rbac.create` and `clusterAgent.rbac.create` create roles for the enabled features; a feature enabled by an environment variable gets none.',
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

/** Where the kubelet's own credential for the apiserver is. */
export const KUBELET_KUBECONFIG = {
  kubeadm: '`/etc/kubernetes/kubelet.conf`; its certificate `/var/lib/kubelet/pki/kubelet-client-current.pem`.',
  k3s: '`/var/lib/rancher/k3s/agent/kubelet.kubeconfig`.',
  RKE2: '`/var/lib/rancher/rke2/agent/kubelet.kubeconfig`.',
  microk8s: '`/var/snap/microk8s/current/credentials/kubelet.config`.',
  EKS: '`/var/lib/kubelet/kubeconfig`; its credential comes from `aws eks get-token`, so IAM applies as well.',
  GKE: '`/var/lib/kubelet/kubeconfig`.',
  AKS: '`/var/lib/kubelet/kubeconfig`.',
  OpenShift: "`/var/lib/kubelet/kubeconfig`; `/etc/kubernetes/kubelet.conf` is the kubelet's configuration there.",
  Talos: '`/etc/kubernetes/kubeconfig-kubelet`, visible with `talosctl` only.',
  Bottlerocket: '`/etc/kubernetes/kubelet/kubeconfig`, with `aws-iam-authenticator`.',
} as const satisfies Distributions;
