/**
 * Why is the right missing: is it the role, its binding, or what the binding says? Told from the roles and bindings themselves, where they may
 * be read. A role that is bound and only lacks a rule is no answer of this question: the missing right then stands by itself.
 */

import { isAlmostSubject, isSubject, refersTo } from '../../kubernetes/subjects.js';
import { bindYaml, canINeeds, isRoleName, needsYaml } from '../../manifests/needs-yaml.js';
import { defineCheck, type Evidence, type Fix } from '../../model/check.js';
import type { RbacBinding, RbacObjects, RbacRole, RbacRule, RbacSubject, ResolvedNeed } from '../../model/facts.js';
import { describeNeed } from '../../profiles/access.js';
import { AGENT_RIGHTS } from '../shared/distributions.js';
import { failure, seen } from '../shared/read.js';
import { grantedBy, lossesOf, RIGHTS_NEEDS, type Rights, rightsOf, severityOf } from './rights.js';

const OBJECTS = 'kubectl get clusterrolebindings,rolebindings -A -o wide';

export const rbacBinding = defineCheck({
  question: 'rbac-binding',
  asks: 'Do roles and bindings reach the agent?',
  target: 'apiserver',
  layer: 'authz',
  required: false,
  needs: [...RIGHTS_NEEDS, 'apiserver/rbac-objects'],
  words: {
    roleMissing: 'The ClusterRole of {user} is gone: nothing grants it {rights}',
    noRole: '{user} has no role of the agent: nothing grants it {rights}',
    bindingMissing: 'ClusterRole {role} grants what is missing and nothing binds it to {user}',
    dangling: '{binding} gives {user} a role that does not exist: {gone}; there is {role}',
    narrow: '{binding} is a RoleBinding: it gives {user} nothing on {rights}, which belongs to no namespace',
    differs: '{binding} grants what is missing to {subject}, not to {user}',
    saw: '{what}',
    sawBinding: '{kind} {name} → {role}: {subjects}',
    sawGone: '{gone}: not found',
    sawNothing: 'no binding gives {user} a role about it',
    bind: 'Bind {role} to {user}: apply this, then run again with --wait',
    create: 'Give {user} a role of its own: apply this (or let the chart create it again: rbac.create), then run again with --wait',
    correct: 'Or correct the subject in {binding}',
    held: 'every right is held',
    ruleLacks: 'a role is bound to {user}; it lacks a rule',
    notKnown: 'rights not judged',
    notOurs: 'roles and bindings are not ours to read',
    partly: 'there are more roles and bindings than were read',
  },
  causes: {
    'role-missing': {
      title: 'role of the agent missing',
      means: 'No role grants the agent anything: there is none, or the one its binding names was deleted.',
      happens: 'Installed with rbac.create=false, the ClusterRole cleaned up by another release, or only a part of the manifests applied.',
      distributions: AGENT_RIGHTS,
      confirm:
        'The role, and what binds the account:\n\n    kubectl get clusterroles | grep datadog\n    kubectl get clusterrolebindings -o wide | grep NAME',
      fix: 'Create role and binding again, from the chart or as printed.',
      avoid:
        'Do not bind cluster-admin: whoever takes over one agent pod then owns the cluster. Do not grant anything to system:anonymous or to the namespace’s `default` account either.',
    },
    'binding-missing': {
      title: 'binding of the agent’s role missing',
      means: 'The role is there and grants what is needed; no binding gives it to the ServiceAccount.',
      happens:
        'A release was renamed or moved and its binding deleted; or a ServiceAccount of another name was set (serviceAccountName) without a binding.',
      distributions: AGENT_RIGHTS,
      confirm: '`kubectl get clusterrolebindings -o wide | grep ROLE` shows nothing.',
      fix: 'A ClusterRoleBinding of that role to the ServiceAccount.',
      avoid:
        'Do not bind cluster-admin: whoever takes over one agent pod then owns the cluster. Do not grant anything to system:anonymous or to the namespace’s `default` account either.',
    },
    'dangling-binding': {
      title: 'binding to a role that does not exist',
      means: 'The binding names the ServiceAccount and a role that is not there. RBAC ignores it without a word.',
      happens: 'The role was renamed, or roleRef is misspelt: the apiserver accepts a binding to a role that does not exist.',
      confirm:
        'The binding’s roleRef, then the role of that name:\n\n    kubectl get clusterrolebinding NAME -o jsonpath={.roleRef.name}\n    kubectl get clusterrole ROLE',
      fix: 'A binding to the right role. roleRef cannot be changed: delete the old binding afterwards.',
      avoid:
        'Do not bind cluster-admin: whoever takes over one agent pod then owns the cluster. Do not grant anything to system:anonymous or to the namespace’s `default` account either.',
    },
    'role-binding-too-narrow': {
      title: 'RoleBinding where a ClusterRoleBinding is needed',
      means:
        'A RoleBinding grants only inside its namespace. Nodes and their subresources are in none, so nothing of the rule about nodes counts.',
      happens: 'A ClusterRole bound with a RoleBinding, as for tenants, or manifests that were made to fit one namespace.',
      confirm: '`kubectl get rolebindings -A -o wide | grep NAME`.',
      fix: 'A ClusterRoleBinding of the same ClusterRole.',
      avoid: 'Do not add a RoleBinding in every namespace: nodes are in none. Do not bind cluster-admin.',
    },
    'binding-subject-differs': {
      title: 'binding names another subject',
      means: 'The binding grants what is needed, to somebody else: another namespace, a misspelt name, a user or group of that name.',
      happens: 'Manifests say `namespace: default` and the agent runs in another one; sed over manifests; a renamed ServiceAccount.',
      confirm:
        'The subjects, against account and namespace of the pod:\n\n    kubectl get clusterrolebinding NAME -o jsonpath={.subjects}\n    kubectl -n NAMESPACE get pod POD -o jsonpath={.spec.serviceAccountName}',
      fix: 'A binding with the right namespace and name; afterwards the old subject can go.',
      avoid: 'Do not bind to the group system:serviceaccounts or system:authenticated to be sure to hit it: that is everyone.',
    },
  },
  judge(view, say) {
    const rights = rightsOf(view);
    const fact = view.one('apiserver/rbac-objects');
    if (!rights) return { kind: 'not-applicable', why: say('notKnown') };
    const { account, missing, profile } = rights;
    const { user } = account;
    if (missing.length === 0) return { kind: 'pass', note: say('held') };
    const objects = seen(fact);
    if (!objects)
      return {
        kind: 'cannot-tell',
        why: say(failure(fact) ? 'notOurs' : 'notKnown'),
        wants: [{ need: 'apiserver/rbac-objects', elsewhere: OBJECTS }],
      };

    const found = findFault(objects, user, missing, profile.needs);
    if (!found)
      return objects.complete ? { kind: 'pass', note: say('ruleLacks', { user }) } : { kind: 'cannot-tell', why: say('partly'), wants: [] };
    const list = listed(missing);
    const { cause, binding, role, subject } = found;
    const names = { user, rights: list, role: role?.name ?? '', binding: binding ? `${binding.kind} ${binding.name}` : '' };
    const gone = binding ? `${binding.role.kind} ${binding.role.name}` : '';
    const title = {
      'role-missing': () => say(binding ? 'roleMissing' : 'noRole', names),
      'binding-missing': () => say('bindingMissing', names),
      'dangling-binding': () => say('dangling', { ...names, gone }),
      'role-binding-too-narrow': () => say('narrow', names),
      'binding-subject-differs': () => say('differs', { ...names, subject: subject ? nameOf(subject) : '' }),
    }[cause]();
    const saw = binding
      ? say('sawBinding', {
          kind: binding.kind,
          name: binding.name,
          role: `${binding.role.kind} ${binding.role.name}`,
          subjects: binding.subjects.map(nameOf).join(', '),
        })
      : say('sawNothing', { user });
    const evidence: Evidence[] = [{ need: 'apiserver/rbac-objects', subject: '', saw, reproduce: fact.reproduce }];
    if (objects.gone.length > 0)
      evidence.push({ need: 'apiserver/rbac-objects', subject: '', saw: say('sawGone', { gone: objects.gone.join(', ') }) });
    if (role)
      evidence.push({
        need: 'apiserver/rbac-objects',
        subject: '',
        saw: say('saw', { what: `${role.kind} ${role.name}: ${listed(grantedBy(role.rules, missing))}` }),
      });
    const fixes = [fixOf(rights, role, say(role && isRoleName(role.name) ? 'bind' : 'create', names))];
    if (subject && binding && isRoleName(binding.name))
      fixes.push({
        owner: 'cluster',
        changes: 'config',
        action: say('correct', names),
        steps: `kubectl edit ${binding.kind.toLowerCase()} ${binding.name}${inNamespace(binding)}`,
      });
    return {
      kind: 'problem',
      cause,
      severity: severityOf(missing),
      certainty: 'proven',
      title,
      features: lossesOf(missing),
      evidence,
      fixes,
    };
  },
});

