/** The bearer token we would present. The token travels beside the fact, never in it. */
import type { Host } from '../../host/host.js';
import { printable, SENTENCE } from '../../host/redact.js';
import type { Credential, Outcome, TokenClaims } from '../../model/facts.js';

/** A token as a fact, and the token. */
export interface ReadToken {
  outcome: Outcome<Credential>;
  token?: string;
}

/** Service account tokens are 1–2 KiB; an identity provider's may be more, but a server refuses headers long before this. */
const MAX_TOKEN_BYTES = 64 * 1024;
const LEGACY_ISSUER = 'kubernetes/serviceaccount';

/** Reads a token file as client-go's file token source does: white space around it is trimmed, an empty one is an error. */
export async function readToken(host: Host, path: string): Promise<ReadToken> {
  const file = await host.readFile(path, MAX_TOKEN_BYTES);
  if (!file.ok) return fault(file.code, `${path}: ${file.detail}`);
  return inspectToken(host, file.text.trim(), path);
}

/**
 * Judges a token at hand; `source` names it to a reader. One that is no JWT is observed without claims: static tokens and those of
 * webhook authenticators are opaque. One that no HTTP header can carry has failed.
 */
export function inspectToken(host: Pick<Host, 'redactor'>, token: string, source: string): ReadToken {
  host.redactor.register(token);
  if (token === '') return fault('EMPTY', `${source} is empty`);
  if (/[\r\n]/.test(token)) return fault('ENEWLINE', `${source} has a line break inside the token`);
  // Go's http refuses such a header value; a space is what `Bearer ` copied along with the token leaves.
  if (!/^[\x21-\x7e]+$/.test(token))
    return fault('ENOTJWT', `${source} has characters that no token has (a space, a control character or non-ASCII text)`);
  const claims = decodeClaims(token);
  return {
    outcome: { status: 'observed', data: { as: 'token', source: printable(source, SENTENCE), ...(claims && { token: claims }) } },
    token,
  };
}

/** The claims of a JWT, unverified: for display, and to explain a refusal. Undefined for anything that is not three base64url parts of JSON. */
export function decodeClaims(token: string): TokenClaims | undefined {
  const parts = token.split('.');
  if (parts.length !== 3 || token.length > MAX_TOKEN_BYTES || !decodePart(parts[0])) return undefined;
  const claims = decodePart(parts[1]);
  if (!claims) return undefined;
  const bound = record(claims['kubernetes.io']) ?? {};
  const issuer = text(claims.iss);
  const subject = text(claims.sub);
  // A legacy Secret token has flat claims (kubernetes pkg/serviceaccount/legacy.go), a bound one a nested object (claims.go).
  const [, , subjectNamespace, subjectName] = /^(system:serviceaccount):([^:]+):([^:]+)$/.exec(subject ?? '') ?? [];
  return defined({
    issuer,
    subject,
    audiences: (Array.isArray(claims.aud) ? claims.aud : [claims.aud]).flatMap((audience) => text(audience) ?? []).slice(0, 20),
    expiresAt: seconds(claims.exp),
    notBefore: seconds(claims.nbf),
    issuedAt: seconds(claims.iat),
    warnAfter: seconds(bound.warnafter),
    namespace: text(bound.namespace) ?? text(claims['kubernetes.io/serviceaccount/namespace']) ?? subjectNamespace,
    serviceAccount: nameOf(bound.serviceaccount) ?? text(claims['kubernetes.io/serviceaccount/service-account.name']) ?? subjectName,
    pod: nameOf(bound.pod),
    node: nameOf(bound.node),
    legacy: issuer === LEGACY_ISSUER,
  });
}

function decodePart(part: string | undefined): Record<string, unknown> | undefined {
  if (!part || !/^[A-Za-z0-9_-]+$/.test(part)) return undefined;
  try {
    return record(JSON.parse(Buffer.from(part, 'base64url').toString('utf8')));
  } catch {
    return undefined;
  }
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? printable(value, SENTENCE) : undefined;
}

function nameOf(value: unknown): string | undefined {
  return text(record(value)?.name);
}

function seconds(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Without keys whose value is undefined, so that facts compare and serialise alike. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
}

function fault(code: string, detail: string): ReadToken {
  return { outcome: { status: 'failed', code, detail: printable(detail, SENTENCE) } };
}
