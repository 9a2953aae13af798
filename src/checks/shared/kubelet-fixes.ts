/** Fixes that more than one check about the kubelet offers. */
import type { Fix, Message } from '../../model/check.js';
import type { KubeletKey, KubeletValues, NodeObject } from '../../model/facts.js';
import { internalIp } from './address.js';
import { byHand, fixBy, shell, yaml } from './fix.js';
import type { KnownConfig } from './on-node.js';

/** One entry of a container's `env` list. */
const hostEntry = (field: string) => `- name: DD_KUBERNETES_KUBELET_HOST
  valueFrom:
    fieldRef:
      fieldPath: ${field}`;

/** The address that follows the pod to every node; its name where that was meant, for a certificate that names no address. */
export function hostFromDownwardApi(action: Message, field: 'status.hostIP' | 'spec.nodeName' = 'status.hostIP'): Fix {
  return fixBy('agent', 'config', action, yaml(hostEntry(field)));
}

/**
 * The Node's own address, for a try on one node; nothing when the Node object does not give one that may be printed. By hand alone: a machine
 * would write it into the manifest of all nodes.
 */
export function hostOfNode(action: Message, node: NodeObject | undefined): Fix[] {
  const address = internalIp(node);
  return address ? [fixBy('agent', 'config', action, byHand(`DD_KUBERNETES_KUBELET_HOST=${address}`))] : [];
}

/** A kubelet that lets in nobody it does not know, and asks its apiserver about everyone else. */
export const CLOSED = {
  'authentication.anonymous.enabled': false,
  'authentication.webhook.enabled': true,
  'authorization.mode': 'Webhook',
} as const satisfies Settings;

type Settings = Readonly<Partial<KubeletValues>>;

/**
 * KubeletConfiguration lines, and where they go; the kubelet reads them at its start. `config`: what it runs with, where that is known. What a flag
 * sets is changed where that flag is: it wins over every file (Kubernetes 1.36 and 1.37 cmd/kubelet/app/server.go kubeletConfigFlagPrecedence).
 */
export function kubeletConfig(action: Message, settings: Settings, config: KnownConfig | undefined, more: Partial<Fix> = {}): Fix {
  const entries = Object.entries(settings) as [KubeletKey, string | number | boolean][];
  const byFlag = entries.filter(([key]) => flagOf(key, config) !== undefined);
  const byFile = entries.filter(([key]) => flagOf(key, config) === undefined);
  const flags = byFlag.map(([key, value]) => `${flagOf(key, config)}=${value}`);
  const lines = [
    ...(byFile.length > 0 ? [placeOf(byFile, config), ...nested(byFile)] : []),
    ...(flags.length > 0 ? [`# ${byFile.length > 0 ? 'and ' : ''}${IN_UNIT}`, ...flags] : []),
    ...(asksFromNowOn(settings, config) ? [APISERVER_AS_CLIENT] : []),
  ];
  // Flags are changed by a person: which file of the unit passes them is not known.
  return fixBy('node', 'restart', action, { steps: lines.join('\n'), ...(flags.length === 0 && { form: 'kubelet-config' }), ...more });
}

/** Turned on, authorization asks what the apiserver itself may do at the kubelet, too (kubernetes/kubernetes#56277). Of platforms, it is their task. */
function asksFromNowOn(settings: Settings, config: KnownConfig | undefined): boolean {
  return settings['authorization.mode'] === 'Webhook' && config?.values['authorization.mode'] !== 'Webhook';
}

const APISERVER_AS_CLIENT =
  "# before the restart: bind the user of the apiserver's kubelet client certificate to system:kubelet-api-admin, or kubectl logs and exec stop";

const IN_UNIT = 'among the flags of the kubelet, which override its file (`systemctl cat kubelet` shows where they are)';

/** What stands in a comment that may be pasted. */
const PLAIN = /^[\w./@:+-]{1,200}$/;

/** The flag that sets it now, as it is written. */
function flagOf(key: KubeletKey, config: KnownConfig | undefined): string | undefined {
  const by = config?.setBy(key);
  return by && 'flag' in by && PLAIN.test(by.flag) ? by.flag : undefined;
}

function placeOf(entries: readonly (readonly [KubeletKey, unknown])[], config: KnownConfig | undefined): string {
  const setters = entries.flatMap(([key]) => config?.setBy(key) ?? []);
  const files = [...new Set(setters.flatMap((by) => ('file' in by && PLAIN.test(by.file) ? by.file : [])))];
  return `# in ${files.join(' and ') || 'the file that the --config flag of the kubelet names, usually /var/lib/kubelet/config.yaml'}`;
}

/** `a.b: c` as YAML, neighbours with the same beginning together. */
function nested(entries: readonly (readonly [string, string | number | boolean])[]): string[] {
  const heads = [...new Set(entries.map(([key]) => key.split('.')[0] ?? ''))];
  return heads.flatMap((head) => {
    const below = entries.filter(([key]) => key.startsWith(`${head}.`)).map(([key, value]) => [key.slice(head.length + 1), value] as const);
    const own = entries.find(([key]) => key === head);
    return own ? [`${head}: ${own[1]}`] : [`${head}:`, ...nested(below).map((line) => `  ${line}`)];
  });
}

/**
 * A new kubeconfig for a kubelet whose credential is void, as kubeadm documents it (kubernetes.io, Troubleshooting kubeadm). It keeps the pods: a
 * restart alone ends the kubelet, since kubeadm removes the bootstrap kubeconfig after the join (Kubernetes 1.36 and 1.37 pkg/kubelet/certificate/bootstrap),
 * and `kubeadm join` refuses a node that has the old files (cmd/kubeadm/app/preflight/checks.go). `node`: its name, where one may be printed.
 */
export function newKubeconfig(action: Message, node = 'NODE'): Fix {
  const steps = [
    '# on a control-plane node that has /etc/kubernetes/pki/ca.key',
    "kubectl -n kube-system get configmap kubeadm-config -o 'jsonpath={.data.ClusterConfiguration}' >cluster.yaml",
    `kubeadm kubeconfig user --config cluster.yaml --org system:nodes --client-name system:node:${node} >kubelet.conf`,
    '# on this node, with that file',
    'mkdir -p /root/kubelet-before',
    'mv /etc/kubernetes/kubelet.conf /var/lib/kubelet/pki/kubelet-client* /root/kubelet-before/',
    'install -m 600 kubelet.conf /etc/kubernetes/kubelet.conf',
    'systemctl restart kubelet',
    '# once kubelet-client-current.pem is there, name it in kubelet.conf as client-certificate and client-key, and restart again',
  ];
  return fixBy('node', 'restart', action, {
    ...byHand(steps.join('\n')),
    verify: 'openssl x509 -noout -enddate -in /var/lib/kubelet/pki/kubelet-client-current.pem',
  });
}

/** Look at the kubelet first, then restart it. */
export function restartKubelet(action: Message): Fix {
  const steps = 'systemctl status kubelet --no-pager\njournalctl -u kubelet -n 50 --no-pager\nsystemctl restart kubelet';
  return fixBy('node', 'restart', action, shell(steps));
}
