/** What is said of the apiserver's certificate. */

import { endpointOf, hostOf, shellQuote } from '../../../kubernetes/names.js';
import { MOUNTED_CA } from '../../../kubernetes/service-account.js';
import type { Evidence, Fix, Message, Problem, Verdict } from '../../../model/check.js';
import { isoTime } from '../../../words/formats.js';
import { apiserverFeatures, isServiceName, ownerHere, ownPod } from '../../shared/apiserver.js';
import { cite, citeBy, citeSeen } from '../../shared/cite.js';
import { given } from '../../shared/decide.js';
import { AUTOMOUNT, env, fixBy, shell, yaml } from '../../shared/fix.js';
import { settingOf } from '../../shared/kubelet.js';
import { type Basis, notApplicable, pass, problem, type Said, suspected } from '../../shared/problem.js';
import { inTheirWords, twoWitnesses } from '../../shared/proof.js';
import { failure, seen, span } from '../../shared/read.js';
import { firstNameOf, hostsOf, lifeOf, namesOf, workingAuthority } from '../shared/certificate.js';
import type { Cause } from './causes.js';
import type { Clues } from './clues.js';
import type { Answer } from './decision.js';
import type { Words } from './words.js';

const CURRENT_CA = `get configmap kube-root-ca.crt -o 'jsonpath={.data.ca\\.crt}' | openssl x509 -noout -subject -dates -fingerprint -sha256`;

type Says = (clues: Clues, say: Words) => Verdict<Cause>;

export const ANSWERS: Record<Answer, Says> = {
  verifies: ({ tls }) => pass(tls),
  skewed: ({ now, theirNow, tls }, say) => notApplicable(say('skewed', { span: span(now - theirNow) }), tls),

  changes: (clues, say) => {
    const { fact, code } = given(clues.changed);
    const { endpoint } = clues;
    return problem('apiserver-certificate-changes', {
      proof: twoWitnesses(clues.tls, fact),
      title: say('changes', { endpoint }),
      features: apiserverFeatures(clues.settings),
      evidence: [...sawChain(clues, say), cite(fact, say('sawChange', { request: fact.subject, code }))],
      fixes: [
        fixBy('network', 'nothing', say('fixBetween', { endpoint }), shell(`openssl s_client -connect ${shellQuote(endpoint)} </dev/null`)),
      ],
    });
  },
  'not-accepted': (clues, say) => {
    const code = clues.handshake.verification.code ?? 'no code';
    const purpose = code === 'INVALID_PURPOSE';
    return found('apiserver-certificate-not-accepted', clues, {
      title: purpose ? say('notForServers') : say('notAccepted', { code }),
      evidence: sawChain(clues, say),
      fixes: [fixBy('cluster', 'restart', purpose ? say('fixKind') : say('fixOther'))],
    });
  },

  'ca-unreadable': (clues, say) => {
    const unread = given(clues.unread);
    const code = given(failure(unread));
    const fixes = clues.inPod
      ? [mountCa(say), ...(clues.configured ? [fixBy('agent', 'config', say('fixPath'))] : [])]
      : [giveCa(clues, say)];
    const saw = say('sawUnread', { authority: unread.subject, code });
    const basis = { proof: inTheirWords(unread, clues.tls) };
    return untrusted('apiserver-ca-file-missing', clues, say, { basis, title: say('noAuthority', { code }), saw, fixes });
  },
  'ca-not-mounted': (clues, say) => {
    const saw = say('sawNotMounted', { authority: MOUNTED_CA });
    return untrusted('apiserver-ca-file-missing', clues, say, { title: say('notMounted'), saw, fixes: [mountCa(say)] });
  },
  'unknown-authority': (clues, say) => {
    const { leaf, inUse, configured } = clues;
    const title = say('unknownAuthority', { issuer: leaf.issuer });
    const saw = say('sawAuthority', { authority: inUse ?? configured ?? "the system's CAs" });
    const fixes = clues.inPod ? compareAndRestart(clues, say) : [giveCa(clues, say)];
    return untrusted('apiserver-certificate-unknown-authority', clues, say, { title, saw, fixes });
  },

  expired: (clues, say) => {
    const { endpoint, leaf, theirNow } = clues;
    const renew = 'kubeadm certs check-expiration\nkubeadm certs renew apiserver\ncrictl stop "$(crictl ps -q --name kube-apiserver)"';
    return found(
      'apiserver-certificate-expired',
      clues,
      {
        title: say('expired', { endpoint, ago: span(theirNow - Date.parse(leaf.notAfter)) }),
        evidence: [...sawChain(clues, say), ...sawClock(clues, say)],
        fixes: [fixBy('cluster', 'restart', say('fixRenew'), { ...shell(renew), verify: 'kubeadm certs check-expiration' })],
      },
      byTheirClock(clues),
    );
  },
  'not-yet-valid': (clues, say) => {
    const { leaf, theirNow } = clues;
    return found(
      'apiserver-certificate-not-yet-valid',
      clues,
      {
        title: say('notYetValid', { ahead: span(Date.parse(leaf.notBefore) - theirNow) }),
        evidence: [...sawChain(clues, say), ...sawClock(clues, say)],
        fixes: [fixBy('cluster', 'restart', say('fixClock'))],
      },
      byTheirClock(clues),
    );
  },

  'name-mismatch': (clues, say) => {
    const host = hostOf(clues.endpoint);
    return found('apiserver-certificate-name-mismatch', clues, {
      title: say('nameMismatch', { host, name: firstNameOf(clues.leaf) }),
      evidence: sawChain(clues, say),
      fixes: [...dialAnotherName(clues, say), fixBy('cluster', 'restart', say('fixReissue', { host }))],
    });
  },
};

