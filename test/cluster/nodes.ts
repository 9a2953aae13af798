/** Bare Node objects without a kubelet: Ready, and kept so by renewing their Leases. */
import type { Admin } from './ask.js';

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

/** Sets Ready=True and renews the Lease of each node until the returned function is called. */
export async function keepAlive(admin: Admin, names: string[]): Promise<() => void> {
  const now = () => new Date().toISOString();
  for (const name of names) {
    const condition = {
      type: 'Ready',
      status: 'True',
      reason: 'KubeletReady',
      lastHeartbeatTime: now().replace(/\.\d+/, ''),
      lastTransitionTime: now().replace(/\.\d+/, ''),
    };
    const capacity = { cpu: '8', memory: '16Gi', pods: '110' };
    await admin(
      'PATCH',
      `/api/v1/nodes/${name}/status`,
      { status: { capacity, allocatable: capacity, conditions: [condition] } },
      'application/merge-patch+json',
    );
    const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime: now().replace('Z', '000Z') };
    await admin('POST', LEASES, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace: 'kube-node-lease' },
      spec,
    });
  }
  const renew = () =>
    Promise.allSettled(
      names.map((name) =>
        admin('PATCH', `${LEASES}/${name}`, { spec: { renewTime: now().replace('Z', '000Z') } }, 'application/merge-patch+json'),
      ),
    );
  const timer = setInterval(renew, 1000);
  return () => clearInterval(timer);
}
