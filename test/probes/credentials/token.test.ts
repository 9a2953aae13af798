import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeClaims, readToken } from '../../../src/probes/credentials/token.js';
import { createTestHost } from '../../host/files.js';

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (claims: unknown, header: unknown = { alg: 'RS256' }) => `${part(header)}.${part(claims)}.c2lnbmF0dXJl`;

const BOUND = {
  iss: 'https://kubernetes.default.svc',
  sub: 'system:serviceaccount:datadog:agent',
  aud: ['https://kubernetes.default.svc', 'k3s'],
  exp: 1_800_000_000,
  nbf: 1_700_000_000,
  iat: 1_700_000_000,
  jti: 'x',
  'kubernetes.io': {
    namespace: 'datadog',
    node: { name: 'n1', uid: 'u' },
    pod: { name: 'agent-x', uid: 'u' },
    serviceaccount: { name: 'agent', uid: 'u' },
    warnafter: 1_700_003_607,
  },
};
const LEGACY = {
  iss: 'kubernetes/serviceaccount',
  'kubernetes.io/serviceaccount/namespace': 'default',
  'kubernetes.io/serviceaccount/secret.name': 'agent-token-abc',
  'kubernetes.io/serviceaccount/service-account.name': 'agent',
  sub: 'system:serviceaccount:default:agent',
};

describe('decodeClaims', () => {
  it('reads a bound token', () => {
    assert.deepEqual(decodeClaims(jwt(BOUND)), {
      issuer: BOUND.iss,
      subject: BOUND.sub,
      audiences: BOUND.aud,
      expiresAt: BOUND.exp,
      notBefore: BOUND.nbf,
      issuedAt: BOUND.iat,
      warnAfter: 1_700_003_607,
      namespace: 'datadog',
      serviceAccount: 'agent',
      pod: 'agent-x',
      node: 'n1',
      legacy: false,
    });
  });
  it('reads a legacy Secret token', () => {
    assert.deepEqual(decodeClaims(jwt(LEGACY)), {
      issuer: 'kubernetes/serviceaccount',
      subject: LEGACY.sub,
      audiences: [],
      namespace: 'default',
      serviceAccount: 'agent',
      legacy: true,
    });
  });
  it("reads an identity provider's token: one audience, a float, no Kubernetes claims", () => {
    const claims = decodeClaims(jwt({ iss: 'https://idp', sub: 'me@example.com', aud: 'cluster', exp: 1.8e9 + 0.5 }));
    assert.deepEqual(claims, {
      issuer: 'https://idp',
      subject: 'me@example.com',
      audiences: ['cluster'],
      expiresAt: 1.8e9 + 0.5,
      legacy: false,
    });
  });
  it('is not taken in by claims of other types or hostile text', () => {
    const claims = decodeClaims(jwt({ iss: 7, sub: 'a\x1b[31m', aud: [1, 'a', {}], exp: 'soon', 'kubernetes.io': 'x' }));
    assert.deepEqual(claims, { subject: 'a\\x1b[31m', audiences: ['a'], legacy: false });
  });
  const none: [name: string, token: string][] = [
    ['opaque', 'abcdef0123456789'],
    ['two parts', `${part({})}.${part({})}`],
    ['five parts (JWE)', `${part({})}.a.b.c.d`],
    ['not base64url', 'a+b.c/d.e=f'],
    ['not JSON', 'YWJj.YWJj.YWJj'],
    ['JSON, but no object', `${part({})}.${part([1])}.x`],
    ['null', `${part({})}.${part(null)}.x`],
    ['huge', `${part({})}.${part({ a: 'x'.repeat(70_000) })}.x`],
    ['empty', ''],
  ];
  for (const [name, token] of none) it(`finds none: ${name}`, () => assert.equal(decodeClaims(token), undefined));
});

describe('readToken', () => {
  const token = jwt(BOUND);
  const rows: [name: string, content: string | undefined, expected: string, usable?: string][] = [
    ['a JWT', token, 'observed', token],
    ['with a newline at its end, as editors leave', `${token}\n`, 'observed', token],
    ['with CRLF and spaces around', ` ${token}\r\n`, 'observed', token],
    ['opaque', 'static-token-1\n', 'observed', 'static-token-1'],
    ['missing', undefined, 'ENOENT'],
    ['empty', '', 'EMPTY'],
    ['white space alone', ' \n\n', 'EMPTY'],
    ['broken in two', `${token.slice(0, 40)}\n${token.slice(40)}`, 'ENEWLINE'],
    ['two tokens', `${token}\n${token}\n`, 'ENEWLINE'],
    ['with its scheme', `Bearer ${token}`, 'ENOTJWT'],
    ['with a control character', `${token}\x01`, 'ENOTJWT'],
    ['with a NUL', 'abc\0def', 'ENOTJWT'],
    ['UTF-16', Buffer.from(token, 'utf16le').toString('latin1'), 'ENOTJWT'],
    ['not ASCII', 'tökén', 'ENOTJWT'],
    ['too big', 'x'.repeat(65 * 1024), 'ETOOBIG'],
  ];
  for (const [name, content, expected, usable] of rows) {
    it(name, async (t) => {
      const host = createTestHost(t, content === undefined ? {} : { '/t/token': content });
      const read = await readToken(host, '/t/token');
      const { outcome } = read;
      assert.equal(outcome.status === 'failed' ? outcome.code : outcome.status, expected);
      assert.equal(read.token, usable);
      // The fact holds nothing of it, and from now on nobody shows it.
      const text = JSON.stringify(outcome);
      assert.ok(!text.includes(token.slice(20, 60)) && !text.includes('static-token'), text);
      if (usable) assert.doesNotMatch(host.redactor.clean(`got ${usable}`), new RegExp(usable.slice(5)));
      if (outcome.status === 'failed') assert.match(outcome.detail, /^\/t\/token(: | is empty| has )/);
    });
  }
});
