/** What commands printed for a collector, in the place of a list or as a description: whose fault it tells, and what it does not tell. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createObjectIndex } from '../../src/bundles/objects.js';
import { createOutputs } from '../../src/bundles/said/outputs.js';
import { entryOf } from './entries.js';

const clean = (text: string, most = 1000) => text.replaceAll('sentinel', '…').slice(0, most);

async function told(files: Record<string, string>) {
  const outputs = createOutputs(clean);
  for (const [at, text] of Object.entries(files)) if (outputs.wants(at, text.slice(0, 4096))) await outputs.hear(entryOf(at, text));
  const all = await outputs.told(0, createObjectIndex());
  assert.ok(!JSON.stringify(all).includes('sentinel'));
  const said = all.flatMap(({ node, fact }) =>
    fact.kind === 'said' && fact.outcome.status === 'observed' ? [{ at: node, ...fact.outcome.data }] : [],
  );
  return { said, nodes: outputs.nodes?.() };
}

const KUBECTL = 'n1-2026-01-05_10_00_00/rke2/kubectl/';
const condition = (ready: string) =>
  `  Ready            ${ready}   Mon, 05 Jan 2026 10:00:01 +0000   Mon, 05 Jan 2026 10:00:06 +0000   ${ready === 'Unknown' ? 'NodeStatusUnknown   Kubelet stopped posting node status.' : 'KubeletReady   x'}`;
const node = (name: string, ready: string, event = '') =>
  `Name:               ${name}\nRoles:              <none>\nUnschedulable:      false\nConditions:\n  Type             Status    LastHeartbeatTime\n  ----             ------    ------\n${condition(ready)}\nSystem Info:\n  Kubelet Version:  v1.31.2\nEvents:\n${event}\n`;
const EVENT = '  Normal  NodeNotReady    50m   node-controller  Node n1 status is now: NodeNotReady';

describe('an error of kubectl', () => {
  it('is of the apiserver that it asked, once for all lists', async () => {
    const refused = 'The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?\n';
    const { said } = await told({ [`${KUBECTL}nodes`]: refused, [`${KUBECTL}pods`]: refused, [`${KUBECTL}nodesdescribe`]: refused });
    assert.deepEqual(
      said.map(({ causes, count, speaker }) => [causes[0]?.cause, count, speaker]),
      [['apiserver-connection-refused', 3, 'kubectl']],
    );
  });

  it('is nothing where whoever collected may not do it, or where there is a list', async () => {
    const rows = [
      'Error from server (Forbidden): nodes is forbidden: User "system:node:n1" cannot list resource "nodes" in API group "" at the cluster scope',
      'Error from server (NotFound): the server could not find the requested resource',
      'error: You must be logged in to the server (Unauthorized)',
      `error: the server doesn't have a resource type "policies"`,
      'NAME   STATUS   ROLES\nn1     Ready    <none>',
    ];
    for (const row of rows) assert.deepEqual((await told({ [`${KUBECTL}nodes`]: row })).said, [], row);
  });
});

describe('a description of nodes', () => {
  it('tells which of them is not ready', async () => {
    const { said, nodes } = await told({ [`${KUBECTL}nodesdescribe`]: `${node('n1', 'True   ')}\n\n${node('n2', 'Unknown')}` });
    assert.deepEqual(nodes, ['n1', 'n2']);
    assert.deepEqual(
      said.map((each) => [each.at, each.causes[0]?.cause, each.isHistory]),
      [['n2', 'node-not-ready', false]],
    );
  });

  it('whose event is of an hour ago is of the past', async () => {
    const at = 'r/sos_commands/kubernetes/nodes/kubectl_--kubeconfig_.etc.kubernetes.admin.conf_describe_node_n1';
    const now = async (ready: string) => (await told({ [at]: node('n1', ready, EVENT) })).said.some(({ isHistory }) => !isHistory);
    assert.deepEqual([await now('True   '), await now('False  ')], [false, true]);
  });
});

describe('curl from the node', () => {
  const at = 'networking/curl_api_server.txt';
  const asked = (lines: string) => `curling https://api.example (1 of 5) 2026-01-05T10:00:00.123UTC\n\n\n${lines}\n`;
  it('that fails tells why', async () => {
    const rows: [string, string | undefined][] = [
      ['* connect to 192.0.2.1 port 443 failed: Connection refused', 'kubelet-cannot-reach-apiserver'],
      ['curl: (6) Could not resolve host: api.example', 'kubelet-cannot-reach-apiserver'],
      ['* SSL certificate problem: unable to get local issuer certificate', 'apiserver-certificate-unknown-authority'],
      ['< HTTP/2 200\n[+]ping ok\nlivez check passed', undefined],
      ['', undefined],
    ];
    for (const [lines, cause] of rows) {
      const { said } = await told({ [at]: asked(lines) });
      assert.equal(said[0]?.causes[0]?.cause, cause, lines);
      assert.ok(!said.some(({ sample }) => sample.startsWith('Get ')), 'its own words');
    }
  });
});
