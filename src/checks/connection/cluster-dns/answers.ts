/** What `cluster-dns` says of each answer. */
import { isDnsName } from '../../../kubernetes/names.js';
import type { Evidence, Fix, Problem, Verdict, Want } from '../../../model/check.js';
import { apiserverFeatures, ownerHere, ownPod } from '../../shared/apiserver.js';
import { cite } from '../../shared/cite.js';
import { given } from '../../shared/decide.js';
import { fixBy, shell, yaml } from '../../shared/fix.js';
import { type Basis, cannotTell, notApplicable, pass, problem, type Said, suspected } from '../../shared/problem.js';
import { inTheirWords, speaks, twoWitnesses } from '../../shared/proof.js';
import { failure, seen } from '../../shared/read.js';
import { namedBy } from '../shared/named-by.js';
import type { Cause } from './causes.js';
import type { Clues } from './clues.js';
import type { Answer } from './decision.js';
import type { Words } from './words.js';

const BY_NAME = 'Cluster Agent and other services addressed by name';
const DNS_PODS = 'kubectl -n kube-system get pods -l k8s-app=kube-dns -o wide\nkubectl -n kube-system logs -l k8s-app=kube-dns --tail 20';

/** A server that runs and is not overloaded answers the next question. */
const LOOK_AT_PODS: Want = { need: 'apiserver/dns', elsewhere: 'kubectl -n kube-system get pods -l k8s-app=kube-dns -o wide' };

export const ANSWERS: Record<Answer, (clues: Clues, say: Words) => Verdict<Cause>> = {
  'not-asked': (_, say) => cannotTell(say('notAsked')),
  'no-name': (_, say) => notApplicable(say('noName')),
  waiting: (clues, say) => cannotTell(say('waiting', { name: given(clues.waitingFor) }), deciding(clues)),
  resolves: ({ witness }) => pass(witness),

  'name-unknown': (clues, say) => nameFails(clues, say, [correctName(clues, say), lookAtResolver(clues, say)]),
  'name-unanswered': (clues, say) => nameFails(clues, say, [lookAtResolver(clues, say), correctName(clues, say)]),
  'of-the-node': (_, say) => notApplicable(say('debugPod')),
  'dns-fails': (clues, say) =>
    found('cluster-dns-fails', clues, say, {
      title: say('fails', { name: clues.name, code: clues.code }),
      fixes: [lookAtPods(say), allowDns(clues, say)],
    }),
  'dns-partly-silent': (clues, say) =>
    found(
      'cluster-dns-fails',
      clues,
      say,
      { title: say('fails', { name: clues.name, code: clues.code }), fixes: [lookAtPods(say), allowDns(clues, say)] },
      suspected(['service-address-broken'], [...deciding(clues), LOOK_AT_PODS]),
    ),
  'dns-incomplete': (clues, say) =>
    found('cluster-dns-fails', clues, say, {
      title: say('doesNotKnow', { name: clues.name }),
      fixes: [lookAtPods(say)],
    }),
  'another-resolver': (clues, say) =>
    found('cluster-dns-fails', clues, say, {
      title: say('doesNotKnow', { name: clues.name }),
      fixes: [fixBy('agent', 'restart', say('fixPolicyClusterFirst'), yaml(dnsPolicy('ClusterFirst'))), lookAtPods(say)],
    }),
  'host-network': (clues, say) => inHostNetwork(clues, say, basisOf(clues)),
  'perhaps-host-network': (clues, say) => inHostNetwork(clues, say, suspected(['cluster-dns-fails'], deciding(clues))),
};

function nameFails(clues: Clues, say: Words, fixes: Fix[]): Problem<Cause> {
  const title = say('nameUnknown', { name: clues.name });
  return found('apiserver-name-does-not-resolve', clues, say, { title, fixes });
}

