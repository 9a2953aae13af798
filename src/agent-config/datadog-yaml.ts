/** The agent's own datadog.yaml: where its environment says nothing, this file does (datadog-agent pkg/config: environment before file). */
import type { Host } from '../host/host.js';
import { valueAt } from '../kubernetes/json.js';
import type { Choice } from '../model/facts.js';
import { KNOWN_SETTINGS } from '../profiles/datadog-settings.js';

/** Where an agent installed on a node, or its image, keeps it. */
const AGENT_FILE = '/etc/datadog-agent/datadog.yaml';

export interface AgentFile {
  /** What the file says where the variable of this name is not set; an empty value counts as unset there too. */
  find(variable: string): Choice | undefined;
  /** Everything it says of known settings, empty values too, under the variables of the same meaning. */
  all: (Choice & { variable: string })[];
  /** `log_file`: where the agent itself writes. */
  logFile?: string;
  /** For the list of settings: that it was read, or why it was not. Nothing where there is no such file. */
  seen?: Choice;
}

/** Where no such file counts. */
export const noAgentFile: AgentFile = { find: () => undefined, all: [] };

/**
 * Reads the file, at most 1 MiB of it, and nothing of it but the known settings: it holds the API key. A file that cannot be read or understood
 * gives no settings, and says so in `seen`.
 */
export async function readAgentFile(host: Host): Promise<AgentFile> {
  const file = await host.readFile(AGENT_FILE);
  if (!file.ok) return file.code === 'ENOENT' ? noAgentFile : unread(AGENT_FILE, `not read: ${file.detail}`);
  return agentFileOf(file.text, AGENT_FILE);
}

/** The same of a text: `path` is where it stands. */
export async function agentFileOf(text: string, path: string): Promise<AgentFile> {
  // Loaded here: most places have no such file, and need no YAML parser.
  const { readYaml } = await import('../files/yaml-fields.js');
  const read = readYaml(text, path, (root) => {
    const raw = (key: string): unknown => {
      const [section = '', ...rest] = key.split('.');
      return rest.length === 0 ? root.raw(section) : valueAt(root.raw(section), rest);
    };
    return {
      all: KNOWN_SETTINGS.flatMap(({ variable, key }) => choiceOf(variable, key, raw(key), path)),
      logFile: scalar(raw('log_file')),
    };
  });
  // The line alone: a parser's message may quote what stands there.
  if ('error' in read) return unread(path, `not read: not valid YAML${/:\d+(?=: )/.exec(read.error)?.[0].replace(':', ', line ') ?? ''}`);
  const { all, logFile } = read;
  return {
    all,
    ...(logFile !== '' && { logFile }),
    find: (variable) => {
      const { variable: _, ...found } = all.find((choice) => choice.variable === variable && choice.value) ?? { variable: '' };
      return 'value' in found ? found : undefined;
    },
    seen: { value: 'read', origin: 'file', source: path },
  };
}

/** The one list among them, of proxy exceptions, reads as its variable is written: words with spaces between. */
function choiceOf(variable: string, key: string, value: unknown, path: string): AgentFile['all'] {
  if (value === undefined) return [];
  return [
    {
      variable,
      value: Array.isArray(value) && key === 'proxy.no_proxy' ? value.map(scalar).join(' ') : scalar(value),
      origin: 'file',
      source: `${key} in ${path}`,
    },
  ];
}

function unread(source: string, value: string): AgentFile {
  return { ...noAgentFile, seen: { value, origin: 'file', source } };
}

function scalar(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
