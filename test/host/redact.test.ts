import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRedactor, printable } from '../../src/host/redact.js';
import { stopwatch } from '../support/stopwatch.js';

const JWT = `eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.${Buffer.from('{"sub":"SENTINEL"}').toString('base64url')}.c2lnbmF0dXJlLVNFTlRJTkVM`;
const KEY =
  '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEISENTINELSENTINELSENTINEL0123\nabcdefghijklmnopqrstuvwxyzSENTINEL\n-----END EC PRIVATE KEY-----\n';

describe('printable: hostile characters', () => {
  const rows: [name: string, text: string, expected: string][] = [
    ['colour', '\x1b[31mred\x1b[0m', '\\x1b[31mred\\x1b[0m'],
    ['title and bell', '\x1b]0;pwned\x07x', '\\x1b]0;pwned\\x07x'],
    ['C1 CSI', 'a\x9b2Jb', 'a\\x9b2Jb'],
    ['C1 string terminator as UTF-8', 'a\u009cb', 'a\\x9cb'],
    ['backspaces', 'ok\b\bno', 'ok\\x08\\x08no'],
    ['carriage return hides', 'denied\rgranted', 'denied granted'],
    ['NUL and DEL', 'a\0b\x7fc', 'a\\x00b\\x7fc'],
    ['bidi override', 'a\u202egnp.exe', 'a\\u{202e}gnp.exe'],
    ['bidi isolate', '\u2066x\u2069', '\\u{2066}x\\u{2069}'],
    ['zero width', 'ad\u200bmin', 'ad\\u{200b}min'],
    ['tag characters', 'a\u{e0041}b', 'a\\u{e0041}b'],
    ['byte order mark', '\ufeffx', 'x'],
    ['lone surrogate', 'a\ud800b', 'a\\u{d800}b'],
    ['line separator', 'a\u2028b', 'a b'],
    ['white space', '  a \n\t b\u00a0 ', 'a b'],
    ['ordinary text of other scripts', 'café 日本 🎉', 'café 日本 🎉'],
  ];
  for (const [name, text, expected] of rows) {
    it(name, () => assert.equal(printable(text), expected));
  }
  it('lets no control or format character through at all', () => {
    let all = '';
    for (let code = 0; code < 0x2100; code += 1) all += String.fromCharCode(code);
    assert.doesNotMatch(printable(all, 100_000), /[\p{Cc}\p{Cf}]/u);
  });
  it('cuts with an ellipsis, by whole characters', () => {
    assert.equal(printable('abcdef', 4), 'abc…');
    assert.equal(printable('🎉🎉🎉🎉', 3), '🎉🎉…');
    assert.equal(printable('abc', 3), 'abc');
  });
});

