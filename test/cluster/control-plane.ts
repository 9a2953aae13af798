/** etcd, kube-apiserver, kube-controller-manager and kube-scheduler, each the upstream command in a process of its own. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Admin } from './ask.js';
import { ISSUER } from './credentials.js';
import { APISERVER_IP, APISERVER_PORT } from './net.js';
import { type Component, ended, isRunning, startComponent, waitFor, waitForPort } from './process.js';

const ETCD_PORT = 2379;
const ETCD_URL = `http://127.0.0.1:${ETCD_PORT}`;

/** Those that DaemonSets, ServiceAccounts, serving certificates and node conditions need; the rest only costs time. */
const CONTROLLERS = [
  'clusterrole-aggregation-controller',
  'certificatesigningrequest-signing-controller',
  'daemonset-controller',
  'garbage-collector-controller',
  'namespace-controller',
  'node-lifecycle-controller',
  'root-ca-certificate-publisher-controller',
  'serviceaccount-controller',
  'serviceaccount-token-controller',
];

/** A node is Unknown after four silent seconds instead of fifty; the kubelets' heartbeats are faster to match. */
export const NODE_GRACE_SECONDS = 4;

/** Starts etcd on an empty directory and waits until it listens. */
export async function startEtcd(directory: string): Promise<Component> {
  const flags = [`--data-dir=${join(directory, 'etcd')}`, `--listen-client-url=${ETCD_URL}`, '--listen-peer-url=http://127.0.0.1:2380'];
  const etcd = startComponent('etcd', join(directory, 'logs', 'etcd.log'), flags);
  await waitForPort(etcd, '127.0.0.1', ETCD_PORT);
  return etcd;
}

/** Audit everything once, with its answer: the audit log is how a test proves what was asked. */
export async function writeAuditPolicy(directory: string): Promise<void> {
  const policy = { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages: ['RequestReceived'], rules: [{ level: 'Metadata' }] };
  await writeFile(join(directory, 'audit-policy.yaml'), stringify(policy));
}

function apiserverFlags(directory: string): string[] {
  const pki = (name: string): string => join(directory, 'pki', name);
  return [
    `--etcd-servers=${ETCD_URL}`,
    `--bind-address=${APISERVER_IP}`,
    `--advertise-address=${APISERVER_IP}`,
    `--secure-port=${APISERVER_PORT}`,
    `--tls-cert-file=${pki('apiserver.crt')}`,
    `--tls-private-key-file=${pki('apiserver.key')}`,
    `--client-ca-file=${pki('ca.crt')}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged=true',
    `--service-account-issuer=${ISSUER}`,
    `--service-account-key-file=${pki('sa.pub')}`,
    `--service-account-signing-key-file=${pki('sa.key')}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    `--kubelet-client-certificate=${pki('apiserver-kubelet-client.crt')}`,
    `--kubelet-client-key=${pki('apiserver-kubelet-client.key')}`,
    '--kubelet-preferred-address-types=InternalIP',
    `--audit-policy-file=${join(directory, 'audit-policy.yaml')}`,
    `--audit-log-path=${join(directory, 'audit.log')}`,
    '--audit-log-mode=blocking', // an event is in the file before its answer is sent
  ];
}

/** Alone it is ready in five seconds; beside others on a busy machine not in twenty. */
const START_MS = 60_000;

/** Starts the apiserver and waits until it calls itself ready. Later flags win over ours. */
export async function startApiserver(directory: string, admin: Admin, extraFlags: string[] = []): Promise<Component> {
  const log = join(directory, 'logs', 'kube-apiserver.log');
  const apiserver = startComponent('kube-apiserver', log, [...apiserverFlags(directory), ...extraFlags]);
  const isReady = async () => {
    if (!isRunning(apiserver)) throw ended(apiserver);
    return admin('GET', '/readyz');
  };
  await waitFor('apiserver ready', isReady, START_MS);
  return apiserver;
}

/** Starts controller-manager and scheduler; both want an apiserver that answers. */
export function startControllers(directory: string): Component[] {
  const log = (name: string): string => join(directory, 'logs', `${name}.log`);
  const pki = (name: string): string => join(directory, 'pki', name);
  const manager = [
    `--kubeconfig=${join(directory, 'controller-manager.conf')}`,
    `--controllers=${CONTROLLERS.join(',')}`,
    `--root-ca-file=${pki('ca.crt')}`,
    `--service-account-private-key-file=${pki('sa.key')}`,
    `--cluster-signing-cert-file=${pki('ca.crt')}`,
    `--cluster-signing-key-file=${pki('ca.key')}`,
    `--node-monitor-grace-period=${NODE_GRACE_SECONDS}s`,
    '--node-monitor-period=1s',
  ];
  const quiet = ['--secure-port=0', '--leader-elect=false'];
  return [
    startComponent('kube-controller-manager', log('kube-controller-manager'), [...manager, ...quiet]),
    startComponent('kube-scheduler', log('kube-scheduler'), [`--kubeconfig=${join(directory, 'scheduler.conf')}`, ...quiet]),
  ];
}

/** Directories every component expects. */
export async function makeDirectories(directory: string): Promise<void> {
  for (const name of ['logs', 'etcd', 'kubelets', 'agents']) await mkdir(join(directory, name), { recursive: true, mode: 0o700 });
}
