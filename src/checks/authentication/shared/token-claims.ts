/** What a token's claims say about where it belongs. Claims prove nothing by themselves: they explain a refusal. */
import type { TokenClaims } from '../../../model/facts.js';
import { isServiceName } from '../../shared/apiserver.js';

/** Audiences that belong to someone else by definition; any other one might be this apiserver's `--api-audiences`. */
const OTHERS_AUDIENCE =
  /^(vault|conjur|istio-ca|(https:\/\/)?sts\.amazonaws\.com|api:\/\/AzureADTokenExchange|.*\.svc\.id\.goog|(https:)?\/\/iam\.googleapis\.com\/.*)$/i;
/** Issuers that differ from the audience by design (EKS, GKE, AKS). */
const MANAGED_ISSUER = /\/\/(oidc\.eks\.|oidc-eks\.|container\.googleapis\.com\/|[\w.-]*oic[\w.-]*azure)/;

/** No audience, its own issuer, or a name of the service `kubernetes`. */
export function isForApiserver({ audiences, issuer }: TokenClaims): boolean {
  const host = (audience: string) => audience.replace(/^https:\/\//, '').replace(/\/$/, '');
  return audiences.length === 0 || audiences.some((a) => a === issuer || a === 'api' || isServiceName(host(a)));
}

/** Made for someone who is never an apiserver. */
export function isForSomeoneElse({ audiences }: TokenClaims): boolean {
  return audiences.length > 0 && audiences.every((audience) => OTHERS_AUDIENCE.test(audience));
}

/** No ServiceAccount's token, an issuer that is not its own audience either, or the cluster domain of another cluster. */
export function looksForeign({ issuer, subject, audiences, legacy }: TokenClaims, certificateNames: readonly string[]): boolean {
  if (legacy || !issuer) return false;
  if (subject !== undefined && !subject.startsWith('system:serviceaccount:')) return true;
  const host = /^https:\/\/([^/:]+)/.exec(issuer)?.[1] ?? '';
  const domains = certificateNames.map((name) => name.replace(/^DNS:/, '')).filter((name) => /^kubernetes\.default\.svc\../.test(name));
  if (/^kubernetes\.default\.svc\../.test(host)) return domains.length > 0 && !domains.includes(host);
  return !audiences.includes(issuer) && !isServiceName(host) && !MANAGED_ISSUER.test(issuer);
}
