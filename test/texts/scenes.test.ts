/** What kubectl, curl, openssl and systemctl print over several lines, read as what it is: whose condition, whose pod, which way. Texts of our own. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printable } from '../../src/host/redact.js';
import { answerOf, createRecordReader, readRecord, readText } from '../../src/texts/index.js';

const DATES = 'Thu, 12 Mar 2026 07:15:30 +0000   Thu, 12 Mar 2026 07:01:02 +0000';
const node = (ready: string, more = '') => `Name:               w-3
Roles:              <none>
Labels:             kubernetes.io/hostname=w-3
Unschedulable:      false
Conditions:
  Type             Status    LastHeartbeatTime                 LastTransitionTime                Reason              Message
  ----             ------    -----------------                 ------------------                ------              -------
  OutOfDisk        Unknown   ${DATES}   NodeStatusUnknown   Kubelet stopped posting node status.
  MemoryPressure   False     ${DATES}   KubeletHasSufficientMemory   kubelet has sufficient memory available
  Ready            ${ready}
Addresses:
  InternalIP:  192.0.2.7
System Info:
  Kubelet Version:            v1.33.1
Non-terminated Pods:          (1 in total)
  Namespace                   Name                CPU Requests  CPU Limits
  monitoring                  datadog-agent-x7    200m (5%)     0 (0%)
Events:${more === '' ? '              <none>' : `\n  Type     Reason    Age   From     Message\n  ----     ------    ----  ----     -------\n${more}`}
`;
const pod = (name: string, image: string, events: string, state = 'Running') => `Name:             ${name}
Namespace:        shop
Node:             w-3/192.0.2.7
Labels:           app=${name}
Annotations:      note: error 403 forbidden, connection refused
Status:           Running
IP:               10.244.3.9
Controlled By:    DaemonSet/x
Containers:
  main:
    Image:         ${image}
    Args:
      --kubelet=https://192.0.2.7:10250
      dial tcp 192.0.2.7:10250: connect: connection refused
    State:          ${state}
    Liveness:       http-get http://:15021/healthz delay=0s timeout=1s period=10s
    Environment:
      TOKEN_ERROR:  Unauthorized
Conditions:
  Type              Status
  Ready             False
  PodScheduled      True
Volumes:
  config:
    Type:      ConfigMap (a volume populated by a ConfigMap)
    Name:      settings
Tolerations:       node.kubernetes.io/not-ready:NoExecute op=Exists
                   node.kubernetes.io/unreachable:NoExecute op=Exists
Events:
  Type     Reason     Age                   From     Message
  ----     ------     ----                  ----     -------
  Normal   Pulled     12m                   kubelet  Container image already present on machine
${events}
`;
const REFUSED_PROBE =
  '  Warning  Unhealthy  2m (x3 over 5m)       kubelet  Readiness probe failed: Get "http://10.244.3.9:15021/ready": dial tcp 10.244.3.9:15021: connect: connection refused';
const FORBIDDEN_PROBE =
  '  Warning  Unhealthy  2m                    kubelet  Liveness probe failed: HTTP probe failed with statuscode: 403';
const TAINTED =
  "  Warning  FailedScheduling  3m  default-scheduler  0/4 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 3 node(s) didn't match Pod's node affinity/selector. preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.";
const MOUNT =
  '  Warning  FailedMount  3m  kubelet  MountVolume.SetUp failed for volume "data" : mount failed: exit status 32, Connection timed out';
const PULL =
  '  Warning  Failed  3m  kubelet  Failed to pull image "x": rpc error: code = Unknown desc = failed to resolve reference "registry.test/x:1": dial tcp 198.51.100.4:443: i/o timeout';
const SANDBOX =
  '  Warning  FailedCreatePodSandBox  3m  kubelet  Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "a": plugin type="calico" failed (add): connection is unauthorized: Unauthorized';

const read = (text: string) => answerOf(readText(text, printable));
const first = (text: string) => {
  const verdict = read(text)?.verdict;
  return verdict?.kind === 'cause' ? verdict.causes[0]?.cause : verdict?.kind;
};

describe('nodes', () => {
  for (const [name, ready, cause, events] of [
    ['is silent', `Unknown   ${DATES}   NodeStatusUnknown   Kubelet stopped posting node status.`, 'node-not-ready'],
    ['has no runtime', `False     ${DATES}   KubeletNotReady     container runtime is down`, 'container-runtime-down'],
    [
      'has a slow runtime',
      `False     ${DATES}   KubeletNotReady     PLEG is not healthy: pleg was last seen active 5m2s ago; threshold is 3m0s`,
      'kubelet-unhealthy',
    ],
    [
      'has no network',
      `False     ${DATES}   KubeletNotReady     container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized`,
      'node-not-ready',
    ],
    [
      'is ready, with a condition left over from an older version',
      `True      ${DATES}   KubeletReady        kubelet is posting ready status`,
      'works',
    ],
    [
      'lost its runtime, by an event',
      `True      ${DATES}   KubeletReady        kubelet is posting ready status`,
      'container-runtime-down',
      '  Warning  ContainerGCFailed  1m  kubelet  rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: no such file or directory"',
    ],
  ] as const)
    it(name, () => {
      const answer = read(node(ready, events));
      assert.equal(first(node(ready, events)), cause, JSON.stringify(answer));
      assert.equal(answer?.record.node, 'w-3');
    });

  it('are read of their conditions alone, tabs, rules of any kind and all', () => {
    const rows = `  Type\t\tStatus\tLastHeartbeatTime\t\t\tLastTransitionTime\t\t\tReason\t\t\tMessage\n  ────\t\t──────\n  Ready \tUnknown \tThu, 12 Mar 2026 07:15:30 +0000 \tThu, 12 Mar 2026 07:01:02 +0000 \tNodeStatusUnknown \tKubelet stopped posting node status.`;
    assert.equal(first(rows), 'node-not-ready');
    assert.equal(
      first(node(`Unknown   ${DATES}   NodeStatusUnknown   Kubelet stopped posting node status.`).replaceAll('\n', '\n\n')),
      'node-not-ready',
    );
    assert.equal(
      first(node(`Unknown   ${DATES}   NodeStatusUnknown   Kubelet stopped posting node status.`).replace(/^/gm, '> ')),
      'node-not-ready',
    );
  });
});

describe('pods', () => {
  for (const [name, events] of Object.entries({ REFUSED_PROBE, FORBIDDEN_PROBE, TAINTED, MOUNT, PULL, SANDBOX }))
    it(`of an application are not ours: ${name}`, () => {
      for (const text of [
        pod('web-6c5f', 'registry.test/web:1', events),
        pod('web-6c5f', 'registry.test/web:1', events).replace(/\n/g, '\n '),
      ])
        assert.equal(first(text), 'not-ours', JSON.stringify(read(text)));
    });

  it('of an application tell of the node where they do', () => {
    const event = '  Warning  NodeNotReady  1m  node-controller  Node is not ready';
    assert.equal(first(pod('web-6c5f', 'registry.test/web:1', event)), 'node-not-ready');
  });

  it('of an agent are', () => {
    assert.equal(first(pod('datadog-agent-x7', 'registry.test/agent:7', TAINTED)), 'control-plane-taint-not-tolerated');
    assert.equal(first(pod('telemetry-x7', 'otel/opentelemetry-collector-k8s:0.150.0', TAINTED)), 'control-plane-taint-not-tolerated');
    assert.equal(first(pod('datadog-agent-x7', 'registry.test/agent:7', FORBIDDEN_PROBE)), 'not-ours');
    assert.equal(first(pod('datadog-agent-x7', 'registry.test/agent:7', MOUNT)), 'wrapper');
  });

  it('that wait are said to be of no agent, with or without an event that tells', () => {
    assert.equal(first(pod('web-6c5f', 'registry.test/web:1', '')), 'not-ours');
  });
});

describe('tables of kubectl get', () => {
  it('nodes', () => {
    const rows =
      'NAME   STATUS                     ROLES           AGE    VERSION\ncp-1   Ready                      control-plane   9d     v1.33.1\nw-3    NotReady                   <none>          9d     v1.33.1\nw-4    Ready,SchedulingDisabled   <none>          9d     v1.33.1';
    assert.equal(first(rows), 'node-not-ready');
    assert.equal(read(rows)?.record.node, 'w-3');
    assert.equal(first(rows.replace('NotReady', 'Ready   ')), 'node-cordoned');
    assert.equal(first(rows.split('\n').slice(0, 2).join('\n')), 'works');
  });
  it('pods', () =>
    assert.equal(
      first(
        'NAMESPACE   NAME     READY   STATUS             RESTARTS      AGE\nshop        web-1    0/1     CrashLoopBackOff   12 (3m ago)   1h',
      ),
      'not-ours',
    ));
  it('events', () =>
    assert.equal(
      first(
        'LAST SEEN   TYPE      REASON             OBJECT      MESSAGE\n2m          Warning   FailedScheduling   pod/web-1   0/4 nodes are available: 4 Insufficient cpu.\n1m          Normal    NodeNotReady       node/w-3    Node w-3 status is now: NodeNotReady',
      ),
      'node-not-ready',
    ));
  it('certificate requests', () =>
    assert.equal(
      first(
        'csr-x7k2p   3m   kubernetes.io/kubelet-serving   system:node:w-3   <none>   Pending\ncsr-a1b2c   3m   kubernetes.io/kube-apiserver-client-kubelet   system:node:w-3   <none>   Approved,Issued',
      ),
      'kubelet-certificate-pending',
    ));
});

describe('output of other commands', () => {
  const curl = (answer: string) =>
    `*   Trying 192.0.2.7:10250...\n* Connected to 192.0.2.7 (192.0.2.7) port 10250\n* TLSv1.3 (OUT), TLS handshake, Client hello (1):\n${answer}`;
  it('curl -v', () => {
    assert.equal(
      first(curl('> GET /pods HTTP/2\n> Host: 192.0.2.7:10250\n> \n< HTTP/2 401\n< content-length: 12\n< \nUnauthorized')),
      'kubelet-token-authentication-off',
    );
    assert.equal(
      first(
        curl(
          '* SSL certificate problem: unable to get local issuer certificate\n* Closing connection\ncurl: (60) SSL certificate problem: unable to get local issuer certificate',
        ),
      ),
      'kubelet-certificate-unknown-authority',
    );
    assert.equal(
      first(
        "*   Trying 192.0.2.7:10250...\n* connect to 192.0.2.7 port 10250 failed: Connection refused\n* Failed to connect to 192.0.2.7 port 10250 after 1 ms: Couldn't connect to server\ncurl: (7) Failed to connect",
      ),
      'kubelet-down',
    );
  });
  it('openssl s_client', () =>
    assert.equal(
      first(
        'CONNECTED(00000003)\ndepth=0 O = system:nodes, CN = system:node:w-3\nverify error:num=18:self-signed certificate\n---\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n---\n    Verify return code: 18 (self-signed certificate)',
      ),
      'kubelet-certificate-self-signed',
    ));
  it('systemctl status', () => {
    const unit = (state: string) =>
      `● kubelet.service - kubelet: The Kubernetes Node Agent\n     Loaded: loaded (/lib/systemd/system/kubelet.service; enabled)\n     Active: ${state} since Thu 2026-03-12 07:15:30 UTC; 5s ago`;
    assert.equal(first(unit('activating (auto-restart) (Result: exit-code)')), 'kubelet-down');
    assert.notEqual(first(unit('active (running)')), 'kubelet-down');
  });
  it('agent status: each check by itself', () => {
    const status = `    redisdb (7.1.0)\n    ---------------\n      Instance ID: redisdb:a1 [ERROR]\n      Error: Get "https://192.0.2.7:10250/x": connect: connection refused\n    kubelet (9.2.0)\n    ---------------\n      Instance ID: kubelet:b2 [ERROR]\n      Error: Unable to detect the kubelet URL automatically: Errors: [Get "https://192.0.2.7:10250/": x509: certificate signed by unknown authority Get "http://192.0.2.7:10255/": dial tcp 192.0.2.7:10255: connect: connection refused]`;
    assert.equal(first(status), 'kubelet-certificate-unknown-authority');
  });
  it('one error that a terminal wrapped', () =>
    assert.equal(
      first(
        'Failed to reach Kubelet at: 192.0.2.7:10250 - error: Get\n"https://192.0.2.7:10250/spec": dial tcp 192.0.2.7:10250:\nconnect: connection refused',
      ),
      'kubelet-down',
    ));
});

describe('a log', () => {
  it('is read in bounded memory: a record has an end', () => {
    const reader = createRecordReader();
    let longest = 0;
    const seen = (records: { text: string }[]) => {
      for (const { text } of records) longest = Math.max(longest, text.length);
    };
    seen(reader.push('2026-03-12 07:15:30 UTC | CORE | ERROR | (x.go:1 in f) | Traceback'));
    for (let at = 0; at < 20_000; at += 1) seen(reader.push(`  File "${'x'.repeat(100)}", line ${at}`));
    seen(reader.end());
    assert.ok(longest <= 8000, `${longest}`);
  });

  it('says from which line a record is, when, and on which node', () => {
    const [reading] = readText(
      '\nMar 12 07:15:30 w-3 kubelet[1201]: E0312 07:15:30.123456    1201 kubelet.go:2355] "Skipping pod synchronization" err="container runtime is down"',
      printable,
    );
    assert.deepEqual(
      [reading?.record.line, reading?.record.time, reading?.record.node, reading?.speaker],
      [2, 'Mar 12 07:15:30', 'w-3', 'kubelet'],
    );
  });

  it('has lines that say nothing', () =>
    assert.equal(readRecord({ line: 1, text: 'I0312 07:15:30.123456 1 main.go:1] hello' }, printable), undefined));
});

describe('whose log it is', () => {
  const error = 'E0312 07:15:30.123456 1 log.go:1] http: TLS handshake error from 10.244.3.9:51010: remote error: tls: bad certificate';
  const speaker = (text: string) => read(text)?.speaker;
  it('is said by a marker above the lines, until the next one', () => {
    const lines = `==> /var/log/pods/kube-system_kube-apiserver-n1_1f/kube-apiserver/0.log <==\n${error}\n\n==> kubelet.log <==\n${error}`;
    assert.deepEqual(
      readText(lines, printable).map((each) => each.speaker),
      ['apiserver', 'kubelet'],
    );
    assert.equal(first(lines), 'apiserver-certificate-unknown-authority');
  });
  for (const [who, prefix] of [
    ['kubectl logs --prefix', '[pod/metrics-server-6d94bc8694-9xq7v/metrics-server] '],
    ['stern', 'metrics-server-6d94bc8694-9xq7v metrics-server '],
    ['docker compose', 'metrics-server-1  | '],
  ] as const)
    it(`is said by ${who}`, () => {
      const line = `${prefix}E0312 07:15:30.123456       1 main.go:149] "Failed" err="Get \\"https://192.0.2.7:10250/metrics/resource\\": x509: certificate signed by unknown authority"`;
      assert.deepEqual([speaker(line), first(line)], ['metrics-server', 'kubelet-certificate-unknown-authority']);
    });
});
