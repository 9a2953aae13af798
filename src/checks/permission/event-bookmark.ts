/** May the agent store up to where it has read the stream of events? It writes that into a ConfigMap. */
import { defineCheck } from '../../model/check.js';
import { accountName, eitherOf } from '../shared/brief.js';
import { cannotTell, notApplicable, pass, problem } from '../shared/problem.js';
import { allInTheirWords } from '../shared/proof.js';
import {
  deniedEvidence,
  deniedFacts,
  grantFix,
  lossesOf,
  ofKind,
  openFor,
  RIGHTS_NEEDS,
  rightsOf,
  SAW_DENIED,
  severityOf,
} from './shared/rights.js';
import { ROLE_CAUSES } from './shared/role-causes.js';

export const eventBookmark = defineCheck({
  question: 'event-bookmark',
  asks: 'May the agent store its event bookmark?',
  target: 'apiserver',
  layer: 'authz',
  required: false,
  needs: RIGHTS_NEEDS,
  words: {
    forbidden: 'The agent may not {verbs} ConfigMap {name}, its event bookmark',
    ...SAW_DENIED,
    grant: 'Grant {account} access to ConfigMap {name}',
    off: 'events are not collected',
    open: 'permissions on the ConfigMap could not be checked',
  },
  causes: {
    'event-bookmark-forbidden': {
      title: 'event bookmark forbidden',
      means:
        'The agent stores how far it has read the events in the ConfigMap datadogtoken, and may not read or write it. After a restart, events are sent twice or not at all.',
      happens:
        'The role names a different ConfigMap (since Agent 7.37 the chart names it after the release), or the agent looks in another namespace (DD_KUBE_RESOURCES_NAMESPACE, otherwise its own).',
      confirm:
        'This prints `no`:\n\n    kubectl auth can-i update configmaps/datadogtoken \\\n      -n NAMESPACE --as=system:serviceaccount:NAMESPACE:NAME',
      fix: 'Create a Role in that namespace with get and update on this ConfigMap only.',
      avoid: 'Do not grant update on all ConfigMaps of the cluster: the agent needs one.',
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
        ? pass(view.all('apiserver/access'))
        : openFor(
            judged.map(({ need }) => need),
            cannotTell(say('open'), [{ need: 'apiserver/access', elsewhere: 'kubelet-doctor rbac --feature events' }]),
          );
    const [account, name] = [accountName(rights.account.user), missing[0]?.name ?? ''];
    return problem('event-bookmark-forbidden', {
      proof: allInTheirWords(deniedFacts(view, missing)),
      severity: severityOf(missing),
      title: say('forbidden', { verbs: eitherOf(missing.flatMap(({ verbs }) => verbs)), name }),
      features: lossesOf(missing),
      evidence: deniedEvidence(view, missing, say),
      fixes: [grantFix(rights, 'event-bookmark-forbidden', missing, say('grant', { account, name }))],
    });
  },
});
