/**
 * Does every rule of the agent's role grant what was meant? RBAC accepts any word as a resource and says nothing of one that nobody asks for.
 * From the roles where they may be read, else from SelfSubjectRulesReview: a rule that it lists is held, one that it does not list proves nothing.
 */

import { isSubject, refersTo } from '../../kubernetes/subjects.js';
import { defineCheck, type Evidence } from '../../model/check.js';
import type { OwnRules, RbacObjects, RbacRule, ResolvedNeed } from '../../model/facts.js';
import { describeNeed } from '../../profiles/access.js';
import { looked, seen } from '../shared/read.js';
import { grantFix, lossesOf, RIGHTS_NEEDS, rightsOf, severityOf } from './rights.js';

/** Subresources of nodes that anybody asks for: kubelets (pkg/kubelet/server/auth.go) and the apiserver (status, proxy). */
const NODE_SUBRESOURCES = new Set([
  'proxy',
  'stats',
  'metrics',
  'log',
  'checkpoint',
  'pods',
  'healthz',
  'configz',
  'statusz',
  'status',
  'flagz',
  '*',
]);

/** What was meant by a subresource that nobody asks for. */
const MEANT: Record<string, string> = {
  logs: 'log',
  metric: 'metrics',
  stat: 'stats',
  summary: 'stats',
  cadvisor: 'metrics',
  pod: 'pods',
  health: 'healthz',
  healthcheck: 'healthz',
  config: 'configz',
  configs: 'configz',
};

/** Paths of a kubelet: its authorizer never asks for them as paths. */
const KUBELET_URLS: Record<string, string> = {
  '/pods': 'pods',
  '/runningpods': 'pods',
  '/metrics/cadvisor': 'metrics',
  '/metrics/probes': 'metrics',
  '/metrics/resource': 'metrics',
  '/stats': 'stats',
  '/stats/summary': 'stats',
  '/stats/*': 'stats',
  '/spec': 'proxy',
  '/configz': 'configz',
};

export const roleGrants = defineCheck({
  question: 'role-grants',
  asks: "Does every rule of the agent's role grant something?",
  target: 'apiserver',
  layer: 'authz',
  required: false,
  needs: [...RIGHTS_NEEDS, 'apiserver/rbac-objects', 'apiserver/own-rules'],
  words: {
    nothing: 'Rules that grant nothing: {rules}; {user} may not {rights}',
    harmless: 'Rules that grant nothing: {rules}',
    create: 'A rule limits create of {resources} to names: it never allows it, and {user} may not {rights}',
    createHarmless: 'A rule limits create of {resources} to names, which never allows it',
    meant: '{dead} (nobody asks for it; meant is {meant})',
    dead: '{dead} (nobody asks for it)',
    saw: 'rule: {rule}',
    grant: 'Grant {user} what was meant: apply this, then run again with --wait',
    notKnown: 'rights not judged',
    notAsked: 'every right is held; `kubelet-doctor rbac` judges the rules in depth',
    notOurs: 'the rules are not ours to read',
  },
  causes: {
    'role-grants-nothing': {
      title: 'rule that grants nothing',
      means: 'The role holds a rule about a resource or path that nobody ever asks for. It reads as if it helped, and does not.',
      happens:
        'nodes/logs (it is nodes/log), nodes/spec (gone from kubelets), or the paths of a kubelet as nonResourceURLs: those are paths of the apiserver, a kubelet asks for subresources of nodes. Some come with the chart and are harmless.',
      confirm: 'Against what the 403 of the kubelet names:\n\n    kubectl auth can-i --list --as=system:serviceaccount:NAMESPACE:NAME',
      fix: 'The rule that was meant; the dead one can go.',
      avoid: 'Do not answer a dead rule with `*`: write the one that was meant.',
    },
    'create-limited-by-name': {
      title: 'create limited by name',
      means:
        'A rule with resourceNames allows requests for these names. A request to create has no name yet, so the rule never allows one.',
      happens: 'get, update and create written in one rule for the leader lock or the event bookmark.',
      confirm:
        'Says no, although the rule lists create:\n\n    kubectl auth can-i create leases.coordination.k8s.io -n NAMESPACE \\\n      --as=system:serviceaccount:NAMESPACE:NAME',
      fix: 'Two rules: create without names, the other verbs with them.',
      avoid: 'Do not drop resourceNames from the other verbs too: the agent could then change every lock of the namespace.',
    },
  },
  judge(view, say) {
    const rights = rightsOf(view);
    const [objects, own] = [view.one('apiserver/rbac-objects'), view.one('apiserver/own-rules')];
    if (!rights) return { kind: 'not-applicable', why: say('notKnown') };
    const { account, missing, profile } = rights;
    const { user } = account;
    if (missing.length === 0 && !profile.inDepth) return { kind: 'pass', note: say('notAsked') };
    const rules = rulesOf(seen(objects), seen(own), user);
    if (!rules)
      return {
        kind: 'cannot-tell',
        why: say('notOurs'),
        wants: [
          { need: 'apiserver/rbac-objects' },
          ...(looked(objects) ? [{ need: 'apiserver/own-rules' as const, subject: profile.namespace.value }] : []),
        ],
      };
    const from = seen(objects) ? objects : own;
    const sawRule = (rule: RbacRule): Evidence => ({
      need: seen(objects) ? 'apiserver/rbac-objects' : 'apiserver/own-rules',
      subject: '',
      saw: say('saw', { rule: ruleText(rule) }),
      reproduce: from.reproduce,
    });

    const dead = rules.flatMap((rule) => deadIn(rule).map((each) => ({ rule, ...each })));
    const limited = rules.filter((rule) => rule.verbs.includes('create') && rule.names.length > 0);
    const hit = dead.filter(({ meant }) => meant && missing.some((need) => isNode(need, meant)));
    const words = (all: typeof dead) =>
      [
        ...new Map(
          all.map(({ text, meant }) => [
            text,
            meant ? say('meant', { dead: text, meant: `nodes/${meant}` }).en : say('dead', { dead: text }).en,
          ]),
        ).values(),
      ].join('; ');
    const found = { kind: 'problem', certainty: 'proven' } as const;
    const mended = () => [grantFix(rights, missing, say('grant', { user }))];
    const list = missing.map(describeNeed).slice(0, 4).join(', ');
    if (hit.length > 0)
      return {
        ...found,
        cause: 'role-grants-nothing',
        severity: severityOf(missing),
        title: say('nothing', { rules: words(hit), user, rights: list }),
        features: lossesOf(missing),
        evidence: hit.map(({ rule }) => sawRule(rule)),
        fixes: mended(),
      };
    const blocked = limited.filter((rule) => missing.some((need) => need.verbs.includes('create') && coversResource(rule, need)));
    const resources = (some: RbacRule[]) => [...new Set(some.flatMap((rule) => rule.resources))].join(', ');
    if (blocked.length > 0)
      return {
        ...found,
        cause: 'create-limited-by-name',
        severity: severityOf(missing),
        title: say('create', { resources: resources(blocked), user, rights: list }),
        features: lossesOf(missing),
        evidence: blocked.map(sawRule),
        fixes: mended(),
      };
    const note = { ...found, severity: 'note' as const, features: [], fixes: [] };
    if (!profile.inDepth) return { kind: 'pass' };
    if (limited.length > 0)
      return {
        ...note,
        cause: 'create-limited-by-name',
        title: say('createHarmless', { resources: resources(limited) }),
        evidence: limited.map(sawRule),
      };
    if (dead.length > 0)
      return {
        ...note,
        cause: 'role-grants-nothing',
        title: say('harmless', { rules: words(dead) }),
        evidence: dead.map(({ rule }) => sawRule(rule)),
      };
    return { kind: 'pass' };
  },
});

