/** Everything `kubelet-certificate` can say. */
import type { Say } from '../../../model/check.js';

export const WORDS = {
  selfSigned: 'The kubelet at {endpoint} serves its own self-signed certificate ({subject}): no CA the agent could hold verifies it',
  unknownAuthority: "The kubelet's certificate at {endpoint} is signed by {issuer}, which is not in the CA in use ({authority})",
  expired: "The kubelet's certificate at {endpoint} expired {ago} ago, on {notAfter}",
  notYetValid: "The kubelet's certificate at {endpoint} is not valid before {notBefore}, in {ahead}",
  withoutSan: "The kubelet's certificate at {endpoint} names no host at all (no subject alternative name, only CN {subject})",
  nameMismatch: "The kubelet's certificate is not for {host}: it names {names}",
  expiresSoon: "The kubelet's certificate at {endpoint} expires in {left}, on {notAfter}",
  expiredHere: "The kubelet's serving certificate on the node, {path}, expired {ago} ago, on {notAfter}",
  restart: 'Restart the kubelet: {path} holds a newer certificate, valid until {notAfter}, that it does not serve yet',
  sawFile: '{path}: subject {subject}, issuer {issuer}, valid {notBefore} to {notAfter}',
  noHandshake: 'no TLS handshake with the kubelet to look at',
  skewed: "the kubelet's certificate is valid by the kubelet's clock; ours is {span} off",
  sawChain: '{code}: subject {subject}, issuer {issuer}, valid {notBefore} to {notAfter}, names {names}',
  bootstrap:
    'Let the cluster CA sign it: set serverTLSBootstrap in the kubelet configuration of this node, restart the kubelet, approve its CSR',
  rotate:
    'Renew the serving certificate on the node: with serverTLSBootstrap restart the kubelet and approve its CSR; else replace tlsCertFile and tlsPrivateKeyFile',
  otherCa: 'Give the agent the CA that signed it: {authority} verifies this certificate',
  findCa: 'Give the agent the CA that signed it ({issuer}): mount it and point kubelet_client_ca at it',
  dialNodeName:
    "Dial the name that is in the certificate: DD_KUBERNETES_KUBELET_HOST from spec.nodeName, where node names resolve in the agent's pod",
  dialHostIp: 'Dial the address that is in the certificate: DD_KUBERNETES_KUBELET_HOST from status.hostIP',
  dialTry: 'For a try on this one node: dial what is in its certificate',
  reissue: "Reissue the certificate with this address in its names (serverTLSBootstrap puts the Node's addresses in)",
  renewSoon: 'Renew it before then: rotateCertificates and serverTLSBootstrap with a CSR approver do so by themselves',
  waitOrClock: "Correct the clock of the machine that issued it, or reissue it; check the node's clock",
  noVerify: 'Last resort, a security change: turn verification off. Anyone on the path can then read the token the agent sends',
} as const;

export type Words = Say<typeof WORDS>;
