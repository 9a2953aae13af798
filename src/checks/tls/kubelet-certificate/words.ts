/** Everything `kubelet-certificate` can say. */
import type { Say } from '../../../model/check.js';

export const WORDS = {
  selfSigned: 'The kubelet at {endpoint} serves a self-signed certificate',
  unknownAuthority: "The kubelet's certificate is from an unknown CA ({issuer})",
  expired: "The kubelet's certificate expired {ago} ago",
  notYetValid: "The kubelet's certificate becomes valid only in {ahead}",
  withoutSan: "The kubelet's certificate has no subject alternative name",
  nameMismatch: "The kubelet's certificate is for {name}, not {host}",
  expiresSoon: "The kubelet's certificate at {endpoint} expires in {left}",
  expiredHere: "The kubelet's certificate on this node's disk expired {ago} ago",
  restart: 'Restart the kubelet, so that it serves its newer certificate',
  sawFile: '{path}: subject {subject}, issuer {issuer}, valid {notBefore} to {notAfter}',
  noHandshake: 'no TLS handshake with the kubelet',
  skewed: "the certificate is valid by the kubelet's clock; this machine's clock is {span} off",
  sawChain: '{endpoint}: {code}, subject {subject}, issuer {issuer}, valid {notBefore} to {notAfter}, names {names}',
  sawAuthority: 'CA in use: {authority}',
  sawTrial: '{authority} verifies it',
  bootstrap: 'Set serverTLSBootstrap, so that the cluster CA signs it',
  rotate: 'Restart the kubelet and approve its CSR (serverTLSBootstrap)',
  replace: 'Without serverTLSBootstrap: replace the certificate files',
  otherCa: 'Give the agent the CA file that verifies it',
  findCa: 'Mount the CA that signed it and set kubelet_client_ca',
  dialNodeName: 'Set DD_KUBERNETES_KUBELET_HOST from spec.nodeName',
  dialHostIp: 'Set DD_KUBERNETES_KUBELET_HOST from status.hostIP',
  dialTry: 'Try the name in the certificate on this one node',
  reissue: 'Set serverTLSBootstrap, which adds the address to its names',
  renewSoon: 'Turn on rotation (serverTLSBootstrap and a CSR approver)',
  waitOrClock: 'Correct the clock of the issuing machine, then reissue it',
  noVerify: 'Last resort: turn verification off (exposes the token)',
} as const;

export type Words = Say<typeof WORDS>;
