/** Wrong input: one line that says what is wrong and what to do, exit code 2, nothing on stdout, no stack. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { readWords } from '../../src/cli/arguments/words.js';
import { COMMANDS } from '../../src/cli/command-table.js';
import { isTopic, TOPICS } from '../../src/cli/help/topics.js';
import type { Io } from '../../src/cli/io.js';
import { main } from '../../src/main.js';
import { OPTION_GROUPS } from '../../src/setup/option-spec.js';
import { recordingIo } from '../support/io.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'kd-usage-'));
after(() => rmSync(scratch, { recursive: true }));
const at = (name: string, text: string): string => {
  const file = path.join(scratch, name);
  writeFileSync(file, text);
  return file;
};

const CLUSTER = 'clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]';
const sound = at(
  'sound',
  `{apiVersion: v1, kind: Config, ${CLUSTER}, users: [{name: u, user: {token: t}}], contexts: [{name: prod, context: {cluster: c, user: u}}, {name: test, context: {cluster: c, user: u}}]}`,
);
const broken = at('broken', 'apiVersion: v1\nkind: Config\nclusters:\n  - name: c\n   cluster: [\n');

async function run(words: string[], given: Partial<Io> = {}): Promise<{ code: number; stdout: string; stderr: string }> {
  const { io, text } = recordingIo(given);
  const code = await main(words, { io, host: { env: {}, home: scratch } });
  return { code, ...text() };
}

describe('wrong input', () => {
  const rows: [string[], RegExp][] = [
    [['--kubelet-prt', '1'], /unknown option --kubelet-prt; did you mean --kubelet-port\?/],
    [['--verbos'], /did you mean --verbose\?/],
    [['nodes', '--save', 'x'], /nodes has no option --save; it is for check, merge$/],
    [['chek'], /unknown command "chek"; did you mean check\?/],
    [['chek', '--help-me'], /unknown command "chek"|unknown option --help-me/],
    [['n1'], /unknown command "n1"; `kubelet-doctor --help` lists them/],
    [['--', 'n1'], /: check reads nothing after --; write its options without it$/],
    [['nodes', '--', '--node', 'n1'], /: nodes reads nothing after --/],
    [['list', 'foo'], /: list takes no arguments; leave out "foo"$/],
    [['render', 'a', 'b'], /: render takes only FILE; leave out "b"$/],
    [['manifest', 'pod', 'node'], /: manifest takes only \[WHAT\]; leave out "node"$/],
    [['manifest', 'pot'], /manifest does not know "pot"; choose one of pod, daemonset/],
    [['manifest', 'pod', '--pod', 'x', '--image', 'y'], /--pod and --container are for manifest debug/],
    [['-x'], /unknown option -x; /],
    [['explain', '-v', 'x'], /explain has no option -v; it is for check/],
    [['nodes', '--wait'], /nodes has no option --wait; it is for check$/],
    [['rbac', '--kubelet-port', '1'], /rbac has no option --kubelet-port; it is for check$/],
    [['--node', 'a', '--node', 'b'], /: --node is given more than once; give it once$/],
    [['-o', 'json', '--output', 'text'], /: --output is given more than once/],
    [['manifest', 'pod', '--image', 'a', '--image', 'b'], /: --image is given more than once/],
    [['rbac', '--yaml', '--output', 'json'], /--yaml prints YAML; leave out --output json$/],
    [['--quiet', '--verbose'], /--quiet prints two lines and --verbose prints everything/],
    [['help', 'chek'], /no help found for "chek"; did you mean check\?/],
    [['help', 'nonsense'], /no help found for "nonsense"; topics: places, /],
    [['completion', 'tcsh'], /completion does not know "tcsh"; choose one of bash, zsh, fish/],
    [['--kubelet-port', 'abc'], /--kubelet-port abc is not a port; give a number from 1 to 65535/],
    [['--kubelet-port', '70000'], /is not a port/],
    [['--kubelet-host'], /: --kubelet-host needs a value: --kubelet-host HOST$/],
    [['manifest', 'debug', '--pod'], /: --pod needs a value: --pod NAME$/],
    [['setings'], /did you mean settings\?/],
    [['--timeout', 'soon'], /is not a duration; write 500ms, 4s, 2m or 1h/],
    [['--timeout', '99999999h'], /is out of range; give 1ms to 24h/],
    [['--timeout', '0'], /is out of range; give 1ms to 24h/],
    [['--output', 'yaml'], /--output yaml is not supported; use json, which YAML readers accept \(formats: text, json/],
    [['-o', 'wide'], /use --verbose/],
    [['-o', 'xml'], /--output xml is not supported; choose one of text, json/],
    [['--fail-on', 'everything'], /one of blocks, degrades, risk/],
    [['--only', 'kubelet-dwn'], /unknown cause "kubelet-dwn"; did you mean kubelet-down\?/],
    [['--skip', 'kubelet-down,nonsense'], /unknown cause "nonsense"/],
    [['--only', 'authority'], /unknown cause "authority"; did you mean [a-z-]+-authority\?/],
    [['--token-file', '/nonexistent'], /--token-file \/nonexistent: no such file/],
    [['--kubelet-client-cert', sound], /needs --kubelet-client-key/],
    [['--kubeconfig', '/nonexistent'], /no such file/],
    [['--kubeconfig', broken], /broken:\d+: /],
    [['--kubeconfig', sound, '--context', 'nope'], /no context "nope"; known: "prod", "test"/],
    [['--kubeconfig', sound], /no current-context; name one with --context .*prod.*test/],
    [['explain'], /explain needs a cause/],
    [['explain', 'kubelet-certificate-expird'], /did you mean kubelet-certificate-expired\?/],
    [['demo', '--scenario', 'expird'], /unknown scenario "expird"/],
    [['demo', '--scenario', 'rights-mising'], /did you mean rights-missing\?/],
  ];
  for (const [words, says] of rows) {
    it(words.join(' ').replaceAll(scratch, ''), async () => {
      const { code, stdout, stderr } = await run(words);
      assert.equal(code, 2, stdout);
      assert.equal(stdout, '');
      assert.match(stderr, says);
      assert.equal(stderr.split('\n').length, 1, stderr);
      assert.match(stderr, /^kubelet-doctor: /);
    });
  }
});

describe('what needs no cluster', () => {
  it('--version is one line', async () => assert.match((await run(['--version'])).stdout, /^\d+\.\d+\.\d+$/));

  it('version, -V and --version say the same, wherever they stand', async () => {
    const { stdout } = await run(['version']);
    for (const words of [['-V'], ['--version'], ['rbac', '--version'], ['--node', 'a', '-V']])
      assert.deepEqual(await run(words), { code: 0, stdout, stderr: '' });
  });

  const EVERY = [[], ...COMMANDS.map(({ name }) => [name])];

  it('--help fits every width, has examples first, and as many lines as its options and commands need', async () => {
    for (const words of EVERY)
      for (const all of ['--help', '--help-all'])
        for (const width of [60, 80, 200]) {
          const { stdout, stderr, code } = await run([...words, all], { width });
          assert.deepEqual([code, stderr], [0, '']);
          // Commands are pasted, so they stay on their line.
          for (const line of stdout.split('\n')) assert.ok(line.length <= width || /^ {2}(kubelet-doctor|kubectl) /.test(line), line);
          assert.doesNotMatch(stdout, /\[(string|boolean|choices|default)/);
          const [examples, options] = [stdout.indexOf('\nExamples:'), stdout.search(/\n(Common o|O|Kubelet o)ptions:/)];
          if (options >= 0) assert.ok(examples >= 0 && examples < options, words.join(' '));
        }
    assert.ok((await run(['--help'])).stdout.split('\n').length <= 65);
  });

  it('--help names every command, topic and exit code, --help-all every option', async () => {
    const { stdout } = await run(['--help']);
    for (const { name, says } of COMMANDS) assert.ok(stdout.includes(`  ${name} `) && says.length > 0, name);
    for (const topic of Object.keys(TOPICS)) assert.ok(stdout.includes(`  ${topic} `), topic);
    for (const word of ['--wait', '--help-all', 'help COMMAND', 'help TOPIC', 'Exit codes: 0 ', ', 3 '])
      assert.ok(stdout.includes(word), word);
    assert.ok(!stdout.includes('--kubelet-host'));
    assert.match((await run(['--help-all'])).stdout, /--kubelet-host HOST/);
  });

  it('--help-all has every option of a command, and of no other, with the placeholder of its value, in the order of the groups', async () => {
    for (const { name, options } of COMMANDS) {
      const { stdout } = await run([name, '--help-all'], { width: 100 });
      const headings = [...stdout.matchAll(/^(\w+) options:$/gm)].map(([, heading]) => heading);
      if (headings.length > 0)
        assert.deepEqual(
          headings,
          OPTION_GROUPS.filter((group) => options.some((option) => option.group === group)),
          name,
        );
      const listed = [...stdout.matchAll(/^ {2}(?:-(\w), | {4})--([\w-]+)(?: ([^ ]+))?(?: {2}|$)/gm)].map(([, alias, option, value]) => [
        option,
        value,
        alias,
      ]);
      assert.deepEqual(
        new Set(listed.map(String)),
        new Set(options.map((option) => String([option.name, option.value, option.alias]))),
        name,
      );
    }
  });

  it('help COMMAND is COMMAND --help; help TOPIC is a page', async () => {
    for (const { name } of COMMANDS.filter((command) => !isTopic(command.name)))
      assert.deepEqual(await run(['help', name]), await run([name, '--help']));
    assert.deepEqual(await run(['help']), await run(['--help']));
    assert.deepEqual(await run(['help', 'rbac', '--help-all']), await run(['rbac', '--help-all']));
    for (const topic of Object.keys(TOPICS)) {
      const { code, stdout } = await run(['help', topic]);
      assert.equal(code, 0);
      assert.ok(stdout.length > 60, topic);
      for (const line of stdout.split('\n')) assert.doesNotMatch(line, /^#|^```|^\|/);
    }
    assert.match((await run(['help', 'settings'])).stdout, /kubelet-doctor settings --help/);
  });

  it('its examples are command lines that it understands', async () => {
    const lines = COMMANDS.flatMap(({ examples }) => examples.flatMap(([, words]) => words.split(/ [|>] |; /)));
    const ours = lines.filter((line) => line.startsWith('kubelet-doctor'));
    assert.ok(ours.length > 25, `${ours.length}`);
    for (const line of ours) {
      const argv = line.split(' ').slice(1);
      const { first = 'check' } = readWords(argv);
      const command = COMMANDS.find(({ name }) => name === first);
      assert.ok(command, line);
      for (const option of argv.filter((word) => word.startsWith('--')))
        assert.ok(
          command.options.some(({ name }) => `--${name}` === option),
          `${line}: ${option}`,
        );
    }
  });

  it('takes lists in parts', async () => {
    assert.match((await run(['--skip', 'kubelet-down', '--skip', 'nonsense,kubelet-down'])).stderr, /unknown cause "nonsense"/);
  });

  it('every command that can leave causes out refuses one that does not exist', async () => {
    const commands = COMMANDS.filter(({ options }) => options.some(({ name }) => name === 'skip'));
    assert.ok(commands.length >= 6);
    for (const { name } of commands) {
      const { code, stderr } = await run([name, ...(name === 'judge' || name === 'merge' ? ['/nonexistent'] : []), '--skip', 'nonsense']);
      assert.deepEqual([code, /unknown cause "nonsense"/.test(stderr)], [2, true], `${name}: ${stderr}`);
    }
  });

  it('an option with a value cannot be turned off by no-', async () => {
    for (const { name: command, options } of COMMANDS)
      for (const { name, type } of options.filter((option) => option.type !== 'switch')) {
        const { code, stderr } = await run([command, `--no-${name}`, ...(command === 'merge' ? ['f'] : [])]);
        assert.equal(code, 2, `${command} --no-${name} (${type})`);
        assert.match(stderr, /^kubelet-doctor: (?!internal error).+$/, `${command} --no-${name}`);
      }
  });

  it('explain and list know every cause', async () => {
    const causes = JSON.parse((await run(['list', '--output', 'json'])).stdout) as { cause: string }[];
    assert.ok(causes.length > 80, `${causes.length}`);
    const { stdout } = await run(['explain', causes[0]!.cause]);
    for (const part of ['What it means', 'Why it happens', 'How to confirm', 'How to fix']) assert.ok(stdout.includes(part), part);
    const text = (await run(['list'])).stdout;
    for (const { cause } of causes) assert.ok(text.includes(cause), cause);
  });
});
