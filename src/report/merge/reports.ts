/**
 * Many reports as one. Each is reduced to what is needed as it comes, with equal words kept once, so that thousands fit; nothing is judged
 * before all were seen, so their order makes no difference. Newest wins for a node and network; the same report twice counts once.
 */

import { mergeCauseIndex } from '../../checks/index.js';
import { flatten } from '../../judge/rank.js';
import { BOUNDS } from '../../model/bounds.js';
import type { Severity } from '../../model/check.js';
import type { CauseMeta, Finding, GridRow, Merged, Report, Result } from '../../model/report.js';
import { formOf } from '../../words/formats.js';
import { inEnglish } from '../../words/language.js';
import { sayMerged } from '../../words/report.js';
import { buildReport } from '../build.js';
import { merge as mergeFindings } from './findings.js';
import { type Json, packer } from './json.js';
import type { OneReport, Slim } from './one-report.js';
import { nameOrder } from './order.js';
import { findingsOnce, resultOnce, type Shared } from './shared.js';
import { acrossVantages } from './vantages.js';
import { better, countNote, type Worded } from './words.js';

export interface MergeChoices {
  tool: Report['tool'];
  failOn: Severity;
  skip: readonly string[];
  only: readonly string[];
  /** Of reports on the nodes of one bundle. */
  shared?: Shared;
}

export interface Merger {
  /** `source`: the file's name, for those that cannot be read and those that name no node. */
  add(source: string, report: Report): void;
  unread(file: string, why: string): void;
  /** No report where nothing was read. */
  finish(choices: MergeChoices): { report?: Report; unread: Merged['unread'] };
}

const MOST_EVIDENCE = 4;

export function createMerger(): Merger {
  const kept = new Map<string, OneReport>();
  const runs = new Set<string>();
  const questions = new Map<string, Worded<Omit<Result, 'note' | 'cause'>>>();
  const causes = new Map<string, Worded<CauseMeta>>();
  const unread: Merged['unread'] = [];
  const count = { read: 0, older: 0, repeated: 0 };
  let unnamed = 0;

  const once = packer();
  const slim = (given: Finding): Slim => {
    const {
      cause,
      question,
      target,
      layer,
      severity,
      certainty,
      witnesses = [],
      title,
      features,
      alternatives,
      decide,
      quoted,
      fixes,
      evidence,
    } = given;
    return {
      finding: { cause, question, target, layer, severity, certainty },
      title: once(title),
      rest: once({ features, alternatives, decide, ...(quoted && { quoted }) }),
      fixes: once(fixes),
      evidence: once(evidence.slice(0, MOST_EVIDENCE)),
      witnesses: once(witnesses),
      consequences: given.consequences.map(slim),
    };
  };

  return {
    add(source, report) {
      if (report.merged) return void unread.push({ file: source, why: sayMerged('mergedAlready') });
      count.read += 1;
      for (const [cause, meta] of Object.entries(report.causes)) causes.set(cause, better(causes.get(cause), meta, report));
      for (const given of report.results) {
        const { key, result } = askedIn(given);
        const known = questions.get(key);
        const kept = better(known, result, report);
        if (kept !== known) questions.set(key, kept);
      }
      const one = inEnglish(() => reduced(source, report, { slim, once, order: [...questions.keys()] }));
      const key = JSON.stringify([one.node, one.vantage]);
      const there = kept.get(key);
      // A node asked twice in one millisecond for as long to the microsecond: that is one report.
      const run = JSON.stringify([key, one.startedAt, one.durationMs]);
      if (runs.has(run)) count.repeated += 1;
      else if (there) count.older += 1;
      runs.add(run);
      if (!there || newer(one, there)) kept.set(key, one);
    },
    unread(file, why) {
      if (unread.length < BOUNDS.unread) unread.push({ file, why });
      else unnamed += 1;
    },
    finish(choices) {
      if (unnamed > 0) unread.push({ file: `and ${unnamed} more`, why: sayMerged('notNamed') });
      if (kept.size === 0) return { unread };
      const reports = [...kept.values()].sort((a, b) => nameOrder(a.node, b.node) || nameOrder(a.vantage, b.vantage));
      const known = Object.fromEntries([...causes].map(([cause, { value }]) => [cause, value]));
      return { report: inEnglish(() => build(reports, { questions, causes: known, unread, count, choices })), unread };
    },
  };
}

