/**
 * Beside a running agent: the ephemeral container that the real kubectl and apiserver add to the agent's pod, a debug pod's view of all processes,
 * and a node's shell. A process with the agent's mounts, environment and network stands for the agent; the real command is alone beside it.
 */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCommandLine } from '../../src/cli/command-line.js';
import type { Report } from '../../src/model/report.js';
import type { SettingsTable } from '../../src/report/tables/settings.js';
import { recordingIo } from '../scenarios/run.js';
import { type Cluster, startCluster } from './cluster.js';
import {
  type ContainerPlace,
  hasKubectl,
  kubectl,
  layOutNode,
  type PodObject,
  readPod,
  runInContainer,
  startInContainer,
} from './container-place.js';
import { AGENT_ENV, assertReadOnly } from './doctor.js';
import { type Agent, applyObject } from './identities.js';
import { clearFilters, DNS_IP, dropFrom, KUBELET_PORT, NODE_IPS, POD_IP } from './net.js';
import { runAsPod } from './pod-place.js';
import { waitFor } from './process.js';

const SECRETS = [
  AGENT_ENV.DD_API_KEY,
  'sentinel-yaml-key-0123456789abcdef',
  'sentinel-proxy-password',
  'sentinel-app-key-0123456789abcdef',
];
const ENV = { ...AGENT_ENV, DD_APP_KEY: 'sentinel-app-key-0123456789abcdef', http_proxy: 'http://me:sentinel-proxy-password@127.0.0.1:9' };
const FILES = { '/etc/datadog-agent/datadog.yaml': 'api_key: sentinel-yaml-key-0123456789abcdef\nkubelet_tls_verify: true\n' };
const COMMAND = path.resolve('bin/kubelet-doctor.js');

let cluster: Cluster;
let agent: Agent;
const running: ChildProcess[] = [];
const mayRun = await hasKubectl();

before(async () => {
  if (!mayRun) return;
  cluster = await startCluster({ nodes: { n1: { ip: NODE_IPS.n1 } } });
  agent = await cluster.createAgent();
});
after(async () => {
  for (const child of running) child.kill('SIGKILL');
  await clearFilters();
  await cluster?.stop();
});

/** The ids of a process's children, outside. */
async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

/** What stands for an agent: the name of its program, and nothing else of it. Its id outside. */
async function startAgent(pod: PodObject, change: Partial<ContainerPlace> = {}): Promise<number> {
  const [container] = pod.spec.containers;
  const argv = ['bash', '-c', 'exec -a /opt/datadog-agent/bin/agent/agent sleep infinity'];
  const child = await startInContainer(cluster, { pod, container: container ?? assert.fail(), env: ENV, files: FILES, argv, ...change });
  running.push(child);
  return waitFor('the agent to run', async () => {
    for (const pid of [child.pid ?? 0, ...(await childrenOf(child.pid ?? 0))])
      if ((await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).startsWith('/opt/datadog-agent')) return pid;
    return undefined;
  });
}

/** The newest ephemeral container of the agent's pod, by a command as it is typed. */
async function debugPod(name: string, command: string): Promise<Pick<ContainerPlace, 'pod' | 'container'>> {
  await kubectl(cluster, command);
  const pod = await readPod(cluster, agent.namespace, name);
  return { pod, container: pod.spec.ephemeralContainers?.at(-1) ?? assert.fail('an ephemeral container') };
}

async function ask(place: Omit<ContainerPlace, 'argv'>, ...args: string[]): Promise<{ report: Report; code: number | null }> {
  const { code, stdout, stderr } = await runInContainer(cluster, { ...place, args: [...args, '--output', 'json'] });
  assert.equal(stderr, '');
  for (const secret of SECRETS) assert.ok(!stdout.includes(secret), 'a secret of the agent');
  return { report: JSON.parse(stdout) as Report, code };
}

async function refused(place: Omit<ContainerPlace, 'argv'>, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runInContainer(cluster, { ...place, args });
  assert.deepEqual([code, stdout, stderr.trimEnd().split('\n').length], [2, '', 1], stderr);
  for (const secret of SECRETS) assert.ok(!stderr.includes(secret), 'a secret of the agent');
  return stderr;
}

const causesOf = ({ findings }: Report): string[] => findings.flatMap((f) => [f.cause, ...f.consequences.map(({ cause }) => cause)]);
const AGENTS = 'system:serviceaccount:datadog:datadog-agent';

