/**
 * Does a TLS handshake with the kubelet come about, and an HTTP answer after it? How it ends tells most: an alert is the kubelet's own word,
 * a reset is somebody's, silence needs a second side. What the certificate says is judged elsewhere.
 */
import { defineCheck, type Evidence, type Fix, type Message, type Problem, type Want } from '../model/check.js';
import type { Fact, ServingRequest } from '../model/facts.js';
import { askFromNode, cite, fromAfar, kubeletPort, nodeName } from './support/address.js';
import { KUBELET_LOG, KUBELET_SETTINGS } from './support/distributions.js';
import { byHand, env, fixBy, shell } from './support/fix.js';
import { ALL_KUBELET_FEATURES, agentsCandidate } from './support/kubelet.js';
import { kubeletConfig, restartKubelet } from './support/kubelet-fixes.js';
import { isDnsName, isIp } from './support/quote.js';
import { failure, isPending, seen, subjectOf } from './support/read.js';
import { citeSecondSide, hasFallenSilent, justRenewed, readSecondSide, wantsOfSecondSide } from './support/second-side.js';

const READ_ONLY_PORT = 10255;
const NOBODY = 'nobody GET /pods';
const LIST_REQUESTS = 'kubectl get csr --field-selector spec.signerName=kubernetes.io/kubelet-serving';
const READ_LOG = "journalctl -u kubelet --since -10min | grep -E 'webhook|Unable to authenticate|PLEG'";
const BEHIND_PROXY = 'proxy-captures-kubelet';

