import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BOUNDS } from '../../../src/model/bounds.js';
import type { Payload, Voice } from '../../../src/model/facts.js';
import { type Headers, parseJson, recognisePayload, recogniseVoice } from '../../../src/probes/connection/payload.js';
import { stopwatch } from '../../support/stopwatch.js';

// Headers and bodies recorded from a real 1.36.2 and 1.31.14 cluster, unless marked otherwise.
const TEXT: Headers = { date: 'Sun, 22 Nov 2026 01:20:30 GMT', 'content-type': 'text/plain; charset=utf-8' };
const JSON_: Headers = { date: 'Sun, 22 Nov 2026 01:20:39 GMT', 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
const AUDITED: Headers = {
  'audit-id': 'd79c925f-797f-4bfe-b1bb-2acbe4a91340',
  'cache-control': 'no-cache, private',
  'content-type': 'application/json',
};
const FAIR: Headers = { 'content-type': 'application/json', 'x-kubernetes-pf-flowschema-uid': '18338048-5299-4a29-b52e-b90ecf192d2d' };
const PROXY: Headers = { server: 'squid/5.7', 'content-type': 'text/html;charset=utf-8', via: '1.1 proxy (squid/5.7)' };
const status = (code: number, message: string) =>
  `{\n  "kind": "Status",\n  "apiVersion": "v1",\n  "metadata": {},\n  "status": "Failure",\n  "message": "${message}",\n  "code": ${code}\n}`;

test('who answered', () => {
  const table: [Voice, number, Headers, string][] = [
    ['kubelet', 401, TEXT, 'Unauthorized'],
    ['kubelet', 403, TEXT, 'Forbidden (user=lab-nobody, verb=get, resource=nodes, subresource(s)=[configz proxy])\n'],
    ['kubelet', 403, TEXT, 'Forbidden (user=lab-nobody, verb=get, resource=nodes, subresource=proxy)'],
    ['kubelet', 404, { ...TEXT, 'x-content-type-options': 'nosniff' }, '404 page not found\n'],
    ['kubelet', 405, TEXT, 'Debug endpoints are disabled.\n'],
    ['kubelet', 500, TEXT, 'Authorization error (user=lab-admin, verb=get, resource=nodes, subresource=pods)'],
    [
      'kubelet',
      500,
      TEXT,
      'Internal Error: failed to get rootFs stats: failed to get rootFs info: cannot find filesystem info for device "/dev/vda"',
    ],
    ['kubelet', 500, TEXT, '[+]ping ok\n[-]syncloop failed: reason withheld\nhealthz check failed\n'],
    ['kubelet', 200, TEXT, 'ok'],
    ['kubelet', 200, TEXT, '# HELP container_cpu_usage_seconds_total [STABLE] Cumulative cpu time\n'],
    ['kubelet', 200, JSON_, '{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"cli-host'],
    ['kubelet', 200, JSON_, '{\n "node": {\n  "nodeName": "lab-n1",\n  "systemContainers": ['],
    ['kubelet', 200, JSON_, '{"kubeletconfig":{"kind":"KubeletConfiguration","apiVersion":"kubelet.config.k8s.io/v1beta1"'],
    ['kubelet', 403, { ...TEXT, via: '1.1 lb' }, 'Forbidden (user=u, verb=get, resource=nodes, subresource=proxy)'], // made up
    ['apiserver', 401, AUDITED, status(401, 'Unauthorized')],
    ['apiserver', 403, FAIR, status(403, 'forbidden: User \\"system:anonymous\\" cannot get path \\"/api\\"')],
    ['apiserver', 200, { ...AUDITED, 'content-type': 'text/plain; charset=utf-8' }, 'ok'],
    ['apiserver', 503, AUDITED, status(503, 'error trying to reach service: net/http: TLS handshake timeout')],
    ['apiserver', 403, { ...FAIR, server: 'envoy', via: '1.1 x' }, status(403, 'forbidden')], // made up: behind a load balancer
    ['apiserver', 429, TEXT, 'Too many requests, please try again later.\n'], // apiserver/pkg/util/flowcontrol
    ['kubernetes-api-other', 403, JSON_, status(403, 'forbidden: User \\"u\\" cannot get path \\"/pods\\"')], // metrics-server
    ['kubernetes-api-other', 401, JSON_, '{"apiVersion":"v1","kind":"Status","code":401}'],
    ['kubernetes-api-other', 403, JSON_, '{"kind":"PodList","apiVersion":"v1"}'],
    ['proxy', 403, PROXY, '<!DOCTYPE html><html><title>ERROR: Access Denied</title>'],
    ['proxy', 407, {}, ''],
    ['proxy', 502, { 'content-type': 'text/html' }, '<html>\r\n<head><title>502 Bad Gateway</title></head>'],
    ['proxy', 401, { ...TEXT, server: 'nginx' }, 'Unauthorized'],
    ['proxy', 404, { ...TEXT, via: '1.1 lb' }, '404 page not found\n'],
    ['proxy', 503, { 'x-envoy-upstream-service-time': ['3'] }, 'upstream connect error'],
    ['unknown', 401, { ...TEXT, 'www-authenticate': 'Basic realm="x"' }, 'Unauthorized'],
    ['unknown', 400, {}, 'Client sent an HTTP request to an HTTPS server.\n'],
    ['unknown', 200, {}, ''],
    ['unknown', 200, JSON_, '{"ok":true}'],
  ];
  for (const [voice, code, headers, body] of table)
    assert.equal(recogniseVoice(code, headers, body), voice, `${code} ${body.slice(0, 60)}`);
});

const podList = (items: object[]) => JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items });
const onNodes = (...nodes: string[]) => podList(nodes.map((nodeName) => ({ spec: { nodeName, containers: [{ name: 'a'.repeat(40) }] } })));

