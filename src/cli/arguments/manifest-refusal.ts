/** Why `manifest` prints nothing: what is named there ends up in a command or a manifest, and some options are for some of what is printed. */
import { isDnsName } from '../../kubernetes/names.js';
import { NEED_IMAGE } from '../../manifests/image.js';
import type { ManifestKind } from '../../manifests/kinds.js';

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

/** `NAMESPACE/NAME`, or a name alone. */
export function accountOf({ serviceAccount: text }: ManifestFlags): { namespace?: string; name?: string } {
  if (text === undefined) return {};
  const slash = text.indexOf('/');
  return slash < 0 ? { name: text } : { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

type Kind = (name: string) => boolean;
const isLabel: Kind = (name) => isDnsName(name) && !name.includes('.') && name.length <= 63;

const NAMES: readonly [option: string, named: (flags: ManifestFlags) => string | undefined, kind: Kind][] = [
  ['--node', ({ node }) => node, isDnsName],
  ['--namespace', ({ namespace }) => namespace, isLabel],
  ['--service-account', (flags) => accountOf(flags).name, isDnsName],
  ['--service-account', (flags) => accountOf(flags).namespace, isLabel],
  ['--pod', ({ pod }) => pod, isDnsName],
  ['--container', ({ container }) => container, isLabel],
];

/** `registry:5000/path/name:tag@sha256:…` (distribution/reference), as far as it may be printed into a command. */
const isImage: Kind = (image) => /^[a-zA-Z0-9][a-zA-Z0-9._:/-]*(@sha256:[a-f0-9]{64})?$/.test(image) && image.length <= 255;

type Says = string | ((flags: ManifestFlags) => string);

/** The first that holds is said. */
const REFUSALS: readonly [says: Says, holds: (flags: ManifestFlags) => boolean][] = [
  ['--pod and --container are for manifest debug', (flags) => isOurPod(flags) && Boolean(flags.pod || flags.container)],
  [
    ({ image = '' }) => `--image ${quoted(image)} is not an image: write REGISTRY/NAME:TAG`,
    ({ image }) => image !== undefined && !isImage(image),
  ],
  [
    '--service-account needs a namespace; write NAMESPACE/NAME',
    (flags) => isOurPod(flags) && flags.serviceAccount !== undefined && !accountOf(flags).namespace && !flags.namespace,
  ],
  [
    (flags) => `a pod runs in the namespace of its account, ${accountOf(flags).namespace}; leave out --namespace ${flags.namespace}`,
    (flags) => isOurPod(flags) && hasTwoNamespaces(flags),
  ],
  ['manifest pod needs --node NAME', ({ what, node }) => what === 'pod' && !node],
  [
    ({ what }) => `${what === 'daemonset' ? 'a daemonset' : what} runs on every node; use manifest pod --node NAME for one node`,
    ({ what, node }) => what !== 'pod' && what !== 'debug' && Boolean(node),
  ],
  [
    'manifest npd prints a configuration file; leave out all options',
    ({ what, image, serviceAccount, namespace, hostNetwork }) =>
      what === 'npd' && Boolean(image || serviceAccount || namespace || hostNetwork),
  ],
  [
    "manifest debug needs --node NAME, or --pod NAME for the agent's pod",
    ({ what, node, pod }) => what === 'debug' && Boolean(node) === Boolean(pod),
  ],
  [
    '--host-network is for manifest pod and daemonset; kubectl debug uses the host network on a node',
    ({ what, hostNetwork }) => what === 'debug' && hostNetwork,
  ],
  [
    ({ what }) => `manifest ${what} needs --image IMAGE, where your nodes can pull it (build it: npm run build:image, or docker build)`,
    ({ what, image }) => image === undefined && NEED_IMAGE.some((kind) => kind === what),
  ],
];

export function refusalOf(flags: ManifestFlags): string | undefined {
  for (const [option, named, kind] of NAMES) {
    const name = named(flags);
    if (name !== undefined && !kind(name)) return `${option} ${quoted(name)} is not a valid Kubernetes name`;
  }
  const [says] = REFUSALS.find(([, holds]) => holds(flags)) ?? [];
  return typeof says === 'function' ? says(flags) : says;
}

/** Of `debug` the pod is kubectl's. */
function isOurPod({ what }: ManifestFlags): boolean {
  return what !== 'debug';
}

function hasTwoNamespaces(flags: ManifestFlags): boolean {
  const { namespace } = accountOf(flags);
  return Boolean(namespace && flags.namespace && namespace !== flags.namespace);
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
