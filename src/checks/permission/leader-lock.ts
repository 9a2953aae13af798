/**
 * May the agent take and keep the lock of its leader election? On which kind of object it locks is a setting (profiles/resolve.ts, lockOf):
 * rights to another kind are no help to it.
 */

import { isDnsName } from '../../kubernetes/names.js';
import { defineCheck } from '../../model/check.js';
import type { Fact, LockKind, ResolvedNeed, ResolvedProfile } from '../../model/facts.js';
import { judgeNeeds } from '../../profiles/access.js';
import { accountName, eitherOf } from '../shared/brief.js';
import { citeBy } from '../shared/cite.js';
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

export const leaderLock = defineCheck({
  question: 'leader-lock',
  asks: 'May the agent use its leader election lock?',
  target: 'apiserver',
  layer: 'authz',
  required: false,
  needs: RIGHTS_NEEDS,
  words: {
    forbidden: 'The agent may not {verbs} its leader election {lock}',
    locks: 'the agent locks on a {lock}: {from}',
    either: 'the agent locks on a {lock}, or on a {other} if {variable} says so; it may use neither',
    ...SAW_DENIED,
    grant: 'Grant {account} access to its leader lock in {namespace}',
    off: 'leader election is off',
    open: 'permissions on the lock could not be checked',
    nameUnseen: '{user} may not use a lock named {name}; {variable}, which chooses the name, is not visible from here',
    otherHeld: '{user} may lock on a {other} but not on a {lock}; {variable}, which chooses the lock, is not visible from here',
  },
  causes: {
    'leader-lock-forbidden': {
      title: 'leader election lock forbidden',
      means:
        'Agents elect a leader by writing its name into one object. They may not write it, so there is no leader: no events and no cluster checks.',
      happens:
        'The role covers a different kind of object than the agent locks on. Since 6.0 that is a ConfigMap, unless DD_LEADER_ELECTION_DEFAULT_RESOURCE is `leases` (7.47 and later); Agent 5 used Endpoints. A role with leases only is not enough for an agent without that setting. Or the agent looks for the lock in another namespace (DD_KUBE_RESOURCES_NAMESPACE), or under the name of the release (DD_LEADER_LEASE_NAME, since 7.37).',
      distributions: {
        'Helm chart': '`datadog.leaderElectionResource` sets the kind of lock (`configmap` by default); the role covers both kinds.',
        operator: 'creates the role and sets the lock name; the role covers both kinds, and the agent locks on a ConfigMap.',
        'plain manifests': "name and kind in the Role must match the agent's settings; the default name is `datadog-leader-election`.",
      },
      confirm:
        'The agent logs `error retrieving resource lock`. The first command, in its container, shows which kind of lock is set. Then check that kind, `configmaps` or `leases.coordination.k8s.io`:\n\n    agent config | grep leader_election_default_resource\n    kubectl auth can-i update configmaps/datadog-leader-election \\\n      -n NAMESPACE --as=system:serviceaccount:NAMESPACE:NAME',
      fix: 'Create a Role in the namespace of the lock: get and update on that one object, and create without a name, because a create request has no name yet. Agents before mid-2025 that lock on a Lease also need get and create on ConfigMaps.',
      avoid:
        'Do not grant update on all leases: components in kube-system elect their leaders with them. Do not remove the ConfigMap rule because Leases exist: without DD_LEADER_ELECTION_DEFAULT_RESOURCE no agent uses them, and replicas with different settings elect two leaders. Do not turn leader election off: every agent would then send every event.',
      explainedBy: ROLE_CAUSES,
    },
  },
  judge(view, say) {
    const rights = rightsOf(view);
    const judged = rights?.judged.filter(({ need }) => need.kind === 'leader-lock') ?? [];
    if (!rights || judged.length === 0) return notApplicable(say('off'));
    const needs = judged.map(({ need }) => need);
    const missing = ofKind(rights.missing, 'leader-lock');
    const { profile, account } = rights;
    const { user } = account;
    const lock = WORDS[profile.lock ?? 'configmap'];
    const other = WORDS[profile.lock === 'lease' ? 'configmap' : 'lease'];
    if (missing.length === 0) {
      if (judged.every(({ state }) => state === 'allowed')) return pass(view.all('apiserver/access'));
      const isHeld = holdsOther(profile, view.all('apiserver/access'));
      const unnamed = judged.find(({ need, state }) => need.maybe === 'unseen' && state === 'unanswered')?.need;
      if (!isHeld && unnamed && isAnswered(unnamed, view.all('apiserver/access'))) {
        const name = say('nameUnseen', { user, name: unnamed.name ?? '', variable: NAME });
        return openFor(needs, cannotTell(name, [{ need: 'self/profile', elsewhere: lookAtSetting(profile.namespace.value, NAME) }]));
      }
      if (!isHeld)
        return openFor(
          needs,
          cannotTell(say('open'), [{ need: 'apiserver/access', elsewhere: 'kubelet-doctor rbac --feature leader-election' }]),
        );
      const look = lookAtSetting(profile.namespace.value, VARIABLE);
      const either = say('otherHeld', { user, lock, other, variable: VARIABLE });
      return openFor(needs, cannotTell(either, [{ need: 'self/profile', elsewhere: look }]));
    }
    const namespace = missing[0]?.namespace ?? '';
    const either = profile.otherLock !== undefined && new Set(missing.map(({ resource }) => resource)).size > 1;
    const locks = either
      ? say('either', { lock, other, variable: VARIABLE })
      : say('locks', { lock, from: profile.lockFrom ?? `agent ${profile.agentVersion.value}` });
    return problem('leader-lock-forbidden', {
      proof: allInTheirWords(deniedFacts(view, missing)),
      severity: severityOf(missing),
      title: say('forbidden', { verbs: eitherOf(missing.flatMap(({ verbs }) => verbs)), lock: either ? `${lock} or ${other}` : lock }),
      features: lossesOf(missing),
      evidence: [...deniedEvidence(view, missing, say), citeBy('self/profile', '', locks)],
      fixes: [grantFix(rights, 'leader-lock-forbidden', missing, say('grant', { account: accountName(user), namespace }))],
    });
  },
});

const VARIABLE = 'DD_LEADER_ELECTION_DEFAULT_RESOURCE';
const NAME = 'DD_LEADER_LEASE_NAME';

const WORDS: Record<LockKind, string> = { lease: 'Lease', configmap: 'ConfigMap', endpoints: 'Endpoints' };

/** All rights to the other kind of lock: enough where the agent is told to take that one. */
function holdsOther({ otherLock }: ResolvedProfile, access: Fact<'access'>[]): boolean {
  return otherLock !== undefined && judgeNeeds(otherLock, access).every(({ state }) => state === 'allowed');
}

/** The apiserver said no to all of it: what is open is whether it is meant. */
function isAnswered(need: ResolvedNeed, access: Fact<'access'>[]): boolean {
  return judgeNeeds([need], access).every(({ unanswered }) => unanswered.length === 0);
}

/** Prints the variable of every pod there that has it; it holds no secret. */
function lookAtSetting(namespace: string, variable: string): string {
  const at = isDnsName(namespace) ? namespace : 'NAMESPACE';
  const entry = `{range .spec.containers[*].env[?(@.name=="${variable}")]}{.value}{end}`;
  return `kubectl -n ${at} get pods -o jsonpath='{range .items[*]}{.metadata.name}: ${entry}{"\\n"}{end}'`;
}
