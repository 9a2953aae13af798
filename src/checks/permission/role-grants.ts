/**
 * Does every rule of the agent's role grant what was meant? RBAC accepts any word as a resource and says nothing of one that nobody asks for.
 * From the roles where they may be read, else from SelfSubjectRulesReview: a rule that it lists is held, one that it does not list proves nothing.
 */

import { binds, refersTo, requesterOf, ruleAllows } from '../../kubernetes/rbac.js';
import {
  type CauseDocs,
  defineCheck,
  type Evidence,
  type Problem,
  type Say,
  type Verdict,
  type View,
  type Want,
} from '../../model/check.js';
import type { Fact, OwnRules, RbacObjects, RbacRule, ResolvedNeed } from '../../model/facts.js';
import { accountName, firstOf } from '../shared/brief.js';
import { citeBy } from '../shared/cite.js';
import { type AnswerOf, firstThatHolds, given, otherwise, type Row } from '../shared/decide.js';
import { cannotTell, type Grounds, notApplicable, pass, problem } from '../shared/problem.js';
import { inTheirWords } from '../shared/proof.js';
import { looked, seen } from '../shared/read.js';
import { type DeadPart, deadIn } from './shared/dead-rules.js';
import { grantFix, lossesOf, RIGHTS_NEEDS, type Rights, rightsOf, severityOf } from './shared/rights.js';

const NEEDS = [...RIGHTS_NEEDS, 'apiserver/own-rules'] as const;

const WORDS = {
  nothing: "A rule in the agent's role has no effect: {rules}",
  harmless: "A rule in the agent's role has no effect: {rules}",
  create: 'The agent may not create {resources}: its rule allows it only by name',
  createHarmless: 'A rule allows create on {resources} only by name, which does not match',
  meant: '{dead} (use {meant})',
  dead: '{dead} (not used by any request)',
  saw: 'rule: {rule}',
  sawDead: 'rule: {rule}; without effect: {dead}',
  grant: 'Grant {account} the intended permissions',
  notKnown: 'permissions not checked',
  notAsked: 'all permissions are granted; `kubelet-doctor rbac` checks the rules',
  inPart: 'roles and bindings were not read to their end',
  notOurs: 'the rules could not be read',
} as const satisfies Record<string, string>;

const CAUSES = {
  'role-grants-nothing': {
    title: 'role rule without effect',
    means: 'The role has a rule for a resource or path that no request ever uses. It looks right and grants nothing.',
    happens:
      'The role names nodes/logs (correct: nodes/log), nodes/spec (removed from kubelets), or kubelet paths as nonResourceURLs: those are paths of the apiserver, a kubelet checks subresources of nodes. Some of these come with the chart and are harmless.',
    confirm:
      'Compare the rules with what the 403 of the kubelet names:\n\n    kubectl auth can-i --list --as=system:serviceaccount:NAMESPACE:NAME',
    fix: 'Add the intended rule; remove the one without effect.',
    avoid: 'Do not replace it with `*`: write the intended rule.',
  },
  'create-limited-by-name': {
    title: 'create allowed only by name',
    means:
      'A rule with resourceNames allows requests for these names only. A create request has no name yet, so the rule does not allow it.',
    happens: 'get, update and create are in one rule for the leader lock or the event bookmark.',
    confirm:
      'This prints `no`, although the rule lists create:\n\n    kubectl auth can-i create leases.coordination.k8s.io -n NAMESPACE \\\n      --as=system:serviceaccount:NAMESPACE:NAME',
    fix: 'Split the rule in two: create without names, the other verbs with names.',
    avoid: 'Do not remove resourceNames from the other verbs: the agent could then change every lock of the namespace.',
  },
} as const satisfies Record<string, CauseDocs>;

type Cause = keyof typeof CAUSES;

export const roleGrants = defineCheck({
  question: 'role-grants',
  asks: "Does every rule of the agent's role have an effect?",
  target: 'apiserver',
  layer: 'authz',
  required: false,
  needs: NEEDS,
  words: WORDS,
  causes: CAUSES,
  judge(view, say) {
    const clues = read(view);
    return ANSWERS[firstThatHolds(DECISION, clues)](clues, say);
  },
});

type Words = Say<typeof WORDS>;

interface Clues {
  rights: Rights | undefined;
  missing: ResolvedNeed[];
  inDepth: boolean;
  /** Where the rules are from. */
  from: Fact<'rbac-objects' | 'own-rules'>;
  rules: RbacRule[] | undefined;
  /** Roles and bindings were not read to their end: a rule that is not there may be in the rest. */
  inPart: boolean;
  witness: Grounds;
  dead: (DeadPart & { rule: RbacRule })[];
  /** Dead parts by which a right was meant that is missing. */
  deadAndMissing: Clues['dead'];
  /** Rules that allow create by name: never. */
  limited: RbacRule[];
  limitedAndMissing: RbacRule[];
  wants: Want[];
}

function read(view: View<(typeof NEEDS)[number]>): Clues {
  const rights = rightsOf(view);
  const [objects, own] = [view.one('apiserver/rbac-objects'), view.one('apiserver/own-rules')];
  const missing = rights?.missing ?? [];
  const rules = rights && rulesOf(seen(objects), seen(own), rights.account.user);
  const dead = (rules ?? []).flatMap((rule) => deadIn(rule).map((part) => ({ rule, ...part })));
  const limited = (rules ?? []).filter(({ verbs, names }) => verbs.includes('create') && names.length > 0);
  const create = missing.filter(({ verbs }) => verbs.includes('create'));
  return {
    rights,
    missing,
    inDepth: rights?.profile.inDepth === true,
    from: seen(objects) ? objects : own,
    rules,
    inPart: seen(objects)?.complete === false,
    witness: [view.one('self/profile'), ...(rights?.access ?? [])],
    dead,
    deadAndMissing: dead.filter(({ meant }) => meant && missing.some((need) => isNode(need, meant))),
    limited,
    limitedAndMissing: limited.filter((rule) => create.some((need) => ruleAllows({ ...rule, names: [] }, { ...need, verb: 'create' }))),
    wants: [
      { need: 'apiserver/rbac-objects' },
      ...(looked(objects) && rights ? [{ need: 'apiserver/own-rules' as const, subject: rights.profile.namespace.value }] : []),
    ],
  };
}

