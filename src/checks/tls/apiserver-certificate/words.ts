/** Everything `apiserver-certificate` can say. */
import type { Say } from '../../../model/check.js';

export const WORDS = {
  unknownAuthority: "The apiserver's certificate is from an unknown CA ({issuer})",
  noAuthority: 'The CA file for the apiserver cannot be read: {code}',
  notMounted: 'The CA file for the apiserver is not mounted',
  expired: "The apiserver's certificate at {endpoint} expired {ago} ago",
  notYetValid: "The apiserver's certificate becomes valid only in {ahead}",
  nameMismatch: "The apiserver's certificate is for {name}, not {host}",
  noHandshake: 'no TLS handshake with the apiserver',
  skewed: "the certificate is valid by the apiserver's clock; this machine's clock is {span} off",
  changes: '{endpoint} shows another certificate when a credential is sent',
  notAccepted: "The apiserver's certificate is not accepted: {code}",
  notForServers: "The apiserver's certificate is not a server certificate",
  sawChange: '{request}: {code}, after a handshake that verified',
  fixBetween: 'Find out what is between here and {endpoint}',
  fixKind: 'Reissue it for servers (extended key usage serverAuth)',
  fixOther: 'Reissue the certificate without what is refused',
  sawClock: 'clock of {server}: {time}',
  sawChain: '{endpoint}: {code}, subject {subject}, issuer {issuer}, valid {notBefore} to {notAfter}, names {names}',
  sawAuthority: 'CA in use: {authority}',
  sawUnread: '{authority} cannot be read ({code})',
  sawNotMounted: '{authority} is not mounted',
  sawTrial: '{authority} verifies it',
  sawInsecure: '{source} turns verification off for kubectl; kubelet-doctor sends no credential to this server',
  fixMount: 'Mount the ServiceAccount volume, which holds ca.crt',
  fixPath: 'Correct the configured path of the CA file',
  fixTrial: 'Use the CA file that verifies it',
  fixCompare: "Compare the cluster's current CA with the mounted one",
  fixRestart: 'Restart the pod, so that it reads the current CA',
  fixFetch: 'Pass the CA that signed it: --apiserver-ca FILE',
  fixDial: 'Use {host}, a name in the certificate',
  fixReissue: "Add {host} to the names of the apiserver's certificate",
  fixRenew: "Renew the apiserver's certificate and restart the apiserver",
  fixClock: 'Correct the clock of the issuing machine, then reissue it',
} as const;

export type Words = Say<typeof WORDS>;
