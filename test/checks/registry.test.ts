/** The catalogue as a whole: one file a question, one owner a cause, no loose links, something to read behind every id. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { CHECKS, knownCauses } from '../../src/checks/index.js';
import type { Check } from '../../src/model/check.js';

const files = readdirSync('src/checks').filter((name) => name.endsWith('.ts') && name !== 'index.ts');

describe('the registry', () => {
  it('holds every check of every file', async () => {
    const exported: string[] = [];
    for (const file of files) {
      const loaded = (await import(path.resolve('src/checks', file))) as Record<string, unknown>;
      const checks = Object.values(loaded).filter(
        (v): v is Check => typeof v === 'object' && v !== null && 'question' in v && 'judge' in v,
      );
      assert.ok(checks.length > 0, `${file} exports no check`);
      exported.push(...checks.map((c) => c.question));
    }
    assert.deepEqual(CHECKS.map((c) => c.question).sort(), exported.sort());
  });

  it('has one owner for each cause, named as a noun in kebab-case', () => {
    const causes = knownCauses().map((k) => k.cause);
    assert.equal(new Set(causes).size, causes.length);
    for (const cause of causes) assert.match(cause, /^[a-z0-9]+(-[a-z0-9]+)+$/);
  });

  it('explains by causes that exist, without a cycle', () => {
    const links = new Map(knownCauses().map((k) => [k.cause, k.docs.explainedBy ?? []]));
    for (const [cause, by] of links) for (const other of by) assert.ok(links.has(other), `${cause} is explained by the unknown ${other}`);
    const visit = (cause: string, path: string[]): void => {
      assert.ok(!path.includes(cause), `cycle: ${[...path, cause].join(' ← ')}`);
      for (const other of links.get(cause) ?? []) visit(other, [...path, cause]);
    };
    for (const cause of links.keys()) visit(cause, []);
  });

  it('has a runbook for every cause', () => {
    for (const { cause, docs } of knownCauses())
      for (const part of ['means', 'happens', 'confirm', 'fix'] as const)
        assert.ok(docs[part].length >= 30, `${cause}.${part}: ${docs[part]}`);
  });
});
