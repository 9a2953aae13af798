/** Completion as a shell does it: the printed script is loaded by the shell itself, and asked. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { COMMANDS } from '../../src/cli/command-table.js';
import { completionModel } from '../../src/cli/completion/model.js';
import { SHELLS, type Shell } from '../../src/cli/completion/shells.js';
import { main } from '../../src/main.js';
import { recordingIo } from '../support/io.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'kd-completion-'));
after(() => rmSync(scratch, { recursive: true }));
writeFileSync(path.join(scratch, 'saved.tgz'), '');

const scripts = Object.fromEntries(
  await Promise.all(
    SHELLS.map(async (shell) => {
      const { io, text } = recordingIo();
      assert.equal(await main(['completion', shell], { io }), 0);
      const file = path.join(scratch, `script.${shell}`);
      writeFileSync(file, `${text().stdout}\n`);
      return [shell, file];
    }),
  ),
) as Record<Shell, string>;

const has = (program: string) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { encoding: 'utf8', cwd: scratch }).split('\n').filter(Boolean);

/** What each shell offers for the last word. */
const ASK: Record<Shell, (words: string[]) => string[]> = {
  bash: (words) =>
    run(
      'bash',
      '--norc',
      '-c',
      `source "$1"; shift; COMP_WORDS=(kubelet-doctor "$@"); COMP_CWORD=$#; _kubelet_doctor; printf '%s\\n' "\${COMPREPLY[@]}"`,
      'bash',
      scripts.bash,
      ...words,
    ),
  fish: (words) =>
    run('fish', '--no-config', '-c', 'source $argv[1]; complete -C "$argv[2]"', scripts.fish, ['kubelet-doctor', ...words].join(' ')).map(
      (line) => line.split('\t')[0] ?? '',
    ),
  zsh: (words) => run('zsh', '-f', ZSH, scripts.zsh, ['kubelet-doctor', ...words].join(' ')),
};

/** In a terminal of its own: the completion system works there alone. What it would add is kept by a compadd of ours. */
const ZSH = path.join(scratch, 'ask.zsh');
writeFileSync(
  ZSH,
  `zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PROMPT=; autoload -U compinit; compinit -D -u; source $1"
zpty -w z 'ask() { compadd() { local -a __found; builtin compadd -O __found "$@"; print -rl -- $__found >> '$0'.out; builtin compadd "$@" }; _main_complete; print done >> '$0'.out }'
zpty -w z 'zle -C ask complete-word ask; bindkey "^T" ask; cd '\${0:h}
sleep 0.5
: > $0.out
zpty -w -n z "$2"$'\\C-t'
for i in {1..100}; do grep -q '^done$' $0.out && break; sleep 0.1; done
zpty -d z
grep -v '^done$' $0.out
true
`,
);

const ROWS: readonly [words: string[], expect: readonly string[]][] = [
  [['rb'], ['rbac']],
  [['rbac', '--miss'], ['--missing']],
  [['rbac', '--kubelet-h'], []],
  [
    ['rbac', '-o', ''],
    ['text', 'json'],
  ],
  [['check', '--fail-on', 'r'], ['risk']],
  [['--fail-on', 'r'], ['risk']],
  [['manifest', 'trou'], ['troubleshoot']],
  [['help', 'rig'], ['rights']],
  [['explain', 'clock-s'], ['clock-skew']],
  [['completion', 'f'], ['fish']],
];

describe('completion', () => {
  for (const shell of SHELLS)
    it(`of ${shell} completes commands, options and their values`, { skip: has(shell) ? false : `no ${shell} here` }, () => {
      run(shell, '-n', scripts[shell]);
      for (const [words, expect] of ROWS) {
        const offered = ASK[shell](words).map((word) => word.replace(/=$/, ''));
        assert.deepEqual(new Set(offered.filter((word) => word.startsWith(words.at(-1) ?? ''))), new Set(expect), words.join(' '));
      }
      // Every command, and every option of each.
      for (const { name, flags } of completionModel(COMMANDS).filter(({ name: each }) => shell !== 'zsh' || each === 'rbac')) {
        assert.ok(ASK[shell]([name.slice(0, -1)]).includes(name), name);
        const options = new Set(ASK[shell]([name, '--']).map((word) => word.replace(/=$/, '')));
        for (const option of flags.flatMap(({ names }) => names).filter((each) => each.startsWith('--')))
          assert.ok(options.has(option), `${name} ${option}`);
      }
    });

  it('of bash goes on behind a comma and a sign of equality, and names files', { skip: has('bash') ? false : 'no bash here' }, () => {
    assert.deepEqual(ASK.bash(['--skip', 'kubelet-down,clock-s']), ['kubelet-down,clock-skew']);
    assert.deepEqual(ASK.bash(['--output', '=', 'js']), ['json']);
    assert.deepEqual(ASK.bash(['rbac', '--output', '=']), ['text', 'json']);
    assert.deepEqual(ASK.bash(['render', 'sa']), ['saved.tgz']);
    assert.deepEqual(ASK.bash(['--kubeconfig', 'sa']), ['saved.tgz']);
    assert.deepEqual(ASK.bash(['--node', '']), []);
    // The value of an option is no command.
    assert.deepEqual(ASK.bash(['--node', 'merge', 'rb']), ['rbac']);
  });

  it('of kubectl: words and a directive', { skip: has('bash') ? false : 'no bash here' }, () => {
    const plugin = path.join(scratch, 'kubectl_complete-kubelet_doctor');
    writeFileSync(plugin, execFileSync('cat', [scripts.bash]));
    chmodSync(plugin, 0o755);
    assert.deepEqual(run(plugin, 'rb'), ['rbac', ':4']);
    assert.deepEqual(run(plugin, 'rbac', '--output=j'), ['json', ':4']);
    assert.deepEqual(run(plugin, ''), [...COMMANDS.map(({ name }) => name), ':4']);
    assert.deepEqual(run(plugin, 'render', ''), [':0']);
    assert.deepEqual(run(plugin, 'nonsense', 'x'), [':4']);
  });
});