describe("an ephemeral container in the agent's pod", { skip: mayRun ? false : 'kubectl is not installed' }, () => {
  let target: number;
  let beside: Omit<ContainerPlace, 'argv'>;
  const debug = () => `kubectl debug ${agent.podName} -n ${agent.namespace} -it --image=kubelet-doctor:test --target=agent`;

  it('has no token of its own, and says whose there is and how to be it', async () => {
    target = await startAgent(await readPod(cluster, agent.namespace, agent.podName));
    beside = { ...(await debugPod(agent.podName, `${debug()} --profile=general -- kubelet-doctor`)), target };
    assert.deepEqual(
      [beside.container.targetContainerName, beside.container.volumeMounts, beside.container.env],
      ['agent', undefined, undefined],
    );
    const { report } = await ask(beside);
    const [first] = report.findings;
    assert.ok(first?.cause === 'ephemeral-container-without-token' && first.certainty === 'proven', JSON.stringify(first));
    assert.equal(first?.fixes[0]?.steps, 'kubelet-doctor --agent-process 1');
    assert.ok(!causesOf(report).includes('kubelet-host-unset'));
  });

  it('with the fix as printed is the agent: its settings, its token, its network', async () => {
    for (const words of ['kubelet-doctor --agent-process 1', 'kubelet-doctor --agent-process auto']) {
      const { report, code } = await ask(beside, ...words.split(' ').slice(1));
      assert.equal(code, 0, JSON.stringify([report.summary, causesOf(report)]));
      const { place, vantage, identity, kubelet } = report.where;
      assert.deepEqual(
        [place, vantage, identity, kubelet],
        ["an ephemeral container beside the agent's process 1", 'pod network', AGENTS, `${NODE_IPS.n1}:10250`],
      );
      const host = report.settings.find(({ setting }) => setting === 'kubelet.host');
      assert.deepEqual([host?.origin, host?.source], ['agent environment', 'DD_KUBERNETES_KUBELET_HOST']);
      const verify = report.settings.find(({ setting }) => setting === 'kubelet.tlsVerify');
      assert.equal(verify?.source, 'kubelet_tls_verify in /etc/datadog-agent/datadog.yaml');
    }
  });

  it('lists the settings of that process: its environment over its datadog.yaml, each with where it stands', async () => {
    const { report, code } = await ask(beside, 'settings', '--agent-process', 'auto');
    const [own] = (report as Report & { agents: SettingsTable[] }).agents;
    const rows = own?.rows.filter(({ state }) => state === 'counts') ?? [];
    const from = (setting: string) => rows.find((row) => row.setting === setting)?.from;
    assert.deepEqual([code, own?.agent, own?.install], [0, 'process 1', 'container']);
    assert.equal(from('DD_KUBERNETES_KUBELET_HOST'), 'the environment');
    assert.equal(from('DD_KUBELET_TLS_VERIFY'), 'kubelet_tls_verify in /etc/datadog-agent/datadog.yaml');
  });

  it('commands by hand name files where a shell of ours finds them: /var/run is an absolute link there', async () => {
    await cluster.grant(agent.namespace, agent.name, []);
    const { report } = await ask(beside, '--agent-process', '1');
    const curl = JSON.stringify(report.findings);
    await cluster.createAgent();
    assert.match(curl, /--cacert \/proc\/1\/root\/run\/secrets\/kubernetes\.io\/serviceaccount\/ca\.crt/);
    assert.match(curl, /cat \/proc\/1\/root\/run\/secrets\/kubernetes\.io\/serviceaccount\/token/);
  });

  it('with the --custom file as printed has the token itself', async () => {
    const { report } = await ask(beside);
    const steps = report.findings[0]?.fixes[1]?.steps ?? '';
    assert.match(steps, new RegExp(`^kubectl debug ${agent.podName} -n datadog -it --image=IMAGE `, 'm'));
    const added = await debugPod(agent.podName, steps.replace('--image=IMAGE', '--image=kubelet-doctor:test'));
    assert.equal(added.container.volumeMounts?.[0]?.mountPath, '/var/run/secrets/kubernetes.io/serviceaccount');
    const { code, report: second } = await ask({ ...added, target }, '--kubelet-host', NODE_IPS.n1);
    assert.deepEqual([code, second.where.identity], [0, AGENTS], JSON.stringify(second.summary));
  });

  it('without the right to read: one line with what to do, and the finding names the look-alike', async () => {
    const nobody = { ...beside, imageUser: 65532 };
    assert.match(await refused(nobody, '--agent-process', '1'), /this user may not read its environment.*; run as root .*SYS_PTRACE/);
    assert.match(await refused(nobody, '--agent-process', 'auto'), /this user may not read its environment/);
    assert.match(await refused(beside, '--agent-process', '4194000'), /: process not found;/);
    const { report } = await ask(nobody);
    const [first] = report.findings;
    assert.deepEqual(
      [first?.cause, first?.certainty, first?.alternatives],
      ['ephemeral-container-without-token', 'suspected', ['token-missing']],
    );
    assert.match(first?.fixes[0]?.steps ?? '', /--custom="\$custom"/);
  });

  it('a hostile environment is read within bounds', async () => {
    const pod = await readPod(cluster, agent.namespace, agent.podName);
    const big = await startAgent(pod, {
      env: { ...ENV, ...Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`B${i}`, 'x'.repeat(120_000)])) },
    });
    const { code } = await ask({ ...beside, target: big }, '--agent-process', 'auto');
    assert.equal(code, 0);
  });
});

