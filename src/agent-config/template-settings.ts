/**
 * From a pod template to the settings of its agent, as the kubelet will make the environment: of two variables the later, envFrom below env,
 * `$(NAME)` filled in (pkg/kubelet/kubelet_pods.go makeEnvironmentVariables). Only known settings are kept; a Secret is named and never read.
 */
import { LINE, printable } from '../host/redact.js';
import { urlWithoutCredentials } from '../host/secrets/urls.js';
import { text } from '../host/text.js';
import { list, record } from '../kubernetes/json.js';
import type { AgentPlatform } from '../model/facts/agent.js';
import type { AgentWorkload } from '../model/facts/placement.js';
import type { AgentConfiguration, AgentContainer, AgentSetting } from '../model/facts.js';
import { platformOf } from '../probes/machine/mounts/mounts.js';
import { knownSetting, meantBy } from '../profiles/datadog-settings.js';
import { isAgentImage } from './reduce-workload.js';
import { readTemplateMounts } from './template-mounts.js';

/** ConfigMaps by name; `missing`: there is none of that name. Those that were not read are not in it. */
export type ConfigMaps = ReadonlyMap<string, Readonly<Record<string, string>> | 'missing'>;

const MOST_VARIABLES = 500;

/** Is anything about this name kept? */
export function isKept(name: string): boolean {
  return knownSetting(name) !== undefined || meantBy(name) !== undefined;
}

/** As a fact may hold it: no credentials of a proxy, cleaned and cut. */
function shownValue(variable: string, value: string): string {
  return printable(knownSetting(variable)?.kind === 'proxy' ? urlWithoutCredentials(value) : value, LINE);
}

/** A setting as it is kept; nothing for a name that is not ours to keep. */
export function settingFrom(variable: string, value: string | undefined, source: string, from?: string): AgentSetting[] {
  if (!isKept(variable)) return [];
  const meant = meantBy(variable);
  return [
    {
      variable,
      ...(value !== undefined && { value: shownValue(meant?.current ?? variable, value) }),
      source,
      ...(from && { from }),
      ...(meant && { meant }),
    },
  ];
}

/** The ConfigMaps from which a kept setting may come, by name: what to read before {@link readTemplate}. */
export function configMapsOf(podSpec: unknown): string[] {
  const names = agentContainers(podSpec).flatMap((container) => [
    ...list(container.env)
      .map(record)
      .filter(({ name }) => isKept(text(name)))
      .map(({ valueFrom }) => record(record(valueFrom).configMapKeyRef).name),
    ...list(container.envFrom).map((each) => record(record(each).configMapRef).name),
  ]);
  return [...new Set(names.filter((name) => typeof name === 'string').map((name) => text(name)))].slice(0, 20);
}

/** A ConfigMap's texts, at most a hundred. */
export function dataOf(configMap: unknown): Record<string, string> {
  const texts = Object.entries(record(record(configMap).data)).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(texts.slice(0, 100)) as Record<string, string>;
}

/** `name` is how its settings are told apart from others: `DaemonSet datadog/datadog-agent`. `known`: its settings, where not the template has them. */
export function readTemplate(
  podSpec: unknown,
  of: AgentConfiguration['of'],
  name: string,
  maps: ConfigMaps,
  known?: readonly AgentSetting[],
): AgentConfiguration {
  const { hostNetwork, automountServiceAccountToken: automount, volumes } = record(podSpec);
  const projected = list(volumes).flatMap((volume) => list(record(record(volume).projected).sources).map(record));
  const containers = agentContainers(podSpec).map((container) => readContainer(container, maps));
  const platform = platformIn(podSpec);
  const bad = badTolerations(record(podSpec).tolerations, 'tolerations');
  const logs = logsFromFiles(known ?? containers[0]?.settings ?? []);
  return {
    of,
    install: 'container',
    name,
    containers,
    pod: {
      hostNetwork: hostNetwork === true,
      ...(platform && { platform }),
      ...(bad.length > 0 && { badTolerations: bad }),
      noToken: automount === false && !projected.some(({ serviceAccountToken }) => serviceAccountToken !== undefined),
      ...readTemplateMounts(podSpec, agentContainers(podSpec)[0], { logs, platform }),
    },
  };
}

/** With who writes this template: what two variables of one name in it mean. */
export function managedBy(configuration: AgentConfiguration, { manager }: Pick<AgentWorkload, 'manager'>): AgentConfiguration {
  return manager === 'unknown' ? configuration : { ...configuration, manager };
}

/** Kubernetes 1.36 and 1.37 pkg/apis/core/validation ValidateTolerations; Lt and Gt are behind a gate since 1.35. */
const OPERATORS = new Set(['', 'Equal', 'Exists', 'Lt', 'Gt']);

/** Those that the apiserver refuses for their operator. */
export function badTolerations(tolerations: unknown, at: string): NonNullable<NonNullable<AgentConfiguration['pod']>['badTolerations']> {
  return list(tolerations)
    .slice(0, 50)
    .map((each) => text(record(each).operator, 40))
    .flatMap((operator, index) => (OPERATORS.has(operator) ? [] : [{ at: `${at}[${index}]`, operator }]));
}

