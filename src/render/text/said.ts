/** What a log says, for a terminal: what counts now first, the first of it in full. */
import type { CauseDocs } from '../../model/check.js';
import type { Group, LogReading, Moment } from '../../texts/log.js';
import { counted } from '../../words/formats.js';
import { sayLog as say, sayReading, sayServer, saySpeaker } from '../../words/readings.js';
import { neutralise } from '../../words/visible.js';
import { closeUp, palette, proseWidth, wrap } from '../style.js';
import type { ExplainOptions } from './explain/cause.js';
import { renderReading } from './explain/readings.js';

type DocsOf = (cause: string) => CauseDocs | undefined;

/** So many kinds are shown in full; of the others what they are, how often and when. */
const IN_FULL = 2;

export function renderSaid(reading: LogReading, docsOf: DocsOf, options: ExplainOptions): string {
  const { groups, lines, told, left } = reading;
  const { bold, dim } = palette(options.colour);
  const prose = (text: string) => wrap(text, proseWidth(options.width));
  const many = counted(lines, 'line');
  if (groups.length === 0) return prose(lines > 1 ? say('nothing', { lines: many }) : sayReading('nothing')).join('\n');
  const isAlone = lines === 1;
  const full = groups.filter(({ verdict, seen }, at) => at === 0 || (at < IN_FULL && verdict.kind === 'cause' && !seen.isHistory));
  const others = groups.slice(full.length);
  const row = (group: Group) => [
    ...wrap(say('other', { what: whatOf(group), seen: seenIn(group) }), options.width, '- ', '  '),
    ...(group.seen.isHistory ? wrap(say('history', { server: sayServer(group.target.server) }), options.width, '  ') : []),
    ...wrap(neutralise(group.record.text), options.width, '  ').map(dim),
  ];
  return closeUp([
    ...(isAlone ? [] : [dim(say('head', { told, lines: many })), '']),
    ...full.flatMap((group) => [
      ...renderReading(group, docsOf, options).split('\n'),
      ...(isAlone ? [] : ['', ...prose(say('seen', { seen: seenIn(group) }))]),
      ...(group.seen.isHistory ? prose(say('history', { server: sayServer(group.target.server) })) : []),
      ...(isAlone ? [] : wrap(neutralise(group.record.text), options.width, '  ').map(dim)),
      '',
    ]),
    ...(others.length > 0 ? [bold(say('others')), ...others.flatMap(row), ''] : []),
    ...(left > 0 ? [say('left', { lines: counted(left, 'line') }), ''] : []),
  ]).join('\n');
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
