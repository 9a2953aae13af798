/** One kubelet process a node: how it is configured, started, stopped, frozen, and given another certificate. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Authority, KeyPair } from '../../src/sim/state/pki.js';
import { ask } from './ask.js';
import { NODE_GRACE_SECONDS } from './control-plane.js';
import { clientCertificate, servingCertificate, writeKeyPair, writeKubeconfig } from './credentials.js';
import { KUBELET_PORT } from './net.js';
import { type Component, killComponent, startComponent, waitFor, waitForPort } from './process.js';

/** What a test may set; everything unset is as on an ordinary kubeadm node. */
export interface KubeletSettings {
  /** The node's own address, between 10.77.0.2 and 10.77.0.29. */
  ip: string;
  port?: number;
  /** Applied on first registration only; node-role.kubernetes.io/* is for the admin to set. */
  labels?: Record<string, string>;
  /** `key[=value]:Effect`, on first registration only. */
  taints?: string[];
  /** Default `cluster-ca`; `self-signed` is the kubelet's own; `bootstrap` asks by CSR and has none until it is approved. */
  serving?: 'cluster-ca' | 'self-signed' | 'bootstrap' | KeyPair;
  /** authentication.webhook.enabled: false refuses every token. */
  webhookAuthentication?: boolean;
  anonymous?: boolean;
  authorization?: 'Webhook' | 'AlwaysAllow';
  /** authentication.x509.clientCAFile: false leaves it unset, so client certificates mean nothing. */
  clientCa?: boolean;
  readOnlyPort?: number;
  debugHandlers?: boolean;
  /** enableServer: false opens no port at all. */
  server?: boolean;
  /** Shown as kubeletVersion in the Node object. */
  version?: string;
  /** Authorizes as kubelets up to 1.31: nodes/proxy where 1.36 asks for nodes/pods, nodes/healthz, nodes/configz. */
  preFineGrained?: boolean;
  /** How long verdicts on tokens and permissions are remembered; default 1s, the kubelet's own are 2m, 5m and 30s. */
  cacheTtl?: string;
  /** Address of the plain /healthz on port 10248; none by default, for the nodes share one 127.0.0.1. */
  healthz?: string;
  /** Server in its kubeconfig, for instance a closed port. */
  apiserver?: string;
  /** Further flags of the upstream kubelet; they stay flags whatever `config` says. */
  flags?: string[];
  /**
   * As kubeadm has it: what stands above and has a name in KubeletConfiguration goes into config.yaml in its directory, and no flag says it.
   * `dropIns` by file name, as objects, in config.d (--config-dir); all read by the upstream kubelet's own readers.
   */
  config?: { dropIns?: Record<string, object> };
  /** Of its process: a proxy, for instance. */
  environment?: Record<string, string>;
}

/** A node's kubelet. `process` changes with every start. */
export interface Kubelet {
  name: string;
  ip: string;
  /** https://IP:10250 */
  url: string;
  /** Its files: kubeconfig, serving.crt, serving.key, root/ (--root-dir), cert-N/ (--cert-dir of the Nth start). */
  directory: string;
  settings: KubeletSettings;
  starts: number;
  /** Whether this start serves serving.crt, and not a certificate of its own making or by CSR. */
  servesFiles: boolean;
  process: Component;
}

async function servingFlags(directory: string, name: string, ca: Authority, settings: KubeletSettings): Promise<string[]> {
  const serving = settings.serving ?? 'cluster-ca';
  if (serving === 'self-signed') return [];
  if (serving === 'bootstrap') return ['--rotate-server-certificates'];
  const pair = serving === 'cluster-ca' ? await servingCertificate(ca, name, settings.ip) : serving;
  await writeKeyPair(directory, 'serving', pair);
  return [`--tls-cert-file=${join(directory, 'serving.crt')}`, `--tls-private-key-file=${join(directory, 'serving.key')}`];
}

