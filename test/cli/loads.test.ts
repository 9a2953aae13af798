/** What a command loads of the package, as Node itself counts it: what it does not use, nobody waits for. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Metafile } from 'esbuild';
import { knownCauses } from '../../src/checks/known.js';
import { bundlePackage, compileAhead } from '../delivery/bundle.js';
import { reportOf, withCluster } from '../delivery/cluster.js';

const folder = mkdtempSync(path.join(tmpdir(), 'kd-loads-'));
const LAUNCHER = path.join(folder, 'launcher.cjs');
after(() => rmSync(folder, { recursive: true }));

const BARE = ['cli', 'main', 'package.json', 'start', 'version', 'words'];
/** The tables of commands and options, and what help is drawn with. */
const TABLES = [...BARE, 'host', 'kubernetes', 'manifests', 'model', 'render', 'report', 'setup'];
const CAUSES = [...TABLES, 'causes:causes', 'checks', 'yargs', 'yargs-parser'];
/** What a check that prints JSON must do without: the causes of its own are in its checks, and a kubeconfig as programs write it needs no whole YAML. */
const NOT_FOR_CHECK = /^(sim|texts|bundles|causes:causes|yaml|manifest-.*|@peculiar\/.*|cli-table3|ora|tar-.*|streamx|string-width|cliui)$/;

