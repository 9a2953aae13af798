/** Everything `cluster-dns` can say. */
import type { Say } from '../../../model/check.js';

export const WORDS = {
  fails: 'Cluster DNS fails: {name} gets no answer ({code}) from {nameservers}',
  doesNotKnow: 'The resolver of this pod ({nameservers}) does not know {name}: it is not cluster DNS, or cluster DNS is incomplete',
  hostNetwork:
    "This pod is in the host's network with the node's resolver ({nameservers}), which does not know cluster names such as {name}",
  nameUnknown: "The apiserver's name {name} does not resolve here ({code} from {nameservers})",
  noName: 'the apiserver is addressed by IP, and this is no pod: cluster DNS is not in use',
  debugPod: "asked in the host's network, with the node's resolver: that says nothing of the agent",
  notAsked: 'no name was looked up',
  waiting: 'still waiting for the nameservers about {name}',
  sawDns: '{code}: asked {asked} of {nameservers}',
  serviceAnswers: 'the service address {endpoint} answers without DNS',
  serviceFails: 'the service address {endpoint} fails too: {code}',
  fixPods: 'Look at the DNS pods: are they running, and what do they log?',
  fixPolicy: 'Let this pod reach port 53 (UDP and TCP) of the DNS service: look for a NetworkPolicy that restricts its egress',
  fixPolicyClusterFirst: 'Give the pod cluster DNS: dnsPolicy ClusterFirst',
  fixHostNet: 'Give the pod cluster DNS in the host network: dnsPolicy ClusterFirstWithHostNet',
  fixName: 'Correct the name ({source}), or connect to the network whose resolver knows it (VPN)',
  fixResolver: "Look at this machine's resolver: it does not answer for the name",
} as const;

export type Words = Say<typeof WORDS>;
