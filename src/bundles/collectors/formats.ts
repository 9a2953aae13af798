/** The formats of support bundles, with what each is recognised by: from the sources of their collectors. */

export interface Format {
  id: string;
  /** As its makers call it. */
  name: string;
  /** One node or pod, or more of a cluster. */
  scope: 'node' | 'cluster';
  /** Of each row all stand below one root: files, `folder/`, `*` for any part of one name. A row is enough; each has its roots. */
  marks: readonly (readonly string[])[];
  /** The same, where nothing of `marks` is there: it holds next to nothing. */
  weak?: readonly (readonly string[])[];
  /** A line between its objects, where all of it is printed as one text. */
  line?: RegExp;
  /** The file, below a root, that names the version of the collector, and what stands before the version; `*` for any folder. */
  version?: { file: string; after: RegExp };
  /** What would say more, where nothing of it is read. */
  instead: string;
}

/** Of a collector that takes enough, unless something kept it from it. */
const AGAIN = 'run its collector again and see what it says; what kubectl get nodes,pods,daemonsets,events -A -o json prints is read too';

const ALL: readonly (Omit<Format, 'instead'> & Partial<Pick<Format, 'instead'>>)[] = [
  // Its other files are also the node agent's.
  {
    id: 'ddc',
    name: 'Datadog Cluster Agent flare',
    scope: 'node',
    marks: [['cluster-agent-status.log']],
    version: { file: 'cluster-agent-status.log', after: /Agent \(v/ },
  },
  {
    id: 'ddn',
    name: 'Datadog Agent flare',
    scope: 'node',
    marks: [
      ['flare_creation.log', 'runtime_config_dump.yaml'],
      ['flare_creation.log', 'status.log'],
    ],
    version: { file: 'status.log', after: /Agent \(v/ },
  },
  {
    id: 'sbk',
    name: 'support-bundle-kit bundle (Harvester, Longhorn)',
    scope: 'cluster',
    marks: [
      ['metadata.yaml', 'yamls/cluster/'],
      ['yamls/cluster/', 'yamls/namespaced/'],
    ],
  },
  {
    id: 'ts',
    name: 'troubleshoot support bundle',
    scope: 'cluster',
    marks: [['cluster-resources/'], ['cluster-info/cluster_version.json'], ['host-collectors/'], ['version.yaml', 'analysis.json']],
    weak: [['analysis.json']],
    version: { file: 'version.yaml', after: /versionNumber: */ },
  },
  {
    id: 'tal',
    name: 'talosctl support bundle',
    scope: 'cluster',
    marks: [['kubernetesResources/'], ['*/service-logs/kubelet.log']],
    // Of each node: talosctl's own version, and the server's below it.
    version: { file: '*/summary', after: /^Client:\s{1,9}(?:Tag:\s{1,40}|Talos )/ },
  },
  {
    id: 'son',
    name: 'Sonobuoy results',
    scope: 'cluster',
    marks: [
      ['meta/config.json', 'resources/'],
      ['meta/query-time.json', 'plugins/'],
      ['resources/cluster/', 'serverversion.json'],
    ],
    version: { file: 'meta/config.json', after: /"Version":"/ },
  },
  {
    id: 'vel',
    name: 'Velero backup',
    scope: 'cluster',
    marks: [['metadata/version', 'resources/']],
    version: { file: 'metadata/version', after: /^/ },
  },
  {
    id: 'veld',
    name: 'velero debug bundle',
    scope: 'cluster',
    marks: [['kubecapture/velero.io_v1/'], ['kubecapture/core_v1/', 'version.txt']],
    version: { file: 'version.txt', after: /^Client:\s{1,9}Version: / },
    instead: "it holds the objects and logs of Velero's own namespace; kubectl get nodes,pods,daemonsets,events -A -o json says more",
  },
  {
    id: 'cil',
    name: 'Cilium sysdump',
    scope: 'cluster',
    marks: [['k8s-nodes-*.yaml'], ['cilium-sysdump.log']],
    version: { file: 'cilium-sysdump.log', after: /cilium-cli version: / },
  },
  {
    id: 'mg',
    name: 'must-gather',
    scope: 'cluster',
    marks: [['cluster-scoped-resources/'], ['namespaces/*/core/']],
    weak: [['event-filter.html'], ['gather.logs']],
    version: { file: 'version', after: /^openshift\/must-gather\s+/ },
    instead: 'run oc adm must-gather again and see what it says; of the namespace of an agent, oc adm inspect ns/NAMESPACE takes more',
  },
  {
    id: 'ins',
    name: 'Insights archive',
    scope: 'cluster',
    marks: [['insights_commands/'], ['config/version.json', 'config/node/'], ['config/version.json', 'config/pod/']],
    instead: 'oc adm must-gather takes more of the cluster',
  },
  {
    id: 'sos',
    name: 'sos report',
    scope: 'node',
    marks: [
      ['sos_commands/', 'sos_reports/'],
      ['sos_commands/', 'version.txt'],
    ],
    version: { file: 'version.txt', after: /^sos ?report: */m },
  },
  {
    id: 'eks',
    name: 'EKS log collection',
    scope: 'node',
    marks: [
      ['kubelet/kubelet.log', 'system/instance-id.txt'],
      ['kubelet/kubelet_service.txt', 'system/instance-id.txt'],
      ['kubelet/kubelet.log', 'ipamd/'],
    ],
  },
  {
    id: 'ran',
    name: "Rancher's log collection",
    scope: 'node',
    marks: ['rke2/', 'k3s/', 'rke/', 'kubeadm/'].map((distribution) => ['systeminfo/', distribution]),
  },
  {
    id: 'aksp',
    name: 'AKS Periscope collection',
    scope: 'node',
    marks: [['kubeletcmd/kubeletcmd'], ['networkoutbound/', 'systemlogs/']],
    instead: 'the journal of the kubelet (journalctl -u kubelet) and kubectl get nodes,pods -A -o yaml say more',
  },
  {
    id: 'aksi',
    name: 'AKS disk inspection',
    scope: 'node',
    marks: [['device_0/var/log/azure/'], ['var/log/azure/', 'device_0/']],
    instead:
      'it holds files of one disk: a binary journal in it is not read; journalctl -u kubelet as text, and kubectl get nodes,pods -A -o yaml, say more',
  },
  {
    id: 'kind',
    name: 'kind export logs',
    scope: 'cluster',
    marks: [
      ['*/kubernetes-version.txt', '*/kubelet.log'],
      ['docker-info.txt', '*/kubelet.log'],
      ['kind-version.txt', '*/kubelet.log'],
    ],
    version: { file: 'kind-version.txt', after: /^kind v?/ },
  },
  {
    id: 'cid',
    name: 'kubectl cluster-info dump',
    scope: 'cluster',
    marks: [
      ['nodes.json', '*/replication-controllers.json'],
      ['nodes.yaml', '*/replication-controllers.yaml'],
      ['nodes.json', '*/daemonsets.json'],
      ['nodes.yaml', '*/daemonsets.yaml'],
      ['nodes.json', '*/*/logs.txt'],
    ],
    line: /^==== START logs for container \S+ of pod /,
  },
];

export const FORMATS: readonly Format[] = ALL.map((format) => ({ instead: AGAIN, ...format }));
