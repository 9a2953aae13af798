/**
 * Arguments of our words that hold English of their own, by message and argument: made up in a check, they are no words of a table yet, so another
 * language cannot say them. The list may only shrink: a check that needs a phrase has a word for each, and chooses among them.
 */
export const PHRASES: readonly string[] = [
  'agent-contradictions.saw source',
  'agent-coverage.crashes nodes',
  'agent-coverage.missing nodes',
  'agent-coverage.sawPod message',
  'agent-duplicates.title nodes',
  'agent-install.saw where',
  'agent-mounts.hidden checks',
  'agent-permissions.missing right',
  'agent-setting-values.saw source',
  'apiserver-certificate.sawAuthority authority',
  'apiserver-proxy.noAddress server',
  'apiserver-proxy.refuses server',
  'apiserver-unreachable.sawTries tries',
  'clock.ahead servers',
  'clock.behind servers',
  'control-plane-placement.managed instead',
  'control-plane-placement.sawTaint tolerated',
  'control-plane-placement.title nodes',
  'kubelet-forbidden.refuses rights',
  'kubelet-impostor.saw why',
  'kubelet-proxy.answers server',
  'kubelet-proxy.noAddress server',
  'kubelet-proxy.refuses server',
  'kubelet-tls-handshake.reset stage',
  'kubelet-tls-handshake.sawSight by',
  'kubelet-unreachable.fixFilter vantage',
  'kubelet-unreachable.rejected vantage',
  'kubelet-unreachable.sawSight by',
  'leader-lock.forbidden verbs',
  'node-condition.oneCordoned nodes',
  'node-condition.oneNotReady nodes',
  'node-placement.sawReason reason',
  'node-placement.title nodes',
  'node-placement.title reason',
  'role-grants.saw rule',
  'role-grants.sawDead rule',
  'token.unreadable fault',
];

/** What a server or an agent has said, cut or put beside its status: theirs in every language. */
export const QUOTED: readonly string[] = [
  'agent-coverage.crashes said',
  'kubelet-payload.fails said',
  'kubelet-payload.saw body',
  'kubelet-tls-handshake.sawSight said',
  'kubelet-unauthorized.sawElsewhere said',
  'kubelet-unreachable.sawSight said',
  'pod-admission.sawEvent message',
];
