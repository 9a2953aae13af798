/** Objects and credentials a test creates through the apiserver: applied YAML, roles, agents, tokens, certificates. */
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Admin } from './ask.js';
import { waitFor } from './process.js';

/** The little every Kubernetes object has. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; uid?: string; labels?: Record<string, string> };
}

/** One rule of a ClusterRole. */
export interface PolicyRule {
  apiGroups?: string[];
  resources?: string[];
  nonResourceURLs?: string[];
  resourceNames?: string[];
  verbs: string[];
}

/** What the Datadog chart grants an agent by default, as far as kubelets are concerned. */
export const AGENT_RULES: PolicyRule[] = [
  { apiGroups: [''], resources: ['nodes/metrics', 'nodes/spec', 'nodes/proxy', 'nodes/stats'], verbs: ['get'] },
];

interface ResourceList {
  resources: { name: string; kind: string; namespaced: boolean }[];
}

async function pathOf(admin: Admin, { apiVersion, kind, metadata }: KubeObject): Promise<string> {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const { resources } = await admin<ResourceList>('GET', group);
  const resource = resources.find((r) => r.kind === kind && !r.name.includes('/'));
  if (!resource) throw new Error(`the apiserver knows no ${kind} in ${apiVersion}`);
  const namespace = resource.namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : '';
  return `${group}${namespace}/${resource.name}/${metadata.name}`;
}

/** Creates or changes an object by server-side apply, as `kubectl apply --server-side --force-conflicts`; a dry run stores nothing. */
export async function applyObject<T extends KubeObject>(admin: Admin, object: T, { dryRun = false } = {}): Promise<T> {
  const path = await pathOf(admin, object);
  return admin<T>(
    'PATCH',
    `${path}?fieldManager=test&force=true${dryRun ? '&dryRun=All&fieldValidation=Strict' : ''}`,
    object,
    'application/apply-patch+yaml',
  );
}

/** Applies every document of a YAML text, in order. */
export async function applyYaml(admin: Admin, text: string): Promise<void> {
  for (const document of parseAllDocuments(text)) {
    const object: unknown = document.toJS();
    if (object !== null) await applyObject(admin, object as KubeObject);
  }
}

const meta = (name: string, namespace?: string): KubeObject['metadata'] => ({ name, ...(namespace ? { namespace } : {}) });

/** A namespace (if missing) with a ServiceAccount, as yet without a right. */
export async function createServiceAccount(admin: Admin, namespace: string, name: string): Promise<void> {
  await applyObject(admin, { apiVersion: 'v1', kind: 'Namespace', metadata: meta(namespace) });
  await applyObject(admin, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta(name, namespace) });
}

/** True when the apiserver's authorizers let this user do what the rule's first verb, group and resource say. */
async function isAllowed(admin: Admin, user: string, rule: PolicyRule): Promise<boolean> {
  const [resource, subresource] = rule.resources?.[0]?.split('/') ?? [];
  const attributes = resource
    ? {
        resourceAttributes: { verb: rule.verbs[0], group: rule.apiGroups?.[0] ?? '', resource, subresource, name: rule.resourceNames?.[0] },
      }
    : { nonResourceAttributes: { verb: rule.verbs[0], path: rule.nonResourceURLs?.[0] } };
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec: { user, ...attributes } };
  const { status } = await admin<{ status: { allowed: boolean } }>('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', review);
  return status.allowed;
}

/**
 * Gives a ServiceAccount exactly these rules cluster-wide (ClusterRole and binding NAMESPACE-NAME; an empty list takes
 * them away) and waits until the apiserver's authorizer, which follows by watch, knows the new ones.
 */
export async function grant(admin: Admin, namespace: string, name: string, rules: PolicyRule[]): Promise<void> {
  const roleName = `${namespace}-${name}`;
  const group = 'rbac.authorization.k8s.io';
  const role = { apiVersion: `${group}/v1`, kind: 'ClusterRole', metadata: meta(roleName), rules };
  const roleRef = { apiGroup: group, kind: 'ClusterRole', name: roleName };
  const subjects = [{ kind: 'ServiceAccount', namespace, name }];
  await applyObject(admin, role);
  await applyObject(admin, { apiVersion: `${group}/v1`, kind: 'ClusterRoleBinding', metadata: meta(roleName), roleRef, subjects });
  for (const rule of rules) {
    const user = `system:serviceaccount:${namespace}:${name}`;
    await waitFor(`the rules of ${roleName}`, async () => ((await isAllowed(admin, user, rule)) ? true : undefined));
  }
}

