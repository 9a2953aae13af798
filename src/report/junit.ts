/**
 * The report as JUnit XML (the schema Jenkins' xunit plugin, GitLab and Azure DevOps read): a suite for each target, a test for each question.
 * A failure is what made the exit code 1; a required question without an answer is an error; what does not apply or was not asked is skipped.
 */
import { flatten } from '../judge/rank.js';
import type { Target } from '../model/facts.js';
import type { Finding, Report, Result } from '../model/report.js';
import { neutraliseAll, oneLine } from './style.js';
import { fixLine, LAYER_WORDS, OWNERS, SEVERITY_WORDS, TO_DECIDE, withoutStop } from './words.js';
import { attributes, escapeMarkup } from './xml.js';

const TARGETS: Record<Target, string> = { self: 'here', kubelet: 'kubelet', apiserver: 'apiserver' };

interface Case {
  kind: 'failure' | 'error' | 'skipped' | 'passed';
  xml: string;
}

/** With a newline at the end. */
export function renderJunit(report: Report): string {
  const safe = neutraliseAll(report);
  const suites = (Object.keys(TARGETS) as Target[]).flatMap((target) => {
    const cases = safe.results.filter((result) => result.target === target).map((result) => testCase(result, safe));
    return cases.length ? [{ target, cases }] : [];
  });
  const all = suites.flatMap(({ cases }) => cases);
  const { tool, durationMs } = safe;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: tool.program, tests: all.length, failures: count(all, 'failure'), errors: count(all, 'error'), time: seconds(durationMs) })}>`,
    ...suites.map(({ target, cases }) => suite(target, cases, safe)),
    '</testsuites>',
    '',
  ].join('\n');
}

function suite(target: Target, cases: readonly Case[], { startedAt, where, timings, tool }: Report): string {
  const name = `${tool.program} ${TARGETS[target]}`;
  const ends = timings.filter((timing) => timing.target === target).map(({ startedMs, ms }) => startedMs + ms);
  const values = {
    name,
    tests: cases.length,
    failures: count(cases, 'failure'),
    errors: count(cases, 'error'),
    skipped: count(cases, 'skipped'),
    time: seconds(Math.max(0, ...ends)),
    // The schema wants no zone and no fraction.
    timestamp: startedAt.replace(/(\.\d+)?Z$/, ''),
    hostname: where.node || 'unknown',
  };
  return [`  <testsuite${attributes(values)}>`, ...cases.map(({ xml }) => xml), '  </testsuite>'].join('\n');
}

function testCase(result: Result, report: Report): Case {
  const { question, asks, target, layer } = result;
  const open = `    <testcase${attributes({ name: `${question}: ${oneLine(asks)}`, classname: `${report.tool.program}.${TARGETS[target]}.${layer}`, time: '0.000' })}`;
  const { kind, inner } = outcome(result, report);
  return { kind, xml: inner ? `${open}>\n      ${inner}\n    </testcase>` : `${open}/>` };
}

function outcome(result: Result, report: Report): { kind: Case['kind']; inner: string } {
  const why = result.note ? oneLine(result.note.en) : '';
  const elsewhere = result.elsewhere.length ? `${why}\n${TO_DECIDE}:\n${result.elsewhere.join('\n')}` : why;
  switch (result.outcome) {
    case 'pass':
      return { kind: 'passed', inner: why ? element('system-out', {}, why) : '' };
    case 'not-applicable':
      return { kind: 'skipped', inner: element('skipped', { message: why || 'does not apply here' }) };
    case 'cannot-tell':
      return result.required && report.summary.verdict === 'incomplete'
        ? { kind: 'error', inner: element('error', { type: 'unanswered', message: why || 'no answer' }, elsewhere) }
        : { kind: 'skipped', inner: element('skipped', { message: `not answered: ${why}` }) };
    case 'crashed':
      return { kind: 'error', inner: element('error', { type: 'crashed', message: why || 'the check broke' }, why) };
    case 'problem':
      return problem(result, report);
  }
}

function problem({ question, target, cause }: Result, report: Report): { kind: Case['kind']; inner: string } {
  const finding = flatten(report.findings).find((each) => each.question === question && each.target === target && each.cause === cause);
  if (!finding) return { kind: 'skipped', inner: element('skipped', { message: `left out by --skip or --only: ${cause ?? ''}` }) };
  const message = oneLine(finding.title.en);
  if (fails(finding, report)) return { kind: 'failure', inner: element('failure', { type: finding.cause, message }, words(finding)) };
  return { kind: 'passed', inner: element('system-out', {}, `${message}\n${words(finding)}`) };
}

/** The report keeps the exit code, not `--fail-on`; with it, what is as bad as the least that can have caused it. */
function fails({ severity }: Finding, { summary }: Report): boolean {
  if (summary.exitCode !== 1 || severity === 'note') return false;
  return severity !== 'risk' || summary.counts.blocks + summary.counts.degrades === 0;
}

function words(finding: Finding): string {
  const { severity, certainty, layer, features, evidence, fixes, decide } = finding;
  return [
    `${SEVERITY_WORDS[severity]}; ${certainty}; ${LAYER_WORDS[layer]}.`,
    ...(features.length ? [`Costs: ${features.map(withoutStop).join(', ')}.`] : []),
    ...(decide.length ? [`${TO_DECIDE}:`, ...decide] : []),
    ...evidence.map(({ saw }) => `Seen: ${oneLine(saw.en)}`),
    ...fixes.flatMap((fix) => [
      `Fix (${OWNERS[fix.owner].short}): ${fixLine(fix)}`,
      ...((fix.steps ?? '').trim().includes('\n') ? [(fix.steps ?? '').trimEnd()] : []),
    ]),
  ].join('\n');
}

function element(name: string, values: Record<string, string>, text = ''): string {
  return text ? `<${name}${attributes(values)}>${escapeMarkup(text)}</${name}>` : `<${name}${attributes(values)}/>`;
}

function count(cases: readonly Case[], kind: Case['kind']): number {
  return cases.filter((each) => each.kind === kind).length;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
