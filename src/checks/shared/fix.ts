/** Short forms of a fix, so that a check's fixes read as a list. */

import { isVariable } from '../../kubernetes/names.js';
import type { PolicyYaml } from '../../manifests/egress-policy.js';
import type { Granted } from '../../manifests/needs-yaml.js';
import type { RbacYaml } from '../../manifests/rbac-documents.js';
import type { Effect, Fix, Message } from '../../model/check.js';

/** Verified by running this program again, unless `more` says otherwise. Its parts stand in the order in which they are said. */
export function fixBy(owner: Fix['owner'], changes: Fix['changes'], action: Message, more: Partial<Fix> = {}): Fix {
  const { verify = 'kubelet-doctor' } = more;
  return { ...orBy(owner, changes, action), ...more, verify };
}

/** The other way, after a fix that says already how to verify both. */
export function orBy(owner: Fix['owner'], changes: Fix['changes'], action: Message, more: Pick<Fix, 'steps' | 'form'> = {}): Fix {
  return { owner, changes, action, ...more };
}

/** Commands to paste; nothing when a name in them did not pass its guard. */
export function shell(steps: string | undefined): Pick<Fix, 'steps' | 'form'> {
  return steps === undefined ? {} : { steps, form: 'shell' };
}

/** Commands that only look, or are a part of what a person then does: no `form`, for no machine is done with them. */
export function byHand(steps: string | undefined): Pick<Fix, 'steps'> {
  return steps === undefined ? {} : { steps };
}

/** `NAME=value` lines for the agent's environment; nothing where a name is none, or a value would be another line. */
export function env(variables: Record<string, string | number>): Pick<Fix, 'steps' | 'form'> {
  const entries = Object.entries(variables);
  if (!entries.every(([name, value]) => isVariable(name) && !/[\x00-\x1f\x7f]/.test(String(value)))) return {};
  const lines = entries.map(([name, value]) => `${name}=${value}`);
  return { steps: lines.join('\n'), form: 'env' };
}

/** A manifest, or a patch of one for `kubectl patch --patch-file`; roles, bindings and policies by `grants`. */
export function yaml<S extends string>(steps: S extends RbacYaml | PolicyYaml ? never : S): Pick<Fix, 'steps' | 'form'> {
  return { steps, form: 'yaml' };
}

/** Roles and bindings, or a NetworkPolicy, with what they do. */
export function grants({ yaml: steps, effect }: Granted | { yaml: PolicyYaml; effect: Effect }): Pick<Fix, 'steps' | 'form' | 'effect'> {
  return { steps, form: 'yaml', effect };
}

/** A patch that mounts token and CA; the pod's word wins over its ServiceAccount's. For `kubectl patch daemonset NAME --patch-file`. */
export const AUTOMOUNT = 'spec:\n  template:\n    spec:\n      automountServiceAccountToken: true\n';
