/**
 * The report as JUnit XML (the schema Jenkins' xunit plugin, GitLab and Azure DevOps read): a suite for each target, a test for each question.
 * A failure is what made the exit code 1; a required question without an answer is an error; what does not apply or was not asked is skipped.
 */
import { reaches } from '../judge/exit.js';
import { flatten } from '../judge/rank.js';
import { SEVERITIES } from '../model/check.js';
import type { Target } from '../model/facts.js';
import type { Finding, Merged, Report, Result } from '../model/report.js';
import { neutraliseAll, oneLine } from '../report/plain-text.js';
import { asksOf, featureWords, spoken, titleWords } from '../report/spoken.js';
import { certaintyWords, firstLead, fixLine, quotedHead, quotedLines, severityWords, toDecide, withoutStop } from '../report/words.js';
import { listed } from '../words/formats.js';
import { sayMachine as say } from '../words/page.js';
import { nodeSuites } from './junit-nodes.js';
import { layerWords, TARGETS, targetWords } from './layer-words.js';
import { attributes, escapeMarkup } from './xml.js';

interface Case {
  kind: 'failure' | 'error' | 'skipped' | 'passed';
  xml: string;
}

/** With a newline at the end. */
export function renderJunit(report: Report): string {
  const safe = neutraliseAll(report);
  if (safe.merged) return nodes(safe, safe.merged);
  const suites = TARGETS.flatMap((target) => {
    const cases = safe.results.filter((result) => result.target === target).map((result) => testCase(result, safe));
    return cases.length ? [{ target, cases }] : [];
  });
  return document(
    safe,
    suites.flatMap(({ cases }) => cases),
    suites.map(({ target, cases }) => suite(target, cases, safe)),
  );
}

/** A suite for each node and network; and one for the files that could not be read, whose nodes nobody knows. */
function nodes(report: Report, merged: Merged): string {
  const { program } = report.tool;
  const suites = nodeSuites(report, merged).map(({ name, row, results }) => ({
    values: { name: `${program} ${oneLine(name)}`, timestamp: zoneless(row.startedAt), hostname: row.node },
    cases: results.map((result) => testCase(result, report)),
  }));
  const unread = merged.unread.map(({ file, why }): Case => {
    const open = `    <testcase${attributes({ name: oneLine(file), classname: `${program}.reports`, time: '0.000' })}>`;
    return {
      kind: 'skipped',
      xml: `${open}\n      ${element('skipped', { message: oneLine(say('notReadBecause', { why })) })}\n    </testcase>`,
    };
  });
  const files = {
    values: { name: say('filesNotRead', { program }), timestamp: zoneless(report.startedAt), hostname: say('unknownHost') },
    cases: unread,
  };
  const all = unread.length ? [...suites, files] : suites;
  return document(
    report,
    all.flatMap(({ cases }) => cases),
    all.map(({ values: { name, ...rest }, cases }) => suiteXml({ name, ...counts(cases), time: seconds(0), ...rest }, cases)),
  );
}

function document({ tool, durationMs }: Report, all: readonly Case[], suites: readonly string[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: tool.program, tests: all.length, failures: count(all, 'failure'), errors: count(all, 'error'), time: seconds(durationMs) })}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function suite(target: Target, cases: readonly Case[], { startedAt, where, timings, tool }: Report): string {
  const name = `${tool.program} ${targetWords(target)}`;
  const ends = timings.filter((timing) => timing.target === target).map(({ startedMs, ms }) => startedMs + ms);
  const values = {
    name,
    ...counts(cases),
    time: seconds(Math.max(0, ...ends)),
    timestamp: zoneless(startedAt),
    hostname: where.node || say('unknownHost'),
  };
  return suiteXml(values, cases);
}

function counts(cases: readonly Case[]) {
  return { tests: cases.length, failures: count(cases, 'failure'), errors: count(cases, 'error'), skipped: count(cases, 'skipped') };
}

/** The schema wants no zone and no fraction. */
function zoneless(time: string): string {
  return time.replace(/(\.\d+)?Z$/, '');
}

