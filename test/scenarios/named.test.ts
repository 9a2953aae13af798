/**
 * Whoever misspells a name is told so on line one, with the name that was meant, and the run never ends with exit code 0. One table over every option
 * of every command that takes a value: an option that is added without a row fails here.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runCommandLine } from '../../src/cli/command-line.js';
import { COMMANDS } from '../../src/cli/command-table.js';
import { flatten } from '../../src/judge/rank.js';
import type { Report } from '../../src/model/report.js';
import { startWorld } from '../../src/sim/start.js';
import type { World } from '../../src/sim/world.js';
import { recordingIo, WORLDS_AT_ONCE } from './run.js';

/** What a wrong name comes to: what is typed, what line one says, and the words of line two (or of the same line) that name the right one. */
interface Misnamed {
  typed: string;
  first: RegExp;
  ready: RegExp;
  /** 2 where no server need be asked. */
  code?: 2;
}

/** Is said where no object of a cluster or of a file is named. */
type NoName = 'address' | 'file' | 'kind of value' | 'no server is asked' | 'group' | 'ids of ours' | 'in test/bundles/judged.test.ts';

const NODE: Misnamed = { typed: 'n9', first: /^No Node n9: did you mean n[12]\?$/, ready: /--node n[12]$/ };
const ACCOUNT: Misnamed = {
  typed: 'datadog/datadog-agnt',
  first: /^No ServiceAccount datadog\/datadog-agnt: did you mean datadog\/datadog-agent\?$/,
  ready: /--service-account datadog\/datadog-agent$/,
};
const AS: Misnamed = {
  typed: 'system:serviceaccount:datadog:datadog-agnt',
  first: /^No ServiceAccount datadog\/datadog-agnt: did you mean datadog\/datadog-agent\?$/,
  ready: /--as system:serviceaccount:datadog:datadog-agent$/,
};
const DAEMONSET: Misnamed = {
  typed: 'datadog/datadog-agnt',
  first: /^No DaemonSet datadog\/datadog-agnt: did you mean datadog\/datadog-agent\?$/,
  ready: /--daemonset datadog\/datadog-agent/,
};
const CONTEXT: Misnamed = { typed: 'sin', first: /has no context "sin"; did you mean "sim"\?/, ready: /"sim"/, code: 2 };

/** By option; where commands differ, by `command option`. */
const ROWS: Readonly<Record<string, Misnamed | NoName>> = {
  node: NODE,
  context: CONTEXT,
  as: AS,
  'service-account': ACCOUNT,
  daemonset: DAEMONSET,
  profile: { typed: 'datadog-agnt', first: /datadog-agnt/, ready: /datadog-agent/, code: 2 },
  'as-group': 'group',
  'kubelet-host': 'address',
  'kubelet-port': 'address',
  apiserver: 'address',
  'kubelet-ca': 'file',
  'kubelet-client-cert': 'file',
  'kubelet-client-key': 'file',
  'kubelet-token-file': 'file',
  root: 'file',
  'apiserver-ca': 'file',
  'apiserver-client-cert': 'file',
  'apiserver-client-key': 'file',
  'token-file': 'file',
  kubeconfig: 'file',
  manifest: 'file',
  save: 'file',
  pseudonyms: 'file',
  feature: 'kind of value',
  'agent-version': 'kind of value',
  'kubernetes-version': 'kind of value',
  'agent-process': 'kind of value',
  timeout: 'kind of value',
  'connect-timeout': 'kind of value',
  output: 'kind of value',
  'fail-on': 'kind of value',
  skip: 'ids of ours',
  only: 'ids of ours',
  'demo scenario': 'ids of ours',
  'judge node': 'in test/bundles/judged.test.ts',
  'judge pod': 'in test/bundles/judged.test.ts',
  'judge service-account': 'in test/bundles/judged.test.ts',
  'judge profile': 'in test/bundles/judged.test.ts',
  'judge daemonset': 'in test/bundles/judged.test.ts',
  'read node': 'in test/bundles/judged.test.ts',
  'read pod': 'in test/bundles/judged.test.ts',
  'read service-account': 'in test/bundles/judged.test.ts',
  'read profile': 'in test/bundles/judged.test.ts',
  'read daemonset': 'in test/bundles/judged.test.ts',
  'manifest node': 'no server is asked',
  'manifest namespace': 'no server is asked',
  'manifest service-account': 'no server is asked',
  'manifest image': 'no server is asked',
  'manifest pod': 'no server is asked',
  'manifest container': 'no server is asked',
};

const TAKEN = COMMANDS.flatMap(({ name: command, options }) =>
  options.filter(({ type }) => type !== 'switch').map(({ name: option }) => ({ command, option })),
);
const rowOf = ({ command, option }: { command: string; option: string }) => ROWS[`${command} ${option}`] ?? ROWS[option];

/** Someone who may read everything, and names only what the row is about. */
const WORLD: World = {
  place: 'workstation',
  agent: { rights: 'everything' },
  otherNodes: { n2: {} },
  placement: { nodes: { n2: {} }, daemonSets: [{}] },
};

