/** What `manifest` prints: accepted by the real apiserver and its Pod Security admission, and with rights that are enough for a clean run. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { runCommandLine } from '../../src/cli/command-line.js';
import type { Report } from '../../src/model/report.js';
import { recordingIo } from '../scenarios/run.js';
import { type Cluster, startCluster } from './cluster.js';
import { assertClean, diagnose } from './doctor.js';
import { type Agent, applyObject, type KubeObject, writeSecrets } from './identities.js';
import { NODE_IPS } from './net.js';
import { runAsPod } from './pod-place.js';
import { waitFor } from './process.js';

const run = promisify(execFile);

let cluster: Cluster;
let agent: Agent;
interface OurPod {
  metadata: { ownerReferences?: unknown[] };
  spec: {
    nodeName: string;
    initContainers: [{ args: string[]; env: { name: string; valueFrom: { fieldRef: { fieldPath: string } } }[] }];
  };
  status: { hostIP: string };
}

const scratch = mkdtempSync(path.join(tmpdir(), 'kd-manifest-'));

before(async () => {
  cluster = await startCluster({ nodes: { n1: { ip: NODE_IPS.n1 }, n2: { ip: NODE_IPS.n2 } } });
  agent = await cluster.createAgent();
});
after(async () => {
  await cluster?.stop();
  rmSync(scratch, { recursive: true });
});

/** As typed; exit code 0 and nothing on stderr. */
async function printed(...words: string[]): Promise<string> {
  const { io, text } = recordingIo();
  assert.equal(await runCommandLine(['manifest', ...words, '--image', 'kubelet-doctor:test'], io), 0, text().stderr);
  return text().stdout;
}

function objectsOf(yaml: string): KubeObject[] {
  return parseAllDocuments(yaml).map((document) => document.toJS() as KubeObject);
}

/** Applies what the rest lives in, asks the apiserver to go through all of it, and then applies it. */
async function accept(yaml: string): Promise<KubeObject[]> {
  const objects = objectsOf(yaml);
  for (const object of objects.filter(({ kind }) => kind === 'Namespace' || kind === 'ServiceAccount'))
    await applyObject(cluster.admin, object);
  for (const object of objects) await applyObject(cluster.admin, object, { dryRun: true });
  for (const object of objects) await applyObject(cluster.admin, object);
  return objects;
}

describe('manifest pod', () => {
  it('is accepted in a namespace that admits only restricted pods, and runs on its node', async () => {
    const objects = await accept(await printed('pod', '--node', 'n1'));
    assert.deepEqual(
      objects.map(({ kind }) => kind),
      [
        'Namespace',
        'ServiceAccount',
        'ClusterRole',
        'ClusterRoleBinding',
        'ClusterRole',
        'ClusterRoleBinding',
        'Role',
        'RoleBinding',
        'Pod',
      ],
    );
    const pod = await waitFor('the kubelet of n1 to take it', async () => {
      const seen = await cluster.admin<{ spec: { nodeName: string }; status: { phase: string; hostIP?: string } }>(
        'GET',
        '/api/v1/namespaces/kubelet-doctor/pods/kubelet-doctor-n1',
      );
      assert.notEqual(seen.status.phase, 'Failed');
      return seen.status.hostIP ? seen : undefined;
    });
    assert.equal(pod.spec.nodeName, 'n1');
  });

  it('has the rights for a clean run, and none to write or to read a secret', async () => {
    const token = await cluster.serviceAccountToken('kubelet-doctor', 'kubelet-doctor');
    const secretsDir = await writeSecrets(cluster.dir, { token, 'ca.crt': cluster.ca.certPem, namespace: 'kubelet-doctor' });
    const args = ['--node=n1', `--kubelet-host=${NODE_IPS.n1}`];
    const diagnosis = await diagnose(cluster, undefined, {
      secretsDir,
      args,
      env: { DD_KUBERNETES_KUBELET_HOST: undefined, DD_API_KEY: undefined },
    });
    assertClean(diagnosis);
    assert.equal(diagnosis.report.where.identity, 'system:serviceaccount:kubelet-doctor:kubelet-doctor');
    for (const [verb, resource, subresource] of [
      ['get', 'secrets'],
      ['create', 'pods'],
      ['get', 'nodes', 'proxy'],
      ['patch', 'nodes'],
    ]) {
      const review = await cluster.admin<{ status: { allowed: boolean } }>('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: {
          user: 'system:serviceaccount:kubelet-doctor:kubelet-doctor',
          resourceAttributes: { verb, resource, subresource, namespace: 'default' },
        },
      });
      assert.equal(review.status.allowed, false, `${verb} ${resource}/${subresource}`);
    }
  });

  it("runs as the agent's own account where that is named, and brings no rights", async () => {
    const objects = await accept(await printed('pod', '--node', 'n1', '--service-account', `${agent.namespace}/${agent.name}`));
    assert.deepEqual(
      objects.map(({ kind }) => kind),
      ['Pod'],
    );
  });
});

