/**
 * The command that prints a grant's YAML again, for a cluster admin on any machine: made of names and versions, it is short enough to be read
 * before it is pasted. It is given only where it prints the same to the byte: what `rbac` will do there is done here first, with the apiserver's
 * answers about the account, which are the same whoever asks for them.
 */
import { type AccountName, needsYaml } from '../../../manifests/needs-yaml.js';
import type { Fact, NeedKind, ResolvedNeed, ResolvedProfile } from '../../../model/facts.js';
import { type JudgedNeed, judgeProfile, missingNeeds } from '../../../profiles/access.js';
import { findProfile, PROFILES } from '../../../profiles/index.js';
import { kubeletRights, resolveProfile } from '../../../profiles/resolve.js';
import type { Profile } from '../../../profiles/types.js';

/** The causes that are about one kind of need; every other cause is about all kinds. */
const KIND_OF: Readonly<Record<string, NeedKind>> = {
  'kubelet-permission-missing': 'kubelet',
  'fine-grained-permission-too-new': 'kubelet',
  'permission-missing': 'general',
  'leader-lock-forbidden': 'leader-lock',
  'event-bookmark-forbidden': 'event-bookmark',
};

/** The needs that these causes are about; without a cause, all. */
export function needsOfCauses(needs: readonly ResolvedNeed[], causes: readonly string[]): ResolvedNeed[] {
  return needs.filter(({ kind }) => causes.length === 0 || causes.some((cause) => (KIND_OF[cause] ?? kind) === kind));
}

export interface Grant {
  cause: string;
  name: AccountName;
  profile: ResolvedProfile;
  access: readonly Fact<'access'>[];
  /** Which rights the kubelet asks for, where its own answers say more than the profile. */
  kubelet?: ResolvedProfile['kubelet'];
  /** Subresources of nodes that the kubelet refused: it asks the same apiserver, so this counts where no review was answered. */
  refused?: readonly string[];
}

/** What the command is told. */
interface Told {
  causes: readonly string[];
  features: readonly string[];
  agentVersion: string | undefined;
  kubernetesVersion: string | undefined;
}

/** Undefined where no command prints this YAML: it is about a role that is there, or by settings that only the agent has. */
export function printedBy(yaml: string | undefined, grant: Grant): string | undefined {
  const { profile, name } = grant;
  const own = profile.source === 'built in' ? findProfile(profile.profile) : undefined;
  if (!yaml || !own) return undefined;
  const kubernetesVersion = yaml.includes('"nodes/') ? versionFor(grant) : undefined;
  const on = turnedOn(grant);
  const told = [[], [grant.cause], kindsOf(grant)].flatMap((causes) =>
    (on.length > 0 ? [[], on] : [[]]).flatMap((features) =>
      maybeAgents(profile).map((agentVersion): Told => ({ causes, features, agentVersion, kubernetesVersion })),
    ),
  );
  const same = told.find((each) => prints(yaml, own, grant, each));
  if (!same) return undefined;
  return [
    'kubelet-doctor rbac --missing --yaml',
    ...same.causes.map((cause) => `--only ${cause}`),
    ...(own === PROFILES[0] ? [] : [`--profile ${own.profile}`]),
    `--service-account ${name.namespace}/${name.name}`,
    ...(same.features.length > 0 ? [`--feature ${same.features.join(',')}`] : []),
    ...(same.agentVersion ? [`--agent-version ${same.agentVersion}`] : []),
    ...(kubernetesVersion ? [`--kubernetes-version ${kubernetesVersion}`] : []),
  ].join(' ');
}

