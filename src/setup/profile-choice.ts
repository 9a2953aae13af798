/** Whose rights are judged, by which profile, and which features and versions it is to serve. */
import { checksHere } from '../agent-config/pod-settings.js';
import type { Host } from '../host/host.js';
import { SENTENCE } from '../host/redact.js';
import { BOUNDS } from '../model/bounds.js';
import { findProfile, PROFILES } from '../profiles/index.js';
import { type RunsWhere, unknownFeatures, variablesOf } from '../profiles/resolve.js';
import type { Profile } from '../profiles/types.js';
import { byDefault, type Ledger } from './ledger.js';
import { DEFAULTS, type Flags } from './options.js';
import { isProfileFile, parseServiceAccount } from './values.js';

export interface RightsSettings {
  profile: Profile;
  /** `built in`, or the file. */
  source: string;
  features: readonly string[];
  /** What environment and datadog.yaml say of the variables that the profile goes by. */
  environment: Readonly<Record<string, string>>;
  agentVersion?: { value: string; from: string };
  /** By --manifest: what its pods of the account tell. */
  manifest?: { workload: string; isWhole: boolean };
  /** By --manifest, else by the files here where they are the account's own. */
  checks?: Readonly<Record<string, RunsWhere>>;
  kubernetesVersion?: string;
  /** --service-account. */
  account?: { namespace: string; name: string; from?: 'workload' };
  /** DD_KUBE_RESOURCES_NAMESPACE. */
  namespace?: { value: string; from: string };
}

/** Where the Agent's image says what it is (omnibus writes it). */
const VERSION_MANIFEST = '/opt/datadog-agent/version-manifest.txt';

export async function rightsSettings(
  flags: Partial<Flags>,
  host: Host,
  { use, flag, agent }: Ledger,
): Promise<RightsSettings | { error: string }> {
  const chosen = await chooseProfile(use('profile', flag('profile') ?? byDefault(DEFAULTS.profile)) ?? '', host);
  if ('error' in chosen) return chosen;
  const features = flags.feature ?? [];
  const [unknown] = unknownFeatures(chosen.profile, features);
  if (unknown !== undefined) {
    const known = chosen.profile.features.map((f) => f.feature).join(', ');
    return {
      error: host.redactor.clean(`--feature ${unknown} is not a feature of ${chosen.profile.profile}; choose from ${known}, all`, 600),
    };
  }
  if (features.length > 0) use('features', { value: features.join(','), origin: 'flag', source: '--feature' });
  const account = use('serviceAccount', flag('service-account'));
  const namespace = agent('DD_KUBE_RESOURCES_NAMESPACE');
  use('agent.resourcesNamespace', namespace);
  const kubernetesVersion = use('kubernetesVersion', flag('kubernetes-version'));
  const version = use('agentVersion', flag('agent-version'));
  const installed = version === undefined ? await installedVersion(host) : undefined;
  // Of a file that is given for its DaemonSets nothing is taken for an account that nobody named.
  const named = account === undefined ? undefined : parseServiceAccount(account);
  const found = flags.manifest && named ? await inManifest(flags.manifest, named, chosen.profile, host) : undefined;
  const movable = chosen.profile.features.some(({ check }) => check) && !chosen.profile.runner;
  const checks = found ? found.checks : movable && !named ? await checksHere((file) => host.readFile(file)) : undefined;
  const environment = variablesOf(chosen.profile).flatMap((name) => {
    const found = agent(name);
    return found ? [[name, found.value] as const] : [];
  });
  return {
    ...chosen,
    features,
    environment: { ...Object.fromEntries(environment), ...found?.settings },
    ...(found?.version && { agentVersion: { value: found.version, from: `${found.workload} of --manifest` } }),
    ...(found && { manifest: { workload: found.workload, isWhole: found.settings !== undefined } }),
    ...(checks && Object.keys(checks).length > 0 ? { checks } : {}),
    ...(version === undefined ? {} : { agentVersion: { value: version, from: '--agent-version' } }),
    ...(installed === undefined ? {} : { agentVersion: { value: installed, from: VERSION_MANIFEST } }),
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
    ...(account === undefined ? {} : { account: parseServiceAccount(account) }),
    ...(namespace === undefined ? {} : { namespace: { value: namespace.value, from: namespace.source } }),
  };
}

/** What is wrong with the file is for the command to say that judges it. */
async function inManifest(file: string, account: { namespace: string; name: string }, profile: Profile, host: Host) {
  const read = await host.readFile(file, BOUNDS.manifest);
  const { agentInManifest } = await import('../agent-config/agent-in-manifest.js');
  const found = read.ok ? agentInManifest(read.text, host.redactor.clean(file, SENTENCE), account, profile) : undefined;
  return found && 'error' in found ? undefined : found;
}

async function chooseProfile(name: string, host: Host): Promise<{ profile: Profile; source: string } | { error: string }> {
  const builtIn = findProfile(name);
  if (builtIn) return { profile: builtIn, source: 'built in' };
  if (!isProfileFile(name)) {
    const known = PROFILES.map((p) => p.profile).join(', ');
    return {
      error: host.redactor.clean(`--profile ${name} is not a profile; choose one of ${known}, or write ./${name} for a file`, SENTENCE),
    };
  }
  const { readProfileFile } = await import('./profile-file.js');
  const read = await readProfileFile(name, host);
  return 'error' in read ? { error: `--profile ${read.error}` } : { profile: read, source: name };
}

async function installedVersion(host: Host): Promise<string | undefined> {
  const read = await host.readFile(VERSION_MANIFEST);
  return read.ok ? /^(?:datadog-)?agent (\d+\.\d+\.\d+)/m.exec(read.text)?.[1] : undefined;
}
