/** Every option, once: yargs, --help, completion, what is wrong with a value and the type of the parsed flags are made from this table. */
import { BOUNDS } from '../model/bounds.js';
import type { KeyOf, OptionSpec, OptionType } from './option-spec.js';

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
    description: 'node to check (default: the one it runs on)',
  },
  {
    name: 'kubelet-host',
    type: 'host',
    value: 'HOST',
    group: 'Kubelet',
    setting: 'kubelet.host',
    description: 'address or name of the kubelet',
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
    description: "CA that signed the kubelet's certificate",
  },
  {
    name: 'kubelet-client-cert',
    type: 'file',
    value: 'FILE',
    group: 'Kubelet',
    setting: 'kubelet.certificate',
    needs: { option: 'kubelet-client-key', says: 'needs {other}, which may name the same file' },
    description: 'client certificate for the kubelet',
  },
  {
    name: 'kubelet-client-key',
    type: 'file',
    value: 'FILE',
    group: 'Kubelet',
    setting: 'kubelet.key',
    needs: { option: 'kubelet-client-cert', says: 'needs {other}, which may name the same file' },
    description: 'key of that certificate (may be the same file)',
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
    description: "directory that holds the node's file system, such as /host in a debug pod",
  },
  {
    name: 'apiserver',
    type: 'endpoint',
    value: 'HOST:PORT',
    group: 'Apiserver',
    setting: 'apiserver.url',
    description: 'address of the apiserver, as host:port or URL',
  },
  {
    name: 'apiserver-ca',
    type: 'file',
    value: 'FILE',
    group: 'Apiserver',
    setting: 'apiserver.ca',
    description: "CA that signed the apiserver's certificate",
  },
  {
    name: 'apiserver-client-cert',
    type: 'file',
    value: 'FILE',
    group: 'Apiserver',
    setting: 'apiserver.certificate',
    needs: { option: 'apiserver-client-key', says: 'needs {other}, which may name the same file' },
    description: 'client certificate for the apiserver',
  },
  {
    name: 'apiserver-client-key',
    type: 'file',
    value: 'FILE',
    group: 'Apiserver',
    setting: 'apiserver.key',
    needs: { option: 'apiserver-client-cert', says: 'needs {other}, which may name the same file' },
    description: 'key of that certificate (may be the same file)',
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
    description: 'kubeconfig to use (default: as kubectl does)',
  },
  {
    name: 'context',
    type: 'text',
    value: 'NAME',
    group: 'Apiserver',
    setting: 'context',
    description: 'context of the kubeconfig (default: current)',
  },
  {
    name: 'as',
    type: 'text',
    value: 'USER',
    group: 'Apiserver',
    setting: 'apiserver.as',
    description: 'impersonate this user at the apiserver, as kubectl --as does',
  },
  {
    name: 'as-group',
    type: 'list',
    value: 'GROUP,...',
    group: 'Apiserver',
    needs: { option: 'as', says: 'needs {other}; name the user as well' },
    description: 'impersonate these groups as well; needs --as',
  },
  {
    name: 'service-account',
    type: 'account',
    value: 'NS/NAME',
    group: 'Rights',
    setting: 'serviceAccount',
    description: "check this account's permissions, not your own",
  },
  {
    name: 'profile',
    formerly: 'agent',
    type: 'profile',
    value: 'PROFILE',
    group: 'Rights',
    setting: 'profile',
    default: 'datadog-agent',
    description: 'what the agent needs: datadog-agent, datadog-cluster-agent, metrics-server or a YAML file',
  },
  {
    name: 'feature',
    type: 'list',
    value: 'FEATURE,...',
    group: 'Rights',
    description: 'features to check in addition to those its settings turn on (events, leader-election, all, ...)',
  },
  {
    name: 'agent-version',
    type: 'version',
    value: 'VERSION',
    group: 'Rights',
    setting: 'agentVersion',
    description: 'version of the agent (default: its image tag, else the newest)',
  },
  {
    name: 'kubernetes-version',
    type: 'version',
    value: 'VERSION',
    group: 'Rights',
    setting: 'kubernetesVersion',
    description: 'oldest kubelet version, for use without a cluster (default: the newest)',
  },
  {
    name: 'daemonset',
    type: 'workload',
    value: 'NS/NAME',
    group: 'Placement',
    setting: 'daemonset',
    description: "the agent's DaemonSet (default: found by labels and image)",
  },
  {
    name: 'manifest',
    type: 'file',
    value: 'FILE',
    group: 'Placement',
    setting: 'manifest',
    maxBytes: BOUNDS.manifest,
    description: "check a file before you install it: a DaemonSet (helm template output), the chart's values or a DatadogAgent",
  },
  {
    name: 'agent-process',
    type: 'process',
    value: 'PID|auto',
    group: 'Run',
    setting: 'agent.process',
    excludes: { options: CREDENTIAL_OPTIONS, says: "uses that agent's credential and {other} names another; leave one of them out" },
    description: 'run as the agent in this process; auto finds it',
  },
  {
    name: 'insecure-skip-tls-verify',
    type: 'switch',
    group: 'Run',
    setting: 'insecure-skip-tls-verify',
    description: 'send credentials even to a server whose certificate cannot be verified',
  },
  {
    name: 'no-kubelet-identity',
    type: 'switch',
    group: 'Run',
    description: "on a node, do not use the kubelet's own kubeconfig for the apiserver",
  },
  { name: 'no-exec', type: 'switch', group: 'Run', setting: 'no-exec', description: 'do not run credential plugins of the kubeconfig' },
  {
    name: 'timeout',
    type: 'duration',
    value: 'TIME',
    group: 'Run',
    setting: 'timeout',
    default: '30s',
    description: 'time limit of the whole run',
  },
  {
    name: 'connect-timeout',
    type: 'duration',
    value: 'TIME',
    group: 'Run',
    setting: 'connect-timeout',
    default: '4s',
    description: 'time limit of each connection attempt',
  },
  {
    name: 'wait',
    type: 'switch',
    group: 'Run',
    description: 'check again until fine, for up to 60 s or --timeout',
  },
  {
    name: 'output',
    type: 'choice',
    value: 'FORMAT',
    group: 'Output',
    default: 'text',
    alias: 'o',
    choices: ['text', 'json', 'markdown', 'html', 'junit', 'sarif', 'line'],
    description: 'output format',
  },
  {
    name: 'save',
    type: 'path',
    value: 'FILE.tgz|DIR',
    group: 'Output',
    description: 'also save report and facts, to send or compare',
  },
  {
    name: 'pseudonyms',
    type: 'path',
    value: 'FILE',
    group: 'Output',
    description: 'replace names and addresses (node-1, 192.0.2.1); FILE keeps the originals',
  },
  {
    name: 'force',
    type: 'switch',
    group: 'Output',
    needs: { option: 'save', says: 'needs {other}; name the file or directory to replace' },
    description: 'allow --save to replace existing files',
  },
  { name: 'skip', type: 'list', value: 'CAUSE,...', group: 'Output', description: 'leave these causes out' },
  { name: 'only', type: 'list', value: 'CAUSE,...', group: 'Output', description: 'report only these causes' },
  {
    name: 'fail-on',
    type: 'choice',
    value: 'SEVERITY',
    group: 'Output',
    default: 'degrades',
    choices: ['blocks', 'degrades', 'risk'],
    description: 'lowest severity that sets exit code 1',
  },
  { name: 'exit-zero', type: 'switch', group: 'Output', description: 'exit with 0 whatever the check finds' },
  {
    name: 'verbose',
    type: 'switch',
    group: 'Output',
    alias: 'v',
    description: 'show all evidence, settings, checks and times',
  },
  {
    name: 'quiet',
    type: 'switch',
    group: 'Output',
    alias: 'q',
    excludes: { options: ['verbose'], says: 'prints two lines and {other} prints everything; leave one of them out' },
    description: 'print two lines: the verdict and what to do',
  },
  {
    name: 'debug',
    type: 'switch',
    group: 'Output',
    description: 'also print every fact and stack traces of internal errors to stderr, without secrets',
  },
  { name: 'no-color', type: 'switch', group: 'Output', description: 'print without colour, as NO_COLOR=1 does' },
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
