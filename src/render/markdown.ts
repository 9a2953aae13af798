/**
 * The report as Markdown for a ticket: GitHub, GitLab, and what Jira takes from the clipboard. Its only HTML are `details` and `summary`, which
 * fold what is long there; elsewhere they are two lines around it.
 */
import { isUnanswered } from '../judge/exit.js';
import type { Fix } from '../model/check.js';
import type { Finding, LayerState, Report } from '../model/report.js';
import { neutraliseAll } from '../report/plain-text.js';
import { asksOf, causeTitle, featureWords, spoken } from '../report/spoken.js';
import {
  actOf,
  certaintyWords,
  changeWords,
  effectLine,
  ownerLong,
  quotedHead,
  quotedLines,
  severityWords,
  toDecide,
  withoutStop,
} from '../report/words.js';
import { counted, dateTime, duration, listed } from '../words/formats.js';
import { sayPage as say } from '../words/page.js';
import { sayFinding } from '../words/text.js';
import { compactGrid, groupName, letterWords, unreadWords } from './grid.js';
import { isTold, layerTable, layerWords, reasonWords, SIGNS, stateWords, targetWords } from './layer-words.js';
import { code, fence, md } from './markdown-escape.js';
import { palette } from './style.js';
import { headLines, titleOf } from './text/head.js';
import { agentsWords } from './text/rest.js';

const MOST_UNREAD = 20;
const MOST_GROUPS = 50;
const MOST_QUESTIONS = 10;

/** With a newline at the end. */
export function renderMarkdown(report: Report): string {
  const safe = neutraliseAll(report);
  const [cause = '', fix = '', where = ''] = headLines(safe, { width: 80, paint: palette(false) });
  const blocks = [
    `# ${md(cause)}`,
    `**${md(fix)}**`,
    md(where),
    md(agentsWords(safe)),
    // Of a bundle it is in the line above.
    safe.where.bundle ? '' : md(`${safe.where.node && !safe.merged ? `${safe.where.node}, ` : ''}${dateTime(safe.startedAt)}`),
    ...table(safe),
    ...unread(safe),
    ...grid(safe),
    ...(safe.findings.length ? [`## ${say('findingsFirst')}`] : []),
    ...safe.findings.flatMap((finding, at) => findingBlocks(finding, `${at + 1}`, safe)),
    ...open(safe),
    ...settings(safe),
    `_${md(footer(safe))}_`,
  ];
  return `${blocks.filter(Boolean).join('\n\n')}\n`;
}

function footer({ tool, asked, durationMs }: Report): string {
  const program = `${tool.program} ${tool.version}`;
  return say('footnote', { program, count: asked.answered, checks: counted(asked.total, 'check'), time: duration(durationMs) });
}

function unread({ merged }: Report): string[] {
  if (!merged?.unread.length) return [];
  return [
    `**${say('unread', { files: counted(merged.unread.length, 'file') })}**`,
    unreadWords(merged, MOST_UNREAD)
      .map((words) => `- ${md(words)}`)
      .join('\n'),
  ];
}

/** One row for all nodes that say the same; of a single node there is nothing to compare. */
function grid(report: Report): string[] {
  const compact = compactGrid(report, MOST_QUESTIONS);
  if (!compact || (report.merged?.grid.length ?? 0) < 2) return [];
  const { groups, questions, more, fine } = compact;
  const shown = groups.slice(0, MOST_GROUPS);
  const rows = shown.map((group) => `| ${md(groupName(group))} | ${group.letters.map((letter) => md(letterWords(letter))).join(' | ')} |`);
  const beside = [
    groups.length > shown.length ? say('moreRows', { count: groups.length - shown.length }) : '',
    more ? say('moreQuestions', { questions: counted(more, 'moreQuestion') }) : '',
    fine ? say('rowsFine', { rows: counted(fine, 'otherRow') }) : '',
  ];
  return [
    `## ${say('byNode')}`,
    [`| ${say('node')} | ${questions.map(md).join(' | ')} |`, `| --- |${' --- |'.repeat(questions.length)}`, ...rows].join('\n'),
    md(beside.filter(Boolean).join(' ')),
  ];
}

function table(report: Report): string[] {
  const { targets, rows } = layerTable(report);
  if (targets.length === 0) return [];
  const lines = rows.map(({ layer, states }) => `| ${layerWords(layer)} | ${states.map((state) => cell(state, report)).join(' | ')} |`);
  return [
    [`| | ${targets.map((target) => targetWords(target)).join(' | ')} |`, `| --- |${' --- |'.repeat(targets.length)}`, ...lines].join('\n'),
  ];
}

