/**
 * Who built a node, and what follows from it: where the kubelet's settings, log and credential are, which service it is part of, and what of it its
 * user can change at all. `explain` prints the texts; `judge/on-platform.ts` fits what is printed to them. No managed cluster was ever asked: what is
 * said of EKS, GKE, AKS, OpenShift, Talos and Bottlerocket is from their sources and documentation (amazon-eks-ami nodeadm of 2026-07, AgentBaker
 * 06836ee, helm-charts 3.240.0, talos ad88231, bottlerocket-core-kit; RKE2 and k3s units).
 */
import type { KubeletKey } from '../../model/facts/node.js';
import { FLAGS } from './kubelet-flags.js';

/** A node of one of these; without a mark it may be of any, and what is printed is kubeadm's. */
export const PLATFORMS = [
  'EKS Fargate',
  'EKS Auto Mode',
  'GKE Autopilot',
  'Bottlerocket',
  'Talos',
  'OpenShift',
  'RKE2',
  'k3s',
  'microk8s',
  'EKS',
  'GKE',
  'AKS',
  'kubeadm',
] as const;
export type PlatformName = (typeof PLATFORMS)[number];

/** What of a Node, or of an apiserver's version, says whose it is. */
export interface NodeMarks {
  name?: string;
  version?: string;
  osImage?: string;
  labels?: Readonly<Record<string, unknown>>;
}

const label = ({ labels = {} }: NodeMarks, key: string): string => (Object.hasOwn(labels, key) ? String(labels[key]) : '');
const labelled = ({ labels = {} }: NodeMarks, prefix: string): boolean => Object.keys(labels).some((key) => key.startsWith(prefix));

/** The narrower first. kubeadm leaves no mark. */
const MARKS: readonly [PlatformName, (of: NodeMarks) => boolean][] = [
  ['EKS Fargate', (of) => label(of, 'eks.amazonaws.com/compute-type') === 'fargate'],
  ['EKS Auto Mode', (of) => label(of, 'eks.amazonaws.com/compute-type') === 'auto'],
  ['GKE Autopilot', (of) => /^gk3-/.test(of.name ?? '') && (labelled(of, 'cloud.google.com/gke-') || /-gke\./.test(of.version ?? ''))],
  ['Bottlerocket', (of) => /^Bottlerocket\b/.test(of.osImage ?? '')],
  ['Talos', (of) => /^Talos\b/.test(of.osImage ?? '')],
  ['OpenShift', (of) => labelled(of, 'node.openshift.io/') || /^(Red Hat Enterprise Linux CoreOS|OpenShift)\b/.test(of.osImage ?? '')],
  ['RKE2', (of) => /\+rke2/.test(of.version ?? '') || label(of, 'node.kubernetes.io/instance-type') === 'rke2'],
  ['k3s', (of) => /\+k3s/.test(of.version ?? '') || label(of, 'node.kubernetes.io/instance-type') === 'k3s'],
  ['microk8s', (of) => label(of, 'microk8s.io/cluster') === 'true'],
  ['EKS', (of) => /-eks-/.test(of.version ?? '') || labelled(of, 'eks.amazonaws.com/')],
  ['GKE', (of) => /-gke\./.test(of.version ?? '') || labelled(of, 'cloud.google.com/gke-')],
  ['AKS', (of) => labelled(of, 'kubernetes.azure.com/')],
];

/** Whose node it is; undefined where nothing says so. */
export function platformOf(of: NodeMarks): PlatformName | undefined {
  return MARKS.find(([, marks]) => marks(of))?.[0];
}

/** By what a Node's fact says of it; facts of before 1.5 have its version alone. */
export function platformOfNode(node: { node: string; kubeletVersion: string; platform?: string } | undefined): PlatformName | undefined {
  if (!node) return undefined;
  return isPlatform(node.platform) ? node.platform : platformOf({ name: node.node, version: node.kubeletVersion });
}

export function isPlatform(name: unknown): name is PlatformName {
  return (PLATFORMS as readonly unknown[]).includes(name);
}

