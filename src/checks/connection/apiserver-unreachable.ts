/**
 * Does a connection to the apiserver come about, up to a TLS handshake? What fails is named by how it fails; the service address failing
 * while an apiserver's own address answers is the node's service routing, so that is asked before the apiserver is blamed.
 */

import { endpointOf, hostOf, isIp } from '../../kubernetes/names.js';
import { defineCheck, type Evidence, type Fix, type Message, type Problem, type Want } from '../../model/check.js';
import { apiserverFeatures, inPod, isServiceAddress, otherWaysIn, ownerHere, ownNode, ownPod } from '../shared/apiserver.js';
import { env, fixBy, shell } from '../shared/fix.js';
import { agentsCandidate } from '../shared/kubelet.js';
import { failure, isPending, seen, subjectOf, took } from '../shared/read.js';

/** An address nobody has answers EHOSTUNREACH only when ARP gives up, after about three seconds; a firewall says so at once. */
const ARP_GIVES_UP_MS = 2000;
const LOOK = 'kubectl get --raw "/readyz?verbose"';
const OWN_LOG = 'crictl ps -a --name kube-apiserver\ncrictl logs --tail 50 "$(crictl ps -a -q --name kube-apiserver | head -n 1)"';
const ENDPOINTS = 'kubectl -n default get endpointslices -l kubernetes.io/service-name=kubernetes -o wide';

