/** Two reports side by side, in words of the current language: findings that appeared, vanished, moved in rank or changed; questions that found or lost their answer. */
import { isUnanswered } from '../judge/exit.js';
import { flatten } from '../judge/rank.js';
import type { Severity } from '../model/check.js';
import type { Finding, Report, Summary } from '../model/report.js';
import { sayDiff } from '../words/tables.js';
import { oneLine } from './plain-text.js';
import { asksOf, titleWords } from './spoken.js';
import { certaintyWords } from './words.js';

/** One side of the comparison. */
export interface Side {
  startedAt: string;
  version: string;
  node: string;
  verdict: Summary['verdict'];
  exitCode: number;
}

/** Where a finding stands in one report. */
export interface Standing {
  cause: string;
  target: string;
  title: string;
  severity: Severity;
  certainty: Finding['certainty'];
  /** From 1, consequences counted directly after their cause. */
  rank: number;
}

/** A finding of both. `moved`: its standing among the findings that both have is another. */
export interface Pair {
  old: Standing;
  new: Standing;
  moved: boolean;
  /** `severity risk → blocks`, `suspected → proven`. */
  changed: string[];
}

export interface Comparison {
  old: Side;
  new: Side;
  appeared: Standing[];
  vanished: Standing[];
  both: Pair[];
  /** Questions, as asked. */
  answeredNow: string[];
  unansweredNow: string[];
}

export function compareReports(old: Report, now: Report): Comparison {
  const [before, after] = [standingsOf(old), standingsOf(now)];
  const pairs = pairUp(before, after);
  const [olds, news] = [pairs.map((pair) => pair.old), pairs.map((pair) => pair.new)];
  const order = (standings: readonly Standing[], standing: Standing) => standings.filter((each) => each.rank < standing.rank).length;
  const [openThen, openNow] = [openOf(old), openOf(now)];
  return {
    old: sideOf(old),
    new: sideOf(now),
    appeared: after.filter((standing) => !news.includes(standing)),
    vanished: before.filter((standing) => !olds.includes(standing)),
    both: pairs.map((pair) => ({ ...pair, moved: order(olds, pair.old) !== order(news, pair.new), changed: changes(pair.old, pair.new) })),
    answeredNow: [...openThen].filter(([key]) => !openNow.has(key)).map(([, asks]) => asks),
    unansweredNow: [...openNow].filter(([key]) => !openThen.has(key)).map(([, asks]) => asks),
  };
}

function standingsOf(report: Report): Standing[] {
  return flatten(report.findings).map((finding, at) => {
    const { cause, target, severity, certainty } = finding;
    return { cause, target, title: oneLine(titleWords(finding, report)), severity, certainty, rank: at + 1 };
  });
}

/** The same cause about the same target; where there are several, those with the same words first. */
function pairUp(before: readonly Standing[], after: readonly Standing[]): { old: Standing; new: Standing }[] {
  const left = [...before];
  const same = (a: Standing, b: Standing) => a.cause === b.cause && a.target === b.target;
  const take = (wanted: (old: Standing) => boolean): Standing | undefined => {
    const at = left.findIndex(wanted);
    return at < 0 ? undefined : left.splice(at, 1)[0];
  };
  const exact = after.map((standing) => take((old) => same(old, standing) && old.title === standing.title));
  return after.flatMap((standing, at) => {
    const old = exact[at] ?? take((each) => same(each, standing));
    return old ? [{ old, new: standing }] : [];
  });
}

function changes(old: Standing, now: Standing): string[] {
  return [
    ...(old.severity === now.severity ? [] : [`${sayDiff(`severity.${old.severity}`)} → ${sayDiff(`severity.${now.severity}`)}`]),
    ...(old.certainty === now.certainty ? [] : [`${certaintyWords(old)} → ${certaintyWords(now)}`]),
    ...(old.title === now.title ? [] : [sayDiff('otherWords')]),
  ];
}

function openOf({ results }: Report): Map<string, string> {
  return new Map(results.filter(isUnanswered).map((result) => [`${result.question} ${result.target}`, oneLine(asksOf(result))]));
}

function sideOf({ startedAt, tool, where, summary }: Report): Side {
  return { startedAt, version: tool.version, node: where.node, verdict: summary.verdict, exitCode: summary.exitCode };
}
