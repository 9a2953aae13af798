/** What every check about the agent's rights shares: whose they are, which are missing, and how a fix for them looks. */

import { serviceAccountOf } from '../../../kubernetes/names.js';
import { isAllowed, type RbacState, requesterOf, ruleAllows } from '../../../kubernetes/rbac.js';
import { type AccountName, canINeeds, type Granted, grantTo } from '../../../manifests/needs-yaml.js';
import type { Evidence, Fix, Message, Verdict, View } from '../../../model/check.js';
import type { Account, Fact, NeedKind, RbacRule, ResolvedNeed, ResolvedProfile } from '../../../model/facts.js';
import { type JudgedNeed, judgeProfile, missingNeeds, questionsOf, subjectOfAccess } from '../../../profiles/access.js';
import { cite } from '../../shared/cite.js';
import { byHand, fixBy, grants } from '../../shared/fix.js';
import { failure, seen } from '../../shared/read.js';
import { printedBy } from './printed-by.js';

export const RIGHTS_NEEDS = [
  'apiserver/access',
  'apiserver/account',
  'apiserver/identity',
  'apiserver/rbac-objects',
  'self/profile',
  'self/place',
] as const;

type RightsView = View<(typeof RIGHTS_NEEDS)[number]>;

/** What is asked of whom, and what came of it. */
export interface Rights {
  profile: ResolvedProfile;
  account: Account;
  /** Namespace and name, when it is a ServiceAccount that may be printed. */
  name?: AccountName;
  /** What the apiserver answered. */
  access: Fact<'access'>[];
  judged: JudgedNeed[];
  missing: ResolvedNeed[];
  /** Roles and bindings, where all could be read and no other authorizer has its say: what they allow is what the reviews say. */
  before?: RbacState;
}

/** Undefined while it is not known, and for identities whose rights are nobody's business here. */
export function rightsOf(view: RightsView): Rights | undefined {
  const [account, profile] = [seen(view.one('apiserver/account')), seen(view.one('self/profile'))];
  const [identity, place] = [seen(view.one('apiserver/identity')), seen(view.one('self/place'))];
  if (!account || !profile || isForeign(account, place?.place === 'debug-pod')) return undefined;
  const access = view.all('apiserver/access');
  const judged = judgeProfile(profile, access);
  // A name that an older server's refusal gave is the server's word: it is not put into YAML.
  const trusted = account.from === 'flag' || account.from === 'workload' || identity?.by === 'review';
  const name = trusted ? serviceAccountOf(account.user) : undefined;
  const missing = missingNeeds(judged);
  const before = stateOf(view.one('apiserver/rbac-objects'), account.user, missing);
  return { profile, account, ...(name ? { name } : {}), access, judged, missing, ...(before ? { before } : {}) };
}

/** The account that was named does not exist. */
export function isNoAccount(view: View<'apiserver/account'>): boolean {
  return failure(view.one('apiserver/account')) === 'ENOACCOUNT';
}

/** What is there, as far as an effect may be computed against it. */
export function stateOf(fact: Fact<'rbac-objects'>, user: string, missing: readonly ResolvedNeed[]): RbacState | undefined {
  const objects = seen(fact);
  if (!objects?.complete) return undefined;
  const questions = missing.flatMap(questionsOf);
  return questions.some((question) => isAllowed(objects, requesterOf(user), question)) ? undefined : objects;
}

/** A kubelet's identity, or the ServiceAccount that `kubectl debug` happens to get: not the agent's rights. */
function isForeign({ user, from }: Account, inDebugPod: boolean): boolean {
  return from === 'identity' && (user.startsWith('system:node:') || (inDebugPod && serviceAccountOf(user)?.name === 'default'));
}

export function ofKind(needs: readonly ResolvedNeed[], ...kinds: NeedKind[]): ResolvedNeed[] {
  return needs.filter((need) => kinds.includes(need.kind));
}

export function severityOf(needs: readonly ResolvedNeed[]): 'blocks' | 'degrades' {
  return needs.some((need) => need.required) ? 'blocks' : 'degrades';
}

/** These rights stay open: where a required feature needs one of them, nobody may say that all is well. */
export function openFor(needs: readonly ResolvedNeed[], open: Verdict<never>): Verdict<never> {
  return open.kind === 'cannot-tell' && needs.some(({ required }) => required) ? { ...open, required: true } : open;
}

export function lossesOf(needs: readonly ResolvedNeed[]): string[] {
  return [...new Set(needs.map((need) => need.loses))];
}

/** The manifest that closes a gap and the questions that show it closed; without YAML when a name may not be printed. */
export function grantFix(
  { name, account, profile, access, before }: Rights,
  cause: string,
  needs: readonly ResolvedNeed[],
  action: Message,
): Fix {
  const granted = name && grantTo(name, needs, { before });
  const source = name && printedBy(granted?.yaml, { cause, name, profile, access });
  const verify = (name && canINeeds(name, needs)) ?? 'kubelet-doctor rbac';
  return fixBy('cluster', 'config', action, { verify, ...(granted && grantOrAsk(account, granted, source)) });
}

/**
 * To an account that nobody saw nothing is granted here: the command asks again, as whoever may grant, and prints nothing for one that does not exist.
 */
export function grantOrAsk({ unseen }: Pick<Account, 'unseen'>, granted: Granted, source: string | undefined): Partial<Fix> {
  return unseen ? byHand(source) : { ...grants(granted), ...(source && { source }) };
}

/** The reviews that said no: the apiserver's own word, which proves that a right is not there. */
export function deniedFacts(view: RightsView, needs: readonly ResolvedNeed[]): Fact<'access'>[] {
  const subjects = new Set(needs.flatMap((need) => questionsOf(need)).map(subjectOfAccess));
  return [...subjects].map((subject) => view.one('apiserver/access', subject)).filter((fact) => seen(fact)?.allowed === false);
}

/** How each is said. */
export const SAW_DENIED = {
  saw: 'access review as {user}: {asked} denied',
  sawByRoles: 'by the roles in this bundle, {user} may not {asked}',
} as const;

/** The reviews that said no, each with its command. */
export function deniedEvidence(
  view: RightsView,
  needs: readonly ResolvedNeed[],
  say: (key: 'saw' | 'sawByRoles', words: { asked: string; user: string }) => Message,
): Evidence[] {
  const subjects = new Set(needs.flatMap((need) => questionsOf(need)).map(subjectOfAccess));
  return [...subjects].flatMap((subject): Evidence[] => {
    const fact = view.one('apiserver/access', subject);
    const answer = seen(fact);
    if (!answer || answer.allowed) return [];
    const user = answer.user ?? seen(view.one('apiserver/account'))?.user ?? '';
    return [cite(fact, say(answer.by === 'roles' ? 'sawByRoles' : 'saw', { asked: subject, user }))];
  });
}

/** Needs of which these rules grant every verb. */
export function grantedBy(rules: readonly RbacRule[], needs: readonly ResolvedNeed[]): ResolvedNeed[] {
  return needs.filter((need) =>
    need.verbs.every((verb) =>
      questionsOf({ ...need, verbs: [verb] }).some((question) => rules.some((rule) => ruleAllows(rule, question))),
    ),
  );
}
