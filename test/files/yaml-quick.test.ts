/** The quick reader and the one that knows all of YAML make the same of a file, or the quick one leaves it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Fields } from '../../src/files/fields.js';
import { readYaml } from '../../src/files/yaml-fields.js';
import { readQuickly } from '../../src/files/yaml-quick.js';

const KUBECONFIG = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSQ==
    insecure-skip-tls-verify: true
    server: https://kubernetes.example:6443
  name: "sim"
contexts:
- context:
    cluster: sim
    user: 'me'
  name: me@sim
current-context: me@sim
kind: Config
preferences: {}
users: []
`;

/** A kubelet's, as kubeadm writes it. */
const KUBELET = `apiVersion: kubelet.config.k8s.io/v1beta1
authentication:
  anonymous:
    enabled: false
  webhook:
    cacheTTL: 0s
    enabled: true
  x509:
    clientCAFile: /etc/kubernetes/pki/ca.crt
authorization:
  mode: Webhook
  webhook:
    cacheAuthorizedTTL: 5m0s
clusterDNS:
- 10.96.0.10
clusterDomain: cluster.local
containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock"
cpuManagerReconcilePeriod: 0s
evictionHard:
  imagefs.available: 0%
  memory.available: 100Mi
healthzBindAddress: 127.0.0.1
healthzPort: 10248
imageMinimumGCAge: 0s
kind: KubeletConfiguration
logging:
  flushFrequency: 0
  options:
    json:
      infoBufferSize: "0"
    text:
      infoBufferSize: "0"
  verbosity: 0
memorySwap: {}
port: 10250
rotateCertificates: true
staticPodPath: /etc/kubernetes/manifests
`;

const all = (root: Fields) => ({ all: root.keys().map((key) => [key, root.raw(key)]) });

/** Repeatable. */
function randomBy(seed: number): (of: number) => number {
  let state = seed;
  return (of) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * of);
  };
}

const KEYS = ['a', 'server', 'b-c', 'name', 'y', 'on', 'true', 'null', 'a.b/c', 'Yes'];
const VALUES = [
  '',
  ' b',
  ' true',
  ' True',
  ' null',
  ' Null',
  ' yes',
  ' off',
  ' {}',
  ' []',
  ' "x: y"',
  " 'it # is'",
  ' v1',
  ' /a:b',
  ' https://h:6443/x',
  ' e5',
  ' 12',
  ' 0',
  ' 012',
  ' 0x1f',
  ' 1_000',
  ' 123456789012345',
  ' 1234567890123456789',
  ' 1.5',
  ' 1e3',
  ' -1',
  ' 2026-01-02',
  ' 0s',
  ' 5m0s',
  ' 24h0m0s',
  ' 100Mi',
  ' 85%',
  ' 10.96.0.10',
  ' 10.0.0.0/16',
  ' 1:20',
  ' ~',
  ' a:',
  ' &a',
  ' a b',
  ' "\\n"',
  ' NaN',
];
const INDENTS = ['', '', '  ', '  ', '    ', '- ', '- ', '  - ', '- - '];

describe('YAML, quickly', () => {
  for (const [what, text] of Object.entries({ 'a kubeconfig as kubectl': KUBECONFIG, "a kubelet's configuration as kubeadm": KUBELET }))
    it(`reads ${what} writes it`, () => {
      const read = readQuickly(text, all);
      assert.deepEqual(read, readYaml(text, 'f', all));
      assert.ok(read);
    });

  it('makes what the other reader makes, of whatever it reads', () => {
    const random = randomBy(7);
    const pick = (list: readonly string[]) => list[random(list.length)] ?? '';
    let count = 0;
    for (let at = 0; at < 40_000; at += 1) {
      const lines = Array.from(
        { length: 1 + random(5) },
        () => `${pick(INDENTS)}${random(8) === 0 ? pick(VALUES).trim() : `${pick(KEYS)}:${pick(VALUES)}`}`,
      );
      const text = `${lines.join('\n')}\n`;
      const quick = readQuickly(text, all);
      if (quick === undefined) continue;
      count += 1;
      assert.deepEqual(quick, readYaml(text, 'f', all), text);
    }
    assert.ok(count > 500, `${count} were read`);
  });

  it('leaves what a fault is to be said of', () => {
    for (const text of ['a: b\n  c: d\n', 'kind: [\n', 'a: 1.5\n', 'a: 012\n', 'a: yes\n', '# a\na: b\n', 'a: b\r\n', '--- \na: b\n'])
      assert.equal(readQuickly(text, all), undefined, text);
    const strict = (root: Fields) => ({ name: root.text('name') });
    assert.equal(readQuickly('name: true\n', strict), undefined);
  });
});
