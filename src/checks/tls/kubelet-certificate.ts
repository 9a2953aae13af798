/**
 * Does the kubelet's serving certificate verify for the address the agent dials, with the CA the agent uses?
 * One decision: an untrusted issuer is judged before dates, dates before names, so that a self-signed certificate
 * (which has no IP SAN either) is one finding. Dates are compared with another clock too (skew is not the certificate's
 * fault): the kubelet's, or where it runs on our machine the apiserver's.
 */

import { hostOf, isDnsName, isIp, shellQuote } from '../../kubernetes/names.js';
import { defineCheck, type Evidence, type Fix, type Message, type Problem } from '../../model/check.js';
import type { Fact, Place, TlsHandshake } from '../../model/facts.js';
import { internalIp } from '../shared/address.js';
import { inPod, serverNow } from '../shared/apiserver.js';
import { cite } from '../shared/cite.js';
import { AGENT_KUBELET, SERVING_CERTIFICATE } from '../shared/distributions.js';
import { byHand, fixBy } from '../shared/fix.js';
import { ALL_KUBELET_FEATURES, agentsCandidate, agentVerifies, settingOf } from '../shared/kubelet.js';
import { hostFromDownwardApi } from '../shared/kubelet-fixes.js';
import { isThisNode } from '../shared/on-node.js';
import { seen, span, subjectOf } from '../shared/read.js';

/** A month, or a tenth of a short-lived certificate's life: rotation renews at 70 to 90 % of it. */
function soonMs(lifeMs: number): number {
  return Math.min(30 * 86_400_000, lifeMs / 10);
}

