/** What dates which cause. */
import { credentialEnd, expired, issued, waiting } from './credentials.js';
import type { Dater } from './dating.js';
import { configured, kubeletStart, lease, nodeReady, nodesReady, podReady, policy, refused, tainted, workload } from './nodes.js';
import { allRights, binding, clusterRights } from './rights.js';

const dated = (daters: readonly Dater[], ...causes: readonly string[]) => causes.map((cause) => [cause, daters] as const);

/** By cause; a cause that stands nowhere here is not dated, and `test/report/since.test.ts` says why. */
export const DATED_BY: Readonly<Record<string, readonly Dater[]>> = Object.fromEntries([
  ...dated(
    [clusterRights],
    'kubelet-permission-missing',
    'fine-grained-permission-too-new',
    'permission-missing',
    'role-grants-nothing',
    'role-grants-too-much',
  ),
  ...dated([allRights], 'create-limited-by-name', 'leader-lock-forbidden', 'event-bookmark-forbidden'),
  ...dated([binding], 'role-binding-too-narrow', 'binding-subject-differs'),
  ...dated([expired('kubelet')], 'kubelet-certificate-expired'),
  ...dated([expired('apiserver')], 'apiserver-certificate-expired'),
  ...dated(
    [issued('kubelet')],
    'kubelet-certificate-self-signed',
    'kubelet-certificate-unknown-authority',
    'kubelet-certificate-without-san',
    'kubelet-certificate-name-mismatch',
  ),
  ...dated([issued('apiserver')], 'apiserver-certificate-unknown-authority', 'apiserver-certificate-name-mismatch'),
  ...dated([credentialEnd('apiserver'), credentialEnd('kubelet')], 'token-expired', 'client-certificate-expired'),
  ...dated([waiting], 'kubelet-certificate-pending'),
  ...dated(
    [nodeReady, lease],
    'kubelet-down',
    'kubelet-hangs',
    'kubelet-unhealthy',
    'container-runtime-down',
    'node-address-dead',
    'kubelet-cannot-reach-apiserver',
  ),
  ...dated(
    [kubeletStart],
    'kubelet-token-authentication-off',
    'kubelet-client-ca-unset',
    'kubelet-anonymous-access',
    'kubelet-always-allow',
    'kubelet-debug-handlers-off',
    'kubelet-server-disabled',
    'kubelet-port-differs',
    'read-only-port-open',
    'read-only-port-closed',
  ),
  ...dated([policy], 'network-policy-blocks-egress'),
  ...dated([nodesReady], 'node-not-ready'),
  ...dated([tainted], 'node-cordoned'),
  ...dated([tainted, workload], 'node-taint-not-tolerated', 'control-plane-taint-not-tolerated'),
  ...dated([workload], 'node-not-selected'),
  ...dated(
    [configured],
    'agent-ca-of-old-aks',
    'agent-host-of-one-node',
    'agent-https-port-off',
    'agent-setting-empty',
    'agent-setting-invalid',
    'agent-setting-misspelt',
    'agent-settings-contradict',
    'agent-token-not-mounted',
    'agent-toleration-invalid',
  ),
  ...dated(
    [podReady],
    'agent-not-ready-on-node',
    'agent-image-not-pulled',
    'agent-object-missing',
    'agent-pod-not-scheduled',
    'host-path-not-mounted',
    'host-port-taken',
    'node-without-room-for-agent',
    'pod-sandbox-not-created',
  ),
  ...dated([refused], 'pod-security-refuses', 'admission-refuses', 'agent-missing-on-node'),
]);
