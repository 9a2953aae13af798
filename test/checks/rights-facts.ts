/** Facts about rights for the tables: an account, its profile, and the apiserver's answers. */
import type { Account, AnyFact, RbacBinding, RbacObjects, RbacRole, ResolvedProfile } from '../../src/model/facts.js';
import { type Question, questionsOf, subjectOfAccess } from '../../src/profiles/access.js';
import { datadogAgent } from '../../src/profiles/datadog-agent.js';
import { type Choices, resolveProfile } from '../../src/profiles/resolve.js';
import { fact } from './facts.js';
import { AGENT, identity } from './kubelet-answers.js';

export { AGENT };

export function profile(change: Partial<Choices> = {}, agentsProfile = datadogAgent): ResolvedProfile {
  return resolveProfile(agentsProfile, {
    source: 'built in',
    asked: [],
    environment: {},
    kubeletVersions: ['v1.36.2'],
    namespace: { value: 'datadog', from: "the agent's pod" },
    inDepth: false,
    ...change,
  });
}

export const account = (change: Partial<Account> = {}): AnyFact =>
  fact('apiserver/account', { user: AGENT, from: 'identity', by: 'self', ...change });

export const answered = (question: Question, allowed: boolean, user?: string): AnyFact =>
  fact('apiserver/access', { ...question, allowed, ...(user ? { user } : {}) }, subjectOfAccess(question));

/** Account, profile and answers: all allowed but the subjects that match `denied`; those that match `open` were never asked. */
export function rights(resolved: ResolvedProfile, denied?: RegExp, open?: RegExp): AnyFact[] {
  const questions = [...new Map(resolved.needs.flatMap(questionsOf).map((q) => [subjectOfAccess(q), q])).entries()];
  return [
    identity(),
    account(),
    fact('self/profile', resolved),
    ...questions.filter(([subject]) => !open?.test(subject)).map(([subject, question]) => answered(question, !denied?.test(subject))),
  ];
}

export const clusterRole = (name: string, resources: string[], change: Partial<RbacRole['rules'][number]> = {}): RbacRole => ({
  kind: 'ClusterRole',
  name,
  rules: [{ verbs: ['get'], groups: [''], resources, names: [], paths: [], ...change }],
});

export const binding = (name: string, role: string, subject: { namespace: string; name: string }, namespace?: string): RbacBinding => ({
  kind: namespace ? 'RoleBinding' : 'ClusterRoleBinding',
  name,
  ...(namespace ? { namespace } : {}),
  role: { kind: 'ClusterRole', name: role },
  subjects: [{ kind: 'ServiceAccount', ...subject }],
});

export const objects = (change: Partial<RbacObjects> = {}): AnyFact =>
  fact('apiserver/rbac-objects', { bindings: [], roles: [], gone: [], complete: true, ...change });

/** The same, where no one was asked: by the roles of a bundle. */
export function byRoles(facts: readonly AnyFact[]): AnyFact[] {
  return facts.map((each) => {
    const { outcome } = each;
    const isTold = (each.kind === 'access' || each.kind === 'account') && outcome.status === 'observed';
    return isTold ? ({ ...each, outcome: { ...outcome, data: { ...outcome.data, by: 'roles' } } } as AnyFact) : each;
  });
}