async function run(words: string[], given: World = WORLD): Promise<{ code: number; lines: string[] }> {
  const world = await startWorld(given);
  try {
    const recording = recordingIo();
    const [command = 'check', ...rest] = words;
    // The world's own arguments name its kubeconfig and node; a name that is given twice is the later one.
    const own = world.argv.filter((_, at, all) => !rest.includes(all[at] ?? '') && !rest.includes(all[at - 1] ?? '-'));
    const code = await runCommandLine([command, ...own, ...rest], recording.io, world.host);
    const { stdout, stderr } = recording.text();
    return { code, lines: (stdout || stderr).split('\n') };
  } finally {
    await world.stop();
  }
}

describe('a name that does not exist', { concurrency: WORLDS_AT_ONCE }, () => {
  it('has a row for each option of each command that takes a value', () => {
    assert.deepEqual(
      TAKEN.filter((each) => rowOf(each) === undefined),
      [],
    );
    const used = TAKEN.flatMap(({ command, option }) => [`${command} ${option}`, option]);
    assert.deepEqual(
      Object.keys(ROWS).filter((row) => !used.includes(row)),
      [],
      'rows of options that are gone',
    );
  });

  for (const { command, option } of TAKEN) {
    const row = rowOf({ command, option });
    if (row === undefined || typeof row === 'string') continue;
    it(`${command} --${option} ${row.typed}`, async () => {
      const { code, lines } = await run([command, `--${option}`, row.typed]);
      assert.equal(code, row.code ?? 1, lines.slice(0, 3).join('\n'));
      assert.match(lines[0] ?? '', row.first);
      assert.match(row.code === 2 ? (lines[0] ?? '') : (lines[1] ?? ''), row.ready);
    });
  }

  /** Broken in other ways as well: the name comes first all the same. */
  const BROKEN: Readonly<Record<string, World>> = {
    'a kubelet that does not listen': { ...WORLD, kubelet: { listen: 'closed' } },
    'a certificate of the kubelet that has expired': { ...WORLD, kubelet: { certificate: 'expired' } },
    'a kubelet without token authentication': { ...WORLD, kubelet: { webhookAuthentication: false } },
    'an apiserver that the kubelet does not reach': { ...WORLD, kubelet: { apiserverReach: 'refused' } },
    'a taint that the agent does not tolerate': {
      ...WORLD,
      placement: { nodes: { n2: { taints: ['gpu=true:NoSchedule'] } }, daemonSets: [{}] },
    },
  };
  for (const [fault, world] of Object.entries(BROKEN))
    for (const [option, typed, first] of [
      ['--node', 'nope', /^Node nope does not exist$|^No Node nope: did you mean /],
      ['--service-account', ACCOUNT.typed, ACCOUNT.first],
    ] as const)
      it(`${option} ${typed}, and ${fault}`, async () => {
        const { code, lines } = await run(['check', option, typed], world);
        assert.equal(code, 1);
        assert.match(lines[0] ?? '', first);
      });

  it('grants nothing to an account that does not exist', async () => {
    for (const words of [
      ['check', '--service-account', ACCOUNT.typed],
      ['check', '--service-account', ACCOUNT.typed, '--output', 'json', '--verbose'],
      ['rbac', '--service-account', ACCOUNT.typed],
      ['rbac', '--service-account', ACCOUNT.typed, '--output', 'json'],
      ['rbac', '--missing', '--yaml', '--service-account', ACCOUNT.typed],
      ['rbac', '--missing', '--yaml', '--as', AS.typed],
    ]) {
      const { code, lines } = await run(words);
      const all = lines.join('\n');
      assert.notEqual(code, 0, words.join(' '));
      assert.doesNotMatch(all, /kind:\\? ?"?(Cluster)?Role|rbac --missing --yaml|nothing is missing/, words.join(' '));
      assert.match(all, /No ServiceAccount datadog\/datadog-agnt/);
    }
  });

  it('reads the names where the object itself is not answered', async () => {
    const path = '/api/v1/namespaces/datadog/serviceaccounts/datadog-agnt';
    const { code, lines } = await run(['check', '--service-account', ACCOUNT.typed], {
      ...WORLD,
      instead: { server: 'apiserver', path, how: 'html-502' },
    });
    assert.equal(code, 1);
    assert.match(lines[0] ?? '', ACCOUNT.first);
  });

  it('claims nothing where names may not be read', async () => {
    const blind: World = { ...WORLD, agent: { rights: ['all', 'reviews'] } };
    const { lines } = await run(['check', '--service-account', ACCOUNT.typed], blind);
    assert.doesNotMatch(lines.join('\n'), /does not exist|did you mean/);
  });

  it('prints no role for it where nobody saw whether it exists, but the command that asks again', async () => {
    const blind: World = { ...WORLD, agent: { rights: ['all', 'reviews'] } };
    const running = await startWorld(blind);
    try {
      const { io, text } = recordingIo();
      await runCommandLine([...running.argv, '--service-account', ACCOUNT.typed, '-o', 'json'], io, running.host);
      const fixes = flatten((JSON.parse(text().stdout) as Report).findings).flatMap((finding) => finding.fixes);
      const steps = fixes.flatMap((fix) => (fix.owner === 'cluster' ? [fix.steps ?? ''] : []));
      assert.ok(steps.length > 0);
      assert.deepEqual(
        steps.filter((each) => /kind:|ClusterRole/.test(each)),
        [],
      );
      assert.ok(steps.some((each) => /^kubelet-doctor rbac --missing --yaml .*--service-account datadog\/datadog-agnt/.test(each)));
    } finally {
      await running.stop();
    }
  });
});
