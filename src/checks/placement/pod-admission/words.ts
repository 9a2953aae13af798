/** Everything `pod-admission` can say. */
import type { Say } from '../../../model/check.js';
import { CUT, UNREAD } from '../shared/unread.js';

export const WORDS = {
  securityRefused: "Pod security of namespace {namespace} refuses the agent's pods",
  securityWould: "Pod security {level} of namespace {namespace} forbids the agent's pods",
  refused: "The apiserver refuses the agent's pods: {said}",
  noClass: "PriorityClass {priority} does not exist: the agent's pods are refused",
  noScope: "No quota of namespace {namespace} allows the agent's priority class",
  noScc: "No SecurityContextConstraint admits the agent's pods",
  noAccount: "The agent's ServiceAccount does not exist: its pods are refused",
  noPort: "A policy forbids host port {port}: the agent's pods are refused",
  byWebhook: "Webhook {webhook} refuses the agent's pods",
  tokenTaken: "The agent's pods have no token: admission leaves it out",
  hostTaken: "Admission takes {what} from the agent's pods",
  sawTaken: '{what}: not in the pods on {names}; the pod template has it or leaves it on',
  sawEvent: 'FailedCreate ({count} times, last {last}): {message}',
  sawLabel: 'namespace {namespace}: pod-security.kubernetes.io/enforce={level}',
  sawTemplate: 'the pod template asks for {asks}',
  sawClass: 'PriorityClass {priority}: not found',
  fixNamespace: 'Move the agent to its own namespace that allows privileged pods',
  fixLabel: 'Or allow privileged pods in namespace {namespace}',
  fixQuota: 'Raise the quota ({quotas}), or use another namespace',
  fixScopes: 'Allow the system priority classes in this namespace',
  fixClass: 'Create PriorityClass {priority}, or remove it from the pod',
  fixAccount: 'Create the ServiceAccount of the pod template',
  fixOwnScc: 'Create an SCC for the agent alone, as the Helm chart does',
  fixScc: "Or give the agent's ServiceAccount a SecurityContextConstraint",
  fixPort: 'Add host port {port} to the policy that the message names',
  fixOtlp: 'Receive OTLP without a port of the node',
  fixToken: 'Set automountServiceAccountToken: true in the pod template',
  fixAllowed: 'Allow it in the ServiceAccount, or in the webhook',
  fixExempt: "Exempt the agent's namespace from the policy that changes pods",
  fixWebhook: "Exempt the agent's namespace from the webhook's policy",
  fixOther: 'Correct what the message names',
  none: 'no agent DaemonSet is known',
  waiting: 'the namespace and its events are still being read',
  unread: UNREAD,
  cut: CUT,
} as const;

export type Words = Say<typeof WORDS>;
