/**
 * Which questions a bundle is asked. Those about a connection that nobody tried while it was made are not open: no bundle answers them, and all of them
 * together are one question, which only a run in the agent's own pod answers.
 */
import type { Judgement } from '../judge/judge.js';
import { isDnsName } from '../kubernetes/names.js';
import type { Check, Want } from '../model/check.js';
import type { AgentPod, AgentWorkload } from '../model/facts/placement.js';
import type { AnyFact, FactKind, Need } from '../model/facts.js';
import { NOT_IN_BUNDLE, POD_LIST_DISPUTED, POD_LIST_GIVEN } from '../report/own-words.js';
import { askAgain } from '../report/where/by-script.js';
import { isOwnedBy } from './objects/by-pods.js';
import type { NamedPod } from './objects/pod-named.js';

/** What of a bundle decides what it is asked. */
interface Holds {
  /** What was read in it, or failed to be, as `target/kind`. */
  looked: ReadonlySet<string>;
  /** It tells how the kubelet decides who may ask what. */
  tellsDecision: boolean;
  /** The agent read its pods, and a collector kept them. */
  gavePods: boolean;
  /** Its log goes on failing at the kubelet until it ends. */
  stillFails: boolean;
}

/** `drop`: it is not asked. `in-pod`: only a run in the agent's pod tells. `by-lists`: what `--collect` names would tell. */
type Then = 'keep' | 'drop' | 'in-pod' | 'by-lists';

type Row = readonly [
  of: string | ((check: Check) => boolean),
  answered: readonly Judgement['verdict']['kind'][] | 'any',
  holds: (bundle: Holds, check: Check) => boolean,
  then: Then,
];

const [PASS, OPEN] = [['pass'], ['cannot-tell']] as const;
const any = (): boolean => true;

/** The first row that holds: which question, how it was answered, what the bundle holds. */
const TABLE: readonly Row[] = [
  // Whoever reads a bundle asks no apiserver what he may.
  ['review-forbidden', 'any', any, 'drop'],
  // That policies allow it says nothing of the connection.
  ['network-policy', PASS, any, 'drop'],
  ['network-policy', OPEN, ({ looked }) => !looked.has('apiserver/egress-policies'), 'drop'],
  // That it answers who has a credential does not tell what it answers others.
  ['kubelet-open', PASS, ({ tellsDecision }) => !tellsDecision, 'drop'],
  // The defaults of this run are no settings of an agent.
  [any, PASS, ({ looked }, { needs }) => !needs.some((need) => !CHOSEN.includes(need) && looked.has(need)), 'drop'],
  ['kubelet-payload', OPEN, any, 'in-pod'],
  // Who was given the pods may read them.
  ['kubelet-forbidden', OPEN, ({ gavePods }) => gavePods, 'drop'],
  // Without all roles and bindings no permission is denied, and none is known to be held: --collect names the lists.
  [({ needs }) => needs.includes('apiserver/access'), [...PASS, ...OPEN], ({ looked }) => !looked.has('apiserver/access'), 'drop'],
  // By one answer that was kept no connection is well, and what nobody tried is open for all of them in kubelet-payload.
  [isAboutTrial, [...PASS, ...OPEN], any, 'drop'],
  [any, OPEN, ({ looked }, { needs }) => needs.some((need) => !COMMON.includes(need) && looked.has(need)), 'by-lists'],
  [any, OPEN, any, 'drop'],
  [any, 'any', any, 'keep'],
];

/** What was chosen for this run, as whose permissions are judged; and what every check hears. */
const CHOSEN: readonly Need[] = ['self/place', 'self/settings', 'self/profile', 'self/said', 'apiserver/account'];

/** What every bundle has, or was chosen: no question is open because of these. */
const COMMON: readonly Need[] = [...CHOSEN, 'apiserver/version', 'apiserver/node', 'apiserver/kubelet-versions'];

/** What a connection leaves. */
const TRIED = ['proxy', 'dns', 'tcp', 'tls', 'http', 'credential', 'second-sight', 'proxied'] as const satisfies readonly FactKind[];

