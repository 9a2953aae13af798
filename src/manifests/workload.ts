/**
 * A Pod of ours on one node, or a DaemonSet with one report a node. Both meet the `restricted` Pod Security Standard unless they take the host's
 * network, tolerate every taint (a broken node has taints), and are bounded in time, memory and processor.
 */
import { accessYaml, indent, lines, namespaceYaml, quote } from './access.js';
import { ARCHITECTURES } from './image.js';
import type { AccountName } from './rbac-objects.js';

export interface WorkloadOptions {
  /** Of the Pod; a DaemonSet is on every node. */
  node?: string;
  account: AccountName;
  /** Whose the account is: ours comes with its namespace and rights, another's exists. */
  own: { account: boolean; namespace: boolean };
  image: string;
  hostNetwork: boolean;
}

const NAME = 'kubelet-doctor';
/** Told apart from the one Pod of `manifest pod`, which the controller would adopt by its name's label, and delete (seen on 1.36). */
const OF_THE_SET = ['app.kubernetes.io/component', 'nodes'] as const;
/** Does nothing, and nothing else: what a DaemonSet's pod does once its report is written. */
export const PAUSE = 'registry.k8s.io/pause:3.10';
/** Of the image; a pod's token is readable by the user that all its containers share. */
const USER = 65532;

export function podYaml(options: WorkloadOptions): string {
  const { account, node = '' } = options;
  const name = podName(node);
  return documents(
    [
      '# kubectl apply -f FILE; when the pod has ended:',
      `# kubectl -n ${account.namespace} logs ${name}`,
      `# kubectl -n ${account.namespace} delete pod ${name}`,
    ],
    options,
    lines(
      'apiVersion: v1',
      'kind: Pod',
      ...metadata(name, account.namespace),
      'spec:',
      '  # Bypasses the scheduler, which may be what fails for this node.',
      `  nodeName: ${quote(node)}`,
      '  restartPolicy: Never',
      '  activeDeadlineSeconds: 120',
      ...indent(2, podSpec(options)),
      '  containers:',
      ...indent(4, checkContainer(options.image, [])),
    ),
  );
}

export function daemonSetYaml(options: WorkloadOptions): string {
  const { account } = options;
  return documents(
    [
      // Without --follow kubectl reads one log after the other, and its --max-log-requests does not apply (kubectl pkg/cmd/logs, RunLogs).
      '# kubectl apply -f FILE; then read the reports, one line per node:',
      `# kubectl -n ${account.namespace} logs -l app.kubernetes.io/name=${NAME},${OF_THE_SET[0]}=${OF_THE_SET[1]} -c check --tail=-1`,
    ],
    options,
    lines(
      'apiVersion: apps/v1',
      'kind: DaemonSet',
      ...metadata(NAME, account.namespace),
      'spec:',
      '  selector:',
      '    matchLabels:',
      `      app.kubernetes.io/name: ${NAME}`,
      `      ${OF_THE_SET.join(': ')}`,
      '  updateStrategy:',
      '    rollingUpdate:',
      '      maxUnavailable: 100%',
      '  template:',
      '    metadata:',
      '      labels:',
      `        app.kubernetes.io/name: ${NAME}`,
      `        ${OF_THE_SET.join(': ')}`,
      '    spec:',
      ...indent(6, podSpec(options)),
      '      # A DaemonSet restarts what ends: the check runs first, then a container that only waits.',
      '      initContainers:',
      ...indent(8, checkContainer(options.image, ['--output=json', '--exit-zero'])),
      '      containers:',
      '        - name: done',
      `          image: ${quote(PAUSE)}`,
      ...indent(10, bounds('10m', '16Mi')),
    ),
  );
}

/** A node's name is a DNS subdomain, and may be as long as a pod's: cut, it still ends in a letter or digit. */
function podName(node: string): string {
  return `${NAME}-${node}`.slice(0, 63).replace(/(?<![^a-z0-9])[^a-z0-9]+$/, '');
}

function documents(comment: string[], { account, own, hostNetwork }: WorkloadOptions, workload: string): string {
  const namespace = own.namespace ? [namespaceYaml(account.namespace, hostNetwork ? 'privileged' : 'restricted')] : [];
  return lines(...comment, own.account ? accessYaml(account, true, [namespace, [workload]]) : workload);
}

function metadata(name: string, namespace: string): string[] {
  return ['metadata:', `  name: ${quote(name)}`, `  namespace: ${quote(namespace)}`, '  labels:', `    app.kubernetes.io/name: ${NAME}`];
}

export function podSpec({ account, hostNetwork }: WorkloadOptions): string[] {
  return [
    `serviceAccountName: ${quote(account.name)}`,
    '# The check uses this token: projected, valid for an hour, mounted by the kubelet.',
    'automountServiceAccountToken: true',
    'enableServiceLinks: false',
    'terminationGracePeriodSeconds: 5',
    ...(hostNetwork ? ['hostNetwork: true', 'dnsPolicy: ClusterFirstWithHostNet'] : []),
    ...whereImageRuns(),
    'tolerations:',
    '  - operator: Exists',
    'securityContext:',
    '  runAsNonRoot: true',
    `  runAsUser: ${USER}`,
    `  runAsGroup: ${USER}`,
    '  seccompProfile:',
    '    type: RuntimeDefault',
  ];
}

/** On another architecture its container would end with "exec format error", over and over. */
function whereImageRuns(): string[] {
  return [
    'affinity:',
    '  nodeAffinity:',
    '    requiredDuringSchedulingIgnoredDuringExecution:',
    '      nodeSelectorTerms:',
    '        - matchExpressions:',
    '            - key: kubernetes.io/os',
    '              operator: In',
    '              values: ["linux"]',
    '            # What the image is built for (npm run build:image); add what yours is built for.',
    '            - key: kubernetes.io/arch',
    '              operator: In',
    `              values: [${ARCHITECTURES.map(quote).join(', ')}]`,
  ];
}

export function checkContainer(image: string, args: readonly string[]): string[] {
  const asked = ['check', '--node=$(NODE_NAME)', '--kubelet-host=$(HOST_IP)', ...args];
  return [
    '- name: check',
    `  image: ${quote(image)}`,
    `  args: [${asked.map(quote).join(', ')}]`,
    '  env:',
    '    - name: NODE_NAME',
    '      valueFrom:',
    '        fieldRef:',
    '          fieldPath: spec.nodeName',
    '    - name: HOST_IP',
    '      valueFrom:',
    '        fieldRef:',
    '          fieldPath: status.hostIP',
    ...indent(2, bounds('500m', '256Mi')),
  ];
}

export function bounds(cpu: string, memory: string): string[] {
  return [
    'resources:',
    '  requests:',
    '    cpu: 10m',
    `    memory: ${memory}`,
    '  limits:',
    `    cpu: ${cpu}`,
    `    memory: ${memory}`,
    'securityContext:',
    '  allowPrivilegeEscalation: false',
    '  readOnlyRootFilesystem: true',
    '  capabilities:',
    '    drop: ["ALL"]',
  ];
}
