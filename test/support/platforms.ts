/** What is printed for a node of a platform, and cannot be done there. */
import { fixesOn } from '../../src/judge/on-platform.js';
import { PLATFORM, PLATFORMS, type PlatformName } from '../../src/kubernetes/kubelet/platforms.js';
import type { Fix } from '../../src/model/check.js';

/** A client's, run from anywhere, or a line of a file. */
const CLIENT =
  /^(#|$|--|[A-Z_]+=|nsenter .*kubelet-doctor |[\w.-]+:( |$)| {2}|kubectl |oc |kubelet-doctor|helm |talosctl |az |gcloud |apiclient )/;

function faultOn(name: PlatformName, { owner, form, steps = '', verify = '', action }: Fix): string | undefined {
  const { unit, command, hidesControlPlane } = PLATFORM[name];
  const printed = `${steps}\n${verify}`;
  if (form === 'kubelet-config') return 'a file of kubeadm';
  if (/\bkubeadm\b/.test(steps)) return 'kubeadm';
  if (unit && /\b(systemctl [a-z-]+|journalctl -u) kubelet\b/.test(printed)) return 'a service that is not there';
  if (unit && /\/etc\/kubernetes\/kubelet\.conf|\/var\/lib\/kubelet\/config\.yaml/.test(steps)) return 'a file that is not there';
  if (hidesControlPlane && owner === 'cluster' && /^(crictl|ssh)\b/m.test(steps)) return 'a control plane of others';
  if (
    ['k3s', 'RKE2', 'AKS', 'GKE', 'GKE Autopilot', 'EKS Fargate', 'EKS Auto Mode'].includes(name) &&
    /serverTLSBootstrap/.test(`${steps} ${action.en}`)
  )
    return 'serverTLSBootstrap';
  if (owner === 'node' && !command && steps.split('\n').some((line) => !CLIENT.test(line))) return 'no shell';
  return undefined;
}

/** Faults over all platforms; and where something was to be done, something is. */
export function faultsOnPlatforms(fixes: readonly Fix[]): string[] {
  return PLATFORMS.filter((name) => name !== 'kubeadm').flatMap((name) => {
    const fitted = fixesOn(fixes, name);
    const acts = (all: readonly Fix[]) => all.some(({ changes }) => changes !== 'nothing');
    return [
      ...fitted.flatMap((fix) => {
        const fault = faultOn(name, fix);
        return fault ? [`${name}: ${fault}: ${fix.action.en}\n${fix.steps}`] : [];
      }),
      ...(acts(fixes) && fitted.length === 0 ? [`${name}: nothing is left of ${fixes.map(({ action }) => action.en).join('; ')}`] : []),
    ];
  });
}
