/** `kubelet-doctor settings`: how the agent is configured, here, in its DaemonSet or in a file, and what of that is wrong. */
import { CHECKS } from '../../checks/index.js';
import type { Host } from '../../host/host.js';
import { judge } from '../../judge/judge.js';
import { type Diagnosis, diagnose } from '../../live/diagnose.js';
import type { Check } from '../../model/check.js';
import type { AgentConfiguration, AnyFact } from '../../model/facts.js';
import type { Report } from '../../model/report.js';
import { observePlace } from '../../probes/machine/place.js';
import { closeUp, type Look, palette, proseWidth, wrap } from '../../render/style.js';
import { findingLines } from '../../render/text/finding.js';
import { headLines } from '../../render/text/head.js';
import { settingsLines } from '../../render/text/settings.js';
import { conclude } from '../../report/conclude.js';
import { neutraliseAll } from '../../report/plain-text.js';
import { type SettingsTable, settingsTables } from '../../report/settings-table.js';
import { findFlagError } from '../../setup/flag-errors.js';
import { type Flags, MANIFEST_BYTES } from '../../setup/options.js';
import { resolveSettings } from '../../setup/resolve.js';
import type { Io } from '../io.js';
import { unknownCause, usageError } from '../usage.js';

const ABOUT = new Set(['agent-settings', 'agent-setting-values', 'agent-contradictions', 'agent-install', 'agent-mounts']);
/** Layers without whose answer no DaemonSet can be read: what fails there is the reason, and is named. */
const WAY: readonly string[] = ['proxy', 'dns', 'tcp', 'tls', 'authn'];

const OWN: readonly Check[] = CHECKS.filter(({ question }) => ABOUT.has(question)).map((check) => ({
  ...check,
  required: check.question === 'agent-settings',
}));
const QUESTIONS: readonly Check[] = [
  ...CHECKS.filter(({ target, layer }) => target === 'apiserver' && WAY.includes(layer)).map((check) => ({ ...check, required: false })),
  ...OWN,
];

export async function runSettingsCommand(flags: Partial<Flags>, host: Host, io: Io): Promise<number> {
  const unknown = unknownCause([...(flags.skip ?? []), ...(flags.only ?? [])]);
  if (unknown) return usageError(io, unknown);
  const diagnosis = await (flags.manifest ? fromFile(flags.manifest, flags, host) : fromLive(flags, host));
  if ('error' in diagnosis) return usageError(io, diagnosis.error);
  const { report, facts } = diagnosis;
  const configurations = facts.flatMap((fact): AgentConfiguration[] =>
    fact.kind === 'agent-configuration' && fact.outcome.status === 'observed' ? [fact.outcome.data] : [],
  );
  const tables = settingsTables(configurations);
  if (flags.output === 'json') {
    const { renderJson } = await import('../../render/json.js');
    // `summary` stays the first key, as in every report.
    const whole = { ...report, agents: tables };
    io.out(renderJson(whole, { pretty: io.outIsTty }));
  } else {
    const look: Look = { width: io.width, paint: palette(io.colour && flags.color !== false) };
    io.out(renderSettings(report, tables, look, flags.verbose === true));
  }
  return flags['exit-zero'] ? 0 : report.summary.exitCode;
}

const FROM_FILE = 'Read from a file; no server was asked.';
const NOTHING =
  'No configuration of an agent is in sight. `--agent-process auto` reads that of an agent that runs here, `--manifest FILE` that of a file.';

function renderSettings(report: Report, tables: readonly SettingsTable[], look: Look, verbose: boolean): string {
  const safe = neutraliseAll(report);
  return closeUp([
    ...(safe.where.place ? headLines(safe, look) : [...headLines(safe, look).slice(0, 2), look.paint.dim(FROM_FILE)]),
    '',
    ...neutraliseAll(tables).flatMap((table) => [...settingsLines(table, look, verbose), '']),
    ...(tables.length === 0 ? [...wrap(NOTHING, proseWidth(look.width)), ''] : []),
    ...findingLines(safe, look, verbose),
  ]).join('\n');
}

async function fromLive(flags: Partial<Flags>, host: Host): Promise<Diagnosis | { error: string }> {
  const settings = await resolveSettings(flags, host);
  if ('error' in settings) return settings;
  // An agent that is here speaks for itself: what its apiserver is like is another question.
  const { place } = settings.agent?.place ?? (await observePlace(host));
  const isHere = settings.configuration !== undefined && place !== 'workstation' && !flags.daemonset;
  const checks = isHere ? OWN : QUESTIONS;
  return diagnose({ host, settings, checks, rightsOnly: true, budgetMs: settings.timeoutMs, ...choices(flags) });
}

/** Asks no server: everything stands in the file. */
async function fromFile(file: string, flags: Partial<Flags>, host: Host): Promise<Diagnosis | { error: string }> {
  const wrong = await findFlagError(flags, host);
  if (wrong) return { error: wrong };
  const read = await host.readFile(file, MANIFEST_BYTES);
  if (!read.ok) return { error: `--manifest ${file}: ${read.detail}` };
  const { parseManifest } = await import('../../agent-config/manifest.js');
  const manifest = parseManifest(read.text, host.redactor.clean(file, 200));
  if ('error' in manifest) return { error: `--manifest: ${manifest.error}` };
  if (manifest.configurations.length === 0)
    return { error: `--manifest ${file}: no agent in it: neither a DaemonSet, nor values of the chart, nor a DatadogAgent` };
  const facts = manifest.configurations.map(
    (data): AnyFact => ({ target: 'self', kind: 'agent-configuration', subject: data.name, outcome: { status: 'observed', data } }),
  );
  const report = conclude({
    judgements: judge(facts, OWN),
    facts,
    settings: [],
    startedAt: new Date(host.now()).toISOString(),
    durationMs: 0,
    ...choices(flags),
  });
  return { report, facts };
}

function choices(flags: Partial<Flags>): Pick<Parameters<typeof conclude>[0], 'failOn' | 'skip' | 'only'> {
  return { failOn: flags['fail-on'] ?? 'degrades', skip: flags.skip ?? [], only: flags.only ?? [] };
}
