/** What is left out of a printed item is nothing that anyone reads. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shortened } from '../../src/bundles/objects/printed.js';

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
