/** Everything `pod-network-path` can say. */
import type { Say } from '../../../model/check.js';

export const WORDS = {
  blocked: "The agent's pod on {node} cannot reach {server}",
  apart: 'the two reports are {minutes} minutes apart',
  silent: 'No network of {node} reaches {server}',
  answered: '{server} answers',
  fixPath: "Allow the agent's pods egress to {server}",
  fixHostNetwork: 'Run the agent in the host network (hostNetwork: true)',
  fixNode: 'Check whether the kubelet runs on {node}',
  namedAlready: 'the finding already names its cause',
  untold: 'the host network shows neither an answer from {server} nor the same failure',
} as const;

export type Words = Say<typeof WORDS>;
