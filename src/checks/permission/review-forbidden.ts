/** May we ask what we may? Everyone who is authenticated may, unless somebody edited the apiserver's own binding. */

import { shellQuote } from '../../kubernetes/names.js';
import { basicUserAgain } from '../../manifests/basic-user.js';
import { defineCheck } from '../../model/check.js';
import { cite } from '../shared/cite.js';
import { fixBy } from '../shared/fix.js';
import { cannotTell, notApplicable, pass, problem } from '../shared/problem.js';
import { inTheirWords } from '../shared/proof.js';
import { failure, looked, seen } from '../shared/read.js';

const ANONYMOUS = 'system:anonymous';

export const reviewForbidden = defineCheck({
  question: 'review-forbidden',
  asks: 'May this account check its own permissions?',
  target: 'apiserver',
  layer: 'authz',
  required: false,
  needs: ['apiserver/access', 'apiserver/account'],
  words: {
    forbidden: 'The binding system:basic-user was changed: permission checks are refused',
    another: 'this account may neither review the permissions of {user} nor impersonate it',
    saw: 'SelfSubjectAccessReview ({asked}) as {user}: 403',
    restore: 'Restore ClusterRoleBinding system:basic-user',
    anonymous: 'no credential was accepted, and {user} may not check permissions',
    notAsked: 'no permission was checked',
  },
  causes: {
    'review-forbidden': {
      title: 'access reviews forbidden',
      means:
        'SelfSubjectAccessReview answers 403. The agent does not need it; kubelet-doctor and `kubectl auth can-i` do, so permissions cannot be checked.',
      happens: 'system:authenticated was removed from the ClusterRoleBinding system:basic-user, for example to harden the cluster.',
      confirm: '`kubectl get clusterrolebinding system:basic-user -o yaml`: the subject must be the group system:authenticated.',
      fix: 'Add the subject again. The role only allows an account to check its own permissions. The apiserver restores the binding at its next start, unless the annotation rbac.authorization.kubernetes.io/autoupdate is false.',
      avoid: 'Do not bind cluster-admin to work around it: only this harmless role is missing.',
      explainedBy: ['impersonation-forbidden'],
    },
  },
  judge(view, say) {
    const account = view.one('apiserver/account');
    const { outcome } = account;
    if (outcome.status === 'failed' && outcome.code === 'HTTP403' && outcome.data) {
      const { user } = outcome.data;
      return cannotTell(say('another', { user }), [
        { need: 'apiserver/account', elsewhere: `kubectl auth can-i --list --as=${shellQuote(user)}` },
      ]);
    }
    const asked = view.all('apiserver/access').filter(looked);
    const forbidden = asked.find((fact) => failure(fact) === 'HTTP403');
    const who = seen(account);
    if (!who || asked.length === 0) return notApplicable(say('notAsked'));
    if (!forbidden || who.by !== 'self') return pass(asked);
    // The binding is for accounts that are authenticated: of this one it says nothing.
    if (who.user === ANONYMOUS) return cannotTell(say('anonymous', { user: ANONYMOUS }), [], 'credential-not-sent');
    return problem('review-forbidden', {
      proof: inTheirWords(forbidden),
      severity: 'note',
      title: say('forbidden'),
      evidence: [cite(forbidden, say('saw', { asked: forbidden.subject, user: who.user }))],
      fixes: [fixBy('cluster', 'config', say('restore'), basicUserAgain())],
    });
  },
});
