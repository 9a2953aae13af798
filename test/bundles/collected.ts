/**
 * Bundles in the exact shape that their collectors' sources give them, each with one fault that was put in, and with secrets where such bundles have them.
 * Beside each: the source, and the line or the function that writes it.
 */
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { stringify } from 'yaml';
import { zip } from '../support/zip.js';
import { BINDING, daemonSet, listOf, node, pod, ROLE, SENTINELS } from './made.js';

type Json = Record<string, unknown>;
type Content = string | Buffer | object;
export type Tree = Readonly<Record<string, Content>>;

const bytesOf = (content: Content): Buffer =>
  Buffer.isBuffer(content) ? content : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));

/** As it is written now: the time of an archive's files is the last that says when it was made. */
export const WRITTEN = Date.parse('2026-01-05T10:00:40Z');

export async function tarred(tree: Tree): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(tree)) archive.entry({ name, mtime: new Date(WRITTEN) }, bytesOf(content));
  archive.finalize();
  return gzipSync(await buffer(archive));
}
export const zipped = (tree: Tree): Buffer => zip(Object.entries(tree).map(([name, content]) => ({ name, bytes: bytesOf(content) })));

const below = (root: string, tree: Tree): Tree =>
  Object.fromEntries(Object.entries(tree).map(([path, content]) => [`${root}${path}`, content]));

const namespace = (name: string): Json => ({ kind: 'Namespace', apiVersion: 'v1', metadata: { name } });
const secret: Json = {
  kind: 'Secret',
  apiVersion: 'v1',
  metadata: { name: 's', namespace: 'datadog' },
  stringData: { token: SENTINELS[2] },
};
const account: Json = { kind: 'ServiceAccount', apiVersion: 'v1', metadata: { name: 'datadog-agent', namespace: 'datadog' } };
const lease = (name: string, renewTime: string): Json => ({
  kind: 'Lease',
  apiVersion: 'coordination.k8s.io/v1',
  metadata: { name, namespace: 'kube-node-lease' },
  spec: { renewTime, leaseDurationSeconds: 40, holderIdentity: name },
});
const BY_STATUS_HOST_IP: Json = { name: 'DD_KUBERNETES_KUBELET_HOST', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } };
const ENV: readonly Json[] = [{ name: 'DD_API_KEY', value: SENTINELS[0] }, BY_STATUS_HOST_IP, { name: 'MY_PASSWORD', value: SENTINELS[1] }];

/** A kubelet that is refused by the apiserver, as its journal has it. */
const refusedLease = (at: string) =>
  `Jan 05 10:00:35 ${at} kubelet[1945]: E0105 10:00:35.000000    1945 controller.go:145] "Failed to ensure lease exists, will retry" err="Get \\"https://api.k:6443/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${at}?timeout=10s\\": dial tcp 10.0.0.1:6443: connect: connection refused" interval="200ms"`;

const REFUSED_AGENT =
  '2026-01-05 10:00:35 UTC | CORE | WARN | (pkg/util/kubernetes/kubelet/kubelet.go:605 in func1) | error pulling from collector "kubelet": couldn\'t fetch "podlist": unexpected status code 403 on https://192.0.2.1:10250/pods: Forbidden (user=system:serviceaccount:datadog:datadog-agent, verb=get, resource=nodes, subresource(s)=[pods proxy])';

// ---- Velero: vmware-tanzu/velero v1.17.1 pkg/archive/filesystem.go, pkg/backup/item_backupper.go (an item is written twice where its version is the preferred one).

const PLURALS: Readonly<Record<string, string>> = {
  Node: 'nodes',
  Namespace: 'namespaces',
  Pod: 'pods',
  Secret: 'secrets',
  ServiceAccount: 'serviceaccounts',
  DaemonSet: 'daemonsets.apps',
  ClusterRole: 'clusterroles.rbac.authorization.k8s.io',
  ClusterRoleBinding: 'clusterrolebindings.rbac.authorization.k8s.io',
};

