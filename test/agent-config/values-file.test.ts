/** Values of the chart and a DatadogAgent: the same agent comes of both; what is written wrong is seen in both. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Manifest, nothingIn, parseManifest } from '../../src/agent-config/manifest.js';

const SECRET = '0123456789abcdef0123456789abcdef';

function parsed(yaml: string): Manifest {
  const manifest = parseManifest(yaml, 'f.yaml');
  return 'error' in manifest ? assert.fail(manifest.error) : manifest;
}
const settingsOf = (yaml: string) => parsed(yaml).configurations[0]?.containers[0]?.settings ?? [];
/** Without what chart and operator set by themselves. */
const told = (yaml: string) =>
  settingsOf(yaml)
    .filter(({ standard }) => !standard)
    .map(({ variable, value, from }) => `${variable}=${value ?? `<${from}`}`);

const VALUES = `
datadog:
  apiKey: ${SECRET}
  kubelet: { tlsVerify: false, hostCAPath: /etc/kubernetes/certs/kubeletserver.crt, host: { valueFrom: { fieldRef: { fieldPath: spec.nodeName } } } }
  env: [ { name: DD_LEADER_ELECTION, value: "true" }, { name: DD_API_KEY, value: ${SECRET} } ]
agents:
  useHostNetwork: true
  tolerations: [ { operator: Exists } ]
  containers: { agent: { env: [ { name: DD_LEADER_ELECTION, value: "false" } ] } }
  volumes: [ { name: data, hostPath: { path: /data } } ]
  volumeMounts: [ { name: data, mountPath: /host/data } ]
`;
const AGENT = `
apiVersion: datadoghq.com/v2alpha1
kind: DatadogAgent
metadata: { name: dd, namespace: monitoring }
spec:
  global:
    credentials: { apiKey: ${SECRET} }
    kubelet: { tlsVerify: false, hostCAPath: /etc/ca.crt, host: { fieldRef: { fieldPath: spec.nodeName } } }
  override: { nodeAgent: { hostNetwork: true, tolerations: [ { operator: Exists } ] } }
`;

describe('values of the chart', () => {
  it('are settings, strongest first, with the mounted CA', () => {
    assert.deepEqual(told(VALUES), [
      'DD_LEADER_ELECTION=false',
      'DD_LEADER_ELECTION=true',
      'DD_KUBELET_CLIENT_CA=/var/run/kubelet-ca/kubeletserver.crt',
      'DD_KUBELET_TLS_VERIFY=false',
      'DD_KUBERNETES_KUBELET_HOST=<spec.nodeName',
    ]);
    assert.ok(!JSON.stringify(parsed(VALUES)).includes(SECRET));
  });

  it('are an agent that can be placed', () => {
    const [workload] = parsed(VALUES).daemonSets;
    assert.equal(workload?.manager, 'helm');
    assert.equal(workload?.template.hostNetwork, true);
    assert.deepEqual(workload?.template.tolerations, [{ key: '', operator: 'Exists', value: '', effect: '' }]);
    assert.ok(parsed(VALUES).configurations[0]?.pod?.disks.some(({ at }) => at === '/host/data'));
  });

  it('say where each stands', () => {
    assert.equal(settingsOf(VALUES).find(({ variable }) => variable === 'DD_KUBELET_TLS_VERIFY')?.source, 'datadog.kubelet.tlsVerify');
  });

  it('are YAML 1.1, in which yes, on and n are booleans: `kubectl label --local` makes the same of them', () => {
    const yaml = 'datadog: { kubelet: { tlsVerify: yes, useApiServer: n } }\nagents: { useHostNetwork: on }';
    assert.deepEqual(told(yaml), ['DD_KUBELET_USE_API_SERVER=false', 'DD_KUBELET_TLS_VERIFY=true']);
    assert.equal(parsed(yaml).daemonSets[0]?.template.hostNetwork, true);
  });

  it('take the host from the downward API where nobody says otherwise', () => {
    const host = (yaml: string) => settingsOf(yaml).find(({ variable }) => variable === 'DD_KUBERNETES_KUBELET_HOST');
    assert.deepEqual(told('datadog: { clusterName: a }'), ['DD_CLUSTER_NAME=a']);
    assert.equal(host('datadog: { clusterName: a }')?.from, 'status.hostIP');
    assert.equal(host('datadog: { kubelet: { host: null } }'), undefined, 'null takes the key of the chart away');
    assert.equal(host('datadog: { kubelet: { host: { valueFrom: null, value: 10.0.0.12 } } }')?.value, '10.0.0.12');
  });

  it('of a chart above it are the ones below its name', () => {
    assert.deepEqual(told('datadog: { datadog: { kubelet: { host: 10.0.0.7 } } }'), ['DD_KUBERNETES_KUBELET_HOST=10.0.0.7']);
  });

  const unreadIn = (yaml: string) => settingsOf(yaml).flatMap(({ variable, meant }) => (meant ? [`${variable} > ${meant.current}`] : []));

  it('with keys in another section, or in other letters, are not read', () => {
    const taint = '[ { operator: Exists } ]';
    assert.deepEqual(unreadIn(`datadog: { apiKeyExistingSecret: s, tolerations: ${taint}, affinity: {}, volumes: [] }`), [
      'datadog.tolerations > agents.tolerations',
    ]);
    assert.deepEqual(unreadIn(`agents: { toleration: ${taint}, nodeSelecter: { a: b } }\ndatadog: { clustername: c }`), [
      'datadog.clustername > datadog.clusterName',
      'agents.toleration > agents.tolerations',
      'agents.nodeSelecter > agents.nodeSelector',
    ]);
    const bad = parsed('datadog: { site: s, tolerations: [ { operator: Equals } ] }').configurations[0]?.pod?.badTolerations;
    assert.deepEqual(bad, [{ at: 'datadog.tolerations[0]', operator: 'Equals', unread: true }], 'where they stand');
    assert.deepEqual(unreadIn(`datadog: { site: s }\nagent: { tolerations: ${taint} }`), ['agent > agents']);
    assert.deepEqual(
      unreadIn(`tolerations: ${taint}\naffinity: { nodeAffinity: {} }\ndatadog: { enabled: true }`),
      [],
      "another chart's own",
    );
    assert.deepEqual(unreadIn(`clusterAgent: { tolerations: ${taint}, env: [] }\nagents: { tolerations: ${taint} }`), []);
  });

  it('are found under the names that others have for them', () => {
    assert.deepEqual(
      unreadIn(
        'datadog: { site: s, kubeletHost: h }\nagents: { env: [ { name: A, value: b } ], hostNetwork: true, resources: { limits: { cpu: 1 } } }',
      ),
      [
        'agents.env > datadog.env',
        'agents.resources > agents.containers.agent.resources',
        'agents.hostNetwork > agents.useHostNetwork',
        'datadog.kubeletHost > datadog.kubelet.host',
      ],
    );
    assert.deepEqual(unreadIn('datadog: { site: s, providers: { gke: { autopilot: true } } }'), ['datadog.providers > providers']);
    const override = 'metadata: { name: a }\nspec: { global: { site: s }, override: { agent: { hostNetwork: true } } }';
    assert.deepEqual(unreadIn(`apiVersion: datadoghq.com/v2alpha1\nkind: DatadogAgent\n${override}`), [
      'spec.override.agent > spec.override.nodeAgent',
    ]);
    assert.deepEqual(unreadIn('datadog: { env: [], envFrom: [] }\nagents: { containers: { agent: { resources: { limits: {} } } } }'), []);
  });

  it('with keys in other letters, or a level too high, are not read', () => {
    const unread = settingsOf('kubelet: { host: x }\ndatadog: { kubelet: { tlsverify: false, hostCaPath: /a, somethingElse: 1 } }').flatMap(
      ({ variable, meant }) => (meant ? [`${variable} > ${meant.current}`] : []),
    );
    assert.deepEqual(unread, [
      'datadog.kubelet.tlsverify > datadog.kubelet.tlsVerify',
      'datadog.kubelet.hostCaPath > datadog.kubelet.hostCAPath',
      'kubelet > datadog.kubelet',
    ]);
  });
});

