/**
 * The gate: whether a credential may be sent, decided here for every connection and nowhere else. A credential, the server's address and the authority
 * that verifies it each have an owner: whoever named them. What one owner names is never vouched for by another. Secrets that are held come out again
 * through `secretsOf` alone, for a credential that passed.
 */
import type { TlsHandshake } from '../../model/facts.js';

/**
 * `user`: a flag. `environment`: our variables, and the files of our pod. `kubeconfig`: ours. `kubelet`: files of this node that are root's alone.
 * `process`: the one we stand for (--agent-process). `stranger`: anybody else, as who made the copy of a file system.
 */
export type Owner = 'user' | 'environment' | 'kubeconfig' | 'kubelet' | 'process' | 'stranger';
/** `public`: no CA is named, and those that everybody has count. They vouch for a name, whoever gave it. */
export type AuthorityOwner = Owner | 'public';

export interface Secrets {
  token?: string;
  certPem?: string;
  keyPem?: string;
}

declare const held: unique symbol;
declare const passed: unique symbol;

/** A credential that is at hand. What is secret of it cannot be read from it. */
export interface Held {
  readonly owner: Owner;
  readonly as: 'token' | 'certificate';
  readonly [held]: true;
}

export interface Server {
  owner: Owner;
  host: string;
  port: number;
}

export interface Authority {
  owner: AuthorityOwner;
  /** Undefined where it is `public`. */
  pem: string | undefined;
}

/** What a first look, without any credential, has shown of the server. */
export type Examined = Pick<TlsHandshake, 'verification' | 'protocol' | 'cipher'>;

export interface Passage {
  credential: Held;
  server: Server;
  authority: Authority;
  examined: Examined;
  /** The user's own flag: verification is waived, and nothing else. */
  insecure: boolean;
}

/** A credential that may go to one server, verified as is said here. The gate alone makes it, and the wire takes nothing else. */
export interface Sendable {
  readonly as: 'token' | 'certificate';
  readonly server: Server;
  readonly authority: Authority;
  readonly insecure: boolean;
  /** A client certificate under TLS 1.2, which OpenSSL shows before the server is verified: it has to be verified before OpenSSL sees it. */
  readonly shownFirst: boolean;
  readonly [passed]: true;
}

export type Why = 'owner' | 'server' | 'unverified' | 'authority' | 'shown-first';

/** Besides its own: what the user names is meant, and root of this machine can read what lies on it anyway. */
const MAY_GO_TO: Readonly<Record<Owner, readonly AuthorityOwner[]>> = {
  user: ['public', 'user', 'kubelet', 'environment', 'kubeconfig'],
  environment: ['public', 'user', 'kubelet', 'environment'],
  kubeconfig: ['public', 'user', 'kubelet', 'kubeconfig'],
  kubelet: ['public', 'user', 'kubelet'],
  process: ['public', 'user', 'kubelet', 'process'],
  stranger: [],
};

/** Why it is withheld; the first that holds. */
const OBJECTIONS: readonly [why: Why, holds: (passage: Passage) => boolean][] = [
  ['owner', ({ credential }) => credential.owner === 'stranger'],
  ['server', ({ credential, server }) => !MAY_GO_TO[credential.owner].includes(server.owner)],
  ['unverified', ({ examined, insecure }) => !insecure && !examined.verification.ok],
  ['authority', ({ credential, authority, insecure }) => !insecure && !MAY_GO_TO[credential.owner].includes(authority.owner)],
  ['shown-first', (passage) => isShownFirst(passage) && !provesItselfFirst(passage)],
];

const WORDS: Readonly<Record<Why, string>> = {
  owner: 'no credential that lies in a file of someone else is used',
  server: 'no credential to a server that someone else named',
  unverified: 'no credential to a server whose certificate does not verify',
  authority: 'no credential to a server that only a CA of someone else verifies',
  'shown-first': 'no client certificate to a server that sees it before it is verified (TLS 1.2)',
};

/** Since TLS 1.3 the server is verified before our certificate leaves. */
function isShownFirst({ credential, examined, insecure }: Passage): boolean {
  return credential.as === 'certificate' && !insecure && examined.protocol !== 'TLSv1.3';
}

/** A key exchange that the server's key signs: then its certificate, which comes in plain text, is no one else's. */
function provesItselfFirst({ examined: { protocol, cipher } }: Passage): boolean {
  return protocol === 'TLSv1.2' && /^TLS_(EC)?DHE_/.test(cipher);
}

const HELD = new WeakMap<Held, Secrets>();
const PASSED = new WeakMap<Sendable, Secrets>();

/** Puts a credential under its owner. */
export function hold(owner: Owner, secrets: Secrets): Held {
  const as = secrets.token === undefined ? 'certificate' : 'token';
  const credential = Object.freeze({ owner, as }) as Held;
  HELD.set(credential, secrets);
  return credential;
}

/** May it go there? The credential as it may be sent, or why not. */
export function gate(passage: Passage): { send: Sendable } | { why: Why; detail: string } {
  const [why] = OBJECTIONS.find(([, holds]) => holds(passage)) ?? [];
  if (why) return { why, detail: WORDS[why] };
  const { credential, server, authority, insecure } = passage;
  const send = Object.freeze({ as: credential.as, server, authority, insecure, shownFirst: isShownFirst(passage) }) as Sendable;
  PASSED.set(send, HELD.get(credential) ?? {});
  return { send };
}

/** For whoever puts it on the wire. */
export function secretsOf(credential: Sendable): Secrets {
  return PASSED.get(credential) ?? {};
}

/** Whose word an answer is, as an address in it: the server's, or his who vouched for it where the user himself named the server. */
export function ownerOfAnswer({ server, authority }: Pick<Passage, 'server' | 'authority'>): Owner {
  return server.owner === 'user' && authority.owner !== 'public' ? authority.owner : server.owner;
}