function velero(objects: readonly Json[]): Tree {
  const files = objects.flatMap((object): [string, Content][] => {
    const { name, namespace: ns } = object.metadata as { name: string; namespace?: string };
    const at = ns === undefined ? `cluster/${name}` : `namespaces/${ns}/${name}`;
    const plural = PLURALS[object.kind as string];
    return [
      [`resources/${plural}/${at}.json`, object],
      [`resources/${plural}/v1-preferredversion/${at}.json`, object],
    ];
  });
  return { 'metadata/version': '1.1.0\n', ...Object.fromEntries(files) };
}

/** All agents may ask, but for the role: it is bound for another account. */
const VELERO = velero([node('n1'), node('n2'), namespace('datadog'), daemonSet(ENV), pod('n1'), pod('n2'), ROLE, BINDING, account, secret]);

/** The `velero-backup.json` of its bucket: the Backup as it ended. */
export const backup = (spec: Json, status: Json = {}): Json => ({
  kind: 'Backup',
  apiVersion: 'velero.io/v1',
  metadata: { name: 'daily', namespace: 'velero', annotations: { 'velero.io/source-cluster-k8s-gitversion': 'v1.31.2' } },
  spec: { ttl: '720h0m0s', storageLocation: 'default', ...spec },
  status: {
    version: 1,
    formatVersion: '1.1.0',
    phase: 'Completed',
    startTimestamp: '2026-01-05T09:59:00Z',
    completionTimestamp: '2026-01-05T10:00:30Z',
    ...status,
  },
});

/** A backup as `velero backup download` has it, alone. */
export const veleroAlone = (): Promise<Buffer> => tarred(VELERO);
/** pkg/util/logging; pkg/backup/item_backupper.go. */
export const backupLine = (message: string, fields = '', level = 'info'): string =>
  `time="2026-01-05T10:00:01Z" level=${level} msg="${message}" backup=velero/daily logSource="pkg/backup/item_backupper.go:154"${fields}\n`;
export const labelled = (resource: string, namespace = ''): string =>
  backupLine(
    'Excluding item because it has label velero.io/exclude-from-backup=true',
    ` name=x namespace=${namespace} resource=${resource}`,
  );

/** A folder of the bucket; `log`: of the backup, where it is there. */
export const veleroBucket = async (spec: Json, log: string | undefined = backupLine('Backed up a total of 10 items')): Promise<Buffer> =>
  zipped({
    'backups/daily/daily.tar.gz': await veleroAlone(),
    ...(log !== '' && { 'backups/daily/daily-logs.gz': gzipSync(log) }),
    'backups/daily/velero-backup.json': backup(spec),
  });

// ---- support-bundle-kit: rancher/support-bundle-kit pkg/manager/cluster.go, pkg/manager/collectors/common.go, hack/support-bundle-collector.sh.

/** `toObjCommon`: a List of whatever, each with its kind, and `"null"` for every empty string. */
const nulled = (items: readonly object[]): string =>
  stringify({ apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '14659074' } }, { lineWidth: 0 }).replaceAll(
    '""',
    '"null"',
  );

