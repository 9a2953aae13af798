/** Whose kubelet is asked, over real sockets: --node OTHER never gets this node's own, and each witness of a mistaken address counts alone. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderText } from '../../src/render/text/report.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { type RunningWorld, startWorld } from '../../src/sim/start.js';
import type { World } from '../../src/sim/world.js';
import { diagnoseWorld, runIn } from './run.js';

const worldOf = (name: string): World => SCENARIOS.find(({ scenario }) => scenario === name)?.world ?? assert.fail(name);
const asked = (world: RunningWorld) =>
  [...new Set(world.requests.map(({ server }) => server))].filter((name) => name.startsWith('kubelet'));

/** The first three lines, and whom it asked. */
async function ask(given: World, args: string[], prepare: (world: RunningWorld) => void = () => {}) {
  const world = await startWorld(given);
  try {
    prepare(world);
    const { code, stdout } = await runIn(world, args);
    return { code, lines: stdout.split('\n').slice(0, 3), kubelets: asked(world), connections: world.connections.kubelet, world };
  } finally {
    await world.stop();
  }
}

const atNode = worldOf('node-shell-other-node');
const mayReadNodes = ({ cluster }: RunningWorld) =>
  cluster.grant('system:node:n1', [{ verbs: ['get'], groups: [''], resources: ['nodes'] }]);