function inHostNetwork(clues: Clues, say: Words, basis: Basis): Problem<Cause> {
  const title = say('hostNetwork', { name: clues.name });
  const fixes = [fixBy('agent', 'restart', say('fixHostNet'), yaml(dnsPolicy('ClusterFirstWithHostNet')))];
  return found('host-network-without-cluster-dns', clues, say, { title, fixes }, basis);
}

/** It matters less while the apiserver is reached without the name. */
function found(cause: Cause, clues: Clues, say: Words, said: Pick<Said, 'title' | 'fixes'>, basis = basisOf(clues)): Problem<Cause> {
  return problem(cause, {
    severity: clues.byName ? 'blocks' : 'degrades',
    wants: deciding(clues),
    ...basis,
    ...said,
    features: clues.byName ? apiserverFeatures(clues.settings) : [BY_NAME],
    evidence: quoted(clues, say),
  });
}

/** A resolver that answers `no such name` says so itself. One that is silent is it alone only where someone else answers us meanwhile. */
function basisOf(clues: Clues): Basis {
  const { answering, place, name } = clues;
  const failed = given(clues.failed);
  if (speaks(failed)) return { proof: inTheirWords(failed) };
  if (answering) return { proof: twoWitnesses(failed, answering) };
  const look = isDnsName(name) ? { elsewhere: `getent ahosts ${name}` } : {};
  const policy = place?.vantage === 'pod-network' ? ['network-policy-blocks-egress'] : [];
  return suspected([...policy, 'apiserver-connect-timeout'], [...deciding(clues), { need: 'apiserver/dns', subject: name, ...look }]);
}

/** The lookup that failed, and how the service address does meanwhile. */
function quoted(clues: Clues, say: Words): Evidence[] {
  const { failed, name, code, answer, questions } = clues;
  const asked = answer?.asked.join(', ') || name;
  const about = { code, asked, nameservers: nameserversOf(clues) };
  const saw = questions && code === 'ETIMEOUT' ? say('sawSilence', { ...about, ...counted(questions) }) : say('sawDns', about);
  return [cite(given(failed), saw), ...quotedService(clues, say)];
}

function counted({ asked, unanswered }: NonNullable<Clues['questions']>): { of: number; unanswered: number } {
  return { of: asked, unanswered };
}

function quotedService({ service, serviceEndpoint: endpoint }: Clues, say: Words): Evidence[] {
  if (!service || endpoint === undefined) return [];
  if (seen(service)) return [cite(service, say('serviceAnswers', { endpoint }))];
  const code = failure(service);
  return code ? [cite(service, say('serviceFails', { endpoint, code }))] : [];
}

function nameserversOf({ answer }: Clues): string {
  return answer?.nameservers.join(', ') || 'unknown nameservers';
}

function deciding({ named, serviceEndpoint }: Clues): Want[] {
  return named && serviceEndpoint ? [{ need: 'apiserver/tls', subject: serviceEndpoint }] : [];
}

function lookAtResolver({ place, name }: Clues, say: Words): Fix {
  const steps = isDnsName(name) ? `getent hosts ${name}\ncat /etc/resolv.conf` : undefined;
  return fixBy(ownerHere(place), 'nothing', say('fixResolver'), shell(steps));
}

function correctName({ place, candidate }: Clues, say: Words): Fix {
  return fixBy(ownerHere(place), 'config', say('fixName', { source: namedBy(candidate) }));
}

function lookAtPods(say: Words): Fix {
  return fixBy('cluster', 'nothing', say('fixPods'), shell(DNS_PODS));
}

function allowDns({ place }: Clues, say: Words): Fix {
  const pod = ownPod(place);
  return fixBy('cluster', 'config', say('fixPolicy'), shell(pod && `kubectl -n ${pod.namespace} get networkpolicy`));
}

/** `kubectl patch daemonset NAME --patch-file`. */
function dnsPolicy(policy: string): string {
  return `spec:\n  template:\n    spec:\n      dnsPolicy: ${policy}\n`;
}
