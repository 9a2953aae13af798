/** What `identity` says of each answer. */
import { isDnsName, isIp, shellQuote } from '../../../kubernetes/names.js';
import type { Evidence, Fix, Say, Verdict } from '../../../model/check.js';
import { accountName } from '../../shared/brief.js';
import { cite, citeBy } from '../../shared/cite.js';
import { given } from '../../shared/decide.js';
import { fixBy, orBy, shell } from '../../shared/fix.js';
import { cannotTell, notApplicable, pass, problem } from '../../shared/problem.js';
import { inTheirWords } from '../../shared/proof.js';
import type { Cause } from './causes.js';
import type { Clues } from './clues.js';
import type { Answer } from './decision.js';
import type { WORDS } from './words.js';

type Words = Say<typeof WORDS>;

export const ANSWERS: Record<Answer, (clues: Clues, say: Words) => Verdict<Cause>> = {
  'as-meant': ({ witness }) => pass(witness),
  nobody: (_, say) => notApplicable(say('nobody')),
  'not-reviewed': (_, say) => cannotTell(say('notReviewed')),
  'may-not-impersonate': ({ as, review, owner }, say) => {
    const { value: user, source } = given(as);
    return problem('impersonation-forbidden', {
      proof: inTheirWords(review),
      severity: 'degrades',
      title: say('mayNotImpersonate', { account: accountName(user), source: source.startsWith('--') ? source : `as of ${source}` }),
      evidence: [cite(review, say('sawRefusal', { user }))],
      fixes: [fixBy(owner, 'config', say('fixWithout'), { verify: 'kubectl auth whoami' }), orBy('cluster', 'security', say('fixGrant'))],
    });
  },
  'debug-pod': (clues, say) =>
    problem('debug-pod-foreign-identity', {
      proof: inTheirWords(clues.review),
      severity: 'note',
      title: say(DEBUG_POD[clues.kubelet], { account: accountName(given(clues.us).user) }),
      evidence: [reviewed(clues, say)],
      fixes: [
        fixBy('workstation', 'nothing', say('nameAgents'), shell(`kubelet-doctor${hostFlag(clues)} --service-account NAMESPACE/NAME`)),
        fixBy('workstation', 'nothing', say('beAgent'), shell('kubelet-doctor --agent-process auto')),
        fixBy('cluster', 'nothing', say('useAgents'), { ...shell(WITH_TOKEN), verify: 'kubelet-doctor --token-file agent.token' }),
      ],
    }),
  'other-user': (clues, say) =>
    problem('identity-unexpected', {
      proof: inTheirWords(clues.review, given(clues.credentialFact)),
      severity: 'degrades',
      title: say('otherUser', { account: accountName(given(clues.us).user), expected: clues.subjects.map(accountName).join(' or ') }),
      evidence: [reviewed(clues, say), presented(clues, say)],
      fixes: [verbosely(clues, say('useOwn'))],
    }),
  'other-pod': (clues, say) =>
    problem('identity-unexpected', {
      proof: inTheirWords(clues.review, given(clues.credentialFact)),
      severity: 'risk',
      title: say('otherPod', { pod: given(clues.us?.pod), expected: given(clues.claimedPod) }),
      evidence: [reviewed(clues, say), presented(clues, say)],
      fixes: [verbosely(clues, say('useOwn'))],
    }),
  'other-node': (clues, say) => {
    const { value: expected, source } = given(clues.node);
    return problem('identity-unexpected', {
      proof: inTheirWords(clues.review, clues.settings),
      severity: 'risk',
      title: say('otherNode', { node: given(clues.us?.node), expected }),
      evidence: [reviewed(clues, say), citeBy('self/settings', '', say('sawNode', { node: expected, source }))],
      fixes: [verbosely(clues, say('ownToken'))],
    });
  },
};

const DEBUG_POD = { reached: 'debugPodReached', 'no address': 'debugPodUnasked', 'not reached': 'debugPod' } as const;

const WITH_TOKEN = ['kubectl -n NAMESPACE create token SERVICEACCOUNT > agent.token', 'kubelet-doctor --token-file agent.token'].join('\n');

function reviewed({ review, us }: Clues, say: Words): Evidence {
  const { user, pod, node } = given(us);
  return cite(review, pod && node ? say('sawBound', { user, pod, node }) : say('sawReview', { user }));
}

function presented({ credential, subjects }: Clues, say: Words): Evidence {
  const { as, source } = given(credential);
  return citeBy('apiserver/credential', as, say('sawCredential', { source, expected: subjects.join(' or ') }));
}

function verbosely({ owner }: Clues, action: Fix['action']): Fix {
  return fixBy(owner, 'config', action, { verify: 'kubelet-doctor --verbose' });
}

/** As it was given by flag; where nothing was known it has to be given. */
function hostFlag({ kubeletHost: host, kubelet }: Clues): string {
  if (host?.origin === 'flag' && (isIp(host.value) || isDnsName(host.value))) return ` --kubelet-host ${shellQuote(host.value)}`;
  return kubelet === 'no address' ? ' --kubelet-host ADDRESS' : '';
}
