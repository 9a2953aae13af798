/** The findings of the HTML report: ranked, each with what it costs, what was seen, and fixes to copy. */
import { isGrave } from '../../judge/rank.js';
import type { Evidence, Fix } from '../../model/check.js';
import type { Finding, Report } from '../../model/report.js';
import { causeTitle, docsOf, featureWords, spoken } from '../../report/spoken.js';
import { actOf, certaintyWords, changeWords, effectLine, ownerLong, severityWords, toDecide, withoutStop } from '../../report/words.js';
import { counted, listed } from '../../words/formats.js';
import { sayPage as say } from '../../words/page.js';
import { layerWords, targetWords } from '../layer-words.js';
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
  const { severity, target, layer, features, evidence, fixes, cause, consequences } = finding;
  const id = `finding-${number.replaceAll('.', '-')}`;
  const isConsequence = number.includes('.');
  const heading = isConsequence ? 'h4' : 'h3';
  const meta = docsOf(cause, report);
  return [
    `<article aria-labelledby="${id}">`,
    `<${heading} id="${id}">${number}. ${text(titleOf(finding, report))}</${heading}>`,
    `<p>${chip(severityWords(finding), severity)}${chip(certaintyWords(finding))}${chip(`${targetWords(target)}, ${layerWords(layer)}`)}${chip(cause)}</p>`,
    features.length
      ? `<p><strong>${say('costs')}</strong> ${text(listed(features.map((each) => withoutStop(featureWords(each)))))}.</p>`
      : '',
    meta?.means ? `<p class="soft">${text(meta.means.split('\n\n')[0] ?? '')}</p>` : '',
    doubt(finding, report),
    isConsequence
      ? ''
      : fixes.map((fix, at) => fixHtml(fix, fixes.length > 1 ? `${String.fromCharCode(97 + (at % 26))}) ` : '')).join('\n'),
    quote(finding.quoted),
    seen(evidence),
    consequences.length
      ? `<p><strong>${counted(consequences.length, 'consequence')}</strong>${say('gone')}</p>${list(consequences, `${number}.`, report, false)}`
      : '',
    '</article>',
  ]
    .filter(Boolean)
    .join('\n');
}

function doubt({ certainty, alternatives, decide }: Finding, report: Report): string {
  if (certainty !== 'suspected') return '';
  const others = alternatives.map((cause) => withoutStop(causeTitle(cause, report)));
  return [
    `<p><strong>${say('suspected')}</strong>${others.length ? ` ${text(say('alike', { causes: listed(others) }))}` : ''}</p>`,
    decide.length ? `<p>${toDecide()}:</p>${decide.map((command) => copyBlock(command, say('decides'))).join('\n')}` : '',
  ].join('\n');
}

function seen(evidence: readonly Evidence[]): string {
  if (evidence.length === 0) return '';
  const items = evidence.map(({ saw, reproduce }) => `<li>${text(spoken(saw))}${reproduce ? copyBlock(reproduce, say('shows')) : ''}</li>`);
  const [first, rest] = [items.slice(0, SHOWN), items.slice(SHOWN)];
  const more = rest.length
    ? `<details><summary>${say('more', { count: rest.length })}</summary><ul class="plain">${rest.join('\n')}</ul></details>`
    : '';
  return `<p><strong>${evidence.some(({ reproduce }) => reproduce) ? say('seenWithCommand') : say('seen')}</strong></p><ul class="plain">${first.join('\n')}</ul>${more}`;
}

function fixHtml(fix: Fix, letter: string): string {
  const { steps, form = 'shell', effect, verify, quoted } = fix;
  return [
    `<div class="fix${isGrave(fix) ? ' security-fix' : ''}">`,
    `<p><strong>${text(letter)}${text(say('fix', { where: ownerLong(fix) }))}</strong> ${text(actOf(fix))} ${chip(changeWords(fix), isGrave(fix) ? 'security' : '')}</p>`,
    effect ? `<p>${text(effectLine(fix))}</p>` : '',
    steps?.trim() ? copyBlock(steps, say(`form.${form}`)) : '',
    quote(quoted),
    verify ? `<p>${say('toVerify')}</p>${copyBlock(verify, say('verifies'))}` : '',
    '</div>',
  ]
    .filter(Boolean)
    .join('\n');
}
