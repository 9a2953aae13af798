/**
 * Does the apiserver's certificate verify for the address in use, with the CA in use? An untrusted issuer is judged before dates, dates
 * before names. Dates are compared with the *server's* clock too: skew is not the certificate's fault. A kubeconfig that says
 * insecure-skip-tls-verify is a fact, not consent: the finding stays as severe, because no credential is sent there.
 */

import { endpointOf, hostOf, isDnsName, isIp, shellQuote } from '../../kubernetes/names.js';
import { defineCheck, type Evidence, type Fix, type Message, type Problem } from '../../model/check.js';
import { apiserverFeatures, inPod, isServiceName, ownerHere, ownPod, serverNow } from '../shared/apiserver.js';
import { AUTOMOUNT, env, fixBy, shell, yaml } from '../shared/fix.js';
import { agentsCandidate, settingOf } from '../shared/kubelet.js';
import { failure, seen, span, subjectOf } from '../shared/read.js';

const MOUNTED_CA = '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt';

export const apiserverCertificate = defineCheck({
  question: 'apiserver-certificate',
  asks: "Does the apiserver's certificate verify for the address in use?",
  target: 'apiserver',
  layer: 'tls',
  required: true,
  needs: ['apiserver/candidates', 'apiserver/tls', 'apiserver/authority', 'apiserver/clock', 'self/settings', 'self/place'],
  words: {
    unknownAuthority: "The apiserver's certificate at {endpoint} is signed by {issuer}, which is not in the CA in use ({authority})",
    noAuthority: 'The CA file for the apiserver, {authority}, cannot be read ({code}): its certificate at {endpoint} cannot be verified',
    notMounted: 'There is no CA file for the apiserver here ({authority} is not mounted): its certificate at {endpoint} cannot be verified',
    expired: "The apiserver's certificate at {endpoint} expired {ago} ago, on {notAfter}",
    notYetValid: "The apiserver's certificate at {endpoint} is not valid before {notBefore}, in {ahead}",
    nameMismatch: "The apiserver's certificate is not for {host}: it names {names}",
    noHandshake: 'no TLS handshake with the apiserver to look at',
    skewed: "the apiserver's certificate is valid by the apiserver's clock; ours is {span} off",
    sawChain: '{code}: subject {subject}, issuer {issuer}, valid {notBefore} to {notAfter}, names {names}',
    sawTrial: '{authority} verifies it',
    sawInsecure: '{source} turns verification off for kubectl; no credential is sent on the strength of that',
    fixMount: 'Mount the ServiceAccount volume: it brings the ConfigMap kube-root-ca.crt as ca.crt along; or correct the configured path',
    fixTrial: 'Use the CA that verifies it: {authority}',
    fixCompare: "Compare the cluster's current CA with the mounted one: after a CA rotation they differ",
    fixRestart: 'Restart the pod, so that it mounts and reads the current CA',
    fixFetch: 'Give the CA that signed it with --apiserver-ca FILE, or fetch the kubeconfig anew from whoever runs the cluster',
    fixDial: 'Dial a name that is in the certificate',
    fixReissue: "Reissue the apiserver's certificate with {host} in its names (kubeadm: apiServer.certSANs)",
    fixRenew:
      "Renew the apiserver's certificate on every control-plane node and restart the apiserver (managed cluster: the provider does)",
    fixClock: 'Correct the clock of the machine that issued it, then reissue it',
  },
  causes: {
    'apiserver-certificate-unknown-authority': {
      title: 'apiserver certificate signed by a CA not at hand',
      means:
        'The issuer of the certificate is not in the CA file (or kubeconfig) in use, so nothing proves that this is the apiserver. No credential was sent.',
      happens:
        'The cluster CA was rotated under a running pod, ca.crt is not mounted, the kubeconfig belongs to another cluster or an earlier life of this one, or something in between (a proxy, a load balancer that ends TLS) shows its own certificate.',
      confirm:
        'What it shows against the file in use; and the CA of today:\n\n    openssl s_client -connect HOST:PORT -CAfile CA.crt </dev/null |\n      grep Verif\n    kubectl get configmap kube-root-ca.crt -o yaml',
      fix: 'Mount the ConfigMap `kube-root-ca.crt`, restart pods after a rotation, or give the right file with `--apiserver-ca`.',
      avoid: 'Do not set `insecure-skip-tls-verify`: it only hides it, and the token then goes to whoever answers.',
    },
    'apiserver-ca-file-missing': {
      title: 'CA file for the apiserver missing',
      means:
        'The file that the certificate would be verified with is missing, unreadable or not PEM. Nothing is known to be wrong with the certificate.',
      happens:
        'The ServiceAccount volume is not mounted (`automountServiceAccountToken: false`, an ephemeral container), or the configured path is wrong.',
      confirm: '`ls -lL /var/run/secrets/kubernetes.io/serviceaccount/`',
      fix: 'Mount the ServiceAccount volume (it brings the ConfigMap `kube-root-ca.crt` along), or correct the path.',
      avoid: 'Do not skip verification for want of the file: the token would go to whoever answers.',
      explainedBy: ['token-missing'],
    },
    'apiserver-certificate-name-mismatch': {
      title: 'apiserver certificate for another name',
      means: 'The certificate is trusted and in date, but does not name the host or address that is dialled.',
      happens:
        'A load balancer, tunnel or public address in front that was never put into the certificate; a service network that was changed later.',
      distributions: {
        kubeadm: '`apiServer.certSANs` of the ClusterConfiguration, then renew the certificate and restart the apiserver.',
        k3s: '`tls-san:` in `/etc/rancher/k3s/config.yaml`.',
        RKE2: '`tls-san:` in `/etc/rancher/rke2/config.yaml`.',
        Talos: '`cluster.apiServer.certSANs` of the machine configuration.',
      },
      confirm:
        'The names that it does have:\n\n    openssl s_client -connect HOST:PORT </dev/null 2>/dev/null |\n      openssl x509 -noout -ext subjectAltName',
      fix: 'Dial a name that is in it (in a pod `kubernetes.default.svc`; in a kubeconfig `tls-server-name` does the same), or reissue it with this name.',
      avoid: 'Do not set `insecure-skip-tls-verify`: the address may really belong to somebody else.',
    },
    'apiserver-certificate-expired': {
      title: 'apiserver certificate expired',
      means:
        "The serving certificate's end date has passed, by our clock and by the apiserver's own. Every client that verifies is shut out.",
      happens:
        'kubeadm certificates last one year and are renewed only by `kubeadm upgrade` or by hand; a renewed file needs a restart of the apiserver.',
      distributions: {
        kubeadm: '`kubeadm certs check-expiration`, `kubeadm certs renew all`; then restart the static pods.',
        k3s: '`k3s certificate rotate` with the service stopped, then start it.',
        RKE2: '`rke2 certificate rotate` with the service stopped, then start it.',
        microk8s: '`microk8s refresh-certs --cert server.crt`.',
      },
      confirm: '`kubeadm certs check-expiration` on a control-plane node.',
      fix: '`kubeadm certs renew apiserver` on each control-plane node, then restart the apiserver. Its client certificates are usually as old: look at them as well.',
      avoid: 'Do not set the clock back, nor skip verification: every other client stays shut out.',
      explainedBy: ['clock-skew'],
    },
    'apiserver-certificate-not-yet-valid': {
      title: 'apiserver certificate not valid yet',
      means: "Its start date lies ahead, by our clock and by the apiserver's own.",
      happens: 'The clock of the machine that issued it ran ahead.',
      confirm:
        'Its start, and the clock of the control-plane node:\n\n    openssl s_client -connect HOST:PORT </dev/null 2>/dev/null |\n      openssl x509 -noout -startdate\n    date -u',
      fix: 'Correct the clock, then reissue.',
      avoid: 'Do not skip verification: waiting or the right clock mends it.',
      explainedBy: ['clock-skew'],
    },
  },
  judge(view, say) {
    const settings = view.one('self/settings');
    const place = seen(view.one('self/place'));
    const candidates = seen(view.one('apiserver/candidates')) ?? [];
    const candidate = agentsCandidate(view.one('apiserver/candidates'));
    const endpoint = candidate ? subjectOf(candidate) : '';
    const tls = view.one('apiserver/tls', endpoint);
    const handshake = seen(tls);
    const leaf = handshake?.chain[0];
    if (!candidate || !leaf) return { kind: 'cannot-tell', why: say('noHandshake'), wants: [] };

    const here = ownerHere(place);
    const pod = ownPod(place);
    const now = place?.nowMs ?? 0;
    const theirNow = serverNow(place, seen(view.one('apiserver/clock'))) ?? now;
    const { subject, issuer, notBefore, notAfter } = leaf;
    const names = leaf.names.length > 0 ? leaf.names.slice(0, 8).join(', ') : 'nothing';
    const code = handshake.verification.code ?? 'not verified';
    const insecure = settingOf(settings, 'apiserver.insecureInKubeconfig');
    const working = handshake.trials.find((t) => t.verifies && !t.inUse)?.authority;
    const seenTls = (saw: Message): Evidence => ({ need: 'apiserver/tls', subject: endpoint, saw, reproduce: tls.reproduce });
    const problem = <C extends string>(cause: C, title: Message, fixes: Fix[], more: Message[] = []): Problem<C> => ({
      kind: 'problem',
      cause,
      severity: 'blocks',
      certainty: 'proven',
      title,
      features: apiserverFeatures(settings),
      evidence: [
        ...[say('sawChain', { code, subject, issuer, notBefore, notAfter, names }), ...more].map(seenTls),
        ...(insecure?.value === 'true'
          ? [{ need: 'self/settings' as const, subject: '', saw: say('sawInsecure', { source: insecure.source }) }]
          : []),
      ],
      fixes,
    });

    if (!handshake.trusted) {
      const configured = settingOf(settings, 'apiserver.ca')?.value;
      const inUse = handshake.trials.find((t) => t.inUse)?.authority;
      const unread = view.all('apiserver/authority').find((f) => failure(f) && (!configured || f.subject === configured));
      const useTrial = working
        ? fixBy(here, 'config', say('fixTrial', { authority: working }), {
            ...(place?.agentEnvironment
              ? env({ DD_KUBERNETES_APISERVER_CA_PATH: shellQuote(working) })
              : shell(`kubelet-doctor --apiserver-ca ${shellQuote(working)}`)),
          })
        : [];
      const more = working ? [say('sawTrial', { authority: working })] : [];
      if (unread || (inPod(place) && !inUse && !configured)) {
        const title = unread
          ? say('noAuthority', { authority: unread.subject, code: failure(unread) ?? '', endpoint })
          : say('notMounted', { authority: MOUNTED_CA, endpoint });
        const mount = inPod(place) ? fixBy('agent', 'restart', say('fixMount'), yaml(AUTOMOUNT)) : fixBy(here, 'config', say('fixFetch'));
        return problem('apiserver-ca-file-missing', title, [useTrial, mount].flat(), more);
      }
      const current = `get configmap kube-root-ca.crt -o 'jsonpath={.data.ca\\.crt}' | openssl x509 -noout -subject -dates -fingerprint -sha256`;
      const compare = fixBy('agent', 'nothing', say('fixCompare'), shell(pod && `kubectl -n ${pod.namespace} ${current}`));
      const restart = fixBy('agent', 'restart', say('fixRestart'), shell(pod && `kubectl -n ${pod.namespace} delete pod ${pod.name}`));
      const title = say('unknownAuthority', { endpoint, issuer, authority: inUse ?? configured ?? "the system's CAs" });
      const others = inPod(place) ? [compare, restart] : fixBy(here, 'config', say('fixFetch'));
      return problem('apiserver-certificate-unknown-authority', title, [useTrial, others].flat(), more);
    }
    if (!handshake.validNow) {
      const [from, to] = [Date.parse(notBefore), Date.parse(notAfter)];
      if (theirNow > from && theirNow < to) return { kind: 'not-applicable', why: say('skewed', { span: span(now - theirNow) }) };
      if (theirNow >= to)
        return problem('apiserver-certificate-expired', say('expired', { endpoint, ago: span(theirNow - to), notAfter }), [
          fixBy('cluster', 'restart', say('fixRenew'), {
            ...shell('kubeadm certs check-expiration\nkubeadm certs renew apiserver\ncrictl stop "$(crictl ps -q --name kube-apiserver)"'),
            verify: 'kubeadm certs check-expiration',
          }),
        ]);
      return problem('apiserver-certificate-not-yet-valid', say('notYetValid', { endpoint, notBefore, ahead: span(from - theirNow) }), [
        fixBy('cluster', 'restart', say('fixClock')),
      ]);
    }
    if (!handshake.nameMatches) {
      // What a certificate says is data, not truth: only names that are an apiserver's by definition, or that our own settings hold, are offered.
      const own = new Set(candidates.filter((c) => c.origin !== 'endpoint').map((c) => c.host));
      const usable = leaf.names.map((n) => n.replace(/^(DNS|IP):/, '')).filter((n) => isIp(n) || isDnsName(n));
      const name =
        usable.find((n) => n === 'kubernetes.default.svc' && inPod(place)) ??
        usable.find((n) => own.has(n) || (isServiceName(n) && inPod(place)));
      const port = (candidates.find((c) => c.host === name) ?? candidates.find((c) => c.origin === 'service-environment'))?.port ?? 443;
      const dial: Fix[] = !name
        ? []
        : inPod(place)
          ? [fixBy('agent', 'config', say('fixDial'), env({ KUBERNETES_SERVICE_HOST: name, KUBERNETES_SERVICE_PORT: port }))]
          : [fixBy(here, 'config', say('fixDial'), shell(`kubelet-doctor --apiserver https://${endpointOf(name, port)}`))];
      const host = hostOf(endpoint);
      return problem('apiserver-certificate-name-mismatch', say('nameMismatch', { host, names }), [
        ...dial,
        fixBy('cluster', 'restart', say('fixReissue', { host })),
      ]);
    }
    return { kind: 'pass' };
  },
});