function settingFlags(clientCaFile: string, settings: KubeletSettings): string[] {
  const ttl = settings.cacheTtl ?? '1s';
  return [
    `--port=${settings.port ?? KUBELET_PORT}`,
    `--read-only-port=${settings.readOnlyPort ?? 0}`,
    `--healthz-port=${settings.healthz ? 10248 : 0}`,
    `--healthz-bind-address=${settings.healthz ?? '127.0.0.1'}`,
    `--authentication-token-webhook=${settings.webhookAuthentication ?? true}`,
    `--authentication-token-webhook-cache-ttl=${ttl}`,
    `--anonymous-auth=${settings.anonymous ?? false}`,
    `--authorization-mode=${settings.authorization ?? 'Webhook'}`,
    `--authorization-webhook-cache-authorized-ttl=${ttl}`,
    `--authorization-webhook-cache-unauthorized-ttl=${ttl}`,
    `--enable-debugging-handlers=${settings.debugHandlers ?? true}`,
    `--enable-server=${settings.server ?? true}`,
    `--pre-fine-grained=${settings.preFineGrained ?? false}`,
    ...((settings.clientCa ?? true) ? [`--client-ca-file=${clientCaFile}`] : []),
    ...(settings.version ? [`--pretend-version=${settings.version}`] : []),
    ...(settings.labels
      ? [
          `--node-labels=${Object.entries(settings.labels)
            .map((pair) => pair.join('='))
            .join(',')}`,
        ]
      : []),
    ...(settings.taints ? [`--register-with-taints=${settings.taints.join(',')}`] : []),
  ];
}

function nodeFlags(name: string, directory: string, certDirectory: string, ip: string): string[] {
  return [
    `--hostname-override=${name}`,
    `--node-ip=${ip}`,
    `--address=${ip}`,
    `--pod-cidr=10.244.${ip.split('.')[3]}.0/24`,
    `--kubeconfig=${join(directory, 'kubeconfig')}`,
    `--root-dir=${join(directory, 'root')}`,
    // Where the stand-in of the container runtime listens (go/kubelet.go).
    `--container-runtime-endpoint=unix://${join(directory, 'root', 'cri.sock')}`,
    `--cert-dir=${certDirectory}`,
    // A lease is renewed at a quarter of its duration; both must beat --node-monitor-grace-period.
    `--node-lease-duration-seconds=${NODE_GRACE_SECONDS}`,
    '--node-status-update-frequency=1s',
  ];
}

/** Flags that have a name in KubeletConfiguration: in a file where the settings say so. */
const IN_FILE: Record<string, string> = {
  'read-only-port': 'readOnlyPort',
  port: 'port',
  'authentication-token-webhook': 'authentication.webhook.enabled',
  'authentication-token-webhook-cache-ttl': 'authentication.webhook.cacheTTL',
  'anonymous-auth': 'authentication.anonymous.enabled',
  'client-ca-file': 'authentication.x509.clientCAFile',
  'authorization-mode': 'authorization.mode',
  'authorization-webhook-cache-authorized-ttl': 'authorization.webhook.cacheAuthorizedTTL',
  'authorization-webhook-cache-unauthorized-ttl': 'authorization.webhook.cacheUnauthorizedTTL',
  'enable-debugging-handlers': 'enableDebuggingHandlers',
  'enable-server': 'enableServer',
  'tls-cert-file': 'tlsCertFile',
  'tls-private-key-file': 'tlsPrivateKeyFile',
  'rotate-server-certificates': 'serverTLSBootstrap',
};

