/**
 * What a kubelet asks the apiserver for the paths that the agent reads (kubernetes pkg/kubelet/server/auth.go). The one list: what is asked, read
 * in a refusal, granted by a fix and given to a pod of ours is of these.
 */
export const KUBELET_SUBRESOURCES = ['proxy', 'pods', 'healthz', 'configz', 'metrics', 'stats'] as const;

export type KubeletSubresource = (typeof KUBELET_SUBRESOURCES)[number];

export function isKubeletSubresource(name: string | undefined): name is KubeletSubresource {
  return KUBELET_SUBRESOURCES.some((each) => each === name);
}
