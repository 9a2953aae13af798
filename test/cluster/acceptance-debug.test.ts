/**
 * `kubectl debug node`, each profile: the pod as the real kubectl and apiserver make it, its place made from its spec, and the real command as the
 * only process in it. The token there is that of the namespace's `default` account, which is never taken for the agent's.
 */
import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Report } from '../../src/model/report.js';
import { type Cluster, startCluster } from './cluster.js';
import { hasKubectl, kubectl, layOutNode, type PodObject, readPod, runInContainer } from './container-place.js';
import { assertReadOnly } from './doctor.js';
import { NODE_IPS } from './net.js';

const DEFAULT = 'system:serviceaccount:default:default';
const AGENT = 'system:serviceaccount:datadog:datadog-agent';

interface Expected {
  vantage: 'host network' | 'pod network';
  /** Is the node's root at /host, and its list of processes in sight? */
  host: boolean;
  /** Whom the apiserver takes us for, without a flag. */
  identity: string;
  first: RegExp;
  second: RegExp;
  code: number;
  /** Of the image: kubectl's profiles with the node's root leave the user to it. */
  imageUser: number;
}

/** Accounts as a line for people names them. */
function short(words: string): string {
  return words.replace(/system:serviceaccount:([^:,\s]+):([^:,\s]+)/g, '$1/$2');
}

/** What a place without the node's own credential says, and one with it. */
const FOREIGN = {
  identity: DEFAULT,
  first: /^Kubelet reached; permissions not checked: the token is default\/default's$/,
  second: /^Fix \(you\): Name the agent's ServiceAccount(: kubelet-doctor --service-account NAMESPACE\/NAME)?$/,
  code: 3,
  imageUser: 65532,
};
/** As root, with the node's files: the kubelet's own kubeconfig speaks, and it may ask what the agent may. */
const AS_KUBELET = {
  identity: `system:node:n1 (the kubelet's own kubeconfig), for ${AGENT}`,
  first: new RegExp(`^OK: kubelet n1 and apiserver answer; ${short(AGENT)} has the permissions$`),
  second: /^\d+ of \d+ questions answered/,
  code: 0,
  imageUser: 0,
};
const PROFILES: Record<string, Expected> = {
  legacy: { vantage: 'host network', host: true, ...AS_KUBELET },
  general: { vantage: 'host network', host: true, ...AS_KUBELET },
  baseline: { vantage: 'pod network', host: false, ...FOREIGN },
  restricted: { vantage: 'pod network', host: false, ...FOREIGN },
  netadmin: { vantage: 'host network', host: false, ...FOREIGN },
  sysadmin: { vantage: 'host network', host: true, ...AS_KUBELET },
};
/** Findings about rights: none of them may name the account of a debug pod. */
const RIGHTS = [
  'kubelet-permission-missing',
  'fine-grained-permission-too-new',
  'permission-missing',
  'leader-lock-forbidden',
  'event-bookmark-forbidden',
  'kubelet-host-unset',
  'token-missing',
];

let cluster: Cluster;
let node: Awaited<ReturnType<typeof layOutNode>>;
const mayRun = await hasKubectl();

before(async () => {
  if (!mayRun) return;
  cluster = await startCluster({ nodes: { n1: { ip: NODE_IPS.n1, healthz: '127.0.0.1' } } });
  node = await layOutNode(cluster, 'n1');
  await cluster.createAgent();
});
after(async () => {
  await node?.remove();
  await cluster?.stop();
});

/** As it is typed. */
async function debugNode(profile: string): Promise<PodObject> {
  const said = await kubectl(cluster, `kubectl debug node/n1 -it --profile=${profile} --image=kubelet-doctor:test -- kubelet-doctor`);
  return readPod(cluster, 'default', /node-debugger-n1-\w+/.exec(said)?.[0] ?? assert.fail(said));
}

async function askIn(
  pod: PodObject & { resolvConf?: string; imageUser?: number },
  ...args: string[]
): Promise<{ report: Report; lines: string[] }> {
  const [container] = pod.spec.containers;
  const place = {
    pod,
    container: container ?? assert.fail('a container'),
    nodeRoot: node.root,
    imageUser: pod.imageUser ?? 65532,
    resolvConf: pod.resolvConf,
  };
  const [text, json] = [
    await runInContainer(cluster, { ...place, args }),
    await runInContainer(cluster, { ...place, args: [...args, '--output', 'json'] }),
  ];
  assert.deepEqual([text.stderr, json.stderr, text.code], ['', '', json.code]);
  const report = JSON.parse(json.stdout) as Report;
  assert.equal(report.summary.exitCode, json.code);
  return { report, lines: text.stdout.split('\n').slice(0, 3) };
}

