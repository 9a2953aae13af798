/** The questions behind a need, one a verb, and what their answers say of it. */
import type { AccessRequest } from '../kubernetes/rbac.js';
import type { Fact, ResolvedNeed, ResolvedProfile } from '../model/facts.js';

/** One question for a review API. */
export type Question = AccessRequest;

/** The subject of its fact: `get nodes/stats`, `update configmaps datadogtoken -n datadog`, `get /metrics`. */
export function subjectOfAccess({ verb, group, resource, subresource, name, namespace, path }: Question): string {
  if (path) return `${verb} ${path}`;
  // The node's name is part of what a kubelet asks, and of no subject: all its paths are about one node.
  const named = name && resource !== 'nodes' ? ` ${name}` : '';
  const what = `${resource}${group ? `.${group}` : ''}${subresource ? `/${subresource}` : ''}`;
  return `${verb} ${what}${named}${namespace ? ` -n ${namespace}` : ''}`;
}

/** Every question that decides a need: per verb the right itself and those that serve as well. */
export function questionsOf(need: ResolvedNeed): Question[] {
  return need.verbs.flatMap((verb) => alternativesOf(need, verb));
}

function alternativesOf({ group, resource, subresource, orElse = [], name, namespace, path }: ResolvedNeed, verb: string): Question[] {
  return [subresource, ...orElse].map((sub) => ({
    verb,
    group,
    resource,
    ...(sub ? { subresource: sub } : {}),
    ...(name ? { name } : {}),
    ...(namespace ? { namespace } : {}),
    ...(path ? { path } : {}),
  }));
}

export type State = 'allowed' | 'denied' | 'unanswered';

/** One need, judged: by verb, and as a whole. */
export interface JudgedNeed {
  need: ResolvedNeed;
  state: State;
  denied: string[];
  unanswered: string[];
}

/** A verb is denied only when every question that could grant it was answered with no; not allowed to ask is no answer. */
export function judgeNeeds(needs: readonly ResolvedNeed[], facts: readonly Fact<'access'>[]): JudgedNeed[] {
  const allowed = new Map(facts.flatMap((f) => (f.outcome.status === 'observed' ? [[f.subject, f.outcome.data.allowed] as const] : [])));
  return needs.map((need) => {
    const states = need.verbs.map((verb) => {
      const said = alternativesOf(need, verb).map((question) => allowed.get(subjectOfAccess(question)));
      if (said.includes(true)) return [verb, 'allowed'] as const;
      return [verb, said.every((one) => one === false) ? 'denied' : 'unanswered'] as const;
    });
    const among = (state: State) => states.flatMap(([verb, its]) => (its === state ? [verb] : []));
    const [denied, unanswered] = [among('denied'), among('unanswered')];
    return { need, state: denied.length > 0 ? 'denied' : unanswered.length > 0 ? 'unanswered' : 'allowed', denied, unanswered };
  });
}

/** A need that is only perhaps one is not missing: of an object whose name cannot be seen it is, where not even one without a name is allowed. */
function softened(judged: readonly JudgedNeed[]): JudgedNeed[] {
  const isOfSame = (a: ResolvedNeed, b: ResolvedNeed): boolean =>
    a.feature === b.feature && a.group === b.group && a.resource === b.resource && a.namespace === b.namespace;
  const hasNone = ({ name, ...need }: ResolvedNeed) =>
    name !== undefined &&
    judged.some((each) => each.state === 'denied' && !each.need.maybe && each.need.name === undefined && isOfSame(each.need, need));
  return judged.map((each) =>
    each.state === 'denied' && each.need.maybe && !(each.need.maybe === 'unseen' && hasNone(each.need)) ? left(each) : each,
  );
}

function left(each: JudgedNeed): JudgedNeed {
  return { ...each, state: 'unanswered', denied: [], unanswered: [...each.denied, ...each.unanswered] };
}

/**
 * A profile's needs, judged. Where a setting out of sight may have chosen the other kind of leader lock, that one's rights count: all of them
 * held, it is open which lock is meant; not held either, no election can work, and both kinds are missing, as chart and operator grant both.
 */
export function judgeProfile({ needs, otherLock = [] }: ResolvedProfile, facts: readonly Fact<'access'>[]): JudgedNeed[] {
  const judged = softened(judgeNeeds(needs, facts));
  const isDenied = ({ need, state }: JudgedNeed) => need.kind === 'leader-lock' && state === 'denied';
  if (otherLock.length === 0 || !judged.some(isDenied)) return judged;
  const other = softened(judgeNeeds(otherLock, facts));
  if (other.some(({ state }) => state === 'denied')) return [...judged, ...other];
  return judged.map((each) => (isDenied(each) ? left(each) : each));
}

/** What is missing, as needs with only the verbs that are. */
export function missingNeeds(judged: readonly JudgedNeed[]): ResolvedNeed[] {
  return judged.flatMap(({ need, denied }) => (denied.length > 0 ? [{ ...need, verbs: denied }] : []));
}

/** `list, watch events`, `update configmaps/datadogtoken in datadog`, `get nodes/stats`. */
export function describeNeed({ verbs, group, resource, subresource, name, namespace, path }: ResolvedNeed): string {
  const what = path ?? `${resource}${group ? `.${group}` : ''}${subresource ? `/${subresource}` : ''}`;
  return `${verbs.join(', ')} ${what}${name ? ` ${name}` : ''}${namespace ? ` in ${namespace}` : ''}`;
}
