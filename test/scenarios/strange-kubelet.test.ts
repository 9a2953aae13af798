/**
 * Whose kubelet answers is settled first, wherever the run is made: in every healthy world the kubelet at the node's address is replaced by that of
 * another node, healthy in itself. The exit code is never 0, line one says whose it is, and no question about a kubelet's answers has a pass or a
 * finding of its own.
 */
import assert from 'node:assert/strict';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { CHECKS } from '../../src/checks/index.js';
import { flatten } from '../../src/judge/rank.js';
import type { Finding, Report } from '../../src/model/report.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { type RunningWorld, startWorld } from '../../src/sim/start.js';
import { kubelet, NODE_PROCESSES, processFiles } from '../../src/sim/state/processes.js';
import type { World } from '../../src/sim/world.js';
import { diagnoseWorld, runIn, WORLDS_AT_ONCE } from './run.js';

const STRANGER = 'n77';
const HEALTHY = SCENARIOS.filter(({ expect: { first, exitCode } }) => first === null && exitCode === 0);
const OF_ANSWERS = new Set(
  CHECKS.filter(({ target, layer }) => target === 'kubelet' && ['tls', 'authn', 'authz', 'payload'].includes(layer)).map(
    ({ question }) => question,
  ),
);
const CAUSES = ['kubelet-host-not-a-node', 'kubelet-answers-for-another-node'];

/** What a node's kubelet is started with, in a shell there: nothing but this says where it is. */
const PROCESS = kubelet('--node-ip={kubelet}', '--hostname-override=n1', '--container-runtime-endpoint=tcp://127.0.0.1:9');
const asNode: World = { place: 'node', kubeconfig: 'none', argv: ['--kubelet-port', '{kubelet-port}'] };

/** A debug pod of `kubectl debug node/n1`: the host's network, the node's files below /host, and the token of the namespace's default account. */
const debugPod: World = {
  names: { pod: 'node-debugger-n1-abcde', namespace: 'default', serviceAccount: 'default' },
  argv: ['--kubelet-port', '{kubelet-port}'],
  agent: {
    kubeletHost: 'unset',
    rights: 'none',
    env: { DD_API_KEY: '', DD_KUBERNETES_HTTPS_KUBELET_PORT: '' },
    files: Object.fromEntries(
      Object.entries({ ...NODE_PROCESSES, ...PROCESS, '/etc/os-release': '', '/usr/lib/os-release': '' }).map(([path, text]) => [
        `/host${path}`,
        text,
      ]),
    ),
  },
};

/** The agent as a process that is in sight of an ephemeral container, which has neither its variables nor its token. */
const beside: World = {
  argv: ['--agent-process', '800'],
  agent: {
    env: { DD_KUBERNETES_KUBELET_NODENAME: '{node}' },
    files: processFiles(800, ['/opt/datadog-agent/bin/agent/agent', 'run'], {
      cgroup: '/kubepods.slice/kubepods-pod6e1d9b7a_0000_4000_8000_000000000001.slice',
    }),
  },
};

async function asProcess({ host }: RunningWorld): Promise<void> {
  const { root = '', env } = host;
  const environ = Object.entries(env).map(([name, value]) => `${name}=${value}\0`);
  await writeFile(join(root, 'proc/800/environ'), environ.join(''));
  const account = 'var/run/secrets/kubernetes.io/serviceaccount';
  await mkdir(dirname(join(root, 'proc/800/root', account)), { recursive: true });
  // Without a token there is nothing to move.
  await rename(join(root, account), join(root, 'proc/800/root', account)).catch(() => undefined);
  Object.assign(host, { env: Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('DD_'))) });
}

/** Here nothing but the apiserver says where the kubelet is: without a token none is asked. */
const byNodeObject: World = { agent: { kubeletHost: 'unset' }, argv: ['--kubelet-port', '{kubelet-port}'] };

