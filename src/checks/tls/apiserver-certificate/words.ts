/** Everything `apiserver-certificate` can say. */
import type { Say } from '../../../model/check.js';

export const WORDS = {
  unknownAuthority: "The apiserver's certificate at {endpoint} is signed by {issuer}, which is not in the CA in use ({authority})",
  noAuthority: 'The CA file for the apiserver, {authority}, cannot be read ({code}): its certificate at {endpoint} cannot be verified',
  notMounted: 'There is no CA file for the apiserver here ({authority} is not mounted): its certificate at {endpoint} cannot be verified',
  expired: "The apiserver's certificate at {endpoint} expired {ago} ago, on {notAfter}",
  notYetValid: "The apiserver's certificate at {endpoint} is not valid before {notBefore}, in {ahead}",
  nameMismatch: "The apiserver's certificate is not for {host}: it names {names}",
  noHandshake: 'no TLS handshake with the apiserver to look at',
  skewed: "the apiserver's certificate is valid by the apiserver's clock; ours is {span} off",
  sawChain: '{code}: subject {subject}, issuer {issuer}, valid {notBefore} to {notAfter}, names {names}',
  sawTrial: '{authority} verifies it',
  sawInsecure: '{source} turns verification off for kubectl; no credential is sent on the strength of that',
  fixMount: 'Mount the ServiceAccount volume: it brings the ConfigMap kube-root-ca.crt as ca.crt along; or correct the configured path',
  fixTrial: 'Use the CA that verifies it: {authority}',
  fixCompare: "Compare the cluster's current CA with the mounted one: after a CA rotation they differ",
  fixRestart: 'Restart the pod, so that it mounts and reads the current CA',
  fixFetch: 'Give the CA that signed it with --apiserver-ca FILE, or fetch the kubeconfig anew from whoever runs the cluster',
  fixDial: 'Dial a name that is in the certificate',
  fixReissue: "Reissue the apiserver's certificate with {host} in its names (kubeadm: apiServer.certSANs)",
  fixRenew: "Renew the apiserver's certificate on every control-plane node and restart the apiserver (managed cluster: the provider does)",
  fixClock: 'Correct the clock of the machine that issued it, then reissue it',
} as const;

export type Words = Say<typeof WORDS>;
