/** What is said of the kubelet's certificate. */

import { hostOf, isIp, shellQuote } from '../../../kubernetes/names.js';
import type { Evidence, Fix, Message, Problem, Verdict } from '../../../model/check.js';
import { isoTime } from '../../../words/formats.js';
import { cite } from '../../shared/cite.js';
import { given } from '../../shared/decide.js';
import { byHand, env, fixBy, shell } from '../../shared/fix.js';
import { ALL_KUBELET_FEATURES } from '../../shared/kubelet.js';
import { hostFromDownwardApi, kubeletConfig } from '../../shared/kubelet-fixes.js';
import { type Basis, cannotTell, notApplicable, pass, problem, type Said, suspected } from '../../shared/problem.js';
import { inTheirWords, twoWitnesses } from '../../shared/proof.js';
import { span } from '../../shared/read.js';
import { firstNameOf, hostsOf, lifeOf, namesOf, workingAuthority } from '../shared/certificate.js';
import type { Cause } from './causes.js';
import type { Clues, Disk } from './clues.js';
import type { Answer } from './decision.js';
import type { Words } from './words.js';

type Says = (clues: Clues, say: Words) => Verdict<Cause>;

export const ANSWERS: Record<Answer, Says> = {
  verifies: ({ tls }) => pass(tls),
  skewed: ({ now, theirNow, tls }, say) => notApplicable(say('skewed', { span: span(now - theirNow) }), tls),

  changes: (clues, say) => {
    const { fact, code } = given(clues.changed);
    const { endpoint } = clues;
    return problem('kubelet-certificate-changes', {
      proof: twoWitnesses(clues.tls, fact),
      title: say('changes', { endpoint }),
      features: ALL_KUBELET_FEATURES,
      evidence: [...sawServed(clues, say), cite(fact, say('sawChange', { request: fact.subject, code }))],
      fixes: [
        fixBy('network', 'nothing', say('fixBetween', { endpoint }), shell(`openssl s_client -connect ${shellQuote(endpoint)} </dev/null`)),
      ],
    });
  },
  'not-accepted': (clues, say) => {
    const code = clues.handshake.verification.code ?? 'no code';
    const purpose = code === 'INVALID_PURPOSE';
    return found('kubelet-certificate-not-accepted', clues, say, {
      title: purpose ? say('notForServers') : say('notAccepted', { code }),
      fixes: [fixBy('node', 'restart', purpose ? say('fixKind') : say('fixOther'))],
    });
  },

  'self-signed': (clues, say) =>
    found('kubelet-certificate-self-signed', clues, say, {
      title: say('selfSigned', { endpoint: clues.endpoint }),
      fixes: selfSignedFixes(clues, say),
    }),
  'unknown-authority': (clues, say) => {
    const { leaf, authority, handshake } = clues;
    const working = workingAuthority(handshake);
    const giveCa = working
      ? fixBy('agent', 'config', say('otherCa'), env({ DD_KUBELET_CLIENT_CA: shellQuote(working) }))
      : fixBy('agent', 'config', say('findCa'));
    // A new certificate of the cluster's CA helps an agent that has that CA: not one that has none, nor where a proxy shows its own.
    const reissuing = !working && handshake.trials.some((trial) => trial.inUse) && !clues.proxied;
    return found('kubelet-certificate-unknown-authority', clues, say, {
      title: say('unknownAuthority', { issuer: leaf.issuer }),
      evidence: [
        ...sawServed(clues, say),
        cite(clues.tls, say('sawAuthority', { authority })),
        ...(working ? [cite(clues.tls, say('sawTrial', { authority: working }))] : []),
      ],
      fixes: [giveCa, ...(reissuing ? [bootstrap(say('bootstrap'))] : [])],
      explainedBy: sharedFault(clues),
    });
  },

  expired: (clues, say) => {
    const { leaf, theirNow } = clues;
    const newer = newerOnDisk(clues);
    const restart = newer ? [fixBy('node', 'restart', say('restart'), shell('systemctl restart kubelet'))] : [];
    const title = say('expired', { ago: span(theirNow - Date.parse(leaf.notAfter)) });
    const evidence = [...sawServed(clues, say), ...sawClock(clues, say), ...(newer ? sawFile(newer, say) : [])];
    const fixes = [...restart, ...replaceIt(say)];
    return found('kubelet-certificate-expired', clues, say, { title, evidence, fixes }, byTwoClocks(clues));
  },
  'not-yet-valid': (clues, say) => {
    const { leaf, theirNow } = clues;
    const title = say('notYetValid', { ahead: span(Date.parse(leaf.notBefore) - theirNow) });
    const evidence = [...sawServed(clues, say), ...sawClock(clues, say)];
    const fixes = [renew(say('waitOrClock'))];
    return found('kubelet-certificate-not-yet-valid', clues, say, { title, evidence, fixes }, byTwoClocks(clues));
  },

  'without-san': (clues, say) =>
    found('kubelet-certificate-without-san', clues, say, {
      title: say('withoutSan'),
      fixes: [bootstrap(say('reissue'))],
    }),
  'name-mismatch': (clues, say) =>
    found('kubelet-certificate-name-mismatch', clues, say, {
      title: say('nameMismatch', { host: hostOf(clues.endpoint), name: firstNameOf(clues.leaf) }),
      fixes: isOfSupervisor(clues)
        ? [...nameItsAddress(clues, say), ...dialWhatItNames(clues, say)]
        : [...dialWhatItNames(clues, say), bootstrap(say('reissue'))],
    }),

  'expires-soon': (clues, say) => {
    const { endpoint, leaf, now } = clues;
    return problem('kubelet-certificate-expires-soon', {
      ...byTwoClocks(clues),
      severity: 'degrades',
      title: say('expiresSoon', { endpoint, left: span(Date.parse(leaf.notAfter) - now) }),
      evidence: [...sawServed(clues, say), ...sawClock(clues, say)],
      fixes: [renew(say('renewSoon'))],
    });
  },
};

