/** Tables of the HTML report: the layers, the questions, the settings, and the waterfall of times. */
import { isUnanswered } from '../../judge/exit.js';
import { flatten } from '../../judge/rank.js';
import type { LayerState, Report, Result } from '../../model/report.js';
import { duration } from '../../report/formats.js';
import { withoutStop } from '../../report/words.js';
import { hasOpen, isTold, LAYER_WORDS, layerTable, reasonWords, SIGNS, STATE_WORDS, TARGET_WORDS } from '../layer-words.js';
import { bar, copyBlock, quote, text } from './parts.js';

/** The picture once more, as a table for those who do not see it and for copying. */
export function layersTable(report: Report): string {
  const { targets, rows } = layerTable(report);
  if (rows.length === 0) return '';
  const heads = targets.map((target) => `<th scope="col">${TARGET_WORDS[target]}</th>`).join('');
  const lines = rows.map(
    ({ layer, states }) => `<tr><th scope="row">${LAYER_WORDS[layer]}</th>${states.map((state) => cell(state, report)).join('')}</tr>`,
  );
  return `<div class="scroll" tabindex="0" role="region" aria-label="layers"><table><thead><tr><th scope="col">layer</th>${heads}</tr></thead><tbody>${lines.join('\n')}</tbody></table></div>`;
}

function cell(state: LayerState | undefined, report: Report): string {
  if (!isTold(state)) return '<td></td>';
  const words = reasonWords(state) || STATE_WORDS[state.state];
  // Green is for what was asked to the end.
  return `<td class="t-${hasOpen(report, state) ? 'open' : state.state}"><span aria-hidden="true">${SIGNS[state.state].html}</span> ${text(words)}</td>`;
}

export function openHtml({ results }: Report): string {
  const open = results.filter(isUnanswered);
  const items = open.map(
    (result) =>
      `<li>${text(result.asks)}${result.note ? ` <span class="soft">${text(withoutStop(result.note.en))}.</span>` : ''}${result.elsewhere.map((command) => copyBlock(command, 'command to run elsewhere')).join('')}${quote(result.quoted)}</li>`,
  );
  return items.length ? `<ul class="plain">${items.join('\n')}</ul>` : '';
}

/** What is ok or does not apply; problems left out by --skip and --only are named. */
export function questionsHtml({ results, findings }: Report): string {
  const shown = new Set(flatten(findings).map((finding) => finding.cause));
  const rows = results.flatMap((result) => {
    const outcome = outcomeOf(result, shown);
    return outcome
      ? [`<tr><td>${text(result.asks)}</td><td>${text(outcome)}</td><td class="soft">${text(result.note?.en ?? '')}</td></tr>`]
      : [];
  });
  return rows.length
    ? `<div class="scroll" tabindex="0" role="region" aria-label="checks"><table><thead><tr><th scope="col">check</th><th scope="col">answer</th><th scope="col">details</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`
    : '';
}

function outcomeOf({ outcome, cause }: Result, shown: ReadonlySet<string>): string {
  if (outcome === 'pass') return 'ok';
  if (outcome === 'not-applicable') return 'does not apply';
  return outcome === 'problem' && cause && !shown.has(cause) ? `${cause}, left out by --skip or --only` : '';
}

export function settingsHtml({ settings }: Report): string {
  const rows = settings.map(
    ({ setting, value, origin, source }) =>
      `<tr><th scope="row">${text(setting)}</th><td><code>${text(value || '(empty)')}</code></td><td class="soft">${text(source && source !== origin ? `${origin}, ${source}` : origin)}</td></tr>`,
  );
  return rows.length
    ? `<div class="scroll" tabindex="0" role="region" aria-label="settings"><table><thead><tr><th scope="col">setting</th><th scope="col">value</th><th scope="col">from</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`
    : '';
}

/** When each question was put and how long its answer took. */
export function waterfallHtml({ timings }: Report): string {
  const end = Math.max(1, ...timings.map(({ startedMs, ms }) => startedMs + ms));
  const rows = timings.map(({ target, kind, subject, startedMs, ms, ok }) => {
    const from = Math.min(995, Math.round((startedMs / end) * 1000));
    const long = Math.max(5, Math.min(1000 - from, Math.round((ms / end) * 1000)));
    return `<tr><th scope="row">${text(`${TARGET_WORDS[target]} ${kind}`)}</th><td class="roomy">${text(subject)}</td><td class="bar">${bar(from, long, ok ? 'took' : 'took-bad')}</td><td class="ms">${duration(startedMs)}</td><td class="ms${ok ? '' : ' t-failed'}">${duration(ms)}${ok ? '' : ' ✗'}</td></tr>`;
  });
  return rows.length
    ? `<div class="scroll" tabindex="0" role="region" aria-label="times"><table><thead><tr><th scope="col">asked</th><th scope="col" class="roomy">about</th><th scope="col">time</th><th scope="col" class="ms">began</th><th scope="col" class="ms">took</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`
    : '';
}
