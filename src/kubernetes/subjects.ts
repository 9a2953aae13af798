/** Whom a binding names, and which role: as RBAC's authorizer reads it, and as a person meant it. */
import type { RbacBinding, RbacRole, RbacSubject } from '../model/facts.js';
import { differingLetters } from './near.js';

/** Does this subject of a binding stand for the user? */
export function isSubject(subject: RbacSubject, user: string): boolean {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  if (subject.kind === 'ServiceAccount') return subject.name === name && subject.namespace === namespace;
  if (subject.kind === 'User') return subject.name === user;
  return namespace !== undefined && (subject.name === 'system:serviceaccounts' || subject.name === `system:serviceaccounts:${namespace}`);
}

/** Meant for this account and missing it: another namespace, a letter off, or a user or group of the account's name. */
export function isAlmostSubject(subject: RbacSubject, user: string): boolean {
  const [, namespace = '', name = ''] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  if (!name || isSubject(subject, user)) return false;
  if (subject.kind !== 'ServiceAccount')
    return subject.name === name || subject.name === `${namespace}:${name}` || isNear(subject.name, user);
  if (subject.name === name) return true;
  return subject.namespace === namespace && isNear(subject.name, name);
}

/** One or two letters off; a longer tail (`agent`, `agent-2`) is another name. */
function isNear(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 2 || Math.min(a.length, b.length) < 4) return false;
  if (/\d$/.test(a) !== /\d$/.test(b)) return false;
  return differingLetters(a, b) <= 2;
}

/** Does this binding name this role? */
export function refersTo({ role: ref, namespace }: RbacBinding, role: RbacRole): boolean {
  if (ref.kind !== role.kind || ref.name !== role.name) return false;
  return role.kind === 'ClusterRole' || role.namespace === namespace;
}
