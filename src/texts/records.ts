/** Lines → records. A reader that is fed line by line, so that a log of any length takes no more memory than its longest record. */

import { asBlock, type Block } from './blocks.js';
import { createDescriptions, createEventObjects, type Described } from './descriptions.js';
import type { Scene, Speaker, TextRecord } from './reading.js';
import { rowIn } from './rows.js';
import { speakerOfLog } from './speakers.js';
import { isLogged, MOST_TEXT } from './unwrap.js';

export interface RecordReader {
  /** The records that are whole now that this line is known. */
  push(line: string): TextRecord[];
  /** The last line is a record of a log, or begins one: no line of a table, a description, a check or the output of a command. */
  isPlain(): boolean;
  /** So many plain lines are not given: they say nothing, and the next one begins a record. */
  skip(lines: number): void;
  /** What is left. */
  end(): TextRecord[];
}

/** Lines that belong to the one before: of a stack trace, of a chain of causes. */
const CONTINUES =
  /^(?:\s{1,40}at \S|\s{1,40}\.\.\. \d{1,6} more|Caused by: |\s{1,8}---> |\s{1,8}\[cause\]: |During handling of|The above exception|Traceback |\s{2,40}File "|\t\S)/;
/** A line of a text that is quoted as a whole. */
const QUOTE = /^\s{0,8}> ?/;
/** `tail -f` of several files: whose lines follow. */
const MARKER = /^==> (\S.{0,300}) <==\s*$/;
const CHECK = /^\s{2,16}Instance ID: ([\w.-]{1,60})(?::\w{1,40})? \[/;
/** Lines that one record has at most, and lines of a block: the output of one command. */
const MOST_LINES = 60;

export function createRecordReader(): RecordReader {
  const descriptions = createDescriptions();
  const events = createEventObjects();
  let at = 0;
  let open: TextRecord | undefined;
  let lines = 0;
  let logged = false;
  let plain = false;
  let block: Block | undefined;
  /** Everything is quoted, as in a mail. */
  let quoted: boolean | undefined;
  /** Whose lines these are, by the marker above them. */
  let speaker: Speaker | undefined;
  /** Of `agent status`: the check whose lines these are. */
  let check: Scene | undefined;

  const close = (next?: TextRecord): TextRecord[] => {
    const done = open ? [open] : [];
    open = next;
    lines = 1;
    return done;
  };
  const whole = (record: TextRecord | undefined): TextRecord[] => [...close(), ...(record ? [record] : [])];

  const fromDescription = ({ records, taken }: Described): TextRecord[] | undefined => {
    if (taken) return [...close(), ...records];
    return records.length > 0 ? [...close(), ...records] : undefined;
  };

  const readLine = (text: string): TextRecord[] => {
    plain = false;
    if (block) {
      const state = block.push(text);
      if (state === 'more') return [];
      const record = block.record();
      block = undefined;
      return state === 'last' ? whole(record) : [...whole(record), ...readLine(text)];
    }
    const [, log] = MARKER.exec(text) ?? [];
    if (log !== undefined) {
      speaker = speakerOfLog(log);
      return close();
    }
    block = asBlock(text, at);
    if (block) return [];
    const described = descriptions.push(text, at);
    const before = fromDescription(described) ?? [];
    if (described.taken) return before;
    const row = events.push(text) ?? rowIn(text);
    if (row) return [...before, ...whole({ line: at, text, scene: row })];
    const [, name] = CHECK.exec(text) ?? [];
    if (name !== undefined) check = { kind: 'check', name };
    else if (/^[\w=]/.test(text)) check = undefined;
    const begins = isLogged(text);
    logged ||= begins;
    plain = begins && check === undefined && before.length === 0;
    if (open && !begins && lines < MOST_LINES && (CONTINUES.test(text) || logged)) {
      lines += 1;
      if (open.text.length < MOST_TEXT) open = { ...open, text: `${open.text} ${text.trim()}`.slice(0, MOST_TEXT) };
      return before;
    }
    return [...before, ...close({ line: at, text, scene: check, ...(speaker && { speaker }) })];
  };

  return {
    push(line) {
      at += 1;
      const whole = line.slice(0, MOST_TEXT).replace(/\r$/, '');
      if (whole.trim() === '') return [];
      quoted ??= QUOTE.test(whole);
      return readLine(quoted ? whole.replace(QUOTE, '') : whole);
    },
    isPlain: () => plain && !quoted && speaker === undefined,
    skip(skipped) {
      at += skipped;
    },
    end: () => [...(block ? whole(block.record()) : close()), ...descriptions.end()],
  };
}

/** All records of lines that are at hand. */
export function* recordsOf(lines: Iterable<string>): Generator<TextRecord> {
  const reader = createRecordReader();
  for (const line of lines) yield* reader.push(line);
  yield* reader.end();
}