export const kubeletCertificate = defineCheck({
  question: 'kubelet-certificate',
  asks: "Does the kubelet's certificate verify for the address the agent dials?",
  target: 'kubelet',
  layer: 'tls',
  required: true,
  needs: [
    'kubelet/candidates',
    'kubelet/tls',
    'kubelet/proxy',
    'kubelet/clock',
    'apiserver/clock',
    'self/settings',
    'self/place',
    'apiserver/node',
    'self/kubelet-process',
    'self/node-certificate',
  ],
  words: {
    selfSigned: 'The kubelet at {endpoint} serves its own self-signed certificate ({subject}): no CA the agent could hold verifies it',
    unknownAuthority: "The kubelet's certificate at {endpoint} is signed by {issuer}, which is not in the CA in use ({authority})",
    expired: "The kubelet's certificate at {endpoint} expired {ago} ago, on {notAfter}",
    notYetValid: "The kubelet's certificate at {endpoint} is not valid before {notBefore}, in {ahead}",
    withoutSan: "The kubelet's certificate at {endpoint} names no host at all (no subject alternative name, only CN {subject})",
    nameMismatch: "The kubelet's certificate is not for {host}: it names {names}",
    expiresSoon: "The kubelet's certificate at {endpoint} expires in {left}, on {notAfter}",
    expiredHere: "The kubelet's serving certificate on the node, {path}, expired {ago} ago, on {notAfter}",
    restart: 'Restart the kubelet: {path} holds a newer certificate, valid until {notAfter}, that it does not serve yet',
    sawFile: '{path}: subject {subject}, issuer {issuer}, valid {notBefore} to {notAfter}',
    noHandshake: 'no TLS handshake with the kubelet to look at',
    skewed: "the kubelet's certificate is valid by the kubelet's clock; ours is {span} off",
    sawChain: '{code}: subject {subject}, issuer {issuer}, valid {notBefore} to {notAfter}, names {names}',
    bootstrap:
      'Let the cluster CA sign it: set serverTLSBootstrap in the kubelet configuration of this node, restart the kubelet, approve its CSR',
    rotate:
      'Renew the serving certificate on the node: with serverTLSBootstrap restart the kubelet and approve its CSR; else replace tlsCertFile and tlsPrivateKeyFile',
    otherCa: 'Give the agent the CA that signed it: {authority} verifies this certificate',
    findCa: 'Give the agent the CA that signed it ({issuer}): mount it and point kubelet_client_ca at it',
    dialNodeName:
      "Dial the name that is in the certificate: DD_KUBERNETES_KUBELET_HOST from spec.nodeName, where node names resolve in the agent's pod",
    dialHostIp: 'Dial the address that is in the certificate: DD_KUBERNETES_KUBELET_HOST from status.hostIP',
    dialTry: 'For a try on this one node: dial what is in its certificate',
    reissue: "Reissue the certificate with this address in its names (serverTLSBootstrap puts the Node's addresses in)",
    renewSoon: 'Renew it before then: rotateCertificates and serverTLSBootstrap with a CSR approver do so by themselves',
    waitOrClock: "Correct the clock of the machine that issued it, or reissue it; check the node's clock",
    noVerify: 'Last resort, a security change: turn verification off. Anyone on the path can then read the token the agent sends',
  },
  causes: {
    'kubelet-certificate-self-signed': {
      title: 'kubelet serves its own self-signed certificate',
      means:
        'Without a serving certificate the kubelet makes one at its first start, signed by a CA it throws away. No CA file of the cluster verifies it, and it names only the host name, never an IP.',
      happens:
        'The default of a kubelet with neither `tlsCertFile` nor `serverTLSBootstrap` (kubeadm, Talos, many home-made clusters). The file is never renewed while it exists (kubernetes#99418).',
      distributions: SERVING_CERTIFICATE,
      confirm:
        'The issuer is `HOST-ca@<unix time>`:\n\n    openssl s_client -connect NODE:10250 </dev/null 2>/dev/null |\n      openssl x509 -noout -issuer -subject',
      fix: '1. `serverTLSBootstrap: true` in the kubelet’s configuration, restart the kubelet (containers go on running).\n2. Compare and approve its request: `kubectl certificate approve NAME`. kube-controller-manager never does by itself.\n3. Keep an approver, or the next renewal waits again.',
      avoid:
        'Do not turn verification off: the agent then gives its token to whoever answers on that address, and the fault stays. Do not mount each node’s kubelet.crt: it names no IP, and differs on each node.',
    },
    'kubelet-certificate-unknown-authority': {
      title: 'kubelet certificate signed by a CA the agent does not hold',
      means: 'The certificate is in order but its issuer is not in the CA file that the agent uses for the kubelet.',
      happens:
        'A distribution signs serving certificates with a CA of its own (OpenShift, older AKS `kubeletserver.crt`), the cluster CA was rotated, or `kubelet_client_ca` points at the wrong file.',
      distributions: SERVING_CERTIFICATE,
      confirm:
        'Save what it serves, then try the CA file that the agent uses:\n\n    openssl s_client -connect NODE:10250 </dev/null 2>/dev/null |\n      openssl x509 >/tmp/kubelet.crt\n    openssl verify -CAfile CA.crt /tmp/kubelet.crt',
      fix: 'Mount the CA that signed it and set `DD_KUBELET_CLIENT_CA` (chart: `datadog.kubelet.hostCAPath`) on every container; the pods are replaced.',
      avoid: 'Do not turn verification off: the agent then gives its token to whoever answers on that address, and the fault stays.',
      explainedBy: ['kubelet-ca-file-missing'],
    },
    'kubelet-certificate-expired': {
      title: 'kubelet certificate expired',
      means:
        "The serving certificate's end date has passed, by our clock and by another one. In the agent's pod the kubelet's clock is ours, so that the apiserver's decides; without it the clock may be at fault as well.",
      happens: 'Rotation is off, the CSR for the next certificate was never approved, or the certificate is a file nobody renews.',
      distributions: {
        kubeadm: 'a self-signed kubelet.crt is valid for a year and never renewed while the file exists.',
        k3s: '`k3s certificate rotate` with the service stopped, then start it.',
        RKE2: '`rke2 certificate rotate` with the service stopped, then start it.',
        OpenShift: 'look for Pending requests: `oc get csr`; renewals of nodes that were off for long wait there.',
      },
      confirm:
        'Its dates, and a renewal that waits:\n\n    openssl s_client -connect NODE:10250 </dev/null 2>/dev/null |\n      openssl x509 -noout -dates\n    kubectl get csr',
      fix: 'With `serverTLSBootstrap` restart the kubelet and approve its request. Else replace `tlsCertFile` and `tlsPrivateKeyFile`, or move away `/var/lib/kubelet/pki/kubelet.crt` and `kubelet.key` and restart: a new self-signed pair is made.\n\n`kubectl logs` goes on working meanwhile, because the apiserver does not verify kubelets by default: that is no sign of health.',
      avoid:
        'Do not turn verification off: the agent then gives its token to whoever answers on that address, and the fault stays. Do not set the clock back.',
      explainedBy: ['clock-skew'],
    },
    'kubelet-certificate-not-yet-valid': {
      title: 'kubelet certificate not valid yet',
      means: "Its start date lies ahead, by our clock and by the kubelet's own.",
      happens: 'The clock of the machine that issued it ran ahead, or a certificate was prepared for later.',
      confirm:
        'Its start, and the node’s clock:\n\n    openssl s_client -connect NODE:10250 </dev/null 2>/dev/null |\n      openssl x509 -noout -startdate\n    date -u',
      fix: 'Correct the clock, then reissue.',
      avoid: 'Do not turn verification off: the agent then gives its token to whoever answers on that address, and the fault stays.',
      explainedBy: ['clock-skew'],
    },
    'kubelet-certificate-without-san': {
      title: 'kubelet certificate without subject alternative names',
      means: 'It has only a common name. Go (since 1.15) and so the agent ignore the common name.',
      happens: 'Old issuing scripts; AKS node images before the end of 2022.',
      distributions: SERVING_CERTIFICATE,
      confirm:
        'Prints no names:\n\n    openssl s_client -connect NODE:10250 </dev/null 2>/dev/null |\n      openssl x509 -noout -ext subjectAltName',
      fix: 'Reissue it with SANs (a newer node image, or serverTLSBootstrap).',
      avoid:
        'Do not set `GODEBUG=x509ignoreCN=0`: Go no longer reads it. Do not turn verification off: the agent then gives its token to whoever answers on that address, and the fault stays.',
    },
    'kubelet-certificate-name-mismatch': {
      title: 'kubelet certificate for another name',
      means: 'The certificate is trusted and in date, but does not name the host or IP that the agent dials.',
      happens:
        '`status.hostIP` is dialled while the certificate names only the host name (or the other way about), or the address belongs to another machine.',
      distributions: AGENT_KUBELET,
      confirm:
        'The names that it does have:\n\n    openssl s_client -connect NODE:10250 </dev/null 2>/dev/null |\n      openssl x509 -noout -ext subjectAltName',
      fix: 'Dial a name that is in it, if the pod resolves it: `fieldPath: spec.nodeName` in place of `status.hostIP`. Else reissue it with the address: `serverTLSBootstrap` puts the Node’s addresses in. The agent’s pods, or the kubelet, restart.',
      avoid: 'Do not turn verification off: the agent then gives its token to whoever answers on that address, and the fault stays.',
    },
    'kubelet-certificate-expires-soon': {
      title: 'kubelet certificate expires within 30 days',
      means: 'It works today and will stop working on its end date.',
      happens: 'Rotation is off or its CSR waits for approval.',
      distributions: SERVING_CERTIFICATE,
      confirm:
        'Its end, and a renewal that waits:\n\n    openssl s_client -connect NODE:10250 </dev/null 2>/dev/null |\n      openssl x509 -noout -enddate\n    kubectl get csr',
      fix: 'Turn rotation on, or renew it by hand before then.',
      avoid: 'Do not plan to turn verification off on that day: renewing it now costs a kubelet restart.',
    },
  },
  judge(view, say) {
    const candidate = agentsCandidate(view.one('kubelet/candidates'));
    const endpoint = candidate && subjectOf(candidate);
    const tls = endpoint ? view.one('kubelet/tls', endpoint) : undefined;
    const handshake = tls && seen(tls);
    // On the node itself: what lies on disk, which a running kubelet need not serve.
    const here = isThisNode(seen(view.one('self/kubelet-process')), seen(view.one('self/place')), candidate);
    const fileFact = view.all('self/node-certificate').find((fact) => here && seen(fact)?.role === 'serving');
    const file = fileFact && seen(fileFact);
    const sawFile = (): Evidence[] => {
      if (!file) return [];
      const { subject, issuer, notBefore, notAfter } = file.certificate;
      return [cite(fileFact, say('sawFile', { path: file.path, subject, issuer, notBefore, notAfter }))];
    };
    if (!endpoint || !handshake?.chain[0]) {
      const today = seen(view.one('self/place'))?.nowMs ?? 0;
      const ended = file ? Date.parse(file.certificate.notAfter) : today;
      if (!file || ended >= today) return { kind: 'cannot-tell', why: say('noHandshake'), wants: [] };
      return {
        kind: 'problem',
        cause: 'kubelet-certificate-expired',
        severity: agentVerifies(view.one('self/settings')) ? 'blocks' : 'risk',
        certainty: 'suspected',
        alternatives: ['clock-skew'],
        title: say('expiredHere', { path: file.path, ago: span(today - ended), notAfter: file.certificate.notAfter }),
        features: ALL_KUBELET_FEATURES,
        evidence: sawFile(),
        fixes: [rotate(say('rotate'))],
      };
    }

    const leaf = handshake.chain[0];
    const verifies = agentVerifies(view.one('self/settings'));
    const place = seen(view.one('self/place'));
    const now = place?.nowMs ?? 0;
    const theirNow = otherClock(view.one('kubelet/clock'), view.one('apiserver/clock'), place) ?? now;
    // One clock alone: that it is wrong looks the same as a certificate that is.
    const oneClock: Partial<Problem> = isConfirmed(view.one('kubelet/clock'), view.one('apiserver/clock'), place)
      ? {}
      : {
          certainty: 'suspected',
          alternatives: ['clock-skew'],
          wants: [{ need: 'apiserver/clock', elsewhere: 'date -u   # here, and on another machine' }],
        };
    const notAfter = Date.parse(leaf.notAfter);
    const notBefore = Date.parse(leaf.notBefore);
    const names = leaf.names.length > 0 ? leaf.names.slice(0, 6).join(', ') : 'nothing';
    const saw = (code: string) => ({
      need: 'kubelet/tls' as const,
      subject: endpoint,
      saw: say('sawChain', { code, subject: leaf.subject, issuer: leaf.issuer, notBefore: leaf.notBefore, notAfter: leaf.notAfter, names }),
      reproduce: tls?.reproduce,
    });
    const problem = <C extends string>(cause: C, title: Message, fixes: Fix[], more: Partial<Problem> = {}): Problem<C> => ({
      ...{ certainty: 'proven', ...more },
      kind: 'problem',
      cause,
      severity: verifies ? 'blocks' : 'risk',
      title,
      features: verifies ? ALL_KUBELET_FEATURES : [],
      evidence: [saw(handshake.verification.code ?? 'verified')],
      fixes: [...fixes, ...(verifies ? [lastResort(say('noVerify'))] : [])],
    });

    if (!handshake.trusted) {
      const authority = settingOf(view.one('self/settings'), 'kubelet.ca')?.value ?? 'none';
      if (ownSelfSigned(handshake))
        return problem('kubelet-certificate-self-signed', say('selfSigned', { endpoint, subject: leaf.subject }), [
          bootstrap(say('bootstrap')),
        ]);
      const working = handshake.trials.find((t) => t.verifies && !t.inUse)?.authority;
      const fix: Fix = working
        ? {
            owner: 'agent',
            changes: 'config',
            action: say('otherCa', { authority: working }),
            steps: `DD_KUBELET_CLIENT_CA=${shellQuote(working)}`,
            form: 'env',
            verify: 'kubelet-doctor',
          }
        : { owner: 'agent', changes: 'config', action: say('findCa', { issuer: leaf.issuer }), verify: 'kubelet-doctor' };
      // A new certificate of the cluster's CA helps an agent that has that CA: not one that has none, nor where a proxy shows its own.
      const reissuing = !working && handshake.trials.some((t) => t.inUse) && seen(view.one('kubelet/proxy', endpoint))?.via !== 'proxy';
      return {
        ...problem('kubelet-certificate-unknown-authority', say('unknownAuthority', { endpoint, issuer: leaf.issuer, authority }), [
          fix,
          ...(reissuing ? [bootstrap(say('bootstrap'))] : []),
        ]),
        explainedBy: sharedFault(authority, settingOf(view.one('self/settings'), 'apiserver.ca')?.value),
      };
    }
    if (!handshake.validNow) {
      if (theirNow > notBefore && theirNow < notAfter)
        return { kind: 'not-applicable', why: say('skewed', { span: span(now - theirNow) }) };
      if (theirNow >= notAfter) {
        const title = say('expired', { endpoint, ago: span(theirNow - notAfter), notAfter: leaf.notAfter });
        const newer =
          file && Date.parse(file.certificate.notAfter) > theirNow && file.certificate.fingerprint !== leaf.fingerprint ? file : undefined;
        const first = newer ? [rotate(say('restart', { path: newer.path, notAfter: newer.certificate.notAfter }))] : [];
        const expired = problem('kubelet-certificate-expired', title, [...first, rotate(say('rotate'))], oneClock);
        return newer ? { ...expired, evidence: [...expired.evidence, ...sawFile()] } : expired;
      }
      const title = say('notYetValid', { endpoint, notBefore: leaf.notBefore, ahead: span(notBefore - theirNow) });
      return problem('kubelet-certificate-not-yet-valid', title, [rotate(say('waitOrClock'))], oneClock);
    }
    if (leaf.names.length === 0)
      return problem('kubelet-certificate-without-san', say('withoutSan', { endpoint, subject: leaf.subject }), [
        bootstrap(say('reissue')),
      ]);
    if (!handshake.nameMatches) {
      // What a certificate says is data, not truth: only a name known to be this node's own is offered for dialling.
      const node = seen(view.one('apiserver/node'));
      const named = [settingOf(view.one('self/settings'), 'node')?.value, node?.node];
      const known = leaf.names.map((name) => name.replace(/^(DNS|IP):/, ''));
      const own = (name: string) => named.includes(name) || node?.addresses.some(({ address }) => address === name) === true;
      const usable = known.find((name) => own(name) && (isIp(name) || isDnsName(name)));
      // One manifest is for every node: what is written there comes from the downward API, or it is another node's on all others.
      const hostIp = internalIp(node);
      const dial: Fix[] =
        usable === undefined
          ? []
          : known.some((name) => named.includes(name))
            ? [hostFromDownwardApi(say('dialNodeName'), 'spec.nodeName')]
            : hostIp !== undefined && known.includes(hostIp)
              ? [hostFromDownwardApi(say('dialHostIp'))]
              : [fixBy('agent', 'config', say('dialTry'), byHand(`DD_KUBERNETES_KUBELET_HOST=${usable}`))];
      return problem('kubelet-certificate-name-mismatch', say('nameMismatch', { host: hostOf(endpoint), names }), [
        ...dial,
        bootstrap(say('reissue')),
      ]);
    }
    if (now > 0 && notAfter - now < soonMs(notAfter - notBefore))
      return {
        ...problem(
          'kubelet-certificate-expires-soon',
          say('expiresSoon', { endpoint, left: span(notAfter - now), notAfter: leaf.notAfter }),
          [],
        ),
        severity: 'degrades',
        features: [],
        fixes: [rotate(say('renewSoon'))],
      };
    return { kind: 'pass' };
  },
});

