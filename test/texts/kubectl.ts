/** What kubectl prints of an object, as its source words it (kubectl 0.28 to 0.36 pkg/describe, printers of Kubernetes 1.28 to 1.36): pods, nodes, events. */

export interface Event {
  type?: 'Normal' | 'Warning';
  reason: string;
  message: string;
  from?: string;
}

export interface Pod {
  name: string;
  image: string;
  events?: readonly Event[];
  /** `STATUS` of `kubectl get`. */
  status?: string;
  /** Lines of the container's state. */
  state?: string;
}

const DATE = 'Thu, 12 Mar 2026 07:15:30 +0000';

const eventsOf = (events: readonly Event[]) =>
  events.length === 0
    ? 'Events:                      <none>'
    : [
        'Events:',
        '  Type     Reason                  Age                   From                     Message',
        '  ----     ------                  ----                  ----                     -------',
        ...events.map(
          ({ type = 'Warning', reason, message, from = 'kubelet' }, at) =>
            `  ${type.padEnd(8)} ${reason.padEnd(23)} ${(at % 2 ? '10s' : '3m1s (x7 over 12m)').padEnd(21)} ${from.padEnd(24)} ${message}`,
        ),
      ].join('\n');

/** `kubectl describe pod`. */
export function describePod({ name, image, events = [], status = 'Running', state = 'State:          Running' }: Pod): string {
  return `Name:             ${name}
Namespace:        shop
Priority:         0
Service Account:  default
Node:             w-3/192.0.2.7
Start Time:       ${DATE}
Labels:           app=${name.replace(/-[^-]*$/, '')}
                  pod-template-hash=6c5f7d9b4
Annotations:      cni.projectcalico.org/podIP: 10.244.3.9/32
Status:           ${status}
IP:               10.244.3.9
IPs:
  IP:           10.244.3.9
Controlled By:  ReplicaSet/${name.replace(/-[^-]*$/, '')}
Containers:
  main:
    Container ID:   containerd://0b0f8ab6b5d0d8f4e64b8b3a3a3c1b4f
    Image:          ${image}
    Image ID:       ${image}@sha256:9f1003c480699be56815db0f8146ad2e22efea85129b5b5983d0e0fb52d9ab70
    Port:           8080/TCP
    Host Port:      0/TCP
    ${state}
    Ready:          False
    Restart Count:  7
    Liveness:       http-get http://:8080/healthz delay=0s timeout=1s period=10s #success=1 #failure=3
    Environment:    <none>
    Mounts:
      /var/run/secrets/kubernetes.io/serviceaccount from kube-api-access-x7k2p (ro)
Conditions:
  Type                        Status
  PodReadyToStartContainers   True
  Initialized                 True
  Ready                       False
  ContainersReady             False
  PodScheduled                True
Volumes:
  kube-api-access-x7k2p:
    Type:                    Projected (a volume that contains injected data from multiple sources)
    TokenExpirationSeconds:  3607
    ConfigMapName:           kube-root-ca.crt
    Optional:                false
    DownwardAPI:             true
QoS Class:                   BestEffort
Node-Selectors:              <none>
Tolerations:                 node.kubernetes.io/not-ready:NoExecute op=Exists for 300s
                             node.kubernetes.io/unreachable:NoExecute op=Exists for 300s
${eventsOf(events)}
`;
}

/** `kubectl get pods -o wide`, and with -A. */
export function podRows({ name, status = 'Running' }: Pod): string[] {
  const row = `${name}   0/1     ${status}   7 (2m ago)   12m   10.244.3.9   w-3    <none>           <none>`;
  return [
    `NAME   READY   STATUS   RESTARTS   AGE   IP   NODE   NOMINATED NODE   READINESS GATES\n${row}`,
    `NAMESPACE   NAME   READY   STATUS   RESTARTS   AGE   IP   NODE   NOMINATED NODE   READINESS GATES\nshop        ${row}`,
  ];
}

/** `kubectl get events`, -o wide, -A, and `kubectl events`. */
export function eventRows(object: string, { type = 'Warning', reason, message, from = 'kubelet' }: Event): string[] {
  return [
    `LAST SEEN   TYPE      REASON      OBJECT      MESSAGE\n3m1s        ${type}   ${reason}   ${object}   ${message}`,
    `NAMESPACE   LAST SEEN   TYPE      REASON      OBJECT      MESSAGE\nshop        3m1s        ${type}   ${reason}   ${object}   ${message}`,
    `LAST SEEN   TYPE   REASON   OBJECT   SUBOBJECT   SOURCE   MESSAGE   FIRST SEEN   COUNT   NAME\n3m1s   ${type}   ${reason}   ${object}   spec.containers{main}   ${from}, w-3   ${message}   12m   7   ${object.replace(/^.*\//, '')}.189b2b7c4b0e3a1f`,
    `LAST SEEN             TYPE      REASON   OBJECT   MESSAGE\n3m1s (x7 over 12m)    ${type}   ${reason}   ${object}   ${message}`,
  ];
}