describe('what a command loads', () => {
  let made: Metafile;
  before(async () => {
    made = await bundlePackage(folder);
    writeFileSync(
      LAUNCHER,
      `const { main, processIo, scripts } = require('./kubelet-doctor.js');
      main(process.argv.slice(2), { io: processIo() }).then((code) => {
        process.exitCode = code;
        console.error(JSON.stringify(Object.fromEntries([...scripts].map(([name, { cachedDataRejected }]) => [name, cachedDataRejected]))));
      });`,
    );
  });

  async function start(
    args: string[],
    env: NodeJS.ProcessEnv = process.env,
  ): Promise<{ stdout: string; rooms: string[]; bytes: number; files: number; refused: Record<string, boolean | undefined> }> {
    const coverage = mkdtempSync(path.join(folder, 'coverage-'));
    const [stdout, stderr] = await new Promise<[string, string]>((resolve) =>
      execFile(process.execPath, [LAUNCHER, ...args], { env: { ...env, NODE_V8_COVERAGE: coverage } }, (_, ...texts) => resolve(texts)),
    );
    const loaded = readdirSync(coverage).flatMap((file) => scriptsIn(path.join(coverage, file)));
    const outputs = Object.entries(made.outputs).filter(([file]) => loaded.includes(path.resolve(file)));
    const rooms = outputs.flatMap(([, { inputs }]) => Object.keys(inputs).map(roomOf));
    return {
      stdout,
      refused: JSON.parse(stderr) as Record<string, boolean | undefined>,
      files: outputs.length,
      rooms: [...new Set(rooms)].sort(),
      bytes: outputs.reduce((sum, [, { bytes }]) => sum + bytes, 0),
    };
  }

  it('--version: next to nothing', async () => {
    const { rooms, bytes } = await start(['--version']);
    assert.deepEqual(rooms, BARE);
    // With what begins scripts, and looks whether their code is whole, in the place of the loader of Node, which takes longer.
    assert.ok(bytes < 11_200, `${bytes} bytes`);
  });

  it('--help: the tables of commands and options; no reader of words, no check', async () => {
    assert.deepEqual((await start(['--help'])).rooms, TABLES.toSorted());
  });

  for (const args of [['list'], ['explain', 'token-expired']])
    it(`${args.join(' ')}: what is said of causes, without the checks that find them`, async () => {
      const { rooms, bytes } = await start(args);
      assert.deepEqual(rooms, CAUSES.toSorted());
      assert.ok(bytes < 500_000, `${bytes} bytes`);
    });

  it('a check: no simulator, no texts, no format but its own', async () => {
    await withCluster({}, async ({ args, kubeconfig }) => {
      const { rooms, stdout, files } = await start(args, { ...process.env, KUBECONFIG: kubeconfig });
      assert.ok(reportOf(stdout).summary, stdout);
      assert.deepEqual(
        rooms.filter((room) => NOT_FOR_CHECK.test(room)),
        [],
      );
      // Node takes a millisecond for each.
      assert.ok(files <= 12, `${files} files`);
    });
  });

  it('what was compiled ahead is taken by the Node that compiled it', async () => {
    await compileAhead(folder);
    await withCluster({}, async ({ args, kubeconfig }) => {
      const { refused } = await start(args, { ...process.env, KUBECONFIG: kubeconfig });
      assert.deepEqual(
        Object.keys(refused).filter((name) => refused[name] === true),
        [],
      );
      for (const name of ['command-line.js', 'arguments.js', 'parts.js', 'check.js', 'judging.js'])
        assert.equal(refused[name], false, name);
      // Each of another command is taken, too, if it is large enough to be there.
      const nodes = await start(['nodes', '--output=json', `--kubeconfig=${kubeconfig}`]);
      assert.equal(Object.values(nodes.refused).includes(true), false);
      assert.ok(Object.values(nodes.refused).filter((is) => is === false).length > 6);
    });
  });

  it('what was compiled ahead is left where it, or the script, is another than it was', async () => {
    const compiled = path.join(folder, `compiled-${process.version}-${process.platform}-${process.arch}`);
    const code = path.join(compiled, 'command-line.js.bin');
    const script = path.join(folder, 'command-line.js');
    const [whole, written] = [readFileSync(code), readFileSync(script)];
    const damaged = Buffer.from(whole);
    damaged[whole.length >> 1] = ~(whole[whole.length >> 1] as number);
    const edited = Buffer.from(written.toString().replace('Usage', 'USAGE'));
    for (const [file, bytes] of [
      [code, damaged],
      [code, whole.subarray(0, -100)],
      [code, Buffer.alloc(0)],
      [script, edited],
    ] as const) {
      writeFileSync(file, bytes);
      const { refused, stdout } = await start(['--help']);
      assert.equal(refused['command-line.js'], undefined);
      assert.match(stdout, file === script ? /USAGE|Usage/ : /Usage/);
      writeFileSync(code, whole);
      writeFileSync(script, written);
    }
    assert.equal((await start(['--help'])).refused['command-line.js'], false);
  });

  it('nodes: what it prints no table with is not loaded for JSON', async () => {
    await withCluster({ agent: { rights: 'everything' }, placement: { nodes: { n2: {} } } }, async ({ kubeconfig }) => {
      const { rooms, stdout, files } = await start(['nodes', '--output=json', `--kubeconfig=${kubeconfig}`]);
      assert.ok(reportOf(stdout).summary, stdout);
      assert.deepEqual(
        rooms.filter((room) => NOT_FOR_CHECK.test(room)),
        [],
      );
      assert.ok(files <= 18, `${files} files`);
    });
  });

  it('the causes it lists are those the checks declare', async () => {
    const { stdout } = await start(['list', '--output', 'json']);
    const listed = JSON.parse(stdout) as { cause: string; title: string }[];
    assert.deepEqual(
      listed.map(({ cause, title }) => [cause, title]),
      knownCauses().map(({ cause, docs }) => [cause, docs.title]),
    );
  });
});

function scriptsIn(file: string): string[] {
  const { result } = JSON.parse(readFileSync(file, 'utf8')) as { result: { url: string }[] };
  return result.filter(({ url }) => url.startsWith('file:')).map(({ url }) => fileURLToPath(url));
}

/** Of our files the room, of others the package. */
function roomOf(file: string): string {
  const [top = '', name = '', below = ''] = file.split('/');
  if (top !== 'node_modules') return top === 'src' ? name.replace(/\.ts$/, '') : top;
  return name.startsWith('@') ? `${name}/${below}` : name;
}
