/** May the agent take and keep the lock of its leader election? The kind of lock depends on the agent's version. */
import { defineCheck } from '../model/check.js';
import { describeNeed } from '../profiles/access.js';
import { deniedEvidence, grantFix, lossesOf, ofKind, RIGHTS_NEEDS, rightsOf, severityOf } from './support/rights.js';
import { ROLE_CAUSES } from './support/role-causes.js';

export const leaderLock = defineCheck({
  question: 'leader-lock',
  asks: 'May the agent take the lock of its leader election?',
  target: 'apiserver',
  layer: 'authz',
  required: false,
  needs: RIGHTS_NEEDS,
  words: {
    forbidden: '{user} may not {rights}: no agent becomes leader (agent {version} locks on a {lock})',
    saw: 'access review as {user}: {asked} denied',
    grant: 'Grant {user} the {lock} in {namespace}: apply this, then restart the agent or wait for its next try',
    off: 'leader election is off',
    open: 'the rights of the lock could not be asked for',
  },
  causes: {
    'leader-lock-forbidden': {
      title: 'leader lock forbidden',
      means: 'Agents that elect a leader write its name into one object. They may not, so no one leads: no events, no cluster checks.',
      happens:
        'The kind of lock went with the version: Endpoints (Agent 5), ConfigMap, Lease from 7.47 on; a role from before lacks leases. Or the lock is looked for in another namespace (DD_KUBE_RESOURCES_NAMESPACE), or bears the name of the release since 7.37 (DD_LEADER_LEASE_NAME).',
      distributions: {
        'Helm chart': '`datadog.leaderElectionResource` chooses the kind of lock; the role follows.',
        operator: 'writes role and lock name itself.',
        'plain manifests': 'name and kind in the Role must be those of the agent’s settings; the old name is `datadog-leader-election`.',
      },
      confirm:
        'The agent logs `error retrieving resource lock`.\n\n    kubectl auth can-i update leases.coordination.k8s.io/LEASE \\\n      -n NAMESPACE --as=system:serviceaccount:NAMESPACE:NAME',
      fix: 'A Role in the namespace of the lock: get and update on that one object, and create without a name, for a request to create has none.',
      avoid:
        'Do not give update on all leases: kube-system’s components elect their leaders with them. Do not turn election off: each agent would send every event.',
      explainedBy: ROLE_CAUSES,
    },
  },
  judge(view, say) {
    const rights = rightsOf(view);
    const judged = rights?.judged.filter(({ need }) => need.kind === 'leader-lock') ?? [];
    if (!rights || judged.length === 0) return { kind: 'not-applicable', why: say('off') };
    const missing = ofKind(rights.missing, 'leader-lock');
    if (missing.length === 0)
      return judged.every(({ state }) => state === 'allowed')
        ? { kind: 'pass' }
        : {
            kind: 'cannot-tell',
            why: say('open'),
            wants: [{ need: 'apiserver/access', elsewhere: 'kubelet-doctor rbac --feature leader-election' }],
          };
    const { profile, account } = rights;
    const [lock, namespace] = [profile.lock ?? 'lease', missing[0]?.namespace ?? ''];
    return {
      kind: 'problem',
      cause: 'leader-lock-forbidden',
      severity: severityOf(missing),
      certainty: 'proven',
      title: say('forbidden', {
        user: account.user,
        rights: missing.map(describeNeed).join('; '),
        version: profile.agentVersion.value,
        lock,
      }),
      features: lossesOf(missing),
      evidence: deniedEvidence(view, missing, (asked, user) => say('saw', { asked, user })),
      fixes: [grantFix(rights, missing, say('grant', { user: account.user, lock, namespace }))],
    };
  },
});
