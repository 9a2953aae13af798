/** What both questions about a server's certificate read of it. */
import { isDnsName, isIp } from '../../../kubernetes/names.js';
import type { Certificate, TlsHandshake } from '../../../model/facts.js';

/** Where a moment stands to a certificate's dates. */
export function lifeAt(moment: number, { notBefore, notAfter }: Certificate): 'before' | 'within' | 'after' {
  const [start, end] = [Date.parse(notBefore), Date.parse(notAfter)];
  if (moment > start && moment < end) return 'within';
  return moment >= end ? 'after' : 'before';
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