export interface TokenOptions {
  audiences?: string[];
  /** Bind the token to this pod, as a projected volume does: its claims then name pod and node. */
  boundPod?: { name: string; uid: string };
  /** 3607 for a token like a pod's: a year of validity, and `warnafter` where it would have ended. */
  expirationSeconds?: number;
}

/** A token from the TokenRequest API. */
export async function serviceAccountToken(admin: Admin, namespace: string, name: string, options: TokenOptions = {}): Promise<string> {
  const { audiences, boundPod, expirationSeconds = 3607 } = options;
  const boundObjectRef = boundPod && { kind: 'Pod', apiVersion: 'v1', ...boundPod };
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences, boundObjectRef, expirationSeconds } };
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  return (await admin<{ status: { token: string } }>('POST', path, body)).status.token;
}

export interface AgentOptions {
  namespace?: string;
  name?: string;
  nodeName?: string;
  rules?: PolicyRule[];
  hostNetwork?: boolean;
}

/** An agent as its own pod sees itself. */
export interface Agent {
  namespace: string;
  name: string;
  podName: string;
  podUid: string;
  nodeName: string;
  token: string;
  /** Laid out like /var/run/secrets/kubernetes.io/serviceaccount. */
  secretsDir: string;
}

/**
 * A pod on a node with its ServiceAccount, rights and mounted credentials. The pod is a real object which its kubelet
 * runs on the fake runtime; a second call for the same agent changes the rights and mints a new token.
 */
export async function createAgent(admin: Admin, directory: string, caPem: string, options: AgentOptions = {}): Promise<Agent> {
  const { namespace = 'datadog', name = 'datadog-agent', nodeName = 'n1', rules = AGENT_RULES, hostNetwork = false } = options;
  await createServiceAccount(admin, namespace, name);
  await grant(admin, namespace, name, rules);
  const pod = await applyObject(admin, agentPod(namespace, name, nodeName, hostNetwork));
  const boundPod = { name: pod.metadata.name, uid: pod.metadata.uid ?? '' };
  const token = await serviceAccountToken(admin, namespace, name, { boundPod });
  const secretsDir = await writeSecrets(directory, { token, 'ca.crt': caPem, namespace });
  return { namespace, name, podName: boundPod.name, podUid: boundPod.uid, nodeName, token, secretsDir };
}

function agentPod(namespace: string, name: string, nodeName: string, hostNetwork: boolean): KubeObject {
  const spec = {
    nodeName,
    hostNetwork,
    serviceAccountName: name,
    tolerations: [{ operator: 'Exists' }],
    containers: [{ name: 'agent', image: 'agent:test' }],
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...meta(`${name}-${nodeName}${hostNetwork ? '-host' : ''}`, namespace), labels: { app: name } },
    ...{ spec },
  };
}

/** Writes files the way the kubelet's AtomicWriter does: NAME -> ..data/NAME, ..data -> ..TIMESTAMP (pkg/volume/util). */
export async function writeSecrets(directory: string, files: Record<string, string>): Promise<string> {
  const secretsDir = await mkdtemp(join(directory, 'agents', 'secrets-'));
  const version = '..2026_01_01_00_00_00.000000001';
  await mkdir(join(secretsDir, version));
  await symlink(version, join(secretsDir, '..data'));
  for (const [file, content] of Object.entries(files)) {
    await writeFile(join(secretsDir, version, file), content);
    await symlink(`..data/${file}`, join(secretsDir, file));
  }
  return secretsDir;
}

interface CertificateSigningRequest {
  metadata: { name: string };
  spec: { username: string; signerName: string };
  status?: { conditions?: { type: string; status: string; reason: string; message: string }[]; certificate?: string };
}

const CSRS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';

/** Does what `kubectl certificate approve` does, for the pending serving certificate of a node. */
export async function approveServingCertificate(admin: Admin, nodeName: string): Promise<void> {
  const pending = await waitFor(`a pending serving certificate of ${nodeName}`, async () => {
    const { items } = await admin<{ items: CertificateSigningRequest[] }>('GET', CSRS);
    return items.find(
      (c) =>
        c.spec.signerName === 'kubernetes.io/kubelet-serving' && c.spec.username === `system:node:${nodeName}` && !c.status?.conditions,
    );
  });
  pending.status = { conditions: [{ type: 'Approved', status: 'True', reason: 'Test', message: 'approved by the test' }] };
  await admin('PUT', `${CSRS}/${pending.metadata.name}/approval`, pending);
}