test('what a payload is', () => {
  const pods = '{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]}\n';
  const table: [string, string, Payload][] = [
    ['/pods', pods, { recognised: 'pod-list', items: 2 }],
    ['/pods', pods.slice(0, 70), { recognised: 'pod-list' }],
    // Not recorded: whose pods they are. Also where the list is cut; never from inside a string, nor where they are of two nodes or of none.
    ['/pods', onNodes('lab-n1', 'lab-n1'), { recognised: 'pod-list', items: 2, node: 'lab-n1' }],
    ['/pods', onNodes('lab-n1', 'lab-n1').slice(0, -40), { recognised: 'pod-list', node: 'lab-n1' }],
    ['/pods', onNodes('lab-n1', 'lab-n2'), { recognised: 'pod-list', items: 2 }],
    ['/pods', onNodes('$(reboot)'), { recognised: 'pod-list', items: 1 }],
    ['/pods', onNodes('lab-n1', 'Not A Name'), { recognised: 'pod-list', items: 2 }],
    ['/pods', podList([{ metadata: { annotations: { last: '{"spec":{"nodeName":"lab-n9"}}' } } }]), { recognised: 'pod-list', items: 1 }],
    ['/pods', '{"kind":"PodList","apiVersion":"v1","metadata":{},"items":null}\n', { recognised: 'pod-list', items: 0 }],
    ['/pods', '{"apiVersion":"v1","kind":"PodList","items":[]}', { recognised: 'pod-list', items: 0 }],
    ['/metrics', '# HELP go_gc_duration_seconds x\n# TYPE go_gc_duration_seconds summary\n', { recognised: 'metrics' }],
    ['/metrics/cadvisor', 'container_cpu_seconds_total{container="",id="/k8s.io"} 0 1795311922034\n', { recognised: 'metrics' }],
    ['/metrics/probes', 'process_start_time_seconds 1.79531187309e+09\n', { recognised: 'metrics' }],
    ['/stats/summary', '{\n "node": {\n  "nodeName": "lab-n1",\n  "systemCont', { recognised: 'stats-summary', node: 'lab-n1' }],
    ['/stats/summary', '{"node":{"nodeName":"$(reboot)"', { recognised: 'stats-summary' }],
    ['/healthz', 'ok', { recognised: 'healthz-ok' }],
    ['/readyz?verbose', '[+]ping ok\n[+]etcd ok\nreadyz check passed\n', { recognised: 'healthz-ok' }],
    ['/healthz', '<html>welcome</html>', { recognised: 'unrecognised' }],
    ['/pods', 'ok', { recognised: 'unrecognised' }],
    ['/pods', '', { recognised: 'unrecognised' }],
    ['/pods', `{"kind":${'['.repeat(60_000)}`, { recognised: 'unrecognised' }],
    ['/configz', '{"kubeletconfig":{"kind":"KubeletConfiguration","authen', { recognised: 'kubelet-configuration' }],
    [
      '/configz',
      '{"kubeletconfig":{"authentication":7,"authorization":{"mode":"a b"},"readOnlyPort":"x"}}',
      { recognised: 'kubelet-configuration', kubelet: { clientCaFile: false } },
    ],
  ];
  for (const [path, body, payload] of table) assert.deepEqual(recognisePayload(path, body), payload, body.slice(0, 60));
});

