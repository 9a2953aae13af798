/** `kubelet-doctor rbac`: need → allowed → feature lost, and the manifests. `--yaml` alone asks nobody. */
import { CHECKS } from '../../checks/index.js';
import type { Host } from '../../host/host.js';
import { serviceAccountOf } from '../../kubernetes/names.js';
import { diagnose } from '../../live/diagnose.js';
import { type AccountName, needsYaml } from '../../manifests/needs-yaml.js';
import type { ResolvedProfile } from '../../model/facts.js';
import { resolveProfile } from '../../profiles/resolve.js';
import { rightsTable } from '../../report/rights-table.js';
import type { Flags } from '../../setup/options.js';
import { resolveSettings } from '../../setup/resolve.js';
import type { Resolved } from '../../setup/resolved.js';
import type { Io } from '../io.js';
import { usageError } from '../usage.js';

/** What is judged here: rights, and whatever keeps us from asking. */
const QUESTIONS = new Set([
  'kubeconfig',
  'apiserver-proxy',
  'apiserver-unreachable',
  'apiserver-certificate',
  'token',
  'client-certificate',
  'identity',
  'apiserver-answers',
  'kubelet-forbidden',
  'rbac-binding',
  'role-grants',
  'agent-permissions',
  'leader-lock',
  'event-bookmark',
  'role-excess',
  'review-forbidden',
  'deprecated-apis',
]);

export interface RbacFlags {
  yaml: boolean;
  missing: boolean;
}

export async function runRbacCommand(flags: Partial<Flags>, { yaml, missing }: RbacFlags, host: Host, io: Io): Promise<number> {
  const settings = await resolveSettings(flags, host);
  if ('error' in settings) return usageError(io, settings.error);
  if (yaml && !missing) return printManifest(settings, io);

  const { report, facts } = await diagnose({
    host,
    settings,
    failOn: flags['fail-on'] ?? 'degrades',
    skip: flags.skip ?? [],
    only: flags.only ?? [],
    budgetMs: settings.timeoutMs,
    checks: CHECKS.filter((check) => QUESTIONS.has(check.question)),
    rightsOnly: true,
  });
  const exitCode = flags['exit-zero'] ? 0 : report.summary.exitCode;
  const rights = rightsTable(facts);
  if (yaml) {
    if (!rights) return usageError(io, report.summary.top.title || 'the apiserver did not say what is allowed');
    const account = serviceAccountOf(rights.account.user);
    if (!account) return usageError(io, `${rights.account.user} is no ServiceAccount; name the agent's with --service-account NS/NAME`);
    if (rights.open > 0) io.err(`kubelet-doctor: ${rights.open} rights could not be asked for; what is printed may not be all`);
    io.out(rights.missing.length > 0 ? manifest(account, rights.profile, rights.missing, false) : '# nothing is missing');
    return exitCode;
  }
  if (flags.output === 'json') {
    const { renderJson } = await import('../../render/json.js');
    io.out(renderJson({ ...report, ...(rights ? { rbac: rights.table } : {}) }, { pretty: io.outIsTty }));
    return exitCode;
  }
  const { renderRights } = await import('../../render/text/rights.js');
  io.out(
    renderRights(report, rights?.table, {
      width: io.width,
      colour: io.colour && flags.color !== false,
      verbose: flags.verbose === true,
      missing,
    }),
  );
  return exitCode;
}

/** Everything the profile needs, for whom and for which versions was said; by the environment at hand, asked of nobody. */
function printManifest({ rights, agent }: Resolved, io: Io): number {
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
    outOfSight: agent === undefined,
  });
  // Which lock the agent takes is a setting that is not in sight: as chart and operator do, the role serves either.
  io.out(manifest(account, profile, [...profile.needs, ...(profile.otherLock ?? [])], true));
  return 0;
}

function manifest(account: AccountName, profile: ResolvedProfile, needs: ResolvedProfile['needs'], whole: boolean): string {
  const { features, agentVersion, kubelet } = profile;
  const kubelets =
    kubelet === 'classic' ? 'some below 1.33: nodes/proxy' : kubelet === 'fine-grained' ? '1.33 or later' : 'of 1.33 or later assumed';
  const roleName = whole ? `${account.namespace}-${account.name}-${profile.profile}` : undefined;
  return [
    `# ${profile.profile}: ${features.map((each) => each.feature).join(', ')}`,
    `# agent ${agentVersion.value}; kubelets ${kubelets}; objects of the agent in namespace ${profile.namespace.value}`,
    needsYaml(account, needs, { withServiceAccount: whole, ...(roleName ? { roleName } : {}) }) ??
      '# a name in this profile cannot be printed',
  ].join('\n');
}