describe('printable: secrets by their shape', () => {
  const hidden: [name: string, text: string][] = [
    ['JWT', `token is ${JWT} ok`],
    ['beginning of a JWT', `x ${JWT.slice(0, 30)}`],
    ['bearer header', 'Authorization: Bearer SENTINEL-123'],
    ['bearer in prose', 'sent bearer SENTINEL_123'],
    ['basic header', `authorization: basic ${Buffer.from('me:SENTINEL').toString('base64')}`],
    ['header as JSON', '{"Authorization":"SENTINEL-9"}'],
    ['PEM key', `a ${KEY} b`],
    ['PEM key cut off', KEY.slice(0, 60)],
    ['PKCS#8 key in JSON', `{"k":"${KEY.replace('EC ', '').replaceAll('\n', '\\n')}"}`],
    ['URL credentials', 'proxy http://me:SENTINEL@proxy:3128/ refused'],
    ['URL user alone', 'https://SENTINEL@host/x'],
    ['JSON field', '{"token":"SENTINEL123"}'],
    ['escaped JSON field', '{\\"password\\":\\"SENTINEL123\\"}'],
    ['YAML field', 'client-key-data: SENTINEL12='],
    ['query', 'GET /x?access_token=SENTINEL-1&b=2'],
    ['signature of a URL', 'GET /x?sv=1&sig=SENTINEL%3D'],
    ['key of a cloud', 'aws_secret_access_key=SENTINEL/a1'],
    ['key of a cloud, as JSON', '{"secretAccessKey":"SENTINEL1"}'],
    ['key of a storage', 'AccountName=a;AccountKey=SENTINEL1==;'],
    ['key of another product', 'DD-APPLICATION-KEY: SENTINEL1'],
    ['key that signs', 'signing-key: SENTINEL1'],
    ['password in a variable', 'DB_PASS=SENTINEL MYSQL_PWD=SENTINEL'],
    ['password of a key', 'passphrase=SENTINEL1'],
    ['flag of a command', 'agent --password SENTINEL --site x'],
    ['user of curl', 'curl -sk -u admin:SENTINEL https://host:10250/pods'],
    ['user of curl, without a space', 'curl -sk -uadmin:SENTINEL1 https://host'],
    ['user of curl, among other flags', "curl -sku 'admin:SENTINEL1' https://host"],
    ['user of curl, in full', 'curl --insecure --user=admin:SENTINEL1 https://host'],
    ['user of a proxy', 'curl --proxy-user admin:SENTINEL1 https://host'],
    ['user, with no curl before it', 'said: bad arguments -u admin:SENTINEL1'],
    ['user by number, and a word', 'args -u 7:SENTINEL1'],
    ['credentials', 'refused: credentials=SENTINEL1'],
    ['credentials as JSON', '{"credentials":"SENTINEL1"}'],
    ['credential in a URL', 'GET /b?X-Amz-Credential=SENTINEL1%2F20260105'],
    ['signature outside of a URL', 'said: sig=SENTINEL%3D is wrong'],
    ['signature of a cloud', 'GET /b?X-Amz-Signature=SENTINEL1'],
    ['signature, encoded once more', 'redirect=%2Fx%3Fsig%3DSENTINEL1'],
    ['login of a registry', '{"auths":{"r.example":{"auth":"SENTINEL1="}}}'],
    ['key that is shared', 'sharedKey=SENTINEL1'],
    ['key that is bought', 'license_key: SENTINEL1'],
    ['token of GitHub', 'said ghp_SENTINELabcdefghijklmnopqrstuvwxyz0123'],
    ['token of Slack', 'said xoxb-123456789012-SENTINELabcdefgh'],
    ['key file in base64', Buffer.from('-----BEGIN RSA PRIVATE KEY-----\nSENTINEL').toString('base64')],
  ];
  for (const [name, text] of hidden) {
    it(`hides: ${name}`, () => {
      const shown = printable(text);
      assert.doesNotMatch(shown, /SENTINEL|U0VOVElORUw|c2lnbmF0dXJl/);
      assert.match(shown, /\[redacted\]/);
    });
  }
  /** Shapes that hold no word of ours: what would be left of them. */
  const shapes: [name: string, text: string, left: RegExp][] = [
    ['bootstrap token', 'join with abcdef.0123456789abcdef now', /0123|abcdef/],
    ['bootstrap token in quotes', "kubeadm join '7c2x0q.k3v9d0s8f7a6z1m2'", /7c2x0q|k3v9/],
    ['bootstrap token at an end', 'invalid: q1w2e3.r4t5y6u7i8o9p0a1.', /q1w2|r4t5/],
    ['bootstrap token alone', 'q1w2e3.r4t5y6u7i8o9p0a1', /q1w2|r4t5/],
    ['another scheme', 'Authorization: token 3f2a9b8c7d6e5f4a', /3f2a/],
    ['another scheme, of Elastic', 'Authorization: ApiKey VnVhQ2ZHY0JDZGJrU', /VnVh/],
    ['flag of another password', 'mysqldump --root-passwd hunter2Sec', /hunter2/],
    ['flag of a key file', 'etcd --etcd-keyfile-password hunter2Sec', /hunter2/],
    ['flag of a login', 'docker login -u me -p hunter2Sec registry.example', /hunter2/],
    ['key of a vendor', 'used sk-proj-abcdefghij0123456789', /abcdefghij/],
    ['space before the colon', 'api_key : "9a0da0c4b2"', /9a0d/],
    ['space before the colon, in JSON', '{"token" : "abc9def8ghi7"}', /abc9/],
    ['arrow', 'password => hunter2Sec', /hunter2/],
    ['key of AWS that begins as a path', 'AWS_SECRET_ACCESS_KEY=/8hYqZ3mT0bLkV7sWnR2xJ5cQ1dFgP9eU4aIoH6y', /8hYq/],
    ['password that begins as a variable', 'password=$ecret9xQ', /ecret9/],
    ['variable of a pod', '{"name":"DB_PASSWORD","value":"correct horse 1"}', /horse/],
    ['variable of a pod, in a string', '{\\"name\\": \\"DB_PASS\\", \\"value\\": \\"hunter2\\"}', /hunter2/],
    ['struct of Go', 'config {ApiKey:9a0da0c4b2d3e4f5 Site:x}', /9a0d/],
    ['map of Go', 'map[api_key:9a0da0c4b2d3e4f5 site:x]', /9a0d/],
    ['key id of AWS', 'credentials of AKIAIOSFODNN7EXAMPLE were refused', /AKIA/],
    ['key id of AWS, for a session, alone', 'ASIAIOSFODNN7EXAMPLE', /ASIA/],
    ['key of Google', 'key AIzaSyA0123456789abcdefghijklmnopqrstu', /AIza/],
    ['token of GitLab', 'glpat-0123456789abcdefghij', /glpat/],
    ['token of GitHub, new', 'github_pat_0123456789abcdefghij_0123', /github_pat/],
    ['token of HashiCorp', 'hvs.CAESIJ0123456789abcdefghij', /hvs/],
    ['token of Docker', 'dckr_pat_0123456789abcdefghijklmnop', /dckr/],
    ['token of k3s', `K10${'0123456789abcdef'.repeat(4)}::server:0123abcd`, /K10|server/],
    ['key of age', `AGE-SECRET-KEY-1${'QPZRY9X8'.repeat(7)}`, /QPZRY/],
  ];
  for (const [name, text, left] of shapes)
    it(`hides: ${name}`, () => {
      assert.doesNotMatch(printable(text), left);
      assert.match(printable(text), /\[redacted\]/);
    });
  const speech = [
    'agent1.17a1b2c3d4e5f607',
    'Event datadog/node01.1887b2c3d4e5f607: BackOff',
    'node01.kubernetesinside',
    'ip6abc.internalnode1234',
    'nodes "ip6abc.internalnode1234" not found',
    'token=/var/run/secrets/kubernetes.io/serviceaccount/token',
    'token: /var/lib/kubelet/pods/0f9b2c5e-1d1c-4d3e-8b1a-1234567890ab/token',
    'Authorization: Bearer $TOKEN',
    'authorization: kubelet rejected a request',
    'kubectl create token --duration 1h datadog-agent',
    'ssh -p 2222 n1 and login with -p 2222',
    '{"name":"DD_HOSTNAME","value":"node-1"}',
    'system:serviceaccount:secret:agent-2024x',
    'volumes [secret:datadog-agent token:projected]',
    'worker.a1b2c3d4e5f6g7h8.example.com',
    'ip-10-0-0-1-node01.a1b2c3d4e5f6g7h8',
    'took 123456.1234567890123456 ms',
    `registry.example/agent@sha256:${'0123456789abcdef'.repeat(4)}`,
    'v1.31.2+rke2r1 of 1.31.2-eks-7f9249a',
    'Forbidden (user=system:serviceaccount:datadog:agent-7x, verb=get)',
    'kubectl create clusterrolebinding x --user=system:serviceaccount:dd:agent-1',
    'kubectl --user=arn:aws:eks:eu-1:123456789012:cluster/x get nodes',
    'docker run -u 1000:2000 agent',
    'etcdctl -u 10.0.0.7:2379 and -u etcd-1.example:2379',
    'runs as -u system:node:n1',
    'curl -u http://10.0.0.7:3128',
    'no credential: 403 as system:anonymous',
    'credentials: kubelet-client-current.pem',
    'killed by sig=SIGTERM',
    'sig=11',
    'signature: certificate signed by unknown authority',
    'CN=system:node:node01.x, O=system:nodes, SKID=0A1B2C, AKID=4D5E6F',
    'akiaiosfodnn7example-node',
    'MAKIAIOSFODNN7EXAMPLE',
    'invalid bearer token',
    'Bearer realm="kubelet"',
    'Basic Constraints',
    'service account token has expired',
    '/var/run/token: permission denied',
    'token: /var/run/secrets/kubernetes.io/serviceaccount/token',
    'system:serviceaccount:secret:builder-1',
    'Forbidden (user=system:serviceaccount:dd:token, verb=get, resource=nodes, subresource=proxy)',
    'https://10.0.0.7:10250/pods',
    '-----BEGIN CERTIFICATE-----',
    'Authorization error (user=x, verb=get)',
    'secretName: datadog-secret',
    '--token is missing',
    'private-key: /etc/kubernetes/pki/apiserver.key',
    'PWD=/root',
    'curl -sk -u "$U:$P" https://host',
    'journalctl -u kubelet.service: no entries',
    Buffer.from('-----BEGIN CERTIFICATE-----').toString('base64'),
  ];
  for (const text of speech) {
    it(`leaves alone: ${text}`, () => assert.equal(printable(text), text));
  }
});