type Cause = 'role-missing' | 'binding-missing' | 'dangling-binding' | 'role-binding-too-narrow' | 'binding-subject-differs';

interface Fault {
  cause: Cause;
  binding?: RbacBinding;
  /** A ClusterRole that grants at least a part of what is missing. */
  role?: RbacRole;
  subject?: RbacSubject;
}

/** The nearest explanation first: what was written for this account, then for almost this one, then for none. */
function findFault(
  { bindings, roles, gone, complete }: RbacObjects,
  user: string,
  missing: readonly ResolvedNeed[],
  needs: readonly ResolvedNeed[],
): Fault | undefined {
  const useful = roles.filter((role) => grantedBy(role.rules, missing).length > 0);
  const roleOf = (binding: RbacBinding) => useful.find((role) => refersTo(binding, role));
  const mine = bindings.filter((binding) => binding.subjects.some((subject) => isSubject(subject, user)));
  const clusterWide = missing.filter((need) => need.namespace === undefined);

  for (const binding of mine) {
    const role = roleOf(binding);
    if (binding.kind === 'RoleBinding' && role && grantedBy(role.rules, clusterWide).length > 0)
      return { cause: 'role-binding-too-narrow', binding, ...(role.kind === 'ClusterRole' ? { role } : {}) };
  }
  const unbound = useful.filter((role) => role.kind === 'ClusterRole' && !bindings.some((binding) => refersTo(binding, role)));
  const spare = unbound.sort((a, b) => grantedBy(b.rules, missing).length - grantedBy(a.rules, missing).length)[0];
  const lost = mine.find((binding) => gone.includes(keyOf(binding)));
  if (lost) return spare ? { cause: 'dangling-binding', binding: lost, role: spare } : { cause: 'role-missing', binding: lost };
  for (const binding of bindings) {
    const subject = binding.subjects.find((each) => isAlmostSubject(each, user));
    const role = subject && binding.kind === 'ClusterRoleBinding' ? roleOf(binding) : undefined;
    if (subject && role && !mine.includes(binding)) return { cause: 'binding-subject-differs', binding, subject, role };
  }
  if (spare) return { cause: 'binding-missing', role: spare };
  // A role of the account that is about other things is not the agent's.
  const about = (role: RbacRole) => role.rules.some((rule) => needs.some((need) => isAbout(rule, need)));
  const bound = roles.some((role) => about(role) && mine.some((binding) => refersTo(binding, role)));
  return !bound && complete ? { cause: 'role-missing' } : undefined;
}

