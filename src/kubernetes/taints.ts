/** Taints × tolerations, as kubernetes staging/src/k8s.io/api/core/v1/toleration.go and the DaemonSet controller see them. */
import type { PodTemplate, Taint, Toleration } from '../model/facts/placement.js';

/** Roles of control-plane nodes over all versions: kubeadm before and from 1.24 (KEP-2067), OpenShift, RKE1 (`controlplane`, `etcd`). */
const CONTROL_PLANE_ROLES = ['control-plane', 'master', 'controlplane', 'etcd'].map((role) => `node-role.kubernetes.io/${role}`);

/** Labels that say the same; microk8s has one of its own. Values differ: "" (kubeadm, OpenShift, Talos), "true" (k3s, RKE). */
export const CONTROL_PLANE_LABELS: readonly string[] = [...CONTROL_PLANE_ROLES, 'node.kubernetes.io/microk8s-controlplane'];

export function isControlPlaneTaint({ key }: Taint): boolean {
  return CONTROL_PLANE_ROLES.includes(key);
}

/** What the DaemonSet controller adds to every pod (pkg/controller/daemon/util AddOrUpdateDaemonPodTolerations); none for a control plane. */
export function controllerTolerations(hostNetwork: boolean): Toleration[] {
  const exists = (name: string, effect: string): Toleration => ({
    key: `node.kubernetes.io/${name}`,
    operator: 'Exists',
    value: '',
    effect,
  });
  return [
    exists('not-ready', 'NoExecute'),
    exists('unreachable', 'NoExecute'),
    ...['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'].map((name) => exists(name, 'NoSchedule')),
    ...(hostNetwork ? [exists('network-unavailable', 'NoSchedule')] : []),
  ];
}

/** Lt and Gt count only behind the gate TaintTolerationComparisonOperators (KEP-5471), which is off: they tolerate nothing. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== '' && toleration.effect !== taint.effect) return false;
  if (toleration.key !== '' && toleration.key !== taint.key) return false;
  if (toleration.operator === 'Exists') return true;
  return (toleration.operator === '' || toleration.operator === 'Equal') && toleration.value === taint.value;
}

/** Taints that keep the template's pods off; PreferNoSchedule only weighs. */
export function untolerated(taints: readonly Taint[], { tolerations = [], hostNetwork }: PodTemplate): Taint[] {
  const all = [...tolerations, ...controllerTolerations(hostNetwork)];
  return taints.filter(
    (taint) => (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') && !all.some((toleration) => tolerates(toleration, taint)),
  );
}

/** `KEY=VALUE:Effect`, as kubectl writes a taint. */
export function taintText({ key, value, effect }: Taint): string {
  return `${key}${value ? `=${value}` : ''}:${effect}`;
}
