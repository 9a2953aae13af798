/**
 * Roles and bindings as the apiserver decides by them: pkg/registry/rbac/validation (rule.go), pkg/apis/rbac/v1/evaluation_helpers.go, and for
 * aggregation pkg/controller/clusterroleaggregation. `test/cluster/agreement-rbac.test.ts` compares it with a real apiserver.
 */

import type { Requirement } from '../model/facts/placement.js';
import type { AccessAnswer, RbacBinding, RbacRole, RbacRule, RbacSubject } from '../model/facts.js';
import { holds } from './affinity.js';

/** Whoever asks, with all groups. */
export interface Requester {
  user: string;
  groups: readonly string[];
}

/** One request; with `path` it is about no resource. */
export type AccessRequest = Pick<AccessAnswer, 'verb' | 'group' | 'resource' | 'subresource' | 'name' | 'namespace' | 'path'>;

/** Roles with their rules, as they are after aggregation, and bindings. */
export interface RbacState {
  roles: readonly RbacRole[];
  bindings: readonly RbacBinding[];
}

const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;
/** The apiserver asks no authorizer about this group. */
const MASTERS = 'system:masters';

/** With the groups that the apiserver gives to this user on its own (apiserver, authentication/group and serviceaccount/util). */
export function requesterOf(user: string, groups: readonly string[] = []): Requester {
  const [, namespace] = ACCOUNT.exec(user) ?? [];
  const own = namespace === undefined ? [] : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  const everyone = user === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated';
  return { user, groups: [...new Set([...groups, ...own, everyone])] };
}

/** May they? */
export function isAllowed(state: RbacState, who: Requester, request: AccessRequest): boolean {
  if (who.groups.includes(MASTERS)) return true;
  const namespace = request.path === undefined ? request.namespace : undefined;
  return rulesFor(state, who, namespace).some((rule) => ruleAllows(rule, request));
}

/** The rules that count in this namespace, or where there is none: those of ClusterRoleBindings, and of RoleBindings there. */
function rulesFor({ roles, bindings }: RbacState, who: Requester, namespace?: string): RbacRule[] {
  return bindings
    .filter((binding) => binding.kind === 'ClusterRoleBinding' || (namespace !== undefined && binding.namespace === namespace))
    .filter((binding) => binds(binding, who))
    .flatMap((binding) => roles.filter((role) => refersTo(binding, role)).flatMap(({ rules }) => rules));
}

/** Is it for them? */
export function binds({ kind, namespace, subjects }: RbacBinding, who: Requester): boolean {
  return subjects.some((subject) => isFor(subject, who, kind === 'RoleBinding' ? namespace : undefined));
}

/** `namespace`: of the RoleBinding, where an account that names none is. */
export function isFor({ kind, name, namespace: own }: RbacSubject, { user, groups }: Requester, namespace?: string): boolean {
  if (kind === 'User') return user === name;
  if (kind === 'Group') return groups.includes(name);
  const at = own || namespace;
  return kind === 'ServiceAccount' && at !== undefined && user === `system:serviceaccount:${at}:${name}`;
}

/** Does this binding name this role? A Role is one of the binding's own namespace. */
export function refersTo({ kind, role: ref, namespace }: RbacBinding, role: RbacRole): boolean {
  if (ref.kind !== role.kind || ref.name !== role.name) return false;
  return role.kind === 'ClusterRole' || (kind === 'RoleBinding' && role.namespace === namespace);
}

/** Does this rule allow it, where it counts? */
export function ruleAllows(rule: RbacRule, { verb, group, resource, subresource, name, path }: AccessRequest): boolean {
  if (!has(rule.verbs, verb)) return false;
  if (path !== undefined) return rule.paths.some((each) => isPath(each, path));
  return has(rule.groups, group) && rule.resources.some((each) => isResource(each, resource, subresource)) && isNamed(rule.names, name);
}

function has(values: readonly string[], value: string): boolean {
  return values.includes('*') || values.includes(value);
}

/** A pattern of many stars is searched once, not once for each. */
function withoutStars(pattern: string): string {
  let end = pattern.length;
  while (end > 0 && pattern[end - 1] === '*') end -= 1;
  return pattern.slice(0, end);
}

function isPath(pattern: string, path: string): boolean {
  return pattern === path || (pattern.endsWith('*') && path.startsWith(withoutStars(pattern)));
}

/** `*` is everything with all subresources, `*` before a slash every resource; after a slash a star is only a star. */
function isResource(pattern: string, resource: string, subresource: string | undefined): boolean {
  if (pattern === '*') return true;
  return subresource ? pattern === `${resource}/${subresource}` || pattern === `*/${subresource}` : pattern === resource;
}

/** A request without a name (list, create) is allowed by no rule with names. */
function isNamed(names: readonly string[], name: string | undefined): boolean {
  return names.length === 0 || names.includes(name ?? '');
}

/** What an aggregated ClusterRole takes its rules from: all of one selector, any of several. */
export interface LabelSelector {
  matchLabels?: Readonly<Record<string, string>>;
  matchExpressions?: readonly Requirement[];
}

/** A role as it is written. */
export interface WrittenRole extends RbacRole {
  labels?: Readonly<Record<string, string>>;
  /** Its own rules are replaced by those of the ClusterRoles that match. */
  aggregates?: readonly LabelSelector[];
}

/** With the rules that the controller fills in, once it is through: those of aggregated ones may be aggregated again. */
export function aggregated(roles: readonly WrittenRole[]): RbacRole[] {
  let filled: WrittenRole[] = roles.map((role) => (role.aggregates ? { ...role, rules: [] } : role));
  for (let size = -1; size !== sizeOf(filled); ) {
    size = sizeOf(filled);
    const before = filled;
    filled = before.map((role) => (role.aggregates ? { ...role, rules: gathered(role, before) } : role));
  }
  return filled.map(({ labels: _, aggregates: __, ...role }) => role);
}

function gathered({ name, aggregates = [] }: WrittenRole, roles: readonly WrittenRole[]): RbacRule[] {
  const matching = roles.filter((role) => role.kind === 'ClusterRole' && role.name !== name);
  const rules = matching.flatMap((role) => (aggregates.some((each) => selects(each, role.labels ?? {})) ? role.rules : []));
  return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
}

/** An empty one selects everything. */
function selects({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const equal = Object.entries(matchLabels).map(([key, value]): Requirement => ({ key, operator: 'In', values: [value] }));
  return [...equal, ...matchExpressions].every((each) => holds(each, labels));
}

function sizeOf(roles: readonly RbacRole[]): number {
  return roles.reduce((sum, { rules }) => sum + rules.length, 0);
}
