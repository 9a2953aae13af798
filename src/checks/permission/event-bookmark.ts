/** May the agent keep its place in the stream of events? It writes it into a ConfigMap. */
import { defineCheck } from '../../model/check.js';
import { describeNeed } from '../../profiles/access.js';
import { cannotTell, notApplicable, pass, problem } from '../shared/problem.js';
import { deniedEvidence, grantFix, lossesOf, ofKind, RIGHTS_NEEDS, rightsOf, severityOf } from './shared/rights.js';
import { ROLE_CAUSES } from './shared/role-causes.js';

export const eventBookmark = defineCheck({
  question: 'event-bookmark',
  asks: 'May the agent keep its place in the stream of events?',
  target: 'apiserver',
  layer: 'authz',
  required: false,
  needs: RIGHTS_NEEDS,
  words: {
    forbidden: '{user} may not {rights}: after a restart events come twice or not at all',
    saw: 'access review as {user}: {asked} denied',
    grant: 'Grant {user} that one ConfigMap in {namespace}: apply this, then run again',
    off: 'events are not collected',
    open: 'the rights to the ConfigMap could not be asked for',
  },
  causes: {
    'event-bookmark-forbidden': {
      title: 'event bookmark forbidden',
      means: 'The agent stores up to which event it has read in the ConfigMap datadogtoken and may not read or write it.',
      happens:
        'The role names another ConfigMap (the chart names it after the release since Agent 7.37), or the agent looks in another namespace (DD_KUBE_RESOURCES_NAMESPACE, else its own).',
      confirm:
        'Says no:\n\n    kubectl auth can-i update configmaps/datadogtoken \\\n      -n NAMESPACE --as=system:serviceaccount:NAMESPACE:NAME',
      fix: 'A Role in that namespace with get and update on this ConfigMap alone.',
      avoid: 'Do not give update on all ConfigMaps of the cluster: one object is meant.',
      explainedBy: ROLE_CAUSES,
    },
  },
  judge(view, say) {
    const rights = rightsOf(view);
    const judged = rights?.judged.filter(({ need }) => need.kind === 'event-bookmark') ?? [];
    if (!rights || judged.length === 0) return notApplicable(say('off'));
    const missing = ofKind(rights.missing, 'event-bookmark');
    if (missing.length === 0)
      return judged.every(({ state }) => state === 'allowed')
        ? pass()
        : cannotTell(say('open'), [{ need: 'apiserver/access', elsewhere: 'kubelet-doctor rbac --feature events' }]);
    const user = rights.account.user;
    return problem('event-bookmark-forbidden', {
      severity: severityOf(missing),
      title: say('forbidden', { user, rights: missing.map(describeNeed).join('; ') }),
      features: lossesOf(missing),
      evidence: deniedEvidence(view, missing, (asked, by) => say('saw', { asked, user: by })),
      fixes: [grantFix(rights, 'event-bookmark-forbidden', missing, say('grant', { user, namespace: missing[0]?.namespace ?? '' }))],
    });
  },
});
