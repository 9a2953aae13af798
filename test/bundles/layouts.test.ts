/** What any layout of a bundle proves is said, and by the check that says it of a live cluster: one fault, as each collector lays it out. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { describe, it } from 'node:test';
import { type Chosen, judgeBundle } from '../../src/bundles/judged.js';
import { createHearing } from '../../src/bundles/said/hearing.js';
import { createHost } from '../../src/host/create.js';
import { flatten } from '../../src/judge/rank.js';
import type { Report } from '../../src/model/report.js';
import { renderText } from '../../src/render/text/report.js';
import { LAYOUTS, type Layout } from './layouts.js';
import { BINDING, daemonSet, type Files, node, pod, ROLE, written } from './made.js';

type Json = Record<string, unknown>;

const HOST: Json = { name: 'DD_KUBERNETES_KUBELET_HOST', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } };
const PORT: Json = { name: 'DD_KUBERNETES_HTTPS_KUBELET_PORT', value: '10260' };
const DENY: Json = {
  kind: 'NetworkPolicy',
  apiVersion: 'networking.k8s.io/v1',
  metadata: { name: 'default-deny', namespace: 'datadog' },
  spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
};
/** Of node n2, for its name and address; made with openssl. */
const REQUEST =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlJQkVUQ0J1QUlCQURBd01SVXdFd1lEVlFRS0RBeHplWE4wWlcwNmJtOWtaWE14RnpBVkJnTlZCQU1NRG5ONQpjM1JsYlRwdWIyUmxPbTR5TUZrd0V3WUhLb1pJemowQ0FRWUlLb1pJemowREFRY0RRZ0FFcUQrbjBIYlVoNE5RCk10Rkw1MlpXdEV3ZTk2eExhY3ZNVHFUeDFFa0I5NDZuUzFzY1dFWS9hWmtna0JMQjFRMVRiV1FsWGFRKzQvODQKTmdrL0V1Zk9qS0FtTUNRR0NTcUdTSWIzRFFFSkRqRVhNQlV3RXdZRFZSMFJCQXd3Q29JQ2JqS0hCTUFBQWdJdwpDZ1lJS29aSXpqMEVBd0lEU0FBd1JRSWdiTk9EejlLM0FmY2ZNZi84RnUxcG81WmFwTmtWT0hQRm44MU1uVHJZCnRFZ0NJUUQ3SlY0bG9Nc0hSdExNbkpYNEhHWHhzNHlUZ0x6RmMzbjFVOHd5ejBFbElnPT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==';

const request = (name: string, signer: string): Json => ({
  kind: 'CertificateSigningRequest',
  apiVersion: 'certificates.k8s.io/v1',
  metadata: { name, creationTimestamp: '2026-01-05T09:30:00Z' },
  spec: { signerName: `kubernetes.io/${signer}`, username: 'system:node:n2', request: REQUEST, usages: ['digital signature'] },
  status: {},
});

const NAMESPACE: Json = { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'datadog' } };

/** What the agent may do, and who it is. */
const ACCOUNT: Json = { kind: 'ServiceAccount', apiVersion: 'v1', metadata: { name: 'datadog-agent', namespace: 'datadog' } };
const RIGHTS: readonly Json[] = [
  ACCOUNT,
  ROLE,
  { ...BINDING, subjects: [{ kind: 'ServiceAccount', name: 'datadog-agent', namespace: 'datadog' }] },
];

const MOUNTS = { run: '/var/run', proc: '/proc', cgroups: '/sys/fs/cgroup' };

/** With all that an agent needs of its node. */
function agent(env: readonly Json[]): Json {
  const made = structuredClone(daemonSet(env)) as { spec: { template: { spec: { containers: Json[]; volumes?: Json[] } } } };
  const { spec } = made.spec.template;
  const names = Object.entries(MOUNTS);
  spec.volumes = names.map(([name, path]) => ({ name, hostPath: { path } }));
  for (const container of spec.containers) container.volumeMounts = names.map(([name, path]) => ({ name, mountPath: `/host${path}` }));
  return made as unknown as Json;
}

/** Three nodes with an agent each, and `more`. */
function cluster(
  env: readonly Json[],
  more: readonly Json[] = [],
  nodes: readonly Json[] = ['n1', 'n2', 'n3'].map((each) => node(each)),
): Json[] {
  const made = agent(env);
  const { spec } = (made.spec as { template: { spec: Json } }).template;
  const pods = nodes.map(({ metadata }) => {
    const { name } = metadata as { name: string };
    return { ...pod(name), spec: { ...spec, nodeName: name } };
  });
  return [NAMESPACE, ...nodes, ...RIGHTS, made, ...pods, ...more];
}

