/** `kubelet-doctor rbac`: need → allowed → feature lost, and the manifests. `--yaml` alone asks nobody. */
import { needsOfCauses } from '../../checks/permission/shared/printed-by.js';
import { RIGHTS_CHECKS } from '../../checks/topics.js';
import type { Host } from '../../host/host.js';
import { SENTENCE } from '../../host/redact.js';
import { serviceAccountOf } from '../../kubernetes/names.js';
import { type AccountName, grantTo, type ManifestOptions, needsYaml, withEffect } from '../../manifests/needs-yaml.js';
import type { ResolvedProfile } from '../../model/facts.js';
import type { Report } from '../../model/report.js';
import { resolveProfile } from '../../profiles/resolve.js';
import { rightsTable } from '../../report/tables/rights.js';
import { aimOf } from '../../report/where/where.js';
import type { Flags } from '../../setup/options.js';
import type { RightsSettings } from '../../setup/profile-choice.js';
import { resolveSettings } from '../../setup/resolve.js';
import { ask, unlessNowhere } from '../ask.js';
import type { Io } from '../io.js';
import { lookOf, renderBeside } from '../render.js';
import { usageError } from '../usage.js';
import { withReport } from '../with-report.js';

export interface RbacFlags {
  yaml: boolean;
  missing: boolean;
}

export async function runRbacCommand(flags: Partial<Flags>, { yaml, missing }: RbacFlags, host: Host, io: Io): Promise<number> {
  if (yaml && flags.output === 'json') return usageError(io, '--yaml prints YAML; leave out --output json');
  if (yaml && !missing) return printManifest(flags, host, io);
  return withReport(flags, host, io, {
    find: async () => {
      const settings = await resolveSettings(flags, host);
      if ('error' in settings) return settings;
      if (isNotInFile(flags, settings.rights)) return { error: notInFile(flags, settings.rights) };
      const found = await ask(settings, flags, host, io, { checks: RIGHTS_CHECKS, rightsOnly: true });
      return unlessNowhere(found, 'kubelet-doctor rbac --kubeconfig FILE --service-account NAMESPACE/NAME');
    },
    show: ({ report, facts }) => {
      const rights = rightsTable(facts, aimOf(report));
      if (yaml) return manifestOfMissing(rights, report, flags.only ?? [], io);
      const text = async () =>
        (await import('../../render/text/rbac.js')).renderRights(report, rights?.table, { ...lookOf(flags, io), missing });
      return renderBeside(report, () => (rights ? { rbac: rights.table } : {}), text, flags, io);
    },
  });
}

/** `only`: causes; what they are not about is left out. */
function manifestOfMissing(
  rights: ReturnType<typeof rightsTable>,
  report: Report,
  only: readonly string[],
  io: Io,
): string | { error: string } {
  if (!rights) return { error: report.summary.top.title || 'the apiserver did not answer which permissions exist' };
  if (rights.isNoAccount) return { error: report.summary.top.title };
  const account = serviceAccountOf(rights.account.user);
  if (!account) return { error: `${rights.account.user} is not a ServiceAccount; name the agent's: --service-account NAMESPACE/NAME` };
  if (rights.account.unseen)
    io.err(`kubelet-doctor: whether ${account.namespace}/${account.name} exists could not be read; check the name`);
  if (rights.open > 0) io.err(`kubelet-doctor: ${rights.open} permissions could not be checked; more may be missing`);
  const missing = needsOfCauses(rights.missing, only);
  if (missing.length > 0) return manifest(account, rights.profile, missing, { before: rights.before });
  return rights.open > 0 ? '# nothing is missing of what could be checked' : '# nothing is missing';
}

/** Everything the profile needs, for whom and for which versions was said; by the environment, without asking a server. */
async function printManifest(flags: Partial<Flags>, host: Host, io: Io): Promise<number> {
  const settings = await resolveSettings(flags, host);
  if ('error' in settings) return usageError(io, settings.error);
  const { rights, agent } = settings;
  if (isNotInFile(flags, rights)) return usageError(io, host.redactor.clean(notInFile(flags, rights), SENTENCE));
  const account = rights.account ?? rights.profile.account;
  const profile = resolveProfile(rights.profile, {
    source: rights.source,
    asked: rights.features,
    environment: rights.environment,
    agentVersion: rights.agentVersion,
    kubernetesVersion: rights.kubernetesVersion ? { value: rights.kubernetesVersion, from: '--kubernetes-version' } : undefined,
    kubeletVersions: rights.kubernetesVersion ? [rights.kubernetesVersion] : [],
    namespace: rights.namespace ?? { value: account.namespace, from: 'the ServiceAccount' },
    inDepth: true,
    outOfSight: agent === undefined && rights.manifest?.isWhole !== true,
    checks: rights.checks,
  });
  // Which lock the agent takes is a setting that is not in sight: as chart and operator do, the role serves either.
  const printed = manifest(account, profile, [...profile.needs, ...(profile.otherLock ?? [])], { account: {} });
  if (typeof printed !== 'string') return usageError(io, printed.error);
  io.out(printed);
  return 0;
}

/** A file that says nothing of the account would leave it to be judged as if there were none. */
function isNotInFile({ manifest }: Partial<Flags>, rights: RightsSettings): boolean {
  return manifest !== undefined && rights.manifest === undefined;
}

function notInFile({ manifest = '' }: Partial<Flags>, { account }: RightsSettings): string {
  if (!account) return '--manifest needs --service-account NAMESPACE/NAME: the account whose pods in the file count';
  return `--manifest ${manifest}: contains no pod of ServiceAccount ${account.namespace}/${account.name}`;
}

/** Not without what it does: `check` has none of it in a fix either. */
function manifest(
  account: AccountName,
  profile: ResolvedProfile,
  needs: ResolvedProfile['needs'],
  options: ManifestOptions,
): string | { error: string } {
  const { features, off, agentVersion, kubelet } = profile;
  if (needs.length === 0)
    return { error: `no feature of ${profile.profile} is on that needs a permission; name one: --feature ${off[0] ?? 'all'}` };
  const kubelets =
    kubelet === 'classic' ? 'some below 1.33: nodes/proxy' : kubelet === 'fine-grained' ? '1.33 or later' : 'assumed to be 1.33 or later';
  const granted = grantTo(account, needs, options);
  if (!granted) return { error: whyNot(account, needs) };
  return [
    `# ${profile.profile}: ${features.map((each) => each.feature).join(', ')}`,
    ...(off.length > 0 ? [`# left out: ${off.join(', ')} (--feature FEATURE adds one)`] : []),
    `# agent ${agentVersion.value}; kubelets ${kubelets}; agent objects in namespace ${profile.namespace.value}`,
    withEffect(granted),
  ].join('\n');
}

function whyNot(account: AccountName, needs: ResolvedProfile['needs']): string {
  if (needsYaml(account, needs) === undefined) return 'a name in this profile is not a valid Kubernetes name';
  if (needs.some(({ verbs }) => verbs.includes('*')))
    return 'the profile asks for every verb (*), so its permissions cannot be counted; list the verbs';
  return 'no YAML is printed: a role or binding of the same name exists with other contents; compare with kubelet-doctor rbac --yaml';
}
