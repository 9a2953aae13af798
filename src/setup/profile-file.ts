/** A profile of the user's own: YAML or JSON, of the same shape as those that ship; what is wrong is named with its line. */
import { posix } from 'node:path';
import type { Fields } from '../files/fields.js';
import type { Host } from '../host/host.js';
import { SENTENCE } from '../host/redact.js';
import type { LockKind } from '../model/facts.js';
import type { PermissionNeed, Profile, ProfileFeature, Scope, VersionRange } from '../profiles/types.js';

const LOCKS: readonly string[] = ['lease', 'configmap', 'endpoints'] satisfies LockKind[];
const KINDS: readonly string[] = ['leader-lock', 'event-bookmark', 'kubelet'];
const MODES: readonly string[] = ['fine-grained', 'classic'];
/** Far more than any agent needs. */
const MOST_NEEDS = 500;

/** Reads and validates a file; relative paths start from the working directory. */
export async function readProfileFile(name: string, host: Host): Promise<Profile | { error: string }> {
  const file = posix.resolve(host.cwd, name);
  const read = await host.readFile(file, 256 * 1024);
  if (!read.ok) return { error: host.redactor.clean(`${name}: ${read.detail}; it is not a built-in profile or a readable file`, SENTENCE) };
  const { readYaml } = await import('../files/yaml-fields.js');
  return readYaml(read.text, name, readProfile);
}

