/** Who named a context or a kubeconfig pastes no command that asks another cluster: on every page of every scenario, at a workstation. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { runCommandLine } from '../../src/cli/command-line.js';
import { flatten } from '../../src/judge/rank.js';
import { aimed, withoutAim } from '../../src/kubernetes/aim.js';
import type { Report } from '../../src/model/report.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { diagnoseWorld, recordingIo, WORLDS_AT_ONCE } from './run.js';

/** A program at the start of a line, behind a pipe or in brackets; written apart from what writes the flags. */
const COMMAND = /(?:^|[|;&(]) *((?:kubectl|oc) [^|;\n]*)/gm;
const OURS = /^kubelet-doctor(?: (?:rbac|nodes|settings))?(?: -[^|]*)?/;
const ABOUT_ANOTHER = / --(?:agent-process|manifest) /;

/** What is shown to be pasted has lines of its own, on every page. */
function unaimed(text: string, flags: string): string[] {
  return [...text.matchAll(COMMAND)].map(([, command = '']) => command).filter((command) => !command.includes(flags));
}

function stringsOf(json: string): string[] {
  const found: string[] = [];
  JSON.parse(json, (_, value) => {
    if (typeof value === 'string') found.push(value);
    return value;
  });
  return found;
}

function commandsOf({ findings, results }: Report): string[] {
  const all = flatten(findings);
  return [
    ...all.flatMap(({ fixes }) =>
      fixes.flatMap(({ form = 'shell', steps, source, verify }) => [form === 'shell' ? steps : '', source, verify]),
    ),
    ...all.flatMap(({ decide, evidence }) => [...decide, ...evidence.map(({ reproduce }) => reproduce)]),
    ...results.flatMap(({ elsewhere }) => elsewhere),
  ].flatMap((command) => command ?? []);
}

const directory = mkdtempSync(path.join(tmpdir(), 'kd-aimed-'));
after(() => rmSync(directory, { recursive: true }));
const SEEN_AT_WORKSTATION = SCENARIOS.filter(({ world }) => world.place === 'workstation' && world.kubeconfig !== 'none');
let aimedAtAll = 0;

describe('commands for the cluster that was asked', () => {
  describe('with a context that was named', { concurrency: WORLDS_AT_ONCE }, () => {
    for (const { scenario, world } of SEEN_AT_WORKSTATION) {
      it(scenario, async () => {
        const byFile = world.argv?.includes('--kubeconfig');
        const { stdout } = await diagnoseWorld(world, ['--context', byFile ? 'c' : 'sim']);
        const report = JSON.parse(stdout) as Report;
        const context = report.settings.find(({ setting }) => setting === 'context')?.value ?? '';
        const flag = ` --context=${context}`;
        const commands = commandsOf(report);
        aimedAtAll += commands.filter((command) => command.includes(flag)).length;
        assert.deepEqual(
          stringsOf(stdout).flatMap((text) => unaimed(text, flag)),
          [],
        );
        for (const command of commands) {
          const [ours] = OURS.exec(command) ?? [];
          if (ours && !ABOUT_ANOTHER.test(command) && !command.startsWith('kubelet-doctor manifest'))
            assert.ok(ours.includes(flag), command);
        }
        const file = path.join(directory, `${scenario}.json`);
        writeFileSync(file, stdout);
        for (const output of ['text', 'markdown', 'html', 'junit', 'json']) {
          const { io, text } = recordingIo();
          assert.equal(await runCommandLine(['render', file, '--output', output], io), 0, text().stderr);
          assert.deepEqual(unaimed(text().stdout, flag), [], output);
        }
      });
    }
  });

  it('saw many', () => assert.ok(aimedAtAll > 100, `only ${aimedAtAll} commands`));

  it('names the file that was named, at a workstation alone', async () => {
    const named = ['--kubeconfig', '/home/me/.kube/config'];
    const { report } = await diagnoseWorld({ place: 'workstation', agent: { rights: 'none' } }, named);
    const commands = commandsOf(report).filter((command) => /^kubectl /.test(command));
    assert.ok(commands.length > 3);
    const flags = / --kubeconfig=\S*\/home\/me\/\.kube\/config --context=sim /;
    for (const command of commands) assert.match(command, flags);
    for (const place of ['workstation', 'node', 'agent-pod'] as const) {
      const { stdout } = await diagnoseWorld({ place, agent: { rights: 'none' } });
      assert.equal(withoutAim(stdout), stdout, `${place}: named by no one`);
    }
  });

  it('of a report that was read, no file that its writer names is in a command', async () => {
    const { stdout } = await diagnoseWorld({ place: 'workstation', agent: { rights: 'none' } }, ['--kubeconfig', '/home/me/.kube/config']);
    const file = path.join(directory, 'read.json');
    writeFileSync(file, stdout.replaceAll(/--kubeconfig=\S+/g, '--kubeconfig=/tmp/theirs'));
    const { io, text } = recordingIo();
    await runCommandLine(['render', file, '--output', 'json'], io);
    const commands = commandsOf(JSON.parse(text().stdout) as Report);
    assert.ok(commands.some((command) => command.startsWith('kubectl --context=sim ')));
    assert.deepEqual(
      commands.filter((command) => command.includes('--kubeconfig')),
      [],
    );
  });

  it('writes the flags where a shell takes a program, and nowhere else', () => {
    const aim = { kubeconfig: '/a b/config', context: 'prod' };
    const flags = ` --kubeconfig='/a b/config' --context=prod`;
    const rows: [string, string][] = [
      ['kubectl get nodes', `kubectl${flags} get nodes`],
      ['printf x | kubectl create -f -', `printf x | kubectl${flags} create -f -`],
      ['a=$(kubectl get pod x)', `a=$(kubectl${flags} get pod x)`],
      ['sudo kubectl get nodes && oc get x', `sudo kubectl${flags} get nodes && oc${flags} get x`],
      [
        "kubectl apply -f - <<'EOF'\nkubectl is a word\nEOF\nkubectl get x",
        `kubectl${flags} apply -f - <<'EOF'\nkubectl is a word\nEOF\nkubectl${flags} get x`,
      ],
      ['echo kubectl get', 'echo kubectl get'],
      ['# kubectl get', '# kubectl get'],
      ['kubelet-doctor', `kubelet-doctor${flags}`],
      ['kubelet-doctor rbac --missing', `kubelet-doctor rbac${flags} --missing`],
      ['kubelet-doctor explain x', 'kubelet-doctor explain x'],
      ['kubelet-doctor --agent-process 7', 'kubelet-doctor --agent-process 7'],
      ['kubelet-doctor settings --manifest FILE', 'kubelet-doctor settings --manifest FILE'],
      ['kubelet-doctor manifest debug --node n', 'kubelet-doctor manifest debug --node n'],
    ];
    for (const [before, after] of rows) {
      assert.equal(aimed(before, aim), after);
      assert.equal(aimed(after, aim), after);
      assert.equal(withoutAim(after), before);
    }
    assert.equal(aimed('kubectl get x', { context: "it's" }), `kubectl --context='it'\\''s' get x`);
    assert.equal(withoutAim(`kubectl --context='it'\\''s' get x`), 'kubectl get x');
    assert.equal(aimed('kubectl get x', { context: 'a\nb' }), 'kubectl --context=NAME get x');
    assert.equal(aimed('kubectl get x', {}), 'kubectl get x');
  });
});