export function supportBundleKit(): Buffer {
  const root = 'supportbundle_9b6b22de-6e5d-4905-aec8-1f226e413986_2026-01-05T10-00-30Z/';
  const of = (ns: string, lists: Record<string, readonly object[]>): Tree =>
    Object.fromEntries(Object.entries(lists).map(([at, items]) => [`yamls/namespaced/${ns}/${at}.yaml`, nulled(items)]));
  const rest = {
    'v1/events': [],
    'v1/serviceaccounts': [],
    'rbac.authorization.k8s.io/v1/roles': [],
    'rbac.authorization.k8s.io/v1/rolebindings': [],
  };
  const nodeZip = (name: string, log: string) =>
    zipped({ [`${name}/logs/kubelet.log`]: log, [`${name}/hostinfos/hostinfo`]: `hostname : \n\t${name}\n` });
  return zipped(
    below(root, {
      'metadata.yaml':
        'projectname: Longhorn\nprojectversion: v1.10.0\nkubernetesversion: v1.31.2+rke2r1\nprojectnamespaceuuid: 9b6b22de-6e5d-4905-aec8-1f226e413986\nbundlecreatedat: "2026-01-05T10:00:30Z"\nissueurl: ""\nissuedescription: ""\n',
      'bundleGenerationError.log':
        'Failed to get /apis/authentication.k8s.io/v1/tokenreviews: the server does not allow this method on the requested resource\n',
      'yamls/cluster/v1/nodes.yaml': nulled([node('n1'), node('n2')]),
      'yamls/cluster/v1/namespaces.yaml': nulled([namespace('default'), namespace('datadog'), namespace('shop')]),
      'yamls/cluster/metrics.k8s.io/v1beta1/nodes.yaml': nulled([
        { apiVersion: 'metrics.k8s.io/v1beta1', kind: 'NodeMetrics', metadata: { name: 'n1' } },
      ]),
      'yamls/cluster/rbac.authorization.k8s.io/v1/clusterroles.yaml': nulled([ROLE]),
      'yamls/cluster/rbac.authorization.k8s.io/v1/clusterrolebindings.yaml': nulled([BINDING]),
      ...of('default', { 'v1/pods': [], 'apps/v1/daemonsets': [], ...rest }),
      ...of('datadog', {
        'v1/pods': [pod('n1'), pod('n2')],
        'apps/v1/daemonsets': [daemonSet(ENV)],
        ...rest,
        'v1/serviceaccounts': [account],
      }),
      'logs/datadog/datadog-agent-n1/agent.log': `${REFUSED_AGENT}\n`,
      'nodes/n1.zip': nodeZip('n1', `${refusedLease('n1')}\n`),
      'nodes/n2.zip': nodeZip('n2', ''),
    }),
  );
}

// ---- cilium sysdump: cilium/cilium cilium-cli/sysdump/{constants,sysdump}.go; the time in the names is local to who ran it.

export function ciliumSysdump(): Buffer {
  const root = 'cilium-sysdump-20260105-190040/';
  const ts = '20260105-190040';
  const yaml = (kind: string, apiVersion: string, items: readonly object[]) =>
    stringify({ apiVersion, items, kind: `${kind}List`, metadata: { resourceVersion: '1' } });
  return zipped(
    below(root, {
      'cilium-sysdump.log':
        '🔍 Collecting sysdump with cilium-cli version: v0.16.24, args: [sysdump]\n🔮 Detected Cilium installation in namespace: "kube-system"\n',
      [`k8s-version-${ts}.txt`]:
        'version.Info{Major:"1", Minor:"31", EmulationMajor:"", GitVersion:"v1.31.2", GitCommit:"5864a46", GitTreeState:"clean", BuildDate:"2024-10-22T20:28:14Z", GoVersion:"go1.22.8", Compiler:"gc", Platform:"linux/amd64"}',
      [`k8s-nodes-${ts}.yaml`]: yaml('Node', 'v1', [node('n1'), node('n2', 'Unknown')]),
      [`k8s-namespaces-${ts}.yaml`]: yaml('Namespace', 'v1', [namespace('datadog'), namespace('kube-system')]),
      [`k8s-pods-${ts}.yaml`]: yaml('Pod', 'v1', [pod('n1'), pod('n2')]),
      [`k8s-pods-${ts}.txt`]: 'NAMESPACE   NAME   READY   STATUS\n',
      [`k8s-events-${ts}.yaml`]: yaml('Event', 'v1', []),
      [`k8s-networkpolicies-${ts}.yaml`]: yaml('NetworkPolicy', 'networking.k8s.io/v1', []),
      [`k8s-leases-${ts}.yaml`]: yaml('Lease', 'coordination.k8s.io/v1', [
        lease('n1', '2026-01-05T10:00:38.000000Z'),
        lease('n2', '2026-01-05T09:00:00.000000Z'),
      ]),
      [`cilium-daemonset-${ts}.yaml`]: yaml('DaemonSet', 'apps/v1', []),
      [`cilium-configmap-${ts}.yaml`]: stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'cilium-config', namespace: 'kube-system' },
        data: { token: SENTINELS[2] },
      }),
      [`logs-cilium-x7k2p-cilium-agent-${ts}.log`]: 'time="2026-01-05T10:00:00Z" level=info msg="All Cilium agents are healthy"\n',
    }),
  );
}

