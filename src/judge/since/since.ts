/**
 * Since when a root cause has been there, by what was read anyway: who changed a role, when a certificate ended, when a Node turned not ready. Each
 * cause stands in `DATED_BY` with what dates it, or is not dated. What has no date of its own is never dated by something else.
 */
import type { Evidence } from '../../model/check.js';
import type { AnyFact, FactData, KindOf, Need } from '../../model/facts.js';
import type { Finding } from '../../model/report.js';
import { timeOn } from '../../words/formats.js';
import { DATED_BY } from './dated-by.js';
import { type Dated, type Sight, sinceMessage } from './dating.js';

/** The same finding, with the evidence that dates it behind its first. */
export function withSince(finding: Finding, facts: readonly AnyFact[], now: string): Finding {
  const [first, ...rest] = finding.evidence;
  const since = sinceOf(finding, facts, now);
  return since && first ? { ...finding, evidence: [first, since, ...rest] } : finding;
}

/** The latest of what dates it: before it something was another. */
function sinceOf(finding: Finding, facts: readonly AnyFact[], now: string): Evidence | undefined {
  const sight = sightOf(finding, facts);
  const dated = (DATED_BY[finding.cause] ?? []).flatMap(({ need, dates }) =>
    pastOf(() => dates(sight), now).map((each) => ({ need, ...each })),
  );
  const [last] = dated.sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  const fact = facts.find(({ target, kind }) => `${target}/${kind}` === last?.need);
  return (
    last && fact && { need: last.need, subject: fact.subject, saw: sinceMessage(last.key, { ...last.args, when: timeOn(last.at, now) }) }
  );
}

/** Facts of a file may have any shape; and what is still to come dates nothing. */
function pastOf(dates: () => readonly Dated[], now: string): readonly Dated[] {
  try {
    return dates().filter(({ at }) => Date.parse(at) <= Date.parse(now));
  } catch {
    return [];
  }
}

function sightOf({ title, evidence, witnesses = [] }: Finding, facts: readonly AnyFact[]): Sight {
  const words = [title, ...evidence.map(({ saw }) => saw)].flatMap(({ en }) => en.split(/[\s,;"'()]+/));
  const said = new Set(words.map((word) => word.replace(/[.:]$/, '')));
  const cited = new Set([...evidence, ...witnesses].map(({ need, subject }) => `${need} ${subject}`));
  const read = <N extends Need>(need: N, keep: (subject: string) => boolean) =>
    facts.flatMap(({ target, kind, subject, outcome }) =>
      `${target}/${kind}` === need && keep(subject) && outcome.status === 'observed' ? [outcome.data as FactData[KindOf<N>]] : [],
    );
  return {
    quoted: (need) => read(need, (subject) => cited.has(`${need} ${subject}`)),
    all: (need) => read(need, () => true),
    names: (name) => said.has(name),
    named: (all, nameOf) => {
      const places = placesOf(all, nameOf);
      const found = [...said].flatMap((word) => places.get(word) ?? []);
      return found.sort((a, b) => a - b).map((place) => all[place] as (typeof all)[number]);
    },
  };
}

const known = new WeakMap<readonly object[], ReadonlyMap<string, readonly number[]>>();

/** Where each stands, by name: a cluster's nodes are thousands, and of each there is a report. */
function placesOf<T extends object>(all: readonly T[], nameOf: (each: T) => string): ReadonlyMap<string, readonly number[]> {
  const there = known.get(all);
  if (there) return there;
  const places = new Map<string, number[]>();
  for (const [place, each] of all.entries()) {
    const name = nameOf(each);
    const same = places.get(name);
    if (same) same.push(place);
    else places.set(name, [place]);
  }
  known.set(all, places);
  return places;
}
