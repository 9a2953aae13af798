/** Everything `agent-coverage` can say. */
import type { Say } from '../../../model/check.js';
import { CUT, UNREAD } from '../shared/unread.js';

export const WORDS = {
  missing: 'No agent pod on {nodes}, though the DaemonSet should run there',
  notReady: 'The agent is not ready on {count} of {of} nodes: {reason}',
  notReadyAt: 'The agent is not ready on {count} of {of} nodes ({node}): {reason}',
  notReadyFirst: 'The agent is not ready on {count} of the first {of} nodes: {reason}',
  crashes: 'The agent crash-loops on {nodes}: {said}',
  podless: 'DaemonSet {name} has no pods; another runs on {nodes}',
  sawMissing: 'no pod of {daemonset} on {names}',
  sawNodes: 'listed as nodes: {names}',
  sawPod: '{node}: pod {pod} is {phase}, {reason}{message}; {restarts} restarts',
  sawMore: '{what} on {names}',
  sawEvent: '{reason} ({count} times, last {last}): {message}',
  fixEvents: 'Find out why the controller creates no pod there',
  fixLog: 'Read the last log of the container {container}',
  fixDescribe: 'Find out what the pod waits for',
  fixConfig: 'Correct what the message names in the pod template',
  fixUser: 'Remove runAsNonRoot: this image runs as root',
  fixMemory: 'Raise the memory limit of {container} (OOMKilled)',
  fixApiKey: 'Set the API key: datadog.apiKeyExistingSecret or DD_API_KEY',
  fixPort: 'Free the port that another process of the node uses',
  fixSyntax: "Correct the agent's configuration: its log names the error",
  none: 'no agent DaemonSet is known',
  elsewhere: 'no agent DaemonSet is meant for {node}, and none runs there',
  unasked: 'nothing of this manifest runs yet',
  waiting: 'nodes and pods are still being listed',
  unread: UNREAD,
  cut: CUT,
} as const;

export type Words = Say<typeof WORDS>;