/** A rule that keeps a right away goes before one that only helps nobody, which is said in depth alone. */
const DECISION = [
  ['not-known', (c) => c.rights === undefined],
  ['not-asked', (c) => c.missing.length === 0 && !c.inDepth],
  ['not-ours', (c) => c.rules === undefined],
  ['grants-nothing', (c) => c.deadAndMissing.length > 0],
  ['limited-by-name', (c) => c.limitedAndMissing.length > 0],
  ['in-part', (c) => c.inPart && (!c.inDepth || c.limited.length + c.dead.length === 0)],
  ['in-order', (c) => !c.inDepth],
  ['harmlessly-limited', (c) => c.limited.length > 0],
  ['harmlessly-dead', (c) => c.dead.length > 0],
  ['in-order', otherwise],
] as const satisfies readonly Row<string, Clues>[];

const ANSWERS: Record<AnswerOf<typeof DECISION>, (clues: Clues, say: Words) => Verdict<Cause>> = {
  'not-known': (_, say) => notApplicable(say('notKnown')),
  'not-asked': ({ witness }, say) => pass(witness, say('notAsked')),
  'not-ours': ({ wants }, say) => cannotTell(say('notOurs'), wants),
  'in-part': (_, say) => cannotTell(say('inPart')),
  'in-order': ({ from }) => pass(from),
  'grants-nothing': (clues, say) =>
    problem('role-grants-nothing', {
      proof: inTheirWords(clues.from),
      title: say('nothing', { rules: firstOf(deadWords(clues.deadAndMissing, say)) }),
      ...withMissing('role-grants-nothing', clues, say),
      evidence: quotedDead(clues, clues.deadAndMissing, say),
    }),
  'limited-by-name': (clues, say) =>
    problem('create-limited-by-name', {
      proof: inTheirWords(clues.from),
      title: say('create', { resources: resourcesOf(clues.limitedAndMissing) }),
      ...withMissing('create-limited-by-name', clues, say),
      evidence: quoted(clues, clues.limitedAndMissing, say),
    }),
  'harmlessly-limited': (clues, say) =>
    problem('create-limited-by-name', {
      proof: inTheirWords(clues.from),
      severity: 'note',
      title: say('createHarmless', { resources: resourcesOf(clues.limited) }),
      evidence: quoted(clues, clues.limited, say),
      fixes: [],
    }),
  'harmlessly-dead': (clues, say) =>
    problem('role-grants-nothing', {
      proof: inTheirWords(clues.from),
      severity: 'note',
      title: say('harmless', { rules: firstOf(deadWords(clues.dead, say)) }),
      evidence: quotedDead(clues, clues.dead, say),
      fixes: [],
    }),
};

function withMissing(cause: Cause, { rights, missing }: Clues, say: Words): Pick<Problem, 'severity' | 'features' | 'fixes'> {
  const known = given(rights);
  const fix = grantFix(known, cause, missing, say('grant', { account: accountName(known.account.user) }));
  return { severity: severityOf(missing), features: lossesOf(missing), fixes: [fix] };
}

function deadWords(dead: Clues['dead'], say: Words): string[] {
  const words = dead.map(
    ({ text, meant }) => (meant ? say('meant', { dead: text, meant: `nodes/${meant}` }) : say('dead', { dead: text })).en,
  );
  return [...new Set(words)];
}

function resourcesOf(rules: RbacRule[]): string {
  return [...new Set(rules.flatMap(({ resources }) => resources))].join(', ');
}

function quotedDead({ from }: Clues, dead: Clues['dead'], say: Words): Evidence[] {
  const rules = [...new Set(dead.map(({ rule }) => rule))];
  return rules.map((rule) => {
    const parts = deadWords(
      dead.filter((part) => part.rule === rule),
      say,
    );
    return citeBy(`apiserver/${from.kind}`, '', say('sawDead', { rule: ruleText(rule), dead: parts.join(', ') }), from.reproduce);
  });
}

function quoted({ from }: Clues, rules: RbacRule[], say: Words): Evidence[] {
  return rules.map((rule) => citeBy(`apiserver/${from.kind}`, '', say('saw', { rule: ruleText(rule) }), from.reproduce));
}

/** Rules of the roles bound to the user; else what the apiserver lists of ours. */
function rulesOf(objects: RbacObjects | undefined, own: OwnRules | undefined, user: string): RbacRule[] | undefined {
  if (!objects) return own?.rules;
  const mine = objects.bindings.filter((binding) => binds(binding, requesterOf(user)));
  return objects.roles.filter((role) => mine.some((binding) => refersTo(binding, role))).flatMap((role) => role.rules);
}

function isNode(need: ResolvedNeed, subresource: string): boolean {
  return need.resource === 'nodes' && (need.subresource === subresource || need.orElse?.includes(subresource) === true);
}

function ruleText({ verbs, groups, resources, names, paths }: RbacRule): string {
  const what =
    paths.length > 0 ? `nonResourceURLs ${paths.join(',')}` : `${resources.join(',')} of ${groups.map((g) => g || '""').join(',')}`;
  return `${verbs.join(',')} ${what}${names.length > 0 ? ` named ${names.join(',')}` : ''}`.slice(0, 300);
}
