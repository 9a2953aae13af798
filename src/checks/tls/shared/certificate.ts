/** What both questions about a server's certificate read of it. */
import { isDnsName, isIp } from '../../../kubernetes/names.js';
import type { Certificate, Fact, TlsHandshake } from '../../../model/facts.js';
import { failure } from '../../shared/read.js';

/** Where a moment stands to a certificate's dates. */
export function lifeAt(moment: number, { notBefore, notAfter }: Certificate): 'before' | 'within' | 'after' {
  const [start, end] = [Date.parse(notBefore), Date.parse(notAfter)];
  if (moment > start && moment < end) return 'within';
  return moment >= end ? 'after' : 'before';
}

/** OpenSSL's codes for a certificate that it does not take, whoever signed it. */
const ITS_OWN_FAULT =
  /^(INVALID_PURPOSE|INVALID_EXTENSION|INVALID_NON_CA|UNHANDLED_CRITICAL_EXTENSION|UNSUPPORTED_|ERROR_IN_CERT_|EE_KEY_|KEYUSAGE_|CERT_REJECTED|CERT_REVOKED|PATH_LENGTH_)/;

/** The code by which it is refused, where that is neither the authority's, nor a name's or a date's. */
export function otherFault({ verification, trusted, nameMatches, validNow }: TlsHandshake): string | undefined {
  if (verification.ok) return undefined;
  const code = verification.code ?? 'no code';
  return ITS_OWN_FAULT.test(code) || (trusted && nameMatches && validNow) ? code : undefined;
}

/** With a credential, the certificate does not verify: it did, a moment before. */
const OF_CERTIFICATE =
  /^(UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|CERT_|INVALID_|ERROR_IN_CERT_|UNHANDLED_CRITICAL_|ERR_TLS_CERT_ALTNAME_INVALID$)/;

/** The request for which the server showed another certificate than the one that had verified. */
export function changedFor(
  { verification }: TlsHandshake,
  http: readonly Fact<'http'>[],
): { fact: Fact<'http'>; code: string } | undefined {
  if (!verification.ok) return undefined;
  const fact = http.find((each) => OF_CERTIFICATE.test(failure(each) ?? ''));
  return fact && { fact, code: failure(fact) ?? '' };
}

/** From when to when, in words. */
export function lifeOf({ notBefore, notAfter }: Certificate): { notBefore: string; notAfter: string } {
  return { notBefore: notBefore || 'an unreadable date', notAfter: notAfter || 'an unreadable date' };
}

/** A CA at hand that verifies it and is not the one in use. */
export function workingAuthority({ trials }: TlsHandshake): string | undefined {
  return trials.find((trial) => trial.verifies && !trial.inUse)?.authority;
}

export function namesOf({ names }: Certificate, most: number): string {
  return names.length > 0 ? names.slice(0, most).join(', ') : 'nothing';
}

/** For a title, which holds one. */
export function firstNameOf({ names: [name] }: Certificate): string {
  return name?.replace(/^(DNS|IP):/, '') ?? 'no host';
}

/** Its names as they would be dialled. What a certificate says is data, not truth: one is offered only if it is known to be the server's own. */
export function hostsOf({ names }: Certificate): string[] {
  return names.map((name) => name.replace(/^(DNS|IP):/, '')).filter((host) => isIp(host) || isDnsName(host));
}