// ---- Talos: siderolabs/go-talos-support v0.3.1 support/collectors/{collectors,kubernetes,talos}.go. A kubelet of Talos logs JSON.

const talosLine = (ms: number, message: string, err: string) =>
  JSON.stringify({ ts: ms, caller: 'kubelet/kubelet_node_status.go:92', msg: message, node: { name: 'talos-w1' }, err });

const cosi = (type: string, id: string, spec: object) =>
  stringify({
    metadata: {
      namespace: 'k8s',
      type,
      id,
      version: 1,
      owner: 'k8s',
      phase: 'running',
      created: '2026-01-05T09:00:00Z',
      updated: '2026-01-05T09:00:00Z',
    },
    spec,
  });

/** talos pkg/machinery/version `WriteLongVersionFromExisting`, of talosctl and of the node. */
const talosVersion = (tag: string): string =>
  `\tTag:         ${tag}\n\tSHA:         cf1bb86c\n\tBuilt:       \n\tGo version:  go1.25.4\n\tOS/Arch:     linux/amd64\n`;

const talosNode = (address: string, name: string, anonymous: boolean, log: string): Tree =>
  below(`${address}/`, {
    summary: `Client:\n${talosVersion('v1.12.1')}Server:\n${talosVersion('v1.11.5')}`,
    'dmesg.log': `user: warning: [2026-01-05T10:00:00Z]: [talos] service[kubelet](Running)\n`,
    processes: `   PID STATE THREADS CPU-TIME VIRTMEM RESMEM COMMAND\n`,
    'service-logs/kubelet.log': log,
    'service-logs/kubelet.state': 'ID       kubelet\nSTATE    Running\nHEALTH   OK\n',
    'resources/nodenames.kubernetes.talos.dev.yaml': cosi('Nodenames.kubernetes.talos.dev', 'nodename', {
      nodename: name,
      hostnameVersion: 2,
      skipNodeRegistration: false,
    }),
    'resources/kubeletspecs.kubernetes.talos.dev.yaml': cosi('KubeletSpecs.kubernetes.talos.dev', 'kubelet', {
      image: 'ghcr.io/siderolabs/kubelet:v1.31.2',
      args: [
        '--config=/etc/kubernetes/kubelet.yaml',
        `--hostname-override=${name}`,
        '--kubeconfig=/etc/kubernetes/kubeconfig-kubelet',
        `--bootstrap-token=${SENTINELS[2]}`,
      ],
      expectedNodename: name,
      config: {
        apiVersion: 'kubelet.config.k8s.io/v1beta1',
        kind: 'KubeletConfiguration',
        authentication: {
          anonymous: { enabled: anonymous },
          webhook: { enabled: true },
          x509: { clientCAFile: '/etc/kubernetes/pki/ca.crt' },
        },
        authorization: { mode: anonymous ? 'AlwaysAllow' : 'Webhook' },
      },
    }),
    'resources/kubeletsecrets.secrets.talos.dev.yaml': 'metadata:\n    namespace: secrets\nspec: <REDACTED>\n',
  });

