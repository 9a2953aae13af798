/** Which options each command has: rows of the one table, and the few of one command alone. */
import type { OptionSpec } from '../../setup/option-spec.js';
import { OPTIONS, type OptionName } from '../../setup/options.js';

const ROWS: readonly OptionSpec[] = OPTIONS;
const rowsOf = (...names: OptionName[]) => ROWS.filter(({ name }) => names.some((each) => each === name));
const rowsBut = (...names: OptionName[]) => ROWS.filter(({ name }) => !names.some((each) => each === name));

const KUBELET = [
  'kubelet-host',
  'kubelet-port',
  'kubelet-ca',
  'kubelet-client-cert',
  'kubelet-client-key',
  'kubelet-token-file',
] as const satisfies readonly OptionName[];
const RENDERING = ['output', 'verbose', 'quiet', 'no-color'] as const;
const JUDGING = ['fail-on', 'skip', 'only', 'exit-zero'] as const;

const formats = (...choices: string[]) => rowsOf('output').map((row): OptionSpec => ({ ...row, choices }));
export const TEXT_OR_JSON = formats('text', 'json');
export const LIST_OPTIONS: readonly OptionSpec[] = [
  ...TEXT_OR_JSON,
  { name: 'fragments', type: 'switch', description: 'the texts that explain knows, by who prints them, with source and meaning' },
];
/** What is said of a file in git goes into a ticket, a CI job or code scanning. */
const OF_FILE = formats('text', 'json', 'markdown', 'junit', 'sarif');
/** With more formats where a file can be judged. */
const ofFile = (options: readonly OptionSpec[]) => [...options.filter(({ name }) => name !== 'output'), ...OF_FILE];

/** Commands that print a table: no report in every format, nothing saved, asked once, and not of the kubelet. */
const withTable = (...without: OptionName[]): readonly OptionSpec[] => [
  ...rowsBut('output', 'save', 'force', 'pseudonyms', 'wait', 'quiet', ...KUBELET, ...without),
  ...TEXT_OR_JSON,
];

export const CHECK_OPTIONS = ROWS;
export const NODES_OPTIONS = ofFile(
  withTable('root', 'agent-process', 'service-account', 'feature', 'agent-version', 'kubernetes-version'),
);
export const SETTINGS_OPTIONS = ofFile(withTable('service-account', 'feature', 'kubernetes-version'));
export const RBAC_OPTIONS: readonly OptionSpec[] = [
  ...withTable('root', 'daemonset'),
  {
    name: 'yaml',
    type: 'switch',
    group: 'Rights',
    description: 'print the ServiceAccount, roles and bindings the agent needs; asks no server',
  },
  { name: 'missing', type: 'switch', group: 'Rights', description: 'only what is missing; with --yaml the roles and bindings to apply' },
];
export const RENDER_OPTIONS = rowsOf(...RENDERING, 'pseudonyms');
/** Of a bundle they choose among what is in it. */
const OF_BUNDLE: Partial<Record<string, string>> = {
  node: 'of a bundle: the node to judge (default: all)',
  daemonset: "of a bundle: the agent's DaemonSet (default: those that look like it)",
  'service-account': "of a bundle: the account whose permissions are judged (default: the DaemonSet's)",
};
export const JUDGE_OPTIONS: readonly OptionSpec[] = [
  ...rowsOf(...RENDERING, ...JUDGING, 'node', 'daemonset', 'service-account', 'profile', 'feature').map((row) => ({
    ...row,
    description: OF_BUNDLE[row.name] ?? row.description,
  })),
  {
    name: 'pod',
    type: 'text',
    value: 'NAME',
    group: 'Placement',
    description: 'of a bundle: judge the node and DaemonSet of this pod, as NAME or NS/NAME',
  },
  { name: 'collect', type: 'switch', group: 'Output', description: 'print what to run for the questions that stay open' },
];
export const DIFF_OPTIONS = [...rowsOf('no-color'), ...TEXT_OR_JSON];
export const MERGE_OPTIONS = rowsOf(...RENDERING, ...JUDGING, 'save', 'force', 'pseudonyms');
export const MANIFEST_OPTIONS: readonly OptionSpec[] = [
  { name: 'node', type: 'text', value: 'NAME', description: 'pod, debug: the node to run on' },
  { name: 'namespace', type: 'text', value: 'NAME', description: 'namespace to run in (default: kubelet-doctor)' },
  {
    name: 'service-account',
    type: 'text',
    value: 'NS/NAME',
    description: "account to run as, such as the agent's; debug: the account to check",
  },
  { name: 'image', type: 'text', value: 'IMAGE', description: 'image of kubelet-doctor, as pushed to your registry' },
  { name: 'host-network', type: 'switch', description: "pod, daemonset: use the node's network" },
  { name: 'pod', type: 'text', value: 'NAME', description: "debug: the agent's pod; checks with its token" },
  { name: 'container', type: 'text', value: 'NAME', default: 'agent', description: "debug: the agent's container in that pod" },
];
export const DEMO_OPTIONS: readonly OptionSpec[] = [
  { name: 'scenario', type: 'text', value: 'NAME', description: 'simulated cluster to check' },
  { name: 'list', type: 'switch', description: 'list the scenarios' },
  ...rowsOf('output', 'verbose', 'quiet', 'exit-zero').map((row): OptionSpec => ({ ...row, group: undefined })),
];

/** Shown by --help; --help-all shows all. */
export const COMMON_OPTIONS: readonly string[] = [
  'node',
  'kubeconfig',
  'context',
  'service-account',
  'agent-process',
  'wait',
  'output',
  'save',
  'verbose',
  'quiet',
  'yaml',
  'missing',
] satisfies (OptionName | 'yaml' | 'missing')[];
