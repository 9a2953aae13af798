/** From words to a command: yargs reads them by the options' table; what it refuses becomes one line and exit code 2. */
import yargs, { type Argv } from 'yargs';
import { createHost } from '../host/create.js';
import type { Host } from '../host/host.js';
import { type Flags, OPTIONS, type OptionName, type OptionSpec } from '../setup/options.js';
import { VERSION } from '../version.js';
import type { Io } from './io.js';
import { nearest, usageError } from './usage.js';

const COMMANDS = ['check', 'nodes', 'rbac', 'settings', 'render', 'judge', 'diff', 'merge', 'manifest', 'explain', 'list', 'demo'] as const;
const EPILOGUE =
  'Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage, 3 nothing found but a required question stayed unanswered.';
type Run = () => number | Promise<number>;

/** Parses and runs; the exit code. */
export async function runCommandLine(argv: readonly string[], io: Io, overrides: Partial<Host> = {}): Promise<number> {
  let run: Run | undefined;
  let refusal: string | undefined;
  const host = createHost(overrides);
  const timeoutGiven = argv.some((word) => word === '--timeout' || word.startsWith('--timeout='));

  const parser = yargs()
    .scriptName('kubelet-doctor')
    .parserConfiguration({
      'duplicate-arguments-array': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'populate--': false,
      'dot-notation': false,
      'camel-case-expansion': false,
    })
    .locale('en')
    .usage("$0 [check]\n\nWhy can't the agent on this node talk to the kubelet and the apiserver, and what exactly fixes it?")
    .command(['check', '$0'], 'ask, judge, report (the default)', withOptions, (flags) => {
      run = async () => (await import('./commands/check.js')).runCheckCommand(pickFlags(flags), host, io, timeoutGiven);
    })
    .command('nodes', 'may the agent run on control-plane nodes, and on every node: one row a node', tableOptions, (flags) => {
      run = async () => (await import('./commands/nodes.js')).runNodesCommand(pickFlags(flags), host, io);
    })
    .command('rbac', 'what the agent may do: need, allowed, feature lost; the manifests with --yaml', rbacOptions, (flags) => {
      run = async () =>
        (await import('./commands/rbac.js')).runRbacCommand(
          pickFlags(flags),
          { yaml: flags.yaml === true, missing: flags.missing === true },
          host,
          io,
        );
    })
    .command('settings', 'how the agent is configured: each setting, its value, where it comes from', tableOptions, (flags) => {
      run = async () => (await import('./commands/settings.js')).runSettingsCommand(pickFlags(flags), host, io);
    })
    .command('render <file>', 'a saved report, or the bundle it is in, in another format', renderOptions, (flags) => {
      run = async () => (await import('./commands/render.js')).runRenderCommand(String(flags.file), pickFlags(flags), host, io);
    })
    .command('judge <file>', "today's checks on the facts of a bundle", judgeOptions, (flags) => {
      run = async () => (await import('./commands/judge.js')).runJudgeCommand(String(flags.file), pickFlags(flags), host, io);
    })
    .command('diff <old> <new>', 'two saved reports: what appeared, vanished, moved', diffOptions, (flags) => {
      run = async () =>
        (await import('./commands/diff.js')).runDiffCommand(String(flags.old), String(flags.new), pickFlags(flags), host, io);
    })
    .command('merge', 'reports of many nodes, or of one node from several networks, as one', mergeOptions, (flags) => {
      const files = flags._.slice(1).map(String);
      if (files.length === 0) refusal = 'merge needs files: reports, bundles, directories of them, or - for JSON lines from standard input';
      else run = async () => (await import('./commands/merge.js')).runMergeCommand(files, pickFlags(flags), host, io);
    })
    .command('manifest [what]', 'what runs us elsewhere: pod, daemonset, kubectl debug, and other collectors', manifestOptions, (flags) => {
      run = async () => (await import('./commands/manifest.js')).runManifestWords(flags, io);
    })
    .command('explain <cause>', 'what a cause means, how to confirm it and how to fix it', positionalCause, ({ cause }) => {
      run = async () => (await import('./commands/explain.js')).runExplainCommand(String(cause), io);
    })
    .command('list', 'every cause this tool can name', listOptions, ({ output }) => {
      run = async () => (await import('./commands/explain.js')).runListCommand(output === 'json' ? 'json' : 'text', io);
    })
    .command('demo', 'run the real check against a simulated cluster', demoOptions, ({ scenario, list, verbose, output }) => {
      run = async () =>
        (await import('./commands/demo.js')).runDemoCommand(
          { scenario: scenario as string | undefined, list: list === true, verbose: verbose === true, output: String(output) },
          io,
          runCommandLine,
        );
    })
    .version(VERSION)
    .alias('version', 'V')
    .help()
    .alias('help', 'h')
    .epilogue(EPILOGUE)
    .strict()
    .wrap(Math.min(io.width, 100))
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      refusal = explainRefusal(message ?? error?.message ?? 'cannot read the arguments');
    });

  let shown = '';
  await parser.parseAsync([...argv], {}, (_error: unknown, _argv: unknown, output: string) => {
    shown = output;
  });
  if (refusal !== undefined) return usageError(io, refusal);
  if (run) return run();
  io.out(shown);
  return 0;
}

