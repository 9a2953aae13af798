/**
 * Does the agent have the permissions its profile needs of the apiserver? Need by need, according to the apiserver; the kubelet's paths, the leader
 * lock and the event bookmark have questions of their own. What we may not ask stays open: never "missing".
 */

import { canINeeds } from '../../manifests/needs-yaml.js';
import { defineCheck } from '../../model/check.js';
import { describeNeed } from '../../profiles/access.js';
import { accountName, eitherOf, fewOf } from '../shared/brief.js';
import { AGENT_RIGHTS } from '../shared/distributions.js';
import { cannotTell, notApplicable, pass, problem } from '../shared/problem.js';
import { allInTheirWords } from '../shared/proof.js';
import { seen } from '../shared/read.js';
import {
  deniedEvidence,
  deniedFacts,
  grantFix,
  isNoAccount,
  lossesOf,
  ofKind,
  openFor,
  RIGHTS_NEEDS,
  rightsOf,
  SAW_DENIED,
  severityOf,
} from './shared/rights.js';
import { ROLE_CAUSES } from './shared/role-causes.js';

export const agentPermissions = defineCheck({
  question: 'agent-permissions',
  asks: 'Does the agent have the apiserver permissions its features need?',
  target: 'apiserver',
  layer: 'authz',
  required: false,
  needs: RIGHTS_NEEDS,
  words: {
    missing: 'The agent may not {right}',
    more: 'The agent may not {right}, and {count} more permissions are missing',
    ...SAW_DENIED,
    grant: 'Grant {account} the missing apiserver permissions',
    nothing: 'the enabled features need kubelet permissions only',
    notAsked: 'permissions not checked: no account is known (--service-account names one), or none of its roles',
    noAccount: 'permissions not checked: there is no such ServiceAccount',
    notOurs: '{count} of {total} permissions could not be checked',
    runners: '{count} permissions are not granted; only an agent without cluster checks runners needs them',
    unseen: 'permissions of {features} not checked: the settings of {account} are not visible from here',
  },
  causes: {
    'permission-missing': {
      title: 'missing apiserver permissions',
      means:
        'A feature of the agent is enabled, and the apiserver denies a permission it needs. This feature does not work; the others do.',
      happens:
        'The feature was enabled by an environment variable, and no one added the rule: the chart only grants what is enabled in the chart. Or the role is older than the agent.',
      distributions: AGENT_RIGHTS,
      confirm:
        'The first command shows all permissions, the second one of them:\n\n    kubelet-doctor rbac\n    kubectl auth can-i list events \\\n      --as=system:serviceaccount:NAMESPACE:NAME',
      fix: 'Add the missing rule in a separate role or in the chart, or turn the feature off. Nothing restarts.',
      avoid:
        "Do not bind cluster-admin: one compromised agent pod then controls the cluster. Do not grant anything to system:anonymous or to the namespace's `default` account.",
      explainedBy: ROLE_CAUSES,
    },
  },
  judge(view, say) {
    const rights = rightsOf(view);
    const needed = ofKind(seen(view.one('self/profile'))?.needs ?? [], 'general').filter(({ required }) => required);
    if (isNoAccount(view)) return cannotTell(say('noAccount'), [], 'service-account-not-found');
    if (!rights) return needed.length > 0 ? openFor(needed, cannotTell(say('notAsked'))) : notApplicable(say('notAsked'));
    const { profile, account, judged } = rights;
    const own = judged.filter(({ need }) => need.kind === 'general');
    if (own.length === 0) return pass(view.one('self/profile'), say('nothing'));
    const missing = ofKind(rights.missing, 'general');
    if (missing.length > 0) {
      const [right = '', ...others] = missing.map((need) => describeNeed({ ...need, verbs: [eitherOf(need.verbs)] }));
      return problem('permission-missing', {
        proof: allInTheirWords(deniedFacts(view, missing)),
        severity: severityOf(missing),
        title: others.length > 0 ? say('more', { right, count: others.length }) : say('missing', { right }),
        features: lossesOf(missing),
        evidence: deniedEvidence(view, missing, say),
        fixes: [grantFix(rights, 'permission-missing', missing, say('grant', { account: accountName(account.user) }))],
      });
    }
    const open = own.filter(({ state }) => state === 'unanswered');
    if (open.length === 0) {
      const { unseen = [], inDepth } = profile;
      if (!inDepth || unseen.length === 0) return pass(rights.access);
      const features = fewOf(unseen, 3);
      return cannotTell(say('unseen', { features, account: accountName(account.user) }), [
        { need: 'self/profile', elsewhere: 'kubelet-doctor rbac --feature all' },
      ]);
    }
    if (open.every(({ need }) => need.maybe === 'runners'))
      return cannotTell(say('runners', { count: open.length }), [{ need: 'self/profile', elsewhere: 'kubelet-doctor rbac --feature all' }]);
    const elsewhere =
      rights.name &&
      canINeeds(
        rights.name,
        open.map(({ need }) => need),
      );
    const why = say('notOurs', { count: open.length, total: profile.needs.length });
    return openFor(
      open.map(({ need }) => need),
      cannotTell(why, [{ need: 'apiserver/access', ...(elsewhere ? { elsewhere } : {}) }]),
    );
  },
});