/** With the list of nodes where a kubeconfig was at hand, and without. */
export function talos(withNodes: boolean): Buffer {
  const named = (name: string, address: string, ready: 'True' | 'False' = 'True') => {
    const { metadata, status, ...rest } = node('n1', ready) as { metadata: Json; status: Json };
    return { ...rest, metadata: { ...metadata, name }, status: { ...status, addresses: [{ type: 'InternalIP', address }] } };
  };
  const log = `${talosLine(1767607235000.5, 'Unable to register node with API server', 'Unauthorized')}\n`;
  return zipped({
    ...(withNodes && {
      'kubernetesResources/nodes.yaml': stringify(listOf('Node', [named('talos-w1', '10.5.0.2', 'False'), named('talos-w2', '10.5.0.3')])),
    }),
    ...talosNode('10.5.0.2', 'talos-w1', false, log),
    ...talosNode('10.5.0.3', 'talos-w2', true, ''),
  });
}

// ---- kind: sigs.k8s.io/kind v0.31.0 pkg/cluster/provider.go CollectLogs, collectNodeLogs; /var/log of each node lies in its folder.

export function kindLogs(): Promise<Buffer> {
  const cri = (line: string) => `2026-01-05T10:00:35.123456789Z stderr F ${line}\n`;
  return tarred(
    below('logs/', {
      'kind-version.txt': 'kind v0.31.0 go1.25.5 linux/amd64',
      'docker-info.txt': 'Client:\n Version:    28.0.1\n',
      'kind-control-plane/kubernetes-version.txt': 'v1.35.0\n',
      'kind-control-plane/kubelet.log': 'Jan 05 10:00:00 kind-control-plane systemd[1]: Started kubelet.service.\n',
      'kind-control-plane/inspect.json': [{ Id: 'x', Config: { Env: [`TOKEN=${SENTINELS[2]}`] } }],
      'kind-worker/kubernetes-version.txt': 'v1.35.0\n',
      'kind-worker/kubelet.log': `${refusedLease('kind-worker')}\n`,
      'kind-worker/pods/datadog_datadog-agent-x_6e1d9b7a-0000-4000-8000-000000000000/agent/0.log': cri(REFUSED_AGENT),
      'kind-worker/containers/datadog-agent-x_datadog_agent-0000000000000000000000000000000000000000000000000000000000000000.log': '',
      'kind-worker/journal.log': '',
    }),
  );
}

// ---- sos: made after a run of sosreport 4.0 (Debian) with kubernetes.all and kubernetes.podlogs against a real apiserver; nodes are descriptions there.

const described = (name: string, ready: string, reason: string) => `Name:               ${name}
Roles:              <none>
Labels:             kubernetes.io/hostname=${name}
CreationTimestamp:  Mon, 05 Jan 2026 09:00:00 +0000
Taints:             <none>
Unschedulable:      false
Lease:
  HolderIdentity:  ${name}
  RenewTime:       Mon, 05 Jan 2026 10:00:02 +0000
Conditions:
  Type             Status    LastHeartbeatTime                 LastTransitionTime                Reason              Message
  ----             ------    -----------------                 ------------------                ------              -------
  Ready            ${ready}   Mon, 05 Jan 2026 10:00:01 +0000   Mon, 05 Jan 2026 10:00:06 +0000   ${reason}   Kubelet stopped posting node status.
Addresses:
  InternalIP:  192.0.2.${name.slice(1)}
  Hostname:    ${name}
System Info:
  Kubelet Version:            v1.31.2
`;