/** Does it print this, whatever it is not told and reads from the cluster: the version in the agent's image, and those of other kubelets? */
function prints(yaml: string, own: Profile, { cause: _, name, profile, access, refused = [] }: Grant, told: Told): boolean {
  const chosen = own.lockSetting && profile.lockFrom?.startsWith(`${own.lockSetting.variable}=`) ? profile.lockFrom : undefined;
  const [variable = '', lock = ''] = chosen?.split('=') ?? [];
  const lockSetting = chosen ? { [variable]: lock } : {};
  // Of a pod `rbac` reads what profiles go by; where it may not, it is told the features.
  const pairs = profile.features.flatMap(({ why }) => (/^\w+=\w+$/.test(why) ? [why.split('=') as [string, string]] : []));
  const checks = own.features.flatMap(({ feature, check }) =>
    check && profile.features.some((on) => on.feature === feature && on.why.startsWith('conf.d/')) ? [[check, 'here'] as const] : [],
  );
  const ways = [
    { environment: lockSetting },
    { environment: { ...Object.fromEntries(pairs), ...lockSetting }, checks: Object.fromEntries(checks) },
    // Whoever runs the command may see that a check runs with this account, which is out of sight here.
    ...(profile.needs.some(({ maybe }) => maybe)
      ? [{ environment: { ...Object.fromEntries(pairs), ...lockSetting }, checks: checksIn(own) }]
      : []),
  ];
  const agents = told.agentVersion ? [told.agentVersion] : maybeAgents(profile);
  const kubelets = told.kubernetesVersion ? [told.kubernetesVersion] : ['1.32', '1.33'];
  return agents.every((agent) =>
    kubelets.every((kubelet) =>
      ways.every(
        ({ seesAll = false, ...way }: { environment: Record<string, string>; checks?: Record<string, 'here'>; seesAll?: boolean }) => {
          const again = resolveProfile(own, {
            source: profile.source,
            asked: told.features,
            ...way,
            ...(agent ? { agentVersion: { value: agent, from: '' } } : {}),
            kubernetesVersion: told.kubernetesVersion ? { value: told.kubernetesVersion, from: '' } : profile.kubernetesVersion,
            kubeletVersions: [kubelet],
            namespace: { value: name.namespace, from: '' },
            inDepth: true,
            outOfSight: profile.unseen !== undefined,
          });
          const judged = judgeProfile(again, access).map((each) =>
            isRefused(each, refused) ? { ...each, denied: each.need.verbs } : each,
          );
          return needsYaml(name, needsOfCauses(missingNeeds(judged), told.causes)) === yaml;
        },
      ),
    ),
  );
}

function checksIn({ features }: Profile): Record<string, 'here'> {
  return Object.fromEntries(features.flatMap(({ check }) => (check ? [[check, 'here']] : [])));
}

function isRefused({ need, state }: JudgedNeed, refused: readonly string[]): boolean {
  return state === 'unanswered' && need.resource === 'nodes' && refused.includes(need.subresource ?? '');
}

function missingFor({ cause, profile, access }: Grant): ResolvedNeed[] {
  return needsOfCauses(missingNeeds(judgeProfile(profile, access)), [cause]);
}

/** By their causes the kinds of what is missing: other kinds, of which the account holds all or that it does not need, are then left out. */
function kindsOf(grant: Grant): string[] {
  const kinds = new Set(missingFor(grant).map(({ kind }) => kind));
  return [...kinds].flatMap((kind) => Object.keys(KIND_OF).find((cause) => KIND_OF[cause] === kind) ?? []);
}

/** Features that are on by the agent's settings or a flag, as far as something is missing for them. */
function turnedOn(grant: Grant): string[] {
  const missing = missingFor(grant);
  return grant.profile.features
    .filter(({ feature, why }) => why !== 'always' && missing.some((need) => need.feature === feature))
    .map(({ feature }) => feature);
}

function maybeAgents(profile: ResolvedProfile): (string | undefined)[] {
  return [...new Set([undefined, agentsVersion(profile)])];
}

function agentsVersion({ agentVersion: { value } }: ResolvedProfile): string | undefined {
  return /^v?\d{1,4}\.\d{1,4}(?:\.\d{1,4})?$/.test(value) ? value : undefined;
}

/** The apiserver's, without its patch, where the kubelets ask for the rights of that version; else the nearest that they do. */
function versionFor({ profile, kubelet = profile.kubelet }: Grant): string {
  const wanted = kubelet === 'classic' ? 'classic' : 'fine-grained';
  const [, server] = /^v?(\d{1,3}\.\d{1,3})(?![\d])/.exec(profile.kubernetesVersion.value) ?? [];
  if (server && kubeletRights([server]) === wanted) return server;
  return wanted === 'classic' ? '1.32' : '1.33';
}