describe('manifest daemonset', () => {
  it('is accepted, and its pods are let in: one on the node', async () => {
    await accept(await printed('daemonset'));
    const { items } = await waitFor('a pod of the DaemonSet', async () => {
      const list = await cluster.admin<{ items: { metadata: { ownerReferences?: { kind: string }[] } }[] }>(
        'GET',
        '/api/v1/namespaces/kubelet-doctor/pods',
      );
      return list.items.some(({ metadata }) => metadata.ownerReferences?.[0]?.kind === 'DaemonSet') ? list : undefined;
    });
    assert.ok(items.length >= 1);
  });

  it('gives one report a node: its command as written, with what the kubelet puts into its environment', async () => {
    const pods = await waitFor('a pod on each node', async () => {
      const { items } = await cluster.admin<{ items: OurPod[] }>('GET', '/api/v1/namespaces/kubelet-doctor/pods');
      const ours = items.filter(({ metadata, spec, status }) => metadata.ownerReferences && spec.nodeName && status.hostIP);
      return new Set(ours.map(({ spec }) => spec.nodeName)).size === 2 ? ours : undefined;
    });
    const token = await cluster.serviceAccountToken('kubelet-doctor', 'kubelet-doctor');
    const secretsDir = await writeSecrets(cluster.dir, { token, 'ca.crt': cluster.ca.certPem, namespace: 'kubelet-doctor' });
    const reports = await Promise.all(
      pods.map(async ({ spec, status }) => {
        const container = spec.initContainers[0];
        const fields: Record<string, string> = { 'spec.nodeName': spec.nodeName, 'status.hostIP': status.hostIP };
        const env = Object.fromEntries(container.env.map(({ name, valueFrom }) => [name, fields[valueFrom.fieldRef.fieldPath]]));
        // The kubelet replaces $(NAME) in arguments (third_party/forked/golang/expansion).
        const args = container.args.map((arg) => arg.replaceAll(/\$\((\w+)\)/g, (_, name: string) => env[name] ?? ''));
        const ended = await runAsPod(cluster, {
          argv: [process.execPath, path.resolve('bin/kubelet-doctor.js'), ...args],
          env,
          secretsDir,
        });
        assert.deepEqual([ended.code, ended.stderr], [0, '']);
        return JSON.parse(ended.stdout) as Report;
      }),
    );
    assert.deepEqual(reports.map(({ where, summary }) => [where.node, where.kubelet, summary.verdict]).sort(), [
      ['n1', `${NODE_IPS.n1}:10250`, 'pass'],
      ['n2', `${NODE_IPS.n2}:10250`, 'pass'],
    ]);
  });

  it("is accepted in the host's network", async () => {
    await accept(await printed('daemonset', '--host-network'));
  });
});

describe('manifest debug', () => {
  const kubectl = async (command: string): Promise<string> => {
    // Nobody is at a terminal here; the fake runtime has nothing to attach to.
    const { stdout, stderr } = await run('sh', ['-ec', command.replaceAll(' -it ', ' ')], {
      env: { ...process.env, KUBECONFIG: cluster.adminKubeconfig, TMPDIR: scratch },
    });
    return stdout + stderr;
  };

  it("is a command that kubectl takes: a pod in the node's namespaces, harmless otherwise", async (t) => {
    if (
      await run('kubectl', ['version', '--client']).then(
        () => false,
        () => true,
      )
    )
      return t.skip('kubectl is not installed');
    await kubectl(await printed('debug', '--node', 'n1', '--namespace', 'default', '--service-account', 'datadog/datadog-agent'));
    const { items } = await cluster.admin<{ items: { metadata: { name: string }; spec: DebugSpec }[] }>(
      'GET',
      '/api/v1/namespaces/default/pods',
    );
    const made = items.find(({ metadata }) => metadata.name.startsWith('node-debugger-n1-'));
    assert.ok(made, 'the debug pod');
    const [container] = made.spec.containers;
    assert.deepEqual(
      [made.spec.nodeName, made.spec.hostNetwork, container?.env?.[0]?.name, container?.securityContext?.runAsNonRoot],
      ['n1', true, 'HOST_IP', true],
    );
    assert.deepEqual(container?.command?.slice(0, 4), ['/usr/local/bin/kubelet-doctor', 'check', '--kubelet-host', '$(HOST_IP)']);
  });
});

interface DebugSpec {
  nodeName: string;
  hostNetwork?: boolean;
  containers: { command?: string[]; env?: { name: string }[]; securityContext?: { runAsNonRoot?: boolean } }[];
}
