/** `kubelet-doctor settings`: how the agent is configured, here, in its DaemonSet or in a file, and what of that is wrong. */
import { seen } from '../../checks/shared/read.js';
import { SETTINGS_AND_WAY, SETTINGS_CHECKS } from '../../checks/topics.js';
import type { Host } from '../../host/host.js';
import { judge } from '../../judge/judge.js';
import type { Diagnosis } from '../../live/diagnose.js';
import { BOUNDS } from '../../model/bounds.js';
import type { AnyFact } from '../../model/facts.js';
import type { Report } from '../../model/report.js';
import { closeUp, type Look, palette, proseWidth, wrap } from '../../render/style.js';
import { findingsBeside } from '../../render/text/brief.js';
import { headLines } from '../../render/text/head.js';
import { settingsLines } from '../../render/text/settings.js';
import { conclude } from '../../report/conclude.js';
import { factsOf } from '../../report/facts.js';
import { neutraliseAll } from '../../report/plain-text.js';
import { type SettingsTable, settingsTables } from '../../report/tables/settings.js';
import { findFlagError } from '../../setup/flag-errors.js';
import type { Flags } from '../../setup/options.js';
import { resolveSettings } from '../../setup/resolve.js';
import { ask, unlessNowhere } from '../ask.js';
import type { Io } from '../io.js';
import { lookOf, renderBeside } from '../render.js';
import { choicesOf, withReport } from '../with-report.js';

export function runSettingsCommand(flags: Partial<Flags>, host: Host, io: Io): Promise<number> {
  return withReport(flags, host, io, {
    asks: true,
    find: () => (flags.manifest ? fromFile(flags.manifest, flags, host) : fromHere(flags, host, io)),
    show: (diagnosis) => showSettings(diagnosis, flags, io),
  });
}

async function fromHere(flags: Partial<Flags>, host: Host, io: Io): Promise<Diagnosis | { error: string; next?: string[] }> {
  const found = await fromLive(flags, host, io);
  const isEmpty = 'facts' in found && factsOf(found.facts, 'self/agent-configuration').every((fact) => !seen(fact));
  return isEmpty ? unlessNowhere(found, 'kubelet-doctor settings --kubeconfig FILE, or --manifest FILE') : found;
}

function showSettings({ report, facts }: Diagnosis, flags: Partial<Flags>, io: Io): Promise<string> {
  const tables = settingsTables(factsOf(facts, 'self/agent-configuration').flatMap((fact) => seen(fact) ?? []));
  const { width, colour, verbose } = lookOf(flags, io);
  const text = () => renderSettings(report, tables, { width, paint: palette(colour) }, verbose);
  return renderBeside(report, () => ({ agents: tables }), text, flags, io);
}

const FROM_FILE = 'Read from a file, without asking a server.';
const NOTHING = 'No agent settings found. Use `--agent-process auto` for an agent that runs here, or `--manifest FILE` for a file.';

function renderSettings(report: Report, tables: readonly SettingsTable[], look: Look, verbose: boolean): string {
  const safe = neutraliseAll(report);
  return closeUp([
    ...(safe.where.place ? headLines(safe, look) : [...headLines(safe, look).slice(0, 2), look.paint.dim(FROM_FILE)]),
    '',
    ...neutraliseAll(tables).flatMap((table) => [...settingsLines(table, look, verbose), '']),
    ...(tables.length === 0 ? [...wrap(NOTHING, proseWidth(look.width)), ''] : []),
    ...findingsBeside(safe, look, verbose),
  ]).join('\n');
}

async function fromLive(flags: Partial<Flags>, host: Host, io: Io): Promise<Diagnosis | { error: string }> {
  const settings = await resolveSettings(flags, host);
  if ('error' in settings) return settings;
  // An agent that is here speaks for itself: what its apiserver is like is another question.
  const { place } = settings.agent?.place ?? settings.seen;
  const isHere = settings.configuration !== undefined && place !== 'workstation' && !flags.daemonset;
  return ask(settings, flags, host, io, { checks: isHere ? SETTINGS_CHECKS : SETTINGS_AND_WAY, rightsOnly: true });
}

/** Asks no server: everything stands in the file. */
async function fromFile(file: string, flags: Partial<Flags>, host: Host): Promise<Diagnosis | { error: string }> {
  const wrong = await findFlagError(flags, host);
  if (wrong) return { error: wrong };
  const read = await host.readFile(file, BOUNDS.manifest);
  if (!read.ok) return { error: `--manifest ${file}: ${read.detail}` };
  const { nothingIn, parseManifest } = await import('../../agent-config/manifest.js');
  const manifest = parseManifest(read.text, host.redactor.clean(file, 200));
  if ('error' in manifest) return { error: `--manifest: ${manifest.error}` };
  if (manifest.configurations.length === 0) {
    const instead = manifest.daemonSets.length > 0 ? ': nodes --manifest shows where they run' : '';
    return { error: `--manifest ${file}: ${nothingIn(manifest)}${instead}` };
  }
  const facts = manifest.configurations.map(
    (data): AnyFact => ({ target: 'self', kind: 'agent-configuration', subject: data.name, outcome: { status: 'observed', data } }),
  );
  const report = conclude({
    judgements: judge(facts, SETTINGS_CHECKS),
    facts,
    settings: [{ setting: 'manifest', value: host.redactor.clean(file, 400), origin: 'flag', source: '--manifest' }],
    startedAt: new Date(host.now()).toISOString(),
    durationMs: 0,
    ...choicesOf(flags),
  });
  return { report, facts, isComplete: true };
}
