/**
 * Does the kubelet know who we are? Its 401 is the same word for a bad credential, for webhook authentication turned off and for a kubelet
 * that cannot ask its apiserver, so the answer comes from the second sides: the same credential at the apiserver, the time the refusal
 * took against that of a request without credential, the node's heartbeat, and what the kubelet says to others.
 */

import { heartbeatOf } from '../../kubernetes/heartbeat.js';
import { isDnsName } from '../../kubernetes/names.js';
import { defineCheck, type Evidence, type Fix, type Message, type Problem, type Want } from '../../model/check.js';
import type { Fact, KubeletValues } from '../../model/facts.js';
import { ownNode } from '../shared/apiserver.js';
import { KUBELET_KUBECONFIG, KUBELET_SETTINGS } from '../shared/distributions.js';
import { ALL_KUBELET_FEATURES, agentsCandidate, agentsEndpoint } from '../shared/kubelet.js';
import {
  ANONYMOUS,
  answered,
  credentialOf,
  isAnonymous,
  isAuthenticated,
  isOk,
  isSameCredential,
  isTimeout,
  isUnauthorized,
  saysAuthorizationError,
} from '../shared/kubelet-answers.js';
import { knownConfig } from '../shared/on-node.js';
import { answers, isPending, seen, span, took } from '../shared/read.js';
import { CLIENT_CA, CLOSED, certificateInstead, onNode, tokenInstead, WEBHOOK, wayToApiserver } from './authn-fixes.js';
import { decide, deciding, type UnauthorizedCause } from './kubelet-unauthorized-decision.js';
import { reasonOf, replayed } from './replayed.js';

/** A refusal this much later than the one without a credential was not decided on the node: it waited for the apiserver. */
const LATE_MS = 1500;