/** Without a handshake: what lies on the node's disk may be what is served. */
export function answerFromDisk({ file, now, verifies }: Disk, say: Words): Verdict<Cause> {
  const notAfter = file?.certificate.notAfter ?? '';
  if (!file || !(Date.parse(notAfter) < now)) return cannotTell(say('noHandshake'));
  return problem('kubelet-certificate-expired', {
    severity: verifies ? 'blocks' : 'risk',
    ...suspected(['clock-skew']),
    wants: undefined,
    title: say('expiredHere', { ago: span(now - Date.parse(notAfter)) }),
    features: ALL_KUBELET_FEATURES,
    evidence: sawFile(file, say),
    fixes: replaceIt(say),
  });
}

type Part = Pick<Said, 'title' | 'fixes'> & Partial<Pick<Said, 'evidence' | 'explainedBy'>>;

/** A fault of the certificate that is served: where the agent does not look at it, a risk. */
function found(cause: Cause, clues: Clues, say: Words, said: Part, basis: Basis = { proof: inTheirWords(clues.tls) }): Problem<Cause> {
  const { verifies } = clues;
  return problem(cause, {
    severity: verifies ? 'blocks' : 'risk',
    features: verifies ? ALL_KUBELET_FEATURES : [],
    evidence: sawServed(clues, say),
    ...basis,
    ...said,
    fixes: [...said.fixes, ...(verifies ? [lastResort(say('noVerify'))] : [])],
  });
}

/** Its dates are its own word; today's is a clock's, and one clock alone that is wrong looks the same as a certificate that is. */
function byTwoClocks({ tls, otherNow, otherClock }: Clues): Basis {
  if (otherNow !== undefined) return { proof: inTheirWords(tls, otherClock) };
  return suspected(['clock-skew'], [{ need: 'apiserver/clock', elsewhere: 'date -u   # here, and on another machine' }]);
}

/** One file for both servers, or none at all: then what is wrong with the apiserver's CA is wrong with this one. */
function sharedFault({ authority, apiserverAuthority }: Clues): string[] {
  if (authority === 'none') return ['token-missing', 'apiserver-ca-file-missing'];
  return authority === apiserverAuthority ? ['apiserver-certificate-unknown-authority', 'apiserver-ca-file-missing'] : [];
}

/**
 * The file that the kubelet serves verifies itself: it has its CA in it (client-go 1.36 and 1.37 util/cert/cert.go), or is one that Go takes as its own root.
 * A hostPath gives each pod its own node's. On AKS that is the way: its user cannot set serverTLSBootstrap.
 */