describe('where every process of the node is in sight', { skip: mayRun ? false : 'kubectl is not installed' }, () => {
  let pids: number[];
  let own: PodObject;
  const hostPid = (name: string, runAsUser?: number) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'datadog' },
    spec: {
      ...{ nodeName: 'n1', hostPID: true, serviceAccountName: 'datadog-agent', securityContext: { runAsUser } },
      containers: [{ name: 'agent', image: 'agent:test' }],
    },
  });

  it('auto takes the agent of our own pod, though PID 1 is the init of the machine', async () => {
    await applyObject(cluster.admin, hostPid('agent-a'));
    await applyObject(cluster.admin, hostPid('agent-b', 0));
    own = await readPod(cluster, 'datadog', 'agent-a');
    pids = [await startAgent(await readPod(cluster, 'datadog', 'agent-b')), await startAgent(own)];
    const beside = await debugPod(
      'agent-a',
      'kubectl debug agent-a -n datadog -it --image=kubelet-doctor:test --target=agent --profile=general -- sh',
    );
    const { report, code } = await ask(beside, '--agent-process', 'auto');
    assert.equal(code, 0, JSON.stringify([report.summary, causesOf(report)]));
    assert.equal(report.where.place, `an ephemeral container beside the agent's process ${pids[1]}`);
    const without = await ask(beside);
    assert.equal(without.report.findings[0]?.fixes[0]?.steps, `kubelet-doctor --agent-process ${pids[1]}`);
  });

  it('where the pod has no agent, or there are several, it names them and takes none', async () => {
    const [container] = own.spec.containers;
    const stranger = { ...own, metadata: { ...own.metadata, name: 'other', uid: '00000000-0000-4000-8000-000000000000' } };
    const place = { pod: stranger, container: { ...container, name: 'other', volumeMounts: [] } };
    const said = await refused(place, '--agent-process', 'auto');
    assert.match(said, /no agent runs in this pod, only in others/);
    for (const pid of pids) assert.match(said, new RegExp(`${pid}: agent on agent-[ab], pod `));
  });

  it('in a privileged debug pod, by the command that manifest debug prints, it is the agent of the node', async () => {
    const { io, text } = recordingIo();
    assert.equal(
      await runCommandLine(['manifest', 'debug', '--node', 'n1', '--namespace', 'default', '--image', 'kubelet-doctor:test'], io),
      0,
    );
    const [file = '', command = ''] = text()
      .stdout.split('\n')
      .filter((line) => /root\.json/.test(line))
      .map((line) => line.slice(2));
    const said = await kubectl(cluster, `cd ${cluster.dir}\n${file}\n${command}`);
    const pod = await readPod(cluster, 'default', /node-debugger-n1-\w+/.exec(said)?.[0] ?? assert.fail(said));
    const [container] = pod.spec.containers;
    const place = { pod, container: container ?? assert.fail(), imageUser: 65532 };
    assert.deepEqual(place.container.securityContext, { privileged: true, runAsUser: 0 });
    assert.match(await refused(place, '--agent-process', 'auto'), /3 agents run here .*: agent on agent-a, pod /);
    const { report, code } = await ask(place, '--agent-process', String(pids[0]));
    assert.equal(code, 0, JSON.stringify([report.summary, causesOf(report)]));
    assert.deepEqual([report.where.place, report.where.identity], [`a debug pod beside the agent's process ${pids[0]}`, AGENTS]);
    const note = report.findings.find(({ cause }) => cause === 'asked-from-another-network');
    const name = /kubectl debug (agent-b) -n datadog -it --image=IMAGE --target=agent /.exec(note?.fixes[0]?.steps ?? '')?.[1];
    assert.equal(name, 'agent-b', JSON.stringify(note));
    assert.ok(!causesOf(report).includes('debug-pod-foreign-identity'));
  });

  it('with --root the processes are those of the node whose root is there', async () => {
    const node = await layOutNode(cluster, 'n1');
    const said = await kubectl(cluster, 'kubectl debug node/n1 -n default -it --profile=sysadmin --image=kubelet-doctor:test -- sh');
    const pod = await readPod(cluster, 'default', /node-debugger-n1-\w+/.exec(said)?.[0] ?? assert.fail(said));
    const place = { pod, container: pod.spec.containers[0] ?? assert.fail(), nodeRoot: node.root };
    const { report, code } = await ask(place, '--root', '/host', '--agent-process', String(pids[0]));
    await node.remove();
    assert.equal(code, 0, JSON.stringify([report.summary, causesOf(report)]));
    assert.equal(report.where.identity, AGENTS);
    const note = report.findings.find(({ cause }) => cause === 'asked-from-another-network');
    assert.match(note?.fixes[1]?.steps ?? '', new RegExp(`^nsenter --net=/host/proc/${pids[0]}/ns/net kubelet-doctor --agent-process `));
  });

  it('a copy of the pod has the account of the agent, and its rights', async () => {
    const copy = await kubectl(
      cluster,
      `kubectl debug ${agent.podName} -n datadog -it --copy-to=agent-copy --image=kubelet-doctor:test -- sh`,
    );
    const pod = await readPod(cluster, 'datadog', 'agent-copy');
    const added = pod.spec.containers.find(({ name }) => name !== 'agent') ?? assert.fail(copy);
    const { report, code } = await ask({ pod, container: added });
    assert.equal(code, 0, JSON.stringify([report.summary, causesOf(report)]));
    assert.deepEqual([report.where.place, report.where.identity], ['a pod', AGENTS]);
  });

  it('a token that the kubelet gave to the user of the pod is read as that user', async () => {
    const { io, text } = recordingIo();
    assert.equal(
      await runCommandLine(['manifest', 'debug', '--pod', 'agent-b', '--namespace', 'datadog', '--image', 'kubelet-doctor:test'], io),
      0,
    );
    const { container } = await debugPod('agent-b', text().stdout);
    const { runAsUser, runAsNonRoot, capabilities } = container.securityContext ?? {};
    assert.deepEqual([runAsUser, runAsNonRoot, capabilities?.drop], [0, false, ['ALL']]);
  });

  it("from a node's shell the network is another, which is said; nsenter as printed asks from the agent's", async () => {
    const atNode = async (words: string[]): Promise<Report> => {
      const env = { KUBERNETES_SERVICE_HOST: undefined, KUBERNETES_SERVICE_PORT: undefined };
      const place = { network: 'host', env, resolvConf: `nameserver ${DNS_IP}\n` } as const;
      const { stdout, stderr } = await runAsPod(cluster, { ...place, argv: [...words, '--output', 'json'] });
      assert.equal(stderr, '');
      return JSON.parse(stdout) as Report;
    };
    const doctor = [process.execPath, COMMAND];
    await dropFrom(POD_IP, NODE_IPS.n1, KUBELET_PORT);
    const here = await atNode([...doctor, '--agent-process', String(pids[0])]);
    assert.deepEqual([here.summary.exitCode, here.findings[0]?.cause], [0, 'asked-from-another-network'], JSON.stringify(here.summary));
    assert.deepEqual([here.where.vantage, here.where.identity], ['host network', AGENTS]);
    const printed = here.findings[0]?.fixes[0]?.steps ?? '';
    assert.equal(printed, `nsenter -t ${pids[0]} -n kubelet-doctor --agent-process ${pids[0]}`);
    const words = printed.split(' ').flatMap((word) => (word === 'kubelet-doctor' ? doctor : [word]));
    const there = await atNode([...words, '--connect-timeout', '1s']);
    await clearFilters();
    assert.equal(there.where.vantage, 'pod network');
    assert.ok(
      there.findings.some(({ cause }) => cause === 'kubelet-connect-timeout'),
      JSON.stringify(causesOf(there)),
    );
    assert.ok(!causesOf(there).includes('asked-from-another-network'));
  });

  it('only reads', async () => {
    assert.ok((await assertReadOnly(cluster)) > 0);
  });
});
