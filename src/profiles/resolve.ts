/** From a profile to a concrete list of needs: features, versions, lock, names and namespaces chosen. Pure. */
import type { LockKind, ResolvedNeed, ResolvedProfile } from '../model/facts.js';
import { readsAsTrue } from './datadog-settings.js';
import type { PermissionNeed, Profile, ProfileFeature, VersionRange } from './types.js';

export interface Choices {
  source: string;
  /** By --feature; `all` is every one. */
  asked: readonly string[];
  /** The agent's environment, as far as it is the agent's. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Missing: the newest. */
  agentVersion?: { value: string; from: string };
  /** Of the apiserver: which APIs there are. */
  kubernetesVersion?: { value: string; from: string };
  /** Of every kubelet in question: which rights they ask for. */
  kubeletVersions: readonly string[];
  namespace: { value: string; from: string };
  inDepth: boolean;
  /** The agent's own settings are not in sight: what `environment` does not say may be set all the same. */
  outOfSight?: boolean;
  /** Which checks of conf.d are configured, and whether they run under this account. */
  checks?: Readonly<Record<string, RunsWhere>> | undefined;
}

/** `somewhere`: here, or on cluster checks runners, as its configuration was not read. `unset`: it has none, so it runs here if it runs. */
export type RunsWhere = 'here' | 'elsewhere' | 'somewhere' | 'unset';

export function resolveProfile(profile: Profile, given: Choices): ResolvedProfile {
  const choices = inToday(profile, given);
  const on = featuresOn(profile, choices);
  const kubelet = kubeletRights(choices.kubeletVersions, choices.kubernetesVersion?.value);
  const lock = lockOf(profile, choices);
  const needsWith = (kind: LockKind | undefined) =>
    dedupe(
      profile.needs
        .filter((need) => on.has(need.feature) && applies(need, choices, kubelet, kind))
        .map((need) => concrete(profile, need, choices, { kubelet, why: on.get(need.feature) ?? '' })),
    );
  const needs = needsWith(lock?.kind);
  const otherLock = lock?.other ? needsWith(lock.other).filter(({ kind }) => kind === 'leader-lock') : [];
  return {
    profile: profile.profile,
    source: choices.source,
    features: [...on].map(([feature, why]) => ({ feature, why })),
    off: profile.features.map((f) => f.feature).filter((feature) => !on.has(feature)),
    ...(choices.outOfSight ? { unseen: unseenIn(profile, on) } : {}),
    agentVersion: given.agentVersion ?? { value: 'newest', from: 'not known: the newest is assumed' },
    kubernetesVersion: choices.kubernetesVersion ?? { value: 'newest', from: 'not known: the newest is assumed' },
    kubelet,
    ...(lock ? { lock: lock.kind, lockFrom: lock.from } : {}),
    ...(otherLock.length > 0 ? { otherLock } : {}),
    namespace: choices.namespace,
    hints: profile.hints,
    needs,
    deprecated: deprecations(needs, choices.kubernetesVersion?.value),
    inDepth: choices.inDepth,
  };
}

/** Every variable of the agent's that a profile goes by. */
export function variablesOf({ names = {}, lockSetting, features, needs }: Profile): string[] {
  const pairs = [
    ...features.flatMap(({ environment = [], unless = [] }) => [...environment, ...unless]),
    ...needs.flatMap(({ unless = [], when = [] }) => [...unless, ...when]),
  ];
  const named = [...Object.values(names).flatMap(({ variable }) => variable ?? []), ...(lockSetting ? [lockSetting.variable] : [])];
  return [...new Set([...named, ...pairs.map((pair) => pair.split('=')[0] ?? '')])];
}

/** Names of features that the profile does not know. */
export function unknownFeatures(profile: Profile, asked: readonly string[]): string[] {
  return asked.filter((name) => name !== 'all' && !profile.features.some((f) => f.feature === name));
}

/** `7.47` < `7.52.1`; a tag that is no version (`latest`) compares as the newest. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [numbersOf(a), numbersOf(b)];
  for (let i = 0; i < 3; i++) if ((x[i] ?? 0) !== (y[i] ?? 0)) return (x[i] ?? 0) < (y[i] ?? 0) ? -1 : 1;
  return 0;
}

function numbersOf(version: string): number[] {
  const found = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(version);
  return found ? found.slice(1).map((n) => Number(n ?? 0)) : [Number.MAX_SAFE_INTEGER];
}

/**
 * KubeletFineGrainedAuthz (KEP-2862): alpha and off in 1.32, on from 1.33. One older kubelet is enough for nodes/proxy: newer ones take
 * it, too. Where no kubelet's version is known, that of the apiserver tells as much as it can: no kubelet is newer, and none more than three
 * minors older (version-skew policy). Between, it may be older, and that is no reason to hand out nodes/proxy, with which a GET runs
 * commands: `unknown` needs the fine-grained rights.
 */
