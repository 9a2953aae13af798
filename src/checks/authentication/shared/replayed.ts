/**
 * What asking the apiserver as the kubelet of this node shows of that kubelet: it is the way, the name and the proxy with which it asks about every
 * token and every right itself (TokenReview, SubjectAccessReview).
 */
import type { Fact, Identity, TokenReview } from '../../../model/facts.js';
import { settingOf } from '../../shared/kubelet.js';
import { failure } from '../../shared/read.js';

/** The way works, unless it `failed`. */
export interface Replayed {
  failed?: { fact: Fact<'tcp' | 'tls'>; code: string };
}

/** Undefined where the kubelet's own kubeconfig was not used, or has not come to an answer. */
export function replayed(
  settings: Fact<'settings'>,
  identity: Identity | undefined,
  connection: Fact<'tcp' | 'tls'>[],
): Replayed | undefined {
  if (!asksAsKubelet(settings)) return undefined;
  if (identity?.user.startsWith('system:node:')) return {};
  const failed = connection.find((fact) => failure(fact) !== undefined);
  return failed && { failed: { fact: failed, code: failure(failed) ?? '' } };
}

export function asksAsKubelet(settings: Fact<'settings'>): boolean {
  return settingOf(settings, 'apiserver.kubeletIdentity')?.value === 'used';
}

/** The apiserver's reason for refusing a token, where somebody who may has asked it. */
export function reasonOf(review: TokenReview | undefined): string | undefined {
  return review && !review.authenticated ? (review.error ?? 'not authenticated, without a reason') : undefined;
}

/** The cause that the apiserver's own reason names (pkg/serviceaccount/claims.go, jwt.go; apiserver pkg/authentication/request/bearertoken). */
export function causeOfReason(
  reason: string,
): 'token-expired' | 'token-not-yet-valid' | 'token-wrong-audience' | 'token-foreign' | 'token-rejected' {
  if (/expired/.test(reason)) return 'token-expired';
  if (/not valid yet|issued in the future/.test(reason)) return 'token-not-yet-valid';
  if (/audiences? /.test(reason)) return 'token-wrong-audience';
  return /no keys found|invalid signature/.test(reason) ? 'token-foreign' : 'token-rejected';
}
