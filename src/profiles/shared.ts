/** Needs that several profiles have. */
import type { PermissionNeed } from './types.js';

export const READ = ['get', 'list', 'watch'];
/** What an informer calls (client-go, Reflector): it never gets by name. */
export const INFORM = ['list', 'watch'];

/** The same right on several resources of a group. */
export function each(
  feature: string,
  verbs: string[],
  group: string,
  resources: string[],
  more: Partial<PermissionNeed> = {},
): PermissionNeed[] {
  return resources.map((resource) => ({ feature, verbs, group, resource, ...more }));
}

export const ENDPOINT_SLICES = 'DD_KUBERNETES_USE_ENDPOINT_SLICES=true';
/** Before, Endpoints were read as well, whatever the variable says (datadog-agent#46644, #46653; datadog-operator#2825). */
const SLICES_ALONE = '7.76';

/** The cluster's version has no say in it: the agent goes by its variable (datadog-agent pkg/config/setup, kubernetes_use_endpoint_slices, default false). */
export const ENDPOINTS: PermissionNeed[] = [
  ...each('metadata', READ, '', ['endpoints'], { agent: { until: SLICES_ALONE } }),
  ...each('metadata', READ, '', ['endpoints'], { agent: { since: SLICES_ALONE }, unless: [ENDPOINT_SLICES] }),
];
export const SLICES_FOR_METADATA = each('metadata', READ, 'discovery.k8s.io', ['endpointslices'], {
  agent: { since: SLICES_ALONE },
  when: [ENDPOINT_SLICES],
});

const AT_LOCK = { feature: 'leader-election', kind: 'leader-lock', namespace: 'agent' } as const;
const LOCKS = {
  lease: { group: 'coordination.k8s.io', resource: 'leases' },
  configmap: { resource: 'configmaps' },
  endpoints: { resource: 'endpoints' },
} as const;

/** `create` asks for no name: the request has none yet (apiserver, RequestInfo). */
export function locksOn(...kinds: (keyof typeof LOCKS)[]): PermissionNeed[] {
  return kinds.flatMap((lock) => [
    { ...AT_LOCK, lock, ...LOCKS[lock], verbs: ['get', 'update'], name: '{lock}' },
    { ...AT_LOCK, lock, ...LOCKS[lock], verbs: ['create'] },
  ]);
}

/**
 * With a Lease, agents until mid-2025 got and made the ConfigMap of the same name as well, and ended their election where that was
 * forbidden (createLeaderTokenIfNotExists; datadog-agent#38694, merged in July 2025).
 */
export const LEASE_AND_CONFIGMAP: PermissionNeed[] = [{ verbs: ['get'], name: '{lock}' }, { verbs: ['create'] }].map((need) => ({
  ...need,
  ...AT_LOCK,
  ...LOCKS.configmap,
  lock: 'lease',
  agent: { since: '7.47', until: '7.69' },
}));