function cell(state: LayerState | undefined, report: Report): string {
  if (!isTold(state)) return '';
  return `${SIGNS[state.state].markdown} ${md(reasonWords(state, report) || (state.state === 'ok' ? stateWords(state) : ''))}`.trim();
}

function findingBlocks(finding: Finding, number: string, report: Report, isConsequence = false): string[] {
  const { target, layer, features, evidence, fixes, decide, alternatives } = finding;
  const others = alternatives.map((cause) => causeTitle(cause, report));
  const standing = sayFinding('standing', {
    severity: severityWords(finding),
    certainty: certaintyWords(finding),
    target: targetWords(target),
    layer: layerWords(layer),
  });
  const depth = Math.min(6, 2 + number.split('.').length);
  return [
    `${'#'.repeat(depth)} ${number}. ${md(titleOf(finding, report))}`,
    `${standing} ${say('cause')} ${code(finding.cause)}`,
    ...(features.length ? [say('costsAll', { features: md(listed(features.map((each) => withoutStop(featureWords(each))))) })] : []),
    ...(others.length ? [say('alike', { causes: md(listed(others)) })] : []),
    ...decide.flatMap((command) => [`${toDecide()}:`, fence(command, 'sh')]),
    ...quote(finding.quoted),
    ...(evidence.length ? [say('seen')] : []),
    ...evidence.slice(0, 1).flatMap(seen),
    ...fold(say('more', { count: evidence.length - 1 }), evidence.slice(1).flatMap(seen)),
    ...(isConsequence ? [] : fixes).flatMap((fix) => [
      `**${say('fix', { where: md(ownerLong(fix)) })}** ${md(actOf(fix))} [${changeWords(fix)}]`,
      ...(fix.effect ? [md(effectLine(fix))] : []),
      ...blocksOf(fix),
    ]),
    ...(finding.consequences.length ? [say('consequences', { consequences: counted(finding.consequences.length, 'consequence') })] : []),
    ...finding.consequences.flatMap((each, at) => findingBlocks(each, `${number}.${at + 1}`, report, true)),
  ];
}

function blocksOf({ steps, form, quoted, verify }: Fix): string[] {
  return [
    ...(steps?.trim() ? [fence(steps, form === 'yaml' || form === 'kubelet-config' ? 'yaml' : 'sh')] : []),
    ...quote(quoted),
    ...(verify ? [say('toVerify'), fence(verify, 'sh')] : []),
  ];
}

function seen({ saw, reproduce }: Finding['evidence'][number]): string[] {
  return [`- ${md(spoken(saw))}`, ...(reproduce ? [fence(reproduce, 'sh', '  ')] : [])];
}

/** Blank lines around the tags: what is between them is Markdown again (GFM, HTML blocks, condition 6). */
function fold(summary: string, blocks: readonly string[]): string[] {
  return blocks.length ? [`<details>\n<summary>${summary}</summary>`, ...blocks, '</details>'] : [];
}

/** Another's words: quoted as Markdown quotes, and no block to copy. */
function quote(quoted: readonly string[] | undefined): string[] {
  const lines = quotedLines(quoted);
  return lines.length ? [[`> ${quotedHead()}:`, ...lines.map((line) => `> ${md(line)}`)].join('\n>\n')] : [];
}

function open({ results }: Report): string[] {
  const unanswered = results.filter(isUnanswered);
  if (unanswered.length === 0) return [];
  const lines = unanswered.flatMap(({ question, asks, note, elsewhere, quoted }) => [
    `- ${md(asksOf({ question, asks }))}${note ? ` ${md(spoken(note))}` : ''}`,
    ...elsewhere.map((command) => fence(command, 'sh', '  ')),
    ...quote(quoted),
  ]);
  return fold(say('open', { checks: counted(unanswered.length, 'check') }), lines);
}

function settings({ settings: all }: Report): string[] {
  const rows = all.map(({ setting, value, origin, source }) => {
    const from = source && source !== origin ? `${origin}, ${source}` : origin;
    return `| ${md(setting)} | ${value ? md(value) : say('empty')} | ${md(from)} |`;
  });
  return fold(
    say('settings'),
    rows.length ? [[`| ${say('setting')} | ${say('value')} | ${say('from')} |`, '| --- | --- | --- |', ...rows].join('\n')] : [],
  );
}
