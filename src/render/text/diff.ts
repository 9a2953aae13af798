/** A comparison in words: one line that is the answer, then what changed. */
import { isSameNode } from '../../kubernetes/same-node.js';
import type { Comparison, Pair, Side, Standing } from '../../report/diff.js';
import { neutraliseAll } from '../../report/plain-text.js';
import { counted, dateTime } from '../../words/formats.js';
import { sayDiff as say } from '../../words/tables.js';
import { closeUp, type Look, palette, proseWidth, wrap } from '../style.js';

/** Without a newline at the end. */
export function renderDiff(comparison: Comparison, { width, colour }: { width: number; colour: boolean }): string {
  const look: Look = { width, paint: palette(colour) };
  const { old, new: now, appeared, vanished, both, answeredNow, unansweredNow } = neutraliseAll(comparison);
  const { red, green, yellow, dim } = look.paint;
  const moved = both.filter((pair) => pair.moved || pair.changed.length > 0);
  const same = both.length - moved.length;
  return closeUp([
    look.paint.bold(headline(appeared.length, vanished.length, moved.length)),
    dim(say('before', { side: side(old) })),
    dim(say('now', { side: side(now) })),
    ...(areOfTwoNodes(old, now) ? [yellow(say('twoNodes', { old: old.node, now: now.node }))] : []),
    '',
    ...section(
      say('appeared'),
      appeared.map((place) => red(line('+', place, look))),
      look,
    ),
    ...section(
      say('vanished'),
      vanished.map((place) => green(line('-', place, look))),
      look,
    ),
    ...section(
      say('moved'),
      moved.map((pair) => yellow(movedLine(pair, look))),
      look,
    ),
    ...section(
      say('answered'),
      answeredNow.map((asks) => wrap(asks, proseWidth(width), '  ').join('\n')),
      look,
    ),
    ...section(
      say('unanswered'),
      unansweredNow.map((asks) => wrap(asks, proseWidth(width), '  ').join('\n')),
      look,
    ),
    ...(same ? [dim(say('unchanged', { findings: counted(same, 'finding') }))] : []),
  ]).join('\n');
}

/** A report that names no node may be of any. */
function areOfTwoNodes(old: Side, now: Side): boolean {
  return old.node !== '' && now.node !== '' && !isSameNode(old.node, now.node);
}

function headline(appeared: number, vanished: number, moved: number): string {
  if (appeared + vanished + moved === 0) return say('noChange');
  return say('changes', { findings: counted(appeared, 'newFinding'), gone: vanished, changed: moved });
}

function side({ startedAt, node, verdict, version }: Side): string {
  const words = { time: dateTime(startedAt), verdict: say(`verdict.${verdict}`), version };
  return node ? say('sideOf', { ...words, node }) : say('side', words);
}

function section(title: string, lines: readonly string[], { paint }: Look): string[] {
  return lines.length ? [paint.bold(title), ...lines, ''] : [];
}

function line(sign: string, { rank, title, cause }: Standing, { width }: Look): string {
  return wrap(`${rank}. ${title} (${cause})`, proseWidth(width), `${sign} `).join('\n');
}

function movedLine({ old, new: now, moved, changed }: Pair, { width }: Look): string {
  const how = [...(moved ? [say('was', { rank: old.rank })] : []), ...changed].join(', ');
  return wrap(`${now.rank}. ${now.title} (${now.cause}; ${how})`, proseWidth(width), '~ ').join('\n');
}
