/**
 * The `kubectl debug` command for a vantage: a node, or the agent's own pod. kubectl's commands lack what the tool needs, the address and the
 * token, so both take a --custom file (on by default since kubectl 1.31); it is written out here, and read from no file of ours.
 */

import { shellQuote } from '../kubernetes/names.js';
import { DEBUG_ENVIRONMENT, DOCTOR, HARMLESS, inNamespace, KUBELET, writeCustom } from './debug-command.js';

export { debugPodCommand } from './debug-command.js';

export interface DebugNodeOptions {
  node: string;
  namespace?: string;
  /** NAMESPACE/NAME of the agent's account: its rights are asked about, for the token there is the namespace's default account's. */
  account?: string;
  image: string;
}

/** In the host's network and process namespaces, with the node's files at /host; nothing privileged. */
export function debugNodeCommand({ node, namespace, account, image }: DebugNodeOptions): string {
  const custom = { env: DEBUG_ENVIRONMENT, securityContext: HARMLESS };
  const asked = ['--node', shellQuote(node), ...(account ? ['--service-account', shellQuote(account)] : [])].join(' ');
  const debug = `kubectl debug node/${node}${inNamespace(namespace)} -it --image=${shellQuote(image)}`;
  return [
    "# It uses the token of the namespace's default account, not the agent's. Afterwards delete the pod node-debugger-… (kubectl get pods).",
    ...writeCustom(JSON.stringify(custom)),
    `${debug} --profile=general --custom="$custom" -- ${DOCTOR} check ${KUBELET} ${asked}`,
    '# If kubectl is older than 1.31 (no --custom):',
    `# ${debug} --profile=general -- ${DOCTOR} check ${asked}`,
    "# As the agent that runs there, with its token and settings; reading another process's files takes root and a privileged pod:",
    `# echo '{"securityContext":{"runAsUser":0}}' > root.json`,
    `# ${debug} --profile=sysadmin --custom=root.json -- ${DOCTOR} check --agent-process auto`,
  ].join('\n');
}