test('of /configz only what is judged is kept', () => {
  // Shortened from a recording; the secret is planted.
  const config = {
    kubeletconfig: {
      kind: 'KubeletConfiguration',
      staticPodURLHeader: { Authorization: ['S3NTINEL'] },
      authentication: {
        x509: { clientCAFile: '/lab/pki/ca.crt' },
        webhook: { enabled: true, cacheTTL: '10s' },
        anonymous: { enabled: false },
      },
      authorization: { mode: 'Webhook', webhook: { cacheAuthorizedTTL: '10s' } },
    },
  };
  const payload = recognisePayload('/configz', JSON.stringify(config));
  const kubelet = { anonymous: false, webhook: true, authorizationMode: 'Webhook', clientCaFile: true, readOnlyPort: 0 };
  assert.deepEqual(payload, { recognised: 'kubelet-configuration', kubelet });
  const open = { kubeletconfig: { ...config.kubeletconfig, readOnlyPort: 10255 } };
  assert.equal(recognisePayload('/configz', JSON.stringify(open)).kubelet?.readOnlyPort, 10255);
});

test('hostile bodies cost no time', () => {
  const lived = stopwatch();
  const long = [
    `Forbidden (user=${', verb=get, resource=nodes, subresource='.repeat(50)}`,
    `Forbidden (user=${', verb=get, resource=nodes, subresource='.repeat(5000)}`,
    `{"kind":"${'P'.repeat(65_000)}`,
    `[+]${'[+]'.repeat(20_000)}`,
    `a{${'a{'.repeat(30_000)}`,
    `<${' '.repeat(65_000)}`,
    ' '.repeat(65_000),
  ];
  for (const body of long) {
    recognisePayload('/healthz', body);
    for (const code of [200, 403, 500]) recogniseVoice(code, {}, body);
  }
  const ms = lived();
  assert.ok(ms < 300, `${ms} ms`);
});

test('JSON: as deep as readers walk, however much of it there is', () => {
  const deep = (levels: number, open = '[', close = ']') => `${open.repeat(levels)}1${close.repeat(levels)}`;
  const many = (each: string) => `[${Array.from({ length: 60_000 }, () => '[]').join()},${each}]`;
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
  ] as const)
    for (const whole of [(text: string) => `[${text}]`, many]) {
      assert.ok(parseJson(whole(deep(BOUNDS.nesting - 1, open, close))));
      assert.equal(parseJson(whole(deep(BOUNDS.nesting, open, close))), undefined);
    }
  assert.equal(parseJson(deep(2_000_000)), undefined);
  assert.deepEqual(parseJson(`{"a":"${'['.repeat(200)}"}`), { a: '['.repeat(200) });
  assert.equal(parseJson('[1'), undefined);
});
