/** The registry: every check, bottom layer first. Kept by hand; a test compares it with the folder. */
import type { CauseDocs, Check } from '../model/check.js';
import type { CauseMeta } from '../model/report.js';
import { agentContradictions } from './agent-contradictions.js';
import { agentCoverage } from './agent-coverage.js';
import { agentDaemonset } from './agent-daemonset.js';
import { agentDuplicates } from './agent-duplicates.js';
import { agentInstall } from './agent-install.js';
import { agentMounts } from './agent-mounts.js';
import { agentNetwork } from './agent-network.js';
import { agentPermissions } from './agent-permissions.js';
import { agentSettingValues } from './agent-setting-values.js';
import { agentSettings } from './agent-settings.js';
import { apiserverAnswers } from './apiserver-answers.js';
import { apiserverCertificate } from './apiserver-certificate.js';
import { apiserverUnreachable } from './apiserver-unreachable.js';
import { clientCertificate } from './client-certificate.js';
import { clock } from './clock.js';
import { clusterDns } from './cluster-dns.js';
import { containerRuntime } from './container-runtime.js';
import { controlPlanePlacement } from './control-plane-placement.js';
import { deprecatedApis } from './deprecated-apis.js';
import { eventBookmark } from './event-bookmark.js';
import { identity } from './identity.js';
import { kubeconfig } from './kubeconfig.js';
import { kubeletAddress } from './kubelet-address.js';
import { kubeletAuthorityFile } from './kubelet-authority-file.js';
import { kubeletCertificate } from './kubelet-certificate.js';
import { kubeletForbidden } from './kubelet-forbidden.js';
import { kubeletImpostor } from './kubelet-impostor.js';
import { kubeletKubeconfig } from './kubelet-kubeconfig.js';
import { kubeletName } from './kubelet-name.js';
import { kubeletOpen } from './kubelet-open.js';
import { kubeletPayload } from './kubelet-payload.js';
import { kubeletTlsHandshake } from './kubelet-tls-handshake.js';
import { kubeletUnauthorized } from './kubelet-unauthorized.js';
import { kubeletUnreachable } from './kubelet-unreachable.js';
import { leaderLock } from './leader-lock.js';
import { networkPolicy } from './network-policy.js';
import { nodeCondition } from './node-condition.js';
import { nodePlacement } from './node-placement.js';
import { ownCredential } from './own-credential.js';
import { podAdmission } from './pod-admission.js';
import { apiserverProxy, kubeletProxy } from './proxy-capture.js';
import { proxyVariables } from './proxy-variables.js';
import { rbacBinding } from './rbac-binding.js';
import { readOnlyPort } from './read-only-port.js';
import { reviewForbidden } from './review-forbidden.js';
import { roleExcess } from './role-excess.js';
import { roleGrants } from './role-grants.js';
import { podNetworkPath } from './support/pod-network-path.js';
import { tlsVerification } from './tls-verification.js';
import { token } from './token.js';
import { tokenCopy } from './token-copy.js';
import { versionSkew } from './version-skew.js';

/** Those about where the agent may run: all that `kubelet-doctor nodes` judges. */
export const PLACEMENT_CHECKS: readonly Check[] = [
  agentDaemonset,
  controlPlanePlacement,
  nodePlacement,
  podAdmission,
  agentCoverage,
  agentDuplicates,
  nodeCondition,
];

export const CHECKS: readonly Check[] = [
  agentSettings,
  agentSettingValues,
  agentContradictions,
  agentInstall,
  agentMounts,
  agentNetwork,
  proxyVariables,
  ownCredential,
  kubeletAddress,
  kubeletAuthorityFile,
  tlsVerification,
  kubeconfig,
  kubeletKubeconfig,
  kubeletImpostor,
  containerRuntime,
  clock,
  kubeletProxy,
  apiserverProxy,
  kubeletName,
  clusterDns,
  networkPolicy,
  kubeletUnreachable,
  apiserverUnreachable,
  readOnlyPort,
  kubeletTlsHandshake,
  kubeletCertificate,
  apiserverCertificate,
  token,
  tokenCopy,
  clientCertificate,
  identity,
  kubeletUnauthorized,
  kubeletForbidden,
  rbacBinding,
  roleGrants,
  agentPermissions,
  leaderLock,
  eventBookmark,
  roleExcess,
  reviewForbidden,
  deprecatedApis,
  kubeletOpen,
  kubeletPayload,
  apiserverAnswers,
  versionSkew,
  ...PLACEMENT_CHECKS,
];

/** A cause with the check that emits it and everything said about it. */
export interface KnownCause {
  cause: string;
  check: Check;
  docs: CauseDocs;
}

/** All causes, by id. */
export function knownCauses(): KnownCause[] {
  return [...CHECKS, podNetworkPath]
    .flatMap((check) => Object.entries(check.causes).map(([cause, docs]) => ({ cause, check, docs })))
    .sort((a, b) => (a.cause < b.cause ? -1 : 1));
}

export function findCause(cause: string): KnownCause | undefined {
  return knownCauses().find((known) => known.cause === cause);
}

/** What a report keeps of each cause, so that a reader needs no copy of this program. */
export function causeIndex(): Record<string, CauseMeta> {
  return Object.fromEntries(
    knownCauses().map(({ cause, check, docs }) => [
      cause,
      { title: docs.title, question: check.question, means: docs.means, fix: docs.fix },
    ]),
  );
}

/** The causes that, when present, are the reason for this one. */
export function explainedByOf(cause: string): readonly string[] {
  return findCause(cause)?.docs.explainedBy ?? [];
}
