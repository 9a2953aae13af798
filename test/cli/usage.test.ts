/** Wrong input: one line that says what is wrong and what to do, exit code 2, nothing on stdout, no stack. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { COMMANDS } from '../../src/cli/command-table.js';
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
    [['--kubelet-prt', '1'], /no option --kubelet-prt; did you mean --kubelet-port\?/],
    [['--verbos'], /did you mean --verbose\?/],
    [['nodes', '--save', 'x'], /--save is no option of this command/],
    [['chek'], /no command "chek"; did you mean check\?/],
    [['--kubelet-port', 'abc'], /--kubelet-port abc is no port; give a number from 1 to 65535/],
    [['--kubelet-port', '70000'], /is no port/],
    [['--kubelet-host'], /: --kubelet-host needs a value: --kubelet-host HOST$/],
    [['manifest', 'debug', '--pod'], /: --pod needs a value$/],
    [['setings'], /did you mean settings\?/],
    [['--timeout', 'soon'], /is no duration; write 500ms, 4s or 2m/],
    [['--output', 'yaml'], /--output yaml is not known; it is one of text, json/],
    [['--fail-on', 'everything'], /one of blocks, degrades, risk/],
    [['--only', 'kubelet-dwn'], /no cause is called "kubelet-dwn"; did you mean kubelet-down\?/],
    [['--skip', 'kubelet-down,nonsense'], /no cause is called "nonsense"/],
    [['--token-file', '/nonexistent'], /--token-file \/nonexistent: no such file/],
    [['--kubelet-client-cert', sound], /needs --kubelet-client-key/],
    [['--kubeconfig', '/nonexistent'], /no such file/],
    [['--kubeconfig', broken], /broken:\d+: /],
    [['--kubeconfig', sound, '--context', 'nope'], /no context "nope"; known: "prod", "test"/],
    [['--kubeconfig', sound], /no current-context; name one with --context .*prod.*test/],
    [['explain'], /explain needs a cause/],
    [['explain', 'kubelet-certificate-expird'], /did you mean kubelet-certificate-expired\?/],
    [['demo', '--scenario', 'expird'], /no scenario is called "expird"/],
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

  it('--help fits 80 columns and names every command and exit code', async () => {
    const { stdout, code } = await run(['--help']);
    assert.equal(code, 0);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
    for (const word of ['check', 'explain', 'list', 'demo', '--kubelet-host', '--wait', 'Exit codes'])
      assert.ok(stdout.includes(word), word);
  });

  it('--help has every option of a table with the placeholder of its value, below the headings of the README in their order', async () => {
    for (const { name, options } of COMMANDS) {
      const { stdout } = await run([name, '--help']);
      const headings = [...stdout.matchAll(/^(\w+):$/gm)].map(([, heading]) => heading);
      const groups = OPTION_GROUPS.filter((group) => options.some((option) => option.group === group));
      assert.deepEqual(
        headings.filter((heading) => heading !== 'Positionals'),
        [...groups, 'Options'],
        name,
      );
      for (const option of options) {
        const shown = `--${option.name}${option.value ? ` ${option.value}` : ''}  `;
        assert.equal(stdout.split(shown).length, 2, `${name}: ${shown}`);
        if (option.formerly) assert.ok(!stdout.includes(`--${option.formerly} `), `${name}: ${option.formerly}`);
      }
    }
  });

  it('every command that can leave causes out refuses one that does not exist', async () => {
    const commands = COMMANDS.filter(({ options }) => options.some(({ name }) => name === 'skip'));
    assert.ok(commands.length >= 6);
    for (const { name } of commands) {
      const { code, stderr } = await run([name, ...(name === 'judge' || name === 'merge' ? ['/nonexistent'] : []), '--skip', 'nonsense']);
      assert.deepEqual([code, /no cause is called "nonsense"/.test(stderr)], [2, true], `${name}: ${stderr}`);
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
