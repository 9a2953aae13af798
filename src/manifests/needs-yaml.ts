/**
 * The smallest ServiceAccount, roles and bindings for a list of needs. Every name is validated and quoted; one that fails its guard gives
 * no manifest at all. Whatever a server said is in here only after that.
 *
 * What a gap needs is made here alone, whoever prints it: a check in its finding, `rbac`, or `rbac --missing --yaml`. Each question about
 * rights has a role of its own, and the same rules have the same name, so that applying both is applying one.
 */

import { isBindableUser, isDnsName, shellQuote } from '../kubernetes/names.js';
import { type RbacState, requesterOf } from '../kubernetes/rbac.js';
import { effectOf, type RbacEffect } from '../kubernetes/rbac-effect.js';
import type { Effect } from '../model/check.js';
import type { RbacRole, ResolvedNeed } from '../model/facts.js';
import { rbacEffect } from './effect.js';
import { type RbacYaml, yamlOf } from './rbac-documents.js';
import { type AccountName, bindingTo, objectsFor, type Subject } from './rbac-objects.js';

export type { AccountName, Subject } from './rbac-objects.js';

export interface ManifestOptions {
  /** The account itself, too; `mounts: false`: of its pods those alone have its token that ask for it. */
  account?: { mounts?: false };
  /** The roles and bindings that are there, where they could be read. */
  before?: RbacState | undefined;
}

/** YAML, and what it does: every right that is needed, no other, for no one else. */
export interface Granted {
  readonly yaml: RbacYaml;
  readonly effect: Effect;
  /** The same with who gets it, for where the YAML stands alone. */
  readonly said: Effect;
}

/** YAML by itself, with its effect above: so it is printed by every command. */
export function withEffect({ yaml, said }: { yaml: string; said: Effect }): string {
  return `# ${said.en}\n${yaml}`;
}

const VERB = /^(\*|[a-z]+)$/;
const RESOURCE = /^[a-z][a-z0-9-]*$/;
const PATH = /^\/[A-Za-z0-9/._*-]*$/;
/** Names of RBAC objects are path segments: colons are common, blanks and slashes are not (validation/path). */
const ROLE_NAME = /^[A-Za-z0-9]([A-Za-z0-9:._-]{0,251}[A-Za-z0-9])?$/;

export function isRoleName(text: string): boolean {
  return ROLE_NAME.test(text);
}

/**
 * What gives `subject` these rights; undefined where a name may not be printed, nothing is needed, or it would not do that or do more.
 */
export function grantTo(
  subject: Subject,
  needs: readonly ResolvedNeed[],
  { before, ...options }: ManifestOptions = {},
): Granted | undefined {
  const yaml = needsYaml(subject, needs, options);
  return yaml === undefined ? undefined : granted(objectsFor(subject, needs), yaml, subject, needs, before);
}

/** The same by binding a ClusterRole that is there, with a role of our own for what it does not grant. */
export function bindTo(
  account: AccountName,
  { role, byRole, needs, before }: { role: RbacRole; byRole: readonly ResolvedNeed[]; needs: readonly ResolvedNeed[]; before: RbacState },
): Granted | undefined {
  if (!isPrintableSubject(account) || !isRoleName(role.name) || !needs.every(isPrintable)) return undefined;
  const rest = objectsFor(
    account,
    needs.filter((need) => !byRole.includes(need)),
  );
  const printed = { roles: rest.roles, bindings: [bindingTo(account, role.name), ...rest.bindings] };
  return granted(printed, yamlOf(printed), account, needs, before);
}

function granted(
  printed: RbacState,
  yaml: RbacYaml,
  subject: Subject,
  needs: readonly ResolvedNeed[],
  before: RbacState | undefined,
): Granted | undefined {
  const user = 'user' in subject ? subject.user : `system:serviceaccount:${subject.namespace}:${subject.name}`;
  const effect = effectOf(printed, requesterOf(user), requestsOf(needs), before);
  const to = 'user' in subject ? subject.user : `${subject.namespace}/${subject.name}`;
  return effect && { yaml, effect: rbacEffect(effect), said: rbacEffect(effect, to) };
}

/** Verb by verb, by the right itself: others that serve as well are more than is needed. */
function requestsOf(needs: readonly ResolvedNeed[]): RbacEffect['added'] {
  return needs.flatMap(({ verbs, group, resource, subresource, name, namespace, path }) =>
    verbs.map((verb) => ({
      verb,
      group,
      resource,
      ...(subresource ? { subresource } : {}),
      ...(name ? { name } : {}),
      ...(namespace ? { namespace } : {}),
      ...(path ? { path } : {}),
    })),
  );
}

/** The YAML alone, to compare it; it has no place in a fix. */
export function needsYaml(subject: Subject, needs: readonly ResolvedNeed[], { account }: ManifestOptions = {}): RbacYaml | undefined {
  if (!isPrintableSubject(subject) || !needs.every(isPrintable)) return undefined;
  const own = account && 'name' in subject ? { ...subject, ...account } : undefined;
  return needs.length === 0 && !own ? undefined : yamlOf(objectsFor(subject, needs), own);
}

/** The same questions through kubectl, one a line. `leases.coordination.k8s.io/NAME` is a name there, `--subresource` a subresource. */
export function canINeeds(account: AccountName, needs: readonly ResolvedNeed[]): string | undefined {
  if (!isDnsName(account.namespace) || !isDnsName(account.name) || !needs.every(isPrintable)) return undefined;
  const as = `--as=${shellQuote(`system:serviceaccount:${account.namespace}:${account.name}`)}`;
  const lines = needs.flatMap((need) => need.verbs.map((verb) => `${canINeed(need, verb)} ${as}`));
  return [...new Set(lines)].join('\n');
}

/** One verb of a need, for whoever runs kubectl. */
export function canINeed(
  { group, resource, subresource, name, namespace, path }: Omit<ResolvedNeed, 'verbs' | 'feature' | 'loses' | 'required' | 'kind'>,
  verb: string,
): string {
  if (path) return `kubectl auth can-i ${verb} ${shellQuote(path)}`;
  const what = `${resource}${group ? `.${group}` : ''}${name ? `/${name}` : ''}`;
  const scope = namespace ? ` -n ${shellQuote(namespace)}` : '';
  return `kubectl auth can-i ${verb} ${shellQuote(what)}${subresource ? ` --subresource=${subresource}` : ''}${scope}`;
}

function isPrintableSubject(subject: Subject): boolean {
  return 'user' in subject ? isBindableUser(subject.user) : isDnsName(subject.namespace) && isDnsName(subject.name);
}

function isPrintable({ verbs, group, resource, subresource, name, namespace, path }: ResolvedNeed): boolean {
  if (!verbs.every((verb) => VERB.test(verb))) return false;
  if (path !== undefined) return PATH.test(path);
  const named = (name === undefined || isRoleName(name)) && (namespace === undefined || isDnsName(namespace));
  return (
    named && (group === '' || isDnsName(group)) && RESOURCE.test(resource) && (subresource === undefined || RESOURCE.test(subresource))
  );
}
