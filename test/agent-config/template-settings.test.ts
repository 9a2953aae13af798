/** The environment that a pod template will make, of every kind of source; and that nothing of a secret is kept. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ConfigMaps, configMapsOf, readTemplate } from '../../src/agent-config/template-settings.js';
import type { AgentSetting } from '../../src/model/facts.js';

const SECRET = '0123456789abcdef0123456789abcdef';
const HOST = 'DD_KUBERNETES_KUBELET_HOST';
const VERIFY = 'DD_KUBELET_TLS_VERIFY';
type Json = Record<string, unknown>;

const podOf = (env: Json[], more: Json = {}, pod: Json = {}): Json => ({
  containers: [{ name: 'agent', image: 'gcr.io/datadoghq/agent:7', env, ...more }],
  ...pod,
});
const read = (spec: Json, maps: ConfigMaps = new Map()): AgentSetting[] =>
  readTemplate(spec, 'workload', 'DaemonSet d/a', maps).containers[0]?.settings ?? [];
const field = (name: string, fieldPath: string): Json => ({ name, valueFrom: { fieldRef: { fieldPath } } });
const key = (name: string, map: string, at: string): Json => ({ name, valueFrom: { configMapKeyRef: { name: map, key: at } } });

describe('settings of a pod template', () => {
  it('come from every kind of source, a Secret named and not read', () => {
    const spec = podOf([
      { name: 'DD_API_KEY', value: SECRET },
      field(HOST, 'status.hostIP'),
      key(VERIFY, 'kubelet', 'verify'),
      { name: 'DD_KUBELET_CLIENT_CA', valueFrom: { secretKeyRef: { name: 's', key: 'ca' } } },
      { name: 'DD_PROXY_HTTPS', value: `http://me:${SECRET}@proxy:3128` },
      { name: 'OTHER', value: SECRET },
    ]);
    assert.deepEqual(configMapsOf(spec), ['kubelet']);
    const found = read(spec, new Map([['kubelet', { verify: 'false', other: SECRET }]]));
    assert.deepEqual(
      found.map(({ variable, value, from }) => [variable, value, from]),
      [
        ['DD_PROXY_HTTPS', 'http://proxy:3128', undefined],
        ['DD_KUBELET_CLIENT_CA', undefined, 'Secret s, key ca'],
        [VERIFY, 'false', 'ConfigMap kubelet, key verify'],
        [HOST, undefined, 'status.hostIP'],
      ],
    );
    assert.ok(!JSON.stringify(found).includes(SECRET));
  });

  it('fill in variables from above, and leave what is not known as it is written', () => {
    const values = (...env: Json[]) => read(podOf(env)).filter(({ variable }) => variable === HOST)[0];
    assert.equal(values(field('NODE_IP', 'status.hostIP'), { name: HOST, value: '$(NODE_IP)' })?.from, 'status.hostIP');
    assert.equal(values({ name: HOST, value: '$(NODE_IP)' }, field('NODE_IP', 'status.hostIP'))?.value, '$(NODE_IP)');
    assert.equal(values({ name: 'A', value: 'n1' }, { name: HOST, value: '$(A).local' })?.value, 'n1.local');
    assert.equal(values({ name: HOST, value: '$$(A)' })?.value, '$(A)');
    const named = values({ name: 'MY_TOKEN', value: SECRET }, { name: HOST, value: 'a.$(MY_TOKEN)' });
    assert.deepEqual([named?.value, named?.from], [undefined, 'the variable MY_TOKEN']);
    assert.match(String(values({ name: HOST, value: 'x$(KUBERNETES_SERVICE_HOST)' })?.from), /Service variable/);
  });

  it('count the later of two, env above envFrom, the later envFrom above the earlier', () => {
    const maps = new Map<string, Record<string, string>>([
      ['a', { [VERIFY]: '1', DD_EKS_FARGATE: 'a', DD_API_KEY: SECRET }],
      ['b', { DD_EKS_FARGATE: 'b' }],
    ]);
    const envFrom = [{ configMapRef: { name: 'a' } }, { configMapRef: { name: 'b' } }, { secretRef: { name: 's' } }];
    const found = read(
      podOf(
        [
          { name: VERIFY, value: '2' },
          { name: VERIFY, value: '3' },
        ],
        { envFrom },
      ),
      maps,
    );
    assert.deepEqual(
      found.map(({ variable, value }) => `${variable}=${value}`),
      [`${VERIFY}=3`, `${VERIFY}=2`, 'DD_EKS_FARGATE=b', `${VERIFY}=1`, 'DD_EKS_FARGATE=a'],
    );
  });

  it('a prefix makes a name of another', () => {
    const envFrom = [{ prefix: 'DD_', configMapRef: { name: 'a' } }];
    assert.deepEqual(
      read(podOf([], { envFrom }), new Map([['a', { KUBELET_TLS_VERIFY: 'true' }]])).map(({ variable }) => variable),
      [VERIFY],
    );
  });

  it('a key or a ConfigMap that is not there is empty; one that may not be read is not known', () => {
    const spec = podOf([key(HOST, 'gone', 'host'), key(VERIFY, 'there', 'nothing'), key('DD_EKS_FARGATE', 'closed', 'x')]);
    const found = read(
      spec,
      new Map<string, Record<string, string> | 'missing'>([
        ['gone', 'missing'],
        ['there', {}],
      ]),
    );
    assert.deepEqual(
      found.map(({ value }) => value),
      [undefined, '', ''],
    );
  });

  it('a projected token is a token', () => {
    const of = (pod: Json) => readTemplate(podOf([], {}, pod), 'workload', 'x', new Map()).pod?.noToken;
    assert.equal(of({}), false);
    assert.equal(of({ automountServiceAccountToken: false }), true);
    const volumes = [{ name: 't', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }];
    assert.equal(of({ automountServiceAccountToken: false, volumes }), false);
  });

  it('mounts: of the node, hidden, and subPath that hides nothing', () => {
    const mounted = (volumeMounts: Json[], env: Json[] = []) => {
      const volumes = [
        { name: 'proc', hostPath: { path: '/proc' } },
        { name: 'logs', hostPath: { path: '/var/log/pods' } },
        { name: 'mine', configMap: { name: 'c' } },
        { name: 'empty', emptyDir: {} },
      ];
      return readTemplate(podOf(env, { volumeMounts }, { volumes }), 'workload', 'x', new Map()).pod;
    };
    const logs = [{ name: 'DD_LOGS_ENABLED', value: 'true' }];
    const pod = mounted(
      [
        { name: 'proc', mountPath: '/host/proc/' },
        { name: 'mine', mountPath: '/etc/datadog-agent/conf.d/disk.d' },
      ],
      logs,
    );
    assert.deepEqual(
      pod?.host.map(({ what, mounted: is }) => `${what} ${is}`),
      ['proc true', 'cgroup false', 'runtime-socket false', 'pod-logs false'],
    );
    assert.deepEqual(pod?.hidden, [{ path: '/etc/datadog-agent/conf.d/disk.d', checks: ['disk'] }]);
    assert.deepEqual(pod?.disks, [{ from: '/proc', at: '/host/proc' }]);
    const fine = mounted([
      { name: 'mine', mountPath: '/etc/datadog-agent/conf.d/disk.d/conf.yaml', subPath: 'conf.yaml' },
      { name: 'empty', mountPath: '/etc/datadog-agent/conf.d/etcd.d' },
      { name: 'mine', mountPath: '/etc/datadog-agent/conf.d/mine.d' },
    ]);
    assert.deepEqual(fine?.hidden, []);
  });

  it('what is of no shape at all gives nothing', () => {
    for (const spec of [undefined, null, 7, [], { containers: 'x' }, { containers: [null, { env: 'x', envFrom: 3, volumeMounts: {} }] }])
      assert.deepEqual(
        readTemplate(spec, 'workload', 'x', new Map()).containers.flatMap(({ settings }) => settings),
        [],
      );
  });
});
