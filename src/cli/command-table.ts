/** Every command, once: its words, its options, its examples and what runs it. Its code is loaded when it runs. */
import { MANIFESTS } from '../manifests/kinds.js';
import { DEFAULTS } from '../setup/options.js';
import { VERSION } from '../version.js';
import type { Command } from './arguments/command.js';
import { pickFlags, pickJudgeFlags } from './arguments/flags.js';
import {
  CHECK_OPTIONS,
  DEMO_OPTIONS,
  DIFF_OPTIONS,
  JUDGE_OPTIONS,
  LIST_OPTIONS,
  MANIFEST_OPTIONS,
  MERGE_OPTIONS,
  NODES_OPTIONS,
  RBAC_OPTIONS,
  RENDER_OPTIONS,
  SETTINGS_OPTIONS,
  TEXT_OR_JSON,
} from './arguments/options.js';
import { SHELLS } from './completion/shells.js';

const SAVED = 'a report.json, or a file or directory made with --save';

/** Of many positionals under one name yargs keeps the last where options may be repeated, and drops a bare `-`: they stay bare words. */
const bareWords: Command['shape'] = (builder) => builder.strict(false).strictOptions();

export const COMMANDS: readonly Command[] = [
  {
    name: 'check',
    says: 'Check the kubelet and the apiserver as the agent sees them (default)',
    isDefault: true,
    options: CHECK_OPTIONS,
    examples: [
      ["On a node, or in the agent's pod", 'kubelet-doctor'],
      ['From your workstation', 'kubelet-doctor --node NODE --service-account datadog/datadog-agent'],
      ['After a fix, until everything is fine', 'kubelet-doctor --wait'],
    ],
    run: async (parsed, { host, io, timeoutGiven }) =>
      (await import('./commands/check.js')).runCheckCommand(pickFlags(parsed), host, io, timeoutGiven),
  },
  {
    name: 'nodes',
    says: 'Show for each node whether the agent runs there, and why not',
    options: NODES_OPTIONS,
    common: ['daemonset', 'manifest'],
    examples: [
      ['Every node of the cluster', 'kubelet-doctor nodes'],
      ['One DaemonSet', 'kubelet-doctor nodes --daemonset datadog/datadog-agent'],
      ['Before you install it', 'kubelet-doctor nodes --manifest rendered.yaml'],
    ],
    run: async (parsed, { host, io }) => (await import('./commands/nodes.js')).runNodesCommand(pickFlags(parsed), host, io),
  },
  {
    name: 'rbac',
    says: 'Show which permissions the agent needs and which it has',
    options: RBAC_OPTIONS,
    examples: [
      ["The agent's account, from your workstation", 'kubelet-doctor rbac --service-account datadog/datadog-agent'],
      ['Grant what is missing', 'kubelet-doctor rbac --missing --yaml | kubectl apply -f -'],
      ['Everything the agent needs', 'kubelet-doctor rbac --yaml'],
      ['Before you install it', 'kubelet-doctor rbac --manifest rendered.yaml --service-account datadog/datadog'],
    ],
    run: async (parsed, { host, io }) => {
      const { runRbacCommand } = await import('./commands/rbac.js');
      return runRbacCommand(pickFlags(parsed), { yaml: parsed.yaml === true, missing: parsed.missing === true }, host, io);
    },
  },
  {
    name: 'settings',
    says: "Show the agent's settings, where each comes from and what is wrong",
    options: SETTINGS_OPTIONS,
    common: ['daemonset', 'manifest'],
    examples: [
      ['Of the agent on this node', 'kubelet-doctor settings --agent-process auto'],
      ['Of a DaemonSet', 'kubelet-doctor settings --daemonset datadog/datadog-agent'],
      ['Before you install it', 'kubelet-doctor settings --manifest values.yaml'],
    ],
    run: async (parsed, { host, io }) => (await import('./commands/settings.js')).runSettingsCommand(pickFlags(parsed), host, io),
  },
  {
    name: 'read',
    says: 'Read a log, an error text, a saved file or the output of script; `kubelet-doctor FILE` is short for it',
    positionals: [{ name: 'file', description: 'what is to be read, or - for standard input', isMany: true }],
    options: JUDGE_OPTIONS,
    examples: [
      ["The agent's log", 'kubectl -n datadog logs ds/datadog-agent | kubelet-doctor read -'],
      ['A file, whatever it is', 'kubelet-doctor read FILE'],
    ],
    shape: bareWords,
    run: async (parsed, { host, io }) =>
      (await import('./commands/read.js')).runReadCommand(parsed._.slice(1).map(String), pickJudgeFlags(parsed), host, io),
  },
  {
    name: 'script',
    says: 'Print a shell script that asks the same from a pod without kubelet-doctor',
    options: [],
    examples: [
      ['Save it', 'kubelet-doctor script > ask.sh'],
      ["Ask in the agent's pod, and judge here", 'kubectl -n datadog exec -i POD -c agent -- sh < ask.sh | kubelet-doctor read -'],
    ],
    run: async (_, { io }) => (await import('./commands/script.js')).runScriptCommand(io),
  },
  {
    name: 'render',
    says: 'Print a saved report in another format',
    positionals: [{ name: 'file', description: SAVED }],
    options: RENDER_OPTIONS,
    examples: [['An HTML page for a ticket', 'kubelet-doctor render n1.tgz --output html > n1.html']],
    run: async (parsed, { host, io }) =>
      (await import('./commands/render.js')).runRenderCommand(String(parsed.file), pickFlags(parsed), host, io),
  },
  {
    name: 'judge',
    says: 'Run the checks of this version on saved facts or a support bundle',
    positionals: [{ name: 'file', description: 'a facts.json, what --save wrote, or a support bundle' }],
    options: JUDGE_OPTIONS,
    common: ['collect', 'pod', 'daemonset'],
    examples: [
      ['Saved by an older version', 'kubelet-doctor judge n1.tgz'],
      ['A flare, a must-gather or other bundle', 'kubelet-doctor judge FLARE.zip'],
      ['And what to collect to be sure', 'kubelet-doctor judge FLARE.zip --collect'],
    ],
    run: async (parsed, { host, io }) =>
      (await import('./commands/judge.js')).runJudgeCommand(String(parsed.file), pickJudgeFlags(parsed), host, io),
  },
  {
    name: 'diff',
    says: 'Show what changed between two saved reports',
    positionals: [
      { name: 'old', description: 'the older report' },
      { name: 'new', description: 'the newer report' },
    ],
    options: DIFF_OPTIONS,
    examples: [['Before and after an upgrade', 'kubelet-doctor diff before.tgz after.tgz']],
    run: async (parsed, { host, io }) =>
      (await import('./commands/diff.js')).runDiffCommand(String(parsed.old), String(parsed.new), pickFlags(parsed), host, io),
  },
  {
    name: 'merge',
    says: 'Combine reports of many nodes into one',
    positionals: [{ name: 'file', description: `${SAVED}, a directory of them, or - for JSON lines on stdin`, isMany: true }],
    options: MERGE_OPTIONS,
    examples: [
      ['Reports in one directory', 'kubelet-doctor merge reports/'],
      [
        'From the logs of the DaemonSet',
        'kubectl -n kubelet-doctor logs -l app.kubernetes.io/name=kubelet-doctor --tail=-1 | kubelet-doctor merge -',
      ],
    ],
    shape: bareWords,
    run: async (parsed, { host, io }) =>
      (await import('./commands/merge.js')).runMergeCommand(parsed._.slice(1).map(String), pickFlags(parsed), host, io),
  },
  {
    name: 'manifest',
    says: 'Print what runs kubelet-doctor in the cluster: a pod, a DaemonSet, a debug command',
    positionals: [{ name: 'what', description: 'what to print', choices: MANIFESTS, isOptional: true }],
    options: MANIFEST_OPTIONS,
    examples: [
      ['On one node', 'kubelet-doctor manifest pod --node NODE --image IMAGE | kubectl apply -f -'],
      ['On every node', 'kubelet-doctor manifest daemonset --image IMAGE | kubectl apply -f -'],
      ["In the agent's pod", 'kubelet-doctor manifest debug --pod POD --namespace NAMESPACE --image IMAGE'],
    ],
    run: async (parsed, { io }) => (await import('./commands/manifest.js')).runManifestWords(parsed, io),
  },
  {
    name: 'explain',
    says: 'Explain a cause, an error text or a log, or find causes by words',
    positionals: [{ name: 'cause', description: 'a cause id, an error text in quotes, a file, or words to look for', isMany: true }],
    options: TEXT_OR_JSON,
    examples: [
      ['A cause of a report', 'kubelet-doctor explain kubelet-permission-missing'],
      ["An error in the agent's log", "kubelet-doctor explain 'x509: certificate signed by unknown authority'"],
      ['Causes by words', "kubelet-doctor explain 'expired certificate'"],
      ['A whole log', 'kubectl -n datadog logs ds/datadog-agent | kubelet-doctor explain -'],
    ],
    shape: bareWords,
    run: async (parsed, { host, io }) => {
      const words = parsed._.slice(1).map(String);
      const [text, format] = [words.join(' '), parsed.output === 'json' ? 'json' : 'text'] as const;
      const explained = (await import('./commands/causes.js')).explainCause(text, format, io);
      if (explained !== undefined) return explained;
      const { isToRead, runExplainCommand } = await import('./commands/explain.js');
      if (await isToRead(words, host)) return (await import('./commands/read.js')).runReadCommand(words, pickFlags(parsed), host, io);
      return runExplainCommand(text, format, host, io);
    },
  },
  {
    name: 'list',
    says: 'List every cause that kubelet-doctor can find',
    options: LIST_OPTIONS,
    examples: [
      ['For a script', 'kubelet-doctor list --output json'],
      ['The texts it knows, by who prints them', 'kubelet-doctor list --fragments'],
    ],
    run: async ({ output, fragments }, { io }) => {
      const format = output === 'json' ? 'json' : 'text';
      if (fragments === true) return (await import('./commands/explain.js')).listFragments(format, io);
      return (await import('./commands/causes.js')).runListCommand(format, io);
    },
  },
  {
    name: 'demo',
    says: 'Check a simulated cluster; needs no cluster of yours',
    options: DEMO_OPTIONS,
    examples: [
      ['Missing permissions', 'kubelet-doctor demo'],
      ['Every scenario', 'kubelet-doctor demo --list'],
      ['One of them', 'kubelet-doctor demo --scenario kubelet-silent'],
    ],
    run: async ({ scenario, list, verbose, quiet, output, 'exit-zero': exitZero }, { io, runWords }) => {
      const { runDemoCommand } = await import('./commands/demo.js');
      const flags = {
        scenario: typeof scenario === 'string' ? scenario : undefined,
        list: list === true,
        switches: Object.entries({ verbose, quiet, 'exit-zero': exitZero }).flatMap(([name, given]) =>
          given === true ? [`--${name}`] : [],
        ),
        output: String(output ?? DEFAULTS.output),
      };
      return runDemoCommand(flags, io, runWords);
    },
  },
  {
    name: 'completion',
    says: 'Print a completion script for your shell',
    positionals: [{ name: 'shell', description: 'the shell', choices: SHELLS }],
    options: [],
    examples: [
      ['bash', 'source <(kubelet-doctor completion bash)'],
      ['zsh', 'source <(kubelet-doctor completion zsh)'],
      ['fish', 'kubelet-doctor completion fish > ~/.config/fish/completions/kubelet-doctor.fish'],
      [
        'kubectl kubelet-doctor, in a directory of $PATH',
        'kubelet-doctor completion bash > kubectl_complete-kubelet_doctor; chmod +x kubectl_complete-kubelet_doctor',
      ],
    ],
    run: async ({ shell }, { io, commands }) =>
      (await import('./commands/completion.js')).runCompletionCommand(String(shell), commands, io),
  },
  {
    name: 'help',
    says: 'Show the help of a command, or a page about a topic',
    positionals: [{ name: 'subject', description: 'a command or a topic', isOptional: true }],
    options: [],
    examples: [
      ['A command', 'kubelet-doctor help rbac'],
      ['A topic', 'kubelet-doctor help rights'],
    ],
    run: async ({ subject }, { io, commands }) =>
      (await import('./commands/help.js')).runHelpCommand(typeof subject === 'string' ? subject : undefined, false, commands, io),
  },
  {
    name: 'version',
    says: 'Show the version',
    options: [],
    examples: [],
    run: async (_, { io }) => {
      io.out(VERSION);
      return 0;
    },
  },
];
