/** Fixes for a kubelet that believes no credential: what it is told of tokens and certificates, and its way to the apiserver. */
import { MOUNTED_TOKEN } from '../../../kubernetes/service-account.js';
import type { Fix, Message } from '../../../model/check.js';
import { byHand, env, fixBy, shell } from '../../shared/fix.js';

export const WEBHOOK = { 'authentication.webhook.enabled': true, 'authorization.mode': 'Webhook' } as const;
export const CLIENT_CA = { 'authentication.x509.clientCAFile': '/etc/kubernetes/pki/ca.crt' } as const;
const LOOK = [
  "journalctl -u kubelet --since -10min | grep -E 'webhook|Unable to authenticate|Authorization error'",
  `curl -sk --max-time 5 "$(awk '/server:/ {print $2; exit}' /etc/kubernetes/kubelet.conf)/readyz"`,
  'openssl x509 -noout -enddate -in /var/lib/kubelet/pki/kubelet-client-current.pem',
].join('\n');

/** Files that a person must make first: no `form`. */
export function certificateInstead(action: Message): Fix {
  return fixBy(
    'agent',
    'config',
    action,
    byHand('DD_KUBELET_CLIENT_CRT=/etc/kubelet-client/tls.crt\nDD_KUBELET_CLIENT_KEY=/etc/kubelet-client/tls.key'),
  );
}

/** The one that every pod has. */
export function tokenInstead(action: Message): Fix {
  return fixBy('agent', 'config', action, env({ DD_KUBELET_AUTH_TOKEN_PATH: MOUNTED_TOKEN }));
}

/** Look first, on the node; then the way itself. */
export function wayToApiserver(look: Message, open: Message): Fix[] {
  return [fixBy('node', 'nothing', look, shell(LOOK)), fixBy('network', 'config', open)];
}
