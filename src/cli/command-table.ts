/** Every command, once: its words, its options and what runs it. Its code is loaded when it runs. */
import type { Argv } from 'yargs';
import type { Host } from '../host/host.js';
import { MANIFESTS } from '../manifests/kinds.js';
import type { OptionSpec } from '../setup/option-spec.js';
import { DEFAULTS, OPTIONS, type OptionName } from '../setup/options.js';
import type { RunWords } from './commands/demo.js';
import { pickFlags } from './flags.js';
import type { Io } from './io.js';

/** Where a command runs. */
export interface Surroundings {
  host: Host;
  io: Io;
  /** --timeout is on the command line. */
  timeoutGiven: boolean;
  runWords: RunWords;
}

/** What yargs made of the words: options by name, `_` the bare words. */
export interface Parsed {
  _: (string | number)[];
  [name: string]: unknown;
}

interface Positional {
  name: string;
  description: string;
  choices?: readonly string[];
  isOptional?: true;
}

export interface Command {
  name: string;
  says: string;
  /** It is run where no command is named. */
  isDefault?: true;
  positionals?: readonly Positional[];
  options: readonly OptionSpec[];
  /** What yargs must know beside. */
  shape?(builder: Argv): Argv;
  run(parsed: Parsed, surroundings: Surroundings): Promise<number>;
}

const ROWS: readonly OptionSpec[] = OPTIONS;
const rowsOf = (...names: OptionName[]) => ROWS.filter(({ name }) => names.some((each) => each === name));
const rowsBut = (...names: OptionName[]) => ROWS.filter(({ name }) => !names.some((each) => each === name));

const TEXT_OR_JSON = rowsOf('output').map((row): OptionSpec => ({ ...row, choices: ['text', 'json'] }));
/** For commands that print a table of their own: no report in every form, nothing saved. */
const WITH_TABLE = [...rowsBut('output', 'save', 'force', 'pseudonyms'), ...TEXT_OR_JSON];
const RENDERING = ['output', 'verbose', 'no-color'] as const;
const JUDGING = ['fail-on', 'skip', 'only', 'exit-zero'] as const;

/** Options of one command alone. */
const RBAC_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'yaml',
    type: 'switch',
    group: 'Rights',
    description: 'print ServiceAccount, roles and bindings instead of the table; asks nobody',
  },
  { name: 'missing', type: 'switch', group: 'Rights', description: 'only what is missing' },
];
const MANIFEST_OPTIONS: readonly OptionSpec[] = [
  { name: 'node', type: 'text', value: 'NAME', description: 'the node to run on' },
  { name: 'namespace', type: 'text', value: 'NAME', description: 'where; default: one of our own' },
  {
    name: 'service-account',
    type: 'text',
    value: 'NAMESPACE/NAME',
    description: "run as this account, the agent's for example; debug: ask about its rights",
  },
  { name: 'image', type: 'text', value: 'IMAGE', description: 'where the image of `npm run build:image` was pushed to' },
  { name: 'host-network', type: 'switch', description: "in the node's network" },
  { name: 'pod', type: 'text', value: 'NAME', description: "debug: beside the agent in this pod, with the agent's token" },
  { name: 'container', type: 'text', value: 'NAME', description: 'debug: the container of the agent in it (default: agent)' },
];
const DEMO_OPTIONS: readonly OptionSpec[] = [
  { name: 'scenario', type: 'text', value: 'NAME', description: 'which simulated cluster' },
  { name: 'list', type: 'switch', description: 'list the scenarios' },
  ...rowsOf('verbose', 'output').map((row): OptionSpec => ({ ...row, group: undefined, description: 'as for check' })),
];

