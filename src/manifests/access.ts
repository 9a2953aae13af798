/** The namespace and the account of a pod of ours, with its rights. */
import { ownNeeds } from '../profiles/own.js';
import { grantTo, withEffect } from './needs-yaml.js';
import type { AccountName } from './rbac-objects.js';

/** A namespace that admits nothing but harmless pods. `level` is what Pod Security Admission lets in: host network is not for `restricted`. */
export function namespaceYaml(name: string, level: 'restricted' | 'privileged'): string {
  return lines(
    'apiVersion: v1',
    'kind: Namespace',
    'metadata:',
    `  name: ${quote(name)}`,
    '  labels:',
    `    pod-security.kubernetes.io/enforce: ${level}`,
  );
}

/**
 * The account and its rights, between these documents; what they do stands above all of them. Of our own account those pods alone have its token that
 * ask for it; another's pods keep what they have. Names that may not be printed were refused before.
 */
export function accessYaml(account: AccountName, isOurs: boolean, [before, after = []]: [string[], string[]?] = [[]]): string {
  const granted = grantTo(account, ownNeeds(), { account: isOurs ? { mounts: false } : {} });
  return granted ? withEffect({ ...granted, yaml: [...before, granted.yaml, ...after].join('\n---\n') }) : '';
}

export function quote(text: string): string {
  return JSON.stringify(text);
}

export function lines(...parts: string[]): string {
  return parts.join('\n');
}

export function indent(by: number, parts: readonly string[]): string[] {
  return parts.map((part) => ' '.repeat(by) + part);
}
