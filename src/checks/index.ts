/** The registry: every check, bottom layer first. Kept by hand; a test compares it with the folder. */
import type { CauseDocs, Check, Layer } from '../model/check.js';
import type { CauseMeta } from '../model/report.js';
import { apiserverAnswers } from './answer/apiserver-answers/check.js';
import { apiserverAtKubelet } from './answer/apiserver-at-kubelet/check.js';
import { kubeletPayload } from './answer/kubelet-payload/check.js';
import { versionSkew } from './answer/version-skew.js';
import { clientCertificate } from './authentication/client-certificate/check.js';
import { identity } from './authentication/identity/check.js';
import { kubeletUnauthorized } from './authentication/kubelet-unauthorized/check.js';
import { token } from './authentication/token/check.js';
import { tokenCopy } from './authentication/token-copy.js';
import { apiserverUnreachable } from './connection/apiserver-unreachable/check.js';
import { clusterDns } from './connection/cluster-dns/check.js';
import { kubeletName } from './connection/kubelet-name.js';
import { kubeletUnreachable } from './connection/kubelet-unreachable/check.js';
import { networkPolicy } from './connection/network-policy.js';
import { plainToTls } from './connection/plain-to-tls.js';
import { podNetworkPath } from './connection/pod-network-path/check.js';
import { apiserverProxy, kubeletProxy } from './connection/proxy-capture/check.js';
import { readOnlyPort } from './connection/read-only-port.js';
import type { Documented, PairCheck } from './connection/shared/pair.js';
import { agentPermissions } from './permission/agent-permissions.js';
import { deprecatedApis } from './permission/deprecated-apis.js';
import { eventBookmark } from './permission/event-bookmark.js';
import { kubeletForbidden } from './permission/kubelet-forbidden/check.js';
import { kubeletOpen } from './permission/kubelet-open/check.js';
import { leaderLock } from './permission/leader-lock.js';
import { rbacBinding } from './permission/rbac-binding/check.js';
import { reviewForbidden } from './permission/review-forbidden.js';
import { roleExcess } from './permission/role-excess.js';
import { roleGrants } from './permission/role-grants.js';
import { agentCoverage } from './placement/agent-coverage/check.js';
import { agentDaemonset } from './placement/agent-daemonset.js';
import { agentDuplicates } from './placement/agent-duplicates.js';
import { controlPlanePlacement } from './placement/control-plane-placement.js';
import { nodeCondition } from './placement/node-condition.js';
import { nodePlacement } from './placement/node-placement.js';
import { podAdmission } from './placement/pod-admission/check.js';
import { podWaits } from './placement/pod-waits/check.js';
import { hearing } from './said.js';
import { agentContradictions } from './settings/agent/agent-contradictions/check.js';
import { agentInstall } from './settings/agent/agent-install.js';
import { agentMounts } from './settings/agent/agent-mounts/check.js';
import { agentNetwork } from './settings/agent/agent-network.js';
import { agentSettingValues } from './settings/agent/agent-setting-values.js';
import { agentSettings } from './settings/agent/agent-settings.js';
import { clusterAgent } from './settings/agent/cluster-agent.js';
import { clock } from './settings/clock/check.js';
import { containerRuntime } from './settings/container-runtime.js';
import { fargateSidecar } from './settings/fargate-sidecar.js';
import { kubeconfig } from './settings/kubeconfig.js';
import { kubeletAddress } from './settings/kubelet-address/check.js';
import { kubeletAuthorityFile } from './settings/kubelet-authority-file.js';
import { kubeletImpostor } from './settings/kubelet-impostor.js';
import { kubeletKubeconfig } from './settings/kubelet-kubeconfig.js';
import { namedAccount } from './settings/named-account.js';
import { namedNode } from './settings/named-node.js';
import { ownCredential } from './settings/own-credential.js';
import { proxyVariables } from './settings/proxy-variables.js';
import { tlsVerification } from './settings/tls-verification.js';
import { apiserverCertificate } from './tls/apiserver-certificate/check.js';
import { kubeletCertificate } from './tls/kubelet-certificate/check.js';
import { kubeletTlsHandshake } from './tls/kubelet-tls-handshake/check.js';

