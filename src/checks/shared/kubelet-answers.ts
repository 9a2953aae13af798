/** How a kubelet words its refusals, and which right each of its paths asks for. Recorded from 1.31 and 1.36 kubelets. */

import { isKubeletSubresource, type KubeletSubresource } from '../../kubernetes/kubelet/rights.js';
import type { CredentialKind, Payload } from '../../model/facts/connection.js';
import type { AccessAnswer, Credential, Fact, HttpAnswer } from '../../model/facts.js';
import { KUBELET_PATHS, type KubeletPath } from './kubelet.js';
import { failure, seen } from './read.js';

/** Whom a server takes someone for who showed nothing it believes. */
export const ANONYMOUS = 'system:anonymous';

export const PATHS = Object.keys(KUBELET_PATHS) as KubeletPath[];

/** Paths without which a required feature is lost; the others only take something optional away. */
export const REQUIRED_PATHS: ReadonlySet<KubeletPath> = new Set(['/pods', '/healthz', '/metrics', '/metrics/cadvisor', '/stats/summary']);

/** A kubelet's 403. All of it is the server's word: to compare and to show, never to build a command from. */
export interface Refusal {
  user: string;
  /** In the order asked; any one would have allowed the request. What is no name of one is left out. */
  subresources: string[];
}

/**
 * Both texts: `subresource=proxy` (≤ 1.31) and `subresource(s)=[pods proxy]`. A user name that imitates the rest of the line stays in `user`: the
 * greedy match takes the last occurrence.
 */
export function refusalOf(answer: HttpAnswer): Refusal | undefined {
  if (answer.status !== 403 || answer.voice !== 'kubelet') return undefined;
  const [, user, many, single] =
    /^Forbidden \(user=(.*), verb=\w*, resource=\w+, subresource(?:\(s\)=\[([^,[\]]*)\]|=([^,[\]]*))\)\s*$/.exec(answer.body) ?? [];
  if (user === undefined) return undefined;
  return { user, subresources: (many ?? single ?? '').split(' ').filter((name) => /^[\w/.-]{1,63}$/.test(name)) };
}

/** Why no credential was sent: to a server that does not verify; that, or whose CA, someone else named; or that would see a certificate too early. */
export type Withheld = 'unverified' | 'owner' | 'early';

/** By what was written when it was (the gate's words); undefined where nothing was withheld. */
export function withheldAs(http: readonly Fact<'http' | 'proxied'>[]): Withheld | undefined {
  const [detail] = http.flatMap(({ outcome }) => (outcome.status === 'absent' && outcome.why === 'withheld' ? [outcome.detail ?? ''] : []));
  if (detail === undefined) return undefined;
  return /someone else/.test(detail) ? 'owner' : /before it is verified/.test(detail) ? 'early' : 'unverified';
}

/** 500: the kubelet knows who asks, but could not ask its apiserver whether they may. Not a missing rule. */
export function saysAuthorizationError(answer: { status: number; body: string }): boolean {
  return answer.status === 500 && answer.body.startsWith('Authorization error (user=');
}

/** Did this answer get past authentication? A 404 does not tell: unknown paths are answered before it. */
export function isAuthenticated(answer: HttpAnswer): boolean {
  if (answer.voice !== 'kubelet' || answer.status === 401 || answer.status === 404 || saysAuthorizationError(answer)) return false;
  return answer.status === 403 ? (refusalOf(answer)?.user ?? ANONYMOUS) !== ANONYMOUS : answer.status !== 400;
}

/** Did the kubelet let us read this path? Its own trouble with the answer (5xx, 405, 404) comes after that decision. */
export function isAllowed(answer: HttpAnswer): boolean {
  return (
    answer.voice === 'kubelet' && (isAnswer(answer.path, answer) || answer.status === 404 || answer.status === 405 || isServerFault(answer))
  );
}

export function isOk(answer: HttpAnswer): boolean {
  return answer.status >= 200 && answer.status < 300;
}