/** How its user changes the kubelet's settings. `lines`: those of a KubeletConfiguration. Undefined for what cannot be changed there. */
type Write = (settings: readonly Entry[], lines: readonly string[]) => readonly string[] | undefined;
export type Entry = readonly [key: KubeletKey, value: string];

export interface Platform {
  /** Where what is said of it is from: none of these was ever asked. Absent for kubeadm, which the test cluster is like. */
  source?: string;
  /** Where a setting of the kubelet is changed, and what restarts. */
  settings: string;
  /** Where its log is, and what its service is called; without one, nobody can read it. */
  log?: string;
  /** Where the kubelet's own credential for the apiserver is. */
  kubeconfig?: string;
  /** The same two files as paths; undefined where there is none of that kind. */
  paths?: { kubeconfig?: string; certificate?: string };
  /** The service that has the kubelet in it, and the same on nodes that are no servers. */
  unit?: string;
  agentUnit?: string;
  /** Commands on the node, by what stands in them for kubeadm: undefined where its user has no shell there. */
  command?: (line: string) => string | undefined;
  /** Its lines go into one shell there, so that a here-document may be among them. */
  isPlainShell?: true;
  write?: Write;
  /** No apiserver, etcd or controller manager of it is its user's. */
  hidesControlPlane?: true;
  /** kube-proxy is no pod that can be deleted. */
  noProxyPods?: true;
}

const TALOS_LOG = 'talosctl -n NODE logs kubelet';
const indented = (lines: readonly string[], by: number) => lines.map((line) => `${' '.repeat(by)}${line}`);
const asIs = (line: string) => line;

/** `kubelet-arg` of k3s and RKE2. Their supervisor makes the serving certificate, so there is no serverTLSBootstrap. */
function kubeletArg(file: string): Write {
  return (settings) =>
    settings.some(([key]) => key === 'serverTLSBootstrap')
      ? undefined
      : [
          `# in ${file}, added to the list where there is one; then restart the service`,
          'kubelet-arg:',
          ...settings.map(([key, value]) => `  - "${FLAGS[key]}=${value}"`),
        ];
}

