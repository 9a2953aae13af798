/** Whom a person meant by a binding that does not name them. */
import type { RbacSubject } from '../model/facts.js';
import { differingLetters } from './near.js';
import { isFor, requesterOf } from './rbac.js';

/** Meant for this account and missing it: another namespace, a letter off, or a user or group of the account's name. */
export function isAlmostSubject(subject: RbacSubject, user: string): boolean {
  const [, namespace = '', name = ''] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  if (!name || isFor(subject, requesterOf(user))) return false;
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
