/**
 * Every option, once: yargs, --help, the README's section and the type of the parsed flags are made from this table.
 */

/** Headings of --help and of the README. */
export const OPTION_GROUPS = ['Kubelet', 'Apiserver', 'Rights', 'Placement', 'Run', 'Output'] as const;

/** What a value is. All but switches and lists arrive as the text that was typed; src/setup/resolve.ts reads it and says what is wrong with it. */
export type OptionType = 'text' | 'path' | 'address' | 'port' | 'duration' | 'choice' | 'list' | 'switch';

export interface OptionSpec {
  name: string;
  type: OptionType;
  group: (typeof OPTION_GROUPS)[number];
  /** One line, no full stop. */
  description: string;
  /** Placeholder of the value in --help. */
  value?: string;
  /** As shown and as used when the option is not given. */
  default?: string;
  choices?: readonly string[];
  /** One letter. */
  alias?: string;
  /** The setting it feeds, as --verbose shows it. */
  setting?: string;
}

export const OPTIONS = [
  {
    name: 'node',
    type: 'text',
    value: 'NAME',
    group: 'Kubelet',
    setting: 'node',
    description: 'node whose kubelet is asked about (its Node object, its heartbeat, its rights)',
  },
  {
    name: 'kubelet-host',
    type: 'address',
    value: 'HOST',
    group: 'Kubelet',
    setting: 'kubelet.host',
    description: 'name or address of the kubelet',
  },
  {
    name: 'kubelet-port',
    type: 'port',
    value: 'PORT',
    group: 'Kubelet',
    setting: 'kubelet.port',
    default: '10250',
    description: 'HTTPS port of the kubelet',
  },
  {
    name: 'kubelet-ca',
    type: 'path',
    value: 'FILE',
    group: 'Kubelet',
    setting: 'kubelet.ca',
    description: "CA to verify the kubelet's certificate with",
  },
  {
    name: 'kubelet-client-cert',
    type: 'path',
    value: 'FILE',
    group: 'Kubelet',
    setting: 'kubelet.certificate',
    description: 'client certificate for the kubelet',
  },
  {
    name: 'kubelet-client-key',
    type: 'path',
    value: 'FILE',
    group: 'Kubelet',
    setting: 'kubelet.key',
    description: 'its key (may be the same file)',
  },
  {
    name: 'kubelet-token-file',
    type: 'path',
    value: 'FILE',
    group: 'Kubelet',
    setting: 'kubelet.token',
    description: 'token for the kubelet',
  },
  {
    name: 'root',
    type: 'path',
    value: 'DIR',
    group: 'Kubelet',
    setting: 'root',
    description: "the node's file system, e.g. /host: its kubelet's process, configuration and certificates are read from there",
  },
  {
    name: 'agent-process',
    type: 'text',
    value: 'PID|auto',
    group: 'Run',
    setting: 'agent.process',
    description: 'be the agent of that process: its environment and, below /proc/PID/root, its files and token; auto finds it',
  },
  {
    name: 'apiserver',
    type: 'address',
    value: 'HOST:PORT',
    group: 'Apiserver',
    setting: 'apiserver.url',
    description: 'apiserver to ask, as URL or host:port',
  },
  {
    name: 'apiserver-ca',
    type: 'path',
    value: 'FILE',
    group: 'Apiserver',
    setting: 'apiserver.ca',
    description: "CA to verify the apiserver's certificate with",
  },
  {
    name: 'apiserver-client-cert',
    type: 'path',
    value: 'FILE',
    group: 'Apiserver',
    setting: 'apiserver.certificate',
    description: 'client certificate for the apiserver',
  },
  {
    name: 'apiserver-client-key',
    type: 'path',
    value: 'FILE',
    group: 'Apiserver',
    setting: 'apiserver.key',
    description: 'its key (may be the same file)',
  },
  {
    name: 'token-file',
    type: 'path',
    value: 'FILE',
    group: 'Apiserver',
    setting: 'apiserver.token',
    description: 'token for both servers',
  },
  {
    name: 'kubeconfig',
    type: 'path',
    value: 'FILE',
    group: 'Apiserver',
    setting: 'kubeconfig',
    description: 'kubeconfig for the apiserver and, where nothing else names one, the credential for the kubelet',
  },
  {
    name: 'context',
    type: 'text',
    value: 'NAME',
    group: 'Apiserver',
    setting: 'context',
    description: 'context of the kubeconfig (default: its current-context)',
  },
  {
    name: 'as',
    type: 'text',
    value: 'USER',
    group: 'Apiserver',
    setting: 'apiserver.as',
    description: 'ask the apiserver in the name of this user, as kubectl --as (the kubelet knows no impersonation)',
  },
  { name: 'as-group', type: 'list', value: 'GROUP,…', group: 'Apiserver', description: 'and of these groups; needs --as' },
  {
    name: 'daemonset',
    type: 'text',
    value: 'NS/NAME',
    group: 'Placement',
    setting: 'daemonset',
    description: "the agent's DaemonSet: may it run on control-plane nodes, and on every node (default: found by labels and image)",
  },
  {
    name: 'manifest',
    type: 'path',
    value: 'FILE',
    group: 'Placement',
    setting: 'manifest',
    description:
      "judge the agent of this file before it is installed: a DaemonSet (`helm template` output), the chart's values, or a DatadogAgent",
  },
  {
    name: 'service-account',
    type: 'text',
    value: 'NS/NAME',
    group: 'Rights',
    setting: 'serviceAccount',
    description: 'judge the rights of this ServiceAccount instead of our own (needs SubjectAccessReview or impersonation)',
  },
  {
    name: 'agent',
    type: 'text',
    value: 'PROFILE',
    group: 'Rights',
    setting: 'profile',
    default: 'datadog-agent',
    description: 'what the agent needs: datadog-agent, datadog-cluster-agent, metrics-server, or a YAML file of yours',
  },
  {
    name: 'feature',
    type: 'list',
    value: 'FEATURE,…',
    group: 'Rights',
    description: 'features it must be able to serve, beside those its environment turns on (events, leader-election, …, all)',
  },
  {
    name: 'agent-version',
    type: 'text',
    value: 'VERSION',
    group: 'Rights',
    setting: 'agentVersion',
    description: 'version of the agent (default: its image tag where readable, else the newest)',
  },
  {
    name: 'kubernetes-version',
    type: 'text',
    value: 'VERSION',
    group: 'Rights',
    setting: 'kubernetesVersion',
    description: 'oldest kubelet to serve, where none can be asked (default: the newest)',
  },
  {
    name: 'insecure-skip-tls-verify',
    type: 'switch',
    group: 'Run',
    setting: 'insecure-skip-tls-verify',
    description: 'send credentials even to a server whose certificate does not verify',
  },
  {
    name: 'no-kubelet-identity',
    type: 'switch',
    group: 'Run',
    description: "at a node, do not ask the apiserver with the kubelet's own kubeconfig (used where no other credential is named)",
  },
  { name: 'no-exec', type: 'switch', group: 'Run', setting: 'no-exec', description: 'never run a credential plugin of a kubeconfig' },
  {
    name: 'timeout',
    type: 'duration',
    value: 'TIME',
    group: 'Run',
    setting: 'timeout',
    default: '30s',
    description: 'budget of the whole run',
  },
  {
    name: 'connect-timeout',
    type: 'duration',
    value: 'TIME',
    group: 'Run',
    setting: 'connect-timeout',
    default: '4s',
    description: 'limit of each connection attempt',
  },
  {
    name: 'wait',
    type: 'switch',
    group: 'Run',
    description: 'ask again until all is well or the time is over (a kubelet remembers a refusal for 30 s)',
  },
  {
    name: 'output',
    type: 'choice',
    value: 'FORMAT',
    group: 'Output',
    default: 'text',
    alias: 'o',
    choices: ['text', 'json', 'markdown', 'html', 'junit', 'sarif', 'line'],
    description: 'what to print',
  },
  {
    name: 'save',
    type: 'path',
    value: 'FILE.tgz|DIR',
    group: 'Output',
    description: 'also write the report in every form and all facts, to send and to judge again (in a directory: TS_OUTPUT_DIR)',
  },
  {
    name: 'pseudonyms',
    type: 'path',
    value: 'FILE',
    group: 'Output',
    description: 'print and save substitutes for names and addresses (node-1, 192.0.2.1); FILE keeps which is which, and is used again',
  },
  { name: 'force', type: 'switch', group: 'Output', description: 'let --save replace what is there' },
  { name: 'skip', type: 'list', value: 'CAUSE,…', group: 'Output', description: 'leave these causes out' },
  { name: 'only', type: 'list', value: 'CAUSE,…', group: 'Output', description: 'report these causes alone' },
  {
    name: 'fail-on',
    type: 'choice',
    value: 'SEVERITY',
    group: 'Output',
    default: 'degrades',
    choices: ['blocks', 'degrades', 'risk'],
    description: 'least severity that makes the exit code 1',
  },
  { name: 'exit-zero', type: 'switch', group: 'Output', description: 'exit with 0 whatever was found; the report keeps the true code' },
  {
    name: 'verbose',
    type: 'switch',
    group: 'Output',
    description: 'also every setting with its origin, every passed question, and the times per layer',
  },
  {
    name: 'debug',
    type: 'switch',
    group: 'Output',
    description: 'also every fact, and stack traces of internal errors (no secrets either)',
  },
  { name: 'no-color', type: 'switch', group: 'Output', description: 'no colour (NO_COLOR does the same)' },
] as const satisfies readonly OptionSpec[];