function readProfile(root: Fields): Profile {
  only(root, ['profile', 'title', 'account', 'hints', 'names', 'locks', 'lockSetting', 'features', 'needs']);
  const profile = word(root, 'profile', /^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes');
  const account = root.fields('account');
  only(account, ['namespace', 'name']);
  const features = root.each('features').map(readFeature);
  const names = new Set(features.map((f) => f.feature));
  if (features.length === 0) throw root.fault('features must name at least one feature');
  const needs = root.each('needs').map((need) => readNeed(need, names));
  if (needs.length === 0) throw root.fault('needs must list at least one permission');
  if (needs.length > MOST_NEEDS) throw root.fault(`needs lists more than ${MOST_NEEDS} permissions`, 'needs');
  for (const [i, part] of features.entries())
    for (const other of part.includes ?? [])
      if (!names.has(other)) throw (root.each('features')[i] ?? root).fault(`includes names ${other}, which is not a feature`, 'includes');
  const fields = root.fields('names');
  return {
    profile,
    title: root.text('title') ?? profile,
    account: {
      namespace: word(account, 'namespace', DNS, 'a DNS name'),
      name: word(account, 'name', DNS, 'a DNS name'),
    },
    hints: root.has('hints') ? root.texts('hints') : [profile],
    names: Object.fromEntries(
      fields.keys().map((key) => {
        const each = fields.fields(key);
        only(each, ['variable', 'value']);
        return [key, { variable: each.text('variable'), value: word(each, 'value', DNS, 'a DNS name') }];
      }),
    ),
    locks: root.each('locks').map((lock) => {
      only(lock, ['kind', 'since']);
      return { kind: oneOf(lock, 'kind', LOCKS) as LockKind, since: version(lock, 'since') };
    }),
    ...(root.has('lockSetting') ? { lockSetting: readLockSetting(root.fields('lockSetting')) } : {}),
    features,
    needs,
  };
}

function readLockSetting(fields: Fields): NonNullable<Profile['lockSetting']> {
  only(fields, ['variable', 'since']);
  const since = version(fields, 'since');
  if (since === undefined) throw fields.fault('since is missing: the first version that knows the variable');
  return { variable: word(fields, 'variable', /^[A-Za-z_]\w*$/, 'the name of a variable'), since };
}

const DNS = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

function readFeature(fields: Fields): ProfileFeature {
  only(fields, ['feature', 'loses', 'required', 'always', 'environment', 'unless', 'includes']);
  const feature = word(fields, 'feature', /^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes');
  const environment = pairs(fields, 'environment');
  return {
    feature,
    loses: fields.text('loses') ?? feature,
    required: fields.flag('required'),
    always: fields.flag('always'),
    environment,
    unless: pairs(fields, 'unless'),
    ...(fields.has('includes') ? { includes: fields.texts('includes') } : {}),
  };
}

function pairs(fields: Fields, key: string): string[] {
  const given = fields.texts(key);
  const wrong = given.find((pair) => !/^[A-Za-z_]\w*=.+$/.test(pair));
  if (wrong !== undefined) throw fields.fault(`${key} must hold NAME=value, not ${wrong}`, key);
  return given;
}

const NEED_KEYS = [
  'feature',
  'verbs',
  'group',
  'resource',
  'subresource',
  'path',
  'name',
  'namespace',
  'loses',
  'required',
  'agent',
  'kubernetes',
  'kubelet',
  'lock',
  'kind',
  'unless',
  'when',
];

function readNeed(fields: Fields, features: ReadonlySet<string>): PermissionNeed {
  only(fields, NEED_KEYS);
  const feature = fields.text('feature');
  if (!feature || !features.has(feature)) throw fields.fault(`feature ${feature ?? ''} is not one of features`, 'feature');
  const verbs = fields.texts('verbs');
  if (verbs.length === 0 || !verbs.every((verb) => /^(\*|[a-z]+)$/.test(verb)))
    throw fields.fault('verbs must list verbs such as get', 'verbs');
  if (fields.has('resource') === fields.has('path')) throw fields.fault('a need must have a resource or a path, not both');
  const resource = fields.text('resource');
  if (resource !== undefined && !/^[a-z][a-z0-9-]*$/.test(resource))
    throw fields.fault(`resource ${resource} is not valid; put the subresource under subresource`, 'resource');
  return {
    feature,
    verbs,
    ...pick(fields, ['group', 'resource', 'subresource', 'path', 'name', 'loses']),
    namespace: scope(fields),
    ...(fields.has('required') ? { required: fields.flag('required') } : {}),
    ...(fields.has('agent') ? { agent: range(fields.fields('agent')) } : {}),
    ...(fields.has('kubernetes') ? { kubernetes: range(fields.fields('kubernetes')) } : {}),
    ...(fields.has('kubelet') ? { kubelet: oneOf(fields, 'kubelet', MODES) as 'classic' } : {}),
    ...(fields.has('unless') ? { unless: pairs(fields, 'unless') } : {}),
    ...(fields.has('when') ? { when: pairs(fields, 'when') } : {}),
    ...(fields.has('lock') ? { lock: oneOf(fields, 'lock', LOCKS) as LockKind } : {}),
    ...(fields.has('kind') ? { kind: oneOf(fields, 'kind', KINDS) as 'leader-lock' } : {}),
  };
}

/** `agent`, `cluster-wide`, or `fixed: NAMESPACE`. */
function scope(fields: Fields): Scope {
  const given = fields.raw('namespace');
  if (given === undefined || given === 'cluster-wide') return 'cluster-wide';
  if (given === 'agent') return 'agent';
  if (typeof given === 'string') throw fields.fault('namespace must be agent, cluster-wide or {fixed: NAMESPACE}', 'namespace');
  const inner = fields.fields('namespace');
  only(inner, ['fixed']);
  return { fixed: word(inner, 'fixed', DNS, 'a DNS name') };
}

function range(fields: Fields): VersionRange {
  only(fields, ['since', 'until']);
  return { since: version(fields, 'since'), until: version(fields, 'until') };
}

/** Quoted: YAML would make 1.30 the number 1.3. */
function version(fields: Fields, key: string): string | undefined {
  const given = fields.raw(key);
  if (given === undefined) return undefined;
  if (typeof given !== 'string' || !/^\d+\.\d+(\.\d+)?$/.test(given))
    throw fields.fault(`${key} must be a version in quotes, e.g. "1.30"`, key);
  return given;
}

function word(fields: Fields, key: string, shape: RegExp, words: string): string {
  const given = fields.text(key);
  if (given === undefined) throw fields.fault(`${key} is missing`);
  if (!shape.test(given)) throw fields.fault(`${key} must be ${words}`, key);
  return given;
}

function oneOf(fields: Fields, key: string, known: readonly string[]): string {
  const given = fields.text(key) ?? '';
  if (!known.includes(given)) throw fields.fault(`${key} must be one of ${known.join(', ')}`, key);
  return given;
}

function pick<K extends string>(fields: Fields, keys: K[]): Partial<Record<K, string>> {
  return Object.fromEntries(keys.flatMap((key) => (fields.has(key) ? [[key, fields.text(key) ?? '']] : []))) as Partial<Record<K, string>>;
}

/** A misspelt key would silently ask for less. */
function only(fields: Fields, known: readonly string[]): void {
  const unknown = fields.keys().find((key) => !known.includes(key));
  if (unknown !== undefined) throw fields.fault(`${unknown} is not a known key; use ${known.join(', ')}`, unknown);
}
