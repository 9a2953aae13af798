/**
 * On a cluster that is well, each command of a runbook's `confirm` prints what the runbook says of one that is well, so that the faulty answer is told
 * apart from it. What cannot be run here is listed with the reason: a new command is in one of the two tables.
 */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { commandsOfDocs } from '../support/commands.js';
import { type Cluster, startCluster } from './cluster.js';
import { createDaemonSet, waitForDaemonSet } from './daemonsets.js';
import { applyYaml, serviceAccountToken, writeSecrets } from './identities.js';
import { APISERVER_IP, APISERVER_PORT, NODE_IPS } from './net.js';
import { runAsPod } from './pod-place.js';

const missing = ['kubectl', 'curl', 'openssl', 'jq'].find((program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0);

/** `admin`: where kubectl's user sits. `pod`: in the agent's pod. */
type Place = 'admin' | 'pod';
type Said = [place: Place, said: RegExp];

const WHO = /Username +kubernetes-admin/;
const NODES = /\bn1 +Ready\b/;
const READY_POD = /datadog-agent-\w+ +1\/1 +Running/;
const GMT = / GMT$/m;

/** By cause, one for each of its commands: what it prints where nothing is wrong. The agent holds the rights that the chart grants. */
const WELL: Readonly<Record<string, Readonly<Record<number, Said>>>> = {
  'agent-setting-empty': { 0: ['admin', /kind: ConfigMap/] },
  'agent-https-port-off': { 0: ['admin', /Failed to connect|Could not connect|refused/] },
  'server-clock-skew': { 0: ['admin', /UTC/] },
  'token-not-yet-valid': { 0: ['admin', /UTC/] },
  'read-only-port-open': { 0: ['admin', /Failed to connect|Could not connect|refused/] },
  'role-binding-too-narrow': { 0: ['admin', /^\s*$/] },
  'apiserver-cuts-credential': { 0: ['admin', /"gitVersion"/] },
  'agent-host-of-one-node': { 0: ['admin', /KUBELET_HOST.*status\.hostIP[\s\S]*10\.77\.0\.11/] },
  'agent-token-not-mounted': { 0: ['admin', /^\s*$/] },
  'agent-ca-of-old-aks': { 0: ['admin', NODES] },
  'proxy-variables-disagree': { 0: ['pod', /^\s*$/] },
  'ephemeral-container-without-token': { 0: ['pod', /ca\.crt\s+namespace\s+token/] },
  'node-not-found': { 0: ['admin', NODES], 1: ['admin', /\w/] },
  'service-account-not-found': { 0: ['admin', /datadog +datadog-agent[\s\S]*datadog-agent$/m] },
  'kubelet-host-not-a-node': {
    0: ['admin', /subject=.*system:node:n1[\s\S]*IP Address:10\.77\.0\.11/],
    1: ['admin', /n1 +Ready.*10\.77\.0\.11/],
  },
  'credential-plugin-fails': { 0: ['admin', WHO], 1: ['admin', /current-context/] },
  'clock-skew': { 0: ['admin', /UTC[\s\S]*^date: .* GMT/m] },
  'proxy-captures-kubelet': { 0: ['pod', /^\s*$/], 1: ['admin', /Connected to 10\.77\.0\.11/] },
  'proxy-captures-apiserver': { 0: ['pod', /^\s*$/], 1: ['admin', /Connected to 10\.77\.0\.1\b/] },
  'kubelet-connect-timeout': { 0: ['admin', /^ok/m] },
  'kubelet-down': { 0: ['admin', NODES] },
  'kubelet-connection-refused': { 1: ['admin', /n1 +Ready.*10\.77\.0\.11/] },
  'node-address-dead': { 0: ['admin', /n1 +Ready.*10\.77\.0\.11/] },
  'node-without-kubelet': { 0: ['admin', /^n1 +Ready.* v1\.3\d\S* *$/m] },
  'kubelet-port-differs': { 0: ['admin', /^10250$/m] },
  'apiserver-connect-timeout': { 0: ['admin', /"gitVersion"|Unauthorized/], 1: ['admin', /^ok/m] },
  'apiserver-connection-reset': { 0: ['admin', /BEGIN CERTIFICATE/] },
  'service-environment-missing': { 0: ['pod', /KUBERNETES_SERVICE_HOST=10\.96\.0\.1/] },
  'apiserver-address-unset': { 0: ['admin', /server: https:/] },
  'kubelet-certificate-pending': { 0: ['admin', /No resources found|Approved,Issued/] },
  'kubelet-hangs': { 0: ['admin', /^ok/m] },
  'kubelet-connection-reset': { 0: ['admin', /BEGIN CERTIFICATE/] },
  'kubelet-speaks-plain-http': { 0: ['admin', /Client sent an HTTP request to an HTTPS server/] },
  'kubelet-tls-version': { 0: ['admin', /BEGIN CERTIFICATE/] },
  'kubelet-certificate-changes': { 0: ['admin', /sha256 Fingerprint=/i] },
  'kubelet-certificate-not-accepted': { 0: ['admin', /TLS Web Server Authentication/] },
  'kubelet-certificate-self-signed': { 0: ['admin', /issuer=.*\s+subject=.*system:node:n1/] },
  'kubelet-certificate-unknown-authority': { 0: ['admin', /kubelet\.crt: OK/] },
  'kubelet-certificate-expired': { 0: ['admin', /notBefore=.* GMT\s+notAfter=.* GMT/] },
  'kubelet-certificate-not-yet-valid': { 0: ['admin', GMT] },
  'kubelet-certificate-without-san': { 0: ['admin', /IP Address:10\.77\.0\.11/] },
  'kubelet-certificate-name-mismatch': { 0: ['admin', /IP Address:10\.77\.0\.11/] },
  'kubelet-certificate-expires-soon': { 0: ['admin', GMT] },
  'apiserver-certificate-changes': { 0: ['admin', /sha256 Fingerprint=/i] },
  'apiserver-certificate-not-accepted': { 0: ['admin', /TLS Web Server Authentication/] },
  'apiserver-certificate-unknown-authority': { 0: ['admin', /Verification: OK[\s\S]*BEGIN CERTIFICATE/] },
  'apiserver-ca-file-missing': { 0: ['pod', /ca\.crt/] },
  'apiserver-certificate-name-mismatch': { 0: ['admin', /DNS:kubernetes\.default\.svc/] },
  'apiserver-certificate-not-yet-valid': { 0: ['admin', GMT] },
  'token-missing': { 0: ['admin', /kind: ServiceAccount/] },
  'token-malformed': { 0: ['admin', /^ *[01] +\d+[\s\S]*^eyJ/m] },
  'token-expired': { 0: ['admin', /^\d{10}$/m], 1: ['admin', /^\d{10}$/m] },
  'token-wrong-audience': { 0: ['admin', /https:\/\/kubernetes\.default\.svc/] },
  'token-foreign': { 0: ['admin', /^("https:\/\/kubernetes\.default\.svc[^"]*")\s+\1/m] },
  'apiserver-keys-differ': { 0: ['admin', /^[\w-]{43}$/m] },
  'token-rejected': { 0: ['admin', /^\s*$/] },
  'token-never-expires': { 0: ['admin', /No resources found/] },
  'credential-not-sent': { 0: ['admin', WHO] },
  'token-stale-copy': { 0: ['admin', /^\d{10}$/m] },
  'client-certificate-expired': { 0: ['admin', /subject=.*\s+notBefore=.* GMT\s+notAfter=.* GMT/] },
  'client-certificate-not-yet-valid': { 0: ['admin', GMT], 1: ['admin', /UTC/] },
  'client-certificate-foreign': { 0: ['admin', /: OK$/m] },
  'client-certificate-without-client-usage': { 0: ['admin', /TLS Web Client Authentication/] },
  'client-certificate-key-mismatch': { 0: ['admin', /(-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----)\s+\1/] },
  'client-certificate-unreadable': { 0: ['admin', /BEGIN CERTIFICATE[\s\S]*BEGIN (?:EC |RSA )?PRIVATE KEY/] },
  'identity-unexpected': { 0: ['admin', WHO] },
  'impersonation-forbidden': { 0: ['admin', /^yes$/m] },
  'debug-pod-foreign-identity': { 0: ['admin', WHO] },
  'kubelet-cuts-credential': { 0: ['admin', /^ok/m] },
  'kubelet-token-authentication-off': { 0: ['admin', /"webhook":\{"enabled":true[\s\S]*renewTime/] },
  'kubelet-ignores-token': { 0: ['admin', /^Unauthorized/m] },
  'kubelet-cannot-reach-apiserver': { 0: ['admin', /^\d{4}-\d\d-\d\dT/m] },
  'kubelet-client-ca-unset': { 0: ['admin', /Acceptable client certificate CA names|Client Certificate Types|BEGIN CERTIFICATE/] },
  'kubelet-rejects-credential': { 0: ['admin', WHO] },
  'kubelet-permission-missing': { 0: ['admin', /^yes$/m] },
  'fine-grained-permission-too-new': { 0: ['admin', NODES] },
  'role-missing': { 0: ['admin', /datadog-agent[\s\S]*datadog-agent/] },
  'binding-missing': { 0: ['admin', /datadog-agent +ClusterRole\/datadog-agent/] },
  'dangling-binding': { 0: ['admin', /datadog-agent[\s\S]*CREATED AT/] },
  'binding-subject-differs': { 0: ['admin', /"name":"datadog-agent","namespace":"datadog"[\s\S]*datadog-agent$/m] },
  'role-grants-nothing': { 0: ['admin', /nodes\/metrics/] },
  'create-limited-by-name': { 0: ['admin', /^yes$/m] },
  'permission-missing': { 0: ['admin', /^yes$/m] },
  'leader-lock-forbidden': { 0: ['admin', /^yes$/m] },
  'event-bookmark-forbidden': { 0: ['admin', /^yes$/m] },
  'role-grants-too-much': { 0: ['admin', /^no$[\s\S]*n1 +Ready/m] },
  'review-forbidden': { 0: ['admin', /name: system:authenticated/] },
  'component-status-deprecated': { 0: ['admin', /deprecated/] },
  'endpoints-deprecated': { 0: ['admin', /deprecated/] },
  'kubelet-anonymous-access': { 0: ['admin', /^Unauthorized/m] },
  'kubelet-always-allow': { 0: ['admin', /"authorization":\{"mode":"Webhook"/] },
  'not-a-kubelet': { 0: ['admin', /^Unauthorized/m] },
  'kubelet-answer-foreign': { 0: ['admin', /"kind":"PodList"/] },
  'kubelet-answers-for-another-node': { 0: ['admin', /"nodeName": "n1"/] },
  'kubelet-unhealthy': { 0: ['admin', /\[\+\]ping ok/] },
  'kubelet-endpoint-fails': { 0: ['admin', /"nodeName"/] },
  'kubelet-debug-handlers-off': { 0: ['admin', /^Unauthorized/m] },
  'apiserver-not-ready': { 0: ['admin', /\[\+\]ping ok/] },
  'apiserver-throttles': { 0: ['admin', /apiserver_flowcontrol_rejected_requests_total|^\s*$/] },
  'apiserver-answer-foreign': { 0: ['admin', /"gitVersion"[\s\S]*username: kubernetes-admin/] },
  'not-an-apiserver': { 0: ['admin', /"gitVersion"|Unauthorized/] },
  'kubernetes-too-old': { 0: ['admin', /Server Version: v1\.3\d/] },
  'kubelet-version-skew': { 0: ['admin', /n1 .* v1\.3\d/], 1: ['admin', /Server Version: v1\.3\d/] },
  'daemonset-not-found': { 0: ['admin', /datadog +datadog-agent +1/] },
  'control-plane-taint-not-tolerated': { 0: ['admin', /^n1 +<none>/m] },
  'node-taint-not-tolerated': { 0: ['admin', /^n1 +<none>[\s\S]*datadog-agent-/m] },
  'node-not-selected': { 0: ['admin', /kubernetes\.io\/hostname=n1/] },
  'pod-security-refuses': { 0: ['admin', /datadog +Active[\s\S]*No resources found/] },
  'admission-refuses': { 0: ['admin', /No resources found/] },
  'agent-missing-on-node': { 0: ['admin', /Desired Number of Nodes Scheduled: 1[\s\S]*datadog-agent-/] },
  'agent-not-ready-on-node': { 0: ['admin', /Ready +True[\s\S]*Events:/] },
  'several-agents-on-node': { 0: ['admin', READY_POD] },
  'node-not-ready': { 0: ['admin', /KubeletReady/] },
  'node-cordoned': { 0: ['admin', /^n1 +Ready +/m] },
  'agent-two-leaders': { 0: ['admin', /"datadog-leader-election" not found/] },
  'plain-http-to-tls-port': { 0: ['admin', /Client sent an HTTP request to an HTTPS server[\s\S]*Unauthorized/] },
  'kubelet-port-taken': { 0: ['admin', /subject=.*system:node:n1/] },
  'apiserver-forbidden-at-kubelet': { 0: ['admin', /^ok(?!.*not namespace scoped)/m] },
  'control-plane-tunnel-down': { 0: ['admin', /^ok/m] },
  'agent-pod-changed-at-admission': { 0: ['admin', /kind: Pod[\s\S]*kind: DaemonSet[\s\S]*kind: ServiceAccount[\s\S]*No resources found/] },
  'host-path-not-mounted': { 0: ['admin', /Ready +True/] },
  'agent-object-missing': { 0: ['admin', /Ready +True[\s\S]*configmap\/datadog-agent/] },
  'host-port-taken': { 0: ['admin', /Ready +True[\s\S]*1\/1 +Running/] },
  'node-without-room-for-agent': { 0: ['admin', /Ready +True[\s\S]*Allocated resources/] },
  'agent-pod-not-scheduled': { 0: ['admin', /Ready +True[\s\S]*nodeName: n1/] },
  'agent-image-not-pulled': { 0: ['admin', /Ready +True/] },
  'pod-sandbox-not-created': { 0: ['admin', /Ready +True[\s\S]*1\/1 +Running/] },
  'network-policy-blocks-egress': { 0: ['admin', /items: \[\]/] },
};

/** Programs of a node, a container or a vendor, which a cluster of the tests lacks; they are parsed, and their sources named, in pasted.test.ts. */
const NOT_HERE =
  /\bexec\b|^(?:agent|datadog-agent|systemctl|journalctl|crictl|chronyc|kubeadm|helm|iptables-save|nft|ss|ip|ps|pgrep|namei|nc|tracepath|readlink|getent|kubelet-doctor)\b/;

/** Why it is not run, by cause and place. */
const LEFT_OUT: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  'kubelet-kubeconfig-broken': { 0: 'files of a node' },
  'apiserver-unknown-at-kubelet': { 0: 'files of a control plane' },
  'service-environment-missing': { 1: "another process's environment" },
  'service-address-broken': { 1: 'names an option' },
  'read-only-port-closed': { 0: 'the stand-in runtime writes no logs' },
  'kubelet-certificate-pending': { 1: 'names a command that fails' },
  'tls-handshake-stalls': { 0: 'ping is not everywhere' },
  'kubelet-large-answers-stall': { 0: 'ping is not everywhere' },
  'daemonset-not-found': { 2: "an operator's kind" },
  'operator-does-not-reconcile': { 0: "an operator's kind" },
};

/** The rights that the chart grants, as far as a runbook asks for them; by the names that the runbooks' placeholders get below. */
const GRANTED = `
apiVersion: v1
kind: ServiceAccount
metadata: { name: datadog-agent, namespace: datadog }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: datadog-agent, namespace: datadog }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: datadog-agent }
rules:
- { apiGroups: [""], resources: [nodes/metrics, nodes/spec, nodes/stats, nodes/pods, nodes/healthz], verbs: [get] }
- { apiGroups: [""], resources: [events], verbs: [list, watch] }
- { apiGroups: [""], resources: [configmaps], resourceNames: [datadog-leader-election, datadogtoken], verbs: [get, update] }
- { apiGroups: [coordination.k8s.io], resources: [leases], verbs: [create] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: datadog-agent }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: datadog-agent }
subjects:
- { kind: ServiceAccount, name: datadog-agent, namespace: datadog }
`;

interface Confirm {
  cause: string;
  at: number;
  command: string;
}

function confirms(): Confirm[] {
  const counts = new Map<string, number>();
  return commandsOfDocs()
    .filter(({ field }) => field === 'confirm')
    .map(({ cause, command }) => {
      const at = counts.get(cause) ?? 0;
      counts.set(cause, at + 1);
      return { cause, at, command };
    });
}

it('every command of a confirm is run here, or is a program that is not', () => {
  const unlisted = confirms().filter(({ cause, at, command }) => !WELL[cause]?.[at] && !NOT_HERE.test(command) && !LEFT_OUT[cause]?.[at]);
  assert.deepEqual(
    unlisted.map(({ cause, at, command }) => `${cause} ${at}: ${command}`),
    [],
  );
});

describe('on a cluster that is well', { skip: missing && `no ${missing} on PATH` }, () => {
  let cluster: Cluster;
  let files: Readonly<Record<string, string>>;
  let secretsDir: string;
  let token: string;
  before(async () => {
    cluster = await startCluster({ nodes: { n1: { ip: NODE_IPS.n1 } } });
    await cluster.applyYaml('apiVersion: v1\nkind: Namespace\nmetadata: { name: datadog }\n');
    await applyYaml(cluster.admin, GRANTED);
    await createDaemonSet(cluster.admin, {
      spec: { nodeSelector: { 'kubernetes.io/hostname': 'n1' }, serviceAccountName: 'datadog-agent' },
    });
    await waitForDaemonSet(cluster.admin, 1);
    token = await serviceAccountToken(cluster.admin, 'datadog', 'datadog-agent');
    secretsDir = await writeSecrets(cluster.dir, { token, 'ca.crt': cluster.ca.certPem, namespace: 'datadog' });
    const written = { TOKENFILE: token, FILE: token, CRT: cluster.adminCertificate.certPem, KEY: cluster.adminCertificate.keyPem };
    const made = { ...written, 'CLIENT-CA.crt': cluster.ca.certPem, 'CA.crt': cluster.ca.certPem };
    files = Object.fromEntries(Object.keys(made).map((name) => [name, path.join(cluster.dir, `confirm-${name.toLowerCase()}`)]));
    for (const [name, text] of Object.entries(made)) await writeFile(files[name] ?? '', text);
  });
  after(() => cluster?.stop());

  /** With the values that whoever pastes it puts in. */
  const filled = async ({ cause, command }: Confirm): Promise<string> => {
    const pods = await cluster.admin<{ items: { metadata: { name: string } }[] }>('GET', '/api/v1/namespaces/datadog/pods');
    const file = cause.startsWith('client-certificate') ? files.CRT : files.FILE;
    const values: [RegExp, string][] = [
      [/\bHOST:10250\b|\bNODE:10250\b/g, `${NODE_IPS.n1}:10250`],
      [/\bHOST:PORT\b/g, cause.includes('kubelet') ? `${NODE_IPS.n1}:10250` : `${APISERVER_IP}:${APISERVER_PORT}`],
      [/\bAPISERVER\b/g, APISERVER_IP],
      [/\bNODE[-_]ADDRESS\b|\bNODE(?=:10255\b)/g, NODE_IPS.n1],
      [/\bCLIENT-CA\.crt\b/g, files['CLIENT-CA.crt'] ?? ''],
      [/\bCA\.crt\b/g, files['CA.crt'] ?? ''],
      [/\/tmp\/kubelet\.crt/g, path.join(cluster.dir, 'kubelet.crt')],
      [/\bTOKENFILE\b/g, files.TOKENFILE ?? ''],
      [/\bFILE\b/g, file ?? ''],
      [/\bCRT\b/g, files.CRT ?? ''],
      [/\bKEY\b/g, files.KEY ?? ''],
      [/\bNAMESPACE\b/g, 'datadog'],
      [/\bNODE\b/g, 'n1'],
      [/\bPOD\b/g, pods.items[0]?.metadata.name ?? ''],
      [/\bCONTAINER\b/g, 'agent'],
      [/\b(?:NAME|ROLE|ACCOUNT)\b/g, 'datadog-agent'],
    ];
    return values.reduce((text, [name, value]) => text.replace(name, value), command);
  };
  const env = () => ({ PATH: process.env.PATH, HOME: cluster.dir, KUBECONFIG: cluster.adminKubeconfig, TOKEN: token });
  const run = async (place: Place, command: string): Promise<string> => {
    if (place === 'pod') {
      const { stdout, stderr } = await runAsPod(cluster, { secretsDir, argv: ['sh', '-c', command] });
      return `${stdout}${stderr}`;
    }
    return new Promise((resolve) => {
      execFile('sh', ['-c', command], { env: env(), cwd: cluster.dir, timeout: 30_000 }, (_, stdout, stderr) =>
        resolve(`${stdout}${stderr}`),
      ).stdin?.end();
    });
  };

  it('each confirm prints what its runbook says', async (t) => {
    const wrong: string[] = [];
    let ran = 0;
    for (const each of confirms()) {
      const row = WELL[each.cause]?.[each.at];
      if (!row) continue;
      const command = await filled(each);
      const said = await run(row[0], command);
      ran += 1;
      if (!row[1].test(said)) wrong.push(`${each.cause} ${each.at}: ${command}\n${said.slice(0, 500)}\nis not ${row[1]}`);
    }
    t.diagnostic(`${ran} were run`);
    assert.deepEqual(wrong, []);
  });
});
