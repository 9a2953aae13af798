/** The report as Markdown for a ticket: GitHub, GitLab, and what Jira takes from the clipboard. No HTML in it, so that it reads as it stands. */
import { isUnanswered } from '../judge/exit.js';
import type { Finding, LayerState, Report } from '../model/report.js';
import { neutraliseAll } from '../report/plain-text.js';
import { CHANGES, counted, OWNERS, QUOTED, quotedLines, SEVERITY_WORDS, TO_DECIDE, withoutStop } from '../report/words.js';
import { compactGrid, groupName, LETTERS, unreadWords } from './grid.js';
import { isTold, LAYER_WORDS, layerTable, reasonWords, SIGNS, TARGET_WORDS } from './layer-words.js';
import { code, fence, md } from './markdown-escape.js';
import { palette } from './style.js';
import { headLines, titleOf } from './text/head.js';

const MOST_UNREAD = 20;
const MOST_GROUPS = 50;

/** With a newline at the end. */
export function renderMarkdown(report: Report): string {
  const safe = neutraliseAll(report);
  const [cause = '', fix = '', where = ''] = headLines(safe, { width: 80, paint: palette(false) });
  const blocks = [
    `# ${md(cause)}`,
    `**${md(fix)}**`,
    md(where),
    ...table(safe),
    ...unread(safe),
    ...grid(safe),
    ...(safe.findings.length ? ['## Findings, root causes and the worst first'] : []),
    ...safe.findings.flatMap((finding, at) => findingBlocks(finding, `${at + 1}`, safe)),
    ...open(safe),
    `_${md(`${safe.tool.program} ${safe.tool.version}`)}, ${md(safe.startedAt)}, ${Math.round(safe.durationMs)} ms, ${safe.asked.answered} of ${counted(safe.asked.total, 'question')} answered._`,
  ];
  return `${blocks.filter(Boolean).join('\n\n')}\n`;
}

function unread({ merged }: Report): string[] {
  if (!merged?.unread.length) return [];
  return [
    `**Not read, and not in this report: ${counted(merged.unread.length, 'file')}**`,
    unreadWords(merged, MOST_UNREAD)
      .map((words) => `- ${md(words)}`)
      .join('\n'),
  ];
}

/** One row for all nodes that say the same; of a single node there is nothing to compare. */
function grid(report: Report): string[] {
  const compact = compactGrid(report);
  if (!compact || (report.merged?.grid.length ?? 0) < 2) return [];
  const { groups, heads, legend, well } = compact;
  const shown = groups.slice(0, MOST_GROUPS);
  const rows = shown.map((group) => `| ${md(groupName(group))} | ${[...group.letters].map((letter) => md(letter)).join(' | ')} |`);
  const beside = [
    groups.length > shown.length ? `${groups.length - shown.length} more rows are in the JSON.` : '',
    well ? `${counted(well, 'other row')} without trouble.` : '',
  ];
  return [
    '## Trouble, node by node',
    [`| node | ${[...heads].join(' | ')} |`, `| --- |${' --- |'.repeat(heads.length)}`, ...rows].join('\n'),
    md(
      `${legend.join(', ')}. X ${LETTERS.X}, ! ${LETTERS['!']}, ? ${LETTERS['?']}, . ${LETTERS['.']}, - ${LETTERS['-']}. ${beside.filter(Boolean).join(' ')}`.trim(),
    ),
  ];
}

function table(report: Report): string[] {
  const { targets, rows } = layerTable(report);
  if (targets.length === 0) return [];
  const lines = rows.map(({ layer, states }) => `| ${LAYER_WORDS[layer]} | ${states.map(cell).join(' | ')} |`);
  return [
    [`| | ${targets.map((target) => TARGET_WORDS[target]).join(' | ')} |`, `| --- |${' --- |'.repeat(targets.length)}`, ...lines].join(
      '\n',
    ),
  ];
}

function cell(state: LayerState | undefined): string {
  if (!isTold(state)) return '';
  return `${SIGNS[state.state].markdown} ${md(reasonWords(state) || (state.state === 'ok' ? 'ok' : ''))}`.trim();
}

function findingBlocks(finding: Finding, number: string, report: Report): string[] {
  const { severity, certainty, target, layer, features, evidence, fixes, decide, alternatives } = finding;
  const others = alternatives.map((cause) => report.causes[cause]?.title || cause);
  const depth = Math.min(6, 2 + number.split('.').length);
  return [
    `${'#'.repeat(depth)} ${number}. ${md(titleOf(finding))}`,
    `${SEVERITY_WORDS[severity]}; ${certainty}; ${TARGET_WORDS[target]}, ${LAYER_WORDS[layer]}. Cause: ${code(finding.cause)}`,
    ...(features.length ? [`Costs: ${md(features.map(withoutStop).join(', '))}.`] : []),
    ...(others.length ? [`From here these look the same: ${md(others.join('; '))}.`] : []),
    ...decide.flatMap((command) => [`${TO_DECIDE}:`, fence(command, 'sh')]),
    ...quote(finding.quoted),
    ...(evidence.length ? ['Seen:'] : []),
    ...evidence.flatMap(({ saw, reproduce }) => [`- ${md(saw.en)}`, ...(reproduce ? [fence(reproduce, 'sh', '  ')] : [])]),
    ...fixes.flatMap(({ owner, changes, action, steps, form, verify, quoted }) => [
      `**Fix ${md(OWNERS[owner].long)}:** ${md(withoutStop(action.en))} [${CHANGES[changes]}]`,
      ...(steps?.trim() ? [fence(steps, form === 'yaml' || form === 'kubelet-config' ? 'yaml' : 'sh')] : []),
      ...quote(quoted),
      ...(verify ? ['To verify:', fence(verify, 'sh')] : []),
    ]),
    ...(finding.consequences.length ? [`${counted(finding.consequences.length, 'finding follows', 'findings follow')} from this:`] : []),
    ...finding.consequences.flatMap((each, at) => findingBlocks(each, `${number}.${at + 1}`, report)),
  ];
}

/** Another's words: quoted as Markdown quotes, and no block to copy. */
function quote(quoted: readonly string[] | undefined): string[] {
  const lines = quotedLines(quoted);
  return lines.length ? [[`> ${QUOTED}:`, ...lines.map((line) => `> ${md(line)}`)].join('\n>\n')] : [];
}

function open({ results }: Report): string[] {
  const unanswered = results.filter(isUnanswered);
  if (unanswered.length === 0) return [];
  const lines = unanswered.flatMap(({ asks, note, elsewhere, quoted }) => [
    `- ${md(asks)}${note ? ` ${md(note.en)}` : ''}`,
    ...elsewhere.map((command) => fence(command, 'sh', '  ')),
    ...quote(quoted),
  ]);
  return ['## Not answered', ...lines];
}
