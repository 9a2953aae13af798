/**
 * The smallest ServiceAccount, roles and bindings for a list of needs. Every name is validated and quoted; one that fails its guard gives
 * no manifest at all. Whatever a server said is in here only after that.
 *
 * What a gap needs is made here alone, whoever prints it: a check in its finding, `rbac`, or `rbac --missing --yaml`. Each question about
 * rights has a role of its own, and the same rules have the same name, so that applying both is applying one.
 */

import { isBindableUser, isDnsName, shellQuote } from '../kubernetes/names.js';
import type { ResolvedNeed } from '../model/facts.js';

export interface AccountName {
  namespace: string;
  name: string;
}

/** Whom a role is bound to; a user of certificates has no namespace. */
export type Subject = AccountName | { user: string };

export interface ManifestOptions {
  /** Of all roles and bindings; default: one of its own for each set of rules. */
  roleName?: string;
  withServiceAccount?: boolean;
}

interface Rule {
  groups?: string[];
  resources?: string[];
  names?: string[];
  paths?: string[];
  verbs: string[];
}

const GROUP = 'rbac.authorization.k8s.io';
const VERB = /^(\*|[a-z]+)$/;
const RESOURCE = /^[a-z][a-z0-9-]*$/;
const PATH = /^\/[A-Za-z0-9/._*-]*$/;
/** Names of RBAC objects are path segments: colons are common, blanks and slashes are not (validation/path). */
const ROLE_NAME = /^[A-Za-z0-9]([A-Za-z0-9:._-]{0,251}[A-Za-z0-9])?$/;

export function isRoleName(text: string): boolean {
  return ROLE_NAME.test(text);
}

/** Applyable YAML that gives `subject` these rights; undefined where a name may not be printed or nothing is needed. */
export function needsYaml(subject: Subject, needs: readonly ResolvedNeed[], options: ManifestOptions = {}): string | undefined {
  if (!isPrintableSubject(subject) || !needs.every(isPrintable)) return undefined;
  const groups = options.roleName === undefined ? byQuestion(needs) : [needs];
  const documents = groups.flatMap((group) => roleDocuments(subject, group, options.roleName));
  if (documents.length === 0 && !options.withServiceAccount) return undefined;
  return [...(options.withServiceAccount && 'name' in subject ? [accountYaml(subject)] : []), ...documents].join('\n---\n');
}

/** By the check that speaks of them, in the order they came in. */
function byQuestion(needs: readonly ResolvedNeed[]): ResolvedNeed[][] {
  return [...new Set(needs.map(({ kind }) => kind))].map((kind) => needs.filter((need) => need.kind === kind));
}

/** A role and its binding for each namespace. */
function roleDocuments(subject: Subject, needs: readonly ResolvedNeed[], roleName: string | undefined): string[] {
  // Cluster-wide first ('' sorts before every name; undefined would sort last).
  const scopes = [...new Set(needs.map((need) => need.namespace ?? ''))].sort().map((name) => name || undefined);
  return scopes.flatMap((namespace) => {
    const rules = rulesFor(needs.filter((need) => need.namespace === namespace));
    const name = roleName ?? ownName(subject, rules);
    const kind = namespace === undefined ? 'ClusterRole' : 'Role';
    return [roleYaml(kind, name, namespace, rules), bindingYaml(`${kind}Binding`, name, namespace, kind, name, subject)];
  });
}

/** A ClusterRoleBinding of a ClusterRole that exists, under a name of our own. */
export function bindYaml(account: AccountName, role: string): string | undefined {
  if (!isDnsName(account.namespace) || !isDnsName(account.name) || !isRoleName(role)) return undefined;
  const name = `kubelet-doctor-${account.namespace}-${account.name}-${fingerprint(role)}`;
  return bindingYaml('ClusterRoleBinding', name, undefined, 'ClusterRole', role, account);
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

function roleYaml(kind: string, name: string, namespace: string | undefined, rules: readonly Rule[]): string {
  return [
    ...head(kind, name, namespace),
    'rules:',
    ...rules.flatMap(({ groups, resources, names, paths, verbs }) => [
      ...(paths
        ? [`  - nonResourceURLs: ${flow(paths)}`]
        : [`  - apiGroups: ${flow(groups ?? [''])}`, `    resources: ${flow(resources ?? [])}`]),
      ...(names ? [`    resourceNames: ${flow(names)}`] : []),
      `    verbs: ${flow(verbs)}`,
    ]),
  ].join('\n');
}

function bindingYaml(kind: string, name: string, namespace: string | undefined, roleKind: string, role: string, subject: Subject): string {
  return [
    ...head(kind, name, namespace),
    'roleRef:',
    `  apiGroup: ${GROUP}`,
    `  kind: ${roleKind}`,
    `  name: ${JSON.stringify(role)}`,
    'subjects:',
    ...('user' in subject
      ? ['  - kind: User', `    apiGroup: ${GROUP}`, `    name: ${JSON.stringify(subject.user)}`]
      : ['  - kind: ServiceAccount', `    name: ${JSON.stringify(subject.name)}`, `    namespace: ${JSON.stringify(subject.namespace)}`]),
  ].join('\n');
}

function accountYaml({ namespace, name }: AccountName): string {
  return [
    'apiVersion: v1',
    'kind: ServiceAccount',
    'metadata:',
    `  name: ${JSON.stringify(name)}`,
    `  namespace: ${JSON.stringify(namespace)}`,
  ].join('\n');
}

function head(kind: string, name: string, namespace: string | undefined): string[] {
  return [
    `apiVersion: ${GROUP}/v1`,
    `kind: ${kind}`,
    'metadata:',
    `  name: ${JSON.stringify(name)}`,
    ...(namespace ? [`  namespace: ${JSON.stringify(namespace)}`] : []),
  ];
}

/** Its own name: it replaces neither the agent's role nor an earlier manifest of ours with other rules. */
function ownName(subject: Subject, rules: readonly Rule[]): string {
  const who = 'user' in subject ? subject.user.toLowerCase().replace(/[^a-z0-9.-]+/g, '-') : `${subject.namespace}-${subject.name}`;
  return `${`kubelet-doctor-${who}`.slice(0, 244)}-${fingerprint(JSON.stringify(rules))}`;
}

/** FNV-1a, 32 bits: to tell manifests apart, nothing more. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

function flow(values: readonly string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(', ')}]`;
}