/** Writes config.yaml and config.d, and returns the flags that are left, with those two. */
async function intoFiles(directory: string, flags: string[], dropIns: Record<string, object> = {}): Promise<string[]> {
  const config: Record<string, unknown> = { apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration' };
  const left = flags.filter((flag) => {
    const [, name = '', value = 'true'] = /^--([\w-]+)(?:=(.*))?$/.exec(flag) ?? [];
    const path = IN_FILE[name]?.split('.');
    if (!path) return true;
    const last = path.pop() as string;
    let at = config;
    for (const step of path) {
      at[step] ??= {};
      at = at[step] as Record<string, unknown>;
    }
    at[last] = /^(true|false)$/.test(value) ? value === 'true' : /^\d+$/.test(value) ? Number(value) : value;
    return false;
  });
  await mkdir(join(directory, 'config.d'), { recursive: true });
  for (const old of await readdir(join(directory, 'config.d'))) await rm(join(directory, 'config.d', old));
  await writeFile(join(directory, 'config.yaml'), stringify(config));
  const header = { apiVersion: config.apiVersion, kind: config.kind };
  for (const [name, object] of Object.entries(dropIns))
    await writeFile(join(directory, 'config.d', name), stringify({ ...header, ...object }));
  return [...left, `--config=${join(directory, 'config.yaml')}`, `--config-dir=${join(directory, 'config.d')}`];
}

/** Starts the kubelet of a node and waits until its port listens (not until the Node is Ready). */
export async function startKubelet(
  clusterDirectory: string,
  ca: Authority,
  name: string,
  settings: KubeletSettings,
  starts = 0,
): Promise<Kubelet> {
  const directory = join(clusterDirectory, 'kubelets', name);
  const certDirectory = join(directory, `cert-${starts}`);
  for (const path of ['root', 'tmp', `cert-${starts}`]) await mkdir(join(directory, path), { recursive: true });
  const client = await clientCertificate(ca, `system:node:${name}`, ['system:nodes']);
  await writeKubeconfig(join(directory, 'kubeconfig'), ca, client, settings.apiserver);
  const caFile = join(directory, 'client-ca.crt');
  await writeFile(caFile, ca.certPem);
  const flags = [
    ...nodeFlags(name, directory, certDirectory, settings.ip),
    ...(await servingFlags(directory, name, ca, settings)),
    ...settingFlags(caFile, settings),
  ];
  const configured = settings.config ? await intoFiles(directory, flags, settings.config.dropIns) : flags;
  const started = [...configured, ...(settings.flags ?? [])];
  // kubemark keeps directories in TMPDIR and removes none (pkg/kubemark GetHollowKubeletConfig).
  const process = startComponent('kubelet', join(clusterDirectory, 'logs', `kubelet-${name}.log`), started, {
    TMPDIR: join(directory, 'tmp'),
    ...settings.environment,
  });
  const port = settings.port ?? KUBELET_PORT;
  if (settings.server ?? true) await waitForPort(process, settings.ip, port);
  const servesFiles = settings.serving !== 'self-signed' && settings.serving !== 'bootstrap';
  return { name, ip: settings.ip, url: `https://${settings.ip}:${port}`, directory, settings, starts, servesFiles, process };
}

/** Stops it and starts it again; `changes` apply to the given settings, for this start only. */
export async function restartKubelet(
  clusterDirectory: string,
  ca: Authority,
  kubelet: Kubelet,
  changes: Partial<KubeletSettings>,
): Promise<Kubelet> {
  await killComponent(kubelet.process);
  const started = await startKubelet(clusterDirectory, ca, kubelet.name, { ...kubelet.settings, ...changes }, kubelet.starts + 1);
  return { ...started, settings: kubelet.settings };
}

/**
 * Replaces the serving certificate of a running kubelet and waits until it is the one served: it watches the files. Not
 * for one that was started with `self-signed` or `bootstrap`.
 */
export async function swapCertificate(kubelet: Kubelet, pair: KeyPair): Promise<void> {
  if (!kubelet.servesFiles) throw new Error(`${kubelet.name} was started with a certificate of its own: restart it first`);
  const before = (await ask(`${kubelet.url}/healthz`)).fingerprint;
  await writeKeyPair(kubelet.directory, 'serving', pair);
  await waitFor('the new serving certificate', async () => {
    const { fingerprint } = await ask(`${kubelet.url}/healthz`);
    return fingerprint === before ? undefined : fingerprint;
  });
}