function withOptions(builder: Argv): Argv {
  return addOptions(builder);
}

/** The options of the table, or some of them. */
function addOptions(builder: Argv, names?: readonly OptionName[]): Argv {
  for (const option of OPTIONS as readonly OptionSpec[]) {
    if (names && !(names as readonly string[]).includes(option.name)) continue;
    // yargs reads `--no-color` as color: false; the positive name exists for its strictness alone.
    if (option.name.startsWith('no-')) builder.option(option.name.slice(3), { type: 'boolean', hidden: true });
    builder.option(option.name, {
      group: `${option.group}:`,
      description: option.description,
      ...(option.type === 'switch' ? { type: 'boolean' as const } : { type: 'string' as const, requiresArg: true }),
      ...(option.choices ? { choices: option.choices } : {}),
      ...(option.alias ? { alias: option.alias } : {}),
      ...(option.default ? { defaultDescription: option.default } : {}),
      ...(option.type === 'list'
        ? {
            coerce: (text: string) =>
              text
                .split(',')
                .map((word) => word.trim())
                .filter(Boolean),
          }
        : {}),
    });
  }
  return builder;
}

/** What the table knows of what yargs parsed; its own additions (`_`, aliases) left out. */
function pickFlags(parsed: Record<string, unknown>): Partial<Flags> {
  const keys = (OPTIONS as readonly OptionSpec[]).map(({ name }) => name.replace(/^no-/, ''));
  return Object.fromEntries(keys.filter((key) => parsed[key] !== undefined).map((key) => [key, parsed[key]])) as Partial<Flags>;
}

/** For commands that print a table of their own: no report in every form, nothing saved. */
function tableOptions(builder: Argv): Argv {
  const others = (OPTIONS as readonly OptionSpec[])
    .map(({ name }) => name)
    .filter((name) => !['output', 'save', 'force', 'pseudonyms'].includes(name));
  return textOrJson(addOptions(builder, others as OptionName[]));
}

function textOrJson(builder: Argv): Argv {
  return builder.option('output', {
    alias: 'o',
    group: 'Output:',
    choices: ['text', 'json'] as const,
    default: 'text',
    description: 'what to print',
  });
}

function rbacOptions(builder: Argv): Argv {
  return tableOptions(builder)
    .option('yaml', {
      type: 'boolean',
      group: 'Rights:',
      description: 'print ServiceAccount, roles and bindings instead of the table; asks nobody',
    })
    .option('missing', { type: 'boolean', group: 'Rights:', description: 'only what is missing' });
}

const RENDERING = ['output', 'verbose', 'no-color'] as const;

function renderOptions(builder: Argv): Argv {
  return addOptions(positionalFile(builder, 'file', 'a report.json, or a bundle or directory of --save'), [...RENDERING, 'pseudonyms']);
}

function judgeOptions(builder: Argv): Argv {
  const file = positionalFile(builder, 'file', 'a facts.json, or a bundle or directory of --save');
  return addOptions(file, [...RENDERING, 'fail-on', 'skip', 'only', 'exit-zero']);
}

/** Of many positionals under one name yargs keeps the last where options may be repeated, and drops a bare `-`: these stay where they are. */
function mergeOptions(builder: Argv): Argv {
  const files = builder
    .usage(
      '$0 merge FILE..\n\nFILE: a report.json, a bundle or directory of --save, a directory of reports, or - for JSON lines from standard input',
    )
    .strict(false)
    .strictOptions();
  return addOptions(files, [...RENDERING, 'save', 'force', 'pseudonyms', 'fail-on', 'skip', 'only', 'exit-zero']);
}

