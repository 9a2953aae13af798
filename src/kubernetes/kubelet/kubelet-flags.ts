/** The flags of the kubelet's settings that are judged (Kubernetes 1.36 and 1.37 cmd/kubelet/app/options), by their names in KubeletConfiguration. */
import type { KubeletKey } from '../../model/facts/node.js';

export const FLAGS: Readonly<Record<KubeletKey, string>> = {
  'authentication.webhook.enabled': 'authentication-token-webhook',
  'authentication.anonymous.enabled': 'anonymous-auth',
  'authentication.x509.clientCAFile': 'client-ca-file',
  'authorization.mode': 'authorization-mode',
  readOnlyPort: 'read-only-port',
  port: 'port',
  address: 'address',
  enableServer: 'enable-server',
  enableDebuggingHandlers: 'enable-debugging-handlers',
  serverTLSBootstrap: 'rotate-server-certificates',
  tlsCertFile: 'tls-cert-file',
  rotateCertificates: 'rotate-certificates',
  tlsMinVersion: 'tls-min-version',
  containerRuntimeEndpoint: 'container-runtime-endpoint',
};