/** Those about where the agent may run: all that `kubelet-doctor nodes` judges. */
export const PLACEMENT_CHECKS: readonly Check[] = [
  agentDaemonset,
  controlPlanePlacement,
  nodePlacement,
  podAdmission,
  podWaits,
  agentCoverage,
  agentDuplicates,
  nodeCondition,
].map(hearing);

export const CHECKS: readonly Check[] = [
  ...[
    agentSettings,
    agentSettingValues,
    agentContradictions,
    agentInstall,
    agentMounts,
    agentNetwork,
    clusterAgent,
    proxyVariables,
    ownCredential,
    namedNode,
    namedAccount,
    kubeletAddress,
    fargateSidecar,
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
    plainToTls,
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
    apiserverAtKubelet,
    versionSkew,
  ].map(hearing),
  ...PLACEMENT_CHECKS,
];

/**
 * Which layers the folders beside this file hold: rows of the report's table. Where the agent may run is a question of its own, although
 * its answers rank among the settings.
 */
export const FOLDERS: Readonly<Record<string, { layers: readonly Layer[]; questions?: readonly string[] }>> = {
  settings: { layers: ['settings'] },
  connection: { layers: ['proxy', 'dns', 'tcp'] },
  tls: { layers: ['tls'] },
  authentication: { layers: ['authn'] },
  permission: { layers: ['authz'] },
  answer: { layers: ['payload'] },
  placement: { layers: ['settings'], questions: PLACEMENT_CHECKS.map(({ question }) => question) },
};

/** Judged from two reports of one node, never in a run: `kubelet-doctor merge`. */
export const MERGE_CHECKS: readonly PairCheck[] = [podNetworkPath];

/** A cause with the check that emits it and everything said about it. */
export interface KnownCause {
  cause: string;
  check: Documented;
  docs: CauseDocs;
}

/** Made once: of thousands of nodes each asks for them. */
let byId: ReadonlyMap<string, KnownCause> | undefined;
let index: Readonly<Record<string, CauseMeta>> | undefined;

function causesById(): ReadonlyMap<string, KnownCause> {
  byId ??= new Map(
    ([...CHECKS, ...MERGE_CHECKS] satisfies Documented[])
      .flatMap((check) => Object.entries(check.causes).map(([cause, docs]): KnownCause => ({ cause, check, docs })))
      .sort((a, b) => (a.cause < b.cause ? -1 : 1))
      .map((known) => [known.cause, known]),
  );
  return byId;
}

/** All causes, by id. */
export function knownCauses(): KnownCause[] {
  return [...causesById().values()];
}

export function findCause(cause: string): KnownCause | undefined {
  return causesById().get(cause);
}

/** What a report keeps of each cause, so that a reader needs no copy of this program. */
export function causeIndex(): Readonly<Record<string, CauseMeta>> {
  index ??= indexOf(knownCauses());
  return index;
}

function indexOf(known: readonly KnownCause[]): Record<string, CauseMeta> {
  return Object.fromEntries(
    known.map(({ cause, check, docs }) => [cause, { title: docs.title, question: check.question, means: docs.means, fix: docs.fix }]),
  );
}

/** Of the causes that only `merge` finds. */
export function mergeCauseIndex(): Record<string, CauseMeta> {
  const questions = MERGE_CHECKS.map(({ question }) => question);
  return indexOf(knownCauses().filter(({ check }) => questions.includes(check.question)));
}

/** The causes that, when present, are the reason for this one. */
export function explainedByOf(cause: string): readonly string[] {
  return findCause(cause)?.docs.explainedBy ?? [];
}