/** Of these the answers of others tell as well: roles, policies, and what the kubelet gave the agent. */
const TOLD_BY_OTHERS: readonly string[] = ['kubelet-forbidden', 'network-policy', 'kubelet-payload'];

function isAboutTrial({ needs, target, question }: Check): boolean {
  return target !== 'self' && TRIED.some((kind) => needs.includes(`${target}/${kind}`)) && !TOLD_BY_OTHERS.includes(question);
}

/** `chosen`: the pod that was named; else any of the agent's on the node, where no DaemonSet tells of `agents`, by node. */
export function askedOf(
  judgements: readonly Judgement[],
  facts: readonly AnyFact[],
  node: string | undefined,
  chosen?: NamedPod,
  agents?: ReadonlyMap<string, NamedPod>,
): Judgement[] {
  const bundle = holdsOf(facts);
  return judgements.flatMap((judgement) => {
    const { check, verdict } = judgement;
    const row = TABLE.find(
      ([of, answered, holds]) =>
        (typeof of === 'string' ? of === check.question : of(check)) &&
        (answered === 'any' || answered.includes(verdict.kind)) &&
        holds(bundle, check),
    );
    if (row?.[3] === 'drop') return [];
    if (row?.[3] === 'keep' || verdict.kind !== 'cannot-tell') return [judgement];
    if (row?.[3] === 'by-lists') return [{ check, verdict: { ...verdict, wants: verdict.wants.map(withoutAsking) } }];
    // A log tells that it failed, and no more.
    const why = verdict.why.id.endsWith('.said.wrapped') ? verdict.why : whyOpen(bundle);
    const wants = [{ need: 'kubelet/http' as const, elsewhere: askInPod(facts, node, chosen, agents) }];
    return [{ check, verdict: { ...verdict, why, wants } }];
  });
}

function whyOpen({ gavePods, stillFails }: Holds) {
  if (!gavePods) return NOT_IN_BUNDLE;
  return stillFails ? POD_LIST_DISPUTED : POD_LIST_GIVEN;
}

function holdsOf(facts: readonly AnyFact[]): Holds {
  const answers = facts.filter(isAnswer);
  const isLooked = ({ outcome: { status } }: AnyFact) => status === 'observed' || status === 'failed';
  const read = facts.filter((fact) => isLooked(fact) && !isAnswer(fact));
  const looked = new Set(read.map(({ target, kind }) => `${target}/${kind}`));
  return {
    looked,
    tellsDecision: looked.has('self/kubelet-config') || answers.some(({ outcome }) => outcome.data.payload?.kubelet?.authorizationMode),
    gavePods: answers.some(({ outcome }) => outcome.data.path === '/pods'),
    stillFails: facts.some(stillFails),
  };
}

/** What a flare holds of the kubelet's answers: of the way there, and of what it did not ask, it tells nothing. */
function isAnswer(fact: AnyFact): fact is AnyFact & { kind: 'http'; outcome: { status: 'observed' } } {
  return fact.kind === 'http' && fact.target === 'kubelet' && fact.outcome.status === 'observed' && fact.outcome.data.status === 200;
}

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
  const daemonset = chosenIn(facts);
  const own = podsByNode(pods).get(node);
  const isAsked = (each: AgentPod | undefined) => each && (!daemonset || isOwnedBy(each, daemonset));
  const pod = [chosen ?? (isAsked(own) ? own : undefined) ?? (daemonset ? undefined : agents?.get(node ?? ''))].find(
    (each) => each && [each.namespace, each.pod].every(isDnsName),
  );
  return askAgain(pod ? { namespace: pod.namespace, pod: pod.pod } : {}, chosen?.isAnothers ? 'first' : 'agent');
}

/** The DaemonSet that was named, where the bundle has it: pods of another are not asked in its place. */
function chosenIn(facts: readonly AnyFact[]): AgentWorkload | undefined {
  const fact = facts.find((each): each is AnyFact & { kind: 'workloads' } => each.kind === 'workloads');
  const found = fact?.outcome.status === 'observed' ? fact.outcome.data : undefined;
  return found?.by === 'flag' ? found.workloads[0] : undefined;
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