/** Places where no flag and no setting says where the kubelet is, and where the agent is another process. */
const PLACES: { scenario: string; world: World; prepare?: typeof asProcess }[] = [
  { scenario: 'a debug pod', world: debugPod },
  { scenario: "beside the agent's process", world: beside, prepare: asProcess },
  {
    scenario: 'a shell on the node',
    world: { ...asNode, agent: { kubeletHost: 'unset', files: { ...NODE_PROCESSES, ...PROCESS } } },
  },
  { scenario: "the agent's pod, by the Node object", world: byNodeObject },
];

/** With all that a kubelet says, and where it says nothing: then its certificate alone tells. */
const WAYS: Readonly<Record<string, (world: World) => World | undefined>> = {
  'with the agent allowed to read': (world) => world,
  'with the agent refused': (world) =>
    world.argv?.includes('--as') ? undefined : { ...world, agent: { ...world.agent, rights: 'reads' }, rbac: [] },
  // Then the kubelet's certificate tells whose it is, and the pod's settings whose is meant.
  'without a token': (world) =>
    world.place || (world.agent?.credential ?? 'token') !== 'token' || world === byNodeObject
      ? undefined
      : {
          ...world,
          agent: { ...world.agent, credential: 'no-token', env: { NODE_NAME: '{node}', ...world.agent?.env } },
        },
};

/** Who shows a certificate of no node, and names none, means whatever kubelet is at the address; so does who names an address by flag. */
const MEANS_NO_NODE = ['client-certificate', 'node-shell'];

/** The apiserver's own review stays true, and stands behind line one. */
const isOfApiserver = ({ witnesses = [] }: Finding) => witnesses.length > 0 && witnesses.every(({ need }) => need.startsWith('apiserver/'));

function faultsIn({ summary, findings, results }: Report): string[] {
  const [first] = findings;
  const own = flatten(findings).filter(({ question, cause }) => OF_ANSWERS.has(question) && !CAUSES.includes(cause));
  return [
    ...(summary.exitCode === 0 ? ['exit code 0'] : []),
    ...(first && CAUSES.includes(first.cause) && first.title.en.includes(STRANGER) ? [] : [`line 1: ${summary.top.title || 'All well'}`]),
    ...results
      .filter(({ question, outcome }) => OF_ANSWERS.has(question) && outcome === 'pass')
      .map(({ question }) => `${question} passes`),
    ...own.filter((finding) => findings.includes(finding) && !isOfApiserver(finding)).map(({ cause }) => `${cause} does not wait`),
  ];
}

async function reportOf(world: World, prepare = async (_: RunningWorld) => {}): Promise<Report> {
  const running = await startWorld(world);
  try {
    await prepare(running);
    return JSON.parse((await runIn(running, ['--output', 'json'])).stdout) as Report;
  } finally {
    await running.stop();
  }
}

describe("another node's kubelet in the place of the right one", { concurrency: WORLDS_AT_ONCE }, () => {
  const healthy: typeof PLACES = HEALTHY.filter(({ scenario }) => !MEANS_NO_NODE.includes(scenario));
  for (const { scenario, world, prepare } of [...healthy, ...PLACES])
    for (const [way, change] of Object.entries(WAYS)) {
      const changed = change(world);
      if (!changed) continue;
      const strange: World = { ...changed, kubelet: { ...changed.kubelet, speaksFor: STRANGER } };
      it(`${scenario}, ${way}`, async () => {
        assert.deepEqual(faultsIn(await reportOf(strange, prepare)), []);
      });
    }

  for (const { scenario, world } of HEALTHY.filter((each) => MEANS_NO_NODE.includes(each.scenario)))
    it(`${scenario}: the node that is meant is named`, async () => {
      const { report } = await diagnoseWorld({ ...world, argv: ['--node', 'n1'], kubelet: { ...world.kubelet, speaksFor: STRANGER } });
      assert.deepEqual(faultsIn(report), []);
    });
});