/** Rules of the roles bound to the user; else what the apiserver lists of ours. */
function rulesOf(objects: RbacObjects | undefined, own: OwnRules | undefined, user: string): RbacRule[] | undefined {
  if (!objects) return own?.rules;
  const mine = objects.bindings.filter((binding) => binding.subjects.some((subject) => isSubject(subject, user)));
  return objects.roles.filter((role) => mine.some((binding) => refersTo(binding, role))).flatMap((role) => role.rules);
}

function deadIn(rule: RbacRule): { text: string; meant?: string }[] {
  const core = rule.groups.includes('') || rule.groups.includes('*');
  const resources = core ? rule.resources.flatMap((resource) => /^nodes\/(.+)$/.exec(resource)?.[1] ?? []) : [];
  return [
    ...resources
      .filter((sub) => !NODE_SUBRESOURCES.has(sub))
      .map((sub) => ({ text: `nodes/${sub}`, ...(MEANT[sub] ? { meant: MEANT[sub] } : {}) })),
    ...rule.paths.flatMap((path) => (KUBELET_URLS[path] ? [{ text: `nonResourceURLs ${path}`, meant: KUBELET_URLS[path] }] : [])),
  ];
}

function isNode(need: ResolvedNeed, subresource: string): boolean {
  return need.resource === 'nodes' && (need.subresource === subresource || need.orElse?.includes(subresource) === true);
}

function coversResource(rule: RbacRule, need: ResolvedNeed): boolean {
  return (
    (rule.resources.includes(need.resource) || rule.resources.includes('*')) &&
    (rule.groups.includes(need.group) || rule.groups.includes('*'))
  );
}

function ruleText({ verbs, groups, resources, names, paths }: RbacRule): string {
  const what =
    paths.length > 0 ? `nonResourceURLs ${paths.join(',')}` : `${resources.join(',')} of ${groups.map((g) => g || '""').join(',')}`;
  return `${verbs.join(',')} ${what}${names.length > 0 ? ` named ${names.join(',')}` : ''}`.slice(0, 300);
}
