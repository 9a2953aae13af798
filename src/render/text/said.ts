/** What a text says, for a terminal: a block a kind, what counts now first. */
import type { CauseDocs } from '../../model/check.js';
import { neutraliseAll } from '../../report/plain-text.js';
import type { Group, LogReading, Moment } from '../../texts/log.js';
import { counted } from '../../words/formats.js';
import { sayText as say } from '../../words/tables.js';
import { closeUp, type Look, palette, proseWidth, wrap } from '../style.js';

const COLUMN = 10;

export function renderSaid(
  given: LogReading,
  docsOf: (cause: string) => CauseDocs | undefined,
  { width, colour }: { width: number; colour: boolean },
): string {
  const reading = neutraliseAll(given);
  const look: Look = { width, paint: palette(colour) };
  const lines = counted(reading.lines, 'line');
  if (reading.groups.length === 0) return wrap(say('nothing', { lines }), proseWidth(width)).join('\n');
  return closeUp([
    ...(reading.lines > 1 ? [look.paint.dim(say('head', { told: reading.told, lines })), ''] : []),
    ...reading.groups.flatMap((group) => [...groupLines(group, docsOf, look), '']),
    ...(reading.left > 0 ? [say('left', { records: counted(reading.left, 'line') }), ''] : []),
    ...(reading.groups.some(({ verdict }) => verdict.kind === 'cause') ? [look.paint.dim(say('alone'))] : []),
  ]).join('\n');
}

function groupLines(group: Group, docsOf: (cause: string) => CauseDocs | undefined, look: Look): string[] {
  const { verdict, speaker, target, node, user, isHistory, sample } = group;
  const causes = verdict.kind === 'cause' ? verdict.causes.map(({ cause }) => cause) : [];
  const docs = causes[0] === undefined ? undefined : docsOf(causes[0]);
  const who = say('toWhom', { speaker, target });
  const row = (name: string, text: string) => wrap(text, look.width, `  ${name.padEnd(COLUMN)}`, ' '.repeat(COLUMN + 2));
  return [
    ...wrap(docs ? docs.title : say(verdict.kind === 'cause' ? 'cause' : verdict.kind), proseWidth(look.width)).map(look.paint.bold),
    ...(isHistory ? row('', say('history')) : []),
    ...('says' in verdict && verdict.says ? row('', verdict.says) : []),
    ...row(say('rests'), verdict.rests),
    ...row(say('who'), node === undefined ? who : say('ofNode', { who, node })),
    ...(user === undefined ? [] : row(say('user'), user)),
    ...row(say('seen'), seenIn(group)),
    ...(sample === verdict.rests ? [] : row(say('sample'), sample)),
    ...('decide' in verdict && verdict.decide ? row(say('decide'), verdict.decide) : []),
    ...(docs ? row(say('fix'), docs.fix.trim().split('\n')[0] ?? '') : []),
    ...(causes.length > 0 ? row(say('more'), causes.map((cause) => `kubelet-doctor explain ${cause}`).join('; ')) : []),
  ];
}

function seenIn({ count, first, last }: Group): string {
  const at = ({ time, line }: Moment) => time ?? `line ${line}`;
  if (count === 1)
    return first.time === undefined ? say('once', { line: first.line }) : say('onceAt', { time: first.time, line: first.line });
  if (first.time === undefined) return say('often', { count, first: first.line, last: last.line });
  return say('oftenAt', { count, first: first.time, last: at(last) });
}
