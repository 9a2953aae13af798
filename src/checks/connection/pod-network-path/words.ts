/** Everything `pod-network-path` can say. */
import type { Say } from '../../../model/check.js';

export const WORDS = {
  blocked:
    '{server} answers from the host network of {node} but not from the pod network: the path of the pod (NetworkPolicy or CNI) is the cause',
  apart: '; the two were asked {minutes} minutes apart',
  silent: '{server} answers neither from the pod network nor from the host network: the kubelet of {node} or the node itself is the cause',
  answered: '{server} answers',
  fixPath: 'Let pods of the agent connect to {server}: first its NetworkPolicies (egress), then what the CNI does with node addresses',
  fixHostNetwork: 'Or run the agent in the network of the host (hostNetwork: true), which answers',
  fixNode: 'On {node} see whether the kubelet runs: systemctl status kubelet, then journalctl -u kubelet',
  namedAlready: 'what was found names its cause already',
  untold: 'the host network shows neither an answer of {server} nor the same silence',
} as const;

export type Words = Say<typeof WORDS>;
