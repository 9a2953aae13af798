/**
 * May the agent take and keep the lock of its leader election? On which kind of object it locks is a setting (profiles/resolve.ts, lockOf):
 * rights to another kind are no help to it.
 */

import { isDnsName } from '../../kubernetes/names.js';
import { defineCheck } from '../../model/check.js';
import type { Fact, LockKind, ResolvedProfile } from '../../model/facts.js';
import { describeNeed, judgeNeeds } from '../../profiles/access.js';
import { cannotTell, notApplicable, pass, problem } from '../shared/problem.js';
import { deniedEvidence, grantFix, lossesOf, ofKind, RIGHTS_NEEDS, rightsOf, severityOf } from './shared/rights.js';
import { ROLE_CAUSES } from './shared/role-causes.js';

export const leaderLock = defineCheck({
  question: 'leader-lock',
  asks: 'May the agent take the lock of its leader election?',
  target: 'apiserver',
  layer: 'authz',
  required: false,
  needs: RIGHTS_NEEDS,
  words: {
    forbidden: '{user} may not {rights}: no agent becomes leader ({locks})',
    locks: 'it locks on a {lock}: {from}',
    either: 'it locks on a {lock}, or by {variable} on a {other}: it has the rights to neither',
    saw: 'access review as {user}: {asked} denied',
    grant: 'Grant {user} the {lock} in {namespace}: apply this, then restart the agent or wait for its next try',
    off: 'leader election is off',
    open: 'the rights of the lock could not be asked for',
    otherHeld:
      '{user} has the rights to a {other} as the leader lock, and not to a {lock}: enough only where the agent is told so ({variable}), which is not in sight from here',
  },
  causes: {
    'leader-lock-forbidden': {
      title: 'leader lock forbidden',
      means: 'Agents that elect a leader write its name into one object. They may not, so no one leads: no events, no cluster checks.',
      happens:
        'The role is about another kind of object than the agent locks on: that is a ConfigMap in every release since 6.0 unless DD_LEADER_ELECTION_DEFAULT_RESOURCE says `leases` (known from 7.47 on), and was Endpoints in Agent 5. So a role with leases alone ends the election of an agent that nobody told. Or the lock is looked for in another namespace (DD_KUBE_RESOURCES_NAMESPACE), or bears the name of the release since 7.37 (DD_LEADER_LEASE_NAME).',
      distributions: {
        'Helm chart': '`datadog.leaderElectionResource` chooses the kind of lock (`configmap` by default); the role has both kinds.',
        operator: 'writes role and lock name itself; the role has both kinds, and the agent locks on a ConfigMap.',
        'plain manifests': "name and kind in the Role must be those of the agent's settings; the old name is `datadog-leader-election`.",
      },
      confirm:
        'The agent logs `error retrieving resource lock`. The first shows which kind it is told to take, where it is told (in its container); then for that kind, `configmaps` or `leases.coordination.k8s.io`:\n\n    agent config | grep leader_election_default_resource\n    kubectl auth can-i update configmaps/datadog-leader-election \\\n      -n NAMESPACE --as=system:serviceaccount:NAMESPACE:NAME',
      fix: 'A Role in the namespace of the lock: get and update on that one object, and create without a name, for a request to create has none. Agents until mid-2025 that lock on a Lease want get and create of ConfigMaps as well.',
      avoid:
        "Do not give update on all leases: kube-system's components elect their leaders with them. Do not take the ConfigMap's rule away because there are Leases: without DD_LEADER_ELECTION_DEFAULT_RESOURCE nothing uses them, and replicas that are told differently lead both at once. Do not turn election off: each agent would send every event.",
      explainedBy: ROLE_CAUSES,
    },
  },
  judge(view, say) {
    const rights = rightsOf(view);
    const judged = rights?.judged.filter(({ need }) => need.kind === 'leader-lock') ?? [];
    if (!rights || judged.length === 0) return notApplicable(say('off'));
    const missing = ofKind(rights.missing, 'leader-lock');
    const { profile, account } = rights;
    const { user } = account;
    const lock = WORDS[profile.lock ?? 'configmap'];
    const other = WORDS[profile.lock === 'lease' ? 'configmap' : 'lease'];
    if (missing.length === 0) {
      if (judged.every(({ state }) => state === 'allowed')) return pass();
      if (!holdsOther(profile, view.all('apiserver/access')))
        return cannotTell(say('open'), [{ need: 'apiserver/access', elsewhere: 'kubelet-doctor rbac --feature leader-election' }]);
      const look = lookAtSetting(profile.namespace.value);
      return cannotTell(say('otherHeld', { user, lock, other, variable: VARIABLE }), [{ need: 'self/profile', elsewhere: look }]);
    }
    const namespace = missing[0]?.namespace ?? '';
    const either = profile.otherLock !== undefined && new Set(missing.map(({ resource }) => resource)).size > 1;
    const locks = either
      ? say('either', { lock, other, variable: VARIABLE }).en
      : say('locks', { lock, from: profile.lockFrom ?? `agent ${profile.agentVersion.value}` }).en;
    return problem('leader-lock-forbidden', {
      severity: severityOf(missing),
      title: say('forbidden', { user, rights: missing.map(describeNeed).join('; '), locks }),
      features: lossesOf(missing),
      evidence: deniedEvidence(view, missing, (asked, user) => say('saw', { asked, user })),
      fixes: [
        grantFix(rights, 'leader-lock-forbidden', missing, say('grant', { user, lock: either ? `${lock} and ${other}` : lock, namespace })),
      ],
    });
  },
});

const VARIABLE = 'DD_LEADER_ELECTION_DEFAULT_RESOURCE';

const WORDS: Record<LockKind, string> = { lease: 'Lease', configmap: 'ConfigMap', endpoints: 'Endpoints' };

/** All rights to the other kind of lock: enough where the agent is told to take that one. */
function holdsOther({ otherLock }: ResolvedProfile, access: Fact<'access'>[]): boolean {
  return otherLock !== undefined && judgeNeeds(otherLock, access).every(({ state }) => state === 'allowed');
}

/** Prints the variable of every pod there that has it; it holds no secret. */
function lookAtSetting(namespace: string): string {
  const at = isDnsName(namespace) ? namespace : 'NAMESPACE';
  const entry = `{range .spec.containers[*].env[?(@.name=="${VARIABLE}")]}{.value}{end}`;
  return `kubectl -n ${at} get pods -o jsonpath='{range .items[*]}{.metadata.name}: ${entry}{"\\n"}{end}'`;
}