describe('registered secrets', () => {
  const secret = 'pässw0rd/with+odd "signs"&';
  const forms: [name: string, text: string][] = [
    ['raw', `x ${secret} y`],
    ['base64', Buffer.from(secret).toString('base64')],
    ['base64 without padding', Buffer.from(secret).toString('base64').replace(/=+$/, '')],
    ['base64url', Buffer.from(secret).toString('base64url')],
    ['inside Basic', Buffer.from(`user:${secret}`).toString('base64')],
    ['inside Basic, other alignment', Buffer.from(`me:${secret}`).toString('base64')],
    ['inside Basic, third alignment', Buffer.from(`you:${secret}:more`).toString('base64')],
    ['URL-encoded', `http://p/?q=${encodeURIComponent(secret)}`],
    ['URL-encoded, small letters', encodeURIComponent(secret).replace(/%../g, (c) => c.toLowerCase())],
    ['form-encoded', encodeURIComponent(secret).replaceAll('%20', '+')],
    ['JSON', JSON.stringify({ v: secret })],
    ['Go JSON', JSON.stringify({ v: secret }).replaceAll('&', '\\u0026')],
    ['split by control characters', [...secret].join('\x00')],
    ['split by zero-width characters', [...secret].join('\u200b')],
    ['wrapped', secret.replace('w0rd', 'w0\n  rd')],
  ];
  for (const [name, text] of forms) {
    it(`hides: ${name}`, () => {
      const redactor = createRedactor();
      redactor.register(secret);
      const shown = redactor.clean(text, 10_000);
      assert.match(shown, /\[redacted\]/);
      assert.ok(shown.replace('[redacted]', '').length < 25, shown);
    });
  }
  /** Every way of writing that review S15 has, and those next to them. */
  const WAYS: Record<string, (secret: string) => string> = {
    'as it is': (s) => s,
    'in small letters': (s) => s.toLowerCase(),
    'in capitals': (s) => s.toUpperCase(),
    hex: (s) => Buffer.from(s).toString('hex'),
    'hex in capitals': (s) => Buffer.from(s).toString('hex').toUpperCase(),
    'hex with colons': (s) => (Buffer.from(s).toString('hex').match(/../g) ?? []).join(':'),
    '\\x41': (s) => [...Buffer.from(s)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
    '\\u0041': (s) => [...s].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
    '%41': (s) => [...Buffer.from(s)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
    '%2541': (s) => [...Buffer.from(s)].map((byte) => `%25${byte.toString(16)}`).join(''),
    '&#65;': (s) => [...s].map((c) => `&#${c.charCodeAt(0)};`).join(''),
    '&#x41;': (s) => [...s].map((c) => `&#x${c.charCodeAt(0).toString(16)};`).join(''),
    'as HTML': (s) => s.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
    'as a URL': encodeURIComponent,
    'as JSON in JSON': (s) => JSON.stringify(JSON.stringify(s)),
    base64: (s) => Buffer.from(s).toString('base64'),
    'base64 behind another': (s) => Buffer.from(`x${s}yy`).toString('base64'),
    'base64 behind two': (s) => Buffer.from(`xy${s}z`).toString('base64'),
    base64url: (s) => Buffer.from(s).toString('base64url'),
    'base64 twice': (s) => Buffer.from(Buffer.from(s).toString('base64')).toString('base64'),
    'base64 as a URL': (s) => encodeURIComponent(Buffer.from(s).toString('base64')),
    'base64 in lines': (s) =>
      (
        Buffer.from(s)
          .toString('base64')
          .match(/.{1,20}/g) ?? []
      ).join('\n'),
    spaced: (s) => [...s].join(' '),
    'dashes every 10': (s) => (s.match(/.{1,10}/gs) ?? []).join('-'),
    'in lines': (s) => (s.match(/.{1,7}/gs) ?? []).join('\r\n  '),
  };
  const SECRETS: Record<string, string> = {
    JWT,
    opaque: 'OpaqueSentinel+Tok/en&Zw=9183746550',
    'of small letters': 'correct-horse-battery-staple',
    'a password': 'pässw0rd/with+odd "signs"&<x>',
    // Its first and last line are in every key file.
    key: KEY.replace(/-----.*-----/g, ''),
    uuid: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  };
  for (const [what, one] of Object.entries(SECRETS))
    it(`leaves no 16 characters of one, however it is written, whole or cut: ${what}`, () => {
      const redactor = createRedactor();
      redactor.register(one);
      for (const [way, write] of Object.entries(WAYS)) {
        const written = write(one);
        for (const cut of [written, written.slice(0, -1), written.slice(Math.floor(written.length / 3)), written.slice(3, 40)]) {
          const shown = redactor.clean(`said <${cut}> and more`, 100_000);
          const plain = shown
            .replaceAll('[redacted]', '|')
            .replace(/^said /, '')
            .replace(/ and more$/, '');
          // Of 16 that a reader could put together again.
          const letters = plain.split('|').map((part) => part.replace(/[^A-Za-z0-9]/g, ''));
          const readable = /^(?:\\[xu]|%|&)/.test(way) ? 90 : 24;
          assert.ok(
            letters.every((part) => part.length < readable),
            `${way}: ${shown}`,
          );
        }
      }
    });

  it('leaves every sentence alone that only shares words with one', () => {
    const redactor = createRedactor();
    redactor.register('datadog-agent-pass');
    redactor.register('3f2504e0-4f89-41d3-9a0c-0305e82c3301');
    for (const text of [
      'system:serviceaccount:datadog:datadog-agent is',
      'datadog/datadog-agent is',
      'the agent passes',
      '3f2504e0-4f89-0000',
    ])
      assert.equal(redactor.clean(text), text);
  });

  it('hides what a cut left of one at the end', () => {
    const redactor = createRedactor();
    redactor.register('opaque-secret-0123456789');
    assert.equal(redactor.clean('said opaque-secret-01'), 'said [redacted]');
  });
  it('hides the lines of a key and the signature of a token apart', () => {
    const redactor = createRedactor();
    redactor.register(KEY);
    redactor.register(JWT);
    assert.equal(redactor.clean('MHcCAQEEISENTINELSENTINELSENTINEL0123'), '[redacted]');
    assert.equal(redactor.clean('sig c2lnbmF0dXJlLVNFTlRJTkVM'), 'sig [redacted]');
  });
  it('takes no word for a secret, nor an empty one', () => {
    const redactor = createRedactor();
    for (const word of ['', ' ', 'a', 'yes']) redactor.register(word);
    assert.equal(redactor.clean('a yes'), 'a yes');
  });
  it('redacts before it cuts', () => {
    const redactor = createRedactor();
    redactor.register('opaque-secret-0123456789');
    assert.doesNotMatch(redactor.clean('said opaque-secret-0123456789', 14), /opaque/);
  });
  it('keeps its pace on a hostile body', () => {
    const redactor = createRedactor();
    redactor.register(JWT);
    const lived = stopwatch();
    for (const body of [
      'a.'.repeat(32_768),
      'http://'.repeat(9000),
      'eyJ'.repeat(20_000),
      '-----BEGIN PRIVATE KEY-----'.repeat(2400),
      'token:'.repeat(10_000),
      'curl '.repeat(13_000),
      'curl x -u a'.repeat(6000),
      '--token '.repeat(8000),
      'LS0tLS1CRUdJTi'.repeat(4000),
      'xoxb-'.repeat(12_000),
      'a1b2c3.'.repeat(9000),
      'abcdef.0123456789abcde '.repeat(3000),
      '-u a.'.repeat(12_000),
      'sig='.repeat(15_000),
      '"auth":"'.repeat(8000),
      'AKIA'.repeat(16_000),
    ]) {
      redactor.clean(body);
    }
    assert.ok(lived() < 3000);
  });
});
