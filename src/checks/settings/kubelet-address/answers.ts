/** What `kubelet-address` says of each answer. */
import { isDnsName, shellQuote } from '../../../kubernetes/names.js';
import type { Say, Verdict, Want } from '../../../model/check.js';
import { askFromNode } from '../../shared/address.js';
import { cite } from '../../shared/cite.js';
import { given } from '../../shared/decide.js';
import { env, fixBy } from '../../shared/fix.js';
import { ALL_KUBELET_FEATURES, portFound } from '../../shared/kubelet.js';
import { type Basis, cannotTell, notApplicable, pass, problem, suspected } from '../../shared/problem.js';
import { inTheirWords, twoWitnesses } from '../../shared/proof.js';
import { seen, subjectOf } from '../../shared/read.js';
import type { Cause } from './causes.js';
import type { Clues } from './clues.js';
import type { Answer } from './decision.js';
import type { WORDS } from './words.js';
import { anotherNodes, neverANode, notANode, perhapsNotANode, rightHost, sawNode, showNode } from './wrong-host.js';

type Words = Say<typeof WORDS>;

const HTTPS = 'DD_KUBERNETES_HTTPS_KUBELET_PORT';

/** A port that says nothing is closed to the agent as well; what drops its packets is not known then. */
function plainClosed(basis: (clues: Clues) => Basis) {
  return (clues: Clues, say: Words): Verdict<Cause> => {
    const { settings, node, plain, candidates } = clues;
    const { endpoint, https, fact } = given(plain);
    const port = portFound(candidates);
    return problem('agent-plain-port-closed', {
      ...basis(clues),
      title: say('plainClosed', { endpoint }),
      features: ALL_KUBELET_FEATURES,
      evidence: [
        cite(settings, say('sawPortOff', { https: https.source })),
        cite(fact, say('sawFailure', { endpoint, code: seen(fact)?.said ?? '' })),
      ],
      fixes: [
        node?.platform === 'GKE Autopilot'
          ? fixBy('agent', 'config', say('fixPortAutopilot', { port }), env({ [HTTPS]: port, DD_KUBELET_USE_API_SERVER: 'true' }))
          : fixBy('agent', 'config', say('fixPort', { port }), env({ [HTTPS]: port })),
      ],
    });
  };
}

export const ANSWERS: Record<Answer, (clues: Clues, say: Words) => Verdict<Cause>> = {
  'on-fargate': ({ settings }, say) => notApplicable(say('fargate'), settings),
  'ports-off': ({ settings, portsOff }, say) => {
    const { https, http } = given(portsOff);
    return problem('agent-ports-both-disabled', {
      proof: inTheirWords(settings),
      title: say('portsOff'),
      features: ALL_KUBELET_FEATURES,
      evidence: [cite(settings, say('sawPorts', { https: https.source, http: http.source }))],
      fixes: [fixBy('agent', 'config', say('fixPorts'), env({ [HTTPS]: 10250 }))],
    });
  },
  'plain-waiting': ({ plain }, say) => {
    const { endpoint } = given(plain);
    const elsewhere = `curl -sS -m 4 ${shellQuote(`http://${endpoint}/healthz`)}`;
    return cannotTell(say('waiting', { endpoint }), [{ need: 'kubelet/second-sight', subject: 'read-only-port', elsewhere }]);
  },
  'plain-closed': plainClosed(({ settings, plain }) => ({ proof: twoWitnesses(given(plain).fact, settings) })),
  'plain-silent': plainClosed(() => suspected(['kubelet-rejected-by-firewall', 'node-address-dead'])),
  'not-known': (_, say) => cannotTell(say('notKnown')),
  'never-a-node': neverANode,
  'found-elsewhere': ({ elsewhere, found, witness }, say) =>
    notApplicable(say('foundElsewhere', { ...given(elsewhere), source: given(found[0]).source }), witness),
  elsewhere: ({ elsewhere }, say) => {
    const { node, machine } = given(elsewhere);
    const ask: Want = { need: 'apiserver/node', subject: node, elsewhere: askFromNode(isDnsName(node) ? node : undefined) };
    return cannotTell(say('elsewhere', { node, machine }), [ask]);
  },
  'plain-only': (clues, say) => notApplicable(say('plainOnly', { host: given(clues.given).value }), clues.witness),
  unset: (clues, say) => {
    const others = clues.found.map(subjectOf).join(', ') || 'none';
    return problem('kubelet-host-unset', {
      proof: inTheirWords(clues.candidates),
      title: say('unset'),
      features: ALL_KUBELET_FEATURES,
      evidence: [cite(clues.candidates, say('sawNoHost', { others })), ...sawNode(clues, say)],
      fixes: rightHost(clues.node, say),
      explainedBy: clues.whyUnset,
    });
  },
  found: ({ found, witness }, say) => notApplicable(say('found', { source: given(found[0]).source }), witness),
  'no-address': (_, say) => cannotTell(say('noAddress'), [{ need: 'kubelet/candidates', elsewhere: 'kubectl get nodes -o wide' }]),
  'another-nodes': anotherNodes,
  own: ({ witness }) => pass(witness),
  comparing: ({ dialled, node }, say) => {
    const { candidate, whose } = given(dialled);
    const own = whose && 'ask' in whose ? whose.ask : '';
    const why = say('comparing', { host: candidate.host, node: node?.node ?? '', own });
    return cannotTell(why, [{ need: 'kubelet/tls', subject: own }]);
  },
  answers: ({ witness }) => pass(witness),
  waiting: ({ dialled }, say) => cannotTell(say('waiting', { endpoint: given(dialled).endpoint })),
  'node-unknown': ({ dialled, nodeName }, say) => {
    const { host } = given(dialled).candidate;
    return cannotTell(say('nodeUnknown', { host }), [{ need: 'apiserver/node', subject: nodeName, elsewhere: showNode(nodeName) }]);
  },
  'perhaps-not-a-node': perhapsNotANode,
  'not-a-node': notANode,
};
