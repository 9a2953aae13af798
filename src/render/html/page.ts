/**
 * The report as one page that needs nothing else: no script, no network, no font. Its policy allows its own style sheet and nothing more, so
 * whatever a server wrote into a name stays text even if an escape were forgotten.
 */
import { isUnanswered } from '../../judge/exit.js';
import { flatten } from '../../judge/rank.js';
import type { Report, Summary } from '../../model/report.js';
import { neutraliseAll } from '../../report/plain-text.js';
import { counted } from '../../report/words.js';
import { palette } from '../style.js';
import { headLines } from '../text/head.js';
import { findingsHtml } from './findings.js';
import { gridHtml, unreadHtml } from './grid.js';
import { section, text } from './parts.js';
import { pathHtml } from './path.js';
import { STYLE, STYLE_HASH } from './style.js';
import { layersTable, openHtml, questionsHtml, settingsHtml, waterfallHtml } from './tables.js';

const POLICY = `default-src 'none'; style-src '${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;
const VERDICTS: Record<Summary['verdict'], string> = { pass: 'All well', warn: 'Works', fail: 'Broken', incomplete: 'Not known' };

interface Part {
  id: string;
  title: string;
  inner: string;
}

/** With a newline at the end. */
export function renderHtml(given: Report): string {
  const report = neutraliseAll(given);
  const [cause = '', fix = '', where = ''] = headLines(report, { width: 80, paint: palette(false) });
  const parts = partsOf(report).filter(({ inner }) => inner);
  const { tool, startedAt, durationMs, asked, summary } = report;
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
<a class="skip" href="#content">To the report</a>
<header>
<p><span class="verdict ${summary.verdict}">${VERDICTS[summary.verdict]}</span></p>
<h1>${text(cause)}</h1>
<p class="lead">${text(fix)}</p>
<p class="soft">${text(where)}</p>
<nav aria-label="Parts of the report"><ul>${parts.map(({ id, title }) => `<li><a href="#${id}">${text(title)}</a></li>`).join('')}</ul></nav>
</header>
<main id="content" tabindex="-1">
${parts.map(({ id, title, inner }) => section(id, title, inner)).join('\n')}
</main>
<footer>
<p>${text(`${tool.program} ${tool.version}`)}, <time datetime="${text(startedAt)}">${text(startedAt)}</time>, ${Math.round(durationMs)} ms, ${asked.answered} of ${counted(asked.total, 'question')} answered. A click into a block of commands selects all of it.</p>
</footer>
</body>
</html>
`;
}

function partsOf(report: Report): Part[] {
  const found = flatten(report.findings).length;
  const open = report.results.filter(isUnanswered).length;
  return [
    {
      id: 'path',
      title: report.layers.some(({ state }) => state === 'failed') ? 'The way, and where it breaks' : 'The way',
      // The ways of many nodes are not one way: of a merged report the table alone.
      inner: report.merged ? layersTable(report) : pathHtml(report) && `${pathHtml(report)}\n${layersTable(report)}`,
    },
    {
      id: 'unread',
      title: `Not read, and not in this report: ${counted(report.merged?.unread.length ?? 0, 'file')}`,
      inner: unreadHtml(report),
    },
    { id: 'nodes', title: 'Nodes and questions', inner: gridHtml(report) },
    { id: 'findings', title: found > 1 ? `${found} findings, root causes and the worst first` : 'Finding', inner: findingsHtml(report) },
    { id: 'open', title: `${counted(open, 'question')} not answered`, inner: openHtml(report) },
    { id: 'times', title: `Times, of ${Math.round(report.durationMs)} ms in all`, inner: waterfallHtml(report) },
    { id: 'questions', title: 'Asked, and well', inner: questionsHtml(report) },
    { id: 'settings', title: 'Settings, and where each comes from', inner: settingsHtml(report) },
  ];
}
