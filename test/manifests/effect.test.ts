/** An effect is what was computed: one file makes it. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

test('no other file calls something an effect', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const makers = files.filter((name) =>
    /\bas (unknown as )?(Effect|RbacYaml|PolicyYaml)\b/.test(readFileSync(path.join('src', name), 'utf8')),
  );
  assert.deepEqual(makers.sort(), ['manifests/effect.ts', 'manifests/egress-policy.ts', 'manifests/rbac-documents.ts']);
});
