import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type * as x509 from '@peculiar/x509';
import { matchesNode, reduceNode, reduceSecondSight } from '../../../src/live/apiserver/reduce.js';
import { hostsInMetrics } from '../../../src/live/kubelet/client.js';
import type { NodeObject } from '../../../src/model/facts.js';
import { issueRequest } from '../../support/csr.js';

const node: NodeObject = {
  node: 'n1',
  kubeletVersion: 'v1.36.2',
  addresses: [
    { type: 'InternalIP', address: '10.0.0.7' },
    { type: 'InternalIP', address: 'fd00::7' },
    { type: 'Hostname', address: 'n1' },
  ],
  ready: 'True',
};

describe('the node proxy, as recorded from a real apiserver', () => {
  const rows: [string, number, string, string][] = [
    ['healthy', 200, 'ok', 'answers'],
    ['unhealthy still answers', 500, '[-]syncloop failed: reason withheld\nhealthz check failed', 'answers'],
    ['nothing listens', 503, 'error trying to reach service: dial tcp 10.77.0.12:10250: connect: connection refused', 'refused'],
    ['dropped', 503, 'error trying to reach service: dial tcp 10.77.0.12:10250: i/o timeout', 'timeout'],
    ['frozen', 503, 'error trying to reach service: net/http: TLS handshake timeout', 'timeout'],
    ['no route', 503, 'error trying to reach service: dial tcp 10.77.0.12:10250: connect: no route to host', 'no-route'],
    [
      "the kubelet's own refusal comes through",
      403,
      'Forbidden (user=kube-apiserver-kubelet-client, verb=get, resource=nodes, subresource(s)=[healthz proxy])',
      'answers',
    ],
    ['our rights', 403, '{"kind":"Status","status":"Failure","reason":"Forbidden"}', 'unknown'],
    ['no such node', 404, '{"kind":"Status","status":"Failure","reason":"NotFound"}', 'unknown'],
  ];
  for (const [name, status, said, expected] of rows)
    it(name, () => assert.equal(reduceSecondSight('node-proxy', status, said).kubelet, expected));
});

describe('a serving CSR', () => {
  const request = (names: x509.JsonGeneralName[]) => issueRequest('system:node:n1', names);
  it("matches when every name is the node's", async () => {
    const csr = await request([
      { type: 'dns', value: 'n1' },
      { type: 'ip', value: '10.0.0.7' },
      { type: 'ip', value: 'fd00::7' },
    ]);
    assert.equal(matchesNode(csr, node), true);
  });
  it('does not match with a stranger among them', async () => {
    assert.equal(
      matchesNode(
        await request([
          { type: 'dns', value: 'n1' },
          { type: 'ip', value: '10.0.0.8' },
        ]),
        node,
      ),
      false,
    );
    assert.equal(matchesNode(await request([{ type: 'dns', value: 'kubernetes.default.svc' }]), node), false);
  });
  it('does not match without names, with other kinds of names, or when it cannot be read', async () => {
    assert.equal(matchesNode(await request([]), node), false);
    assert.equal(
      matchesNode(
        await request([
          { type: 'dns', value: 'n1' },
          { type: 'url', value: 'https://n1/' },
        ]),
        node,
      ),
      false,
    );
    for (const junk of [
      '',
      'AAAA',
      Buffer.from('-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----').toString('base64'),
    ])
      assert.equal(matchesNode(junk, node), false);
  });
});

describe('payloads', () => {
  it('a Node says of itself that no kubelet is there', () => {
    const standIn = (labels: object, taints: object[] = []) => {
      const outcome = reduceNode({ metadata: { name: 'v', labels }, spec: { taints }, status: {} }, (text) => text);
      return outcome.status === 'observed' ? outcome.data.standIn : outcome.status;
    };
    const tainted = [{ key: 'virtual-kubelet.io/provider', value: 'azure', effect: 'NoSchedule' }];
    assert.equal(standIn({ type: 'virtual-kubelet', 'kubernetes.io/role': 'agent' }, tainted), 'virtual-kubelet');
    assert.equal(standIn({ virtualization: 'virtualnode2' }, tainted), 'virtual-kubelet');
    assert.equal(standIn({ 'vcluster.loft.sh/fake-node': 'true' }), 'vcluster');
    assert.equal(standIn({ type: 'gpu', 'vcluster.loft.sh/fake-node': 'false' }, [{ key: 'dedicated' }]), undefined);
  });

  it('reads the judged fields of a Node and nothing else', () => {
    const reduced = reduceNode(
      {
        metadata: { name: 'n1', annotations: { secret: 's3ntinel' } },
        status: {
          nodeInfo: { kubeletVersion: 'v1.31.14' },
          addresses: [{ type: 'InternalIP', address: '10.0.0.7' }],
          conditions: [
            {
              type: 'Ready',
              status: 'False',
              reason: 'KubeletNotReady',
              message: 'container runtime is down',
              lastHeartbeatTime: '2026-01-01T00:00:00Z',
            },
          ],
          daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
        },
      },
      (text) => text,
    );
    assert.deepEqual(reduced, {
      status: 'observed',
      data: {
        node: 'n1',
        kubeletVersion: 'v1.31.14',
        kubeletPort: 10250,
        addresses: [{ type: 'InternalIP', address: '10.0.0.7' }],
        ready: 'False',
        reason: 'KubeletNotReady',
        message: 'container runtime is down',
        lastHeartbeat: '2026-01-01T00:00:00Z',
      },
    });
    assert.equal(reduceNode({ kind: 'Status' }, (text) => text).status, 'failed');
  });

  it("finds the apiserver in the kubelet's metrics", () => {
    const metrics = [
      '# TYPE rest_client_requests_total counter',
      'rest_client_requests_total{code="200",host="10.0.0.5:6443",method="GET"} 12',
      'rest_client_requests_total{code="201",host="10.0.0.5:6443",method="POST"} 3',
      'rest_client_requests_total{code="200",host="[fd00::5]:6443",method="GET"} 1',
      'rest_client_requests_total{code="200",host="evil.example:443",method="GET"} 1',
    ].join('\n');
    assert.deepEqual(hostsInMetrics(metrics), [
      { address: '10.0.0.5', port: 6443 },
      { address: 'fd00::5', port: 6443 },
    ]);
  });
});
