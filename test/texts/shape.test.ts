/** What lets lines be skipped hides none: a line is read whatever lines of nearly the same words, which say nothing, stood before it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printable } from '../../src/host/redact.js';
import { createLogReader, type LogReading } from '../../src/texts/log/log.js';
import { shapeOf } from '../../src/texts/log/shape.js';
import { FORMATS } from './formats.js';

const PREFIX = '2026-11-28 10:00:00 UTC | CORE | INFO | (pkg/x.go:12 in f) | ';
const FILLER = Array.from({ length: 40 }, (_, at) => `${PREFIX}took ${at} ms`);

/** As `files/given.ts` does. */
function read(lines: readonly string[]): LogReading {
  const reader = createLogReader(printable);
  let skipped: string | undefined;
  for (const line of lines) {
    const bytes = Buffer.from(`\n${line}\n`);
    if (reader.skips(bytes, 1, bytes.length - 1)) skipped = line;
    else {
      if (skipped !== undefined) reader.push(skipped);
      skipped = undefined;
      reader.push(line);
    }
  }
  if (skipped !== undefined) reader.push(skipped);
  return reader.end();
}

const lastLines = ({ groups }: LogReading) =>
  groups.map(({ fragment, verdict, seen }) => `${fragment} ${verdict.kind} ${seen.last.line}`).sort();

/** Each number in turn is another, and all at once. */
function* variantsOf(text: string): Generator<string> {
  const another = (digits: string) => digits.replace(/\d/g, (digit) => String((Number(digit) + 3) % 10));
  yield text.replace(/\d+/g, another);
  for (const { 0: digits, index } of text.matchAll(/\d+/g))
    yield text.slice(0, index) + another(digits) + text.slice(index + digits.length);
}

describe('lines of one shape', () => {
  const shape = (line: string) => {
    const bytes = Buffer.from(`${line}\n`);
    return shapeOf(bytes, 0, bytes.length - 1);
  };

  it('differ in times, sizes and ids alone', () => {
    for (const [one, another] of [
      [`${PREFIX}took 12 ms`, `${PREFIX.replace('10:00:00', '23:59:59')}took 9311 ms`],
      [
        '{"ts":1764324001.52,"id":"3fa85f64-5717-4562-b3fc-2c963f66afa6"}',
        '{"ts":1764329999.94,"id":"9ca1dd02-1a2b-4c3d-8e9f-0a1b2c3d4e5f"}',
      ],
    ] as const)
      assert.equal(shape(one), shape(another), one);
  });

  it('do not differ in an address, a port, a status, or a number that a fragment names', () => {
    for (const [one, another] of [
      ['dial tcp 192.0.2.1:443', 'dial tcp 192.0.2.2:443'],
      ['dial tcp 192.0.2.1:8126', 'dial tcp 192.0.2.1:10250'],
      ["host='a', port=8126", "host='a', port=6443"],
      ['answered 200', 'answered 503'],
      ['[Errno 117]', '[Errno 111]'],
      ['a 12 b', 'a 12 c'],
    ] as const)
      assert.notEqual(shape(one), shape(another), one);
  });

  for (const [id, texts] of Object.entries(FORMATS))
    it(`hide nothing: ${id}`, () => {
      for (const text of texts.filter((each) => !each.includes('\n'))) {
        const line = `${PREFIX}${text}`;
        for (const variant of variantsOf(text)) {
          const before = `${PREFIX}${variant}`;
          const lines = [...FILLER, before, before, ...FILLER, line];
          const alone = lastLines(read([...FILLER, line])).map((each) => each.replace(/\d+$/, String(lines.length)));
          const all = lastLines(read(lines));
          for (const said of alone) assert.ok(all.includes(said), `${said}: ${line}\nbehind ${before}\n${all}`);
        }
      }
    });

  it('count each line, those that are skipped too', () => {
    const lines = [...FILLER, ...FILLER, `${PREFIX}Error: Get "https://192.0.2.5:10250/pods": EOF`, ...FILLER];
    const { lines: count, groups } = read(lines);
    assert.deepEqual([count, groups[0]?.seen.last.line], [lines.length, 2 * FILLER.length + 1]);
  });

  it('leave a line that others belong to', () => {
    const error = ['Caused by: java.net.ConnectException: https://192.0.2.5:10250/pods: Connection refused'];
    const { groups } = read([...FILLER, ...FILLER, ...error]);
    assert.deepEqual([groups[0]?.seen.last.line, groups[0]?.speaker], [2 * FILLER.length, 'node-agent']);
  });
});
