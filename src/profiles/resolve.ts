/** From a profile to a concrete list of needs: features, versions, lock, names and namespaces chosen. Pure. */
import type { LockKind, ResolvedNeed, ResolvedProfile } from '../model/facts.js';
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
}

export function resolveProfile(profile: Profile, choices: Choices): ResolvedProfile {
  const on = featuresOn(profile, choices);
  const kubelet = kubeletRights(choices.kubeletVersions);
  const lock = lockOf(profile, choices.agentVersion?.value);
  const wanted = profile.needs.filter((need) => on.has(need.feature) && applies(need, choices, kubelet, lock));
  const needs = dedupe(wanted.map((need) => concrete(profile, need, choices, kubelet)));
  return {
    profile: profile.profile,
    source: choices.source,
    features: [...on].map(([feature, why]) => ({ feature, why })),
    off: profile.features.map((f) => f.feature).filter((feature) => !on.has(feature)),
    agentVersion: choices.agentVersion ?? { value: 'newest', from: 'not known: the newest is assumed' },
    kubernetesVersion: choices.kubernetesVersion ?? { value: 'newest', from: 'not known: the newest is assumed' },
    kubelet,
    ...(lock ? { lock } : {}),
    namespace: choices.namespace,
    hints: profile.hints,
    needs,
    deprecated: deprecations(needs, choices.kubernetesVersion?.value),
    inDepth: choices.inDepth,
  };
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
 * it, too.
 */
export function kubeletRights(versions: readonly string[]): ResolvedProfile['kubelet'] {
  const known = versions.filter((v) => /^v?\d+\.\d+/.test(v));
  if (known.length === 0) return 'unknown';
  return known.every((v) => compareVersions(v, '1.33') >= 0) ? 'fine-grained' : 'classic';
}

function lockOf({ locks = [] }: Profile, agentVersion = 'newest'): LockKind | undefined {
  return locks.filter(({ since }) => since === undefined || compareVersions(agentVersion, since) >= 0).at(-1)?.kind;
}

function featuresOn(profile: Profile, { asked, environment }: Choices): Map<string, string> {
  const on = new Map<string, string>();
  const add = (name: string, why: string): void => {
    const feature = profile.features.find((f) => f.feature === name);
    if (!feature) return;
    if (!feature.includes && !on.has(name)) on.set(name, why);
    for (const part of feature.includes ?? []) add(part, why);
  };
  for (const { feature, always, environment: variables = [] } of profile.features as ProfileFeature[]) {
    if (always) add(feature, 'always');
    const set = variables.find((pair) => {
      const [name = '', value] = pair.split('=');
      return environment[name]?.toLowerCase() === value;
    });
    if (set) add(feature, set);
  }
  for (const name of asked) {
    if (name === 'all') for (const { feature } of profile.features) add(feature, '--feature all');
    else add(name, `--feature ${name}`);
  }
  return on;
}

function within(range: VersionRange | undefined, version: string | undefined): boolean {
  const at = version ?? 'newest';
  if (range?.since && compareVersions(at, range.since) < 0) return false;
  return !(range?.until && compareVersions(at, range.until) >= 0);
}

function applies(need: PermissionNeed, choices: Choices, kubelet: ResolvedProfile['kubelet'], lock: LockKind | undefined): boolean {
  if (need.lock && need.lock !== lock) return false;
  if (need.kubelet === 'classic' && kubelet !== 'classic') return false;
  if (need.kubelet === 'fine-grained' && kubelet === 'classic') return false;
  return within(need.agent, choices.agentVersion?.value) && within(need.kubernetes, choices.kubernetesVersion?.value);
}

function concrete(profile: Profile, need: PermissionNeed, choices: Choices, kubelet: ResolvedProfile['kubelet']): ResolvedNeed {
  const feature = profile.features.find((f) => f.feature === need.feature);
  const name = need.name?.replace(/\{(\w+)\}/g, (_, key: string) => {
    const chosen = profile.names?.[key];
    return (chosen?.variable && choices.environment[chosen.variable]) || chosen?.value || key;
  });
  const { namespace: scope = 'cluster-wide' } = need;
  const namespace = scope === 'agent' ? choices.namespace.value : scope === 'cluster-wide' ? undefined : scope.fixed;
  // The kubelet takes nodes/proxy for its fine-grained rights as well (pkg/kubelet/server/auth.go).
  const orElse = need.kubelet === 'fine-grained' && kubelet !== 'classic' ? ['proxy'] : undefined;
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
  };
}

/** Two features may need the same; it is asked for once, and counts as required when it is for one of them. */
function dedupe(needs: ResolvedNeed[]): ResolvedNeed[] {
  const kept = new Map<string, ResolvedNeed>();
  for (const need of needs) {
    const { feature: _, loses: __, required: ___, kind: ____, ...rights } = need;
    const key = JSON.stringify(rights);
    const before = kept.get(key);
    kept.set(key, before ? { ...before, required: before.required || need.required } : need);
  }
  return [...kept.values()];
}

function deprecations(needs: readonly ResolvedNeed[], kubernetes = 'newest'): string[] {
  const uses = (resource: string) => needs.some((need) => need.resource === resource && need.group === '');
  return [
    ...(uses('componentstatuses') && compareVersions(kubernetes, '1.19') >= 0 ? ['componentstatuses'] : []),
    ...(uses('endpoints') && compareVersions(kubernetes, '1.33') >= 0 ? ['endpoints'] : []),
  ];
}