export function sos(): Promise<Buffer> {
  const at = 'sos_commands/kubernetes/';
  const kubectl = 'kubectl_--kubeconfig_.etc.kubernetes.admin.conf_';
  return tarred(
    below('sosreport-n1-2026-01-05-rrphgni/', {
      'version.txt': 'sosreport: 4.0\ndate: unversioned\nkubernetes: unversioned',
      'sos_reports/sos.txt': '',
      'sos_commands/date/date': 'Mon Jan  5 10:00:40 UTC 2026\n',
      'sos_commands/process/ps_auxwww':
        'USER PID %CPU COMMAND\nroot 700 1.0 /usr/bin/kubelet --config=/var/lib/kubelet/config.yaml --hostname-override=n1\n',
      [`${at}${kubectl}version`]: 'Client Version: v1.31.0\nKustomize Version: v5.4.2\nServer Version: v1.31.2\n',
      [`${at}${kubectl}config_view`]: `apiVersion: v1\nkind: Config\nusers:\n- name: admin\n  user:\n    token: ${SENTINELS[2]}\n`,
      [`${at}nodes/${kubectl}describe_node_n1`]: described('n1', 'True   ', 'KubeletReady'),
      [`${at}nodes/${kubectl}describe_node_n2`]: described('n2', 'Unknown', 'NodeStatusUnknown'),
      [`${at}pods/${kubectl}get_-o_json_--namespace_datadog_pods`]: { apiVersion: 'v1', items: [pod('n1'), pod('n2')], kind: 'List' },
      [`${at}pods/${kubectl}--namespace_datadog_logs_datadog-agent-n2`]:
        'Error from server: Get "https://192.0.2.2:10250/containerLogs/datadog/datadog-agent-n2/agent": dial tcp 192.0.2.2:10250: connect: connection refused\n',
      [`${at}journalctl_--no-pager_--unit_kubelet`]: '-- Journal begins at Mon 2026-01-05 08:00:00 UTC. --\n-- No entries --\n',
    }),
  );
}

/** Up from 4.1: all below `cluster-info`, roles of the cluster asked of each namespace, and the end alone of what is too long, beside it, with a link to it. */
export function sosNew(): Promise<Buffer> {
  const at = 'sos_commands/kubernetes/cluster-info/';
  const kubectl = 'kubectl_--kubeconfig_.etc.kubernetes.admin.conf_';
  const of = (ns: string, kind: string, items: readonly object[]): Tree => ({
    [`${at}${ns}/${kubectl}get_-o_json_--namespace_${ns}_${kind}`]: {
      apiVersion: 'v1',
      items,
      kind: 'List',
      metadata: { resourceVersion: '' },
    },
  });
  const everywhere = (ns: string): Tree => ({ ...of(ns, 'clusterroles', [ROLE]), ...of(ns, 'clusterrolebindings', [BINDING]) });
  return tarred(
    below('sosreport-n1-case7-2026-01-05-rrphgni/', {
      'version.txt': 'sos report: 4.8.2\n\nkubernetes: unversioned\n',
      'sos_reports/manifest.json': { version: '4.8.2', cmdline: 'sos report -k kubernetes.all' },
      'sos_commands/date/date': 'Mon Jan  5 10:00:40 UTC 2026\n',
      [`${at}${kubectl}version`]: 'Client Version: v1.31.0\nKustomize Version: v5.4.2\nServer Version: v1.31.2\n',
      [`${at}${kubectl}config_view`]: `apiVersion: v1\nkind: Config\nusers:\n- name: admin\n  user:\n    token: ${SENTINELS[2]}\n`,
      [`${at}${kubectl}get_nodes`]: 'NAME   STATUS   ROLES    AGE   VERSION\nn1     Ready    <none>   1h    v1.31.2\n',
      [`${at}${kubectl}get_-o_json_nodes`]: { apiVersion: 'v1', items: [node('n1'), node('n2', 'Unknown')], kind: 'List' },
      [`${at}${kubectl}get_-o_json_roles`]: { apiVersion: 'v1', items: [], kind: 'List' },
      ...of('datadog', 'daemonsets', [daemonSet(ENV)]),
      ...of('datadog', 'serviceaccounts', [account]),
      ...of('datadog', 'secrets', [secret]),
      ...everywhere('datadog'),
      ...everywhere('shop'),
      [`sos_strings/kubernetes/cluster-info/datadog/${kubectl}get_-o_json_--namespace_datadog_pods.tailed`]: JSON.stringify(
        { apiVersion: 'v1', items: [pod('n1'), pod('n2')], kind: 'List' },
        null,
        4,
      ).slice(-2000),
      [`${at}datadog/podlogs/datadog-agent-n1/${kubectl}--namespace_datadog_logs_datadog-agent-n1_-c_agent`]: `${REFUSED_AGENT}\n`,
      'sos_commands/kubernetes/journalctl_--no-pager_--unit_kubelet': `${refusedLease('n1')}\n`,
    }),
  );
}