describe('--node', { concurrency: 3 }, () => {
  it('names this node: its own kubelet is asked', async () => {
    const { kubelets, lines } = await ask({ ...atNode, argv: ['--node', 'n1'] }, []);
    assert.deepEqual(kubelets, ['kubelet n1']);
    assert.match(lines[2] ?? '', /^Ran in a shell on n1 \(host network\), as /);
  });

  it('names another node, whose address is not ours to read: says so, and connects to no kubelet', async () => {
    const { code, lines, connections } = await ask(atNode, []);
    assert.equal(code, 3);
    assert.match(lines[0] ?? '', /this is n1, not n2, whose address cannot be read/);
    assert.equal(lines[1], 'To find out: kubelet-doctor manifest debug --node n2 --image IMAGE');
    assert.match(lines[2] ?? '', /^Ran in a shell on n1 \(host network\), about n2, as system:node:n1 .*; apiserver /);
    assert.equal(connections, 0);
  });

  it('names another node, whose Node object says where it is: that one is asked', async () => {
    const { lines, kubelets, world } = await ask(atNode, [], mayReadNodes);
    assert.deepEqual(kubelets, ['kubelet n2']);
    assert.match(lines[2] ?? '', /^Ran in a shell on n1 \(host network\), about n2, /);
    assert.ok(lines[2]?.includes(`kubelet ${world.addresses.kubelets.n2?.host}:`), lines[2]);
  });

  it('names another node, whose name alone resolves here: it is dialled by that', async () => {
    const { lines, kubelets } = await ask({ ...atNode, network: { names: { n2: '{gateway}' } } }, []);
    assert.deepEqual(kubelets, []);
    assert.match(lines[2] ?? '', /, about n2, .*; kubelet n2:10250, apiserver /);
    assert.doesNotMatch(lines[0] ?? '', /^OK/);
  });

  it('names another node, and what is broken on this one is not said of it', async () => {
    const broken = { ...atNode, agent: { ...atNode.agent, files: { ...atNode.agent?.files, '/proc/600/cmdline': 'sshd\0' } } };
    const { report } = await diagnoseWorld(broken);
    assert.deepEqual(
      report.evidence.filter(({ target }) => target === 'self').map(({ kind }) => kind),
      [],
    );
    assert.ok(!report.findings.some(({ cause }) => cause === 'time-not-synchronised'));
  });

  it("names another node in a debug pod that has this node's files", async () => {
    const { files } = worldOf('node-shell').agent ?? {};
    const below = Object.fromEntries(Object.entries(files ?? {}).map(([path, text]) => [`/host${path}`, text]));
    const debugPod: World = {
      ...atNode,
      agent: {
        kubeletHost: 'unset',
        env: { KUBERNETES_SERVICE_HOST: '{service}', KUBERNETES_SERVICE_PORT: '{apiserver-port}' },
        files: {
          ...below,
          '/host/proc/700/cmdline': '/usr/bin/kubelet\0--hostname-override=n1\0--node-ip={kubelet}\0',
          '/host/etc/os-release': '',
          '/host/usr/lib/os-release': '',
          '/host/var/lib/kubelet/config.yaml': '',
          '/etc/hosts': '# Kubernetes-managed hosts file (host network).\n127.0.0.1\tlocalhost\n',
        },
      },
    };
    const { lines, connections } = await ask(debugPod, []);
    assert.match(lines[2] ?? '', /^Ran in a debug pod on n1 \(host network\), about n2/);
    assert.equal(connections, 0);
  });

  it("names another node in the agent's pod: the address in its settings is not that node's", async () => {
    const { lines, kubelets } = await ask({ otherNodes: { n2: {} }, argv: ['--node', 'n2'] }, []);
    assert.deepEqual(kubelets, ['kubelet n2']);
    assert.match(lines[2] ?? '', /^Ran in the agent's pod on n1 \(host network\), about n2, /);
    const blind = await ask({ otherNodes: { n2: {} }, agent: { rights: 'kubelet-only' }, argv: ['--node', 'n2'] }, []);
    assert.equal(blind.connections, 0);
    assert.match(blind.lines[0] ?? '', /this is n1, not n2/);
  });
});

describe("another node's healthy kubelet", { concurrency: 3 }, () => {
  const rows: [scenario: string, meant: string, witness: string][] = [
    ['kubelet-of-other-node-by-certificate', 'meantSetting', 'sawSubject'],
    ['kubelet-of-other-node-by-addresses', 'meantSetting', 'sawPrint'],
    ['kubelet-of-other-node-by-pods', 'meantSetting', 'sawPods'],
    ['kubelet-of-other-node-by-token', 'meantToken', 'sawPods'],
  ];
  for (const [scenario, ...witnesses] of rows) {
    it(`${scenario}: ${witnesses.join(' and ')}`, async () => {
      const { report } = await diagnoseWorld(worldOf(scenario));
      const [first] = report.findings;
      assert.equal(first?.cause, 'kubelet-host-not-a-node');
      assert.equal(first.certainty, 'proven');
      const ids = first.evidence.map(({ saw }) => saw.id.replace(/^.*[./]/, ''));
      for (const witness of witnesses) assert.ok(ids.includes(witness), JSON.stringify(ids));
      const [line = '', fix, ran] = renderText(report, { width: 80, colour: false, verbose: false }).split('\n');
      // Where the variable names another node than ours, it is that one's report, made here.
      const about = scenario === 'kubelet-of-other-node-by-token' ? ', about n2' : '';
      assert.ok(ran?.startsWith(`Ran in the agent's pod on n1 (host network)${about}, as `), ran);
      assert.match(line, /^The kubelet at .* (belongs to node n2, not n1|does not belong to node n1)$/);
      assert.match(fix ?? '', /^Fix \(agent\): Set DD_KUBERNETES_KUBELET_HOST from status\.hostIP/);
    });
  }

  it('no witness that names a node, no alarm', async () => {
    const world = worldOf('kubelet-of-other-node');
    const { report } = await diagnoseWorld({ ...world, agent: { ...world.agent, credential: 'no-node-claim' } });
    assert.deepEqual(
      report.findings.filter(({ severity }) => severity !== 'note'),
      [],
    );
  });

  it('all witnesses agree, no alarm', async () => {
    const { report } = await diagnoseWorld({ otherNodes: { n2: {} }, agent: { env: { DD_KUBERNETES_KUBELET_NODENAME: '{node}' } } });
    assert.equal(report.summary.verdict, 'pass');
    assert.equal(report.where.machine, undefined);
  });
});