function found(cause: Cause, { settings, tls }: Clues, said: Said, basis: Basis = { proof: inTheirWords(tls) }): Problem<Cause> {
  return problem(cause, { ...basis, ...said, features: apiserverFeatures(settings) });
}

/** Its dates are its own word; that our clock is wrong looks the same while no other was seen. */
function byTheirClock({ tls, clock }: Clues): Basis {
  if (seen(clock)) return { proof: inTheirWords(tls, clock) };
  return suspected(['clock-skew'], [{ need: 'apiserver/clock', elsewhere: 'date -u   # here, and on another machine' }]);
}

/** A CA at hand that does verify it goes before every other fix. */
function untrusted(
  cause: Cause,
  clues: Clues,
  say: Words,
  { title, saw, fixes, basis }: { title: Message; saw: Message; fixes: Fix[]; basis?: Basis },
): Problem<Cause> {
  const authority = workingAuthority(clues.handshake);
  return found(
    cause,
    clues,
    {
      title,
      evidence: sawChain(clues, say, [saw, ...(authority ? [say('sawTrial', { authority })] : [])]),
      fixes: [...(authority ? [useCa(authority, clues, say)] : []), ...fixes],
    },
    basis,
  );
}

const MOST_NAMES = 8;

function sawChain({ endpoint, tls, handshake, leaf, settings }: Clues, say: Words, more: Message[] = []): Evidence[] {
  const { subject, issuer } = leaf;
  const code = handshake.verification.code ?? 'not verified';
  const chain = say('sawChain', { endpoint, code, subject, issuer, ...lifeOf(leaf), names: namesOf(leaf, MOST_NAMES) });
  const insecure = settingOf(settings, 'apiserver.insecureInKubeconfig');
  const skipped = insecure?.value === 'true' ? [citeBy('self/settings', '', say('sawInsecure', { source: insecure.source }))] : [];
  return [...[chain, ...more].map((saw) => cite(tls, saw)), ...skipped];
}

function sawClock({ clock, theirNow }: Clues, say: Words): Evidence[] {
  return citeSeen(clock, () => say('sawClock', { server: 'apiserver', time: isoTime(theirNow / 1000) }));
}

function useCa(authority: string, { place }: Clues, say: Words): Fix {
  const file = shellQuote(authority);
  const steps = place?.agentEnvironment ? env({ DD_KUBERNETES_APISERVER_CA_PATH: file }) : shell(`kubelet-doctor --apiserver-ca ${file}`);
  return fixBy(ownerHere(place), 'config', say('fixTrial'), steps);
}

function mountCa(say: Words): Fix {
  return fixBy('agent', 'restart', say('fixMount'), yaml(AUTOMOUNT));
}

function giveCa({ place }: Clues, say: Words): Fix {
  return fixBy(ownerHere(place), 'config', say('fixFetch'));
}

/** A pod that runs on through a rotation keeps the CA it has read. */
function compareAndRestart({ place }: Clues, say: Words): Fix[] {
  const pod = ownPod(place);
  return [
    fixBy('agent', 'nothing', say('fixCompare'), shell(pod && `kubectl -n ${pod.namespace} ${CURRENT_CA}`)),
    fixBy('agent', 'restart', say('fixRestart'), shell(pod && `kubectl -n ${pod.namespace} delete pod ${pod.name}`)),
  ];
}

/** Of its names only one that is an apiserver's by definition, or that our own settings hold. */
function dialAnotherName({ candidates, leaf, place, inPod }: Clues, say: Words): Fix[] {
  const own = new Set(candidates.filter((c) => c.origin !== 'endpoint').map((c) => c.host));
  const hosts = hostsOf(leaf);
  const host =
    hosts.find((name) => name === 'kubernetes.default.svc' && inPod) ??
    hosts.find((name) => own.has(name) || (isServiceName(name) && inPod));
  if (!host) return [];
  const port = (candidates.find((c) => c.host === host) ?? candidates.find((c) => c.origin === 'service-environment'))?.port ?? 443;
  const steps = inPod
    ? env({ KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port })
    : shell(`kubelet-doctor --apiserver https://${endpointOf(host, port)}`);
  return [fixBy(inPod ? 'agent' : ownerHere(place), 'config', say('fixDial', { host }), steps)];
}
