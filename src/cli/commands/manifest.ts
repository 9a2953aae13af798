/** `manifest pod|daemonset|debug|…`: prints what brings the tool to where it has to run. Asks no server, changes nothing. */
import { isDnsName } from '../../kubernetes/names.js';
import { accessYaml, namespaceYaml } from '../../manifests/access.js';
import { mustGatherDockerfile, nodeProblemDetectorJson, sonobuoyYaml } from '../../manifests/collectors.js';
import { debugNodeCommand, debugPodCommand } from '../../manifests/debug.js';
import { MANIFESTS, type ManifestKind } from '../../manifests/kinds.js';
import { troubleshootYaml } from '../../manifests/troubleshoot.js';
import { daemonSetYaml, podYaml, type WorkloadOptions } from '../../manifests/workload.js';
import { VERSION } from '../../version.js';
import type { Io } from '../io.js';
import { usageError } from '../usage.js';

export interface ManifestFlags {
  what: ManifestKind;
  node?: string;
  namespace?: string;
  serviceAccount?: string;
  image?: string;
  hostNetwork: boolean;
  /** Of `debug`: the agent's pod, and its container. */
  pod?: string;
  container?: string;
}

/** Ours, where nobody named another. */
const OWN = 'kubelet-doctor';
/** `registry:5000/path/name:tag@sha256:…` (distribution/reference), as far as it may be printed into a command. */
const IMAGE = /^[a-zA-Z0-9][a-zA-Z0-9._:/-]*(@sha256:[a-f0-9]{64})?$/;

/** From what yargs parsed. */
export function runManifestWords(words: Record<string, unknown>, io: Io): number {
  const text = (name: string) => (typeof words[name] === 'string' ? words[name] : undefined);
  const what = MANIFESTS.find((known) => known === words.what);
  if (!what) return usageError(io, `manifest needs to know which: ${MANIFESTS.join(', ')}`);
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
    [...(own.namespace ? [namespaceYaml(account.namespace, hostNetwork ? 'privileged' : 'restricted')] : []), ...accessYaml(account)].join(
      '\n---\n',
    ),
};

export function runManifestCommand(flags: ManifestFlags, io: Io): number {
  const refusal = refusalOf(flags);
  if (refusal) return usageError(io, refusal);
  const { what, node, pod, container = 'agent', serviceAccount, image = `${OWN}:${VERSION}`, hostNetwork } = flags;
  const [accountNamespace, accountName] = accountOf(serviceAccount);
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

/** Why nothing is printed: what is named is named in a command or a manifest, and must be a name. */
function refusalOf({ what, node, namespace, serviceAccount, image, pod, container, hostNetwork }: ManifestFlags): string | undefined {
  const [accountNamespace, accountName] = accountOf(serviceAccount);
  const names: [string, string | undefined, boolean][] = [
    ['--node', node, false],
    ['--namespace', namespace, true],
    ['--service-account', serviceAccount === undefined ? undefined : accountName, false],
    ['--service-account', accountNamespace, true],
    ['--pod', pod, false],
    ['--container', container, true],
  ];
  for (const [option, name, label] of names)
    if (name !== undefined && (!isDnsName(name) || (label && (name.includes('.') || name.length > 63))))
      return `${option} ${JSON.stringify(name.slice(0, 80))} is no name of Kubernetes`;
  if (image !== undefined && (!IMAGE.test(image) || image.length > 255)) return `--image ${JSON.stringify(image.slice(0, 80))} is no image`;
  if (serviceAccount !== undefined && what !== 'debug' && !accountNamespace && !namespace)
    return '--service-account needs its namespace: NAMESPACE/NAME';
  if (what !== 'debug' && accountNamespace && namespace && accountNamespace !== namespace)
    return `a pod runs in the namespace of its account: ${accountNamespace}, not ${namespace}`;
  if (what === 'pod' && !node) return 'manifest pod needs --node NAME: which node?';
  if (what !== 'pod' && what !== 'debug' && node)
    return `${what === 'daemonset' ? 'a daemonset' : what} is on every node; manifest pod --node NAME is for one`;
  if (what === 'npd' && (image || serviceAccount || namespace || hostNetwork))
    return 'manifest npd prints a file for nodes, where no image or account is; it takes no options';
  if (what === 'debug' && Boolean(node) === Boolean(pod)) return 'manifest debug needs --node NAME, or --pod NAME for the pod of the agent';
  if (what === 'debug' && hostNetwork) return '--host-network is for pod and daemonset; kubectl debug node has it anyway';
  if (what !== 'debug' && (pod || container)) return '--pod and --container are for manifest debug';
  return undefined;
}

/** `NAMESPACE/NAME`, or a name alone. */
function accountOf(text: string | undefined): [namespace: string | undefined, name: string | undefined] {
  if (text === undefined) return [undefined, undefined];
  const slash = text.indexOf('/');
  return slash < 0 ? [undefined, text] : [text.slice(0, slash), text.slice(slash + 1)];
}
