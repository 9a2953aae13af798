/**
 * What a pod's spec tells of the features of its agent: the variables that profiles go by, and which checks files of conf.d configure. Nothing
 * else of a pod is kept: its environment holds keys and passwords.
 */
import { NAME, printable } from '../host/redact.js';
import { text } from '../host/text.js';
import { list, record } from '../kubernetes/json.js';
import { PROFILES } from '../profiles/index.js';
import { type RunsWhere, variablesOf } from '../profiles/resolve.js';

/** Of the profiles that ship: a file of the user's own has no say in what is taken out of a pod. */
const VARIABLES = new Set(PROFILES.flatMap(variablesOf));
const CHECKS = new Set(PROFILES.flatMap(({ features }) => features.flatMap(({ check }) => check ?? [])));

/** The first container's word counts. Undefined where one may have a variable that does not stand there: from a ConfigMap, a Secret, or a whole list. */
export function settingsOf(containers: readonly Record<string, unknown>[]): Record<string, string> | undefined {
  const settings: Record<string, string> = {};
  for (const { env, envFrom } of containers) {
    if (list(envFrom).length > 0) return undefined;
    const own: Record<string, string> = {};
    for (const { name, value, valueFrom } of list(env).map(record)) {
      if (typeof name !== 'string' || !VARIABLES.has(name)) continue;
      if (valueFrom !== undefined) return undefined;
      own[name] = printable(String(value ?? ''), NAME);
    }
    for (const [name, value] of Object.entries(own)) if (value) settings[name] ??= value;
  }
  return settings;
}

/** A file of conf.d that configures a check, as a key of a ConfigMap; without a key it may be any of them. */
interface CheckFile {
  check: string;
  configMap: string;
  key?: string;
}

/** The ConfigMaps of which a Cluster Agent's pod takes configurations of checks that may run elsewhere. */
export function checkMapsOf(podSpec: unknown): string[] {
  return [...new Set(checkFilesOf(podSpec).map(({ configMap }) => configMap))].slice(0, 5);
}

/** By the pod of a Cluster Agent, where its checks run; `maps`: what could be read of {@link checkMapsOf}. */
export function checksOf(podSpec: unknown, maps: ReadonlyMap<string, Readonly<Record<string, string>>>): Record<string, RunsWhere> {
  // Without any volume it has its files from somewhere else.
  if (record(podSpec).volumes === undefined) return {};
  const files = checkFilesOf(podSpec).map((file) => [file.check, runsWhere(file, maps.get(file.configMap))] as const);
  return { ...Object.fromEntries([...CHECKS].map((check) => [check, 'unset'] as const)), ...Object.fromEntries(files) };
}

/** Where the agent reads them: the chart copies them there, the operator mounts them there. */
const CONF_D = '/etc/datadog-agent/conf.d';

/** By the files of the pod we run in: those that are there, and nothing of the others. */
export async function checksHere(
  readFile: (path: string) => Promise<{ ok: true; text: string } | { ok: false }>,
): Promise<Record<string, RunsWhere>> {
  const found: Record<string, RunsWhere> = {};
  for (const check of CHECKS)
    for (const file of [`${check}.d/${check}.yaml`, `${check}.d/${check}.yaml.default`, `${check}.yaml`, `${check}.yaml.default`]) {
      const read = await readFile(`${CONF_D}/${file}`);
      if (read.ok) found[check] ??= isHandedOut(read.text) ? 'elsewhere' : 'here';
    }
  return found;
}

/** The same, from where the runners are. */
export function checksOfRunners(checks: Readonly<Record<string, RunsWhere>>): Record<string, RunsWhere> {
  return Object.fromEntries(
    Object.entries(checks).map(([check, runs]) => [check, runs === 'elsewhere' ? 'here' : runs === 'somewhere' ? runs : 'elsewhere']),
  );
}

/**
 * The chart mounts one ConfigMap whose items are the files (`kubernetes_state_core.d/kubernetes_state_core.yaml.default`; without the folder up to
 * helm-charts 3.137), the operator one for each folder.
 */
function checkFilesOf(podSpec: unknown): CheckFile[] {
  const { volumes, containers } = record(podSpec);
  const folders = new Map(
    list(containers)
      .flatMap((container) => list(record(container).volumeMounts).map(record))
      .map(({ name, mountPath }) => [text(name), /\/conf\.d\/(\w+)\.d\/?$/.exec(text(mountPath))?.[1] ?? '']),
  );
  const files = list(volumes)
    .map(record)
    .filter(({ configMap }) => configMap !== undefined)
    .flatMap(({ name, configMap }): CheckFile[] => {
      const { name: map, items } = record(configMap);
      const folder = folders.get(text(name));
      if (folder) return [{ check: folder, configMap: text(map) }];
      return list(items)
        .map(record)
        .map(({ key, path }) => ({ check: /^(\w+)(?:\.d\/|\.yaml)/.exec(text(path))?.[1] ?? '', configMap: text(map), key: text(key) }));
    });
  return files.filter(({ check }) => CHECKS.has(check));
}

/** `cluster_check: true` hands a check to the runners. */
function runsWhere({ key }: CheckFile, data: Readonly<Record<string, string>> | undefined): RunsWhere {
  const texts = data && (key === undefined ? Object.values(data) : [data[key]]).filter((each) => each !== undefined);
  if (!texts || texts.length === 0) return 'somewhere';
  return texts.some(isHandedOut) ? 'elsewhere' : 'here';
}

function isHandedOut(configuration: string): boolean {
  return configuration.split('\n').some((line) => /^cluster_check: *["']?true\b/.test(line.trim()));
}
