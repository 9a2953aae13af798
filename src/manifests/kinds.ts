/** What `kubelet-doctor manifest` prints; apart from the printers, which are loaded when one is asked for. */
export const MANIFESTS = ['pod', 'daemonset', 'debug', 'access', 'troubleshoot', 'must-gather', 'sonobuoy', 'npd'] as const;
export type ManifestKind = (typeof MANIFESTS)[number];
