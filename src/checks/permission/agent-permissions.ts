/**
 * May the agent what its profile needs of the apiserver? Need by need, by the word of the apiserver; the kubelet's paths, the leader lock and
 * the event bookmark have questions of their own. What we may not ask stays open: never "missing".
 */

import { canINeeds } from '../../manifests/needs-yaml.js';
import { defineCheck } from '../../model/check.js';
import { describeNeed } from '../../profiles/access.js';
import { AGENT_RIGHTS } from '../shared/distributions.js';
import { cannotTell, notApplicable, pass, problem } from '../shared/problem.js';
import { deniedEvidence, grantFix, lossesOf, ofKind, RIGHTS_NEEDS, rightsOf, severityOf } from './shared/rights.js';
import { ROLE_CAUSES } from './shared/role-causes.js';

export const agentPermissions = defineCheck({
  question: 'agent-permissions',
  asks: 'May the agent what its features need of the apiserver?',
  target: 'apiserver',
  layer: 'authz',
  required: false,
  needs: RIGHTS_NEEDS,
  words: {
    missing: '{user} may not {rights}',
    more: '{rights} and {count} more',
    saw: 'access review as {user}: {asked} denied',
    grant: 'Grant {user} what is missing for {features}: apply this, then run again',
    nothing: 'the features that are on need no right beside those at the kubelet',
    notAsked: 'nobody said whose rights these would be',
    notOurs: '{count} of {total} rights could not be asked for',
  },
  causes: {
    'permission-missing': {
      title: 'right of a feature missing',
      means: 'A feature of the agent is on and the apiserver denies a right that it needs. The feature is lost; the others work.',
      happens:
        'The feature was turned on by hand and its rule was not: the chart grants what the chart turns on. Or the role is older than the agent.',
      distributions: AGENT_RIGHTS,
      confirm:
        'The first shows every right, the second one of them:\n\n    kubelet-doctor rbac\n    kubectl auth can-i list events \\\n      --as=system:serviceaccount:NAMESPACE:NAME',
      fix: 'The rule that is printed, in a role of its own or in the chart; or turn the feature off. Nothing restarts.',
      avoid:
        "Do not bind cluster-admin: whoever takes over one agent pod then owns the cluster. Do not grant anything to system:anonymous or to the namespace's `default` account either.",
      explainedBy: ROLE_CAUSES,
    },
  },
  judge(view, say) {
    const rights = rightsOf(view);
    if (!rights) return notApplicable(say('notAsked'));
    const { profile, account, judged } = rights;
    const own = judged.filter(({ need }) => need.kind === 'general');
    if (own.length === 0) return pass(say('nothing'));
    const missing = ofKind(rights.missing, 'general');
    if (missing.length > 0) {
      const [first = '', ...others] = missing.map(describeNeed);
      const some = [first, ...others.slice(0, 2)].join('; ');
      const list = others.length > 2 ? say('more', { rights: some, count: others.length - 2 }).en : some;
      const features = [...new Set(missing.map((need) => need.feature))].join(', ');
      return problem('permission-missing', {
        severity: severityOf(missing),
        title: say('missing', { user: account.user, rights: list }),
        features: lossesOf(missing),
        evidence: deniedEvidence(view, missing, (asked, user) => say('saw', { asked, user })),
        fixes: [grantFix(rights, 'permission-missing', missing, say('grant', { user: account.user, features }))],
      });
    }
    const open = own.filter(({ state }) => state === 'unanswered');
    if (open.length === 0) return pass();
    const elsewhere =
      rights.name &&
      canINeeds(
        rights.name,
        open.map(({ need }) => need),
      );
    return cannotTell(say('notOurs', { count: open.length, total: profile.needs.length }), [
      { need: 'apiserver/access', ...(elsewhere ? { elsewhere } : {}) },
    ]);
  },
});
