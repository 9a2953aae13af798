/**
 * The `kubectl debug` command for a vantage: a node, or the agent's own pod. kubectl's commands lack what the tool needs, the address and the
 * token, so both take a --custom file (stable since kubectl 1.32); it is written out here, and read from no file of ours.
 */
import { shellQuote } from '../checks/support/quote.js';

export interface DebugNodeOptions {
  node: string;
  namespace?: string;
  /** NAMESPACE/NAME of the agent's account: its rights are asked about, for the token there is the namespace's default account's. */
  account?: string;
  image: string;
}

export interface DebugPodOptions {
  pod: string;
  container: string;
  namespace?: string;
  image: string;
}

const COMMAND = '/usr/local/bin/kubelet-doctor';
const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount';
/** A kubelet puts it into the command, `$(HOST_IP)`. Not as a variable of the agent: it would look like the agent's own environment. */
const ENVIRONMENT = [{ name: 'HOST_IP', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } }];
const KUBELET = `--kubelet-host '$(HOST_IP)'`;
const HARMLESS = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

/** In the host's network and process namespaces, with the node's files at /host; nothing privileged. */
export function debugNodeCommand({ node, namespace, account, image }: DebugNodeOptions): string {
  const custom = { env: ENVIRONMENT, securityContext: HARMLESS };
  const asked = [COMMAND, 'check', KUBELET, '--node', shellQuote(node), ...(account ? ['--service-account', shellQuote(account)] : [])];
  return [
    "# Its token is that of the namespace's default account, not the agent's. Afterwards: kubectl get pods, and delete node-debugger-…",
    ...writeCustom(JSON.stringify(custom)),
    `kubectl debug node/${node}${inNamespace(namespace)} -it --image=${shellQuote(image)} --profile=general --custom="$custom" -- ${asked.join(' ')}`,
  ].join('\n');
}

/** Beside the agent, in its network and process namespace, with its own token mounted. The volume's name ends in five letters of its own. */
export function debugPodCommand({ pod, container, namespace, image }: DebugPodOptions): string {
  const where = inNamespace(namespace);
  const custom = {
    env: ENVIRONMENT,
    volumeMounts: [{ name: '$volume', mountPath: TOKEN, readOnly: true }],
    securityContext: HARMLESS,
  };
  return [
    '# An ephemeral container can not be taken out of a pod again; it ends with its command.',
    `volume=$(kubectl get pod ${pod}${where} -o jsonpath='{.spec.volumes[*].name}' | tr ' ' '\\n' | grep -m1 '^kube-api-access-')`,
    ...writeCustom(JSON.stringify(custom)),
    `kubectl debug ${pod}${where} -it --image=${shellQuote(image)} --target=${container} --profile=restricted --custom="$custom" -- ${COMMAND} check ${KUBELET}`,
  ].join('\n');
}

/** Without quotes around END the shell puts $volume in; nothing else in the text is anything to a shell. */
function writeCustom(json: string): string[] {
  return ['custom=$(mktemp)', 'cat > "$custom" <<END', json, 'END'];
}

function inNamespace(namespace: string | undefined): string {
  return namespace ? ` -n ${namespace}` : '';
}
