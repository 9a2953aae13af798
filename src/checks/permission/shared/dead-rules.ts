/** Rules that nobody ever asks for: RBAC accepts any word as a resource and says nothing of it. */
import type { RbacRule } from '../../../model/facts.js';

/** Subresources of nodes that anybody asks for: kubelets (pkg/kubelet/server/auth.go) and the apiserver (status, proxy). */
const NODE_SUBRESOURCES = new Set([
  'proxy',
  'stats',
  'metrics',
  'log',
  'checkpoint',
  'pods',
  'healthz',
  'configz',
  'statusz',
  'status',
  'flagz',
  '*',
]);

/** What was meant by a subresource that nobody asks for. */
const MEANT: Record<string, string> = {
  logs: 'log',
  metric: 'metrics',
  stat: 'stats',
  summary: 'stats',
  cadvisor: 'metrics',
  pod: 'pods',
  health: 'healthz',
  healthcheck: 'healthz',
  config: 'configz',
  configs: 'configz',
};

/** Paths of a kubelet: its authorizer never asks for them as paths. */
const KUBELET_URLS: Record<string, string> = {
  '/pods': 'pods',
  '/runningpods': 'pods',
  '/metrics/cadvisor': 'metrics',
  '/metrics/probes': 'metrics',
  '/metrics/resource': 'metrics',
  '/stats': 'stats',
  '/stats/summary': 'stats',
  '/stats/*': 'stats',
  '/spec': 'proxy',
  '/configz': 'configz',
};

/** A part of a rule that grants nothing, and the subresource of nodes that was meant by it. */
export interface DeadPart {
  text: string;
  meant?: string;
}

export function deadIn(rule: RbacRule): DeadPart[] {
  const core = rule.groups.includes('') || rule.groups.includes('*');
  const resources = core ? rule.resources.flatMap((resource) => /^nodes\/(.+)$/.exec(resource)?.[1] ?? []) : [];
  return [
    ...resources
      .filter((sub) => !NODE_SUBRESOURCES.has(sub))
      .map((sub) => ({ text: `nodes/${sub}`, ...(MEANT[sub] ? { meant: MEANT[sub] } : {}) })),
    ...rule.paths.flatMap((path) => (KUBELET_URLS[path] ? [{ text: `nonResourceURLs ${path}`, meant: KUBELET_URLS[path] }] : [])),
  ];
}
