/** The cluster's version where a collector wrote it as text: as its own word for it, or as kubectl printed it. */
import type { ServerVersion } from '../../model/facts.js';

/** Files by their paths, and what stands before the version. */
const TEXTS: readonly [file: RegExp, version: RegExp][] = [
  // kubernetes-sigs/kind pkg/cluster/provider.go: `cat /kind/version` on each node.
  [/(?:^|\/)kubernetes-version\.txt$/, /^(v\d\S{1,60})/],
  // cilium/cilium cilium-cli/k8s/client.go: the struct as Go prints it.
  [/(?:^|\/)k8s-version-[\w-]{1,40}\.txt$/, /\bGitVersion:"(v\d[^"]{1,60})"/],
  // rancher/support-bundle-kit pkg/manager/cluster.go: yaml.v2 writes names in lower case.
  [/(?:^|\/)metadata\.yaml$/, /^kubernetesversion: *"?(v\d[^\s"]{1,60})/m],
  // vmware-tanzu/velero pkg/controller/backup_controller.go.
  [/(?:^|\/)velero-backup\.json$/, /"velero\.io\/source-cluster-k8s-gitversion": ?"(v\d[^"]{1,60})"/],
  // kubernetes/kubectl pkg/cmd/version: sos, and Rancher's collector on servers. Older ones print a struct.
  [/(?:kubectl[^/]{0,100}_version|(?:^|\/)kubectl\/version)$/, /^Server Version: .{0,200}?(v\d+\.\d+\.\d[^\s"]{0,60})/m],
];

/** Undefined where the file says none. `head`: its beginning. */
export function versionInText(path: string, head: string): ServerVersion | undefined {
  for (const [file, version] of TEXTS) {
    const gitVersion = file.test(path) ? version.exec(head)?.[1] : undefined;
    const [, major, minor] = /^v(\d{1,4})\.(\d{1,4})/.exec(gitVersion ?? '') ?? [];
    if (gitVersion !== undefined && major !== undefined) return { gitVersion, major: Number(major), minor: Number(minor) };
  }
  return undefined;
}
