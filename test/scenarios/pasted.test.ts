/**
 * What is printed to be pasted, from the real command's own output, run by a real sh: every program gets what it should, and nothing on the way from a
 * check to the terminal (words, the gate for secrets, wrapping, Markdown) has eaten a part. The programs are stubs that keep what they get.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { runCommandLine } from '../../src/cli/command-line.js';
import { createRedactor, printable } from '../../src/host/redact.js';
import { flatten } from '../../src/judge/rank.js';
import { aimed, withoutAim } from '../../src/kubernetes/aim.js';
import type { Report } from '../../src/model/report.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { startWorld } from '../../src/sim/start.js';
import { neutralise } from '../../src/words/visible.js';
import { commandsOfDocs, PROGRAMS, printedIn, TOOLS } from '../support/commands.js';
import { diagnoseOnce } from './diagnosed.js';
import { recordingIo, runIn, WORLDS_AT_ONCE } from './run.js';

/** A token as the stub of `cat` gives it, with what a shell or printf would act on if it were ever asked to. */
const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.a-b_c%s$HOME\\n';
/** A file of the system would be written, or a program started by its path: read by `sh -n`, not run. */
const WRITES = />\s*(?:["']?\$|["']?\/(?!dev\/null))|(?:^|[|;&(]\s*)(?:\.{0,2}\/)/m;

const directory = mkdtempSync(path.join(tmpdir(), 'kd-pasted-'));
after(() => rmSync(directory, { recursive: true }));
const bin = path.join(directory, 'bin');
const log = path.join(directory, 'log');
mkdirSync(bin);
for (const name of TOOLS) {
  const found = ['/usr/bin', '/bin'].map((at) => path.join(at, name)).find(existsSync);
  if (found) symlinkSync(found, path.join(bin, name));
}
writeFileSync(path.join(directory, 'token'), TOKEN);
for (const name of Object.keys(PROGRAMS)) {
  // Given no file, cat is the end of a pipe or a here-document; what it says is the token's file otherwise.
  const says =
    name === 'cat' ? `[ "$#" = 0 ] && exec /bin/cat; exec /bin/cat '${directory}/token'` : name === 'kubectl' ? KUBECTL() : 'exit 0';
  writeFileSync(path.join(bin, name), `#!/bin/sh\n{ printf '%s\\001' '${name}' "$@"; printf '\\002'; } >> '${log}'\n${says}\n`);
  chmodSync(path.join(bin, name), 0o755);
}
/** `exec … cat FILE` gives the token too; `-f -` keeps what it reads. */
function KUBECTL(): string {
  return `case " $* " in *" cat "*) exec /bin/cat '${directory}/token' ;; *" -f - "*) /bin/cat > '${directory}/stdin' ;; esac`;
}

/** What the programs got, in order, and what the last kubectl read. */
function paste(command: string): { calls: string[][]; stdin: string; stderr: string } {
  for (const name of ['log', 'stdin']) writeFileSync(path.join(directory, name), '');
  const { stderr } = spawnSync('/bin/sh', ['-c', command], {
    cwd: directory,
    env: { PATH: bin, HOME: directory },
    input: '',
    encoding: 'utf8',
    timeout: 20_000,
  });
  const calls = readFileSync(log, 'utf8').split('\u0002').slice(0, -1);
  return {
    calls: calls.map((call) => call.split('\u0001').slice(0, -1)),
    stdin: readFileSync(path.join(directory, 'stdin'), 'utf8'),
    stderr,
  };
}

/** Programs of fixes that write, or of answers that no scenario has. */
const ELSEWHERE: Readonly<Record<string, string>> = { install: 'a fix that writes', 'cilium-dbg': 'beside cilium' };

const all = new Set<string>();

describe('what is printed to be pasted', () => {
  describe('of each scenario', { concurrency: WORLDS_AT_ONCE }, () => {
    for (const { scenario, world } of SCENARIOS) {
      it(scenario, async () => {
        const { report } = await diagnoseOnce(world);
        for (const command of printedIn(report)) all.add(command);
      });
    }
  });

  it('reaches the programs in it whole', () => {
    assert.ok(all.size > 200, `only ${all.size} commands`);
    const wrong: string[] = [];
    let ran = 0;
    for (const command of all) {
      const parsed = spawnSync('/bin/sh', ['-n'], { input: command, encoding: 'utf8' });
      if (parsed.status !== 0) wrong.push(`${command}\n${parsed.stderr}`);
      if (/\[redacted\]|\bundefined\b/.test(command)) wrong.push(command);
      if (WRITES.test(command)) continue;
      ran += 1;
      const { calls, stderr } = paste(command);
      if (/not found|yntax error|nterminated/.test(stderr)) wrong.push(`${command}\n${stderr}`);
      if (calls.length === 0) wrong.push(`${command}\nruns nothing`);
      // A placeholder of a format, or of the shell, that reaches a program is one that nothing was put into.
      for (const call of calls)
        if (call.some((word) => !word.includes(TOKEN) && /%s|\$[({A-Za-z]/.test(word) && !/HOST_IP/.test(word)))
          wrong.push(`${command}\n${call.join(' ')}`);
      for (const [program, ...words] of calls) {
        const at = words.indexOf('-H');
        if (program === 'curl' && at >= 0) assert.equal(words[at + 1], `Authorization: Bearer ${TOKEN}`, command);
      }
    }
    assert.deepEqual(wrong, []);
    assert.ok(ran > 150, `only ${ran} were run`);
  });

  it('of the docs of causes is read by a shell, and every program in it has a source', () => {
    const wrong: string[] = [];
    const used = new Set<string>();
    const docs = commandsOfDocs();
    assert.ok(docs.length > 200, `only ${docs.length}`);
    for (const { cause, field, command } of docs) {
      const parsed = spawnSync('bash', ['-n'], { input: command, encoding: 'utf8' });
      if (parsed.error === undefined && parsed.status !== 0) wrong.push(`${cause} ${field}: ${command}\n${parsed.stderr}`);
      const { calls, stderr } = paste(command);
      if (/not found|yntax error|nterminated/.test(stderr)) wrong.push(`${cause} ${field}: ${command}\n${stderr}`);
      for (const [program = ''] of calls) used.add(program);
    }
    assert.deepEqual(wrong, []);
    for (const command of all) for (const [program = ''] of WRITES.test(command) ? [] : paste(command).calls) used.add(program);
    assert.deepEqual(
      Object.keys(PROGRAMS).filter((name) => !used.has(name) && !(name in ELSEWHERE)),
      [],
      'programs that are printed no more',
    );
  });

  it('of ours is taken by our own command line', async () => {
    const words = new Set<string>();
    for (const command of all)
      for (const [program, ...rest] of WRITES.test(command) ? [] : paste(command).calls)
        if (program === 'kubelet-doctor') words.add(JSON.stringify(rest));
    assert.ok(words.size > 20, `only ${words.size}`);
    const running = await startWorld({ place: 'workstation' });
    const refused: string[] = [];
    writeFileSync(
      path.join(running.host.root ?? '', 'manifest.yaml'),
      'apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: a, namespace: b}\nspec: {template: {spec: {containers: [{name: agent, image: "gcr.io/datadoghq/agent:7.70.0"}]}}}\n',
    );
    try {
      for (const each of words) {
        const given = (JSON.parse(each) as string[])
          .filter((word) => !/^--(?:kubeconfig|context)=/.test(word) && word !== '--wait')
          .map((word) => (word === 'FILE' ? '/manifest.yaml' : word === 'NAMESPACE/NAME' ? 'datadog/datadog-agent' : word));
        const recording = recordingIo();
        const server = given[0] === 'manifest' ? [] : running.argv;
        const code = await runCommandLine([...given, ...server], recording.io, running.host);
        const { stderr } = recording.text();
        // A process that is not here is no fault of the words.
        if (code === 2 && !given.includes('--agent-process')) refused.push(`${each}: ${stderr}`);
      }
    } finally {
      await running.stop();
    }
    assert.deepEqual(refused, []);
  });

  it('is as it was behind every filter of ours', () => {
    const redactor = createRedactor();
    for (const command of [...all, ...commandsOfDocs().map((each) => each.command)]) {
      assert.equal(neutralise(command), command);
      // As sentences, to both of which blanks are one; that a command keeps its own is looked at in its formats, below.
      const lines = command.split('\n').map((line) => line.trim().replace(/\s+/g, ' '));
      assert.deepEqual(
        lines.map((line) => redactor.clean(line, 1e6)),
        lines,
      );
      assert.deepEqual(
        lines.map((line) => printable(line, 1e6)),
        lines,
      );
      const aim = { kubeconfig: '/home/me/a b', context: "it's $(id)" };
      if (withoutAim(command) === command) assert.equal(withoutAim(aimed(command, aim)), command);
    }
  });

  it('a TokenReview holds the token, to the letter', () => {
    const reviews = [...all].filter((command) => command.includes('TokenReview') && command.includes('kubectl create'));
    assert.ok(reviews.length > 0, 'none was printed');
    for (const command of reviews) {
      const { calls, stdin } = paste(command);
      assert.deepEqual(
        calls.find(([program, verb]) => program === 'kubectl' && verb === 'create'),
        ['kubectl', 'create', '-o', 'jsonpath={.status}', '-f', '-'],
      );
      // As JSON: a real token holds nothing that JSON would escape, this one does.
      assert.ok(stdin.includes(`"spec":{"token":"${TOKEN}"}`), `${command}\n${stdin}`);
    }
  });

  it('stands in text and Markdown as in JSON', async () => {
    const world = SCENARIOS.find(({ scenario }) => scenario === 'token-foreign')?.world;
    assert.ok(world);
    const running = await startWorld(world);
    try {
      const report = JSON.parse((await runIn(running, ['--output', 'json'])).stdout) as Report;
      const decide = flatten(report.findings).flatMap((finding) => finding.decide);
      assert.ok(
        decide.some((command) => command.includes('"token":"%s"')),
        JSON.stringify(decide),
      );
      for (const output of ['text', 'markdown']) {
        const { stdout } = await runIn(running, ['--output', output]);
        for (const line of decide.flatMap((command) => command.split('\n'))) assert.ok(stdout.includes(line), `${output}: ${line}`);
      }
    } finally {
      await running.stop();
    }
  });
});
