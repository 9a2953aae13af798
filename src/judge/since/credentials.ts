/** When certificates and tokens begin and end. */
import type { Certificate } from '../../model/facts.js';
import type { Dated, Dater, Sight } from './dating.js';

type Server = 'kubelet' | 'apiserver';

const leafOf = (target: Server, { quoted }: Sight): Certificate[] => quoted(`${target}/tls`).flatMap(({ chain }) => chain.slice(0, 1));
export const expired = (target: Server): Dater => ({
  need: `${target}/tls`,
  dates: (sight) => leafOf(target, sight).map(({ notAfter }) => ({ at: notAfter, key: 'certificateExpired', args: { server: target } })),
});
/** Since when there can be this certificate: those of Kubernetes are valid from five minutes before they were issued. */
export const issued = (target: Server): Dater => ({
  need: `${target}/tls`,
  dates: (sight) => leafOf(target, sight).map(({ notBefore }) => ({ at: notBefore, key: 'validFrom', args: { server: target } })),
});
export const credentialEnd = (target: Server): Dater => ({
  need: `${target}/credential`,
  dates: ({ quoted }) =>
    quoted(`${target}/credential`).flatMap(({ token, certificate }): Dated[] => [
      ...(token?.expiresAt === undefined
        ? []
        : [{ at: new Date(token.expiresAt * 1000).toISOString(), key: 'tokenExpired' as const, args: {} }]),
      ...(certificate ? [{ at: certificate.notAfter, key: 'clientCertificateExpired' as const, args: {} }] : []),
    ]),
});
export const waiting: Dater = {
  need: 'kubelet/serving-requests',
  dates: ({ all }) =>
    all('kubelet/serving-requests')
      .flat()
      .flatMap(({ csr, state, created }) => (state === 'pending' && created ? [{ at: created, key: 'requested', args: { csr } }] : [])),
};
