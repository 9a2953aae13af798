/** How agents are configured, as several checks read it, and how a setting is changed where it is written. */

import { isDnsName, isVariable, shellQuote } from '../../../kubernetes/names.js';
import type { Fix, Message } from '../../../model/check.js';
import type { AgentConfiguration, AgentContainer, AgentSetting, Fact } from '../../../model/facts.js';
import { readsAsTrue } from '../../../profiles/datadog-settings.js';
import { given } from '../../shared/decide.js';
import { env, fixBy, shell, yaml } from '../../shared/fix.js';
import { hostFromDownwardApi } from '../../shared/kubelet-fixes.js';
import { seen } from '../../shared/read.js';

/** One container of one agent. */
export interface Configured {
  fact: Fact<'agent-configuration'>;
  configuration: AgentConfiguration;
  container: AgentContainer;
}

/** Every container of every agent whose configuration is known. */
export function configured(facts: readonly Fact<'agent-configuration'>[]): Configured[] {
  return facts.flatMap((fact) =>
    (seen(fact)?.containers ?? []).map((container) => ({ fact, configuration: given(seen(fact)), container })),
  );
}

/** What counts for this variable: the first that is not empty, as an empty one is unset for the agent. */
export function effective({ settings }: AgentContainer, variable: string): AgentSetting | undefined {
  return settings.find((setting) => setting.variable === variable && (setting.value ?? setting.from));
}

/** As the agent reads a boolean; undefined where it is not set or not known. */
export function isOn(container: AgentContainer, variable: string): boolean | undefined {
  const value = effective(container, variable)?.value;
  return value === undefined ? undefined : readsAsTrue(value);
}

const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

export function isBoolean(value: string): boolean {
  return readsAsTrue(value) || FALSE.has(value);
}

/** Where it is written and, where it comes from elsewhere, from where: `env of DaemonSet datadog/datadog-agent, from ConfigMap a, key b`. */
export function writtenIn({ configuration: { of, name } }: Configured, { source, from, value }: AgentSetting): string {
  const where = of === 'workload' ? `${source} of ${name}` : of === 'file' ? `${source} in ${name}` : source;
  return from && value !== undefined ? `${where}, from ${from}` : where;
}

/** For a fix: which container and, in a file, under which key, so that nobody writes it a second time elsewhere. */
export function whereToChange(at: Configured, { source }: AgentSetting): string {
  return at.configuration.of === 'file' ? ` (${source}${inContainer(at)})` : inContainer(at);
}

/** `, container trace-agent` where it is not the one that talks to the kubelet. */
export function inContainer({ container }: Configured): string {
  return container.container && container.container !== 'agent' ? `, container ${container.container}` : '';
}

/** A command that shows the same by hand, where there is one. */
export function lookAt({ configuration: { of, name }, container: { container } }: Configured, variable: string): string | undefined {
  if (of === 'process') return name === 'this process' && isVariable(variable) ? `printenv ${variable}` : undefined;
  const target = daemonSetOf(name);
  return target && isDnsName(container)
    ? `kubectl -n ${target.namespace} set env daemonset/${target.name} -c ${container} --list`
    : undefined;
}

/** Sets variables, or takes them away (`undefined`), where this agent is configured. */
export function changeSettings(
  { configuration: { of, name }, container: { container } }: Configured,
  action: Message,
  changes: Readonly<Record<string, string | undefined>>,
): Fix {
  const entries = Object.entries(changes);
  const target = of === 'workload' ? daemonSetOf(name) : undefined;
  if (target && isDnsName(container) && entries.every(([variable]) => isVariable(variable))) {
    const words = entries.map(([variable, value]) => (value === undefined ? `${variable}-` : shellQuote(`${variable}=${value}`)));
    const command = `kubectl -n ${target.namespace} set env daemonset/${target.name} -c ${container} ${words.join(' ')}`;
    return fixBy('agent', 'restart', action, { ...shell(command), verify: 'kubelet-doctor settings' });
  }
  const set = Object.fromEntries(entries.flatMap(([variable, value]) => (value === undefined ? [] : [[variable, value]])));
  const steps = of === 'process' && Object.keys(set).length === entries.length ? env(set) : {};
  return fixBy('agent', 'config', action, { ...steps, verify: 'kubelet-doctor settings' });
}

/** The kubelet's host from the downward API, written as the place it stands in has it: an entry of `env`, or a key of the chart or the operator. */
export function hostFromApi({ configuration: { of } }: Configured, { source }: AgentSetting, action: Message): Fix {
  const isKey = of === 'file' && /^[a-z]+(\.[a-z]+)*\.kubelet\.host$/i.test(source);
  if (!isKey) return hostFromDownwardApi(action);
  const field = 'fieldRef: {fieldPath: status.hostIP}';
  const lines = [...source.split('.').map((key) => `${key}:`), source.startsWith('spec.') ? field : `valueFrom: {${field}}`];
  const steps = lines.map((line, depth) => `${'  '.repeat(depth)}${line}`).join('\n');
  return fixBy('agent', 'config', action, { ...yaml(`${steps}\n`), verify: 'kubelet-doctor settings' });
}

/** The DaemonSet behind a name, when it is safe in a command. */
function daemonSetOf(name: string): { namespace: string; name: string } | undefined {
  const [, namespace = '', daemonSet = ''] = /^DaemonSet ([^/ ]+)\/([^/ ]+)$/.exec(name) ?? [];
  return isDnsName(namespace) && isDnsName(daemonSet) ? { namespace, name: daemonSet } : undefined;
}
