/** A NetworkPolicy that opens one port for the pods with these labels, with what it does. Every name in it was checked by whoever asks for it. */
import { type Connection, onlyPort } from '../kubernetes/egress.js';
import type { Effect } from '../model/check.js';
import type { EgressRule } from '../model/facts.js';
import { egressEffect } from './effect.js';

declare const policy: unique symbol;

/** It goes into a fix with its effect alone, as roles do. */
export type PolicyYaml = string & { readonly [policy]: true };

type Server = 'kubelet' | 'apiserver';

export interface Pods {
  namespace: string;
  labels: Readonly<Record<string, string>>;
  /** How many they are today, where that is known. */
  count?: number | undefined;
}

/**
 * A policy isolates whatever it selects (k8s.io/api networking/v1, NetworkPolicySpec.PolicyTypes): so it selects by all the labels that last, of
 * pods that other policies limit already. Undefined without labels, and where it would not open these connections or open more.
 */
export function openFor(
  pods: Pods,
  port: number,
  wanted: readonly Connection[],
  to: Server = 'kubelet',
): { yaml: PolicyYaml; effect: Effect } | undefined {
  const labels = Object.entries(pods.labels).sort(([a], [b]) => (a < b ? -1 : 1));
  const rules: EgressRule[] = [{ ports: [{ from: port, to: port }] }];
  const opened = labels.length > 0 ? onlyPort(rules, wanted) : undefined;
  if (opened === undefined) return undefined;
  const lines = labels.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  const yaml = policyYaml(JSON.stringify(pods.namespace), lines, opened, to) as PolicyYaml;
  return { yaml, effect: egressEffect(pods, opened) };
}

/** With what stands for names that are not known: to be read, and filled in. */
export function policyYaml(namespace: string, labels: readonly string[], port: number, to: Server = 'kubelet'): string {
  return `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: kubelet-doctor-agent-to-${to}
  namespace: ${namespace}
spec:
  podSelector:
    matchLabels:
${labels.map((line) => `      ${line}`).join('\n')}
  policyTypes: ["Egress"]
  egress:
    - ports:
        - protocol: TCP
          port: ${port}
`;
}