// ---- velero debug: vmware-tanzu/velero pkg/cmd/cli/debug/cshd-scripts/velero.cshd, by vmware-tanzu/crash-diagnostics k8s/{object_writer,container_logger}.go.

export function veleroDebug(): Promise<Buffer> {
  const now = '2026-01-05T10-00-40Z.0000';
  const at = 'velero-bundle/kubecapture/core_v1/velero/pods/';
  const agent: Json = {
    ...pod('n1'),
    metadata: { name: 'node-agent-x7', namespace: 'velero' },
    spec: { nodeName: 'n1', containers: [{ name: 'node-agent', image: 'velero/velero:v1.17.1' }] },
  };
  return tarred({
    [`velero-bundle/kubecapture/velero.io_v1/velero/backups/daily-${now}.json`]: backup({}),
    'velero-bundle/version.txt':
      'Client:\n\tVersion: v1.17.1\n\tGit commit: 94f64639cee09c5caaa65b65ab5f42175f41c101\nServer:\n\tVersion: v1.17.0\n',
    [`${at}node-agent-x7-${now}.json`]: agent,
    [`${at}node-agent-x7/node-agent/node-agent.log`]: `time="2026-01-05T10:00:35Z" level=error msg="failed to list pods" error="pods is forbidden" token=${SENTINELS[2]}\n`,
    'velero-bundle/backup_daily.log': backupLine('Backed up a total of 10 items'),
  });
}

// ---- Sonobuoy: vmware-tanzu/sonobuoy pkg/discovery/{nodes,query}.go (a bare array a file, none for an empty list), and its plugin systemd-logs.

export function sonobuoy(labelSelector = ''): Promise<Buffer> {
  const lists = (ns: string, all: Record<string, readonly object[]>): Tree =>
    Object.fromEntries(Object.entries(all).map(([name, items]) => [`resources/ns/${ns}/${name}.json`, items]));
  const configz = (mode: string) => ({
    kubeletconfig: {
      enableServer: true,
      port: 10250,
      authentication: {
        x509: { clientCAFile: '/etc/kubernetes/pki/ca.crt' },
        webhook: { enabled: true },
        anonymous: { enabled: mode !== 'Webhook' },
      },
      authorization: { mode },
      staticPodURLHeader: { Authorization: [SENTINELS[2]] },
    },
  });
  const journal = [
    { SYSLOG_IDENTIFIER: 'kernel', MESSAGE: 'eth0: link is down', __REALTIME_TIMESTAMP: '1767607230000000' },
    {
      __CURSOR: 's=1',
      __REALTIME_TIMESTAMP: '1767607235000000',
      _SYSTEMD_UNIT: 'kubelet.service',
      SYSLOG_IDENTIFIER: 'kubelet',
      _HOSTNAME: 'n2',
      MESSAGE: refusedLease('n2').replace(/^.*?\]: /, ''),
    },
  ];
  return tarred({
    'meta/config.json': {
      Version: 'v0.57.2',
      Filters: { Namespaces: '.*', LabelSelector: labelSelector },
      Limits: { PodLogs: { LabelSelector: 'x' } },
    },
    'meta/query-time.json': '{"queryobj":"nodes","time":"12.345ms"}\n',
    'serverversion.json': { major: '1', minor: '31', gitVersion: 'v1.31.2' },
    'resources/cluster/core_v1_nodes.json': [node('n1'), node('n2', 'Unknown')],
    'resources/cluster/core_v1_namespaces.json': [namespace('datadog'), namespace('shop')],
    'resources/cluster/rbac.authorization.k8s.io_v1_clusterroles.json': [ROLE],
    'resources/cluster/rbac.authorization.k8s.io_v1_clusterrolebindings.json': [BINDING],
    ...lists('datadog', { core_v1_pods: [pod('n1'), pod('n2')], apps_v1_daemonsets: [daemonSet(ENV)], core_v1_serviceaccounts: [account] }),
    ...lists('shop', { core_v1_serviceaccounts: [{ ...account, metadata: { name: 'default', namespace: 'shop' } }] }),
    'hosts/n1/configz.json': configz('AlwaysAllow'),
    'hosts/n1/healthz.json': { status: 200 },
    'hosts/n2/configz.json': configz('Webhook'),
    'plugins/systemd-logs/results/n2/systemd_logs': `${journal.map((each) => JSON.stringify(each)).join('\n')}\n`,
  });
}

