/** What `client-certificate` says of each answer. */
import { isDnsName } from '../../../kubernetes/names.js';
import type { Evidence, Fix, Problem, Say, Verdict } from '../../../model/check.js';
import { dateTime } from '../../../words/formats.js';
import { apiserverFeatures, quotedPath } from '../../shared/apiserver.js';
import { cite, citeBy } from '../../shared/cite.js';
import { given } from '../../shared/decide.js';
import { byHand, fixBy, shell } from '../../shared/fix.js';
import { ALL_KUBELET_FEATURES } from '../../shared/kubelet.js';
import { newKubeconfig } from '../../shared/kubelet-fixes.js';
import { type Basis, cannotTell, type Grounds, notApplicable, pass, problem, suspected } from '../../shared/problem.js';
import { inTheirWords } from '../../shared/proof.js';
import { span } from '../../shared/read.js';
import type { Cause } from './causes.js';
import type { Side } from './clues.js';
import type { Answer } from './decision.js';
import type { WORDS } from './words.js';

type Words = Say<typeof WORDS>;

export const ANSWERS: Record<Answer, (say: Words, witness: Grounds) => Verdict<Cause>> = {
  none: (say) => notApplicable(say('none')),
  accepted: (_, witness) => pass(witness),
  'not-asked': (say) => cannotTell(say('notAsked')),
};

export const PROBLEMS: Record<Cause, (side: Side, say: Words) => Problem<Cause>> = {
  'client-certificate-unreadable': (side, say) => {
    const { code } = given(side.failure);
    const look = withFiles(side, (crt, key) => `ls -lnL ${crt} ${key}`);
    return problem('client-certificate-unreadable', {
      proof: inTheirWords(side.fact),
      ...ofFiles(side, say),
      title: say('unreadable', { target: side.target, code }),
      fixes: [fixBy(side.owner, 'config', say('fixPath'), look)],
    });
  },
  'client-certificate-key-mismatch': (side, say) => {
    const compare = withFiles(side, (crt, key) => `openssl x509 -noout -pubkey -in ${crt}\nopenssl pkey -pubout -in ${key}`);
    return problem('client-certificate-key-mismatch', {
      proof: inTheirWords(side.fact),
      ...ofFiles(side, say),
      title: say('keyMismatch', { target: side.target }),
      fixes: [fixBy(side.owner, 'config', say('fixPair'), compare)],
    });
  },
  'client-certificate-without-client-usage': (side, say) =>
    problem('client-certificate-without-client-usage', {
      proof: inTheirWords(side.fact),
      ...ofCertificate(side, say),
      title: say('withoutUsage', { target: side.target }),
      fixes: [fixBy('cluster', 'config', say('fixUsage'))],
    }),
  'client-certificate-expired': (side, say) => {
    const { source, certificate, until } = given(side.held);
    const { notAfter } = certificate;
    return problem('client-certificate-expired', {
      ...ofCertificate(side, say),
      ...byTwoClocks(side),
      title: say('expired', { ago: span(side.now - until), notAfter: dateTime(notAfter) }),
      fixes: renewal(source, certificate.subject, side.owner, say),
    });
  },
  'client-certificate-not-yet-valid': (side, say) => {
    const { notBefore } = given(side.held).certificate;
    return problem('client-certificate-not-yet-valid', {
      ...ofCertificate(side, say),
      ...byTwoClocks(side),
      title: say('notYetValid', { notBefore: dateTime(notBefore) }),
      fixes: [fixBy('cluster', 'config', say('fixClock'))],
    });
  },
  'client-certificate-foreign': (side, say) => {
    const { issuer } = given(side.held).certificate;
    return problem('client-certificate-foreign', {
      ...ofCertificate(side, say),
      ...(side.asksCertificate === undefined
        ? suspected(['kubelet-client-ca-unset'], [{ need: 'kubelet/tls' }])
        : { proof: inTheirWords(side.fact, given(side.refusalFact)) }),
      title: say('foreign', { issuer }),
      fixes: [fixBy(side.owner, 'config', say('fixIssuer'))],
    });
  },
};

type Part = Pick<Problem, 'observedAt' | 'features' | 'evidence'>;

function lossesOf({ target, settings }: Side): string[] {
  return target === 'kubelet' ? ALL_KUBELET_FEATURES : apiserverFeatures(settings);
}

/** Files that cannot be used are seen here, not at the server. */
function ofFiles(side: Side, say: Words): Part {
  return {
    observedAt: 'self',
    features: lossesOf(side),
    evidence: [cite(side.fact, say('sawFile', given(side.failure))), cite(side.fact, say('sawFiles', side.paths))],
  };
}

function ofCertificate(side: Side, say: Words): Part {
  const { source, certificate } = given(side.held);
  const { subject, issuer, notBefore, notAfter } = certificate;
  const evidence = [cite(side.fact, say('sawCertificate', { source, subject, issuer, notBefore, notAfter })), ...refusalOf(side, say)];
  return { observedAt: side.target, features: lossesOf(side), evidence };
}

function refusalOf({ target, refusal }: Side, say: Words): Evidence[] {
  if (!refusal) return [];
  const request = `${refusal.method} ${refusal.path}`;
  return [citeBy(`${target}/http`, `certificate ${request}`, say('sawRefusal', { request }))];
}

/** By our own clock it may be that one that is wrong. */
function byTwoClocks({ byTheirClock, clock, fact, target }: Side): Basis {
  return byTheirClock ? { proof: inTheirWords(fact, clock) } : suspected(['clock-skew'], [{ need: `${target}/clock` }]);
}

/** Commands with both paths, where both may be pasted. */
function withFiles({ paths }: Side, commands: (certificate: string, key: string) => string): Pick<Fix, 'steps' | 'form'> {
  const [crt, key] = [quotedPath(paths.certificate), quotedPath(paths.key)];
  return shell(crt && key && commands(crt, key));
}

const BOOTSTRAP =
  'ls -l /etc/kubernetes/bootstrap-kubelet.conf /var/lib/kubelet/bootstrap-kubeconfig\njournalctl -u kubelet -g certificate -n 20';

/** By where it lies: kubeadm's kubeconfigs, the kubelet's own, anything else. */
function renewal(source: string, subject: string, owner: Fix['owner'], say: Words): Fix[] {
  const kubeadm = /\/etc\/kubernetes\/(admin|super-admin|controller-manager|scheduler)\.conf/.exec(source)?.[1];
  if (kubeadm) {
    const renew = shell(`kubeadm certs renew ${kubeadm}.conf`);
    return [fixBy('cluster', 'config', say('fixKubeadm'), { ...renew, verify: 'kubeadm certs check-expiration' })];
  }
  if (!/\/var\/lib\/kubelet\/|\/kubelet\.conf/.test(source)) return [fixBy(owner, 'config', say('fixRenew'))];
  // Never a restart first: without a bootstrap kubeconfig the kubelet does not start with an expired certificate.
  const [, node = ''] = /\bCN=system:node:([^,\s]+)/.exec(subject) ?? [];
  return [
    fixBy('node', 'nothing', say('lookBootstrap'), byHand(BOOTSTRAP)),
    newKubeconfig(say('fixKubelet'), isDnsName(node) ? node : undefined),
  ];
}
