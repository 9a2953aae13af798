/**
 * A language that is none: the letters of every word of every table are foreign, so that what is still plain English in an output comes from no
 * table. What a report holds of the world (names, commands, answers, settings) stays as it is and is taken out before anyone looks.
 */
import { CHECKS, causeIndex, MERGE_CHECKS } from '../../src/checks/index.js';
import { LAYERS, SEVERITIES } from '../../src/model/check.js';
import type { Report } from '../../src/model/report.js';
import { renderHtml } from '../../src/render/html/page.js';
import { renderJunit } from '../../src/render/junit.js';
import { renderMarkdown } from '../../src/render/markdown.js';
import { renderSarif } from '../../src/render/sarif.js';
import { renderText } from '../../src/render/text/report.js';
import { speak } from '../../src/words/language.js';
import { TABLES } from '../../src/words/say.js';
import { neutralise } from '../../src/words/visible.js';

const QUESTIONS = new Map([...CHECKS, ...MERGE_CHECKS].map((check) => [check.question, check]));
const CAUSES = causeIndex();

/** Placeholders stay; every letter is one that no English word has. */
function foreign(template: string): string {
  return template.replace(/(\{\w+\})|[A-Za-z]/g, (_letter, hole?: string) => hole ?? 'ž');
}

function englishOf(table: string, key: string): string | undefined {
  if (table === 'asks') return QUESTIONS.get(key)?.asks;
  if (table === 'causes') return CAUSES[key]?.title;
  // Whole texts, one a language; and phrases that are their own key.
  if (table === 'runbooks' || table === 'features') return key;
  return TABLES.get(table)?.[key] ?? QUESTIONS.get(table)?.words[key];
}

/** What it makes in the foreign language. Not for what waits: the language is everyone's. */
export function inPseudo<T>(make: () => T): T {
  speak((table, key) => {
    const english = englishOf(table, key);
    return english === undefined ? undefined : foreign(english);
  });
  try {
    return make();
  } finally {
    speak();
  }
}

/** Arguments of our words that are English phrases themselves, by message and argument. */
export function phrasesIn(report: Report): { of: string; value: string }[] {
  const world = JSON.stringify([report.evidence, report.settings, report.where, report.timings]);
  return messagesIn(report).flatMap(({ id, args }) =>
    Object.entries(args)
      .map(([name, value]) => ({ of: `${id} ${name}`, value: String(value) }))
      .filter(({ value }) => isPhrase(value) && !world.includes(value)),
  );
}

/** Two small words one after the other, or a word that only English has. */
function isPhrase(value: string): boolean {
  return /(?<![\w./:-])[a-z]{2,} (?:[a-z]{2,}|\d)(?![\w./:-])|(?<![\w/.-])(?:the|no|and|or|in|of|its|not|is)(?![\w/.-])/.test(value);
}

interface Said {
  id: string;
  args: Record<string, string | number>;
}

function messagesIn(value: unknown): Said[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'id' in value && 'args' in value && 'en' in value ? [value as unknown as Said] : [];
  return [...own, ...Object.values(value).flatMap(messagesIn)];
}

