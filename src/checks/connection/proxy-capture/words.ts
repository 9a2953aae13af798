/** Everything `kubelet-proxy` and `apiserver-proxy` can say. */
import type { Say } from '../../../model/check.js';

export const WORDS = {
  unreachable: 'The proxy {proxy} in front of {server} does not answer',
  refuses: 'The proxy {proxy} answers {code} instead of {server}',
  answers: 'The proxy {proxy} answers {code} instead of {server}',
  breaks: 'TLS to {server} fails behind proxy {proxy}',
  opens: 'The proxy {proxy} intercepts TLS to {server}',
  noAddress: 'the address of {server} is unknown',
  undecided: 'not known yet whether {server} is reached through a proxy',
  waiting: 'no answer from the proxy {proxy} yet',
  socks: '{server} is reached through {proxy}, a proxy type that kubelet-doctor does not support',
  through: 'through the proxy {proxy} ({variable})',
  excepted: 'direct: {matched} in {variable}',
  sawDecision: '{variable} sends {endpoint} through {proxy}; NO_PROXY: {noProxy}',
  sawService: 'the kubelet runs with {name}={value} ({source})',
  sawFailure: '{code}: {detail}',
  sawAnswer: '{question}: {code} {detail}',
  sawCertificate: 'certificate of {subject}, issuer {issuer}',
  fixAdd: 'Add {host} to {from}',
  fixNew: 'Set NO_PROXY (now unset) for {host}',
  fixOwn: 'Add $(DD_KUBERNETES_KUBELET_HOST) to NO_PROXY, below its entry',
  fixService: 'Add {host} to NO_PROXY of the kubelet service',
  fixElsewhere: 'Remove the proxy from {variable}',
  fixProxy: 'Allow CONNECT to {endpoint} on the proxy',
} as const;

export type Words = Say<typeof WORDS>;