/** `kubectl get events -o yaml` and `-o json`. */
export function eventObjects(object: string, { type = 'Warning', reason, message, from = 'kubelet' }: Event): string[] {
  const [kind = '', name = ''] = object.split('/');
  const json = JSON.stringify(
    {
      kind: 'List',
      items: [
        {
          involvedObject: { kind, name, namespace: 'shop' },
          kind: 'Event',
          lastTimestamp: '2026-03-12T07:15:30Z',
          message,
          metadata: { name: `${name}.189b2b7c4b0e3a1f` },
          reason,
          source: { component: from, host: 'w-3' },
          type,
        },
      ],
    },
    null,
    4,
  );
  const yaml = `apiVersion: v1\nitems:\n- apiVersion: v1\n  involvedObject:\n    kind: ${kind}\n    name: ${name}\n    namespace: shop\n  kind: Event\n  lastTimestamp: "2026-03-12T07:15:30Z"\n  message: '${message}'\n  metadata:\n    name: ${name}.189b2b7c4b0e3a1f\n  reason: ${reason}\n  source:\n    component: ${from}\n    host: w-3\n  type: ${type}\nkind: List\n`;
  return [yaml, json];
}

export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
}

const WELL: readonly Condition[] = [
  { type: 'MemoryPressure', status: 'False', reason: 'KubeletHasSufficientMemory', message: 'kubelet has sufficient memory available' },
  { type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure', message: 'kubelet has no disk pressure' },
  { type: 'PIDPressure', status: 'False', reason: 'KubeletHasSufficientPID', message: 'kubelet has sufficient PID available' },
  { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
];
const withConditions = (changed: readonly Condition[]) => [
  ...WELL.filter(({ type }) => !changed.some((each) => each.type === type)),
  ...changed,
];

/** `kubectl describe node`. */
export function describeNode(conditions: readonly Condition[], events: readonly Event[] = [], taints = '<none>'): string {
  return `Name:               w-3
Roles:              <none>
Labels:             beta.kubernetes.io/arch=amd64
                    kubernetes.io/hostname=w-3
Annotations:        node.alpha.kubernetes.io/ttl: 0
CreationTimestamp:  ${DATE}
Taints:             ${taints}
Unschedulable:      false
Lease:
  HolderIdentity:  w-3
  AcquireTime:     <unset>
  RenewTime:       ${DATE}
Conditions:
  Type             Status    LastHeartbeatTime                 LastTransitionTime                Reason              Message
  ----             ------    -----------------                 ------------------                ------              -------
${withConditions(conditions)
  .map(
    ({ type, status, reason, message }) => `  ${type.padEnd(16)} ${status.padEnd(9)} ${DATE}   ${DATE}   ${reason.padEnd(19)} ${message}`,
  )
  .join('\n')}
Addresses:
  InternalIP:  192.0.2.7
  Hostname:    w-3
Capacity:
  cpu:                4
  pods:               110
System Info:
  Machine ID:                 ec2a1d2b
  Container Runtime Version:  containerd://2.1.4
  Kubelet Version:            v1.36.0
PodCIDR:                      10.244.3.0/24
Non-terminated Pods:          (2 in total)
  Namespace                   Name                     CPU Requests  CPU Limits  Memory Requests  Memory Limits  Age
  ---------                   ----                     ------------  ----------  ---------------  -------------  ---
  monitoring                  datadog-agent-x7         200m (5%)     0 (0%)      256Mi (1%)       0 (0%)         9d
  shop                        error-handler-6c5f       0 (0%)        0 (0%)      0 (0%)           0 (0%)         9d
Allocated resources:
  (Total limits may be over 100 percent, i.e., overcommitted.)
  Resource           Requests    Limits
  --------           --------    ------
  cpu                200m (5%)   0 (0%)
${eventsOf(events)}
`;
}

/** `kubectl get node w-3 -o yaml` and `-o json`, and a table of jsonpath: type, status, reason, message. */
export function nodeConditions(changed: readonly Condition[]): string[] {
  const all = withConditions(changed).map((each) => ({
    lastHeartbeatTime: '2026-03-12T07:15:30Z',
    lastTransitionTime: '2026-03-12T07:01:02Z',
    message: each.message,
    reason: each.reason,
    status: each.status,
    type: each.type,
  }));
  const yaml = all
    .map((each) =>
      Object.entries(each)
        .map(
          ([key, value], at) =>
            `${at === 0 ? '  - ' : '    '}${key}: ${key === 'status' || /Time$/.test(key) ? JSON.stringify(value) : value}`,
        )
        .join('\n'),
    )
    .join('\n');
  // As programs in Go write it: in the order of the type.
  const inOrder = withConditions(changed).map(({ type, status, reason, message }) => ({
    type,
    status,
    lastHeartbeatTime: '2026-03-12T07:15:30Z',
    lastTransitionTime: '2026-03-12T07:01:02Z',
    reason,
    message,
  }));
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'w-3' }, spec: {}, status: { conditions: all } };
  return [
    `apiVersion: v1\nkind: Node\nmetadata:\n  labels:\n    kubernetes.io/os: linux\n  name: w-3\nspec:\n  podCIDR: 10.244.3.0/24\nstatus:\n  conditions:\n${yaml}\n  nodeInfo:\n    kubeletVersion: v1.36.0\n`,
    JSON.stringify(node, null, 4),
    JSON.stringify({ kind: 'NodeList', items: [{ ...node, status: { conditions: inOrder } }] }, null, 2),
  ];
}