type Clock = Fact<'clock'>;
const SAME_MS = 60_000;

/** Is the kubelet on our machine, as the agent's always is? Then its clock is ours, right or wrong. */
function sharesOurClock(kubelet: Clock, place: Place | undefined): boolean {
  const offset = Math.abs(seen(kubelet)?.offsetMs ?? 0);
  return (inPod(place) || place?.place === 'node') && offset < SAME_MS;
}

/** The time by a clock that is not ours: the kubelet's, or the apiserver's where the kubelet's is our own. */
function otherClock(kubelet: Clock, apiserver: Clock, place: Place | undefined): number | undefined {
  return serverNow(place, seen(sharesOurClock(kubelet, place) ? apiserver : kubelet));
}

function isConfirmed(kubelet: Clock, apiserver: Clock, place: Place | undefined): boolean {
  return otherClock(kubelet, apiserver, place) !== undefined;
}

/** The kubelet's own make: leaf and CA are `HOST@unix` and `HOST-ca@unix` (client-go util/cert/cert.go), or a lone self-signed leaf. */
function ownSelfSigned({ chain }: TlsHandshake): boolean {
  const leaf = chain[0]!;
  return leaf.selfSigned || /-ca@\d+$/.test(leaf.issuer);
}

/** One file for both servers, or none at all: then what is wrong with the apiserver's CA is wrong with this one. */
function sharedFault(authority: string, apiserverCa: string | undefined): string[] {
  if (authority === 'none') return ['token-missing', 'apiserver-ca-file-missing'];
  return authority === apiserverCa ? ['apiserver-certificate-unknown-authority', 'apiserver-ca-file-missing'] : [];
}

function bootstrap(action: Message): Fix {
  return {
    owner: 'node',
    changes: 'restart',
    action,
    steps: 'serverTLSBootstrap: true',
    form: 'kubelet-config',
    verify: 'kubectl get csr --field-selector spec.signerName=kubernetes.io/kubelet-serving',
  };
}

function rotate(action: Message): Fix {
  return { owner: 'node', changes: 'restart', action, verify: 'kubelet-doctor' };
}

/** A way around, not a cure: the certificate stays as it is. So no `form`: no machine is to apply it. */
function lastResort(action: Message): Fix {
  return { owner: 'agent', changes: 'security', action, steps: 'DD_KUBELET_TLS_VERIFY=false', verify: 'kubelet-doctor' };
}
