/** Everything `kubelet-proxy` and `apiserver-proxy` can say. */
import type { Say } from '../../../model/check.js';

export const WORDS = {
  unreachable: '{variable} sends connections to {server} through {proxy}, which does not answer ({code}); {host} is not in NO_PROXY',
  refuses: 'The proxy {proxy} answers instead of {server}: {code} to CONNECT {endpoint}; {host} is not in NO_PROXY',
  answers: 'The proxy {proxy} answers instead of {server}: {code} to {question}; {host} is not in NO_PROXY',
  breaks: 'TLS with {server} fails behind the proxy {proxy} ({code}), through which {variable} sends it',
  opens: 'The proxy {proxy} seems to open the TLS connection to {server}: it shows a certificate of {issuer}',
  noAddress: 'no address of {server} to decide about',
  undecided: 'it is not known yet how connections to {server} leave',
  waiting: 'waiting for the proxy {proxy}',
  socks: 'connections to {server} leave through {proxy}, a kind of proxy that this tool does not speak',
  through: 'through the proxy {proxy} ({variable})',
  excepted: 'direct: {matched} in {variable}',
  sawDecision: '{endpoint} leaves through {proxy} because of {variable}; NO_PROXY: {noProxy}',
  sawService: 'the kubelet runs with {name}={value} ({source})',
  sawFailure: '{code}: {detail}',
  sawCertificate: '{subject}, issuer {issuer}',
  fixAdd: "Keep {host} out of the proxy's way: add it to NO_PROXY (now from {from})",
  fixNew: "Keep {host} out of the proxy's way: set NO_PROXY, which is not set now",
  fixOwn:
    "Keep each node's {host} out of the proxy's way: NO_PROXY with the pod's own DD_KUBERNETES_KUBELET_HOST, which must stand above it among the variables",
  fixService:
    "Keep {host} out of the proxy's way for the kubelet: a drop-in of its service with the whole list, then restart it (k3s, RKE2 and microk8s have services of their own)",
  fixElsewhere: 'Take the proxy out of {variable}: NO_PROXY does not count there',
  fixProxy: 'If this connection is meant to take the proxy: let {proxy} pass CONNECT to {endpoint}',
} as const;

export type Words = Say<typeof WORDS>;