export const PLATFORM: Readonly<Record<PlatformName, Platform>> = {
  kubeadm: {
    settings:
      '`/var/lib/kubelet/config.yaml` on the node, then `systemctl restart kubelet`; containers keep running. `kubeadm upgrade` writes that file again: make the change in `kubectl -n kube-system edit configmap kubelet-config` too.',
    log: '`journalctl -u kubelet` on the node.',
    kubeconfig: '`/etc/kubernetes/kubelet.conf`; its certificate `/var/lib/kubelet/pki/kubelet-client-current.pem`.',
  },
  k3s: {
    source: 'the k3s documentation',
    settings:
      '`kubelet-arg:` in `/etc/rancher/k3s/config.yaml`, then restart the service `k3s` or `k3s-agent`, which contains the kubelet.',
    log: '`journalctl -u k3s` on a server, `journalctl -u k3s-agent` on an agent: the kubelet has no separate service.',
    kubeconfig: '`/var/lib/rancher/k3s/agent/kubelet.kubeconfig`.',
    paths: { kubeconfig: '/var/lib/rancher/k3s/agent/kubelet.kubeconfig', certificate: '/var/lib/rancher/k3s/agent/client-kubelet.crt' },
    unit: 'k3s',
    agentUnit: 'k3s-agent',
    command: asIs,
    isPlainShell: true,
    write: kubeletArg('/etc/rancher/k3s/config.yaml'),
    noProxyPods: true,
  },
  RKE2: {
    source: 'the RKE2 documentation and units',
    settings: '`kubelet-arg:` in `/etc/rancher/rke2/config.yaml`, then restart `rke2-server` or `rke2-agent`.',
    log: '`/var/lib/rancher/rke2/agent/logs/kubelet.log`; the service is `rke2-server` or `rke2-agent`.',
    kubeconfig: '`/var/lib/rancher/rke2/agent/kubelet.kubeconfig`.',
    paths: { kubeconfig: '/var/lib/rancher/rke2/agent/kubelet.kubeconfig', certificate: '/var/lib/rancher/rke2/agent/client-kubelet.crt' },
    unit: 'rke2-server',
    agentUnit: 'rke2-agent',
    isPlainShell: true,
    command: (line) => line.replace(/(^|[^/\w-])crictl\b/g, '$1/var/lib/rancher/rke2/bin/crictl'),
    write: kubeletArg('/etc/rancher/rke2/config.yaml'),
    noProxyPods: true,
  },
  microk8s: {
    source: 'the sources of microk8s (d099c90)',
    settings: 'flags in `/var/snap/microk8s/current/args/kubelet`, then `snap restart microk8s.daemon-kubelite`.',
    log: '`journalctl -u snap.microk8s.daemon-kubelite`.',
    kubeconfig: '`/var/snap/microk8s/current/credentials/kubelet.config`.',
    paths: { kubeconfig: '/var/snap/microk8s/current/credentials/kubelet.config' },
    unit: 'snap.microk8s.daemon-kubelite',
    command: asIs,
    isPlainShell: true,
    write: (settings) => [
      '# in /var/snap/microk8s/current/args/kubelet, one flag a line; then: snap restart microk8s.daemon-kubelite',
      ...settings.map(([key, value]) => `--${FLAGS[key]}=${value}`),
    ],
    noProxyPods: true,
  },
  EKS: {
    source: 'the sources of nodeadm (amazon-eks-ami of 2026-07)',
    settings:
      "AL2023: `spec.kubelet.config` of the NodeConfig in the launch template's user data; nodeadm writes it to a drop-in in `/etc/kubernetes/kubelet/config.json.d`, which counts after `config.json`. AL2, past its end: `kubelet-config.json`. Replaced nodes lose edits.",
    kubeconfig: '`/var/lib/kubelet/kubeconfig`; on AL2023 its credential comes from `aws eks get-token`, so IAM applies as well.',
    paths: { kubeconfig: '/var/lib/kubelet/kubeconfig' },
    command: asIs,
    isPlainShell: true,
    write: (_, lines) => [
      "# in the user data of the node group's launch template (AL2023): new nodes have it",
      'apiVersion: node.eks.aws/v1alpha1',
      'kind: NodeConfig',
      'spec:',
      '  kubelet:',
      '    config:',
      ...indented(lines, 6),
    ],
    hidesControlPlane: true,
  },
  'EKS Auto Mode': {
    source: 'the EKS documentation',
    settings: 'AWS runs the nodes: their kubelet is not yours to change. What a NodeClass offers is in its documentation.',
    hidesControlPlane: true,
    noProxyPods: true,
  },
  'EKS Fargate': {
    source: 'the EKS documentation',
    settings: 'each pod has a machine that AWS runs: its kubelet is not yours to change.',
    hidesControlPlane: true,
    noProxyPods: true,
  },
  GKE: {
    source: 'the GKE documentation',
    settings: 'set it in the node pool; edits on a node are lost when it is recreated.',
    kubeconfig: '`/var/lib/kubelet/kubeconfig`.',
    paths: { kubeconfig: '/var/lib/kubelet/kubeconfig' },
    command: asIs,
    isPlainShell: true,
    write: (settings) =>
      settings.length === 1 && settings[0]?.[0] === 'readOnlyPort' && settings[0][1] === '0'
        ? ['gcloud container node-pools update POOL --cluster CLUSTER --no-enable-insecure-kubelet-readonly-port']
        : undefined,
    hidesControlPlane: true,
    noProxyPods: true,
  },
  'GKE Autopilot': {
    source: 'the GKE documentation',
    settings: 'Google runs the nodes: their kubelet is not yours to change, and nothing of a node can be reached.',
    hidesControlPlane: true,
    noProxyPods: true,
  },
  AKS: {
    source: 'the AKS documentation and AgentBaker (06836ee)',
    settings:
      'AKS writes the configuration (`/etc/default/kubelet`, or `/etc/default/kubeletconfig.json`); edits on a node are lost with the next node image. What can be changed is in the custom configuration of the node pool (`az aks nodepool add --kubelet-config`); `serverTLSBootstrap` is not in it.',
    kubeconfig: '`/var/lib/kubelet/kubeconfig`.',
    paths: { kubeconfig: '/var/lib/kubelet/kubeconfig', certificate: '/var/lib/kubelet/pki/kubelet-client-current.pem' },
    command: asIs,
    isPlainShell: true,
    hidesControlPlane: true,
    noProxyPods: true,
  },
  OpenShift: {
    source: 'the OpenShift documentation',
    settings:
      'create a KubeletConfig object; the Machine Config Operator rolls it out. Do not edit `/etc/kubernetes/kubelet.conf`: it is generated.',
    log: '`oc adm node-logs NODE -u kubelet`; no shell on the node needed.',
    kubeconfig: "`/var/lib/kubelet/kubeconfig`; `/etc/kubernetes/kubelet.conf` is the kubelet's configuration there.",
    paths: { kubeconfig: '/var/lib/kubelet/kubeconfig', certificate: '/var/lib/kubelet/pki/kubelet-client-current.pem' },
    command: (line) =>
      /^#/.test(line) ? line : `oc debug node/NODE -- chroot /host ${/[|;&$<>]/.test(line) ? `sh -c ${quoted(line)}` : line}`,
    write: (_, lines) => [
      'apiVersion: machineconfiguration.openshift.io/v1',
      'kind: KubeletConfig',
      'metadata:',
      '  name: kubelet-of-pool',
      'spec:',
      '  machineConfigPoolSelector:',
      '    matchLabels:',
      '      pools.operator.machineconfiguration.openshift.io/POOL: ""',
      '  kubeletConfig:',
      ...indented(lines, 4),
    ],
    noProxyPods: true,
  },
  Talos: {
    source: 'the sources of Talos (ad88231)',
    settings:
      '`machine.kubelet.extraConfig` or `extraArgs` in the machine configuration, as far as Talos takes the field; the node has no shell.',
    log: '`talosctl -n NODE logs kubelet`; the node has no shell.',
    kubeconfig: '`/etc/kubernetes/kubeconfig-kubelet`, visible with `talosctl` only.',
    command: (line) =>
      (/\bjournalctl\b/.test(line) && /\bkubelet\b/.test(line)) || line.startsWith('systemctl status kubelet')
        ? TALOS_LOG
        : /^systemctl restart kubelet/.test(line)
          ? 'talosctl -n NODE service kubelet restart'
          : undefined,
    write: (settings, lines) =>
      settings.some(([key]) => key === 'serverTLSBootstrap')
        ? ['# in the machine configuration', 'machine:', '  kubelet:', '    extraArgs:', '      rotate-server-certificates: "true"']
        : ['# in the machine configuration', 'machine:', '  kubelet:', '    extraConfig:', ...indented(lines, 6)],
  },
  Bottlerocket: {
    source: 'the sources of Bottlerocket (core kit of 2026)',
    settings: '`settings.kubernetes` through the API or user data; `/etc/kubernetes/kubelet/config` is generated.',
    kubeconfig: '`/etc/kubernetes/kubelet/kubeconfig`, with `aws-iam-authenticator`.',
    paths: { kubeconfig: '/etc/kubernetes/kubelet/kubeconfig' },
    command: (line) =>
      /^#/.test(line) ? line : `sudo sheltie ${/[|;&$<>]/.test(line) ? `sh -c ${quoted(line)}` : line}   # in the admin container`,
    write: (settings) =>
      settings.length === 1 && settings[0]?.[0] === 'serverTLSBootstrap'
        ? ['apiclient set kubernetes.server-tls-bootstrap=true']
        : undefined,
  },
};

function quoted(line: string): string {
  return `'${line.replaceAll("'", "'\\''")}'`;
}
