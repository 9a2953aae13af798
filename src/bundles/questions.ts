/**
 * Which questions a bundle is asked. Those about a connection that nobody tried while it was made are not open: no bundle answers them, and all of them
 * together are one question, which only a run in the agent's own pod answers.
 */
import type { Judgement } from '../judge/judge.js';
import { isDnsName } from '../kubernetes/names.js';
import type { Check, Want } from '../model/check.js';
import type { AgentPod } from '../model/facts/placement.js';
import type { AnyFact, FactKind, Need } from '../model/facts.js';
import { NOT_IN_BUNDLE, POD_LIST_DISPUTED, POD_LIST_GIVEN } from '../report/own-words.js';
import { askAgain } from '../report/where/by-script.js';
import type { NamedPod } from './objects/pod-named.js';

/** The question that stands for all of them: does the kubelet answer the agent. */
const STANDS_FOR_ALL = 'kubelet-payload';

/** What was chosen for this run; and what every check hears. */
const CHOSEN: readonly Need[] = ['self/place', 'self/settings', 'self/profile', 'self/said'];

/** What every bundle has, or was chosen: no question is open because of these. */
const COMMON: readonly Need[] = [...CHOSEN, 'apiserver/version', 'apiserver/node', 'apiserver/kubelet-versions'];

/** What a connection leaves. */
const TRIED = ['proxy', 'dns', 'tcp', 'tls', 'http', 'credential', 'second-sight', 'proxied'] as const satisfies readonly FactKind[];

/** About a connection, and not about what others say of the rights or of the settings. */
const isAboutTrial = ({ needs, target, question }: Check): boolean =>
  target !== 'self' && TRIED.some((kind) => needs.includes(`${target}/${kind}`)) && question !== 'kubelet-forbidden';

/** `chosen`: the pod that was named; else any of the agent's on the node, where no DaemonSet tells of `agents`, by node. */
export function askedOf(
  judgements: readonly Judgement[],
  facts: readonly AnyFact[],
  node: string | undefined,
  chosen?: NamedPod,
  agents?: ReadonlyMap<string, NamedPod>,
): Judgement[] {
  const looked = new Set(
    facts.flatMap((fact) => {
      const { target, kind, outcome } = fact;
      return (outcome.status === 'observed' || outcome.status === 'failed') && !isAnswer(fact) ? [`${target}/${kind}`] : [];
    }),
  );
  const isTold = ({ check }: Judgement) =>
    check.needs.some((need) => !COMMON.includes(need) && looked.has(need)) &&
    (!isAboutTrial(check) || TRIED.some((kind) => looked.has(`${check.target}/${kind}`)));
  const isOpenKnown =
    looked.has('self/kubelet-config') || facts.some((fact) => isAnswer(fact) && fact.outcome.data.payload?.kubelet?.authorizationMode);
  return judgements.flatMap((judgement) => {
    const { check, verdict } = judgement;
    // That it answers who has a credential does not tell what it answers others.
    if (check.question === 'kubelet-open' && verdict.kind === 'pass' && !isOpenKnown) return [];
    // The defaults of this run are no settings of an agent.
    if (verdict.kind === 'pass' && !check.needs.some((need) => !CHOSEN.includes(need) && looked.has(need))) return [];
    // By one answer that was kept no connection is well.
    if (verdict.kind === 'pass' && isAboutTrial(check) && check.question !== STANDS_FOR_ALL) return [];
    if (verdict.kind !== 'cannot-tell') return [judgement];
    if (check.question === STANDS_FOR_ALL) {
      // A log tells that it failed, and no more.
      const isLogged = verdict.why.id.endsWith('.said.wrapped');
      const given = facts.some(stillFails) ? POD_LIST_DISPUTED : POD_LIST_GIVEN;
      const why = isLogged ? verdict.why : facts.some(gavePods) ? given : NOT_IN_BUNDLE;
      return [
        {
          check,
          verdict: { ...verdict, why, wants: [{ need: 'kubelet/http' as const, elsewhere: askInPod(facts, node, chosen, agents) }] },
        },
      ];
    }
    if (!isTold(judgement) || isAboutTrial(check) || (check.question === 'kubelet-forbidden' && facts.some(gavePods))) return [];
    return [{ check, verdict: { ...verdict, wants: verdict.wants.map(withoutAsking) } }];
  });
}

/** What a flare holds of the kubelet's answers: of the way there, and of what it did not ask, it tells nothing. */
function isAnswer(fact: AnyFact): fact is AnyFact & { kind: 'http'; outcome: { status: 'observed' } } {
  return fact.kind === 'http' && fact.target === 'kubelet' && fact.outcome.status === 'observed' && fact.outcome.data.status === 200;
}

/** The agent read them, and a collector kept them. */
const gavePods = (fact: AnyFact): boolean => isAnswer(fact) && fact.outcome.data.path === '/pods';

/** What the agent met at its kubelet when its log ended, and nothing in it is over. */
function stillFails({ kind, outcome }: AnyFact): boolean {
  if (kind !== 'said' || outcome.status !== 'observed') return false;
  const { speaker, server, lasts, isHistory, causes } = outcome.data;
  return speaker === 'node-agent' && server === 'kubelet' && lasts && !isHistory && causes.length > 0;
}

const NO_PODS: readonly AgentPod[] = [];

/** What this program would ask a cluster for, the lists answer that --collect names. */
function withoutAsking({ elsewhere, ...want }: Want): Want {
  return elsewhere === undefined || /^kubelet-doctor (?:nodes|rbac|settings)\b/.test(elsewhere) ? want : { ...want, elsewhere };
}

/** With the names that the bundle has; any agent's pod does where no node is meant. */
function askInPod(facts: readonly AnyFact[], node: string | undefined, chosen?: NamedPod, agents?: ReadonlyMap<string, NamedPod>): string {
  const fact = facts.find((each): each is AnyFact & { kind: 'agent-pods' } => each.kind === 'agent-pods');
  const pods = fact?.outcome.status === 'observed' ? fact.outcome.data.pods : NO_PODS;
  const pod = [chosen ?? podsByNode(pods).get(node) ?? agents?.get(node ?? '')].find(
    (each) => each && [each.namespace, each.pod].every(isDnsName),
  );
  const asked = askAgain(pod ? { namespace: pod.namespace, pod: pod.pod } : {});
  return chosen?.isAnothers ? asked.replace(' -c agent ', ' ') : asked;
}

const known = new WeakMap<readonly AgentPod[], ReadonlyMap<string | undefined, AgentPod>>();

/** The first of each node, and of all; of thousands each node's is looked for. */
function podsByNode(pods: readonly AgentPod[]): ReadonlyMap<string | undefined, AgentPod> {
  const there = known.get(pods);
  if (there) return there;
  const first = new Map<string | undefined, AgentPod>();
  for (const each of pods) {
    if (each.leaving || ![each.namespace, each.pod].every(isDnsName)) continue;
    for (const node of [undefined, each.node]) if (!first.has(node)) first.set(node, each);
  }
  known.set(pods, first);
  return first;
}
