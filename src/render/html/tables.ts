/** Tables of the HTML report: the layers, the questions, the settings, and the waterfall of times. */
import { isUnanswered } from '../../judge/exit.js';
import { flatten } from '../../judge/rank.js';
import type { LayerState, Report, Result } from '../../model/report.js';
import { asksOf, spoken } from '../../report/spoken.js';
import { withoutStop } from '../../report/words.js';
import { duration } from '../../words/formats.js';
import { sayPage as say } from '../../words/page.js';
import { hasOpen, isTold, layerTable, layerWords, reasonWords, SIGNS, stateWords, targetWords } from '../layer-words.js';
import { bar, copyBlock, quote, text } from './parts.js';

/** The picture once more, as a table for those who do not see it and for copying. */
export function layersTable(report: Report): string {
  const { targets, rows } = layerTable(report);
  if (rows.length === 0) return '';
  const heads = targets.map((target) => `<th scope="col">${targetWords(target)}</th>`).join('');
  const lines = rows.map(
    ({ layer, states }) => `<tr><th scope="row">${layerWords(layer)}</th>${states.map((state) => cell(state, report)).join('')}</tr>`,
  );
  return `<div class="scroll" tabindex="0" role="region" aria-label="${say('layers')}"><table><thead><tr><th scope="col">${say('layer')}</th>${heads}</tr></thead><tbody>${lines.join('\n')}</tbody></table></div>`;
}

function cell(state: LayerState | undefined, report: Report): string {
  if (!isTold(state)) return '<td></td>';
  const words = reasonWords(state, report) || stateWords(state);
  // Green is for what was asked to the end.
  return `<td class="t-${hasOpen(report, state) ? 'open' : state.state}"><span aria-hidden="true">${SIGNS[state.state].html}</span> ${text(words)}</td>`;
}

export function openHtml({ results }: Report): string {
  const open = results.filter(isUnanswered);
  const items = open.map(
    (result) =>
      `<li>${text(asksOf(result))}${result.note ? ` <span class="soft">${text(withoutStop(spoken(result.note)))}.</span>` : ''}${result.elsewhere.map((command) => copyBlock(command, say('runElsewhere'))).join('')}${quote(result.quoted)}</li>`,
  );
  return items.length ? `<ul class="plain">${items.join('\n')}</ul>` : '';
}

/** What is ok or does not apply; problems left out by --skip and --only are named. */
export function questionsHtml({ results, findings }: Report): string {
  const shown = new Set(flatten(findings).map((finding) => finding.cause));
  const rows = results.flatMap((result) => {
    const outcome = outcomeOf(result, shown);
    return outcome
      ? [
          `<tr><td>${text(asksOf(result))}</td><td>${text(outcome)}</td><td class="soft">${text(result.note ? spoken(result.note) : '')}</td></tr>`,
        ]
      : [];
  });
  return rows.length
    ? `<div class="scroll" tabindex="0" role="region" aria-label="${say('checks')}"><table><thead><tr>${heads('check', 'answer', 'details')}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`
    : '';
}

function outcomeOf({ outcome, cause }: Result, shown: ReadonlySet<string>): string {
  if (outcome === 'pass') return say('ok');
  if (outcome === 'not-applicable') return say('notApplicable');
  return outcome === 'problem' && cause && !shown.has(cause) ? say('leftOut', { cause }) : '';
}

function heads(...names: ('check' | 'answer' | 'details' | 'setting' | 'value' | 'from')[]): string {
  return names.map((name) => `<th scope="col">${say(name)}</th>`).join('');
}

export function settingsHtml({ settings }: Report): string {
  const rows = settings.map(
    ({ setting, value, origin, source }) =>
      `<tr><th scope="row">${text(setting)}</th><td><code>${text(value || say('empty'))}</code></td><td class="soft">${text(source && source !== origin ? `${origin}, ${source}` : origin)}</td></tr>`,
  );
  return rows.length
    ? `<div class="scroll" tabindex="0" role="region" aria-label="${say('settingsTable')}"><table><thead><tr>${heads('setting', 'value', 'from')}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`
    : '';
}

/** When each question was put and how long its answer took. */
export function waterfallHtml({ timings }: Report): string {
  const end = Math.max(1, ...timings.map(({ startedMs, ms }) => startedMs + ms));
  const rows = timings.map(({ target, kind, subject, startedMs, ms, ok }) => {
    const from = Math.min(995, Math.round((startedMs / end) * 1000));
    const long = Math.max(5, Math.min(1000 - from, Math.round((ms / end) * 1000)));
    return `<tr><th scope="row">${text(`${targetWords(target)} ${kind}`)}</th><td class="roomy">${text(subject)}</td><td class="bar">${bar(from, long, ok ? 'took' : 'took-bad')}</td><td class="ms">${duration(startedMs)}</td><td class="ms${ok ? '' : ' t-failed'}">${duration(ms)}${ok ? '' : ' ✗'}</td></tr>`;
  });
  return rows.length
    ? `<div class="scroll" tabindex="0" role="region" aria-label="${say('timesTable')}"><table><thead><tr><th scope="col">${say('asked')}</th><th scope="col" class="roomy">${say('about')}</th><th scope="col">${say('time')}</th><th scope="col" class="ms">${say('began')}</th><th scope="col" class="ms">${say('took')}</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`
    : '';
}
