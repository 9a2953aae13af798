/**
 * Every option, once: yargs, --help, the README's section, what is wrong with a value and the type of the parsed flags are made from this table.
 */
import type { KeyOf, OptionSpec, OptionType } from './option-spec.js';

/** Of a manifest that is read; a rendered chart is some hundred KiB, with definitions of the operator some MiB. */
export const MANIFEST_BYTES = 8 << 20;

/**
 * Options that say who asks. Beside --agent-process the servers, and the CAs that verify them, are those of a process that may be anybody's: ours
 * would go to whomever it names.
 */
const CREDENTIAL_OPTIONS = [
  'kubeconfig',
  'context',
  'token-file',
  'kubelet-token-file',
  'kubelet-client-cert',
  'kubelet-client-key',
  'apiserver-client-cert',
  'apiserver-client-key',
] as const;

export const OPTIONS = [
  {
    name: 'node',
    type: 'node',
    value: 'NAME',
    group: 'Kubelet',
    setting: 'node',
    description: 'node whose kubelet is asked about (its Node object, its heartbeat, its rights)',
  },
  {
    name: 'kubelet-host',
    type: 'host',
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
    type: 'file',
    value: 'FILE',
    group: 'Kubelet',
    setting: 'kubelet.ca',
    description: "CA to verify the kubelet's certificate with",
  },
  {
    name: 'kubelet-client-cert',
    type: 'file',
    value: 'FILE',
    group: 'Kubelet',
    setting: 'kubelet.certificate',
    needs: { option: 'kubelet-client-key', says: 'needs {other}; it may name the same file' },
    description: 'client certificate for the kubelet',
  },
  {
    name: 'kubelet-client-key',
    type: 'file',
    value: 'FILE',
    group: 'Kubelet',
    setting: 'kubelet.key',
    needs: { option: 'kubelet-client-cert', says: 'needs {other}; it may name the same file' },
    description: 'its key (may be the same file)',
  },
  {
    name: 'kubelet-token-file',
    type: 'file',
    value: 'FILE',
    group: 'Kubelet',
    setting: 'kubelet.token',
    description: 'token for the kubelet',
  },
  {
    name: 'root',
    type: 'directory',
    value: 'DIR',
    group: 'Kubelet',
    setting: 'root',
    description: "the node's file system, e.g. /host: its kubelet's process, configuration and certificates are read from there",
  },
  {
    name: 'apiserver',
    type: 'endpoint',
    value: 'HOST:PORT',
    group: 'Apiserver',
    setting: 'apiserver.url',
    description: 'apiserver to ask, as URL or host:port',
  },
  {
    name: 'apiserver-ca',
    type: 'file',
    value: 'FILE',
    group: 'Apiserver',
    setting: 'apiserver.ca',
    description: "CA to verify the apiserver's certificate with",
  },
  {
    name: 'apiserver-client-cert',
    type: 'file',
    value: 'FILE',
    group: 'Apiserver',
    setting: 'apiserver.certificate',
    needs: { option: 'apiserver-client-key', says: 'needs {other}; it may name the same file' },
    description: 'client certificate for the apiserver',
  },
  {
    name: 'apiserver-client-key',
    type: 'file',
    value: 'FILE',
    group: 'Apiserver',
    setting: 'apiserver.key',
    needs: { option: 'apiserver-client-cert', says: 'needs {other}; it may name the same file' },
    description: 'its key (may be the same file)',
  },
  {
    name: 'token-file',
    type: 'file',
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
  {
    name: 'as-group',
    type: 'list',
    value: 'GROUP,…',
    group: 'Apiserver',
    needs: { option: 'as', says: 'needs {other}; give the user as well' },
    description: 'and of these groups; needs --as',
  },
  {
    name: 'service-account',
    type: 'account',
    value: 'NS/NAME',
    group: 'Rights',
    setting: 'serviceAccount',
    description: 'judge the rights of this ServiceAccount instead of our own (needs SubjectAccessReview or impersonation)',
  },
  {
    name: 'profile',
    formerly: 'agent',
    type: 'profile',
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
    type: 'version',
    value: 'VERSION',
    group: 'Rights',
    setting: 'agentVersion',
    description: 'version of the agent (default: its image tag where readable, else the newest)',
  },
  {
    name: 'kubernetes-version',
    type: 'version',
    value: 'VERSION',
    group: 'Rights',
    setting: 'kubernetesVersion',
    description: 'oldest kubelet to serve, where none can be asked (default: the newest)',
  },
  {
    name: 'daemonset',
    type: 'workload',
    value: 'NS/NAME',
    group: 'Placement',
    setting: 'daemonset',
    description: "the agent's DaemonSet: may it run on control-plane nodes, and on every node (default: found by labels and image)",
  },
  {
    name: 'manifest',
    type: 'file',
    value: 'FILE',
    group: 'Placement',
    setting: 'manifest',
    maxBytes: MANIFEST_BYTES,
    description:
      "judge the agent of this file before it is installed: a DaemonSet (`helm template` output), the chart's values, or a DatadogAgent",
  },
  {
    name: 'agent-process',
    type: 'process',
    value: 'PID|auto',
    group: 'Run',
    setting: 'agent.process',
    excludes: { options: CREDENTIAL_OPTIONS, says: 'asks as that agent, {other} as another; leave one of them out' },
    description: 'be the agent of that process: its environment and, below /proc/PID/root, its files and token; auto finds it',
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
  {
    name: 'force',
    type: 'switch',
    group: 'Output',
    needs: { option: 'save', says: 'is for {other}; name a file or directory with it' },
    description: 'let --save replace what is there',
  },
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

type ValueOf<O extends Option> = O['type'] extends 'switch'
  ? boolean
  : O['type'] extends 'list'
    ? string[]
    : O extends { choices: readonly (infer C)[] }
      ? C
      : string;

/** The options as parsed, by name, values as typed; `--no-color` says `color: false`. A missing key is an option not given. */
export type Flags = { [O in Option as KeyOf<O['name']>]: ValueOf<O> };

type Defaults = { [O in Option as O extends { default: string } ? O['name'] : never]: O extends { default: infer D } ? D : never };

/** What is used where an option is not given. */
export const DEFAULTS = Object.fromEntries(
  OPTIONS.flatMap((option) => ('default' in option ? [[option.name, option.default]] : [])),
) as Defaults;

type Typed<T extends OptionType> = Extract<Option, { type: T }>['name'];

/** The names of all options of a type. */
export function optionsOf<T extends OptionType>(type: T): Typed<T>[] {
  return OPTIONS.filter((option) => option.type === type).map(({ name }) => name as Typed<T>);
}
