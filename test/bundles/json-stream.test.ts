/** JSON as it streams by is the same however it is cut. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createJsonStream } from '../../src/bundles/objects/json-stream.js';

type Found = (['item', unknown, string | undefined] | ['document', unknown, number])[];

function read(text: string, size = text.length): { found: Found; isWhole: boolean } {
  const found: Found = [];
  const stream = createJsonStream({
    item: (json, kind) => void found.push(['item', json, kind]),
    document: (json, items) => void found.push(['document', json, items]),
  });
  for (let at = 0; at < text.length; at += size) stream.push(text.slice(at, at + size));
  return { isWhole: stream.end(), found };
}

const TEXTS: Record<string, [string, Found, boolean?]> = {
  'a list, item by item': [
    '{"kind":"PodList","items":[{"a":"x]}\\"{\\\\"},{"b":[1,2]}],"metadata":{}}',
    [
      ['item', { a: 'x]}"{\\' }, 'PodList'],
      ['item', { b: [1, 2] }, 'PodList'],
      ['document', { kind: 'PodList', items: [], metadata: {} }, 2],
    ],
  ],
  'a bare array': [
    '[{"a":1},\n 2, "x", {"b":{"items":[1,2]}}]\n',
    [
      ['item', { a: 1 }, undefined],
      ['item', { b: { items: [1, 2] } }, undefined],
      ['document', [], 2],
    ],
  ],
  'items that are deeper are no list': ['{"a":{"items":[{"z":1}]}}', [['document', { a: { items: [{ z: 1 }] } }, 0]]],
  'documents after each other': [
    '{\n "items": [],\n "kind":"List"}\n{"kind":"X","items":null} {"y":1}',
    [
      ['document', { items: [], kind: 'List' }, 0],
      ['document', { kind: 'X', items: null }, 0],
      ['document', { y: 1 }, 0],
    ],
  ],
  'blocks of logs between them are none': [
    '{"k":1}\n==== START logs for container c of pod n/p ====\n{"k":2}\n==== END logs for container c of pod n/p ====\n{"k":3}\n',
    [
      ['document', { k: 1 }, 0],
      ['document', { k: 3 }, 0],
    ],
  ],
  'one that is cut off': ['{"kind":"NodeList","items":[{"a":1},{"b":', [['item', { a: 1 }, 'NodeList']], false],
};

describe('a stream of JSON', () => {
  for (const [name, [text, expected, isWhole = true]] of Object.entries(TEXTS))
    it(name, () => {
      for (const size of [1, 2, 3, 7, text.length])
        assert.deepEqual(read(text, size), { found: expected, isWhole }, `in pieces of ${size}`);
    });

  it('printed a field a line is the same as in one line', () => {
    const lists: unknown[] = [
      { kind: 'List', items: [{ a: 'x\n  }\n', b: [{}, []] }, { c: {} }], metadata: { z: [1] } },
      { items: [], kind: 'X' },
      { items: [1, { a: 1 }, 'x', [{ b: 1 }], { c: 1 }] },
      [{ a: { items: [{ b: 1 }] } }, { c: [] }],
    ];
    for (const indent of [1, 2, 4]) {
      const text = lists.map((list) => JSON.stringify(list, null, indent)).join('\n');
      for (const size of [1, 3, 50, text.length])
        assert.deepEqual(
          read(text, size),
          read(lists.map((list) => JSON.stringify(list)).join('\n')),
          `indent ${indent}, in pieces of ${size}`,
        );
    }
  });

  it('lines that only look as if one had ended end none', () => {
    for (const text of [
      '[\n  {\n "a": {\n  }, "b": 1\n  },\n  {\n"c": 1}\n]',
      '[\n  {\n "a": 1 },\n  {\n "b": 1\n  }',
      '[\n  {\n "a": 1 }, {"b": 1\n }\n]',
    ])
      for (const size of [1, 2, text.length])
        assert.deepEqual(read(text, size).found.slice(0, 2), read(text.replace(/\n */g, '')).found.slice(0, 2), text);
  });

  it('of one that nests too deep nothing is read, and the next is', () => {
    const deep = `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`;
    const printed = `[\n  {\n    "a": ${deep}\n  },\n  {\n    "b": 1\n  }\n]`;
    assert.deepEqual(read(printed).found, [
      ['item', { b: 1 }, undefined],
      ['document', [], 2],
    ]);
  });

  it('forgets what is longer than any object, and goes on behind it', () => {
    const text = `[{"a":"${'x'.repeat(9 << 20)}"},{"b":1}]`;
    assert.deepEqual(read(text, 65_536).found[0], ['item', { b: 1 }, undefined]);
  });
});
