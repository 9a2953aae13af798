/** How times, durations, lists and counts are written, wherever a person reads them. A leaf: every room may use it. */
import { defineWords } from './say.js';

/** `.one` and `.many`: which of them is chosen in `counted` alone. */
const say = defineWords('formats', {
  and: '{most} and {last}',
  more: '{few} and {count} more',
  time: '{day} {clock} UTC',
  clock: '{clock} UTC',
  ms: '{count} ms',
  seconds: '{count} s',
  minutes: '{count} min',
  minutesAndSeconds: '{minutes} min {seconds} s',
});

const count = defineWords('counts', {
  'check.one': '{count} check',
  'check.many': '{count} checks',
  'consequence.one': '{count} consequence',
  'consequence.many': '{count} consequences',
  'file.one': '{count} file',
  'file.many': '{count} files',
  'finding.one': '{count} finding',
  'finding.many': '{count} findings',
  'line.one': '{count} line',
  'line.many': '{count} lines',
  'moreFinding.one': '{count} more finding',
  'moreFinding.many': '{count} more findings',
  'moreLine.one': '{count} more line',
  'moreLine.many': '{count} more lines',
  'moreNode.one': '{count} more node',
  'moreNode.many': '{count} more nodes',
  'moreQuestion.one': '{count} more question',
  'moreQuestion.many': '{count} more questions',
  'moreRow.one': '{count} more row',
  'moreRow.many': '{count} more rows',
  'newFinding.one': '{count} new finding',
  'newFinding.many': '{count} new findings',
  'node.one': '{count} node',
  'node.many': '{count} nodes',
  'note.one': '{count} note',
  'note.many': '{count} notes',
  'otherFix.one': '{count} other fix',
  'otherFix.many': '{count} other fixes',
  'otherRow.one': '{count} other row',
  'otherRow.many': '{count} other rows',
  'question.one': '{count} question',
  'question.many': '{count} questions',
  'report.one': '{count} report',
  'report.many': '{count} reports',
  'risk.one': '{count} risk',
  'risk.many': '{count} risks',
});

type Noun = keyof typeof count.table extends infer K ? (K extends `${infer N}.one` ? N : never) : never;

/** `2 findings`, `1 finding`. */
export function counted(many: number, noun: Noun): string {
  return count(`${noun}.${formOf(many)}`, { count: many });
}

/** Which of two forms a number asks for: of a sentence too. */
export function formOf(many: number): 'one' | 'many' {
  return many === 1 ? 'one' : 'many';
}

/** `2026-11-28 04:31 UTC`; as it is where it is not a time (a report of a stranger may hold anything). */
export function dateTime(time: string | number): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return String(time);
  const [day = '', clock = ''] = at.toISOString().slice(0, -8).split('T');
  return say('time', { day, clock });
}

/** `14:02 UTC` on the day of `now`, else with its day. */
export function timeOn(time: string | number, now: string | number): string {
  const [at, today] = [new Date(time), new Date(now)];
  if ([at, today].some((date) => Number.isNaN(date.getTime()))) return dateTime(time);
  const [day, clock = ''] = at.toISOString().slice(0, -8).split('T');
  return today.toISOString().startsWith(`${day}T`) ? say('clock', { clock }) : dateTime(time);
}

/** As a claim or a certificate has it, to the second of UTC; the number where no date is that far away. */
export function isoTime(seconds: number): string {
  const at = new Date(seconds * 1000);
  return Number.isNaN(at.getTime()) ? `${seconds} s after 1970` : at.toISOString();
}

/** `4 s`, `350 ms`, `1.5 s`, `2 min 5 s`: no more digits than a person compares. */
export function duration(ms: number): string {
  const whole = Math.round(ms);
  if (whole < 1000) return say('ms', { count: whole });
  if (whole < 9950) return say('seconds', { count: Number((whole / 1000).toFixed(1)) });
  const seconds = Math.round(whole / 1000);
  if (seconds < 60) return say('seconds', { count: seconds });
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  return rest === 0 ? say('minutes', { count: minutes }) : say('minutesAndSeconds', { minutes, seconds: rest });
}

/** `a, b and c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : say('and', { most: words.slice(0, -1).join(', '), last: words.at(-1) ?? '' });
}

/** `n1, n2, n3 and 45 more`: one more than `most` is named as well. */
export function someOf(names: readonly string[], most = 3): string {
  const shown = names.length > most + 1 ? names.slice(0, most) : names;
  const more = names.length - shown.length;
  return more > 0 ? say('more', { few: shown.join(', '), count: more }) : listed(shown);
}
