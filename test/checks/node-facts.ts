/** Facts of a node's own files, for the tables of checks. */
import type { AnyFact, KubeletKey, KubeletProcess, KubeletValues, ValueOrigin } from '../../src/model/facts.js';
import { certificate, fact } from './facts.js';

const VALUES: KubeletValues = {
  'authentication.webhook.enabled': true,
  'authentication.anonymous.enabled': false,
  'authentication.x509.clientCAFile': '/etc/kubernetes/pki/ca.crt',
  'authorization.mode': 'Webhook',
  readOnlyPort: 0,
  port: 10250,
  address: '0.0.0.0',
  enableServer: true,
  enableDebuggingHandlers: true,
  serverTLSBootstrap: false,
  tlsCertFile: '',
  rotateCertificates: true,
  tlsMinVersion: '',
  containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
};

/** The kubelet at 10.0.0.7 runs and listens on 10250, with changes. */
export function nodeProcess(change: Partial<KubeletProcess> = {}): AnyFact {
  return fact('self/kubelet-process', {
    state: 'running',
    pid: 700,
    program: 'kubelet',
    local: ['n1', '10.0.0.7'],
    named: false,
    listening: [{ address: '::', port: 10250 }],
    ...change,
  });
}

/** Its configuration: what is given stands in line 5 of kubeadm's file, all else is a default. */
export function nodeConfig(given: Partial<KubeletValues> = {}, certain = true): AnyFact {
  const origin = (key: KubeletKey): ValueOrigin =>
    key in given ? { by: 'file', source: '/var/lib/kubelet/config.yaml', line: 5 } : { by: 'default', source: 'a configuration file' };
  const origins = Object.fromEntries((Object.keys(VALUES) as KubeletKey[]).map((key) => [key, origin(key)]));
  return fact('self/kubelet-config', {
    values: { ...VALUES, ...given },
    origins: origins as Record<KubeletKey, ValueOrigin>,
    files: ['/var/lib/kubelet/config.yaml'],
    certain,
  });
}

/** Its serving certificate on disk. */
export function servingFile(change: Parameters<typeof certificate>[0] = {}): AnyFact {
  const path = '/var/lib/kubelet/pki/kubelet.crt';
  return fact('self/node-certificate', { role: 'serving', path, certificate: certificate(change) }, path);
}
