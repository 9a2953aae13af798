/** Fixes that more than one check about the kubelet offers. */
import type { Fix, Message } from '../../model/check.js';
import type { NodeObject } from '../../model/facts.js';
import { internalIp } from './address.js';
import { byHand, fixBy, shell, yaml } from './fix.js';

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
export const CLOSED = 'authentication:\n  anonymous:\n    enabled: false\n  webhook:\n    enabled: true\nauthorization:\n  mode: Webhook';

/** KubeletConfiguration lines; the kubelet reads them at its start. */
export function kubeletConfig(action: Message, steps: string, more: Partial<Fix> = {}): Fix {
  return fixBy('node', 'restart', action, { steps, form: 'kubelet-config', ...more });
}

/** Look at the kubelet first, then restart it. */
export function restartKubelet(action: Message): Fix {
  const steps = 'systemctl status kubelet --no-pager\njournalctl -u kubelet -n 50 --no-pager\nsystemctl restart kubelet';
  return fixBy('node', 'restart', action, shell(steps));
}
