/**
 * The report as SARIF 2.1.0 (OASIS): a rule for each cause it mentions, a result for each finding in rank order, and an `open` result for
 * each required question that stayed unanswered. Code scanning takes only results that stand in a file, so it is for files that were judged
 * (`--manifest`); the locations beside it are logical (`kubelet/tls`).
 */
import { isUnanswered } from '../judge/exit.js';
import { flatten } from '../judge/rank.js';
import type { Severity } from '../model/check.js';
import type { Finding, Merged, Report, Result } from '../model/report.js';
import { neutraliseAll, oneLine } from '../report/plain-text.js';
import { asksOf, causeTitle, docsOf, spoken, titleWords } from '../report/spoken.js';
import { judgedFile } from '../report/where/where.js';
import { firstLead, fixLine, toDecide } from '../report/words.js';
import { HOMEPAGE } from '../version.js';
import { sayMachine as say } from '../words/page.js';
import { jsonText } from './json.js';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
const LEVELS: Record<Severity, 'error' | 'warning' | 'note'> = { blocks: 'error', degrades: 'error', risk: 'warning', note: 'note' };
const EXITS = [0, 1, 3] as const;

/** Without a newline at the end. */
export function renderSarif(report: Report, { pretty }: { pretty: boolean }): string {
  const safe = neutraliseAll(report);
  const findings = withoutOwnFixes(safe.findings, safe);
  const open = safe.results.filter((result) => result.required && isUnanswered(result));
  const ids = [...new Set([...findings.map(({ cause }) => cause), ...open.map(unansweredId)])].sort();
  const log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: safe.tool.program,
            version: safe.tool.version,
            ...(HOMEPAGE && { informationUri: HOMEPAGE }),
            rules: ids.map((id) => rule(id, safe, open)),
          },
        },
        automationDetails: { id: `${[safe.tool.program, safe.where.node].filter(Boolean).join('/')}/` },
        invocations: [invocation(safe)],
        columnKind: 'utf16CodeUnits',
        results: [
          ...findings.map((finding, at) => findingResult(finding, at, ids, safe)),
          ...open.map((result) => openResult(result, ids, safe)),
        ],
        properties: { verdict: safe.summary.verdict, where: safe.where },
      },
    ],
  };
  return jsonText(log, { pretty });
}

/** In rank order; what follows from another goes away with that one, and has no fix of its own. */
function withoutOwnFixes(all: readonly Finding[], { findings }: Report): Finding[] {
  return flatten(all).map((finding) => (findings.includes(finding) ? finding : { ...finding, fixes: [] }));
}

function rule(id: string, report: Report, open: readonly Result[]): object {
  const meta = docsOf(id, report);
  const asked = open.find((result) => unansweredId(result) === id);
  const title = oneLine((meta?.title && causeTitle(id, report)) || (asked && asksOf(asked)) || id);
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: meta?.means || title },
    help: { text: meta?.fix || title, markdown: meta?.fix || title },
    ...(HOMEPAGE && { helpUri: HOMEPAGE }),
    ...(meta?.question ? { properties: { question: meta.question } } : {}),
  };
}

function invocation({ startedAt, durationMs, summary, merged }: Report): object {
  const started = Date.parse(startedAt);
  const ended = started + durationMs;
  const exit = EXITS.find((code) => code === summary.exitCode);
  const times =
    Number.isFinite(ended) && Math.abs(ended) < 8.64e15 ? { startTimeUtc: startedAt, endTimeUtc: new Date(ended).toISOString() } : {};
  return {
    executionSuccessful: true,
    exitCode: summary.exitCode,
    exitCodeDescription: exit === undefined ? '' : say(`exit.${exit}`),
    ...times,
    ...notRead(merged),
  };
}

/** A file whose node is in no result. */
function notRead(merged: Merged | undefined): object {
  if (!merged?.unread.length) return {};
  const notifications = merged.unread.map(({ file, why }) => ({
    level: 'warning',
    message: { text: sentence(say('fileNotRead', { file, why })) },
  }));
  return { toolExecutionNotifications: notifications };
}

function findingResult(finding: Finding, at: number, ids: readonly string[], report: Report): object {
  const {
    cause,
    severity,
    certainty,
    target,
    layer,
    features,
    evidence,
    fixes,
    decide,
    alternatives,
    rankedBy,
    consequences,
    seen,
    quoted,
  } = finding;
  return {
    ruleId: cause,
    ruleIndex: ids.indexOf(cause),
    level: LEVELS[severity],
    kind: 'fail',
    message: { text: [sentence(titleWords(finding, report)), advice(finding)].filter(Boolean).join(' ') },
    locations: [location(target, layer, report)],
    partialFingerprints: { 'kubeletDoctor/v1': [report.where.node, target, cause].join('|') },
    properties: {
      rank: at + 1,
      severity,
      certainty,
      alternatives,
      features,
      rankedBy,
      ...(seen ? { nodes: seen.nodes, ofNodes: seen.of, vantages: seen.vantages } : {}),
      evidence: evidence.map(({ saw, reproduce }) => ({ saw: saw.en, ...(reproduce ? { reproduce } : {}) })),
      decide,
      fixes: fixes.map(({ action, ...fix }) => ({ ...fix, action: action.en })),
      consequences: flatten(consequences).map((each) => each.cause),
      ...(quoted ? { quoted } : {}),
    },
  };
}

function openResult(result: Result, ids: readonly string[], report: Report): object {
  const id = unansweredId(result);
  const why = result.note ? sentence(spoken(result.note)) : '';
  const how = result.elsewhere.length ? `${toDecide()}: ${result.elsewhere.join('; ')}` : '';
  return {
    ruleId: id,
    ruleIndex: ids.indexOf(id),
    level: 'none',
    kind: 'open',
    message: { text: [sentence(say('notAnswered', { asks: oneLine(asksOf(result)) })), why, how].filter(Boolean).join(' ') },
    locations: [location(result.target, result.layer, report)],
  };
}

function unansweredId({ question }: Result): string {
  return `unanswered/${question}`;
}

function location(target: string, layer: string, report: Report): object {
  const file = judgedFile(report);
  return {
    // Its first line: a cause is about the agent that the file makes, not about one of its lines.
    ...(file && { physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { startLine: 1 } } }),
    logicalLocations: [{ fullyQualifiedName: `${target}/${layer}`, name: layer, kind: 'resource' }],
  };
}

/** As it was typed: code scanning reads a relative one from the root of the repository. */
function uriOf(file: string): string {
  const path = file
    .replace(/^(?:\.\/)+/, '')
    .split('/')
    .map(encoded)
    .join('/');
  return file.startsWith('/') ? `file://${path}` : path;
}

/** Half of a surrogate pair has no encoding; a stranger's report may hold one. */
function encoded(part: string): string {
  return encodeURIComponent(part.replace(/\p{Surrogate}/gu, '\ufffd'));
}

function advice({ fixes: [fix] }: Finding): string {
  return fix ? sentence(`${firstLead(fix)}: ${fixLine(fix)}`) : '';
}

function sentence(text: string): string {
  const line = oneLine(text);
  return /[.?!)]$/.test(line) ? line : `${line}.`;
}