type Option = (typeof OPTIONS)[number];
export type OptionName = Option['name'];

/** `--no-color` is the option; what yargs parses it into is `color: false`. */
type KeyOf<N extends string> = N extends `no-${infer Positive}` ? Positive : N;
type ValueOf<O extends Option> = O['type'] extends 'switch'
  ? boolean
  : O['type'] extends 'list'
    ? string[]
    : O extends { choices: readonly (infer C)[] }
      ? C
      : string;

/** The options as parsed, by name, values as typed. A missing key is an option not given. */
export type Flags = { [O in Option as KeyOf<O['name']>]: ValueOf<O> };

/** The README's section: one table a group. */
export function optionsTable(): string {
  const options: readonly OptionSpec[] = OPTIONS;
  return OPTION_GROUPS.map((group) => {
    const rows = options
      .filter((option) => option.group === group)
      .map((option) => {
        const choices = option.choices ? `: ${option.choices.map((choice) => `\`${choice}\``).join(', ')}` : '';
        // A bar ends the cell, in code as well.
        const value = option.value ? ` ${option.value.replaceAll('|', '\\|')}` : '';
        return `| \`--${option.name}${value}\` | ${option.description}${choices} | ${option.default ? `\`${option.default}\`` : ''} |`;
      });
    return [`**${group}**`, '', '| Option | Meaning | Default |', '| --- | --- | --- |', ...rows, ''].join('\n');
  }).join('\n');
}
