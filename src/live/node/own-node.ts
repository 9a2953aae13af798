/** The name of the node we run on, without asking a server: from the kubelet's own files, our token, the agent's variables, or the machine. */
import { X509Certificate } from 'node:crypto';
import { commonName } from '../../checks/shared/kubelet-answers.js';
import type { Host } from '../../host/host.js';
import { MOUNTED_TOKEN } from '../../kubernetes/service-account.js';
import type { Place } from '../../model/facts.js';
import { readToken } from '../../probes/credentials/token.js';
import type { NodeFiles } from '../../setup/node-files.js';
import type { Resolved } from '../../setup/resolved.js';
import { isHostName } from '../../setup/values.js';

/** Undefined where nothing names it: a name that a flag gives is the one that is asked about, which need not be ours. */
export async function ownNodeName(
  { nodeFiles, root, settings }: Pick<Resolved, 'nodeFiles' | 'root' | 'settings'>,
  host: Host,
  place: Place,
): Promise<string | undefined> {
  // A copy of a node's files below --root is of a node that we are not on.
  const files = nodeFiles?.live || root === undefined ? nodeFiles : undefined;
  const token = place.noToken || place.place === 'workstation' ? undefined : await readToken(host, MOUNTED_TOKEN);
  const claimed = token?.outcome.status === 'observed' ? token.outcome.data.token?.node : undefined;
  const variable = settings.find(({ setting, origin }) => setting === 'node' && origin !== 'flag')?.value;
  const { DD_KUBERNETES_KUBELET_NODENAME, NODE_NAME } = place.place === 'workstation' ? {} : host.env;
  // pkg/util/node GetHostname: lower case. A pod in the host's network has its node's host name; in its own, its own.
  const machine = files && root === undefined && place.vantage === 'host-network' ? host.hostName.toLowerCase() : undefined;
  const names = [
    files?.kubelet.flags?.['hostname-override'],
    files && nameInCertificate(files),
    claimed,
    variable,
    DD_KUBERNETES_KUBELET_NODENAME,
    NODE_NAME,
    machine,
  ];
  return names.find((name) => name !== undefined && isHostName(name));
}

/** `system:node:NAME` is whom the apiserver takes this kubelet for (kubernetes.io/kube-apiserver-client-kubelet). */
function nameInCertificate({ kubeconfig }: NodeFiles): string | undefined {
  const pem = kubeconfig?.loaded?.credential.certPem;
  if (!pem) return undefined;
  try {
    return /^system:node:(.+)$/.exec(commonName(new X509Certificate(pem).subject) ?? '')?.[1];
  } catch {
    return undefined;
  }
}