async function judged(objects: readonly Json[], layout: Layout, flags: Chosen = {}, extra: Files = {}): Promise<Report> {
  const root = written({ ...LAYOUTS[layout](objects), ...extra });
  try {
    const host = createHost();
    const choices = { failOn: 'degrades' as const, skip: [], only: [] };
    const found = await judgeBundle(root, flags, host, choices, [createHearing(host.redactor.clean)]);
    if ('error' in found) throw new Error(found.error);
    return found.report;
  } finally {
    rmSync(root, { recursive: true });
  }
}

const firstTwo = (report: Report): string =>
  renderText(report, { width: 200, colour: false, verbose: false }).split('\n').slice(0, 2).join('\n');

const EVERYWHERE = Object.keys(LAYOUTS) as Layout[];
/** The dump of kubectl takes neither policies nor requests. */
const WITH_ALL_KINDS = EVERYWHERE.filter((layout) => layout !== 'cluster-info dump');

interface Row {
  objects: readonly Json[];
  says: RegExp;
  cause: string;
  /** The layouts that prove it; of the others nothing is said of it. */
  in: readonly Layout[];
}

const ROWS: Readonly<Record<string, Row>> = {
  'a policy that denies all egress': {
    objects: cluster([HOST], [DENY]),
    says: /^All 3 nodes: NetworkPolicy default-deny would block the agent from its kubelet \(suspected\)\nTo decide.*logs datadog-agent-n1/,
    cause: 'network-policy-blocks-egress',
    in: WITH_ALL_KINDS,
  },
  'the address of one node for all': {
    objects: cluster([{ name: HOST.name, value: '192.0.2.1' }]),
    says: /^All agents ask one kubelet: DD_KUBERNETES_KUBELET_HOST=192\.0\.2\.1\nFix \(agent\): Set DD_KUBERNETES_KUBELET_HOST from status\.hostIP/,
    cause: 'agent-host-of-one-node',
    in: EVERYWHERE,
  },
  'a port that no kubelet registered': {
    objects: cluster([HOST, PORT]),
    says: /^All 3 nodes: The agent dials port 10260, but the kubelet registered port 10250\nFix \(agent\): Set the agent's kubelet port to 10250/,
    cause: 'kubelet-port-differs',
    in: EVERYWHERE,
  },
  'a request for a serving certificate that waits': {
    objects: cluster([HOST], [request('csr-serve', 'kubelet-serving')]),
    says: /^1 of 3 nodes: The kubelet's serving certificate waits for approval: csr-serve \(suspected\)\nTo decide.*\/api\/v1\/nodes\/n2\/proxy\/healthz/,
    cause: 'kubelet-certificate-pending',
    in: WITH_ALL_KINDS,
  },
  'a node without a pod of the agent': {
    objects: cluster([HOST]).filter(({ kind, metadata }) => kind !== 'Pod' || (metadata as { name: string }).name !== 'datadog-agent-n2'),
    says: /^No agent pod on 1 of 3 nodes \(n2\), though the DaemonSet should run there/,
    cause: 'agent-missing-on-node',
    // All pods of the agent's own namespace are enough; of the others nothing says that they are all.
    in: ['must-gather', 'cluster-info dump', 'troubleshoot'],
  },
  'a binding for an account of another namespace': {
    objects: cluster([HOST]).map((each) => (each.kind === 'ClusterRoleBinding' ? BINDING : each)),
    says: /^ClusterRoleBinding datadog-agent is for default\/datadog-agent, not datadog\/datadog-agent/,
    cause: 'binding-subject-differs',
    // Suspected where nothing says that these are all; must-gather takes roles and bindings of operators alone.
    in: ['plain folder', 'manifests', 'troubleshoot'],
  },
  'an account that is not there': {
    objects: cluster([HOST]).filter((each) => each !== ACCOUNT),
    says: /^ServiceAccount datadog\/datadog-agent of the agent's DaemonSet does not exist\n/,
    cause: 'service-account-not-found',
    in: ['troubleshoot'],
  },
  'a request for a client certificate that waits, of a node that is not ready': {
    objects: cluster([HOST], [request('csr-renew', 'kube-apiserver-client-kubelet')], [node('n1'), node('n2', 'Unknown')]),
    says: /^1 of (?:the )?2 nodes (?:seen )?\(n2\) is not ready, and its client CSR csr-renew is pending\nFix \(cluster\): Approve the request of n2/,
    cause: 'node-not-ready',
    in: WITH_ALL_KINDS,
  },
};

for (const [fault, { objects, says, cause, in: layouts }] of Object.entries(ROWS))
  describe(fault, () => {
    for (const layout of EVERYWHERE)
      it(`${layout}: ${layouts.includes(layout) ? 'is said' : 'is not in it'}`, async () => {
        const report = await judged(objects, layout);
        if (layouts.includes(layout)) {
          assert.match(firstTwo(report), says);
          assert.ok(flatten(report.findings).some((finding) => finding.cause === cause));
        } else assert.doesNotMatch(firstTwo(report), says);
      });
  });

