/** The agent of an environment and its datadog.yaml as the checks read it. */
import type { AgentConfiguration } from '../model/facts.js';
import type { AgentFile } from './datadog-yaml.js';
import { isKept, settingFrom } from './template-settings.js';

/** The agent of an environment and its datadog.yaml, environment first; undefined where neither says anything. */
export function configurationOf(
  env: Readonly<Record<string, string | undefined>>,
  file: AgentFile,
  name: string,
): Omit<AgentConfiguration, 'install'> | undefined {
  const variables = Object.keys(env).filter(isKept).sort();
  if (variables.length === 0 && !file.seen) return undefined;
  const own = variables.flatMap((variable) => settingFrom(variable, env[variable] ?? '', 'the environment'));
  const filed = file.all.flatMap(({ variable, value, source }) => settingFrom(variable, value, source));
  return { of: 'process', name, containers: [{ container: '', settings: [...own, ...filed] }] };
}
