/** Two reports side by side: findings that appeared, vanished, moved in rank or changed; questions that found or lost their answer. */
import { isUnanswered } from '../judge/exit.js';
import { flatten } from '../judge/rank.js';
import type { Severity } from '../model/check.js';
import type { Finding, Report, Summary } from '../model/report.js';
import { oneLine } from './plain-text.js';

/** One side of the comparison. */
export interface Side {
  startedAt: string;
  version: string;
  node: string;
  verdict: Summary['verdict'];
  exitCode: number;
}

export interface Place {
  cause: string;
  target: string;
  title: string;
  severity: Severity;
  certainty: Finding['certainty'];
  /** From 1, consequences counted directly after their cause. */
  rank: number;
}

/** A finding of both. `moved`: its place among the findings that both have is another. */
export interface Pair {
  old: Place;
  new: Place;
  moved: boolean;
  /** `severity risk → blocks`, `suspected → proven`. */
  changed: string[];
}

export interface Comparison {
  old: Side;
  new: Side;
  appeared: Place[];
  vanished: Place[];
  both: Pair[];
  /** Questions, as asked. */
  answeredNow: string[];
  unansweredNow: string[];
}

export function compareReports(old: Report, now: Report): Comparison {
  const [before, after] = [placesOf(old), placesOf(now)];
  const pairs = pairUp(before, after);
  const [olds, news] = [pairs.map((pair) => pair.old), pairs.map((pair) => pair.new)];
  const order = (places: readonly Place[], place: Place) => places.filter((each) => each.rank < place.rank).length;
  const [openThen, openNow] = [openOf(old), openOf(now)];
  return {
    old: sideOf(old),
    new: sideOf(now),
    appeared: after.filter((place) => !news.includes(place)),
    vanished: before.filter((place) => !olds.includes(place)),
    both: pairs.map((pair) => ({ ...pair, moved: order(olds, pair.old) !== order(news, pair.new), changed: changes(pair.old, pair.new) })),
    answeredNow: [...openThen].filter(([key]) => !openNow.has(key)).map(([, asks]) => asks),
    unansweredNow: [...openNow].filter(([key]) => !openThen.has(key)).map(([, asks]) => asks),
  };
}

function placesOf(report: Report): Place[] {
  return flatten(report.findings).map(({ cause, target, title, severity, certainty }, at) => ({
    cause,
    target,
    title: oneLine(title.en),
    severity,
    certainty,
    rank: at + 1,
  }));
}

/** The same cause about the same target; where there are several, those with the same words first. */
function pairUp(before: readonly Place[], after: readonly Place[]): { old: Place; new: Place }[] {
  const left = [...before];
  const same = (a: Place, b: Place) => a.cause === b.cause && a.target === b.target;
  const take = (wanted: (old: Place) => boolean): Place | undefined => {
    const at = left.findIndex(wanted);
    return at < 0 ? undefined : left.splice(at, 1)[0];
  };
  const exact = after.map((place) => take((old) => same(old, place) && old.title === place.title));
  return after.flatMap((place, at) => {
    const old = exact[at] ?? take((each) => same(each, place));
    return old ? [{ old, new: place }] : [];
  });
}

function changes(old: Place, now: Place): string[] {
  return [
    ...(old.severity === now.severity ? [] : [`${old.severity} → ${now.severity}`]),
    ...(old.certainty === now.certainty ? [] : [`${old.certainty} → ${now.certainty}`]),
    ...(old.title === now.title ? [] : ['other words']),
  ];
}

function openOf({ results }: Report): Map<string, string> {
  return new Map(results.filter(isUnanswered).map(({ question, target, asks }) => [`${question} ${target}`, oneLine(asks)]));
}

function sideOf({ startedAt, tool, where, summary }: Report): Side {
  return { startedAt, version: tool.version, node: where.node, verdict: summary.verdict, exitCode: summary.exitCode };
}
