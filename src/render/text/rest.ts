/** What stands below the findings: open questions, and with --verbose every passed question, the settings and the times. */

import { isUnanswered } from '../../judge/exit.js';
import { flatten } from '../../judge/rank.js';
import type { Report, Result } from '../../model/report.js';
import { isOfBundle } from '../../report/own-words.js';
import { cut, oneLine } from '../../report/plain-text.js';
import { asksOf, spoken } from '../../report/spoken.js';
import { withoutStop } from '../../report/words.js';
import { counted, formOf, listed } from '../../words/formats.js';
import { sayFinding, sayRest } from '../../words/text.js';
import { type Look, pasteBlock, proseWidth, wrap } from '../style.js';
import { quoteLines } from './fix.js';

/** Of a bundle: which DaemonSets are judged, where others may be meant. */
export function agentsWords({ where: { bundle } }: Report): string {
  if (!bundle?.agents) return '';
  const { daemonsets, account, others, more } = bundle.agents;
  const rest = more ? [...others, sayFinding('more', { count: more })] : others;
  const [judged, there] = [daemonsets, rest].map((names) => oneLine(listed(names))) as [string, string];
  if (daemonsets.length === 0) return sayRest('agentsNone', { others: there });
  return [
    account ? sayRest('agentsJudgedAs', { judged, account: oneLine(account) }) : sayRest('agentsJudged', { judged }),
    ...(others.length > 0 ? [sayRest('agentsOthers', { others: there })] : []),
    sayRest('agentsChoose'),
  ].join(' ');
}

/** The same in lines. */
export function agentsLines(report: Report, look: Look): string[] {
  const words = agentsWords(report);
  return words ? [...wrap(words, proseWidth(look.width)), ''] : [];
}

/** Questions without an answer; those that are not listed are counted. */
export function openLines(report: Report, look: Look, which: 'all' | 'with an answer elsewhere' | 'required' | 'first required'): string[] {
  const open = report.results.filter(isUnanswered);
  const alone = report.findings.length === 0;
  const isListed = {
    all: () => true,
    // Beside a finding, what nobody can answer before it is cured is only counted.
    'with an answer elsewhere': ({ elsewhere, quoted, outcome, required }: Result) =>
      elsewhere.length > 0 || quoted !== undefined || outcome === 'crashed' || (required && alone),
    required: ({ required }: Result) => required,
    'first required': (result: Result) => result === open.find(({ required }) => required),
  }[which];
  const chosen = open.filter(isListed);
  const rest = open.length - chosen.length;
  if (open.length === 0) return [];
  const lines = chosen.flatMap((result) => [
    ...wrap(openWords(result), proseWidth(look.width), '- '),
    ...(which === 'first required' ? result.elsewhere.slice(0, 1) : result.elsewhere).flatMap((command) => pasteBlock(command, '    ')),
    ...quoteLines(result.quoted, '    ', look),
  ]);
  const byOthers = chosen.some((result) => result.elsewhere.length > 0);
  const ask = report.where.bundle ? 'notAnsweredInBundle' : 'notAnsweredRun';
  const left = rest ? sayRest(`left.${formOf(rest)}`, { questions: counted(rest, chosen.length ? 'moreQuestion' : 'question') }) : '';
  return [
    ...(listed.length ? [...wrap(sayRest(byOthers ? ask : 'notAnswered'), proseWidth(look.width)).map(look.paint.bold), ...lines] : []),
    ...(left ? wrap(left, proseWidth(look.width)) : []),
    '',
  ];
}

/** What stands for all that a bundle cannot tell is no question of its own. */
function openWords(result: Result): string {
  if (isOfBundle(result.note)) return because(result);
  return [oneLine(asksOf(result)), because(result)].join(' ');
}

function because(result: Result): string {
  if (result.note) return `${withoutStop(spoken(result.note))}.`;
  return result.outcome === 'crashed' ? sayRest('checkFailed') : '';
}

/** Problems that --skip or --only left out are named, so that nobody takes silence for health. */
export function leftOutLines(report: Report, look: Look): string[] {
  const shown = new Set(flatten(report.findings).map((finding) => finding.cause));
  const out = [
    ...new Set(report.results.flatMap(({ outcome, cause }) => (outcome === 'problem' && cause && !shown.has(cause) ? [cause] : []))),
  ];
  return out.length ? [...wrap(sayRest('leftOut', { causes: out.join(', ') }), proseWidth(look.width)), ''] : [];
}

/** --verbose: what was asked and was well, or did not apply. */
export function passedLines(report: Report, look: Look): string[] {
  const passed = report.results.filter((result) => result.outcome === 'pass');
  const beside = report.results.filter((result) => result.outcome === 'not-applicable');
  const say = (results: Result[], sign: string) =>
    results.flatMap((result) =>
      wrap([oneLine(asksOf(result)), result.note ? oneLine(spoken(result.note)) : ''].join(' '), proseWidth(look.width), `${sign} `),
    );
  return [
    ...(passed.length ? [look.paint.bold(sayRest('passed')), ...say(passed, '✓').map(look.paint.green), ''] : []),
    ...(beside.length ? [look.paint.bold(sayRest('notApplicable')), ...say(beside, '–').map(look.paint.dim), ''] : []),
  ];
}

/** --verbose: every setting, what it is and who said so. */
export function settingLines(report: Report, look: Look): string[] {
  const wide = Math.max(0, ...report.settings.map(({ setting }) => setting.length));
  const lines = report.settings.map(({ setting, value, origin, source }) => {
    const from = oneLine(source) === origin || !source ? origin : `${origin}, ${oneLine(source)}`;
    return `${setting.padEnd(wide)}  ${(oneLine(value) || sayRest('empty')).padEnd(24)}  ${look.paint.dim(`(${from})`)}`;
  });
  return lines.length ? [look.paint.bold(sayRest('settings')), ...lines, ''] : [];
}

/** --verbose: when each question was put and how long its answer took. */
export function timeLines(report: Report, look: Look): string[] {
  const { timings } = report;
  if (timings.length === 0) return [];
  const names = timings.map(({ target, kind }) => `${target} ${kind}`);
  const wide = Math.max(...names.map((each) => each.length));
  const end = Math.max(1, ...timings.map(({ startedMs, ms }) => startedMs + ms));
  const room = Math.max(12, Math.min(40, look.width - wide - 46));
  const lines = timings.map((timing, at) => {
    const from = Math.min(room - 1, Math.floor((timing.startedMs / end) * room));
    const long = Math.max(1, Math.min(room - from, Math.round((timing.ms / end) * room)));
    const bar = `${' '.repeat(from)}${'='.repeat(long)}`.padEnd(room);
    const took = sayRest('took', { ms: Math.round(timing.ms) }).padStart(8);
    const subject = cut(oneLine(timing.subject), Math.max(8, look.width - wide - room - 19));
    const line = `${(names[at] ?? '').padEnd(wide)} |${bar}|${took} ${subject}${timing.ok ? '' : ` ${sayRest('failed')}`}`;
    return timing.ok ? line : look.paint.red(line);
  });
  return [look.paint.bold(sayRest('times', { ms: Math.round(report.durationMs) })), ...lines, ''];
}