export function kubeletRights(versions: readonly string[], kubernetes?: string): ResolvedProfile['kubelet'] {
  const known = versions.filter(isVersion);
  const below = (v: string) => compareVersions(v, '1.33') < 0;
  if (known.length === 0) {
    if (!kubernetes || !isVersion(kubernetes)) return 'unknown';
    return below(kubernetes) ? 'classic' : compareVersions(kubernetes, '1.36') >= 0 ? 'fine-grained' : 'unknown';
  }
  return known.some(below) ? 'classic' : 'fine-grained';
}

function isVersion(text: string): boolean {
  return /^v?\d+\.\d+/.test(text);
}

/**
 * On which object the agent locks is a setting, and ConfigMap unless it says otherwise, in every release since 6.0: datadog-agent
 * pkg/config/setup, leader_election_default_resource; leaderelection.go, CanUseLeases: any other word leaves it to whether the API is there
 * (1.14). The version only decides whether the setting is known.
 */
function lockOf({ locks = [], lockSetting }: Profile, choices: Choices): { kind: LockKind; from: string; other?: LockKind } | undefined {
  const { agentVersion, environment, kubernetesVersion, outOfSight } = choices;
  const agent = agentVersion?.value ?? 'newest';
  const kind = locks.filter(({ since }) => since === undefined || compareVersions(agent, since) >= 0).at(-1)?.kind;
  if (!kind) return undefined;
  if (!lockSetting || compareVersions(agent, lockSetting.since) < 0)
    return { kind, from: agentVersion ? `agent ${agent}` : 'the default of the profile' };
  const { variable } = lockSetting;
  const chosen = environment[variable];
  if (!chosen)
    return outOfSight
      ? { kind, from: `the default; ${variable} cannot be seen from here`, other: kind === 'lease' ? 'configmap' : 'lease' }
      : { kind, from: `the default; ${variable} is not set` };
  const from = `${variable}=${chosen}`;
  if (/^configmaps?$/.test(chosen)) return { kind: 'configmap', from };
  const hasLeases = within({ since: '1.14' }, kubernetesVersion?.value);
  return { kind: /^leases?$/.test(chosen) || hasLeases ? 'lease' : 'configmap', from };
}

/** With the agent's version as it would be counted today. */
function inToday({ renumbered }: Profile, choices: Choices): Choices {
  const { agentVersion } = choices;
  const [major, minor = 0, patch = 0] = agentVersion ? numbersOf(agentVersion.value) : [];
  if (!renumbered || !agentVersion || major !== renumbered.from) return choices;
  return { ...choices, agentVersion: { ...agentVersion, value: `${renumbered.to}.${minor + renumbered.later}.${patch}` } };
}

/** Off by what is in sight, but not by a setting that is. */
function unseenIn({ features }: Profile, on: ReadonlyMap<string, string>): string[] {
  return features
    .filter(({ feature, environment = [], check }) => !on.has(feature) && (environment.length > 0 || check))
    .map((f) => f.feature);
}

function featuresOn(profile: Profile, { asked, environment, checks = {} }: Choices): Map<string, string> {
  const on = new Map<string, string>();
  const add = (name: string, why: string): void => {
    const feature = profile.features.find((f) => f.feature === name);
    if (!feature) return;
    if (!feature.includes && !on.has(name)) on.set(name, why);
    for (const part of feature.includes ?? []) add(part, why);
  };
  for (const { feature, always, environment: variables = [], unless = [], check } of profile.features as ProfileFeature[]) {
    const runs = check === undefined ? undefined : checks[check];
    if (runs === 'elsewhere' || unless.some((pair) => isSet(pair, { environment }))) continue;
    if (always) add(feature, 'always');
    if (runs && runs !== 'unset') add(feature, `conf.d/${check}.d`);
    const set = variables.find((pair) => isSet(pair, { environment }));
    if (set) add(feature, set);
  }
  for (const name of asked) {
    if (name === 'all') for (const { feature } of profile.features) add(feature, '--feature all');
    else add(name, `--feature ${name}`);
  }
  return on;
}

/** Does the environment say `NAME=value`? */
function isSet(pair: string, { environment }: Pick<Choices, 'environment'>): boolean {
  const [name = '', value] = pair.split('=');
  const given = environment[name];
  if (!given) return false;
  return value === 'true' || value === 'false' ? String(readsAsTrue(given)) === value : given === value;
}

function within(range: VersionRange | undefined, version: string | undefined): boolean {
  const at = version ?? 'newest';
  if (range?.since && compareVersions(at, range.since) < 0) return false;
  return !(range?.until && compareVersions(at, range.until) >= 0);
}

