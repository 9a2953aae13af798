/** Roles and bindings for a list of needs, as objects: what is printed of them is what their effect is computed of. */
import type { RbacState } from '../kubernetes/rbac.js';
import type { RbacBinding, RbacRole, RbacRule, RbacSubject, ResolvedNeed } from '../model/facts.js';

export interface AccountName {
  namespace: string;
  name: string;
}

/** Whom a role is bound to; a user of certificates has no namespace. */
export type Subject = AccountName | { user: string };

/** A rule with only the fields it is written with. */
export interface Rule {
  groups?: string[];
  resources?: string[];
  names?: string[];
  paths?: string[];
  verbs: string[];
}

/** Each question about rights has a role of its own, one for each namespace; the same rules have the same name. */
export function objectsFor(subject: Subject, needs: readonly ResolvedNeed[]): RbacState {
  const pairs = byQuestion(needs).flatMap((group) => pairsFor(subject, group));
  return { roles: pairs.map(({ role }) => role), bindings: pairs.map(({ binding }) => binding) };
}

/** By the check that speaks of them, in the order they came in. */
function byQuestion(needs: readonly ResolvedNeed[]): ResolvedNeed[][] {
  return [...new Set(needs.map(({ kind }) => kind))].map((kind) => needs.filter((need) => need.kind === kind));
}

/** A role and its binding for each namespace. */
function pairsFor(subject: Subject, needs: readonly ResolvedNeed[]): { role: RbacRole; binding: RbacBinding }[] {
  // Cluster-wide first ('' sorts before every name; undefined would sort last).
  const scopes = [...new Set(needs.map((need) => need.namespace ?? ''))].sort();
  return scopes.map((scope) => {
    const rules = rulesFor(needs.filter((need) => (need.namespace ?? '') === scope));
    const name = ownName(subject, rules);
    const at = scope === '' ? {} : { namespace: scope };
    const kind = scope === '' ? 'ClusterRole' : 'Role';
    const role: RbacRole = { kind, name, ...at, rules: rules.map(asRead) };
    const subjects = [subjectOf(subject)];
    return { role, binding: { kind: `${kind}Binding`, name, ...at, role: { kind, name }, subjects } };
  });
}

/** A ClusterRoleBinding of a ClusterRole that exists, under a name of our own. */
export function bindingTo(account: AccountName, role: string): RbacBinding {
  return {
    kind: 'ClusterRoleBinding',
    name: ownName(account, role),
    role: { kind: 'ClusterRole', name: role },
    subjects: [subjectOf(account)],
  };
}

function subjectOf(subject: Subject): RbacSubject {
  return 'user' in subject
    ? { kind: 'User', name: subject.user }
    : { kind: 'ServiceAccount', name: subject.name, namespace: subject.namespace };
}

function asRead({ verbs, groups = [], resources = [], names = [], paths = [] }: Rule): RbacRule {
  return { verbs, groups, resources, names, paths };
}

/** Needs of one scope as few rules: what has the same verbs, group and name stands together; `create` never has a name. */
function rulesFor(needs: readonly ResolvedNeed[]): Rule[] {
  const rules = new Map<string, Rule>();
  const add = (key: string, rule: Rule, list: 'resources' | 'paths', value: string) => {
    const kept = rules.get(key) ?? rule;
    const values = new Set([...(kept[list] ?? []), value]);
    rules.set(key, { ...kept, [list]: [...values].sort() });
  };
  for (const need of merged(needs)) {
    const { group, resource, subresource, name, path } = need;
    for (const [verbs, named] of splitCreate(need.verbs, name)) {
      if (path !== undefined) add(`path ${verbs}`, { verbs }, 'paths', path);
      else {
        const key = `${verbs} ${group} ${named ?? ''}`;
        add(
          key,
          { groups: [group], verbs, ...(named ? { names: [named] } : {}) },
          'resources',
          subresource ? `${resource}/${subresource}` : resource,
        );
      }
    }
  }
  return [...rules.values()];
}

/** Needs about the same thing, with their verbs together. */
function merged(needs: readonly ResolvedNeed[]): ResolvedNeed[] {
  const kept = new Map<string, ResolvedNeed>();
  for (const need of needs) {
    const key = [need.group, need.resource, need.subresource, need.name, need.path].join(' ');
    const before = kept.get(key);
    kept.set(key, { ...need, verbs: [...new Set([...(before?.verbs ?? []), ...need.verbs])] });
  }
  return [...kept.values()];
}

/** A request to create has no name yet, so that a rule with names never allows it. */
function splitCreate(verbs: readonly string[], name: string | undefined): [string[], string | undefined][] {
  const others = verbs.filter((verb) => verb !== 'create');
  if (!name || others.length === verbs.length) return [[[...verbs], name]];
  return [...(others.length > 0 ? [[others, name] as [string[], string]] : []), [['create'], undefined]];
}

/**
 * Its own name: it replaces neither the agent's role, nor an earlier manifest of ours with other contents, nor what was given to another subject. A
 * namespace has no dot, so that a-b/c and a/b-c differ; a user, and what is too long, differ by the fingerprint.
 */
function ownName(subject: Subject, contents: string | readonly Rule[]): string {
  const [said, whole] =
    'user' in subject
      ? [subject.user.toLowerCase().replace(/[^a-z0-9.-]+/g, '-'), [subject.user]]
      : [`${subject.namespace}.${subject.name}`, [subject.namespace, subject.name]];
  return `${`kubelet-doctor-${said}`.slice(0, 244)}-${fingerprint(JSON.stringify([...whole, contents]))}`;
}

/** FNV-1a, 32 bits: to tell manifests apart, nothing more. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