const causesOf = ({ findings }: Report): string[] => findings.flatMap((f) => [f.cause, ...f.consequences.map(({ cause }) => cause)]);
const stateOf = ({ layers }: Report, layer: string) => layers.find((each) => each.target === 'kubelet' && each.layer === layer)?.state;

describe('kubectl debug node', { skip: mayRun ? false : 'kubectl is not installed' }, () => {
  for (const [profile, expected] of Object.entries(PROFILES)) {
    it(`--profile=${profile}, no flags: the kubelet is reached, and the rights of its account are not the agent's`, async () => {
      const pod = await debugNode(profile);
      const { report, lines } = await askIn({ ...pod, imageUser: expected.imageUser });
      const { where } = report;
      assert.deepEqual([where.place, where.vantage, where.node], ['a debug pod', expected.vantage, 'n1']);
      assert.equal(where.identity, expected.identity);
      assert.match(lines[0] ?? '', expected.first);
      assert.match(lines[1] ?? '', expected.second);
      assert.match(
        lines[2] ?? '',
        new RegExp(`^Ran in a debug pod on n1 \\(${expected.vantage}\\), as ${short(expected.identity).replace(/[()]/g, '\\$&')}, `),
      );
      assert.equal(report.summary.exitCode, expected.code);
      // What the kubelet's refusal proves all the same.
      for (const layer of ['tcp', 'tls', 'authn']) assert.equal(stateOf(report, layer), 'ok', layer);
      assert.deepEqual(
        causesOf(report).filter((cause) => RIGHTS.includes(cause)),
        [],
      );
      const process = report.results.find(({ question }) => question === 'kubelet-configuration');
      assert.equal(process === undefined || expected.host || process.outcome !== 'problem', true);
    });
  }

  it('--profile=general as a user who may not read the files of the node: as without them', async () => {
    const file = join(cluster.kubelet('n1').directory, 'kubeconfig');
    // One user id is ours here: what belongs to root on a node is closed to its owner instead.
    await chmod(file, 0);
    const { report, lines } = await askIn(await debugNode('general'));
    await chmod(file, 0o600);
    assert.deepEqual([report.where.identity, report.summary.exitCode], [DEFAULT, 3]);
    assert.match(lines[0] ?? '', FOREIGN.first);
    const said = report.settings.find(({ setting }) => setting === 'apiserver.kubeletIdentity')?.value;
    assert.match(said ?? '', /^not used: .*permission denied; run as root$/);
  });

  for (const profile of ['restricted', 'netadmin'])
    it(`--profile=${profile}, the agent named: what its account may not ask is left to someone who may`, async () => {
      const { report, lines } = await askIn(await debugNode(profile), '--service-account', 'datadog/datadog-agent');
      assert.equal(report.summary.exitCode, 3);
      assert.match(lines[0] ?? '', /^Not answered: /);
      const open = report.results.find(({ question }) => question === 'kubelet-forbidden');
      assert.match(open?.elsewhere[0] ?? '', new RegExp(`^kubectl auth can-i get nodes --subresource=\\w+ --as=${AGENT}$`, 'm'));
      assert.ok(!JSON.stringify(open).includes(`--as=${DEFAULT}`));
      assert.ok(!causesOf(report).includes('debug-pod-foreign-identity'));
    });

  it('the agent named, and its account may ask: its rights are judged', async () => {
    const rules = [{ apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] }];
    await cluster.grant('default', 'default', rules);
    const { report } = await askIn(await debugNode('netadmin'), '--service-account', 'datadog/datadog-agent');
    await cluster.grant('default', 'default', []);
    assert.equal(report.summary.exitCode, 0, JSON.stringify(report.summary));
    assert.equal(report.where.identity, `${DEFAULT}, for ${AGENT}`);
  });

  it('where the name of the node does not resolve the address is asked for, and nothing is claimed', async () => {
    const { report, lines } = await askIn({ ...(await debugNode('netadmin')), resolvConf: 'nameserver 127.0.0.1\n' });
    assert.match(lines[0] ?? '', /^Kubelet address unknown; permissions not checked: the token is /);
    const [fix] = report.findings[0]?.fixes ?? [];
    assert.match(fix?.steps ?? '', /^kubelet-doctor --kubelet-host ADDRESS --service-account NAMESPACE\/NAME$/);
    assert.equal(report.summary.exitCode, 3);
  });

  it('only reads', async () => {
    assert.ok((await assertReadOnly(cluster)) > 0);
  });
});