const KINDS: Readonly<Record<KubeletPath, Payload['recognised']>> = {
  '/pods': 'pod-list',
  '/healthz': 'healthz-ok',
  '/metrics': 'metrics',
  '/metrics/cadvisor': 'metrics',
  '/metrics/probes': 'metrics',
  '/stats/summary': 'stats-summary',
  '/configz': 'kubelet-configuration',
};

/** What this path is asked for, and recognised as that. A kubelet without probes writes nothing at all for theirs. */
export function isAnswer(path: string, { status, body, voice, payload }: HttpAnswer): boolean {
  if (status < 200 || status >= 300) return false;
  return payload?.recognised === KINDS[path as KubeletPath] || (path === '/metrics/probes' && voice !== 'proxy' && body === '');
}

/** A 5xx of the endpoint itself. */
export function isServerFault(answer: HttpAnswer): boolean {
  return answer.status >= 500 && !saysAuthorizationError(answer);
}

/** Paths with a right of their own on a kubelet that knows fine-grained authorization; older ones ask for `proxy`. */
export const FINE: Partial<Record<KubeletPath, KubeletSubresource>> = { '/pods': 'pods', '/healthz': 'healthz', '/configz': 'configz' };

/** The subresources of `nodes` that this path asks for, in order; any one of them is enough. */
export function subresourcesOf(path: KubeletPath, fineGrained: boolean): string[] {
  const own = FINE[path];
  if (own) return fineGrained ? [own, 'proxy'] : ['proxy'];
  return path === '/stats/summary' ? ['stats'] : ['metrics'];
}

/** KubeletFineGrainedAuthz: on from 1.33, absent up to 1.31; in 1.32 it depends on a gate, which the version does not show. */
export function isFineGrained(kubeletVersion: string | undefined): boolean | undefined {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(kubeletVersion ?? '') ?? [];
  if (!minor || (major === '1' && minor === '32')) return undefined;
  return Number(major) > 1 || Number(minor) >= 33;
}

/** What we present under this kind, when it could be read. */
export function credentialOf(facts: Fact<'credential'>[], as: CredentialKind): Credential | undefined {
  return facts.flatMap((f) => seen(f) ?? []).find((c) => c.as === as);
}

/** Do both servers get the same token (or certificate) from us? Only then does what one says of it count at the other. */
export function isSameCredential(kubelet: Fact<'credential'>[], apiserver: Fact<'credential'>[], as: CredentialKind): boolean {
  const source = credentialOf(kubelet, as)?.source;
  return source !== undefined && source === credentialOf(apiserver, as)?.source;
}

/** CN of a subject as Node writes it, in either order and with either separator. */
export function commonName(subject: string): string | undefined {
  return /(?:^|[,\n])[ \t]*CN=([^,\n]+)/.exec(subject)?.[1]?.trim();
}

/** Did the kubelet answer, and so? */
export function answered(f: Fact<'http' | 'proxied'>, test: (answer: HttpAnswer) => boolean): boolean {
  const answer = seen(f);
  return answer?.voice === 'kubelet' && test(answer);
}

export function isUnauthorized(f: Fact<'http'>): boolean {
  return answered(f, (a) => a.status === 401);
}

export function isAnonymous(f: Fact<'http'>): boolean {
  return answered(f, (a) => refusalOf(a)?.user === ANONYMOUS);
}

/** Connected, asked, and nothing came back. */
export function isTimeout(f: Fact<'http' | 'proxied'>): boolean {
  return /TIMEDOUT|TIMEOUT/.test(failure(f) ?? '');
}

/** What was asked in the place of a kubelet, for this user; other rights are asked about, too. */
export function kubeletReviews(facts: Fact<'access'>[], user: string | undefined): AccessAnswer[] {
  return facts
    .flatMap((f) => seen(f) ?? [])
    .filter((a) => a.verb === 'get' && a.group === '' && a.resource === 'nodes' && isKubeletSubresource(a.subresource))
    .filter((a) => a.user === undefined || a.user === user);
}
