/** Since when a root cause has been there, by what dates it. */
import { defineWords } from './say.js';

export const saySince = defineWords('since', {
  changed: 'since {when}: {kind} {object} changed',
  changedBy: 'since {when}: {kind} {object} changed by {client}',
  taintsChanged: 'since {when}: the taints of Node {node} changed',
  taintsChangedBy: 'since {when}: the taints of Node {node} changed by {client}',
  certificateExpired: 'since {when}: the certificate of the {server} expired',
  clientCertificateExpired: 'since {when}: the client certificate expired',
  tokenExpired: 'since {when}: the token expired',
  validFrom: 'since {when} at the earliest: the certificate of the {server} is valid from then',
  notReady: 'since {when}: Node {node} is not ready',
  podNotReady: 'since {when}: pod {pod} is not ready',
  lease: 'since {when}: Node {node} does not renew its Lease',
  tainted: 'since {when}: Node {node} has the taint {taint}',
  refused: 'since {when}: pods of DaemonSet {daemonset} are refused',
  requested: 'since {when}: CSR {csr} waits for approval',
  started: 'since {when} at the latest: the kubelet was started then',
});
