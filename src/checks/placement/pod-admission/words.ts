/** Everything `pod-admission` can say. */
import type { Say } from '../../../model/check.js';

export const WORDS = {
  securityRefused: "The namespace {namespace} refuses the agent's pods: {said}",
  securityWould: "The namespace {namespace} enforces pod security {level}: it refuses the agent's pods, which ask for {asks}",
  refused: "The apiserver refuses the agent's pods: {said}",
  noClass: "The agent's pods name the PriorityClass {priority}, which does not exist: the apiserver refuses them",
  sawEvent: 'FailedCreate, {count} times, last {last}: {message}',
  sawLabel: 'namespace {namespace}: pod-security.kubernetes.io/enforce={level}',
  sawTemplate: 'the pod template asks for {asks}',
  sawClass: 'PriorityClass {priority}: not found',
  fixLabel: 'Let the namespace {namespace} run privileged pods; keep nothing but the agent in it',
  fixQuota: 'Raise the quota, or deploy the agent where none is ({quotas})',
  fixScopes: 'Allow pods of the system priority classes in this namespace',
  fixClass: 'Create the PriorityClass {priority}, or take the name out of the pod template',
  fixAccount: 'Create the ServiceAccount that the pod template names',
  fixScc:
    "Give the agent's ServiceAccount a SecurityContextConstraint that allows what it asks for (the chart: agents.podSecurity.securityContextConstraints.create)",
  fixWebhook: "Let the policy behind the webhook {webhook} except the agent's namespace",
  fixOther: 'Correct what the message names; the controller tries again by itself',
  none: 'no DaemonSet of an agent is known',
  waiting: 'the namespace and its events are still being read',
  closed: 'the namespace and its events are not ours to read from here',
} as const;

export type Words = Say<typeof WORDS>;
