/** Who may be sent whose credential: all owners of the credential, the address and the CA, verified or not, with the user's flag or without. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import {
  type AuthorityOwner,
  type Examined,
  gate,
  type Held,
  hold,
  type Owner,
  ownerOfAnswer,
  type Passage,
  type Sendable,
  secretsOf,
} from '../../../src/probes/connection/gate.js';
import { contextOf } from '../../../src/probes/connection/secure-context.js';
import { VERIFIED, VERIFIED_OLDER } from '../sendable.js';

const OWNERS = ['user', 'environment', 'kubeconfig', 'kubelet', 'process', 'stranger'] as const satisfies readonly Owner[];
const AUTHORITIES: readonly AuthorityOwner[] = [...OWNERS, 'public'];
const UNVERIFIED: Examined = { ...VERIFIED, verification: { ok: false, code: 'CERT_HAS_EXPIRED' } };

/** In words of its own: rows are credentials, columns addresses and CAs in the order of OWNERS. */
const MAY: Readonly<Record<Owner, string>> = {
  user: 'yyyynn',
  environment: 'yynynn',
  kubeconfig: 'ynyynn',
  kubelet: 'ynnynn',
  process: 'ynnyyn',
  stranger: 'nnnnnn',
};
const may = (credential: Owner, to: AuthorityOwner): boolean =>
  to === 'public' ? credential !== 'stranger' : MAY[credential][OWNERS.indexOf(to)] === 'y';

const TOKEN = { token: 'a-secret' };
const CERTIFICATE = { certPem: 'C', keyPem: 'K' };

function ask(
  parts: Partial<Omit<Passage, 'credential' | 'server' | 'authority'>> & { of?: Held; server?: Owner; authority?: AuthorityOwner },
) {
  const { of = hold('user', TOKEN), server = 'user', authority = 'user', examined = VERIFIED, insecure = false } = parts;
  return gate({
    credential: of,
    server: { owner: server, host: '10.0.0.7', port: 10250 },
    authority: { owner: authority, pem: authority === 'public' ? undefined : 'PEM' },
    examined,
    insecure,
  });
}
const said = (answer: ReturnType<typeof gate>): string => ('send' in answer ? 'sent' : `${answer.why}: ${answer.detail}`);