export const kubeletUnauthorized = defineCheck({
  question: 'kubelet-unauthorized',
  asks: 'Does the kubelet accept the credential that the agent sends?',
  target: 'kubelet',
  layer: 'authn',
  required: true,
  needs: [
    'kubelet/candidates',
    'kubelet/http',
    'kubelet/tls',
    'kubelet/credential',
    'kubelet/second-sight',
    'apiserver/credential',
    'apiserver/http',
    'apiserver/identity',
    'apiserver/lease',
    'apiserver/node',
    'apiserver/tcp',
    'apiserver/tls',
    'apiserver/token-review',
    'self/settings',
    'self/place',
    'self/kubelet-process',
    'self/kubelet-config',
  ],
  words: {
    offHere: 'The kubelet of {node} does not accept ServiceAccount tokens: webhook authentication is off ({origin})',
    sawConfig: '{key}: {value} ({origin})',
    cutOffHere: 'The kubelet of {node} cannot check any token or right: by its own way to the apiserver there is no answer ({code})',
    acceptsHere: 'by its configuration it asks the apiserver about tokens ({origin}), and its own way there works',
    sawReplay: 'asked as the kubelet itself: {code}',
    sawReview: 'TokenReview by {by}: {reason}',
    off: 'The kubelet of {node} does not accept ServiceAccount tokens: 401 for a token that the apiserver accepts',
    ignores: 'The kubelet of {node} ignores the token and takes the agent for system:anonymous: webhook authentication is off',
    cutOff: "The kubelet of {node} cannot check anyone's credential: it gets no answer from its apiserver",
    noClientCa: 'The kubelet of {node} accepts no client certificates: it has no client CA (authentication.x509.clientCAFile)',
    rejects: 'The kubelet of {node} rejects the {credential} with 401',
    rejectsBecause: 'The {credential} is not valid: {reason}, says the apiserver, whom the kubelet of {node} asks',
    rejectsBoth: 'The {credential} is not valid: the apiserver and the kubelet of {node} both reject it',
    notAsked: 'the kubelet has answered no request with a credential',
    withheld: "no credential was sent: the kubelet's certificate is not verified. The apiserver accepts the identity {user}",
    anyone: 'the kubelet gives its data to anyone, and no credential was sent',
    waiting: 'the kubelet has not yet answered the request with a credential',
    noKubelet: 'what answered is no kubelet; its 401 and 403 say nothing of the credential',
    sawAnswer: '{status} {body} (after {ms} ms)',
    sawNothing: 'no answer within {ms} ms',
    sawIdentity: 'the apiserver takes us for {user}',
    sawLease: 'lease of {node} renewed {age} ago',
    sawNode: 'node {node}: Ready={ready}',
    sawNoRequest: 'the TLS handshake asked for no client certificate',
    sawElsewhere: 'through the apiserver: {status} {said}',
    turnOn:
      'On {node}, let the kubelet ask the apiserver about tokens, then restart it (a kubelet run by flags: --authentication-token-webhook --authorization-mode=Webhook)',
    turnOnClosed: 'On {node}, turn webhook authentication on and anonymous access off, then restart the kubelet',
    useCertificate: 'Or give the agent a client certificate of the cluster CA, mounted from a Secret (paths to adapt)',
    lookOnNode: "On {node}, find out why the kubelet does not reach its apiserver. It is not the agent's RBAC (paths as on kubeadm)",
    openTheWay:
      'Open the way from {node} to its apiserver (server: in its kubeconfig, usually port 6443), or renew the expired node certificate',
    setClientCa: "On {node}, give the kubelet the CA that signs client certificates (kubeadm's path shown), then restart it",
    useToken: "Or send the pod's ServiceAccount token instead of a certificate",
    freshCredential:
      'Replace the {credential} by one of this cluster that is valid now: recreate the pod, so that a new token is mounted, or renew the certificate',
  },
  causes: {
    'kubelet-token-authentication-off': {
      title: 'kubelet does not accept ServiceAccount tokens',
      means:
        'The kubelet answers 401 at once to a token that the apiserver accepts, although it can reach the apiserver. Without webhook authentication a kubelet believes client certificates only.',
      happens:
        '`authentication.webhook.enabled: false`, or a kubelet run by flags without `--authentication-token-webhook` (the default of the flag is off; old kops clusters, kubernetes/kops#5176).',
      distributions: {
        kubeadm: 'on by default.',
        microk8s: 'flags in `/var/snap/microk8s/current/args/kubelet`, then `snap restart microk8s.daemon-kubelite`.',
        k3s: 'on by default; look for a `kubelet-arg` in `/etc/rancher/k3s/config.yaml`.',
        OpenShift: 'on by default; `/etc/kubernetes/kubelet.conf` is generated.',
        Talos: 'on by default; look at `machine.kubelet.extraConfig`.',
      },
      confirm:
        'The second shows `"webhook":{"enabled":false}`; the first, on the node, shows nothing while the agent gets 401; the Lease is younger than 10 s, so its apiserver is reached:\n\n    journalctl -u kubelet | grep "Unable to authenticate"\n    kubectl get --raw /api/v1/nodes/NODE/proxy/configz\n    kubectl -n kube-node-lease get lease NODE -o yaml',
      fix: 'In the kubelet’s configuration, then restart the kubelet (containers go on running):\n\n    authentication: {webhook: {enabled: true}}\n    authorization: {mode: Webhook}',
      avoid:
        'Do not turn anonymous access on instead: it opens the pod list to everyone on the network. RBAC changes do not help: nobody is known yet.',
    },
    'kubelet-ignores-token': {
      title: 'kubelet ignores tokens and treats everyone as anonymous',
      means:
        'A token was sent and the 403 names system:anonymous: the token was not looked at. Webhook authentication is off and anonymous access is on.',
      happens: "Both are a kubelet's defaults when it is run by flags without a configuration file.",
      distributions: KUBELET_SETTINGS,
      confirm: 'The same 403, naming system:anonymous, comes without any credential:\n\n    curl -sk https://NODE:10250/pods',
      fix: 'In the kubelet’s configuration, then restart the kubelet:\n\n    authentication: {webhook: {enabled: true}, anonymous: {enabled: false}}\n    authorization: {mode: Webhook}',
      avoid: 'Never grant rights to system:anonymous to make the 403 go away: that grants them to everyone.',
      explainedBy: ['token-missing', 'token-unreadable', 'token-malformed'],
    },
    'kubelet-cannot-reach-apiserver': {
      title: 'kubelet cannot reach its apiserver',
      means:
        'A kubelet asks the apiserver about each token and each right. When it gets no answer it says 401 to every token, good or bad, and 500 `Authorization error` to client certificates. Neither the agent nor its RBAC is at fault.',
      happens:
        "A firewall or load balancer between the node and the apiserver, an apiserver that is down, a wrong `server:` in the kubelet's kubeconfig, or an expired client certificate of the node. Refused, the 401 comes at once; with packets dropped it comes after 30 s, while a request without a credential gets its 401 in milliseconds.",
      distributions: KUBELET_KUBECONFIG,
      confirm:
        'On the node the log; from elsewhere the Lease, older than 40 s. The node turns NotReady 40 to 50 s after the last sign of life.\n\n    journalctl -u kubelet | grep -E "webhook|Unable to authenticate"\n    kubectl -n kube-node-lease get lease NODE \\\n      -o jsonpath={.spec.renewTime}',
      fix: "Repair the node's way to the apiserver or renew its certificate. No restart is needed afterwards: errors are not cached.",
      avoid: 'Do not change the agent’s RBAC or recreate its token: both are good. Do not set authorization to AlwaysAllow.',
      explainedBy: ['apiserver-connection-refused', 'apiserver-connect-timeout', 'apiserver-no-route', 'apiserver-not-ready'],
    },
    'kubelet-client-ca-unset': {
      title: 'kubelet accepts no client certificates',
      means: 'The kubelet does not ask for a client certificate in the TLS handshake, so it never sees the one that the agent holds.',
      happens: '`authentication.x509.clientCAFile` (or `--client-ca-file`) is not set.',
      distributions: KUBELET_SETTINGS,
      confirm:
        '`openssl s_client -connect NODE:10250 </dev/null` says "No client certificate CA names sent" and lists no requested signature algorithms.',
      fix: "Set clientCAFile to the CA that signs the cluster's client certificates, restart the kubelet; or use a ServiceAccount token, which needs webhook authentication only.",
      avoid: 'Do not turn anonymous access on in place of a CA: everyone is then let in, certificate or not.',
    },
    'kubelet-rejects-credential': {
      title: 'credential rejected',
      means:
        'The credential itself is not valid here: expired, of another cluster, for another audience, revoked, or a certificate of another CA.',
      happens:
        'A token copied out of a pod that is gone, a token cached for longer than it lives, a credential of another cluster, a clock that is off. A kubelet never says which: its 401 has no reason.',
      confirm:
        '`kubectl auth whoami` with the same credential; the reason stands only in `status.error` of a TokenReview made by someone who may.',
      fix: 'Use a credential of this cluster that is valid now: in a pod, the mounted token, read again before each use. Granting rights does not help: nobody is known yet.',
      avoid: 'Do not grant rights: nobody is known yet. Do not turn anonymous access on: it makes the 401 go away by letting everyone in.',
      explainedBy: [
        'token-expired',
        'token-not-yet-valid',
        'token-wrong-audience',
        'token-foreign',
        'token-rejected',
        'token-stale-copy',
        'token-malformed',
        'client-certificate-expired',
        'client-certificate-not-yet-valid',
        'client-certificate-foreign',
        'client-certificate-without-client-usage',
        'clock-skew',
      ],
    },
  },
  judge(view, say) {
    const endpoint = agentsEndpoint(view.one('kubelet/candidates')) ?? '';
    const http = view.all('kubelet/http');
    const nobody = view.one('kubelet/http', 'nobody GET /pods');
    const credentials = view.all('kubelet/credential');
    const identityFact = view.one('apiserver/identity');
    const identity = seen(identityFact);
    const [leaseFact, nodeFact] = [view.one('apiserver/lease'), view.one('apiserver/node')];
    const sightFact = view.one('kubelet/second-sight', 'node-proxy');
    const [lease, nodeObject, sight] = [seen(leaseFact), seen(nodeFact), seen(sightFact)];
    const asksCertificate = seen(view.one('kubelet/tls', endpoint))?.asksClientCertificate;
    const named = ownNode(view.one('self/settings')) ?? identity?.node ?? credentialOf(credentials, 'token')?.token?.node;
    const nodeName = named && isDnsName(named) ? named : undefined;
    const node = nodeName ?? endpoint;
    const wants = deciding(nodeName);

    const withToken = http.filter((f) => f.subject.startsWith('token '));
    const mine = [withToken, http.filter((f) => f.subject.startsWith('certificate '))];
    const withCredential = mine.flat();
    const cutOff = http.find((f) => answered(f, saysAuthorizationError));
    // One way in is enough: the agent shows all it has on one connection.
    const entered = mine.some((facts) => answers(facts).some(isAuthenticated) && !facts.some(isUnauthorized));
    // On the node itself nothing need be sent: the kubelet's own configuration says whom it believes.
    const config = knownConfig(
      view.one('self/kubelet-config'),
      view.one('self/kubelet-process'),
      seen(view.one('self/place')),
      agentsCandidate(view.one('kubelet/candidates')),
    );
    const tokensOff = config?.values['authentication.webhook.enabled'] === false && !answers(http, 'token').some(isAuthenticated);
    const configured = (key: 'authentication.webhook.enabled' | 'authentication.x509.clientCAFile'): Evidence[] => {
      const value = String(config?.values[key]) || 'not set';
      return config ? [config.cite(say('sawConfig', { key, value, origin: config.origin(key) }))] : [];
    };
    const offHere = (): Problem<'kubelet-token-authentication-off'> => ({
      kind: 'problem',
      cause: 'kubelet-token-authentication-off',
      // Our certificate is believed: then it is the agents with a token that are not.
      severity: entered ? 'degrades' : 'blocks',
      certainty: 'proven',
      title: say('offHere', { node, origin: config?.origin('authentication.webhook.enabled') ?? '' }),
      features: ALL_KUBELET_FEATURES,
      evidence: configured('authentication.webhook.enabled'),
      fixes: [onNode(say('turnOn', { node }), WEBHOOK), certificateInstead(say('useCertificate'))],
    });
    // Nor that, where its own way to the apiserver was tried.
    const replay = replayed(view.one('self/settings'), identity, [...view.all('apiserver/tcp'), ...view.all('apiserver/tls')]);
    const tokensOn = config?.values['authentication.webhook.enabled'] === true && withToken.length === 0;
    const cutOffHere = (fact: Fact<'tcp' | 'tls'>, code: string): Problem<'kubelet-cannot-reach-apiserver'> => ({
      kind: 'problem',
      cause: 'kubelet-cannot-reach-apiserver',
      severity: 'blocks',
      certainty: 'proven',
      title: say('cutOffHere', { node, code }),
      features: ALL_KUBELET_FEATURES,
      evidence: [
        { need: `apiserver/${fact.kind}`, subject: fact.subject, saw: say('sawReplay', { code }), reproduce: fact.reproduce },
        ...configured('authentication.webhook.enabled'),
      ],
      fixes: way(),
    });
    const way = () => wayToApiserver(say('lookOnNode', { node }), say('openTheWay', { node }));
    const anonymous = config?.values['authentication.anonymous.enabled'] === true;
    if (tokensOff && !anonymous && !cutOff && withToken.length === 0) return offHere();
    if (!cutOff && entered) return { kind: 'pass' };
    if (!cutOff && withCredential.some(isPending)) return { kind: 'cannot-tell', why: say('waiting'), wants };
    const failing =
      cutOff ?? withCredential.find((f) => isUnauthorized(f) || isAnonymous(f) || (isTimeout(f) && answered(nobody, () => true)));
    if (!failing) {
      if (tokensOff && !anonymous && !entered) return offHere();
      if (tokensOn && !entered && replay?.works)
        return { kind: 'pass', note: say('acceptsHere', { origin: config?.origin('authentication.webhook.enabled') ?? '' }) };
      if (tokensOn && !entered && replay && !replay.works) return cutOffHere(replay.fact, replay.code);
      if (answers(http).length > 0) return { kind: 'not-applicable', why: say('noKubelet') };
      const withheld = withCredential.some((f) => f.outcome.status === 'absent' && f.outcome.why === 'withheld');
      if (withheld && identity) return { kind: 'not-applicable', why: say('withheld', { user: identity.user }) };
      if (answered(nobody, isOk)) return { kind: 'not-applicable', why: say('anyone') };
      return { kind: 'cannot-tell', why: say('notAsked'), wants: [] };
    }

    const as = failing.subject.startsWith('certificate') ? 'certificate' : 'token';
    const same = isSameCredential(credentials, view.all('apiserver/credential'), as);
    const told = view.all('apiserver/http');
    const reviewFact = view.one('apiserver/token-review');
    const review = as === 'token' ? seen(reviewFact) : undefined;
    const reason = reasonOf(review);
    const refused =
      reason !== undefined ||
      (same && (answers(told, as).some((a) => a.status === 401 && a.voice === 'apiserver') || identity?.user === ANONYMOUS));
    const byConfig =
      !cutOff && !refused && config && !isTimeout(failing) ? causeByConfig(as, isAnonymous(failing), config.values) : undefined;
    const decided = decide({
      as,
      kind: cutOff ? 'authorization error' : isUnauthorized(failing) ? 'unauthorized' : isAnonymous(failing) ? 'anonymous' : 'timeout',
      onHealthz: failing.subject.endsWith(' /healthz'),
      late: (took(failing.outcome) ?? 0) - (took(nobody.outcome) ?? 0) > LATE_MS,
      apiserver: refused
        ? 'refuses'
        : review?.authenticated || (same && identity)
          ? 'accepts'
          : told.some((f) => seen(f))
            ? 'unasked'
            : 'silent',
      heartbeat: heartbeatOf(lease, nodeObject),
      cutOffElsewhere: sight !== undefined && saysAuthorizationError({ status: sight.status, body: sight.said }),
      asksCertificate,
      canBeOff: (seen(nobody)?.status ?? 401) === 401 && !answers(withCredential, as).some(isAuthenticated),
    });
    const [cause, ...alternatives] = byConfig ? [byConfig] : decided;

    const quote = (f: Fact<'http'>): Evidence[] => {
      const [answer, ms] = [seen(f), took(f.outcome) ?? 0];
      if (!answer && f.outcome.status !== 'failed') return [];
      const saw = answer ? say('sawAnswer', { status: answer.status, body: answer.body, ms }) : say('sawNothing', { ms });
      return [{ need: 'kubelet/http', subject: f.subject, saw, reproduce: f.reproduce }];
    };
    const evidence = [...quote(failing), ...(failing === nobody ? [] : quote(nobody))];
    if (review) {
      const told = reason ?? `authenticated as ${review.user ?? '?'}`;
      evidence.push({ need: 'apiserver/token-review', subject: '', saw: say('sawReview', { by: review.by, reason: told }) });
    }
    if (identity) {
      const saw = say('sawIdentity', { user: identity.user });
      evidence.push({ need: 'apiserver/identity', subject: '', saw, reproduce: identityFact.reproduce });
    }
    if (lease) {
      const saw = say('sawLease', { node: lease.node, age: span(lease.ageSeconds * 1000) });
      evidence.push({ need: 'apiserver/lease', subject: leaseFact.subject, saw, reproduce: leaseFact.reproduce });
    } else if (nodeObject) {
      const saw = say('sawNode', { node: nodeObject.node, ready: nodeObject.ready });
      evidence.push({ need: 'apiserver/node', subject: nodeFact.subject, saw, reproduce: nodeFact.reproduce });
    }
    if (sight) {
      const saw = say('sawElsewhere', { status: sight.status, said: sight.said });
      evidence.push({ need: 'kubelet/second-sight', subject: sightFact.subject, saw, reproduce: sightFact.reproduce });
    }
    if (cause === 'kubelet-client-ca-unset' && asksCertificate === false)
      evidence.push({ need: 'kubelet/tls', subject: endpoint, saw: say('sawNoRequest') });

    if (byConfig) evidence.push(...configured(as === 'token' ? 'authentication.webhook.enabled' : 'authentication.x509.clientCAFile'));

    const credential = `${as} (${credentialOf(credentials, as)?.source ?? '?'})`;
    // Also where it is certain that the token is refused: only a TokenReview has the reason.
    const asking = as === 'token' ? [ASK_REASON] : [];
    const said: Record<UnauthorizedCause, () => { title: Message; fixes: Fix[] }> = {
      'kubelet-token-authentication-off': () => ({
        title: say('off', { node }),
        fixes: [onNode(say('turnOn', { node }), WEBHOOK), certificateInstead(say('useCertificate'))],
      }),
      'kubelet-ignores-token': () => ({ title: say('ignores', { node }), fixes: [onNode(say('turnOnClosed', { node }), CLOSED)] }),
      'kubelet-cannot-reach-apiserver': () => ({
        title: say('cutOff', { node }),
        fixes: way(),
      }),
      'kubelet-client-ca-unset': () => ({
        title: say('noClientCa', { node }),
        fixes: [onNode(say('setClientCa', { node }), CLIENT_CA), tokenInstead(say('useToken'))],
      }),
      'kubelet-rejects-credential': () => ({
        title: reason
          ? say('rejectsBecause', { node, credential, reason })
          : refused
            ? say('rejectsBoth', { node, credential })
            : say('rejects', { node, credential }),
        fixes: [{ owner: 'agent', changes: 'config', action: say('freshCredential', { credential }), verify: 'kubelet-doctor' }],
      }),
    };
    return {
      kind: 'problem',
      cause,
      severity: 'blocks',
      certainty: alternatives.length > 0 ? 'suspected' : 'proven',
      ...(alternatives.length > 0 ? { alternatives, wants: [...wants, ...asking] } : { wants: asking }),
      features: ALL_KUBELET_FEATURES,
      evidence,
      ...said[cause](),
    };
  },
});

/** What the kubelet's own configuration says of a credential it did not believe. */
function causeByConfig(as: 'token' | 'certificate', isAnonymous: boolean, values: KubeletValues): UnauthorizedCause | undefined {
  if (as === 'certificate') return values['authentication.x509.clientCAFile'] === '' ? 'kubelet-client-ca-unset' : undefined;
  // A file that says other than what was met was changed after the kubelet read it.
  if (values['authentication.webhook.enabled'] || values['authentication.anonymous.enabled'] !== isAnonymous) return undefined;
  return isAnonymous ? 'kubelet-ignores-token' : 'kubelet-token-authentication-off';
}

/** Fetched where somebody else is at hand to ask as; no command, which would have to hold the token. */
const ASK_REASON: Want = { need: 'apiserver/token-review' };
