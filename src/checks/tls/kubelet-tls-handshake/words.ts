/** Everything `kubelet-tls-handshake` can say. */
import type { Say } from '../../../model/check.js';

export const WORDS = {
  csrPending: 'The kubelet at {endpoint} has no serving certificate: its request {csr} waits for approval',
  csrEnded: 'The kubelet at {endpoint} has no serving certificate: its request {csr} is {state}',
  noCertificate: 'The kubelet at {endpoint} has no serving certificate: most likely its request waits for approval',
  noRequest: 'The kubelet at {endpoint} has no serving certificate, and its node has no request for one',
  hangs: 'The kubelet at {endpoint} hangs: it accepts connections and never answers',
  silentTls: '{endpoint} accepts the connection, but the TLS handshake gets no answer ({ms} ms)',
  silentHttp: 'The kubelet at {endpoint} completes TLS but does not answer GET /pods ({ms} ms)',
  stalls:
    'The TLS handshake with {endpoint} stalls from here, while the apiserver talks to the same kubelet: the path swallows large packets',
  reset: 'The connection to {endpoint} is cut off during {stage} ({code})',
  noHttp: 'What {endpoint} answers is no HTTP ({code})',
  plain: "{endpoint} answers in plain text, not TLS: it is not the kubelet's secure port",
  version: 'No TLS version or cipher in common with {endpoint} ({code})',
  noAddress: 'no kubelet address to try',
  notTried: 'no TLS handshake with {endpoint} was tried',
  waiting: 'no TLS answer from {endpoint} yet; asking a second side meanwhile',
  sawTls: 'TLS {code}: {detail}',
  sawHttp: 'GET /pods without a credential: {code}',
  sawRequest: '{csr}: {state}, by {requestor}',
  sawNoRequest: 'no request of this node for a serving certificate',
  sawSight: 'the same kubelet by {by}: {said}',
  sawLease: 'its Lease was renewed {age} s ago (a kubelet renews every 10 s)',
  sawNode: 'Node {node} is Ready={ready}',
  fixApprove: 'Approve it; requestor and names are exactly those of this node',
  fixLook: 'Read the request before approving it: its requestor or names do not match this node',
  fixList: 'See the serving certificate requests, and approve the one of this node after comparing requestor and names',
  fixAgain: 'Let the kubelet ask again: restart it, then approve its new request',
  fixSigner: "See why it was not signed: kube-controller-manager's signer for kubernetes.io/kubelet-serving may be off",
  fixApprover: 'So that it lasts: run an approver for kubernetes.io/kubelet-serving; kube-controller-manager never approves them',
  fixHang: 'On {node} see what the kubelet hangs on, then restart it',
  fixMtu: "Compare the MTU along the path: the largest packet that passes must hold a certificate's segments",
  fixMiddle: "Find what stands between: a mesh sidecar or egress policy on the agent's pod, a firewall that inspects TLS",
  fixPort: "Dial the kubelet's secure port",
  fixListener: 'On {node} see which process listens there',
  fixVersion: 'Let the kubelet offer TLS 1.2 and its default ciphers (remove tlsCipherSuites), then restart it',
} as const;

export type Words = Say<typeof WORDS>;