describe('the gate', () => {
  for (const credential of OWNERS)
    it(`of ${credential}: to each address, verified by each CA or not, with the flag or without`, () => {
      let asked = 0;
      for (const secrets of [TOKEN, CERTIFICATE])
        for (const server of OWNERS)
          for (const authority of AUTHORITIES)
            for (const verified of [true, false])
              for (const insecure of [true, false]) {
                const of = hold(credential, secrets);
                const examined = verified ? VERIFIED : UNVERIFIED;
                const sent = 'send' in ask({ of, server, authority, examined, insecure });
                const wanted = may(credential, server) && (insecure || (verified && may(credential, authority)));
                assert.equal(sent, wanted, JSON.stringify({ credential, server, authority, verified, insecure }));
                asked += 1;
              }
      assert.equal(asked, 2 * 6 * 7 * 2 * 2);
    });

  it('says why not, and the first reason first', () => {
    const stranger = hold('stranger', TOKEN);
    const kubelet = hold('kubelet', TOKEN);
    const rows: [Parameters<typeof ask>[0], string][] = [
      [{ of: stranger, server: 'stranger', examined: UNVERIFIED }, 'owner: no credential that lies in a file of someone else is used'],
      [{ of: kubelet, server: 'process', examined: UNVERIFIED }, 'server: no credential to a server that someone else named'],
      [{ authority: 'process', examined: UNVERIFIED }, 'unverified: no credential to a server whose certificate does not verify'],
      [{ authority: 'process' }, 'authority: no credential to a server that only a CA of someone else verifies'],
      [
        { of: hold('user', CERTIFICATE), examined: { ...VERIFIED_OLDER, cipher: 'TLS_RSA_WITH_AES_128_GCM_SHA256' } },
        'shown-first: no client certificate to a server that sees it before it is verified (TLS 1.2)',
      ],
      [{}, 'sent'],
    ];
    for (const [parts, words] of rows) assert.equal(said(ask(parts)), words);
  });

  it('a client certificate under TLS 1.2 goes where the key exchange is signed, and is held back until then', () => {
    const rows: [secrets: typeof TOKEN | typeof CERTIFICATE, protocol: string, cipher: string, insecure: boolean, wanted: string][] = [
      [CERTIFICATE, 'TLSv1.3', 'TLS_AES_128_GCM_SHA256', false, 'false'],
      [CERTIFICATE, 'TLSv1.2', 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', false, 'true'],
      [CERTIFICATE, 'TLSv1.2', 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256', false, 'true'],
      [CERTIFICATE, 'TLSv1.2', 'TLS_RSA_WITH_AES_128_GCM_SHA256', false, 'shown-first'],
      [CERTIFICATE, 'TLSv1.2', 'X_TLS_DHE_RSA', false, 'shown-first'],
      [CERTIFICATE, 'TLSv1.1', 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA', false, 'shown-first'],
      [CERTIFICATE, 'unknown', 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA', false, 'shown-first'],
      // The user's own flag: whoever it is.
      [CERTIFICATE, 'TLSv1.2', 'TLS_RSA_WITH_AES_128_GCM_SHA256', true, 'false'],
      [TOKEN, 'TLSv1.2', 'TLS_RSA_WITH_AES_128_GCM_SHA256', false, 'false'],
    ];
    for (const [secrets, protocol, cipher, insecure, wanted] of rows) {
      const answer = ask({ of: hold('user', secrets), examined: { verification: { ok: true }, protocol, cipher }, insecure });
      assert.equal('send' in answer ? String(answer.send.shownFirst) : answer.why, wanted, `${protocol} ${cipher} ${insecure}`);
    }
  });

  it('what is sent is bound to its server, its CA and the flag, and cannot be changed', () => {
    const answer = ask({ of: hold('user', CERTIFICATE), server: 'kubelet', authority: 'kubeconfig', insecure: true });
    assert.ok('send' in answer);
    const { send } = answer;
    assert.deepEqual(JSON.parse(JSON.stringify(send)), {
      as: 'certificate',
      server: { owner: 'kubelet', host: '10.0.0.7', port: 10250 },
      authority: { owner: 'kubeconfig', pem: 'PEM' },
      insecure: true,
      shownFirst: false,
    });
    assert.ok(Object.isFrozen(send));
    assert.equal(secretsOf(send), CERTIFICATE);
  });

  it('a secret is not in what is held', () => {
    const held = hold('environment', TOKEN);
    assert.deepEqual({ ...held }, { owner: 'environment', as: 'token' });
    assert.ok(Object.isFrozen(held));
    assert.doesNotMatch(JSON.stringify([held, ask({ of: held, server: 'environment' })]), /a-secret/);
    assert.deepEqual(hold('user', CERTIFICATE).as, 'certificate');
  });

  it('an answer is the word of the server, or of who vouched for one that the user named', () => {
    const rows: [server: Owner, authority: AuthorityOwner, owner: Owner][] = [
      ['environment', 'environment', 'environment'],
      ['kubeconfig', 'user', 'kubeconfig'],
      ['user', 'kubeconfig', 'kubeconfig'],
      ['user', 'process', 'process'],
      ['user', 'user', 'user'],
      ['user', 'public', 'user'],
      ['process', 'public', 'process'],
    ];
    for (const [owner, authority, wanted] of rows) {
      const server = { owner, host: 'h', port: 1 };
      assert.equal(ownerOfAnswer({ server, authority: { owner: authority, pem: undefined } }), wanted, `${owner} ${authority}`);
    }
  });
});

describe('no other way', () => {
  const SOURCE = path.resolve('src');
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.startsWith('sim/'),
  );
  const holding = (pattern: RegExp) => files.filter((file) => pattern.test(readFileSync(path.join(SOURCE, file), 'utf8'))).sort();

  it('a literal is nothing that can be sent', () => {
    // @ts-expect-error: the gate's mark is missing.
    const forged: Sendable = {
      as: 'token',
      server: { owner: 'user', host: 'h', port: 1 },
      authority: { owner: 'public', pem: undefined },
      insecure: false,
      shownFirst: false,
    };
    assert.deepEqual(secretsOf(forged), {});
    // @ts-expect-error: what is held has not passed.
    const held: Sendable = hold('user', TOKEN);
    assert.deepEqual(secretsOf(held), {}, 'nor at run time');
  });

  it('the gate alone marks, and the wire alone takes secrets out', () => {
    assert.deepEqual(holding(/\bas (Sendable|Held)\b|<(Sendable|Held)>/), ['probes/connection/gate.ts']);
    assert.deepEqual(holding(/\bsecretsOf\b/), [
      'live/apiserver/client.ts',
      'probes/connection/gate.ts',
      'probes/connection/http.ts',
      'probes/connection/tls.ts',
    ]);
    assert.deepEqual(
      holding(/['"`]?authorization['"`]?\s*[:=]/i).filter((file) => /^(live|probes\/connection\/(http|wire|tls))/.test(file)),
      [
        'live/connection/reach.ts', // to a proxy, which its own URL names
        'live/reproduce.ts', // what is printed, without a secret
        'live/script/shell.ts', // the script's own, which curl reads from standard input
        'probes/connection/http.ts',
      ],
    );
  });

  it('no connection gets a key from another: a context with one is not shared', () => {
    assert.deepEqual(contextOf({ cert: 'ours', key: 'ours' }), {});
    assert.equal(contextOf({}).secureContext, contextOf({}).secureContext);
    assert.notEqual(contextOf({}).secureContext, contextOf({ maxVersion: 'TLSv1.2' }).secureContext);
  });

  it('TLS, TCP and HTTP are opened in one place each', () => {
    assert.deepEqual(
      holding(/from 'node:tls'/).filter((file) => !/^cli/.test(file)),
      [
        'live/cluster-agent.ts', // a type
        'live/connection/reach.ts',
        'probes/connection/chain.ts',
        'probes/connection/secure-context.ts', // opens nothing
        'probes/connection/tls.ts',
        'probes/connection/wire.ts',
      ],
    );
    assert.deepEqual(holding(/\btlsConnect\(/), ['probes/connection/tls.ts']);
    assert.deepEqual(holding(/from 'node:https?'|globalThis\.fetch/), []);
  });
});
