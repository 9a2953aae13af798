/** What a pasted text says, and the table of what is known of texts, for a terminal: the cause or what it is in place of one, what that rests on, what decides, the fix's first line. */
import type { CauseDocs } from '../../../model/check.js';
import { type Fragment, printedBy, type Reading } from '../../../texts/index.js';
import { sayReading, sayServer, saySpeaker } from '../../../words/readings.js';
import { neutralise } from '../../../words/visible.js';
import { palette, proseWidth, wrap } from '../../style.js';
import { blocks, type ExplainOptions, prose as prosed } from './cause.js';

/** What is said first where it is no cause. */
export const KEYS = { wrapper: 'wrapper', 'not-ours': 'other', works: 'works' } as const;

type DocsOf = (cause: string) => CauseDocs | undefined;

export function renderReading(reading: Reading, docsOf: DocsOf, { width, colour }: ExplainOptions): string {
  const { bold, dim } = palette(colour);
  const { verdict } = reading;
  const rests = neutralise(verdict.rests);
  const prose = (text: string) => wrap(text, proseWidth(width));
  if (verdict.kind !== 'cause') {
    const key = 'lacks' in verdict ? 'noServer' : KEYS[verdict.kind];
    return [...prose(sayReading(key, { rests })).map(bold), ...prose(verdict.says)].join('\n');
  }
  const [first, ...others] = verdict.causes;
  if (!first) return '';
  const docs = docsOf(first.cause);
  const look = { width, paint: palette(colour) };
  const lines = [
    ...prose(sayReading('pointsTo', { rests, cause: first.cause })).map(bold),
    ...(docs ? prose(sayReading('named', { title: upperFirst(docs.title), certainty: first.certainty })) : []),
    ...fromOf(reading).flatMap(prose),
    ...(reading.user === undefined ? [] : prose(sayReading('refused', { user: neutralise(reading.user) }))),
    ...(verdict.says === undefined ? [] : prose(verdict.says)),
    ...(others.length > 0 ? prose(sayReading('mayBe', { causes: others.map(({ cause }) => cause).join(', ') })) : []),
    ...(docs ? ['', sayReading('decide'), ...decidingOf(verdict.decide ?? docs.confirm).flatMap((block) => prosed(block, look))] : []),
    ...(docs ? [sayReading('fix'), ...prosed(verdict.fix ?? firstOf(docs.fix), look)] : []),
    dim(sayReading('more', { cause: first.cause })),
  ];
  return lines.join('\n');
}

/** Who says it, and about whom; nothing where neither is known. */
function fromOf({ speaker, target, side }: Reading): string[] {
  const by = saySpeaker(speaker);
  const { host, port, server } = target;
  if (side === 'server' && speaker !== 'unknown') return [sayReading('logged', { speaker: by })];
  if (server === 'unknown') return speaker === 'unknown' ? [] : [sayReading('from', { speaker: by })];
  const about = sayServer(server);
  const address = host === undefined ? undefined : neutralise(port === undefined ? host : `${host}:${port}`);
  if (speaker === 'unknown')
    return [address === undefined ? sayReading('about', { server: about }) : sayReading('aboutAt', { server: about, address })];
  return [
    address === undefined
      ? sayReading('fromAbout', { speaker: by, server: about })
      : sayReading('fromAboutAt', { speaker: by, server: about, address }),
  ];
}

/** The first sentence of Markdown: of its first block, or of the first item of a list. */
export function firstOf(markdown: string): string {
  const [block = ''] = blocks(markdown);
  const [item = ''] = block.split(/\n(?=[ \t]*(?:[-*]|\d{1,9}\.)\s)/);
  const line = item
    .replace(/^\s*(?:[-*]|\d{1,9}\.)\s+/, '')
    .replace(/\s+/g, ' ')
    .trim();
  return line.split(/(?<=[^.][.;]) (?=[A-Z`])/)[0] ?? line;
}

/** The first command of a runbook, with the words that lead to it. */
function decidingOf(markdown: string): string[] {
  const all = blocks(markdown);
  const code = all.findIndex((block) => /^(?: {4}|\t|```)/.test(block));
  const at = code >= 0 ? code : all.findIndex((block) => /`[^`]{1,80}[ /][^`]{0,200}`/.test(block));
  if (at < 0) return all.slice(0, 1);
  return all.slice(at > 0 && /:\s*$/.test(all[at - 1] ?? '') ? at - 1 : at, at + 1);
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `list --fragments`: the texts that are known, by who prints them; each with what it means, its pattern, and where it was read. */
export function renderFragments(fragments: readonly Fragment[], { width, colour }: ExplainOptions): string {
  const { bold, dim } = palette(colour);
  const speakers = [...new Set(fragments.map(printedBy))];
  const ids = Math.max(...fragments.map(({ id }) => id.length)) + 2;
  const tables = speakers.map((speaker) => {
    const of = fragments.filter((each) => printedBy(each) === speaker);
    const head = sayReading('printedBy', { speaker: saySpeaker(speaker), count: of.length });
    const rows = of.flatMap((each) => [
      ...wrap(meansOf(each), width, `  ${each.id.padEnd(ids)}`, ' '.repeat(ids + 2)),
      ...wrapPattern(each.text.source, width, '      '),
      ...wrap(each.source, width, '      ').map(dim),
    ]);
    return [bold(head), ...rows].join('\n');
  });
  return [...tables, sayReading('fragments', { count: fragments.length })].join('\n\n');
}

/** Between two of its choices, or at a blank. */
function wrapPattern(pattern: string, width: number, indent: string): string[] {
  const lines = [indent];
  for (const part of pattern.split(/(?<=[| ])/)) {
    const line = lines.at(-1) ?? '';
    if (line.length > indent.length && line.length + part.length > width) lines.push(`${indent}${part}`);
    else lines[lines.length - 1] = `${line}${part}`;
  }
  return lines.map((line) => line.trimEnd());
}

function meansOf({ means }: Fragment): string {
  if ('causes' in means) return means.causes.join(', ');
  if ('by' in means) return [...new Set(Object.values(means.by).map(([first]) => first))].join(', ');
  return 'wrapper' in means ? 'wrapper' : 'foreign' in means ? 'neither kubelet nor apiserver' : 'works';
}
