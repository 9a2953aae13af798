/** What is left out of a printed item is nothing that anyone reads. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load } from 'js-yaml';
import { stringify } from 'yaml';
import { shortened, shortenedYaml } from '../../src/bundles/objects/printed.js';

const managedFields = [{ manager: 'm', fieldsV1: { 'f:status': {} } }];
const images = [{ names: ['a', 'b'], sizeBytes: 1 }];

const ITEMS: Record<string, [object, object, string?]> = {
  'managed fields of a pod': [
    { kind: 'Pod', metadata: { managedFields, name: 'p' }, spec: { list: [1] } },
    { kind: 'Pod', metadata: { managedFields: [], name: 'p' }, spec: { list: [1] } },
  ],
  'by the list where the item does not say it': [{ metadata: { managedFields } }, { metadata: { managedFields: [] } }, 'Pod'],
  'images of a node': [
    { kind: 'Node', metadata: { managedFields, name: 'n' }, status: { images, nodeInfo: {} } },
    { kind: 'Node', metadata: { managedFields: [], name: 'n' }, status: { images: [], nodeInfo: {} } },
  ],
  'a node with taints is dated by its fields': [
    { kind: 'Node', metadata: { managedFields }, spec: { taints: [] }, status: { images } },
    { kind: 'Node', metadata: { managedFields }, spec: { taints: [] }, status: { images: [] } },
  ],
  'a role is dated by its fields': [
    { kind: 'ClusterRole', metadata: { managedFields } },
    { kind: 'ClusterRole', metadata: { managedFields } },
  ],
  'of a kind that no one reads its age': [
    { kind: 'Secret', metadata: { creationTimestamp: '2026-01-05T10:00:00Z', name: 's' }, data: { a: 'b' } },
    { kind: 'Secret', metadata: { creationTimestamp: '2026-01-05T10:00:00Z', name: '' } },
  ],
  'what is said in a text is no field': [
    { kind: 'Pod', metadata: { annotations: { a: '\n            "managedFields": [\n' } } },
    { kind: 'Pod', metadata: { annotations: { a: '\n            "managedFields": [\n' } } },
  ],
  'of no kind nothing is left out': [{ metadata: { managedFields } }, { metadata: { managedFields } }],
};

describe('a printed item, shortened', () => {
  for (const [name, [item, expected, kind]] of Object.entries(ITEMS))
    it(name, () => {
      for (const [indent, before] of [
        [4, '        '],
        [2, '    '],
        [2, '  '],
      ] as const) {
        const text = JSON.stringify(item, null, indent).replaceAll('\n', `\n${before}`);
        assert.deepEqual(JSON.parse(shortened(text, before, kind)), expected);
      }
    });
});

describe('a document of YAML, shortened', () => {
  for (const [name, [item, expected, kind = '']] of Object.entries(ITEMS))
    it(name, () => {
      const own = (item as { kind?: string }).kind ?? kind;
      // Those of no kind that is read are not parsed at all.
      if (own === 'Secret') return;
      for (const indentSeq of [true, false]) {
        assert.deepEqual(load(shortenedYaml(stringify(item, { indentSeq }), own)), expected);
        const list = { apiVersion: 'v1', items: [item, { metadata: { name: 'x' } }, structuredClone(item)], kind: `${own}List` };
        const text = stringify(list, { indentSeq });
        assert.deepEqual(load(shortenedYaml(text, list.kind)), indentSeq ? list : { ...list, items: [expected, list.items[1], expected] });
      }
    });

  it('what stands in a text, or below another field, stays', () => {
    const texts = [
      'kind: ConfigMap\ndata:\n  a: |\n    metadata:\n      managedFields:\n      - a\n  managedFields:\n  - b\n',
      'kind: Pod\nmetadata:\n  annotations:\n    a: |\n      metadata:\n        managedFields:\n        - a\nspec:\n  managedFields:\n  - b\n',
      'kind: PodList\nitems:\n- metadata:\n    annotations:\n      a: |\n        metadata:\n          managedFields:\n          - a\n  spec:\n    managedFields:\n    - c\n',
      'kind: Node\nstatus: |\n  images:\n  - a\n',
    ];
    for (const text of texts) assert.equal(shortenedYaml(text, /kind: (\w+)/.exec(text)?.[1] ?? ''), text);
  });
});
