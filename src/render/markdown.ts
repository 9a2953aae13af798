/**
 * The report as Markdown for a ticket: GitHub, GitLab, and what Jira takes from the clipboard. Its only HTML are `details` and `summary`, which
 * fold what is long there; elsewhere they are two lines around it.
 */
import { isUnanswered } from '../judge/exit.js';
import type { Finding, LayerState, Report } from '../model/report.js';
import { counted, dateTime, duration, listed } from '../report/formats.js';
import { neutraliseAll } from '../report/plain-text.js';
import { CHANGES, OWNERS, QUOTED, quotedLines, SEVERITY_WORDS, TO_DECIDE, withoutStop } from '../report/words.js';
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
    md(`${safe.where.node && !safe.merged ? `${safe.where.node}, ` : ''}${dateTime(safe.startedAt)}`),
    ...table(safe),
    ...unread(safe),
    ...grid(safe),
    ...(safe.findings.length ? ['## Findings, root causes first'] : []),
    ...safe.findings.flatMap((finding, at) => findingBlocks(finding, `${at + 1}`, safe)),
    ...open(safe),
    ...settings(safe),
    `_${md(`${safe.tool.program} ${safe.tool.version}`)}, ${safe.asked.answered} of ${counted(safe.asked.total, 'check')} answered in ${duration(safe.durationMs)}._`,
  ];
  return `${blocks.filter(Boolean).join('\n\n')}\n`;
}

function unread({ merged }: Report): string[] {
  if (!merged?.unread.length) return [];
  return [
    `**Not read, so not in this report: ${counted(merged.unread.length, 'file')}**`,
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
    groups.length > shown.length ? `${groups.length - shown.length} more rows: see the JSON.` : '',
    well ? `${counted(well, 'other row')} without a finding.` : '',
  ];
  return [
    '## Findings by node',
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
    ...(features.length ? [`Costs: ${md(listed(features.map(withoutStop)))}.`] : []),
    ...(others.length ? [`These cannot be told apart from here: ${md(listed(others))}.`] : []),
    ...decide.flatMap((command) => [`${TO_DECIDE}:`, fence(command, 'sh')]),
    ...quote(finding.quoted),
    ...(evidence.length ? ['Seen:'] : []),
    ...evidence.slice(0, 1).flatMap(seen),
    ...fold(`${evidence.length - 1} more`, evidence.slice(1).flatMap(seen)),
    ...fixes.flatMap(({ owner, changes, action, steps, form, verify, quoted }) => [
      `**Fix ${md(OWNERS[owner].long)}:** ${md(withoutStop(action.en))} [${CHANGES[changes]}]`,
      ...(steps?.trim() ? [fence(steps, form === 'yaml' || form === 'kubelet-config' ? 'yaml' : 'sh')] : []),
      ...quote(quoted),
      ...(verify ? ['To verify:', fence(verify, 'sh')] : []),
    ]),
    ...(finding.consequences.length ? [`${counted(finding.consequences.length, 'consequence')}, gone with the fix above:`] : []),
    ...finding.consequences.flatMap((each, at) => findingBlocks(each, `${number}.${at + 1}`, report)),
  ];
}

function seen({ saw, reproduce }: Finding['evidence'][number]): string[] {
  return [`- ${md(saw.en)}`, ...(reproduce ? [fence(reproduce, 'sh', '  ')] : [])];
}

/** Blank lines around the tags: what is between them is Markdown again (GFM, HTML blocks, condition 6). */
function fold(summary: string, blocks: readonly string[]): string[] {
  return blocks.length ? [`<details>\n<summary>${summary}</summary>`, ...blocks, '</details>'] : [];
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
  return fold(`${counted(unanswered.length, 'check')} not answered`, lines);
}

function settings({ settings: all }: Report): string[] {
  const rows = all.map(({ setting, value, origin, source }) => {
    const from = source && source !== origin ? `${origin}, ${source}` : origin;
    return `| ${md(setting)} | ${value ? md(value) : '(empty)'} | ${md(from)} |`;
  });
  return fold(
    'Settings, and where each comes from',
    rows.length ? [['| setting | value | from |', '| --- | --- | --- |', ...rows].join('\n')] : [],
  );
}
