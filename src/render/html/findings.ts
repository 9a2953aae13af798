/** The findings of the HTML report: ranked, each with what it costs, what was seen, and fixes to copy. */
import type { Evidence, Fix } from '../../model/check.js';
import type { Finding, Report } from '../../model/report.js';
import { counted, listed } from '../../report/formats.js';
import { CHANGES, OWNERS, SEVERITY_WORDS, TO_DECIDE, withoutStop } from '../../report/words.js';
import { LAYER_WORDS, TARGET_WORDS } from '../layer-words.js';
import { titleOf } from '../text/head.js';
import { chip, copyBlock, quote, text } from './parts.js';

/** Enough to be convinced; the others open with a click. */
const SHOWN = 2;

export function findingsHtml(report: Report): string {
  return report.findings.length ? list(report.findings, '', report, true) : '';
}

/** What one cause may look like behind another is not repeated on a page: ids are numbered like the findings. */
function list(findings: readonly Finding[], outer: string, report: Report, root: boolean): string {
  const items = findings.map((finding, at) => `<li>${one(finding, `${outer}${at + 1}`, report)}</li>`);
  return `<ol${root ? ' class="findings"' : ''}>${items.join('\n')}</ol>`;
}

function one(finding: Finding, number: string, report: Report): string {
  const { severity, certainty, target, layer, features, evidence, fixes, cause, consequences } = finding;
  const id = `finding-${number.replaceAll('.', '-')}`;
  const heading = number.includes('.') ? 'h4' : 'h3';
  const meta = Object.hasOwn(report.causes, cause) ? report.causes[cause] : undefined;
  return [
    `<article aria-labelledby="${id}">`,
    `<${heading} id="${id}">${number}. ${text(titleOf(finding))}</${heading}>`,
    `<p>${chip(SEVERITY_WORDS[severity], severity)}${chip(certainty)}${chip(`${TARGET_WORDS[target]}, ${LAYER_WORDS[layer]}`)}${chip(cause)}</p>`,
    features.length ? `<p><strong>Costs:</strong> ${text(listed(features.map(withoutStop)))}.</p>` : '',
    meta?.means ? `<p class="soft">${text(meta.means.split('\n\n')[0] ?? '')}</p>` : '',
    doubt(finding, report),
    fixes.map((fix, at) => fixHtml(fix, fixes.length > 1 ? `${String.fromCharCode(97 + (at % 26))}) ` : '')).join('\n'),
    quote(finding.quoted),
    seen(evidence),
    consequences.length
      ? `<p><strong>${counted(consequences.length, 'consequence')}</strong>, gone with the fix above:</p>${list(consequences, `${number}.`, report, false)}`
      : '',
    '</article>',
  ]
    .filter(Boolean)
    .join('\n');
}

function doubt({ certainty, alternatives, decide }: Finding, { causes }: Report): string {
  if (certainty !== 'suspected') return '';
  const others = alternatives.map((cause) => withoutStop((Object.hasOwn(causes, cause) && causes[cause]?.title) || cause));
  return [
    `<p><strong>Suspected, not proven.</strong>${others.length ? ` These cannot be told apart from here: ${text(listed(others))}.` : ''}</p>`,
    decide.length ? `<p>${TO_DECIDE}:</p>${decide.map((command) => copyBlock(command, 'command that decides')).join('\n')}` : '',
  ].join('\n');
}

function seen(evidence: readonly Evidence[]): string {
  if (evidence.length === 0) return '';
  const items = evidence.map(
    ({ saw, reproduce }) => `<li>${text(saw.en)}${reproduce ? copyBlock(reproduce, 'command that shows it') : ''}</li>`,
  );
  const [first, rest] = [items.slice(0, SHOWN), items.slice(SHOWN)];
  const more = rest.length ? `<details><summary>${rest.length} more</summary><ul class="plain">${rest.join('\n')}</ul></details>` : '';
  return `<p><strong>Seen${evidence.some(({ reproduce }) => reproduce) ? ', with the command that shows it' : ''}:</strong></p><ul class="plain">${first.join('\n')}</ul>${more}`;
}

function fixHtml({ owner, changes, action, steps, form, verify, quoted }: Fix, letter: string): string {
  const what =
    form === 'yaml'
      ? 'manifest to apply'
      : form === 'env'
        ? 'environment to set'
        : form === 'kubelet-config'
          ? 'kubelet configuration'
          : 'commands to run';
  return [
    `<div class="fix${changes === 'security' ? ' security-fix' : ''}">`,
    `<p><strong>${text(letter)}Fix ${text(OWNERS[owner].long)}:</strong> ${text(withoutStop(action.en))} ${chip(CHANGES[changes], changes === 'security' ? 'security' : '')}</p>`,
    steps?.trim() ? copyBlock(steps, what) : '',
    quote(quoted),
    verify ? `<p>To verify:</p>${copyBlock(verify, 'command that verifies the fix')}` : '',
    '</div>',
  ]
    .filter(Boolean)
    .join('\n');
}