export const apiserverUnreachable = defineCheck({
  question: 'apiserver-unreachable',
  asks: 'Does the apiserver accept a connection from here?',
  target: 'apiserver',
  layer: 'tcp',
  required: true,
  needs: [
    'apiserver/candidates',
    'apiserver/proxy',
    'apiserver/tcp',
    'apiserver/tls',
    'apiserver/endpoints',
    'kubelet/tls',
    'self/place',
    'self/settings',
  ],
  words: {
    noEnvironment:
      'No apiserver address: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not usable in this process, and there is no kubeconfig',
    noAddress: 'No apiserver address: neither a kubeconfig nor --apiserver names one',
    silent: 'The apiserver does not answer at {endpoint}: no connection in {ms} ms',
    refused: 'The apiserver refuses connections at {endpoint}: nothing listens there, or a rule rejects it',
    noRoute: 'No route from here to the apiserver at {endpoint} ({code})',
    nobodyThere: 'Nobody has the address {host}: the apiserver address {endpoint} is wrong, or its machine is gone',
    rejected: 'A router or firewall rejects the way to the apiserver at {endpoint} ({code} after {ms} ms)',
    reset: 'The connection to the apiserver at {endpoint} is reset: something on the way cuts it off',
    silentTls: 'The apiserver at {endpoint} accepts the connection but never answers the TLS handshake ({ms} ms)',
    notTls: "What listens at {endpoint} does not speak TLS, so it is not the apiserver's secure port",
    tlsFails: 'The TLS handshake with the apiserver at {endpoint} fails: {code}',
    proxyFails: 'The proxy {proxy} on the way to the apiserver at {endpoint} fails: {code}',
    serviceBroken:
      'The service address {service} fails but the apiserver itself answers at {endpoint}: service routing on this node is broken',
    notTried: 'no connection to the apiserver was tried from here',
    waiting: 'still waiting for {endpoint}; asking the other ways in meanwhile',
    otherFails: 'it answers; of its addresses these do not: {failing}',
    sawPlace: 'place {place}, service environment {environment}, no candidate',
    sawTries: 'TCP: {tries}',
    sawTls: 'TCP connects, TLS {code}: {detail}',
    wayWorks: '{endpoint} answers, with a certificate that verifies',
    wayUnverified: '{endpoint} answers, with a certificate that does not verify ({code})',
    wayFails: '{endpoint} fails as well: {code}',
    kubeletAnswers: "the kubelet at {endpoint} answers from here: this machine's own network is fine",
    fixName: 'Give this process the variables every container of a pod gets; this name is in every apiserver certificate',
    fixRecreate: "Start the process with the container's own environment (not through env -i, sudo or cron), or recreate the pod",
    fixKubeconfig: 'Say where the apiserver is: --kubeconfig FILE, or --apiserver URL with --apiserver-ca FILE',
    fixPath: 'Open TCP {port} from here to {host}: NetworkPolicy egress, security group, firewall',
    fixLog: 'On the control-plane node see whether the apiserver runs, and read its own log first',
    fixAlive: 'See from a machine that reaches it whether the apiserver is alive, and at which addresses of its own',
    fixAddress: 'Check the address: it comes from {source}',
    fixOther: 'Use the way in that works',
    fixProxy: "Repair the proxy, or take the apiserver's address out of its way (NO_PROXY)",
    fixRoute: 'Add the missing route, or correct the subnet: see which way the node would send it',
    fixMiddle:
      'Look for what stands between: a load balancer without a healthy backend, a mesh sidecar, an egress policy; a handshake that only stalls is often path MTU',
    fixLookRouting: 'On this node look at kube-proxy, or at the CNI agent that replaces it: its log says why the rules are missing',
    fixRestartRouting: 'Restart kube-proxy on this node; it writes its rules anew',
    fixBypass: "Until then, dial the apiserver's own address",
  },
  causes: {
    'apiserver-connect-timeout': {
      title: 'apiserver does not answer',
      means: 'Packets to the address the agent uses for the apiserver get no answer at all.',
      happens:
        'A NetworkPolicy, security group or firewall drops them; the machine behind the address is down; or the address is a service address that nothing on this node translates. A policy acts on the port *behind* the service (usually 6443), not on 443.',
      confirm:
        '`curl -kv --connect-timeout 4 https://HOST:PORT/version` hangs. From elsewhere `kubectl get --raw /readyz` tells whether the apiserver is alive.',
      fix: 'Open the path. If it is a service address, try the addresses of `kubectl -n default get endpointslices` too: when they answer, service routing is at fault.',
      avoid:
        'Do not put an apiserver’s address into the agent’s settings: it is one machine, and it will change. Do not allow only 443 in a policy: it sees the port behind the service.',
      explainedBy: ['proxy-captures-apiserver'],
    },
    'apiserver-connection-refused': {
      title: 'apiserver refuses the connection',
      means: 'The machine answers, and says that nothing listens on this port.',
      happens:
        'The apiserver is not running, listens on another port or address, or kube-proxy rejects the service because it has no endpoint. A firewall that rejects with a TCP reset reads the same.',
      distributions: {
        kubeadm: 'a static pod: `/etc/kubernetes/manifests/kube-apiserver.yaml`, log `crictl logs ID`.',
        k3s: 'part of the service: `journalctl -u k3s`.',
        microk8s: 'port 16443, part of `snap.microk8s.daemon-kubelite`.',
        RKE2: 'a static pod; `/var/lib/rancher/rke2/bin/crictl` shows it.',
      },
      confirm: 'On the control-plane node: `ss -lntp | grep 6443`, `crictl ps -a --name kube-apiserver`.',
      fix: "Read the apiserver's own log first (expired certificate, etcd gone, bad flag); the kubelet restarts its static pod by itself.",
      avoid: 'Do not delete the apiserver’s pod or manifest: the kubelet starts it again with the same flags.',
      explainedBy: ['proxy-captures-apiserver'],
    },
    'apiserver-no-route': {
      title: 'no route to the apiserver',
      means: 'The network says that the address cannot be reached (ENETUNREACH, EHOSTUNREACH), or this machine may not send there.',
      happens:
        'No route or default gateway (at once), an address nobody has (after about three seconds), a firewall that rejects with ICMP (within milliseconds).',
      confirm: '`ip route get HOST`; `ip neigh` shows FAILED for an address nobody has.',
      fix: 'Correct the address or the route; open the firewall.',
      avoid: 'Do not add a route by hand only: it is gone after the next boot.',
      explainedBy: ['proxy-captures-apiserver'],
    },
    'apiserver-connection-reset': {
      title: 'connection to the apiserver is cut off',
      means: 'TCP connects, but no TLS handshake comes about: it is reset, stays silent, or something without TLS answers.',
      happens:
        'A load balancer without a healthy backend, a service mesh sidecar or egress gateway, a suspended apiserver, a path whose MTU swallows the certificate, or a wrong port.',
      confirm: '`openssl s_client -connect HOST:PORT </dev/null`',
      fix: "Find what stands between: the load balancer's backends first. With a stall, compare MTUs (`ip link`, `tracepath HOST`).",
      avoid: 'Do not turn verification off: the handshake never comes to a certificate.',
      explainedBy: ['proxy-captures-apiserver'],
    },
    'service-environment-missing': {
      title: 'in a pod without KUBERNETES_SERVICE_HOST',
      means: 'In-cluster clients find the apiserver through KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT; this process has neither.',
      happens:
        'The kubelet puts both into every container of every ordinary pod. They are gone when a wrapper empties the environment (env -i, sudo, cron, su -), or the container was not started by Kubernetes.',
      confirm: '`env | grep KUBERNETES_SERVICE` in the same process: `tr "\\0" "\\n" </proc/PID/environ`.',
      fix: "Start the process with the container's environment, or set both: `kubernetes.default.svc` and 443 serve wherever cluster DNS does.",
      avoid: 'Do not write the service address of today into the image: another cluster has another.',
    },
    'apiserver-address-unset': {
      title: 'no apiserver address outside a pod',
      means:
        'Outside a pod the apiserver is found through a kubeconfig or --apiserver; there is neither. It says nothing about the cluster.',
      happens:
        'No ~/.kube/config, KUBECONFIG unset, run as another user (sudo), or an agent on the host without DD_KUBERNETES_KUBECONFIG_PATH.',
      confirm: '`kubectl config view --minify`',
      fix: "Name one: `kubelet-doctor --kubeconfig FILE`. On a node the kubelet's own is often /etc/kubernetes/kubelet.conf or /var/lib/kubelet/kubeconfig.",
      avoid: 'Do not give the agent an administrator’s kubeconfig: it may do everything, and so may who reads it.',
      explainedBy: ['kubelet-kubeconfig-broken', 'kubelet-kubeconfig-exposed'],
    },
    'service-address-broken': {
      title: 'service address of the apiserver broken on this node',
      means: 'The apiserver answers at its own address with a certificate that verifies; the ClusterIP in front of it does not, from here.',
      happens:
        'kube-proxy (or the CNI that replaces it) is not running on this node, has not written its rules, or another tool flushed iptables or nftables. All services fail from this node then, cluster DNS among them.',
      distributions: {
        k3s: 'kube-proxy is part of the service: `journalctl -u k3s` or `k3s-agent`.',
        microk8s: 'kube-proxy is part of `snap.microk8s.daemon-kubelite`.',
        EKS: 'the add-on `kube-proxy` (DaemonSet in kube-system).',
        OpenShift: 'OVN-Kubernetes, in `openshift-ovn-kubernetes`: there is no kube-proxy.',
        GKE: 'with Dataplane V2 the DaemonSet `anetd` takes its place.',
      },
      confirm:
        '`iptables-save | grep KUBERNETES`, `nft list ruleset | grep 10.96.0.1` or `cilium service list` on the node; the same `curl -k` to both addresses.',
      fix: 'Repair kube-proxy or the CNI agent on this node; restarting its pod rewrites the rules: `kubectl -n kube-system delete pod POD`.',
      avoid:
        'Do not dial the apiserver’s own address for good: it is one machine, and every other service stays broken. Do not flush iptables: that is often how it came about.',
      explainedBy: ['proxy-captures-apiserver'],
    },
  },
  judge(view, say) {
    const place = seen(view.one('self/place'));
    const settings = view.one('self/settings');
    const candidates = seen(view.one('apiserver/candidates'));
    const candidate = agentsCandidate(view.one('apiserver/candidates'));
    const features = apiserverFeatures(settings);
    const here = ownerHere(place);
    if (!candidates) return { kind: 'cannot-tell', why: say('notTried'), wants: [] };
    if (!candidate) {
      const pod = inPod(place);
      const saw = say('sawPlace', { place: place?.place ?? 'unknown', environment: String(place?.serviceEnvironment ?? false) });
      return {
        kind: 'problem',
        cause: pod ? 'service-environment-missing' : 'apiserver-address-unset',
        // In a node's shell the kubelet can be judged without it: it must not stand before what is wrong there.
        severity: place?.place === 'node' && !place.agentEnvironment ? 'degrades' : 'blocks',
        certainty: 'proven',
        observedAt: 'self',
        title: pod ? say('noEnvironment') : say('noAddress'),
        features,
        evidence: [{ need: 'self/place', subject: '', saw, reproduce: 'env | grep KUBERNETES_SERVICE' }],
        fixes: pod
          ? [dial('kubernetes.default.svc', 443, say('fixName')), fixBy('agent', 'restart', say('fixRecreate'))]
          : [fixBy(here, 'config', say('fixKubeconfig'))],
      };
    }

    const endpoint = subjectOf(candidate);
    const tcp = view.one('apiserver/tcp', endpoint);
    const tls = view.one('apiserver/tls', endpoint);
    const tries = ('data' in tcp.outcome && tcp.outcome.data ? tcp.outcome.data.tries : []).filter((t) => t.result !== 'connected');
    const said = tries.map((t) => `${endpointOf(t.address, t.port)} ${t.result} after ${Math.round(t.ms)} ms`).join(', ');
    if (seen(tls)) return said ? { kind: 'pass', note: say('otherFails', { failing: said }) } : { kind: 'pass' };

    // A proxy stands for the service routing: what fails is then the proxy's side of the connection.
    const proxy = seen(view.one('apiserver/proxy', endpoint));
    const proxied = proxy?.via === 'proxy';
    const service = isServiceAddress(candidate, candidates) && !proxied;
    const others = otherWaysIn(candidate, candidates, seen(view.one('apiserver/endpoints')), place);
    const wants: Want[] = [
      ...(service ? [{ need: 'apiserver/endpoints' as const, elsewhere: LOOK }] : []),
      ...others.map((subject) => ({ need: 'apiserver/tls' as const, subject })),
    ];
    if (isPending(tcp) || isPending(tls)) return { kind: 'cannot-tell', why: say('waiting', { endpoint }), wants };
    const failed = failure(tcp) ? tcp : tls;
    if (failed.outcome.status !== 'failed') return { kind: 'cannot-tell', why: say('notTried'), wants: [] };

    const { code, detail } = failed.outcome;
    const ms = Math.round(took(failed.outcome) ?? 0);
    const ways = others.flatMap((other) => {
      const way = view.one('apiserver/tls', other);
      const connection = view.one('apiserver/tcp', other);
      const fails = failure(way) ?? failure(connection);
      const verification = seen(way)?.verification;
      const seenAs = verification?.ok
        ? say('wayWorks', { endpoint: other })
        : verification
          ? say('wayUnverified', { endpoint: other, code: verification.code ?? 'unverified' })
          : fails && say('wayFails', { endpoint: other, code: fails });
      const reproduce = way.reproduce ?? connection.reproduce;
      return seenAs ? [{ saw: seenAs, need: 'apiserver/tls' as const, subject: other, reproduce, works: verification?.ok, fails }] : [];
    });
    const working = ways.find((way) => way.works)?.subject;
    const first: Evidence =
      failed === tcp
        ? {
            need: 'apiserver/tcp',
            subject: endpoint,
            saw: say('sawTries', { tries: said || `${code} after ${ms} ms` }),
            reproduce: tcp.reproduce,
          }
        : { need: 'apiserver/tls', subject: endpoint, saw: say('sawTls', { code, detail }), reproduce: tls.reproduce };
    const kubelet = view.all('kubelet/tls').find((f) => seen(f));
    const evidence: Evidence[] = [first, ...ways.map(({ need, subject, saw, reproduce }) => ({ need, subject, saw, reproduce }))];
    if (kubelet)
      evidence.push({
        need: 'kubelet/tls',
        subject: kubelet.subject,
        saw: say('kubeletAnswers', { endpoint: kubelet.subject }),
        reproduce: kubelet.reproduce,
      });

    // A service address may fail by itself: until an apiserver's own address was seen to fail too, it may be either.
    const decided = !service || (ways.length > 0 && ways.every((way) => way.fails));
    const problem = <C extends string>(cause: C, title: Message, fixes: Fix[]): Problem<C> => ({
      kind: 'problem',
      cause,
      severity: 'blocks',
      ...(decided ? { certainty: 'proven' } : { certainty: 'suspected', alternatives: ['service-address-broken'] }),
      wants,
      title: proxied ? say('proxyFails', { proxy: proxy.proxy ?? '?', endpoint, code }) : title,
      features,
      evidence,
      fixes: [
        ...(working ? [fixBy(here, 'config', say('fixOther'), shell(`kubelet-doctor --apiserver https://${working}`))] : []),
        ...(proxied ? [fixBy(here, 'config', say('fixProxy'))] : fixes),
      ],
    });

    if (service && working) {
      const node = ownNode(settings);
      const onNode = (command: string) => shell(node && `kubectl -n kube-system ${command} --field-selector spec.nodeName=${node}`);
      return {
        ...problem('service-address-broken', say('serviceBroken', { service: endpoint, endpoint: working }), []),
        certainty: 'proven',
        alternatives: [],
        fixes: [
          fixBy('node', 'nothing', say('fixLookRouting'), onNode('get pods -o wide')),
          fixBy('node', 'restart', say('fixRestartRouting'), onNode('delete pods -l k8s-app=kube-proxy')),
          dial(hostOf(working), Number(/(?<!\d)\d+$/.exec(working)?.[0]), say('fixBypass')),
        ],
      };
    }
    const host = hostOf(endpoint);
    const pod = ownPod(place);
    const address = fixBy(here, 'config', say('fixAddress', { source: candidate.source }));
    const log = fixBy('cluster', 'nothing', say('fixLog'), { ...shell(OWN_LOG), verify: LOOK });
    const alive = fixBy('cluster', 'nothing', say('fixAlive'), shell(`${LOOK}\n${ENDPOINTS}`));
    const path = fixBy(
      'network',
      'config',
      say('fixPath', { port: candidate.port, host }),
      shell(pod && `kubectl -n ${pod.namespace} get networkpolicy`),
    );
    const route = fixBy('network', 'config', say('fixRoute'), shell(isIp(host) ? `ip route get ${host}` : undefined));
    const middle = fixBy('network', 'nothing', say('fixMiddle'));
    if (code === 'ECONNRESET') return problem('apiserver-connection-reset', say('reset', { endpoint }), [middle, log]);
    if (failed === tls && code === 'ETIMEDOUT')
      return problem('apiserver-connection-reset', say('silentTls', { endpoint, ms }), [middle, log]);
    if (code === 'ERR_SSL_WRONG_VERSION_NUMBER')
      return problem('apiserver-connection-reset', say('notTls', { endpoint }), [address, middle]);
    if (failed === tls) return problem('apiserver-connection-reset', say('tlsFails', { endpoint, code }), [middle, log]);
    if (code === 'ETIMEDOUT') return problem('apiserver-connect-timeout', say('silent', { endpoint, ms }), [path, alive, address]);
    if (code === 'ECONNREFUSED')
      return problem('apiserver-connection-refused', say('refused', { endpoint }), service ? [log, alive, address] : [log, address]);
    if (code !== 'EHOSTUNREACH') return problem('apiserver-no-route', say('noRoute', { endpoint, code }), [route, address]);
    return ms < ARP_GIVES_UP_MS
      ? problem('apiserver-no-route', say('rejected', { endpoint, code, ms }), [path, address])
      : problem('apiserver-no-route', say('nobodyThere', { host, endpoint }), [address, alive]);
  },
});

function dial(host: string, port: number, action: Message): Fix {
  return fixBy('agent', 'config', action, env({ KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port }));
}
