/** Why a file is no YAML is said without a word of the file: the token is what stands there. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readYamlDocuments } from '../../src/files/yaml-documents.js';
import { readYaml } from '../../src/files/yaml-fields.js';

const SECRET = 'Sent1nelOfAToken9183x';
/** In front of it every sign that YAML reads, and every way to begin something and not end it. */
const BROKEN = [
  ...[
    '*',
    '|',
    '>',
    '&',
    '!',
    '!!',
    '%',
    '@',
    '`',
    '"',
    "'",
    '[',
    '{',
    '- ',
    '? ',
    ': ',
    '\t',
    '|9',
    '>-x ',
    '&a &b ',
    '!a !b ',
    '*a: ',
    '&',
    '<<: *',
  ].map((sign) => `token: ${sign}${SECRET}`),
  `token: "\\q${SECRET}"`,
  `token: ${SECRET}: x`,
  `token: a\n ${SECRET}\nb`,
  `${SECRET}`,
  `? ${SECRET}\n: - x\n - y`,
  `%${SECRET}\n---\na: 1`,
  `token: !!binary ${SECRET}-`,
  `token: !!int ${SECRET}`,
  `token: !!timestamp ${SECRET}`,
  `token: !<${SECRET}> x`,
  `a: &x 1\ntoken: *x ${SECRET}`,
  `token: [${SECRET}\nb: c`,
  `token: {${SECRET}: [}`,
  `- ${SECRET}\n  - x\n y: z`,
  `"${SECRET}`,
  `${SECRET} ${'x'.repeat(1100)}: 1`,
  `<<: ${SECRET}`,
  `a: &a [*a, ${SECRET}]`,
];
const readers = {
  'field by field': (text: string) =>
    readYaml(text, 'f', (root) => ({
      token: root.text('token'),
      flag: root.flag('insecure'),
      users: root.each('users').map((user) => user.text('name')),
    })),
  'all documents': (text: string) => ({ documents: readYamlDocuments(text, 'f') }),
};

describe('a fault of YAML', () => {
  for (const [name, read] of Object.entries(readers))
    it(`quotes nothing of the text: ${name}`, () => {
      let faults = 0;
      for (const text of BROKEN) {
        const found = read(text);
        const fault =
          'error' in found ? found.error : 'documents' in found && 'error' in found.documents ? found.documents.error : undefined;
        if (fault === undefined) continue;
        faults += 1;
        assert.doesNotMatch(fault, /Sent1nel|9183/i, text);
        assert.match(fault, /^f(:\d+)?:? \S/);
      }
      assert.ok(faults > BROKEN.length / 2, `${faults} of ${BROKEN.length}`);
    });
});