function diffOptions(builder: Argv): Argv {
  const files = positionalFile(positionalFile(builder, 'old', 'the report of then'), 'new', 'the report of now');
  return textOrJson(addOptions(files, ['no-color']));
}

function positionalFile(builder: Argv, name: string, description: string): Argv {
  return builder.positional(name, { type: 'string', description, demandOption: true });
}

function positionalCause(builder: Argv): Argv {
  return builder.positional('cause', {
    type: 'string',
    description: 'a cause id, as in a report or in `list`, or an error text in quotes',
    demandOption: true,
  });
}

function manifestOptions(builder: Argv): Argv {
  const text = (placeholder: string, description: string) => ({
    type: 'string' as const,
    requiresArg: true,
    description: `${placeholder}: ${description}`,
  });
  return builder

    .positional('what', {
      type: 'string',
      choices: ['pod', 'daemonset', 'debug', 'access', 'troubleshoot', 'must-gather', 'sonobuoy', 'npd'] as const,
      description: 'what to print',
    })
    .option('node', text('NAME', 'the node to run on'))
    .option('namespace', text('NAME', 'where; default: one of our own'))
    .option('service-account', text('NAMESPACE/NAME', "run as this account, the agent's for example; debug: ask about its rights"))
    .option('image', text('IMAGE', 'where the image of `npm run build:image` was pushed to'))
    .option('host-network', { type: 'boolean', description: "in the node's network" })
    .option('pod', text('NAME', "debug: beside the agent in this pod, with the agent's token"))
    .option('container', text('NAME', 'debug: the container of the agent in it (default: agent)'));
}

function listOptions(builder: Argv): Argv {
  return builder.option('output', { choices: ['text', 'json'] as const, default: 'text', description: 'what to print' });
}

function demoOptions(builder: Argv): Argv {
  return builder
    .option('scenario', { type: 'string', requiresArg: true, description: 'which simulated cluster' })
    .option('list', { type: 'boolean', description: 'list the scenarios' })
    .option('verbose', { type: 'boolean', description: 'as for check' })
    .option('output', {
      alias: 'o',
      choices: OPTIONS.find((option) => option.name === 'output')?.choices ?? [],
      default: 'text',
      description: 'as for check',
    });
}

/** yargs' own words, with the nearest known flag or command. */
function explainRefusal(message: string): string {
  const line = message
    .split('\n')
    .map((part) => part.trim())
    .filter(Boolean)
    .join(' ');
  const [, option, given, choices] = /^Invalid values: Argument: ([^,]+), Given: (.*), Choices: (.*)$/s.exec(line) ?? [];
  // What stands without a flag has a name for yargs alone.
  const named = option === 'what' ? '' : `--${option} `;
  if (option) return `${named}${given?.replaceAll('"', '')} is not known; it is one of ${choices?.replaceAll('"', '')}`;
  const [, bare] = /^Not enough arguments following: ([\w-]+)/.exec(line) ?? [];
  const spec = OPTIONS.find(({ name, alias }: OptionSpec) => name === bare || alias === bare) as OptionSpec | undefined;
  if (bare) return `--${spec?.name ?? bare} needs a value${spec?.value ? `: --${spec.name} ${spec.value}` : ''}`;
  const [, needed] = /^Missing required argument: (\w+)/.exec(line) ?? [];
  if (needed === 'file') return 'name the file: what --save wrote, a report.json or a facts.json';
  if (needed === 'old' || needed === 'new') return 'diff needs two files, the older report and the newer one';
  if (needed) return `explain needs a ${needed}; \`kubelet-doctor list\` shows them all`;
  const [, unknown] = /^Unknown (?:arguments?|commands?): ([^,]+)/.exec(line) ?? [];
  if (!unknown) return `${line}; \`kubelet-doctor --help\` shows the options`;
  const flags = OPTIONS.map((option) => option.name);
  // yargs names an unknown flag in both spellings; the dashed one is what was typed.
  const dashed = unknown.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const flag = nearest(dashed, flags);
  const command = nearest(unknown, COMMANDS);
  if (flag === dashed) return `--${dashed} is no option of this command; \`kubelet-doctor check --help\` shows what it is for`;
  if (flag) return `there is no option --${dashed}; did you mean --${flag}?`;
  if (command) return `there is no command ${JSON.stringify(unknown)}; did you mean ${command}?`;
  return `there is no option or command ${JSON.stringify(unknown)}; \`kubelet-doctor --help\` shows them`;
}
