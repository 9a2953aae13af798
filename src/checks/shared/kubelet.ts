/** What every check about the kubelet shares: which attempt is the agent's, what is lost without it, how to ask by hand. */

import type { Wait } from '../../kubernetes/kubelet/pod-waits.js';
import { endpointOf } from '../../kubernetes/names.js';
import type { Feature } from '../../model/check.js';
import type { AgentWorkload } from '../../model/facts/placement.js';
import type { Candidate, Fact, Setting } from '../../model/facts.js';
import { seen, subjectOf } from './read.js';

/** Kubelet paths the agent reads and what is lost without each (facts: agent sources, kubelet provider and check). */
export const KUBELET_PATHS = {
  '/pods': 'pod list and tags',
  '/healthz': 'kubelet service check',
  '/metrics': 'kubelet metrics',
  '/metrics/cadvisor': 'container metrics',
  '/metrics/probes': 'probe metrics',
  '/stats/summary': 'node and volume statistics',
  '/configz': 'kubelet configuration view',
} as const satisfies Record<string, Feature>;

export type KubeletPath = keyof typeof KUBELET_PATHS;

/** Without the kubelet at all. */
export const ALL_KUBELET_FEATURES: Feature[] = Object.values(KUBELET_PATHS).slice(0, 6);

/** The candidate the agent itself would dial: the one from its settings, else the first. */
export function agentsCandidate(candidates: Fact<'candidates'>): Candidate | undefined {
  const list = seen(candidates) ?? [];
  return list.find((c) => c.origin === 'setting') ?? list[0];
}

/** The port that its kubelet has where the agent dials none; the usual one where what names it is no port. */
export function portFound(candidates: Fact<'candidates'>): number {
  const port = agentsCandidate(candidates)?.port;
  return port !== undefined && Number.isInteger(port) && port > 0 && port < 65_536 ? port : 10250;
}

/** The subject (`host:port`) of that candidate's facts; undefined when there is no candidate. */
export function agentsEndpoint(candidates: Fact<'candidates'>): string | undefined {
  const candidate = agentsCandidate(candidates);
  return candidate && subjectOf(candidate);
}

/** One setting as resolved, by its dotted name. */
export function settingOf(settings: Fact<'settings'>, setting: string): Setting | undefined {
  return (seen(settings) ?? []).find((s) => s.setting === setting);
}

/**
 * Port 0 is not dialled: with the HTTPS port at 0 the agent asks the read-only port of its host, and nothing else (Agent 7.82
 * pkg/util/kubernetes/kubelet/kubelet_client.go getKubeletClient). Undefined where it has another way, or none.
 */
export function plainWay(settings: Fact<'settings'>): { endpoint: string; https: Setting } | undefined {
  const [https, http, host] = ['kubelet.port', 'kubelet.httpPort', 'kubelet.host'].map((name) => settingOf(settings, name));
  if (https?.value !== '0' || !host?.value || Number(http?.value ?? 0) === 0) return undefined;
  return { endpoint: endpointOf(host.value, Number(http?.value)), https };
}

/** Does the agent verify the kubelet's certificate? True unless its own settings turn it off. */
export function agentVerifies(settings: Fact<'settings'>): boolean {
  return settingOf(settings, 'kubelet.tlsVerify')?.value !== 'false';
}

/** Everything the tool reads of the agent's own nodes: nothing runs where no agent is. */
export const WITHOUT_AGENT = ['all metrics, logs and traces of these nodes'];

/** The volume in which chart and operator mount the CA of the kubelet (helm-charts `hostCAPath`, datadog-operator `kubeletCAVolumeName`). */
const CA_VOLUME = 'kubelet-ca';

/** Does this pod wait for that file? */
export function isKubeletCa(wait: Wait | undefined, workload: AgentWorkload | undefined): boolean {
  if (wait?.kind !== 'host-path') return false;
  const mounted = workload?.template.hostPaths?.find(({ path }) => path === wait.path)?.volume;
  return (wait.volume ?? mounted) === CA_VOLUME;
}