function applies(need: PermissionNeed, choices: Choices, kubelet: ResolvedProfile['kubelet'], lock: LockKind | undefined): boolean {
  if (need.lock && need.lock !== lock) return false;
  if (need.unless?.some((pair) => isSet(pair, choices))) return false;
  if (need.when && !need.when.some((pair) => isSet(pair, choices))) return false;
  if (need.kubelet === 'classic' && kubelet !== 'classic') return false;
  if (need.kubelet === 'fine-grained' && kubelet === 'classic') return false;
  return within(need.agent, choices.agentVersion?.value) && within(need.kubernetes, choices.kubernetesVersion?.value);
}

/** How its feature came on. */
interface On {
  kubelet: ResolvedProfile['kubelet'];
  why: string;
}

function concrete(profile: Profile, need: PermissionNeed, choices: Choices, { kubelet, why }: On): ResolvedNeed {
  const feature = profile.features.find((f) => f.feature === need.feature);
  const name = need.name?.replace(/\{(\w+)\}/g, (_, key: string) => {
    const chosen = profile.names?.[key];
    return (chosen?.variable && choices.environment[chosen.variable]) || chosen?.value || key;
  });
  const { namespace: scope = 'cluster-wide' } = need;
  const namespace = scope === 'agent' ? choices.namespace.value : scope === 'cluster-wide' ? undefined : scope.fixed;
  // The kubelet takes nodes/proxy for its fine-grained rights as well (pkg/kubelet/server/auth.go).
  const orElse = need.kubelet === 'fine-grained' && kubelet !== 'classic' ? ['proxy'] : undefined;
  const maybe = maybeOf(profile, need, choices, why);
  return {
    verbs: need.verbs,
    group: need.group ?? '',
    resource: need.resource ?? '',
    ...(need.subresource ? { subresource: need.subresource } : {}),
    ...(orElse ? { orElse } : {}),
    ...(name ? { name } : {}),
    ...(namespace ? { namespace } : {}),
    ...(need.path ? { path: need.path } : {}),
    feature: need.feature,
    loses: need.loses ?? feature?.loses ?? need.feature,
    required: need.required ?? feature?.required ?? false,
    kind: need.kind ?? 'general',
    ...(maybe ? { maybe } : {}),
  };
}

/** What was asked for is needed. What kubelets ask for shows itself in their answers. */
function maybeOf({ features, names = {} }: Profile, need: PermissionNeed, choices: Choices, why: string): ResolvedNeed['maybe'] {
  const feature = features.find((f) => f.feature === need.feature);
  const { check, unless = [] } = feature ?? {};
  const isAsked = why.startsWith('--feature');
  const runs = check && choices.checks?.[check];
  if (check && !isAsked && runs !== 'here' && runs !== 'unset') return 'runners';
  if (!choices.outOfSight || need.kind === 'kubelet') return undefined;
  const isOpen = (variable = '') => variable !== '' && !choices.environment[variable];
  const pairs = [...(isAsked ? [] : unless), ...(need.unless ?? [])];
  const chosen = [...(need.name ?? '').matchAll(/\{(\w+)\}/g)].map(([, key = '']) => names[key]?.variable);
  return [...pairs.map((pair) => pair.split('=')[0]), ...chosen].some(isOpen) ? 'unseen' : undefined;
}

/** Two features may need the same; it is asked for once, and counts as required when it is for one of them. What two checks speak of stays with both. */
function dedupe(needs: ResolvedNeed[]): ResolvedNeed[] {
  const kept = new Map<string, ResolvedNeed>();
  for (const need of needs) {
    const { feature: _, loses: __, required: ___, maybe: ____, ...rights } = need;
    const key = JSON.stringify(rights);
    const before = kept.get(key);
    kept.set(key, before ? surer(before, need) : need);
  }
  return [...kept.values()];
}

/** The one that is needed for sure, for both. */
function surer(a: ResolvedNeed, b: ResolvedNeed): ResolvedNeed {
  const [first, second] = a.maybe && !b.maybe ? [b, a] : [a, b];
  return { ...first, required: first.required || (second.required && !second.maybe) };
}

function deprecations(needs: readonly ResolvedNeed[], kubernetes = 'newest'): string[] {
  const uses = (resource: string) => needs.some((need) => need.resource === resource && need.group === '');
  return [
    ...(uses('componentstatuses') && compareVersions(kubernetes, '1.19') >= 0 ? ['componentstatuses'] : []),
    ...(uses('endpoints') && compareVersions(kubernetes, '1.33') >= 0 ? ['endpoints'] : []),
  ];
}