export const COMMANDS: readonly Command[] = [
  {
    name: 'check',
    says: 'ask, judge, report (the default)',
    isDefault: true,
    options: ROWS,
    run: async (parsed, { host, io, timeoutGiven }) =>
      (await import('./commands/check.js')).runCheckCommand(pickFlags(parsed), host, io, timeoutGiven),
  },
  {
    name: 'nodes',
    says: 'may the agent run on control-plane nodes, and on every node: one row a node',
    options: WITH_TABLE,
    run: async (parsed, { host, io }) => (await import('./commands/nodes.js')).runNodesCommand(pickFlags(parsed), host, io),
  },
  {
    name: 'rbac',
    says: 'what the agent may do: need, allowed, feature lost; the manifests with --yaml',
    options: [...WITH_TABLE, ...RBAC_OPTIONS],
    run: async (parsed, { host, io }) => {
      const { runRbacCommand } = await import('./commands/rbac.js');
      return runRbacCommand(pickFlags(parsed), { yaml: parsed.yaml === true, missing: parsed.missing === true }, host, io);
    },
  },
  {
    name: 'settings',
    says: 'how the agent is configured: each setting, its value, where it comes from',
    options: WITH_TABLE,
    run: async (parsed, { host, io }) => (await import('./commands/settings.js')).runSettingsCommand(pickFlags(parsed), host, io),
  },
  {
    name: 'render',
    says: 'a saved report, or the bundle it is in, in another format',
    positionals: [{ name: 'file', description: 'a report.json, or a bundle or directory of --save' }],
    options: rowsOf(...RENDERING, 'pseudonyms'),
    run: async (parsed, { host, io }) =>
      (await import('./commands/render.js')).runRenderCommand(String(parsed.file), pickFlags(parsed), host, io),
  },
  {
    name: 'judge',
    says: "today's checks on the facts of a bundle",
    positionals: [{ name: 'file', description: 'a facts.json, or a bundle or directory of --save' }],
    options: rowsOf(...RENDERING, ...JUDGING),
    run: async (parsed, { host, io }) =>
      (await import('./commands/judge.js')).runJudgeCommand(String(parsed.file), pickFlags(parsed), host, io),
  },
  {
    name: 'diff',
    says: 'two saved reports: what appeared, vanished, moved',
    positionals: [
      { name: 'old', description: 'the report of then' },
      { name: 'new', description: 'the report of now' },
    ],
    options: [...rowsOf('no-color'), ...TEXT_OR_JSON],
    run: async (parsed, { host, io }) =>
      (await import('./commands/diff.js')).runDiffCommand(String(parsed.old), String(parsed.new), pickFlags(parsed), host, io),
  },
  {
    name: 'merge',
    says: 'reports of many nodes, or of one node from several networks, as one',
    options: rowsOf(...RENDERING, ...JUDGING, 'save', 'force', 'pseudonyms'),
    // Of many positionals under one name yargs keeps the last where options may be repeated, and drops a bare `-`: these stay bare words.
    shape: (builder) =>
      builder
        .usage(
          '$0 merge FILE..\n\nFILE: a report.json, a bundle or directory of --save, a directory of reports, or - for JSON lines from standard input',
        )
        .strict(false)
        .strictOptions(),
    run: async (parsed, { host, io }) =>
      (await import('./commands/merge.js')).runMergeCommand(parsed._.slice(1).map(String), pickFlags(parsed), host, io),
  },
  {
    name: 'manifest',
    says: 'what runs us elsewhere: pod, daemonset, kubectl debug, and other collectors',
    positionals: [{ name: 'what', description: 'what to print', choices: MANIFESTS, isOptional: true }],
    options: MANIFEST_OPTIONS,
    run: async (parsed, { io }) => (await import('./commands/manifest.js')).runManifestWords(parsed, io),
  },
  {
    name: 'explain',
    says: 'what a cause means, how to confirm it and how to fix it',
    positionals: [{ name: 'cause', description: 'a cause id, as in a report or in `list`, or an error text in quotes' }],
    options: [],
    run: async ({ cause }, { io }) => (await import('./commands/explain.js')).runExplainCommand(String(cause), io),
  },
  {
    name: 'list',
    says: 'every cause this tool can name',
    options: TEXT_OR_JSON,
    run: async ({ output }, { io }) => (await import('./commands/explain.js')).runListCommand(output === 'json' ? 'json' : 'text', io),
  },
  {
    name: 'demo',
    says: 'run the real check against a simulated cluster',
    options: DEMO_OPTIONS,
    run: async ({ scenario, list, verbose, output }, { io, runWords }) => {
      const { runDemoCommand } = await import('./commands/demo.js');
      const flags = {
        scenario: typeof scenario === 'string' ? scenario : undefined,
        list: list === true,
        verbose: verbose === true,
        output: String(output ?? DEFAULTS.output),
      };
      return runDemoCommand(flags, io, runWords);
    },
  },
];
