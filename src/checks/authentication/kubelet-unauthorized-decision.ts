/**
 * Why a kubelet did not believe a credential: the decision behind `kubelet-unauthorized`, as one table of clues. Where the clues leave
 * more than one cause, the likelier comes first and the others after it.
 */

import type { heartbeatOf } from '../../kubernetes/heartbeat.js';
import type { Want } from '../../model/check.js';

/** The answers of `kubelet-unauthorized`. */
export type UnauthorizedCause =
  | 'kubelet-token-authentication-off'
  | 'kubelet-ignores-token'
  | 'kubelet-cannot-reach-apiserver'
  | 'kubelet-client-ca-unset'
  | 'kubelet-rejects-credential';

/** What the decision rests on. */
export interface Clues {
  as: 'token' | 'certificate';
  kind: 'unauthorized' | 'anonymous' | 'authorization error' | 'timeout';
  onHealthz: boolean;
  late: boolean;
  /** What the apiserver makes of the same credential; `unasked`: it answers, but was shown another one or none. */
  apiserver: 'accepts' | 'refuses' | 'unasked' | 'silent';
  heartbeat: ReturnType<typeof heartbeatOf>;
  cutOffElsewhere: boolean;
  asksCertificate: boolean | undefined;
  /** A credential once believed, or a 403 for nobody (a token would be ignored, not refused), rule "webhook off" out. */
  canBeOff: boolean;
}

/** The cause, and after it what it cannot be told from. */
export function decide(clue: Clues): [UnauthorizedCause, ...string[]] {
  if (clue.kind === 'authorization error' || clue.cutOffElsewhere) return ['kubelet-cannot-reach-apiserver'];
  if (clue.apiserver === 'refuses') return ['kubelet-rejects-credential'];
  // /healthz is answered without any work of its own: only the question to the apiserver can have held it up.
  if (clue.kind === 'timeout')
    return clue.onHealthz || clue.heartbeat === 'stale'
      ? ['kubelet-cannot-reach-apiserver']
      : ['kubelet-cannot-reach-apiserver', 'kubelet-hangs'];
  if (clue.as === 'certificate') {
    // Certificates are checked on the node itself; a foreign one is a 401 even where anonymous access is on.
    if (clue.asksCertificate === false) return ['kubelet-client-ca-unset'];
    if (clue.asksCertificate && clue.kind === 'unauthorized') return ['kubelet-rejects-credential'];
    return clue.kind === 'anonymous' || clue.apiserver === 'accepts'
      ? ['kubelet-client-ca-unset', 'kubelet-rejects-credential']
      : ['kubelet-rejects-credential', 'kubelet-client-ca-unset'];
  }
  if (clue.kind === 'anonymous') return ['kubelet-ignores-token'];
  if (clue.heartbeat === 'stale') return ['kubelet-cannot-reach-apiserver'];
  if (clue.late)
    return clue.apiserver === 'accepts'
      ? ['kubelet-cannot-reach-apiserver']
      : ['kubelet-cannot-reach-apiserver', 'kubelet-rejects-credential'];
  const off: UnauthorizedCause[] = clue.canBeOff ? ['kubelet-token-authentication-off'] : [];
  if (clue.apiserver === 'silent') return ['kubelet-cannot-reach-apiserver', ...off, 'kubelet-rejects-credential'];
  if (clue.apiserver === 'unasked') return ['kubelet-rejects-credential', ...off, 'kubelet-cannot-reach-apiserver'];
  if (!clue.canBeOff) return ['kubelet-cannot-reach-apiserver', 'kubelet-rejects-credential'];
  if (clue.heartbeat === 'fresh') return ['kubelet-token-authentication-off'];
  return clue.heartbeat === 'late'
    ? ['kubelet-cannot-reach-apiserver', 'kubelet-token-authentication-off']
    : ['kubelet-token-authentication-off', 'kubelet-cannot-reach-apiserver'];
}

/** What tells webhook-off from cut-off, for the engine and for someone who may ask more than we. */
export function deciding(node: string | undefined): Want[] {
  const name = node ?? 'NODE';
  const sight = { need: 'kubelet/second-sight', subject: 'node-proxy' } as const;
  return [
    {
      need: 'apiserver/lease',
      ...(node ? { subject: node } : {}),
      elsewhere: `kubectl get lease -n kube-node-lease ${name} -o jsonpath='{.spec.renewTime}'`,
    },
    { ...sight, elsewhere: `kubectl get --raw /api/v1/nodes/${name}/proxy/healthz` },
    { ...sight, elsewhere: "journalctl -u kubelet --since -10min | grep 'Unable to authenticate'" },
  ];
}
