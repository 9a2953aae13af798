/**
 * Every check hears what logs say of its causes, in one place, so that none has to ask. Where other facts decide the same, a log is one more piece of
 * evidence. Where nothing else decides, it opens a finding: suspected by a line, proven by a refusal's own words or by what is said up to the end.
 * Where other facts show that all is well, they win: a log tells of a time that may be over.
 */
import type { Check, Evidence, Fix, Message, Severity, Verdict } from '../model/check.js';
import type { Fact, Statement } from '../model/facts.js';
import { cite } from './shared/cite.js';
import { byHand, fixBy } from './shared/fix.js';
import { problem, type Said, suspected } from './shared/problem.js';
import { inTheirWords } from './shared/proof.js';
import { seen } from './shared/read.js';

const SAID = 'self/said';

/** The words of each cause are those of its runbook. */
const WORDS = {
  'said.at': '{log}: {sample} (at {at})',
  'said.once': '{log}: {sample}',
  'said.times': '{log}: {sample} ({count} times, the last at {at})',
  'said.often': '{log}: {sample} ({count} times)',
  'said.wrapped': '{log} shows only that it failed; set log_level to debug, and collect again',
  'said.disagrees': '{log} tells of failures to its end: {sample}; other answers of the kubelet were well',
  'said.fix': 'Follow kubelet-doctor explain {cause}',
} as const;

/** Causes that a log can name, and that block no agent by themselves. */
const LIGHTER: Readonly<Record<string, Severity>> = {
  'read-only-port-open': 'risk',
  'read-only-port-closed': 'note',
  'component-status-deprecated': 'note',
  'endpoints-deprecated': 'note',
  'node-cordoned': 'note',
  'review-forbidden': 'note',
  'agent-runtime-socket-wrong': 'degrades',
  'apiserver-forbidden-at-kubelet': 'degrades',
  'apiserver-throttles': 'degrades',
  'apiserver-unknown-at-kubelet': 'degrades',
  'cluster-agent-address-unset': 'degrades',
  'cluster-agent-token-short': 'degrades',
  'cluster-agent-unreachable': 'degrades',
  'container-runtime-down': 'degrades',
  'control-plane-tunnel-down': 'degrades',
  'event-bookmark-forbidden': 'degrades',
  'kubelet-debug-handlers-off': 'degrades',
  'kubelet-endpoint-fails': 'degrades',
  'kubelet-kubeconfig-broken': 'degrades',
  'leader-lock-forbidden': 'degrades',
  'permission-missing': 'degrades',
};

/** Whose way is the one that is asked about; what another client is refused is a hint. */
const SPEAKERS: readonly string[] = [
  'node-agent',
  'cluster-agent',
  'other-agent',
  'opentelemetry',
  'prometheus',
  'kubelet',
  'apiserver',
  'runtime',
  'object',
];

/** What refers to what the finding would have said before it, or is no act; and what takes something away is not said in passing. */
const NO_ACT = /^(?:A|As|If|It|The|Where|NetworkPolicies)\b|\b(?:it|its|them|this|that|there|first|delete|remove|again)\b/i;
/** An act is said in one line. */
const LONGEST_ACT = 84;
const MOST_CITED = 3;

type SayAny = (key: string, args?: Record<string, string | number>) => Message;

/** The check, with ears. */
export function hearing(check: Check): Check {
  return {
    ...check,
    needs: [...check.needs, SAID],
    words: { ...check.words, ...WORDS, ...wordsOf(check) },
    judge(view, say) {
      const verdict = check.judge(view, say);
      const all = view.all(SAID);
      const heard = all.filter((fact) => tellsOf(fact, Object.keys(check.causes)));
      return heard.length === 0 ? withoutReason(check, verdict, all, say as SayAny) : withHeard(check, verdict, heard, say as SayAny);
    },
  };
}