/** Does this rule speak of the same resource, whatever it grants? */
function isAbout({ resources, groups }: RbacRule, { resource, group }: ResolvedNeed): boolean {
  return resources.some((each) => each === '*' || each.split('/')[0] === resource) && (groups.includes(group) || groups.includes('*'));
}

/** The role that is there, bound; and for what it does not grant a role of our own. */
function fixOf(rights: Rights, role: RbacRole | undefined, action: Fix['action']): Fix {
  const { name, missing } = rights;
  const verify = (name && canINeeds(name, missing)) ?? 'kubelet-doctor rbac';
  const fix: Fix = { owner: 'cluster', changes: 'config', action, verify };
  if (!name) return fix;
  const bound = role && bindYaml(name, role.name);
  const granted = bound && role ? grantedBy(role.rules, missing) : [];
  const rest = needsYaml(
    name,
    missing.filter((need) => !granted.includes(need)),
  );
  const steps = [bound, rest].filter((part) => part !== undefined).join('\n---\n');
  return steps ? { ...fix, steps, form: 'yaml' } : fix;
}

function listed(needs: readonly ResolvedNeed[]): string {
  const words = needs.map(describeNeed);
  return words.length > 6 ? `${words.slice(0, 5).join(', ')} and ${words.length - 5} more` : words.join(', ');
}

function nameOf({ kind, namespace, name }: RbacSubject): string {
  return `${kind} ${namespace ? `${namespace}/` : ''}${name}`;
}

function keyOf({ role, namespace }: RbacBinding): string {
  return role.kind === 'Role' ? `Role/${namespace}/${role.name}` : `${role.kind}/${role.name}`;
}

function inNamespace({ namespace }: RbacBinding): string {
  return namespace && isRoleName(namespace) ? ` -n ${namespace}` : '';
}