interface Asked {
  key: string;
  result: Omit<Result, 'note' | 'cause'>;
}

/** By the result, which is one object for all reports that say the same. */
const asked = new WeakMap<Result, Asked>();

/** The question, without what was answered. */
function askedIn(given: Result): Asked {
  const known = asked.get(given);
  if (known) return known;
  const { note: _, cause: __, ...result } = given;
  const found = { key: `${result.question} ${result.target}`, result };
  asked.set(given, found);
  return found;
}

interface Slimming {
  slim: (finding: Finding) => Slim;
  once: <T>(value: T) => Json<T>;
  order: readonly string[];
}

function reduced(source: string, report: Report, { slim, once, order }: Slimming): OneReport {
  const { where, startedAt, tool, durationMs, results, layers } = report;
  const severities = new Map(flatten(report.findings).map((each) => [each.cause, each.severity]));
  const states = new Map(results.map((result) => [askedIn(result).key, letter(result, severities)]));
  // 127.0.0.1 is a kubelet on every node: only an address of its own names one.
  const address = /^(127\.|\[?::1|localhost)/.test(where.kubelet) ? '' : where.kubelet;
  return {
    // A file may be named by whoever sent it, and its name stands beside an act.
    node: where.node || address || sayMerged('unnamed', { file: source.replace(/[^\w./:@+-]/g, '?') }),
    // What a bundle tells of a node, no one asked from anywhere.
    vantage: where.bundle ? '' : (where.vantage || where.place).replace('-', ' '),
    startedAt,
    version: tool.version,
    identity: where.identity,
    account: where.account ?? '',
    kubelet: where.kubelet,
    apiserver: where.apiserver,
    durationMs,
    states: order.map((key) => states.get(key) ?? '-').join(''),
    working: once(layers.filter(({ state }) => state === 'ok' || state === 'warned').map(({ target, layer }) => ({ target, layer }))),
    findings: report.findings.map(slim),
  };
}

function letter({ outcome, cause }: Result, severities: ReadonlyMap<string, Severity>): string {
  if (outcome === 'pass') return '.';
  if (outcome === 'not-applicable') return '-';
  if (outcome !== 'problem') return '?';
  const severity = severities.get(cause ?? '');
  return severity === 'blocks' || severity === 'degrades' ? 'X' : '!';
}

/** A time that cannot be read is older than any; of two at one time the same one wins in whatever order they come. */
function newer(a: OneReport, b: OneReport): boolean {
  const [ours, theirs] = [a, b].map(({ startedAt }) => Date.parse(startedAt) || 0) as [number, number];
  return ours === theirs ? JSON.stringify(a.findings) > JSON.stringify(b.findings) : ours > theirs;
}

interface Gathered {
  questions: ReadonlyMap<string, Worded<Omit<Result, 'note' | 'cause'>>>;
  causes: Record<string, CauseMeta>;
  unread: Merged['unread'];
  count: { read: number; older: number; repeated: number };
  choices: MergeChoices;
}

function build(reports: readonly OneReport[], { questions, causes, unread, count, choices }: Gathered): Report {
  const byNode = new Map<string, OneReport[]>();
  for (const one of reports) byNode.set(one.node, [...(byNode.get(one.node) ?? []), one]);
  const known = { ...causes, ...mergeCauseIndex() };
  const { shared } = choices;
  const merged = mergeFindings([...byNode.values()].flatMap(acrossVantages), byNode.size, known);
  const findings = shared ? findingsOnce(merged, shared) : merged;
  const met = [...questions.keys()];
  const order = [...met].sort();
  const places = order.map((key) => met.indexOf(key));
  const all = flatten(findings);
  const mergedResults = order.map((key, at) => resultOf(questions.get(key)?.value as Result, places[at] ?? 0, byNode, all));
  const results = shared ? mergedResults.map((result) => resultOnce(result, shared)) : mergedResults;
  const grid = reports.map(({ node, vantage, startedAt, version, states }): GridRow => {
    const line = places.map((place) => states[place] ?? '-').join('');
    return { node, vantage, startedAt, version, states: line };
  });
  const account = common(reports.map((one) => one.account));
  const vantages = [...new Set(reports.map(({ vantage }) => vantage))].filter(Boolean).sort(nameOrder);
  const given = count.read + unread.length;
  const report = buildReport({
    tool: choices.tool,
    startedAt:
      reports
        .map(({ startedAt }) => startedAt)
        .sort()
        .at(-1) ?? '',
    durationMs: reports.reduce((most, each) => Math.max(most, each.durationMs), 0),
    facts: [],
    results,
    findings,
    settings: [],
    where: {
      place: shared?.report.where.place ?? sayMerged(`place.${formOf(byNode.size)}`, { read: count.read, given, nodes: byNode.size }),
      vantage: vantages.join(', '),
      node: byNode.size === 1 ? (reports[0]?.node ?? '') : '',
      identity: common(reports.map(({ identity }) => identity)),
      kubelet: common(reports.map(({ kubelet }) => kubelet)),
      apiserver: common(reports.map(({ apiserver }) => apiserver)),
      ...(account && { account }),
      ...(shared?.report.where.bundle && { bundle: shared.report.where.bundle }),
    },
    failOn: choices.failOn,
    causes: known,
    skip: choices.skip,
    only: choices.only,
  });
  const trouble = ({ states }: GridRow) => Number(!states.includes('X')) * 2 + Number(!states.includes('!'));
  const files = [...unread].sort((a, b) => nameOrder(a.file, b.file) || nameOrder(a.why, b.why));
  return {
    ...report,
    merged: { given, ...count, nodes: byNode.size, unread: files, grid: grid.sort((a, b) => trouble(a) - trouble(b)) },
  };
}

const WORST_FIRST = ['X', '!', '.', '?'];

/** The worst of all nodes; on one node, an answer from any network is an answer. */
function resultOf(asked: Result, place: number, byNode: ReadonlyMap<string, readonly OneReport[]>, findings: readonly Finding[]): Result {
  const counts = new Map<string, number>();
  for (const reports of byNode.values()) {
    const worst = WORST_FIRST.find((each) => reports.some(({ states }) => states[place] === each)) ?? '-';
    counts.set(worst, (counts.get(worst) ?? 0) + 1);
  }
  const on = (each: string) => counts.get(each) ?? 0;
  const cause = findings.find(({ question, target }) => question === asked.question && target === asked.target)?.cause;
  const said = (count: number, still?: 'open') => (byNode.size === 1 ? {} : { note: countNote(count, byNode.size, still) });
  const open = on('?') > 0;
  if (on('X') > 0 || (on('!') > 0 && !(open && asked.required)))
    return { ...asked, outcome: 'problem', ...(cause ? { cause } : {}), ...said(on('X') + on('!')) };
  if (open) return { ...asked, outcome: 'cannot-tell', ...said(on('?'), 'open') };
  const { elsewhere: _, ...rest } = asked;
  if (on('.') > 0) return { ...rest, elsewhere: [], outcome: 'pass', ...said(on('.')) };
  return { ...rest, elsewhere: [], outcome: 'not-applicable' };
}

function common(words: readonly string[]): string {
  const [first = '', ...others] = new Set(words);
  return others.length ? '' : first;
}