/** Every format for people, with what of it a person reads. */
const FORMATS: Readonly<Record<string, (report: Report) => string>> = {
  text: (report) => renderText(report, { width: 80, colour: false, verbose: false, closing: true }),
  verbose: (report) => renderText(report, { width: 100, colour: false, verbose: true }),
  markdown: (report) =>
    renderMarkdown(report)
      .replace(/^ *`{3,}(?:sh|yaml)$|<\/?(?:details|summary)>/gm, ' ')
      .replace(/\\([^A-Za-z0-9\s])/g, '$1'),
  html: (report) => fromMarkup(renderHtml(report).replace(/<style>[\s\S]*?<\/style>|<meta[^>]*>/g, ' ')),
  junit: (report) => fromMarkup(renderJunit(report)),
  sarif: (report) =>
    [...renderSarif(report, { pretty: false }).matchAll(/"(?:text|exitCodeDescription)":("(?:[^"\\]|\\.)*")/g)]
      .map(([, json = '']) => JSON.parse(json))
      .join('\n'),
};

/** The text, and the attributes that are read or heard. */
function fromMarkup(markup: string): string {
  return markup
    .replace(
      /<[^>]*>/g,
      (tag) => [...tag.matchAll(/ (?:aria-label|message|name|title)="([^"]*)"/g)].map(([, words]) => ` ${words} `).join(' ') || ' ',
    )
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&#x27;|&apos;/g, "'")
    .replace(/&amp;/g, '&');
}

/** Plain English that is left in the formats of a report, as `format: words`; `turn`: the terminal, and by turns one of the other formats. */
export function englishIn(report: Report, turn?: number, more: readonly string[] = []): string[] {
  const values = longestFirst([...valuesOf(report), ...more]);
  const [text, verbose, ...others] = Object.entries(FORMATS);
  const chosen = turn === undefined ? others : [others[turn % others.length]];
  return [text, verbose, ...chosen].flatMap((format) => {
    if (!format) return [];
    const [name, render] = format;
    return [
      ...wordsLeft(
        inPseudo(() => render(report)),
        values,
      ),
    ].map((words) => `${name}: ${words}`);
  });
}

/** Of any other text: `values` are what it holds of the world. */
export function wordsLeft(text: string, values: readonly string[]): Set<string> {
  const known = longestFirst(values).filter((value) => value.length > 2);
  const marked = known.filter((value) => value.includes('…'));
  let rest = withoutCut(
    marked.reduce((words, value) => words.replaceAll(value, ' ◌ '), flat(text)),
    known,
  );
  for (const value of known) rest = rest.replaceAll(value, ' ◌ ');
  const left = [...rest.matchAll(/(?<![\w./:-])[A-Za-z]+(?:['-]?[A-Za-z]+)*(?: +[A-Za-z]+)*/g)].filter(([words]) => words.length > 2);
  const isCells = (words: string) => /^X(?:-+X)*$/.test(words);
  return new Set(left.filter((each) => !NAMES.has(each[0]) && !MARKS.startsWith(each[0]) && !isCells(each[0])).map(([words]) => words));
}

/** Heads of a merged grid; its cells are X and hyphens among others. */
const MARKS = 'ABCDEFGHIJKLMNOPQRSTUVW';

/** Names that are the same in every language. */
const NAMES = new Set(['kubelet', 'apiserver', 'kubelet-doctor', 'kubectl apply', 'kubectl diff', 'TLSv']);

function flat(text: string): string {
  return text.replace(/[\s\u00a0|>`]+/g, ' ').replace(/\\([^A-Za-z0-9\s])/g, '$1');
}

/** Without the longest beginning of a value before each mark of something cut. */
function withoutCut(text: string, values: readonly string[]): string {
  const parts = text.split('…');
  return parts
    .map((part, at) => {
      if (at === parts.length - 1) return part;
      for (let long = Math.min(part.length, LONGEST_CUT); long > 2; long -= 1) {
        const end = part.slice(-long);
        if (values.some((value) => value.startsWith(end))) return part.slice(0, -long);
      }
      return part;
    })
    .join(' ◌ ');
}

const LONGEST_CUT = 300;

/** Words in which the redactor took something for a secret are no longer what a table says. */
const REDACTED = '[redacted]';

/** What a report holds that no table says, the longest first. */
export function valuesOf(report: Report): string[] {
  const { where, merged, findings, results, settings, timings, tool, summary } = report;
  const found: string[] = [];
  const add = (value: unknown): void => {
    if (typeof value === 'string') found.push(value, ...value.split('\n'));
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(add);
  };
  const walk = (value: unknown, key = ''): void => {
    if (
      ['args', 'steps', 'source', 'verify', 'reproduce', 'elsewhere', 'decide', 'quoted', 'cause', 'question', 'node', 'nodes'].includes(
        key,
      )
    )
      add(value);
    else if (key === 'en' && String(value).includes(REDACTED)) add(value);
    else if (typeof value === 'object' && value !== null) for (const [name, each] of Object.entries(value)) walk(each, name);
  };
  walk(findings);
  walk(results);
  add([settings, timings, tool, merged ?? {}, where.node, where.machine ?? '', where.kubelet, where.apiserver, where.account ?? '']);
  const who = where.identity.replace(/ \(.*$|, for .*$/, '');
  add([who, where.account ?? ''].flatMap((user) => [user, ...user.split(/[:/-]/)]));
  // The order of findings names ids.
  add([...SEVERITIES, ...LAYERS, 'proven', 'suspected', 'declared', 'same connection']);
  add(Object.keys(report.causes).flatMap((cause) => [cause, `kubelet-doctor explain ${cause}`]));
  add(report.layers.flatMap(({ target, layer, through }) => [`${target}/${layer}`, `kubelet-doctor.${target}.${layer}`, through ?? '']));
  add(timings.map(({ target, kind }) => `${target} ${kind}`));
  add(summary.top.id);
  return longestFirst(found.map((value) => flat(neutralise(value)).trim()).filter((value) => /[A-Za-z]{2}/.test(value)));
}

function longestFirst(values: readonly string[]): string[] {
  return [...new Set(values)].sort((a, b) => b.length - a.length);
}