describe('a DatadogAgent', () => {
  it('is the same agent', () => {
    assert.deepEqual(told(AGENT), [
      'DD_KUBELET_CLIENT_CA=/var/run/host-kubelet-ca.crt',
      'DD_KUBELET_TLS_VERIFY=false',
      'DD_KUBERNETES_KUBELET_HOST=<spec.nodeName',
    ]);
    const [workload] = parsed(AGENT).daemonSets;
    assert.deepEqual([workload?.namespace, workload?.name, workload?.manager], ['monitoring', 'dd', 'operator']);
    assert.ok(!JSON.stringify(parsed(AGENT)).includes(SECRET));
  });
});

describe('values that make no agent', () => {
  for (const [yaml, off] of [
    ['agents: { enabled: false }\ndatadog: { site: s }', 'agents.enabled: false'],
    [
      '{ apiVersion: datadoghq.com/v2alpha1, kind: DatadogAgent, spec: { override: { nodeAgent: { disabled: true } } } }',
      'spec.override.nodeAgent.disabled: true',
    ],
  ] as const)
    it(off, () => {
      const manifest = parsed(yaml);
      assert.deepEqual([manifest.daemonSets, manifest.off], [[], off]);
      assert.equal(nothingIn(manifest), `makes no agent (${off})`);
    });
});

describe('other files', () => {
  for (const [what, yaml] of Object.entries({
    'of another chart': 'replicas: 3\nimage: { tag: x }',
    'that are lists': '- datadog: {}',
    'with a text where a mapping belongs': 'datadog: text',
    'of another kind': 'apiVersion: v1\nkind: Secret\ndata: {}',
  }))
    it(`${what} hold no agent`, () => assert.deepEqual(parsed(yaml), { daemonSets: [], configurations: [], priorityClasses: [] }));

  it('a DaemonSet takes its values from the ConfigMaps beside it', () => {
    const manifest = `
kind: ConfigMap
metadata: { name: k }
data: { verify: "no" }
---
kind: DaemonSet
metadata: { name: datadog-agent }
spec: { template: { spec: { containers: [ { name: agent, image: datadog/agent, env: [ { name: DD_KUBELET_TLS_VERIFY, valueFrom: { configMapKeyRef: { name: k, key: verify } } } ] } ] } } }
`;
    assert.deepEqual(told(manifest), ['DD_KUBELET_TLS_VERIFY=no']);
  });
});
