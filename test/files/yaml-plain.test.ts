/** The quick reader says the same as the one that counts, and stops where that one stops. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readYamlDocuments } from '../../src/files/yaml-documents.js';
import { readPlainYaml } from '../../src/files/yaml-plain.js';

const AS_WRITTEN = [
  'apiVersion: v1\nkind: Pod\nmetadata:\n  creationTimestamp: "2026-01-05T10:00:00Z"\n  labels: {}\nspec:\n  containers:\n  - name: a\n    args: []\n',
  'data:\n  script: |\n    #!/bin/sh\n    a && b\n  folded: >-\n    one\n    two\nempty: ""\nnothing: null\n',
  'count: 3\nname: "yes"\nratio: "0x10"\nlong: a: b\n'.replace('a: b', '"a: b"'),
  'time: 2026-01-05T10:00:00Z\n',
  'a: 1\na: 2\n',
];

describe('plain YAML', () => {
  for (const text of AS_WRITTEN)
    it(JSON.stringify(text.slice(0, 40)), () => {
      const [slow] = readYamlDocuments(text, 'f') as unknown[];
      const expected = JSON.parse(JSON.stringify(slow).replace('2026-01-05T10:00:00.000Z', '2026-01-05T10:00:00Z'));
      assert.deepEqual(readPlainYaml(text, 'f'), expected);
    });

  it('what is no YAML, or nested too deep, is nothing', () => {
    for (const text of ['a: [1', 'a: {'.repeat(5000), `${'- '.repeat(500)}a`, '[['.repeat(60)])
      assert.equal(readPlainYaml(text, 'f'), undefined, text.slice(0, 20));
  });

  it('a few lines do not grow into gigabytes', () => {
    const lines = ['a0: &a0 [x, x]', ...Array.from({ length: 40 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}]`)];
    assert.equal(readPlainYaml(lines.join('\n'), 'f'), undefined);
  });
});