function suiteXml(values: Record<string, string | number>, cases: readonly Case[]): string {
  return [`  <testsuite${attributes(values)}>`, ...cases.map(({ xml }) => xml), '  </testsuite>'].join('\n');
}

function testCase(result: Result, report: Report): Case {
  const { question, target, layer } = result;
  const open = `    <testcase${attributes({ name: `${question}: ${oneLine(asksOf(result))}`, classname: `${report.tool.program}.${targetWords(target)}.${layer}`, time: '0.000' })}`;
  const { kind, inner } = outcome(result, report);
  return { kind, xml: inner ? `${open}>\n      ${inner}\n    </testcase>` : `${open}/>` };
}

function outcome(result: Result, report: Report): { kind: Case['kind']; inner: string } {
  const why = result.note ? oneLine(spoken(result.note)) : '';
  const elsewhere = result.elsewhere.length ? `${why}\n${toDecide()}:\n${result.elsewhere.join('\n')}` : why;
  switch (result.outcome) {
    case 'pass':
      return { kind: 'passed', inner: why ? element('system-out', {}, why) : '' };
    case 'not-applicable':
      return { kind: 'skipped', inner: element('skipped', { message: why || say('notApplicable') }) };
    case 'cannot-tell':
      return result.required && report.summary.verdict === 'incomplete'
        ? { kind: 'error', inner: element('error', { type: 'unanswered', message: why || say('noAnswer') }, elsewhere) }
        : { kind: 'skipped', inner: element('skipped', { message: say('notAnsweredBecause', { why }) }) };
    case 'crashed':
      return { kind: 'error', inner: element('error', { type: 'crashed', message: why || say('crashed') }, why) };
    case 'problem':
      return problem(result, report);
  }
}

function problem({ question, target, cause }: Result, report: Report): { kind: Case['kind']; inner: string } {
  const finding = flatten(report.findings).find((each) => each.question === question && each.target === target && each.cause === cause);
  if (!finding) return { kind: 'skipped', inner: element('skipped', { message: say('leftOut', { cause: cause ?? '' }) }) };
  const message = oneLine(titleWords(finding, report));
  // What follows from another goes away with that one: a fix of its own would be for something that is not wrong.
  const said = words(report.findings.includes(finding) ? finding : { ...finding, fixes: [] });
  if (fails(finding, report)) return { kind: 'failure', inner: element('failure', { type: finding.cause, message }, said) };
  return { kind: 'passed', inner: element('system-out', {}, `${message}\n${said}`) };
}

/** By the report's own `--fail-on`; one of before it was kept says by its exit code and counts whether risks were meant. */
function fails({ severity }: Finding, { summary, settings }: Report): boolean {
  if (summary.exitCode !== 1 || severity === 'note') return false;
  const threshold = SEVERITIES.find((each) => each === settings.find(({ setting }) => setting === 'fail-on')?.value);
  if (threshold) return reaches(severity, threshold);
  return severity !== 'risk' || summary.counts.blocks + summary.counts.degrades === 0;
}

function words(finding: Finding): string {
  const { layer, features, evidence, fixes, decide } = finding;
  return [
    say('standing', { severity: severityWords(finding), certainty: certaintyWords(finding), layer: layerWords(layer) }),
    ...(features.length ? [say('costs', { features: listed(features.map((each) => withoutStop(featureWords(each)))) })] : []),
    ...(decide.length ? [`${toDecide()}:`, ...decide] : []),
    ...evidence.map(({ saw }) => say('seen', { saw: oneLine(spoken(saw)) })),
    ...fixes.flatMap((fix) => [
      `${firstLead(fix)}: ${fixLine(fix)}`,
      ...((fix.steps ?? '').trim().includes('\n') ? [(fix.steps ?? '').trimEnd()] : []),
      ...quote(fix.quoted),
    ]),
    ...quote(finding.quoted),
  ].join('\n');
}

function quote(quoted: readonly string[] | undefined): string[] {
  const lines = quotedLines(quoted);
  return lines.length ? [`${quotedHead()}:`, ...lines] : [];
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
