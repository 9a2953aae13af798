/**
 * The report as one page that needs nothing else: no script, no network, no font. Its policy allows its own style sheet and nothing more, so
 * whatever a server wrote into a name stays text even if an escape were forgotten.
 */
import { isUnanswered } from '../../judge/exit.js';
import { flatten } from '../../judge/rank.js';
import type { Report } from '../../model/report.js';
import { neutraliseAll } from '../../report/plain-text.js';
import { counted, dateTime, duration, listed } from '../../words/formats.js';
import { sayPage as say } from '../../words/page.js';
import { palette } from '../style.js';
import { headLines } from '../text/head.js';
import { agentsWords } from '../text/rest.js';
import { findingsHtml } from './findings.js';
import { gridHtml, unreadHtml } from './grid.js';
import { folded, section, text } from './parts.js';
import { pathHtml } from './path.js';
import { spreadHtml } from './spread.js';
import { STYLE, STYLE_HASH } from './style.js';
import { layersTable, openHtml, questionsHtml, settingsHtml, waterfallHtml } from './tables.js';

const POLICY = `default-src 'none'; style-src '${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;

interface Part {
  id: string;
  title: string;
  inner: string;
  /** Long, and for those who look closer; what it is called in a sentence. */
  fold?: string | false;
}

/** With a newline at the end. */
export function renderHtml(given: Report): string {
  const report = neutraliseAll(given);
  const [cause = '', fix = '', where = ''] = headLines(report, { width: 80, paint: palette(false) });
  const parts = partsOf(report).filter(({ inner }) => inner);
  const { tool, startedAt, summary } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="generator" content="${text(`${tool.program} ${tool.version}`)}">
<title>${text(cause)}</title>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#content">${say('skip')}</a>
<header>
<p class="top"><span class="verdict ${summary.verdict}">${verdictWords(report)}</span> ${nodeWords(report)}<time datetime="${text(startedAt)}">${text(dateTime(startedAt))}</time></p>
<h1>${text(cause)}</h1>
<p class="lead">${text(fix)}</p>
<p class="soft">${text([where, agentsWords(report)].filter(Boolean).join('. '))}</p>
<nav aria-label="${say('parts')}"><ul>${parts.map(({ id, title }) => `<li><a href="#${id}">${text(title)}</a></li>`).join('')}</ul></nav>
</header>
<main id="content" tabindex="-1">
${parts.map(({ id, title, inner, fold }) => (fold ? folded : section)(id, title, inner)).join('\n')}
${onPaper(parts)}</main>
<footer>
<p>${text(footer(report))}<span class="screen"> ${say('click')}</span></p>
</footer>
</body>
</html>
`;
}

function footer({ tool, asked, durationMs }: Report): string {
  const program = `${tool.program} ${tool.version}`;
  return say('footer', { program, count: asked.answered, checks: counted(asked.total, 'check'), time: duration(durationMs) });
}

/** A check mark does not say that everything was checked. */
function verdictWords({ summary, results }: Report): string {
  const open = results.filter(isUnanswered).length;
  const verdict = say(`verdict.${summary.verdict}`);
  return summary.verdict === 'pass' && open > 0 ? say('verdictOpen', { verdict, checks: counted(open, 'check') }) : verdict;
}

function nodeWords({ where, merged }: Report): string {
  const nodes = merged && merged.nodes !== 1 ? counted(merged.nodes, 'node') : where.node;
  return nodes && `<strong>${text(nodes)}</strong>, `;
}

/** What is left out where nobody can click. */
function onPaper(parts: readonly Part[]): string {
  const left = parts.flatMap(({ fold }) => fold || []);
  return left.length ? `<p class="paper">${text(say('notPrinted', { parts: listed(left) }))}</p>\n` : '';
}

function partsOf(report: Report): Part[] {
  const found = flatten(report.findings).length;
  const open = report.results.filter(isUnanswered).length;
  const openWords = say('open', { checks: counted(open, 'check') });
  const time = duration(report.durationMs);
  return [
    { id: 'spread', title: say('spread'), inner: spreadHtml(report) },
    {
      id: 'path',
      title: report.layers.some(({ state }) => state === 'failed') ? say('pathBroken') : say('path'),
      // Many nodes have many paths: of a merged report the table alone.
      inner: report.merged ? layersTable(report) : pathHtml(report) && `${pathHtml(report)}\n${layersTable(report)}`,
    },
    {
      id: 'unread',
      title: say('unread', { files: counted(report.merged?.unread.length ?? 0, 'file') }),
      inner: unreadHtml(report),
    },
    { id: 'nodes', title: say('nodes'), inner: gridHtml(report) },
    { id: 'findings', title: found > 1 ? say('findings', { count: found }) : say('finding'), inner: findingsHtml(report) },
    // Without a finding these are the report.
    { id: 'open', title: openWords, inner: openHtml(report), fold: found > 0 && openWords },
    { id: 'times', title: say('times', { time }), inner: waterfallHtml(report), fold: say('timesNamed', { time }) },
    { id: 'questions', title: say('questions'), inner: questionsHtml(report), fold: say('questionsNamed') },
    { id: 'settings', title: say('settings'), inner: settingsHtml(report), fold: say('settingsNamed') },
  ];
}
