/**
 * Is the configured client certificate one the servers take? Asked only when there is one. A server that accepted it settles the matter;
 * else purpose and dates (by the *server's* clock) before the issuer, which only a server's refusal shows.
 */
import { defineCheck, type Evidence, type Fix, type Message, type Problem } from '../../model/check.js';
import { apiserverFeatures, ownerHere, quotedPath, serverNow } from '../shared/apiserver.js';
import { fixBy, shell } from '../shared/fix.js';
import { ALL_KUBELET_FEATURES, settingOf } from '../shared/kubelet.js';
import { answers, failure, seen, span } from '../shared/read.js';

export const clientCertificate = defineCheck({
  question: 'client-certificate',
  asks: 'Is the client certificate readable, valid and accepted?',
  target: 'apiserver',
  layer: 'authn',
  required: false,
  needs: [
    'apiserver/credential',
    'kubelet/credential',
    'apiserver/http',
    'kubelet/http',
    'apiserver/clock',
    'kubelet/clock',
    'kubelet/tls',
    'self/place',
    'self/settings',
  ],
  words: {
    unreadable: 'The client certificate for the {target} cannot be used: {detail}',
    keyMismatch: 'The client certificate for the {target} and its key do not belong together: {certificate}, {key}',
    withoutUsage: 'The client certificate in {source} is not made for clients: it lacks the usage clientAuth, and the {target} ignores it',
    expired: 'The client certificate in {source} ({subject}) expired {ago} ago, on {notAfter}',
    notYetValid: 'The client certificate in {source} ({subject}) is not valid before {notBefore}, in {ahead}',
    foreign: 'The {target} refuses the client certificate in {source}: {issuer}, who signed it, is not its client CA',
    none: 'no client certificate is configured',
    notAsked: 'the client certificate is in order as far as it goes, but no server was asked with it',
    sawCertificate: '{source}: subject {subject}, issuer {issuer}, valid {notBefore} to {notAfter}',
    sawFile: '{code}: {detail}',
    sawRefusal: '{request}: status 401',
    fixKubeadm: 'Renew it with kubeadm on a control-plane node',
    fixKubelet: 'Let the kubelet of this node get a new one: rotation needs an apiserver it can reach before the old one ends',
    fixRenew: 'Have it issued anew by the cluster CA, and put certificate and key in place together',
    fixPair: 'Put the key that belongs to this certificate beside it; the two public keys must be equal',
    fixPath: 'Correct the path, or let the user of this process read the file',
    fixUsage: 'Have it issued with extended key usage clientAuth (signer kubernetes.io/kube-apiserver-client)',
    fixIssuer: "Use a certificate of this cluster's client CA: this one is of another cluster, or older than a CA rotation",
    fixClock: 'Correct the clock of the machine that issued it, or wait',
  },
  causes: {
    'client-certificate-expired': {
      title: 'client certificate expired',
      means: "The end date of the certificate we present has passed, by the server's clock. Servers answer 401.",
      happens:
        "kubeadm's admin.conf and the like last one year. A kubelet whose rotation could not reach the apiserver is left with an old one.",
      confirm:
        'Of a file, or of the kubeconfig in use:\n\n    openssl x509 -noout -subject -dates -in FILE\n    kubectl config view --raw --minify \\\n      -o jsonpath={..client-certificate-data} | base64 -d |\n      openssl x509 -noout -dates',
      fix: 'Renew it: `kubeadm certs renew admin.conf`, or the CSR API.',
      avoid: 'Do not set the clock back, and do not hand out the admin’s certificate in its place.',
    },
    'client-certificate-not-yet-valid': {
      title: 'client certificate not valid yet',
      means: "Its start date lies ahead, by the server's clock.",
      happens: 'Issued by a machine whose clock runs ahead.',
      confirm: '`openssl x509 -noout -startdate -in FILE`, and `date -u` on the server.',
      fix: 'Correct the clock; issue it anew if the lead is long.',
      avoid: 'Do not set the server’s clock forward: every other certificate is judged by it.',
    },
    'client-certificate-foreign': {
      title: 'client certificate of another CA',
      means:
        'Dates and purpose are fine, and the server answers 401: it does not trust who signed it. (A certificate without rights gives 403.)',
      happens: 'A kubeconfig of another cluster or of an earlier life of this one, or a CA rotated since.',
      confirm:
        "`openssl verify -CAfile CLIENT-CA.crt FILE`, with the file of the apiserver's `--client-ca-file` or the kubelet's `clientCAFile`.",
      fix: 'Get one from this cluster’s CA.',
      avoid: 'Do not add the foreign CA to the client CA file: everyone it ever signed would get in.',
    },
    'client-certificate-without-client-usage': {
      title: 'client certificate not made for clients',
      means: 'Extended key usage lacks clientAuth, so servers refuse it: 401.',
      happens: "A serving certificate was configured as the client's.",
      confirm: '`openssl x509 -noout -ext extendedKeyUsage -in FILE`',
      fix: 'Issue one with the extended key usage clientAuth.',
      avoid: 'Do not use the kubelet’s or the admin’s own certificate because it has the usage: the agent would act as them.',
    },
    'client-certificate-key-mismatch': {
      title: 'client certificate and key do not match',
      means: 'The private key is not the one the certificate was made for; no TLS library will present the two.',
      happens: 'One of two files was renewed, or two Secrets were mixed.',
      confirm: 'The two print different keys:\n\n    openssl x509 -noout -pubkey -in CRT\n    openssl pkey -pubout -in KEY',
      fix: 'Renew both together, and mount both from the same Secret.',
      avoid: 'Do not search for a key that fits among other Secrets: renew the pair.',
    },
    'client-certificate-unreadable': {
      title: 'client certificate not readable',
      means: 'The certificate or key file is missing, not permitted to this process, or not PEM.',
      happens: 'A wrong path, a Secret not mounted, a key with mode 0600 of another user, DER in place of PEM.',
      confirm: '`ls -lnL CRT KEY; head -1 CRT KEY`',
      fix: 'Correct the path, or the mode of the file.',
      avoid: 'Do not make the key readable to all: whoever reads it is the agent.',
    },
  },
  judge(view, say) {
    const settings = view.one('self/settings');
    const place = seen(view.one('self/place'));
    const here = ownerHere(place);
    let asked = 0;
    let held = 0;
    // The apiserver's first: it is the one whose refusal is plain.
    for (const target of ['apiserver', 'kubelet'] as const) {
      const fact = view.one(`${target}/credential`, 'certificate');
      const code = failure(fact);
      const problem = <C extends string>(
        cause: C,
        title: Message,
        evidence: Evidence[],
        fixes: Fix[],
        more: Partial<Problem> = {},
      ): Problem<C> => ({
        ...{ kind: 'problem', severity: 'blocks', certainty: 'proven', observedAt: target, ...more },
        features: target === 'kubelet' ? ALL_KUBELET_FEATURES : apiserverFeatures(settings),
        ...{ cause, title, evidence, fixes },
      });
      const path = (what: 'certificate' | 'key') => settingOf(settings, `${target}.${what}`)?.value ?? 'kubeconfig';
      if (fact.outcome.status === 'failed' && code) {
        if (code.startsWith('EPLUGIN') || code === 'ENOEXEC') continue;
        const { detail } = fact.outcome;
        const evidence: Evidence[] = [
          { need: `${target}/credential`, subject: 'certificate', saw: say('sawFile', { code, detail }), reproduce: fact.reproduce },
        ];
        const [certificate, key] = [path('certificate'), path('key')];
        const [crt, pem] = [quotedPath(certificate), quotedPath(key)];
        const own = { observedAt: 'self' } as const;
        if (code !== 'EKEYMISMATCH') {
          const look = shell(crt && pem && `ls -lnL ${crt} ${pem}`);
          return problem(
            'client-certificate-unreadable',
            say('unreadable', { target, detail }),
            evidence,
            [fixBy(here, 'config', say('fixPath'), look)],
            own,
          );
        }
        const compare = shell(crt && pem && `openssl x509 -noout -pubkey -in ${crt}\nopenssl pkey -pubout -in ${pem}`);
        const title = say('keyMismatch', { target, certificate, key });
        return problem('client-certificate-key-mismatch', title, evidence, [fixBy(here, 'config', say('fixPair'), compare)], own);
      }
      const credential = seen(fact);
      const certificate = credential?.certificate;
      if (!credential || !certificate) continue;

      held += 1;
      const heard = answers(view.all(`${target}/http`), 'certificate').filter((a) => !a.path.includes('/proxy/'));
      const refusal = heard.find(({ status }) => status === 401);
      if (heard.length > 0) asked += 1;
      if (!refusal && heard.some(({ status }) => status < 500 && status !== 429)) continue;

      const { source } = credential;
      const { subject, issuer, notBefore, notAfter } = certificate;
      const saw = say('sawCertificate', { source, subject, issuer, notBefore, notAfter });
      const evidence: Evidence[] = [{ need: `${target}/credential`, subject: 'certificate', saw, reproduce: fact.reproduce }];
      if (refusal)
        evidence.push({
          need: `${target}/http`,
          subject: `certificate ${refusal.method} ${refusal.path}`,
          saw: say('sawRefusal', { request: `${refusal.method} ${refusal.path}` }),
        });
      const renew = renewal(source, here, { kubeadm: say('fixKubeadm'), kubelet: say('fixKubelet'), other: say('fixRenew') });
      if (!certificate.clientUsage)
        return problem('client-certificate-without-client-usage', say('withoutUsage', { source, target }), evidence, [
          fixBy('cluster', 'config', say('fixUsage')),
        ]);
      const theirNow = refusal?.serverTimeMs ?? serverNow(place, seen(view.one(`${target}/clock`)));
      const now = theirNow ?? place?.nowMs ?? 0;
      const ours: Partial<Problem> =
        theirNow === undefined ? { certainty: 'suspected', alternatives: ['clock-skew'], wants: [{ need: `${target}/clock` }] } : {};
      const [from, to] = [Date.parse(notBefore), Date.parse(notAfter)];
      if (now >= to)
        return problem(
          'client-certificate-expired',
          say('expired', { source, subject, ago: span(now - to), notAfter }),
          evidence,
          [renew],
          ours,
        );
      if (now < from) {
        const title = say('notYetValid', { source, subject, notBefore, ahead: span(from - now) });
        return problem('client-certificate-not-yet-valid', title, evidence, [fixBy('cluster', 'config', say('fixClock'))], ours);
      }
      if (!refusal) continue;
      // A kubelet without a client CA asks for no certificate and sees none: its 401 then says nothing of ours.
      const asks =
        target === 'kubelet'
          ? view
              .all('kubelet/tls')
              .map((f) => seen(f)?.asksClientCertificate)
              .find((a) => a !== undefined)
          : true;
      if (asks === false) continue;
      const unsure: Partial<Problem> =
        asks === undefined ? { certainty: 'suspected', alternatives: ['kubelet-client-ca-unset'], wants: [{ need: 'kubelet/tls' }] } : {};
      return problem(
        'client-certificate-foreign',
        say('foreign', { target, source, issuer }),
        evidence,
        [fixBy(here, 'config', say('fixIssuer'))],
        unsure,
      );
    }
    if (held === 0) return { kind: 'not-applicable', why: say('none') };
    return asked > 0 ? { kind: 'pass' } : { kind: 'cannot-tell', why: say('notAsked'), wants: [] };
  },
});

/** By where it lies: kubeadm's kubeconfigs, the kubelet's own, anything else. */
function renewal(source: string, owner: Fix['owner'], words: Record<'kubeadm' | 'kubelet' | 'other', Message>): Fix {
  const kubeadm = /\/etc\/kubernetes\/(admin|super-admin|controller-manager|scheduler)\.conf/.exec(source)?.[1];
  if (kubeadm)
    return fixBy('cluster', 'config', words.kubeadm, {
      ...shell(`kubeadm certs renew ${kubeadm}.conf`),
      verify: 'kubeadm certs check-expiration',
    });
  if (!/\/var\/lib\/kubelet\/|\/kubelet\.conf/.test(source)) return fixBy(owner, 'config', words.other);
  const restart = shell('journalctl -u kubelet -g certificate -n 20\nsystemctl restart kubelet');
  const verify = 'kubectl get csr --field-selector spec.signerName=kubernetes.io/kube-apiserver-client-kubelet';
  return fixBy('node', 'restart', words.kubelet, { ...restart, verify });
}
