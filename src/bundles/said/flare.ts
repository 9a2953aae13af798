/**
 * A Datadog flare as far as it speaks of the kubelet: refusals that stand where a document should be, what the agent says of itself, its settings.
 * DataDog/datadog-agent pkg/flare/archive_k8s.go: what the kubelet answers is kept as it is, whatever its status; an empty file says that there was no
 * client. The verdicts of its diagnose.log are PASS in both cases and count for nothing.
 */
import { configurationOf } from '../../agent-config/configuration-of.js';
import { type AgentFile, agentFileOf } from '../../agent-config/datadog-yaml.js';
import type { AgentConfiguration } from '../../model/facts.js';
import { KNOWN_SETTINGS } from '../../profiles/datadog-settings.js';
import type { Speaker } from '../../texts/index.js';
import { isHidden } from '../objects/redacted.js';

/** A file of a flare below its root, and who speaks in it. */
export function flareSpeaker(path: string): Speaker | undefined {
  if (/(?:^|\/)cluster-agent-status\.log$|(?:^|\/)logs\/cluster-agent\.log(?:\.\d+)?$/.test(path)) return 'cluster-agent';
  if (/(?:^|\/)(?:status|diagnose|flare_creation)\.log$/.test(path)) return 'node-agent';
  return /(?:^|\/)logs\/(?:agent|process-agent|security-agent)\.log(?:\.\d+)?$/.test(path) ? 'node-agent' : undefined;
}

export const isKubeletAnswer = (path: string) => /(?:^|\/)k8s\/kubelet_(?:config|pods)\.yaml$/.test(path);

export const isKubeletPods = (path: string) => /(?:^|\/)k8s\/kubelet_pods\.yaml$/.test(path);

/** As the kubelet refuses; the longest is a list of subresources. */
const REFUSALS: readonly [RegExp, number][] = [
  [/^Forbidden \(user=/, 403],
  [/^Unauthorized\b/, 401],
  [/^Authorization error/, 500],
  [/^404 page not found/, 404],
];

/**
 * What stands in the place of the kubelet's answer, as a client would say it: then it is known whom it is from. Undefined where it is an answer, or
 * nothing. That the configuration alone is refused costs the agent nothing: `isPods` and a list of pods beside it.
 */
export function refusalIn(path: string, text: string): string | undefined {
  const said = text.trim();
  const status = REFUSALS.find(([begins]) => begins.test(said))?.[1];
  const asked = /kubelet_config/.test(path) ? 'configz' : 'pods';
  return status === undefined ? undefined : `unexpected status code ${status} on https://${ITS_KUBELET}:10250/${asked}: ${said}`;
}

/** The name that a kubelet has where a flare does not say it. */
export const ITS_KUBELET = 'kubelet';

/** `error collecting data for 'k8s/kubelet_pods.yaml': unexpected status code 403` says of whom by the file alone. */
export function withKubelet(line: string): string {
  return line.replace(
    /^(error collecting data for '[^']{0,80}kubelet_(pods|config)\.yaml': unexpected status code \d{3})\b/,
    (_, told: string, what: string) => `${told} on https://${ITS_KUBELET}:10250/${what === 'pods' ? 'pods' : 'configz'}`,
  );
}

/** The kubelet's own words, where the agent's log quotes them. */
export function refusedPods(line: string): string | undefined {
  return /unexpected status code 403 on https:\/\/[^\s/]{1,300}\/pods: (Forbidden \(user=[^\s,]{1,253}, [\w=, ]{1,200}(?:\(s\)=\[[\w/ ]{1,200}\])?\))/.exec(
    line.slice(0, 4000),
  )?.[1];
}

/** Where its settings are: effective ones, the file, the environment. */
export const SETTINGS = /(?:^|\/)(?:runtime_config_dump\.yaml|etc\/datadog\.yaml|envvars\.log)$/;

/**
 * What its files say of known settings: the environment, then the file, then what is in effect and is no default. That a variable is not listed says
 * nothing: a flare lists those whose names it knows, and hides values.
 */
export async function configurationIn(files: ReadonlyMap<string, string>, name: string): Promise<AgentConfiguration | undefined> {
  const textOf = (ending: string) => [...files].find(([path]) => path.endsWith(ending))?.[1] ?? '';
  const yamlOf = (name: string) => agentFileOf(textOf(name), name);
  const env = Object.fromEntries(
    [...textOf('envvars.log').matchAll(/^ -\s+(DD_[A-Z0-9_]{1,100})=(.*)$/gm)].flatMap(([, variable = '', value = '']) =>
      isHidden(value) ? [] : [[variable, value]],
    ),
  );
  const [file, effective] = await Promise.all([yamlOf('etc/datadog.yaml'), yamlOf('runtime_config_dump.yaml')]);
  const known = new Set([...Object.keys(env), ...file.all.map(({ variable }) => variable)]);
  const standards = new Map(KNOWN_SETTINGS.map(({ variable, standard }) => [variable, standard]));
  const others = effective.all.filter(({ variable, value }) => !known.has(variable) && value !== '' && value !== standards.get(variable));
  const all: AgentFile['all'] = [...file.all, ...others].filter(({ value }) => !isHidden(value));
  const seen = file.seen ?? effective.seen;
  const found = configurationOf(env, { find: () => undefined, all, ...(seen && all.length > 0 && { seen }) }, name);
  return found && { ...found, install: 'container' };
}
