/** Everything `cluster-dns` can say. */
import type { Say } from '../../../model/check.js';

export const WORDS = {
  fails: 'Cluster DNS does not answer for {name} ({code})',
  doesNotKnow: "This pod's resolver does not know {name}",
  hostNetwork: 'The host network pod cannot resolve {name}',
  nameUnknown: "The apiserver's name {name} does not resolve",
  noName: 'the apiserver is addressed by IP, and this is not a pod',
  debugPod: "the node's resolver answered here, not the agent's",
  notAsked: 'no name was looked up',
  waiting: 'no answer for {name} yet',
  sawDns: '{code} from {nameservers}, asked for {asked}',
  sawSilence: '{code} from {nameservers}, asked for {asked}: {unanswered} of {of} questions unanswered',
  serviceAnswers: 'the service address {endpoint} answers without DNS',
  serviceFails: 'the service address {endpoint} also fails: {code}',
  fixPods: 'Check that the DNS pods run, and read their log',
  fixPolicy: 'Allow port 53 (UDP and TCP) from this pod to cluster DNS',
  fixPolicyClusterFirst: 'Set dnsPolicy: ClusterFirst in the pod template',
  fixHostNet: 'Set dnsPolicy: ClusterFirstWithHostNet in the pod template',
  fixName: "Correct the apiserver's name (from {source})",
  fixResolver: "Check this machine's resolver",
} as const;

export type Words = Say<typeof WORDS>;
