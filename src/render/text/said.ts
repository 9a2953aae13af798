/** What a log says, for a terminal: what counts now first, the first of it in full. */
import type { CauseDocs } from '../../model/check.js';
import type { Group, LogReading, Moment } from '../../texts/log/log.js';
import { counted } from '../../words/formats.js';
import { sayLog as say, sayReading, sayServer, saySpeaker } from '../../words/readings.js';
import { neutralise } from '../../words/visible.js';
import { closeUp, palette, proseWidth, wrap } from '../style.js';
import type { ExplainOptions } from './explain/cause.js';
import { firstOf, KEYS, renderReading } from './explain/readings.js';

type DocsOf = (cause: string) => CauseDocs | undefined;

/** So many kinds are shown in full; of the others what they are, how often and when. */
const IN_FULL = 2;

export interface SaidOptions extends ExplainOptions {
  /** Every kind in full. */
  verbose?: boolean;
  /** Two lines: what the first of them says, and what to do. */
  quiet?: boolean;
}

export function renderSaid(reading: LogReading, docsOf: DocsOf, options: SaidOptions): string {
  const { groups, lines, told, cut, left } = reading;
  const { bold, dim } = palette(options.colour);
  const prose = (text: string) => wrap(text, proseWidth(options.width));
  const many = counted(lines, 'line');
  if (groups.length === 0) return prose(nothingOf(reading)).join('\n');
  if (options.quiet && groups[0]) return inTwoLines(groups[0], docsOf, bold);
  const isAlone = lines === 1;
  const inFull = ({ verdict, seen }: Group, at: number) =>
    options.verbose || at === 0 || (at < IN_FULL && verdict.kind === 'cause' && !seen.isHistory);
  const full = groups.filter(inFull);
  const others = groups.filter((group, at) => !inFull(group, at));
  const row = (group: Group) => [
    ...wrap(say('other', { what: whatOf(group), seen: seenIn(group) }), options.width, '- ', '  '),
    ...(group.seen.isHistory ? wrap(say('history', { server: sayServer(group.target.server) }), options.width, '  ') : []),
    ...wrap(neutralise(group.record.text), options.width, '  ').map(dim),
  ];
  return closeUp([
    ...(isAlone ? [] : [dim(say('head', { told, lines: many })), '']),
    ...full.flatMap((group) => [
      ...renderReading(group, docsOf, options).split('\n'),
      ...(isAlone ? [] : ['', ...prose(say(group.seen.count === 1 ? 'seenOnce' : 'seen', { seen: seenIn(group) }))]),
      ...(group.seen.isHistory ? prose(say('history', { server: sayServer(group.target.server) })) : []),
      ...(isAlone ? [] : wrap(neutralise(group.record.text), options.width, '  ').map(dim)),
      '',
    ]),
    ...(others.length > 0 ? [bold(say('others')), ...others.flatMap(row), ''] : []),
    ...(left > 0 ? [say('left', { lines: counted(left, 'line') }), ''] : []),
    ...(cut > 0 ? [...prose(say('cut', { lines: counted(cut, 'line') })), ''] : []),
  ]).join('\n');
}

function nothingOf({ lines, told, cut }: LogReading): string {
  const many = counted(lines, 'line');
  const words = told > 0 ? say('nothingChosen', { lines: many }) : lines > 1 ? say('nothing', { lines: many }) : sayReading('nothing');
  return cut > 0 ? `${words} ${say('cut', { lines: counted(cut, 'line') })}` : words;
}

function inTwoLines({ verdict }: Group, docsOf: DocsOf, bold: (text: string) => string): string {
  const rests = neutralise(verdict.rests);
  if (verdict.kind !== 'cause') return [bold(sayReading(KEYS[verdict.kind], { rests })), verdict.says].join('\n');
  const cause = verdict.causes[0]?.cause ?? '';
  const act = verdict.fix ?? firstOf(docsOf(cause)?.fix ?? '');
  return [bold(sayReading('pointsTo', { rests, cause })), say('act', { act })].join('\n');
}

function whatOf({ verdict, speaker, target, record: { node } }: Group): string {
  const what = verdict.kind === 'cause' ? verdict.causes.map(({ cause }) => cause).join(', ') : neutralise(verdict.rests);
  const args = { what, speaker: saySpeaker(speaker), server: sayServer(target.server) };
  return node === undefined ? say('what', args) : say('whatOn', { ...args, node: neutralise(node) });
}

function seenIn({ seen: { count, first, last } }: Group): string {
  const at = ({ time, line }: Moment) => (time === undefined ? say('line', { line }) : neutralise(time));
  return count === 1 ? say('once', { at: at(first) }) : say('often', { count, first: at(first), last: at(last) });
}
