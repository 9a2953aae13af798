/** `manifest pod|daemonset|debug|…`: prints what brings the tool to where it has to run. Asks no server, changes nothing. */
import { accessYaml, namespaceYaml } from '../../manifests/access.js';
import { mustGatherDockerfile, nodeProblemDetectorJson, sonobuoyYaml } from '../../manifests/collectors.js';
import { debugNodeCommand, debugPodCommand } from '../../manifests/debug.js';
import { MANIFESTS, type ManifestKind } from '../../manifests/kinds.js';
import { troubleshootYaml } from '../../manifests/troubleshoot.js';
import { daemonSetYaml, podYaml, type WorkloadOptions } from '../../manifests/workload.js';
import { accountOf, type ManifestFlags, refusalOf } from '../arguments/manifest-refusal.js';
import type { Io } from '../io.js';
import { usageError } from '../usage.js';

/** Ours, where nobody named another. */
const OWN = 'kubelet-doctor';

/** From what yargs parsed. */
export function runManifestWords(words: Record<string, unknown>, io: Io): number {
  const text = (name: string) => (typeof words[name] === 'string' ? words[name] : undefined);
  const what = MANIFESTS.find((known) => known === words.what);
  if (!what) return usageError(io, `manifest needs one of ${MANIFESTS.join(', ')}`);
  return runManifestCommand(
    {
      what,
      node: text('node'),
      namespace: text('namespace'),
      serviceAccount: text('service-account'),
      image: text('image'),
      hostNetwork: words['host-network'] === true,
      pod: text('pod'),
      container: text('container'),
    },
    io,
  );
}

const PRINT: Record<Exclude<ManifestKind, 'debug'>, (options: WorkloadOptions) => string> = {
  pod: podYaml,
  daemonset: daemonSetYaml,
  troubleshoot: troubleshootYaml,
  sonobuoy: sonobuoyYaml,
  'must-gather': ({ image }) => mustGatherDockerfile(image),
  npd: nodeProblemDetectorJson,
  access: ({ account, own, hostNetwork }) =>
    accessYaml(account, own.account, [own.namespace ? [namespaceYaml(account.namespace, hostNetwork ? 'privileged' : 'restricted')] : []]),
};

export function runManifestCommand(flags: ManifestFlags, io: Io): number {
  const refusal = refusalOf(flags);
  if (refusal) return usageError(io, refusal);
  const { what, node, pod, container = 'agent', image = '', hostNetwork } = flags;
  const { namespace: accountNamespace, name: accountName } = accountOf(flags);
  const namespace = flags.namespace ?? accountNamespace;
  if (what === 'debug' && pod) io.out(debugPodCommand({ pod, container, namespace, image }));
  else if (what === 'debug') {
    const account = accountName && `${accountNamespace ?? namespace ?? 'default'}/${accountName}`;
    io.out(debugNodeCommand({ node: node ?? '', namespace: flags.namespace, account, image }));
  } else {
    const account = { namespace: namespace ?? OWN, name: accountName ?? OWN };
    const own = { account: accountName === undefined, namespace: namespace === undefined && accountName === undefined };
    io.out(PRINT[what]({ node, account, own, image, hostNetwork }));
  }
  return 0;
}