/** A title, and an act where the runbook begins with one. */
function wordsOf({ causes }: Pick<Check, 'causes'>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(causes).flatMap(([cause, { title, fix }]) => {
      const act = /^[A-Z][^\n`{}]*?(?=[.;:](?:\s|$)| \()/.exec(fix)?.[0];
      const isAct = act !== undefined && act.length <= LONGEST_ACT && !NO_ACT.test(act);
      return [[`said.title.${cause}`, `Log shows: ${title}`], ...(isAct ? [[`said.fix.${cause}`, act]] : [])];
    }),
  );
}

function tellsOf(fact: Fact<'said'>, causes: readonly string[]): boolean {
  const statement = seen(fact);
  return statement !== undefined && !statement.isHistory && statement.causes.some(({ cause }) => causes.includes(cause));
}

/** A question that stays open although a log tells of a failure: an agent does not log the reason at its usual level. */
function withoutReason({ target, required }: Check, verdict: Verdict, all: readonly Fact<'said'>[], say: SayAny): Verdict {
  if (verdict.kind !== 'cannot-tell' || !required) return verdict;
  const about = all.flatMap((fact) => seen(fact) ?? []).filter(({ server, isHistory }) => server === target && !isHistory);
  const wrapper = about.find(({ causes, lasts, speaker }) => causes.length === 0 && lasts && speaker === 'node-agent');
  if (!wrapper || about.some(({ causes }) => causes.length > 0)) return verdict;
  return { ...verdict, why: say('said.wrapped', { log: wrapper.log }) };
}

function withHeard(check: Check, verdict: Verdict, heard: readonly Fact<'said'>[], say: SayAny): Verdict {
  if (verdict.kind === 'problem') {
    const same = heard.filter((fact) => seen(fact)?.causes.some(({ cause }) => cause === verdict.cause));
    if (same.length === 0) return verdict;
    const evidence = [
      ...verdict.evidence,
      ...inOrder(same)
        .slice(0, MOST_CITED)
        .map((fact) => quoted(fact, say)),
    ];
    const shown = same.find((fact) => shows(fact, verdict.cause));
    if (verdict.certainty === 'proven' || !shown) return { ...verdict, evidence };
    const { kind: _, cause, certainty: _certainty, alternatives: _alternatives, witnesses: _witnesses, ...rest } = verdict;
    return problem(cause, { ...rest, evidence, proof: inTheirWords(shown) });
  }
  // What nobody looked at is as open as what cannot be told.
  if (verdict.kind !== 'cannot-tell' && !(verdict.kind === 'not-applicable' && verdict.on.length === 0)) return verdict;
  const wants = verdict.kind === 'cannot-tell' ? verdict.wants : [];
  const firsts = inOrder(heard.filter((fact) => firstOf(fact) !== undefined && firstOf(fact) in check.causes));
  const [best] = firsts;
  const cause = best && firstOf(best);
  if (!best || cause === undefined) return verdict;
  const same = firsts.filter((fact) => firstOf(fact) === cause);
  const said: Said = {
    severity: LIGHTER[cause] ?? 'blocks',
    title: say(`said.title.${cause}`),
    evidence: same.slice(0, MOST_CITED).map((fact) => quoted(fact, say)),
    fixes: [fixOf(check, cause, say)],
  };
  if (shows(best, cause)) return problem(cause, { ...said, wants, proof: inTheirWords(best) });
  const others = same.flatMap((fact) => seen(fact)?.causes.map((each) => each.cause) ?? []);
  return problem(cause, {
    ...said,
    ...suspected(
      [...new Set(others)].filter((other) => other !== cause),
      wants,
    ),
  });
}

function firstOf(fact: Fact<'said'>): string {
  return seen(fact)?.causes[0]?.cause ?? '';
}

/**
 * Is it certain by what is said? A refusal's own words are; so is what is said again and again up to the end, where it can mean one thing alone. What a
 * server says of those who ask it may be about another client.
 */
function shows(fact: Fact<'said'>, cause: string): boolean {
  const statement = seen(fact);
  const [first, ...others] = statement?.causes ?? [];
  if (!statement?.lasts || statement.side === 'server' || !SPEAKERS.includes(statement.speaker) || first?.cause !== cause) return false;
  return first.certainty === 'proven' || (others.length === 0 && statement.count > 1);
}

/** What is certain first, then what is said to the end, then what is said most. */
function inOrder(heard: readonly Fact<'said'>[]): readonly Fact<'said'>[] {
  const rank = (fact: Fact<'said'>) => (shows(fact, firstOf(fact)) ? 0 : seen(fact)?.lasts ? 1 : 2);
  const count = (fact: Fact<'said'>) => seen(fact)?.count ?? 0;
  return [...heard].sort((a, b) => rank(a) - rank(b) || count(b) - count(a));
}

function quoted(fact: Fact<'said'>, say: SayAny): Evidence {
  const { log, count, last: at, ...told } = seen(fact) as Statement;
  const sample = fromWhatTold(told);
  const isOnce = count === 1;
  if (at === undefined) return cite(fact, isOnce ? say('said.once', { log, sample }) : say('said.often', { log, sample, count }));
  return cite(fact, isOnce ? say('said.at', { log, sample, at }) : say('said.times', { log, sample, count, at }));
}

/** The record from what told on: what stands before it, a log writes before everything. */
function fromWhatTold({ sample, rests }: Pick<Statement, 'sample' | 'rests'>): string {
  const from = sample.indexOf(rests);
  return from > 0 ? `…${sample.slice(from)}` : from === 0 ? sample : rests;
}

function fixOf({ target, layer, causes }: Check, cause: string, say: SayAny): Fix {
  const act = `said.fix.${cause}`;
  const own = wordsOf({ causes });
  const isOfNode = target === 'kubelet' || /^(?:node|kubelet|container-runtime)-/.test(cause);
  const owner = layer === 'authz' || target === 'apiserver' ? 'cluster' : isOfNode ? 'node' : 'agent';
  return act in own
    ? fixBy(owner, 'config', say(act), byHand(`kubelet-doctor explain ${cause}`))
    : fixBy(owner, 'config', say('said.fix', { cause }));
}
