/**
 * Whose kubelet answers is settled first, wherever the run is made: in every healthy world the kubelet at the node's address is replaced by that of
 * another node, healthy in itself. The exit code is never 0, line one says whose it is, and no question about a kubelet's answers has a pass or a
 * finding of its own.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHECKS } from '../../src/checks/index.js';
import { flatten } from '../../src/judge/rank.js';
import type { Finding, Report } from '../../src/model/report.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { kubelet, NODE_PROCESSES } from '../../src/sim/state/processes.js';
import type { World } from '../../src/sim/world.js';
import { diagnoseWorld, WORLDS_AT_ONCE } from './run.js';

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

/** Places where no flag and no setting says where the kubelet is. */
const PLACES: { scenario: string; world: World }[] = [
  {
    scenario: 'a shell on the node',
    world: { ...asNode, agent: { kubeletHost: 'unset', files: { ...NODE_PROCESSES, ...PROCESS } } },
  },
  {
    scenario: "the agent's pod, by the Node object",
    world: { agent: { kubeletHost: 'unset' }, argv: ['--kubelet-port', '{kubelet-port}'] },
  },
];

/** With all that a kubelet says, and where it says nothing: then its certificate alone tells. */
const WAYS: Readonly<Record<string, (world: World) => World | undefined>> = {
  'with the agent allowed to read': (world) => world,
  'with the agent refused': (world) =>
    world.argv?.includes('--as') ? undefined : { ...world, agent: { ...world.agent, rights: 'reads' }, rbac: [] },
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

describe("another node's kubelet in the place of the right one", { concurrency: WORLDS_AT_ONCE }, () => {
  for (const { scenario, world } of [...HEALTHY.filter(({ scenario }) => !MEANS_NO_NODE.includes(scenario)), ...PLACES])
    for (const [way, change] of Object.entries(WAYS)) {
      const strange = change({ ...world, kubelet: { ...world.kubelet, speaksFor: STRANGER } });
      if (!strange) continue;
      it(`${scenario}, ${way}`, async () => {
        const { report } = await diagnoseWorld(strange);
        assert.deepEqual(faultsIn(report), []);
      });
    }

  for (const { scenario, world } of HEALTHY.filter((each) => MEANS_NO_NODE.includes(each.scenario)))
    it(`${scenario}: the node that is meant is named`, async () => {
      const { report } = await diagnoseWorld({ ...world, argv: ['--node', 'n1'], kubelet: { ...world.kubelet, speaksFor: STRANGER } });
      assert.deepEqual(faultsIn(report), []);
    });
});
