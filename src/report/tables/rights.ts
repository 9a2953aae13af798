/** The facts about rights as rows: one a need for people, one a question for machines. */

import { stateOf } from '../../checks/permission/shared/rights.js';
import { seen } from '../../checks/shared/read.js';
import { type Aim, aimed } from '../../kubernetes/aim.js';
import type { AnyFact } from '../../model/facts.js';
import { describeNeed, judgeProfile, missingNeeds, questionsOf, subjectOfAccess } from '../../profiles/access.js';
import { dataOf, factOf, factsOf } from '../facts.js';

/** One question as it was asked, and kubectl's way to ask it. */
export interface QuestionRow {
  asked: string;
  state: NeedRow['state'];
  reason: string;
  command: string;
}

/** In JSON below `rbac`. */
export interface RightsTable {
  user: string;
  by: string;
  profile: string;
  features: { feature: string; why: string }[];
  off: string[];
  /** Of these: settings that cannot be seen from here may have turned them on. */
  unseen: string[];
  versions: { agent: string; kubernetes: string; kubelet: string; lock: string };
  namespace: string;
  needs: NeedRow[];
  rows: QuestionRow[];
}

/** With what is missing, as needs; undefined where the apiserver was never asked. */
export function rightsTable(facts: readonly AnyFact[], aim: Aim = {}) {
  const profile = dataOf(facts, 'self/profile');
  const account = factOf(facts, 'apiserver/account').outcome;
  const who = account.status === 'observed' || account.status === 'failed' ? account.data : undefined;
  if (!profile || !who) return undefined;
  const access = factsOf(facts, 'apiserver/access');
  const judged = judgeProfile(profile, access);
  const bySubject = new Map(access.map((f) => [f.subject, f]));
  const subjects = [...new Set(judged.flatMap(({ need }) => questionsOf(need)).map(subjectOfAccess))];
  const table: RightsTable = {
    user: who.user,
    by: account.status === 'observed' ? who.by : 'not asked',
    profile: profile.profile,
    features: profile.features,
    off: profile.off,
    unseen: profile.unseen ?? [],
    versions: {
      agent: `${profile.agentVersion.value} (${profile.agentVersion.from})`,
      kubernetes: `${profile.kubernetesVersion.value} (${profile.kubernetesVersion.from})`,
      kubelet: profile.kubelet,
      lock: profile.lock ? `${profile.lock} (${profile.lockFrom ?? 'by the version'})` : '',
    },
    namespace: profile.namespace.value,
    needs: judged.map(({ need, state, denied, unanswered }) => ({
      feature: need.feature,
      right: describeNeed(need),
      state,
      verbs:
        state === 'denied' && denied.length < need.verbs.length
          ? denied.join(', ')
          : unanswered.length < need.verbs.length
            ? unanswered.join(', ')
            : '',
      required: need.required,
      loses: need.loses,
    })),
    rows: subjects.map((asked) => {
      const fact = bySubject.get(asked);
      const answer = fact && seen(fact);
      return {
        asked,
        state: answer ? (answer.allowed ? 'allowed' : 'denied') : 'unanswered',
        reason: answer?.reason ?? '',
        command: aimed(fact?.reproduce ?? '', aim),
      };
    }),
  };
  const isNoAccount = account.status === 'failed' && account.code === 'ENOACCOUNT';
  const missing = missingNeeds(judged);
  const open = judged.filter(({ state }) => state === 'unanswered').length;
  const before = stateOf(factOf(facts, 'apiserver/rbac-objects'), who.user, missing);
  return { table, isNoAccount, profile, account: who, missing, before, open };
}

/** One need, judged. */
export interface NeedRow {
  feature: string;
  /** `get, update configmaps datadogtoken in datadog`. */
  right: string;
  state: 'allowed' | 'denied' | 'unanswered';
  /** Which of its verbs are not allowed, where only some are not. */
  verbs: string;
  required: boolean;
  loses: string;
}