/** By what selects the nodes, or what chart and operator say of the platform themselves. */
function platformIn(podSpec: unknown): AgentPlatform | undefined {
  const { nodeSelector, os } = record(podSpec);
  const selected = record(nodeSelector);
  if ([selected['kubernetes.io/os'], selected['beta.kubernetes.io/os'], record(os).name].includes('windows')) return 'windows';
  const kinds = agentContainers(podSpec).flatMap(({ env }) => list(env).slice(0, MOST_VARIABLES).map(record));
  const [kind] = kinds.flatMap(({ name, value }) => (name === 'DD_PROVIDER_KIND' && typeof value === 'string' ? [value] : []));
  return platformOf(kind);
}

function logsFromFiles(settings: readonly AgentSetting[]): boolean {
  const value = (variable: string) => settings.find((setting) => setting.variable === variable && setting.value)?.value;
  return value('DD_LOGS_ENABLED') === 'true' && value('DD_LOGS_CONFIG_K8S_CONTAINER_USE_FILE') !== 'false';
}

/** Those of the agent's image, its own first; all where none is known by its image (a registry of one's own). */
function agentContainers(podSpec: unknown): Record<string, unknown>[] {
  const all = list(record(podSpec).containers).slice(0, 20).map(record);
  const known = all.filter(({ image }) => isAgentImage(text(image, 512)));
  return [...(known.length > 0 ? known : all)].sort((a, b) => Number(b.name === 'agent') - Number(a.name === 'agent'));
}

/** Variables whose values go nowhere, whatever refers to them. */
const SECRET = /KEY|TOKEN|PASS|SECRET|CREDENTIAL/i;

interface Entry {
  value?: string;
  from?: string;
}

function readContainer(container: Record<string, unknown>, maps: ConfigMaps): AgentContainer {
  const inherited = list(container.envFrom)
    .slice(0, 20)
    .map(record)
    .reverse()
    .flatMap((each) => inheritedFrom(each, maps));
  const seen = new Map<string, Entry>(inherited.map(({ variable, value, from }) => [variable, { value, from }]));
  const own: AgentSetting[] = [];
  for (const each of list(container.env).slice(0, MOST_VARIABLES).map(record)) {
    const variable = text(each.name, 100);
    // Null is left out, as Helm leaves a null of its values.
    const taken = each.valueFrom ?? undefined;
    const entry = taken === undefined ? expand(String(each.value ?? ''), seen) : referred(record(taken), maps);
    seen.set(variable, entry);
    own.unshift(...settingFrom(variable, entry.value, 'env', entry.from));
  }
  return { container: text(container.name, 63), settings: [...own, ...inherited] };
}

function inheritedFrom({ configMapRef, secretRef, prefix }: Record<string, unknown>, maps: ConfigMaps): AgentSetting[] {
  if (secretRef !== undefined) return [];
  const configMap = text(record(configMapRef).name);
  const found = maps.get(configMap);
  if (found === undefined || found === 'missing') return [];
  return Object.entries(found).flatMap(([key, value]) =>
    settingFrom(`${text(prefix, 100)}${key}`, value, 'envFrom', `ConfigMap ${configMap}`),
  );
}

/** `optional` says what becomes of a reference to nothing: no variable. Without it the container is never created. */
function referred(valueFrom: Record<string, unknown>, maps: ConfigMaps): Entry {
  const { fieldRef, configMapKeyRef, secretKeyRef, resourceFieldRef } = valueFrom;
  if (fieldRef !== undefined) return { from: text(record(fieldRef).fieldPath) };
  if (resourceFieldRef !== undefined) return { from: text(record(resourceFieldRef).resource) };
  if (secretKeyRef !== undefined) return { from: `Secret ${text(record(secretKeyRef).name)}, key ${text(record(secretKeyRef).key)}` };
  if (configMapKeyRef === undefined) return { value: '' };
  const { name, key } = record(configMapKeyRef);
  const found = maps.get(text(name));
  const from = `ConfigMap ${text(name)}, key ${text(key)}`;
  if (found === undefined) return { from };
  return { value: found === 'missing' ? '' : (found[String(key)] ?? ''), from };
}

/** `$(NAME)` of a variable above, or of a Service; `$$` is one dollar, and what is not known stays as it is written (third_party/forked/golang/expansion). */
function expand(value: string, seen: ReadonlyMap<string, Entry>): Entry {
  const [, whole] = /^\$\(([\w.-]+)\)$/.exec(value) ?? [];
  const referred = whole === undefined || SECRET.test(whole) ? undefined : seen.get(whole);
  if (referred) return referred;
  let open: string | undefined;
  const expanded = value.replace(/\$(\$|\(([\w.-]+)\))/g, (written, sign: string, name: string | undefined) => {
    if (sign === '$') return '$';
    const entry = SECRET.test(name ?? '') ? { from: `the variable ${name}` } : seen.get(name ?? '');
    if (entry?.value !== undefined) return entry.value;
    if (entry?.from || /_SERVICE_(HOST|PORT)/.test(name ?? '')) open ??= entry?.from ?? `the Service variable ${name}`;
    return written;
  });
  return open === undefined ? { value: expanded } : { from: open };
}