describe('what the log of an agent quotes of its kubelet', () => {
  const at = 'must-gather.local.42/quay-io-openshift-must-gather-sha256-0';
  const line =
    '2026-01-05 10:00:35 UTC | CORE | WARN | (pkg/util/kubernetes/kubelet/kubelet.go:605 in func1) | error pulling from collector "kubelet": couldn\'t fetch "podlist": unexpected status code 403 on https://192.0.2.1:10250/pods: Forbidden (user=system:serviceaccount:datadog:datadog-agent, verb=get, resource=nodes, subresource(s)=[pods proxy])\n';

  it('is its refusal: which permission is missing, and the fix for it', async () => {
    const extra = { [`${at}/namespaces/datadog/pods/datadog-agent-n1/agent/agent/logs/current.log`]: line.repeat(5) };
    assert.match(
      firstTwo(await judged(cluster([HOST]), 'must-gather', {}, extra)),
      /^1 of 3 nodes: The kubelet denies the agent nodes\/pods\nFix \(cluster\): Grant datadog\/datadog-agent/,
    );
  });

  it('of an earlier run it is not', async () => {
    const extra = { [`${at}/namespaces/datadog/pods/datadog-agent-n1/agent/agent/logs/previous.log`]: line.repeat(5) };
    assert.doesNotMatch(firstTwo(await judged(cluster([HOST]), 'must-gather', {}, extra)), /denies/);
  });
});

describe('a bundle without roles', () => {
  for (const layout of ['must-gather', 'cluster-info dump'] as const)
    it(`${layout}: of permissions nothing is said to be well`, async () => {
      const { layers } = await judged(cluster([HOST]), layout);
      assert.deepEqual(
        layers.filter(({ layer, state }) => layer === 'authz' && state === 'ok'),
        [],
      );
    });
});

describe('pods without the DaemonSet that owns them', () => {
  const FIXED = cluster([{ name: HOST.name, value: '192.0.2.1' }], [DENY]).filter(({ kind }) => kind !== 'DaemonSet');

  for (const layout of ['plain folder', 'manifests', 'must-gather'] as const)
    it(`${layout}: their settings are judged, and not where they should run`, async () => {
      const objects = layout === 'must-gather' ? FIXED.filter(({ kind }) => kind !== 'DaemonSet') : FIXED;
      const report = await judged(objects, layout);
      assert.match(firstTwo(report), /^All agents ask one kubelet: DD_KUBERNETES_KUBELET_HOST=192\.0\.2\.1/);
      const causes = flatten(report.findings).map(({ cause }) => cause);
      assert.deepEqual(causes.sort(), ['agent-host-of-one-node', 'network-policy-blocks-egress']);
      assert.deepEqual((await judged(objects, layout, { daemonset: 'datadog/datadog-agent' })).findings.length > 0, true);
    });

  it('where all DaemonSets are in the bundle, and this one is not, it is gone', async () => {
    const causes = flatten((await judged(FIXED, 'troubleshoot')).findings).map(({ cause }) => cause);
    assert.ok(!causes.includes('agent-host-of-one-node'), causes.join());
  });

  it('a spec that was cut short shows no mount to be missing', async () => {
    const cut = [node('n1'), { ...pod('n1'), spec: { ...(pod('n1').spec as Json), volumes: undefined } }];
    assert.deepEqual((await judged(cut, 'plain folder')).findings, []);
  });
});

describe('a DaemonSet that is named, and meant for no node', () => {
  const made = agent([HOST]) as { metadata: Json; spec: { template: { spec: Json } } };
  const other = {
    ...made,
    metadata: { ...made.metadata, name: 'gpu-agent' },
    spec: { template: { ...made.spec.template, spec: { ...made.spec.template.spec, nodeSelector: { pool: 'gpu' } } } },
  };

  for (const layout of EVERYWHERE.filter((each) => each !== 'manifests'))
    it(`${layout}: no pod of another is counted or asked in its place`, async () => {
      const report = await judged(cluster([HOST], [other]), layout, { daemonset: 'datadog/gpu-agent' });
      assert.match(firstTwo(report), /^DaemonSet gpu-agent matches none of 3 nodes/);
      const asked = report.results.flatMap(({ elsewhere }) => elsewhere).join('\n');
      assert.match(asked, /exec -i AGENT_POD /);
      assert.doesNotMatch(asked, /datadog-agent-n\d/);
    });
});

describe('manifests without a pod or a node', () => {
  it('a policy that denies all egress is said of the pods that the DaemonSet makes', async () => {
    const report = await judged([agent([HOST]), DENY], 'manifests');
    assert.match(firstTwo(report), /^NetworkPolicy default-deny would block the agent.*\nTo decide.* logs ds\/datadog-agent /);
  });

  it('of one that selects other pods nothing is said', async () => {
    const others = { ...DENY, spec: { podSelector: { matchLabels: { app: 'shop' } }, policyTypes: ['Egress'] } };
    assert.deepEqual(
      (await judged([agent([HOST]), others], 'manifests')).findings.map(({ cause }) => cause).filter((cause) => /policy/.test(cause)),
      [],
    );
  });
});