// ---- EKS: awslabs/amazon-eks-ami log-collector-script/linux/eks-log-collector.sh get_networking_info, get_k8s_info, pack: no root folder.

const CURL_REFUSED = `*   Trying 192.0.2.250:443...
* connect to 192.0.2.250 port 443 failed: Connection refused
* Failed to connect to abc.gr7.us-west-2.eks.amazonaws.com port 443 after 3 ms: Couldn't connect to server
* Closing connection 0
curl: (7) Failed to connect to abc.gr7.us-west-2.eks.amazonaws.com port 443 after 3 ms: Couldn't connect to server
`;

export const eks = (): Promise<Buffer> =>
  tarred({
    './system/instance-id.txt': 'i-0123456789abcdef0',
    './system/ps.txt':
      'USER PID %CPU COMMAND\nroot 700 1.0 /usr/bin/kubelet --config=/etc/kubernetes/kubelet/config.json --hostname-override=ip-192-0-2-1.us-west-2.compute.internal\n',
    './kubelet/kubelet.log': '-- Logs begin at Mon 2024-05-06 09:00:00 UTC. --\n',
    './kubelet/config.json': {
      kind: 'KubeletConfiguration',
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      authentication: { anonymous: { enabled: false }, webhook: { enabled: true } },
      authorization: { mode: 'Webhook' },
    },
    './kubelet/kubeconfig.yaml': `apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    server: https://abc.gr7.us-west-2.eks.amazonaws.com\nusers:\n- user:\n    token: ${SENTINELS[2]}\n`,
    './networking/curl_api_server.txt': [1, 2, 3, 4, 5]
      .map((at) => `curling https://abc.gr7.us-west-2.eks.amazonaws.com (${at} of 5) 2024-05-06T12:33:0${at}.123UTC\n\n\n${CURL_REFUSED}`)
      .join(''),
  });

// ---- Rancher: rancherlabs/support-tools collection/rancher/v2.x/logs-collector/rancher2_logs_collector.sh, on a server whose apiserver is down.

export function rancherServer(): Promise<Buffer> {
  const refused = 'The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?\n';
  const lists = ['nodes', 'nodesdescribe', 'nodes.json', 'pods', 'version', 'clusterroles'];
  return tarred(
    below('./server-1-2026-01-05_10_00_00/', {
      'summary.txt': 'Rancher log collector\n',
      'systeminfo/date': 'Mon Jan  5 10:00:00 UTC 2026\n',
      'systeminfo/hostname': 'server-1\n',
      'rke2/version': 'rke2 version v1.31.2+rke2r1\n',
      'rke2/config.yaml': `server: https://192.0.2.9:9345\nnode-label: x=${SENTINELS[1]}\n`,
      'journald/rke2-server': '',
      ...Object.fromEntries(lists.map((name) => [`rke2/kubectl/${name}`, refused])),
    }),
  );
}