export const kubeletTlsHandshake = defineCheck({
  question: 'kubelet-tls-handshake',
  asks: 'Does the kubelet complete a TLS handshake and answer?',
  target: 'kubelet',
  layer: 'tls',
  required: true,
  needs: [
    'self/place',
    'self/settings',
    'kubelet/candidates',
    'kubelet/proxy',
    'kubelet/tls',
    'kubelet/http',
    'kubelet/serving-requests',
    'kubelet/second-sight',
    'apiserver/lease',
    'apiserver/node',
  ],
  words: {
    csrPending: 'The kubelet at {endpoint} has no serving certificate: its request {csr} waits for approval',
    csrEnded: 'The kubelet at {endpoint} has no serving certificate: its request {csr} is {state}',
    noCertificate: 'The kubelet at {endpoint} has no serving certificate: most likely its request waits for approval',
    noRequest: 'The kubelet at {endpoint} has no serving certificate, and its node has no request for one',
    hangs: 'The kubelet at {endpoint} hangs: it accepts connections and never answers',
    silentTls: '{endpoint} accepts the connection, but the TLS handshake gets no answer ({ms} ms)',
    silentHttp: 'The kubelet at {endpoint} completes TLS but does not answer GET /pods ({ms} ms)',
    stalls:
      'The TLS handshake with {endpoint} stalls from here, while the apiserver talks to the same kubelet: the path swallows large packets',
    reset: 'The connection to {endpoint} is cut off during {stage} ({code})',
    noHttp: 'What {endpoint} answers is no HTTP ({code})',
    plain: '{endpoint} answers in plain text, not TLS: it is not the kubelet’s secure port',
    version: 'No TLS version or cipher in common with {endpoint} ({code})',
    noAddress: 'no kubelet address to try',
    notTried: 'no TLS handshake with {endpoint} was tried',
    waiting: 'no TLS answer from {endpoint} yet; asking a second side meanwhile',
    sawTls: 'TLS {code}: {detail}',
    sawHttp: 'GET /pods without a credential: {code}',
    sawRequest: '{csr}: {state}, by {requestor}',
    sawNoRequest: 'no request of this node for a serving certificate',
    sawSight: 'the same kubelet by {by}: {said}',
    sawLease: 'its Lease was renewed {age} s ago (a kubelet renews every 10 s)',
    sawNode: 'Node {node} is Ready={ready}',
    fixApprove: 'Approve it; requestor and names are exactly those of this node',
    fixLook: 'Read the request before approving it: its requestor or names do not match this node',
    fixList: 'See the serving certificate requests, and approve the one of this node after comparing requestor and names',
    fixAgain: 'Let the kubelet ask again: restart it, then approve its new request',
    fixSigner: 'See why it was not signed: kube-controller-manager’s signer for kubernetes.io/kubelet-serving may be off',
    fixApprover: 'So that it lasts: run an approver for kubernetes.io/kubelet-serving; kube-controller-manager never approves them',
    fixHang: 'On {node} see what the kubelet hangs on, then restart it',
    fixMtu: 'Compare the MTU along the path: the largest packet that passes must hold a certificate’s segments',
    fixMiddle: 'Find what stands between: a mesh sidecar or egress policy on the agent’s pod, a firewall that inspects TLS',
    fixPort: 'Dial the kubelet’s secure port',
    fixListener: 'On {node} see which process listens there',
    fixVersion: 'Let the kubelet offer TLS 1.2 and its default ciphers (remove tlsCipherSuites), then restart it',
  },
  causes: {
    'kubelet-certificate-pending': {
      title: 'kubelet has no serving certificate yet',
      means:
        'With `serverTLSBootstrap` the kubelet asks the cluster for its serving certificate. Until the request is approved and signed it ends every handshake with TLS alert 80 (internal error), while the Node is Ready; its log says `no serving certificate available for the kubelet`.',
      happens:
        'kube-controller-manager signs these requests but never approves them: without an approver (Talos, kubeadm, Hetzner guides) they stay Pending. Pending requests are deleted after 24 hours and asked anew.',
      distributions: {
        kubeadm: 'no approver comes with it.',
        EKS: 'the platform approves requests of its nodes; a Pending one points at node identity or names.',
        OpenShift: 'the machine approver does it, if the node has a Machine; else `oc adm certificate approve NAME`.',
        Talos: 'needs an approver such as `kubelet-serving-cert-approver` once rotation is on.',
      },
      confirm:
        'The request, then what is in it. `kubectl logs` on that node fails with `remote error: tls: internal error`.\n\n    kubectl get csr \\\n      --field-selector spec.signerName=kubernetes.io/kubelet-serving\n    kubectl get csr NAME -o jsonpath={.spec.request} | base64 -d |\n      openssl req -noout -text\n    kubectl get node NODE -o wide',
      fix: '`kubectl certificate approve NAME`, after comparing requestor (`system:node:NODE`) and names with the Node: an approved request lets its owner stand for that address. Nothing restarts: the kubelet serves it at once. Then install an approver that compares the same.',
      avoid:
        'Do not approve every pending CSR in a loop: whoever holds one node’s credential can ask for another’s name. Do not turn verification off: without a certificate there is no handshake at all.',
    },
    'kubelet-hangs': {
      title: 'kubelet hangs',
      means: 'The kernel accepts the connection, but the kubelet never takes it up: no TLS, or TLS and then no HTTP answer.',
      happens:
        'A stopped or swapped-out process, a deadlock, a container runtime or disk that does not answer (PLEG), no CPU left on the node. With anonymous access on, a kubelet that cannot ask its apiserver is silent too.',
      distributions: KUBELET_LOG,
      confirm:
        '`kubectl get --raw /api/v1/nodes/NODE/proxy/healthz` ends in `TLS handshake timeout`; the Lease in `kube-node-lease` gets old; the Node turns NotReady after about 40 seconds.',
      fix: 'Look before the restart: state of the process, `PLEG is not healthy` in its log, the runtime, the disk. Then restart the kubelet; the containers go on running.',
      avoid: 'Do not only lengthen timeouts, and do not reboot first: the state of the process and the log are the evidence.',
      explainedBy: ['kubelet-host-not-a-node', 'proxy-captures-kubelet'],
    },
    'tls-handshake-stalls': {
      title: 'TLS handshake stalls on the way',
      means: 'Small packets pass, the large ones with the certificate never arrive. TCP connects, TLS waits for ever.',
      happens:
        'A tunnel (VXLAN, WireGuard, IPsec, a cloud VPN) with a smaller MTU than the pods believe, and ICMP “fragmentation needed” filtered on the way.',
      confirm: '`ping -M do -s 1400 HOST`, then smaller, until it answers; `tracepath HOST`; `ip link` on both ends.',
      fix: 'Set the CNI’s MTU to what the path carries, or let ICMP type 3 code 4 pass. MSS clamping on the tunnel is the quick help.',
      avoid: 'Do not block ICMP altogether, and do not turn verification off: the certificate never arrives to be verified.',
      explainedBy: ['kubelet-host-not-a-node', 'proxy-captures-kubelet'],
    },
    'kubelet-connection-reset': {
      title: 'connection to the kubelet is cut off',
      means: 'TCP connects, then somebody ends the connection during the TLS handshake or before an answer.',
      happens:
        'A service mesh sidecar or egress policy in the agent’s pod, a firewall that inspects TLS, a load balancer without a backend; or a kubelet that crashes at that moment.',
      confirm:
        '`openssl s_client -connect HOST:10250 </dev/null` from the pod, and from another pod or the node: where does it begin to work?',
      fix: 'Exempt the node’s 10250 from the sidecar (for Istio `traffic.sidecar.istio.io/excludeOutboundPorts: "10250"`) or policy.',
      avoid: 'Do not take the whole namespace out of the mesh or the policy: one port is enough.',
      explainedBy: ['kubelet-host-not-a-node', 'proxy-captures-kubelet'],
    },
    'kubelet-speaks-plain-http': {
      title: 'plain text on the port dialled as HTTPS',
      means: 'What listens there does not speak TLS. The kubelet’s read-only port 10255 does that, its port 10250 never.',
      happens: 'The HTTPS port was set to 10255, or another program has the port.',
      confirm: '`curl -s http://HOST:PORT/healthz` answers; `ss -ltnp` on the node names the process.',
      fix: 'Dial 10250 (`DD_KUBERNETES_HTTPS_KUBELET_PORT=10250`); the pods are replaced.',
      avoid: 'Do not fall back to plain HTTP: the read-only port knows no permissions.',
      explainedBy: ['kubelet-host-not-a-node', 'proxy-captures-kubelet'],
    },
    'kubelet-tls-version': {
      title: 'no TLS version or cipher in common',
      means: 'Client and kubelet cannot agree on a protocol version or cipher suite.',
      happens:
        '`tlsMinVersion: VersionTLS13` or a short `tlsCipherSuites` list on one side, a client held down on the other (`NODE_OPTIONS=--tls-max-v1.2`, an old agent).',
      distributions: KUBELET_SETTINGS,
      confirm: '`openssl s_client -connect HOST:10250 -tls1_2 </dev/null` and `-tls1_3`: which one succeeds?',
      fix: 'Widen the side that was narrowed. TLS 1.2 with the default suites is what every supported agent speaks; go no lower.',
      avoid: 'Do not allow TLS 1.0 or 1.1, and do not turn verification off: no certificate is looked at before the version is agreed.',
      explainedBy: ['kubelet-host-not-a-node', 'proxy-captures-kubelet'],
    },
  },
  judge(view, say) {
    const place = seen(view.one('self/place'));
    const candidate = agentsCandidate(view.one('kubelet/candidates'));
    if (!candidate) return { kind: 'cannot-tell', why: say('noAddress'), wants: [] };
    const endpoint = subjectOf(candidate);
    const tls = view.one('kubelet/tls', endpoint);
    const http = view.one('kubelet/http', NOBODY);
    const side = readSecondSide(
      view.all('kubelet/second-sight'),
      view.one('apiserver/lease'),
      view.one('apiserver/node'),
      view.one('self/settings'),
      place,
    );
    const wants = wantsOfSecondSide(side);
    const node = side.name ?? candidate.host;
    const proxied = seen(view.one('kubelet/proxy', endpoint))?.via === 'proxy';
    const seconds = (): Evidence[] =>
      citeSecondSide(side, {
        sight: (by, said) => say('sawSight', { by, said }),
        lease: (age) => say('sawLease', { age }),
        node: (n) => say('sawNode', { node: n.node, ready: n.ready }),
      });
    /** Proven without `others`; behind a proxy nothing but the kubelet's own alert is. */
    const problem = <C extends string>(
      cause: C,
      title: Message,
      fixes: Fix[],
      more: { evidence: Evidence[]; others?: string[]; wants?: Want[]; ownWord?: boolean },
    ): Problem<C> => {
      const others = [...(more.others ?? []), ...(proxied && !more.ownWord ? [BEHIND_PROXY] : [])];
      // From a workstation that found the address by itself, what is not the kubelet's own word may well be the path's.
      const severity = fromAfar(place, candidate) && others.length > 0 && !more.ownWord ? 'note' : 'blocks';
      return {
        kind: 'problem',
        cause,
        severity,
        certainty: others.length > 0 ? 'suspected' : 'proven',
        ...(others.length > 0 ? { alternatives: others, wants: more.wants ?? [] } : {}),
        title,
        features: severity === 'blocks' ? ALL_KUBELET_FEATURES : [],
        evidence: more.evidence,
        fixes,
      };
    };
    const says = (words: RegExp) => side.facts.sights.some((fact) => words.test(seen(fact)?.said ?? ''));
    const answersElsewhere = side.apiserver === 'answers' || side.local === 'answers';
    const restart = () => restartKubelet(say('fixHang', { node }));
    const middle = () => fixBy('network', 'config', say('fixMiddle'));

    const { outcome } = tls;
    if (outcome.status === 'observed') {
      const code = failure(http);
      if (code === undefined) return isPending(http) ? { kind: 'cannot-tell', why: say('waiting', { endpoint }), wants } : { kind: 'pass' };
      const evidence = [cite(http, say('sawHttp', { code })), ...seconds()];
      const ms = Math.round(http.outcome.status === 'failed' ? (http.outcome.ms ?? 0) : 0);
      // llhttp's codes: bytes came, and were none of an answer. The kubelet may be well elsewhere: what stands here is not it, or stands before it.
      if (code.startsWith('HPE_'))
        return problem('kubelet-connection-reset', say('noHttp', { endpoint, code }), [middle()], {
          evidence,
          others: ['not-a-kubelet'],
          wants,
        });
      if (!/TIMEDOUT|TIMEOUT/.test(code))
        return problem('kubelet-connection-reset', say('reset', { endpoint, stage: 'the answer', code }), [middle()], {
          evidence,
          others: answersElsewhere ? [] : ['kubelet-down', 'not-a-kubelet'],
          wants,
        });
      // It renews its Lease, so it reaches the apiserver and is not waiting for a decision of that.
      return problem('kubelet-hangs', say('silentHttp', { endpoint, ms }), [restart()], {
        evidence,
        others: justRenewed(side) ? [] : ['kubelet-cannot-reach-apiserver'],
        // Every side is known: only its own log tells waiting for a decision from waiting for anything else.
        wants: wants.some((want) => want.elsewhere) ? wants : [...wants, { need: 'kubelet/http', elsewhere: READ_LOG }],
      });
    }
    if (outcome.status === 'pending') return { kind: 'cannot-tell', why: say('waiting', { endpoint }), wants };
    if (outcome.status !== 'failed') {
      // At a workstation its port is seldom reached; the node itself can say.
      const afar = fromAfar(place, candidate);
      const elsewhere = askFromNode(nodeName(view.one('self/settings'), view.one('apiserver/node')));
      return { kind: 'cannot-tell', why: say('notTried', { endpoint }), wants: afar ? [{ need: 'kubelet/tls', elsewhere }] : [] };
    }

    const { code, detail } = outcome;
    const saw = cite(tls, say('sawTls', { code, detail }));
    const evidence = [saw, ...seconds()];
    switch (endingOf(code, detail)) {
      case 'internal-error':
        return pendingCertificate(view.one('kubelet/serving-requests'));
      case 'plain': {
        const registered = kubeletPort(side.node);
        const port = registered !== undefined && registered !== candidate.port ? registered : 10_250;
        const known = candidate.port === READ_ONLY_PORT || (registered !== undefined && registered !== candidate.port);
        const fix =
          port === candidate.port
            ? fixBy('node', 'nothing', say('fixListener', { node }), shell(`ss -ltnp "sport = :${port}"`))
            : fixBy('agent', 'config', say('fixPort'), env({ DD_KUBERNETES_HTTPS_KUBELET_PORT: port }));
        return problem('kubelet-speaks-plain-http', say('plain', { endpoint }), [fix], {
          evidence,
          others: known ? [] : ['not-a-kubelet'],
        });
      }
      case 'version': {
        const safe = isIp(candidate.host) || isDnsName(candidate.host);
        const verify = safe ? { verify: `openssl s_client -connect ${endpoint} </dev/null` } : {};
        const fix = kubeletConfig(say('fixVersion'), 'tlsMinVersion: VersionTLS12', verify);
        return problem('kubelet-tls-version', say('version', { endpoint, code }), [fix], { evidence });
      }
      case 'cut':
        return problem('kubelet-connection-reset', say('reset', { endpoint, stage: 'the TLS handshake', code }), [middle()], {
          evidence,
          others: answersElsewhere ? [] : ['kubelet-down', 'not-a-kubelet'],
          wants,
        });
      case 'silent': {
        const alsoSilent = side.apiserver === 'timeout' || side.local === 'timeout' || says(/TLS handshake timeout/);
        if (alsoSilent || hasFallenSilent(side)) return problem('kubelet-hangs', say('hangs', { endpoint }), [restart()], { evidence });
        if (answersElsewhere) {
          const trace = isIp(candidate.host) ? `ip link\ntracepath -n ${candidate.host}` : undefined;
          const mtu = fixBy('network', 'config', say('fixMtu'), byHand(trace));
          return problem('tls-handshake-stalls', say('stalls', { endpoint }), [mtu, middle()], {
            evidence,
            others: ['kubelet-connection-reset', 'kubelet-hangs'],
            // The largest packet that passes is the evidence; only a look from here has it.
            wants: isIp(candidate.host)
              ? [{ need: 'kubelet/tls', subject: endpoint, elsewhere: `ping -c 3 -M do -s 1372 ${candidate.host}` }]
              : [],
          });
        }
        const ms = Math.round(outcome.ms ?? 0);
        return problem('kubelet-hangs', say('silentTls', { endpoint, ms }), [restart()], {
          evidence,
          others: ['tls-handshake-stalls', 'kubelet-connection-reset'],
          wants,
        });
      }
    }

    /** The alert is the kubelet's own; which request it waits for, only the cluster knows. */
    function pendingCertificate(requests: Fact<'serving-requests'>) {
      const cause = 'kubelet-certificate-pending';
      const list = seen(requests);
      const own = (list ?? []).filter((r) => r.matchesNode || (side.name !== undefined && r.requestor === `system:node:${side.name}`));
      const all = list ? [...evidence, cite(requests, tell(own))] : evidence;
      const approver = fixBy('cluster', 'config', say('fixApprover'), { verify: LIST_REQUESTS });
      const again = fixBy('node', 'restart', say('fixAgain'), { ...shell('systemctl restart kubelet'), verify: LIST_REQUESTS });
      const pending = own.filter((r) => r.state === 'pending');
      if (pending[0]) {
        // Its kubelet may have asked more than once; only the latest key is still held, and the others do no harm.
        const names = pending.filter((r) => r.matchesNode && isDnsName(r.csr)).map((r) => r.csr);
        const first =
          names.length > 0
            ? fixBy('cluster', 'config', say('fixApprove'), shell(`kubectl certificate approve ${names.join(' ')}`))
            : fixBy('cluster', 'nothing', say('fixLook'), shell(LIST_REQUESTS));
        const title = say('csrPending', { endpoint, csr: names[0] ?? pending[0].csr });
        return problem(cause, title, [first, approver], { evidence: all, ownWord: true });
      }
      const ended = own.find((r) => r.state !== 'approved') ?? own[0];
      if (ended) {
        const signer = ended.state === 'approved' ? [fixBy('cluster', 'nothing', say('fixSigner'), shell(LIST_REQUESTS))] : [];
        const title = say('csrEnded', { endpoint, csr: ended.csr, state: ended.state });
        return problem(cause, title, [...signer, again, approver], { evidence: all, ownWord: true });
      }
      const look = fixBy('cluster', 'nothing', say('fixList'), shell(LIST_REQUESTS));
      return problem(cause, list ? say('noRequest', { endpoint }) : say('noCertificate', { endpoint }), [list ? again : look, approver], {
        evidence: all,
        // The apiserver hears the same alert from the kubelet it knows: only a kubelet without a certificate does that.
        others: says(/tls: internal error/) ? [] : ['not-a-kubelet'],
        wants: [...(list ? [] : [{ need: 'kubelet/serving-requests' as const, elsewhere: LIST_REQUESTS }]), ...wants],
        ownWord: true,
      });
    }

    function tell(list: ServingRequest[]): Message {
      const [first] = list;
      return first ? say('sawRequest', { csr: first.csr, state: first.state, requestor: first.requestor }) : say('sawNoRequest');
    }
  },
});

/** How the handshake ended, from Node's code or, where that is only EPROTO, from OpenSSL's text. */
function endingOf(code: string, detail: string): 'internal-error' | 'plain' | 'version' | 'silent' | 'cut' {
  const said = `${code} ${detail}`.replaceAll('_', ' ').toLowerCase();
  if (/alert internal error|alert number 80\b/.test(said)) return 'internal-error';
  if (/wrong version number|http request|packet length too long/.test(said)) return 'plain';
  if (
    /protocol version|handshake failure|no protocols available|unsupported protocol|no shared cipher|no ciphers|insufficient security/.test(
      said,
    )
  )
    return 'version';
  return /etimedout|timeout/.test(said) ? 'silent' : 'cut';
}