function selfSignedFixes(clues: Clues, say: Words): Fix[] {
  const { leaf, nodeNames, platform, file } = clues;
  const request = bootstrap(say('bootstrap'));
  const names = hostsOf(leaf).filter((name) => !isIp(name));
  if (!names.some((name) => platform === 'AKS' || nodeNames.has(name))) return [request];
  const path = file?.path ?? (platform === 'AKS' ? '/etc/kubernetes/certs/kubeletserver.crt' : '/var/lib/kubelet/pki/kubelet.crt');
  const own = fixBy('agent', 'config', say('ownFile'), byHand(ownFileValues(/^[\w./-]{1,200}$/.test(path) ? path : 'FILE')));
  return platform === 'AKS' ? [own, request] : [request, own];
}

const ownFileValues = (path: string) => `# values of the chart; pods must resolve the names of nodes
datadog:
  kubelet:
    host:
      valueFrom:
        fieldRef:
          fieldPath: spec.nodeName
    hostCAPath: ${path}`;

/** k3s and RKE2 sign serving certificates themselves, for the addresses that their configuration names; nobody asks for serverTLSBootstrap there. */
function isOfSupervisor({ platform }: Clues): boolean {
  return platform === 'k3s' || platform === 'RKE2';
}

/** They make it again at each start, with `node-ip` in it (k3s-io/k3s#6845, rancher/rke2#4250). */
function nameItsAddress({ endpoint, platform }: Clues, say: Words): Fix[] {
  const [host, name] = [hostOf(endpoint), platform === 'k3s' ? 'k3s' : 'rke2'];
  if (!isIp(host)) return [];
  const steps = `# in /etc/rancher/${name}/config.yaml on this node\nnode-ip: ${host}\n# then restart its service: ${name === 'k3s' ? 'k3s or k3s-agent' : 'rke2-server or rke2-agent'}`;
  return [fixBy('node', 'restart', say('nodeIp'), byHand(steps))];
}

/** One manifest is for every node: what is written there comes from the downward API, or it is another node's on all others. */
function dialWhatItNames({ leaf, own, nodeNames, hostIp }: Clues, say: Words): Fix[] {
  const known = hostsOf(leaf).filter((name) => own.has(name));
  if (known[0] === undefined) return [];
  if (known.some((name) => nodeNames.has(name))) return [hostFromDownwardApi(say('dialNodeName'), 'spec.nodeName')];
  if (hostIp !== undefined && known.includes(hostIp)) return [hostFromDownwardApi(say('dialHostIp'))];
  return [fixBy('agent', 'config', say('dialTry'), byHand(`DD_KUBERNETES_KUBELET_HOST=${known[0]}`))];
}

/** Renewed already, and not served yet. */
function newerOnDisk({ file, leaf, theirNow }: Clues): Disk['file'] {
  const isNewer = file && Date.parse(file.certificate.notAfter) > theirNow && file.certificate.fingerprint !== leaf.fingerprint;
  return isNewer ? file : undefined;
}

const MOST_NAMES = 6;

function sawServed({ endpoint, tls, handshake, leaf }: Clues, say: Words): Evidence[] {
  const { subject, issuer } = leaf;
  const code = handshake.verification.code ?? 'verified';
  return [cite(tls, say('sawChain', { endpoint, code, subject, issuer, ...lifeOf(leaf), names: namesOf(leaf, MOST_NAMES) }))];
}

function sawClock({ otherClock, otherNow }: Clues, say: Words): Evidence[] {
  if (otherNow === undefined) return [];
  return [cite(otherClock, say('sawClock', { server: otherClock.target, time: isoTime(otherNow / 1000) }))];
}

function sawFile({ fact, path, certificate }: NonNullable<Disk['file']>, say: Words): Evidence[] {
  const { subject, issuer, notBefore, notAfter } = certificate;
  return [cite(fact, say('sawFile', { path, subject, issuer, notBefore, notAfter }))];
}

function bootstrap(action: Message): Fix {
  return kubeletConfig(action, { serverTLSBootstrap: true }, undefined, {
    verify: 'kubectl get csr --field-selector spec.signerName=kubernetes.io/kubelet-serving',
  });
}

/** Which of the two it is, the kubelet's configuration decides. */
function replaceIt(say: Words): Fix[] {
  return [renew(say('rotate')), renew(say('replace'))];
}

function renew(action: Message): Fix {
  return fixBy('node', 'restart', action);
}

/** A way around, not a cure: the certificate stays as it is. So no machine is to apply it. */
function lastResort(action: Message): Fix {
  return fixBy('agent', 'security', action, byHand('DD_KUBELET_TLS_VERIFY=false'));
}
