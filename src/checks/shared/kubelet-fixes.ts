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

/** KubeletConfiguration lines, and where they go; the kubelet reads them at its start. `config`: what it runs with, where that is known. */
export function kubeletConfig(action: Message, settings: Settings, config: KnownConfig | undefined, more: Partial<Fix> = {}): Fix {
  const lines = [...placesOf(Object.keys(settings) as KubeletKey[], config), ...nested(Object.entries(settings))];
  return fixBy('node', 'restart', action, { steps: lines.join('\n'), form: 'kubelet-config', ...more });
}

/** What stands in a comment that may be pasted. */
const PLAIN = /^[\w./@:+-]{1,200}$/;

/** The file, and the flags that win over it: with one of them the lines have no effect. */
function placesOf(keys: readonly KubeletKey[], config: KnownConfig | undefined): string[] {
  const setters = keys.flatMap((key) => config?.setBy(key) ?? []);
  const files = [...new Set(setters.flatMap((by) => ('file' in by && PLAIN.test(by.file) ? by.file : [])))];
  const flags = [...new Set(setters.flatMap((by) => ('flag' in by && PLAIN.test(by.flag) ? by.flag : [])))];
  return [
    `# in ${files.join(' and ') || 'the file that the --config flag of the kubelet names, usually /var/lib/kubelet/config.yaml'}`,
    ...flags.map((flag) => `# without the flag ${flag}, which overrides the file`),
  ];
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

/** Look at the kubelet first, then restart it. */
export function restartKubelet(action: Message): Fix {
  const steps = 'systemctl status kubelet --no-pager\njournalctl -u kubelet -n 50 --no-pager\nsystemctl restart kubelet';
  return fixBy('node', 'restart', action, shell(steps));
}
