/** `openssl x509 -text` → a certificate, as far as that text holds it: Rancher's collector takes it along in place of the PEM. */
import { printable, SENTENCE } from '../../host/redact.js';
import type { Certificate } from '../../model/facts.js';

/** Longer is no certificate. */
const MOST_TEXT = 64 * 1024;

/** Undefined where the text is none. */
export function certificateInText(given: string): Certificate | undefined {
  const text = given.slice(0, MOST_TEXT);
  if (!/^Certificate:\s/m.test(text)) return undefined;
  const line = (name: RegExp) => name.exec(text)?.[1]?.trim();
  const [issuer, subject] = [line(/^ {1,20}Issuer: ?(.{0,1000})$/m), line(/^ {1,20}Subject: ?(.{0,1000})$/m)];
  const [notBefore, notAfter] = [timeIn(line(/^ {1,20}Not Before ?: (.{1,40})$/m)), timeIn(line(/^ {1,20}Not After ?: (.{1,40})$/m))];
  if (issuer === undefined || subject === undefined || notBefore === undefined || notAfter === undefined) return undefined;
  const names = line(/Subject Alternative Name:[^\n]{0,40}\n([^\n]{0,8000})/) ?? '';
  const constraints = line(/Basic Constraints:[^\n]{0,40}\n([^\n]{0,200})/) ?? '';
  return {
    subject: nameIn(subject),
    issuer: nameIn(issuer),
    names: names
      .split(/, ?/)
      .map((name) => printable(name.trim().replace(/^IP Address:/, 'IP:'), SENTENCE))
      .filter((name) => /^(?:DNS|IP):./.test(name)),
    notBefore,
    notAfter,
    selfSigned: subject === issuer,
    isCa: /CA:TRUE/.test(constraints),
    fingerprint: '',
  };
}

/** `O = system:nodes, CN = x` of OpenSSL 1.1 and 3.0, `O=system:nodes, CN=x` of others. */
function nameIn(name: string): string {
  return printable(name.replace(/ = /g, '='), SENTENCE);
}

/** `Nov 27 22:32:43 2026 GMT` */
function timeIn(text: string | undefined): string | undefined {
  const time = Date.parse(text?.replace(/\s{1,4}/g, ' ') ?? '');
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
